//! What a claim says, and to whom, asked when it is sent: a batch that waited says the newest text, and who signed out, moved away or has chosen otherwise
//! meanwhile is left alone.
//!
//! For an emergency nobody is asked what they chose.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration as StdDuration,
};

use entity::{area, ids::NoticeId, notice, push_preference::Fyi};
use sea_orm::{ActiveEnum as _, ConnectionTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryResult, Value};
use uuid::Uuid;

use super::{
    audience::{audience, live},
    claim::{About, Claim},
    deliver::{DeliverError, Post},
    digest,
    letter::Addressee,
    message::Message,
    outcome::{Outcome, Sent},
    preferences::{Preferences, Ring},
};
use crate::{
    postgres::{sql, within},
    say::Language,
};

/// How long what a batch says may take to be read: then its lease runs out, and another worker tries.
const READING: StdDuration = StdDuration::from_secs(5);

/// What is said to whom.
pub struct Contents {
    /// The notice's revision.
    pub revision: i32,
    /// What becomes of whom nothing is said to.
    pub otherwise: Outcome,
    /// What is said: a message for each language that somebody reads, where it says something else in it.
    pub messages: Vec<Message>,
    /// Who gets which of these.
    pub letters: Vec<Addressee>,
    /// What becomes of others, by their place in the claim.
    pub others: Vec<(usize, Sent)>,
}

impl Contents {
    fn nobody(outcome: Outcome, revision: i32) -> Self {
        Self { revision, otherwise: outcome, messages: Vec::new(), letters: Vec::new(), others: Vec::new() }
    }

    /// The same, and to these phones what `write` says in their languages.
    fn saying(
        mut self,
        phones: Vec<Phone>,
        write: impl Fn(Language) -> serde_json::Result<Message>,
    ) -> Result<Self, DeliverError> {
        let mut said = [None; 3];
        for Phone { addressee, language } in phones {
            let says = match said[language as usize] {
                Some(says) => says,
                None => {
                    let message = write(language)?;
                    let there = self.messages.iter().position(|one| one.body == message.body);
                    let says = there.unwrap_or_else(|| {
                        self.messages.push(message);
                        self.messages.len() - 1
                    });
                    *said[language as usize].insert(says)
                }
            };
            self.letters.push(Addressee { says, ..addressee });
        }
        Ok(self)
    }
}

/// A phone, and in which language it is rung.
struct Phone {
    addressee: Addressee,
    language: Language,
}

/// A phone, and what its person chose.
struct Somebody {
    phone: Phone,
    chose: Preferences,
}

/// What the columns are that [`Reader`] reads, of a phone `a`.
const PHONE: &str = "a.id, a.endpoint, a.p256dh, a.auth, a.vapid_key, a.language";
/// And of what its person chose.
const CHOSE: &str = "w.quiet_from, w.quiet_to, w.fyi, w.muted";
/// What they chose, asked row by row: statistics know nothing of whom a batch is for.
const CHOICE: &str = "LEFT JOIN LATERAL (
        SELECT * FROM push_preference w WHERE w.city_id = $1 AND w.person_id = a.person_id LIMIT 1) w ON true";

/// Reads rows by place and not by name: it is half of what a message made ahead costs.
struct Reader(HashMap<Uuid, usize>);

impl Reader {
    fn of(claim: &Claim) -> Self {
        Self(claim.subscription_ids.iter().enumerate().map(|(n, id)| (*id, n)).collect())
    }

    fn phone(&self, row: &QueryResult) -> Result<Phone, DbErr> {
        let id: Uuid = row.try_get_by_index(0)?;
        let addressee = Addressee {
            id,
            place: self.0.get(&id).copied().unwrap_or_default(),
            endpoint: row.try_get_by_index(1)?,
            p256dh: row.try_get_by_index(2)?,
            auth: row.try_get_by_index(3)?,
            vapid_key: row.try_get_by_index(4)?,
            says: 0,
        };
        let language: String = row.try_get_by_index(5)?;
        Ok(Phone { addressee, language: language.parse().unwrap_or_default() })
    }

    fn somebody(&self, row: &QueryResult) -> Result<Somebody, DbErr> {
        let chose = match row.try_get_by_index::<Option<String>>(8)? {
            Some(fyi) => {
                let quiet = [row.try_get_by_index(6)?, row.try_get_by_index(7)?];
                let muted: Vec<String> = row.try_get_by_index(9)?;
                // When the summary comes was asked when it was planned.
                Preferences::read(quiet, Fyi::try_from_value(&fyi)?, [0, 0], &muted)
            }
            None => Preferences::default(),
        };
        Ok(Somebody { phone: self.phone(row)?, chose })
    }
}

async fn asked<const N: usize>(
    db: &DatabaseConnection,
    text: &str,
    values: [Value; N],
) -> Result<Vec<QueryResult>, DbErr> {
    within(READING, db.query_all_raw(sql(text, values))).await
}

/// What `claim` says at this moment, and to whom.
///
/// # Errors
/// The database's; when a message can't be written.
pub async fn contents(post: &Post, claim: &Claim) -> Result<Contents, DeliverError> {
    let number = claim.expires_at.unix_timestamp();
    match claim.about {
        About::Notice(id) => of_notice(post, claim, id).await,
        _ if post.desk.clock.now() >= claim.expires_at => Ok(Contents::nobody(Outcome::Expired, 1)),
        About::Week => of_week(post, claim, number).await,
        About::Test => {
            let text = format!("WITH {} SELECT {PHONE} FROM live a", live("SELECT unnest($2::uuid[])"));
            let values = [claim.city_id.0.into(), claim.subscription_ids.clone().into()];
            let (rows, reader) = (asked(&post.ledger, &text, values).await?, Reader::of(claim));
            let phones: Result<_, DbErr> = rows.iter().map(|row| reader.phone(row)).collect();
            let write = |language| Message::test(&post.origin, number, language);
            Contents::nobody(Outcome::Left, 1).saying(phones?, write)
        }
    }
}

async fn of_notice(post: &Post, claim: &Claim, id: NoticeId) -> Result<Contents, DeliverError> {
    let notice = within(READING, notice::Entity::find_by_id((claim.city_id, id)).one(&post.db)).await?;
    let Some(notice) = notice.filter(|notice| notice.withdrawn_at.is_none()) else {
        return Ok(Contents::nobody(Outcome::Withdrawn, 1));
    };
    if post.desk.clock.now() >= claim.expires_at {
        return Ok(Contents::nobody(Outcome::Expired, notice.revision));
    }
    let sender = area::Entity::find_by_id((claim.city_id, notice.sender_area_id));
    let sender = within(READING, sender.one(&post.db)).await?;
    let sender = sender.map(|area| area.name).unwrap_or_default();
    let write = |language| Message::new(&notice, &sender, &post.origin, language);
    let (columns, choice) = if claim.urgent { (PHONE.to_owned(), "") } else { (format!("{PHONE}, {CHOSE}"), CHOICE) };
    let text = format!(
        "{audience} SELECT {columns} FROM audience a {choice}",
        audience = audience("SELECT unnest($4::uuid[])")
    );
    let values =
        [claim.city_id.0.into(), id.0.into(), post.desk.clock.today().into(), claim.subscription_ids.clone().into()];
    let (rows, reader) = (asked(&post.ledger, &text, values).await?, Reader::of(claim));
    let nobody = Contents::nobody(Outcome::Left, notice.revision);
    if claim.urgent {
        let phones: Result<_, DbErr> = rows.iter().map(|row| reader.phone(row)).collect();
        return nobody.saying(phones?, write);
    }
    let people: Result<Vec<Somebody>, DbErr> = rows.iter().map(|row| reader.somebody(row)).collect();
    let (phones, others) = by_choice(post, (claim, &notice), people?).await?;
    Contents { others, ..nobody }.saying(phones, write)
}

/// Who is rung for a notice now, and what becomes of the others.
async fn by_choice(
    post: &Post,
    (claim, notice): (&Claim, &notice::Model),
    people: Vec<Somebody>,
) -> Result<(Vec<Phone>, Vec<(usize, Sent)>), DbErr> {
    let now = post.desk.clock.now();
    let rung: Vec<(Ring, Somebody)> = people.into_iter().map(|one| (one.chose.ring(notice, now), one)).collect();
    let spared = rung.iter().filter(|(ring, _)| matches!(ring, Ring::Weekly | Ring::Never));
    let spared: Vec<Uuid> = spared.map(|(_, one)| one.phone.addressee.id).collect();
    // Who was rung for what is corrected is told so.
    let told = if notice.revision > 1 && !spared.is_empty() {
        rung_before(post, claim, notice.id, spared).await?
    } else {
        HashSet::new()
    };
    let (mut letters, mut others) = (Vec::with_capacity(rung.len()), Vec::new());
    for (ring, Somebody { phone, chose }) in rung {
        let ring = if told.contains(&phone.addressee.id) { chose.in_peace(now) } else { ring };
        let place = phone.addressee.place;
        match ring {
            Ring::Now => letters.push(phone),
            Ring::At(at) => others.push((place, Sent::not_before(at))),
            Ring::Weekly => others.push((place, Sent::not(Outcome::Summed))),
            Ring::Never => others.push((place, Sent::not(Outcome::Muted))),
        }
    }
    Ok((letters, others))
}

/// Of these subscriptions those whose person was reached by the notice before.
async fn rung_before(post: &Post, claim: &Claim, notice: NoticeId, spared: Vec<Uuid>) -> Result<HashSet<Uuid>, DbErr> {
    let text = format!(
        "SELECT s.id FROM subscription s WHERE s.city_id = $1 AND s.id = ANY ($3) AND s.person_id IN (
             SELECT was.person_id FROM batch b CROSS JOIN LATERAL unnest(b.subscription_ids, b.outcomes) AS sent (id, outcome)
             JOIN subscription was ON was.city_id = b.city_id AND was.id = sent.id
             WHERE b.city_id = $1 AND b.notice_id = $2 AND b.done_at IS NOT NULL AND sent.outcome = {})",
        Outcome::Accepted as i16
    );
    let values = [claim.city_id.0.into(), notice.0.into(), spared.into()];
    let rows = asked(&post.ledger, &text, values).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The weekly summary says to each how many they have not read by now; who has read them all is told nothing.
async fn of_week(post: &Post, claim: &Claim, number: i64) -> Result<Contents, DeliverError> {
    let text = format!(
        "{unread} SELECT {PHONE}, {CHOSE}, u.notices FROM live a JOIN unread u ON u.person_id = a.person_id {CHOICE}",
        unread = digest::unread("SELECT unnest($5::uuid[])")
    );
    // Not by the connections over which emergencies are claimed and recorded: it takes longer than all that these are for.
    let [from, to] = digest::week_of(claim.expires_at);
    let values = [
        claim.city_id.0.into(),
        from.into(),
        to.into(),
        post.desk.clock.today().into(),
        claim.subscription_ids.clone().into(),
    ];
    let (rows, reader) = (asked(&post.db, &text, values).await?, Reader::of(claim));
    let (now, mut others) = (post.desk.clock.now(), Vec::new());
    let mut by_number: BTreeMap<i64, Vec<Phone>> = BTreeMap::new();
    for row in &rows {
        let Somebody { phone, chose } = reader.somebody(row)?;
        match chose.in_peace(now) {
            Ring::At(at) => others.push((phone.addressee.place, Sent::not_before(at))),
            _ => by_number.entry(row.try_get_by_index(10)?).or_default().push(phone),
        }
    }
    let contents = Contents { others, ..Contents::nobody(Outcome::Left, 1) };
    by_number.into_iter().try_fold(contents, |contents, (notices, phones)| {
        contents.saying(phones, |language| Message::week(notices, &post.origin, number, language))
    })
}
