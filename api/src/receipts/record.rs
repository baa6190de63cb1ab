//! Recording receipts, and the counts with them: any number at once, in the transaction of whoever calls.
//!
//! Other servers may write the same rows at the same time. Everybody takes receipts in the order of their keys, the counts of one notice after
//! another, and both in the order of the steps below (new receipts, receipts to be stamped, counts), so that two groups can wait for each other in
//! one direction only.

use std::collections::{BTreeMap, HashSet};

use entity::{
    ids::{CityId, HouseholdId, NoticeId, PersonId, ReaderId, SessionId},
    notice, receipt,
    receipt::Source,
    session,
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult as _,
    QueryFilter as _, Value,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{ReceiptError, behalf, counts, homes};
use crate::{
    clock::JAPAN,
    identity::{Caller, SignIn},
    notices::Readable,
    postgres::sql,
};

/// What somebody did with a notice.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Who.
    pub who: SignIn,
    /// The household that they answer for, where it is not their own stamp.
    pub behalf: Option<HouseholdId>,
    /// With which notice.
    pub notice: NoticeId,
    /// Whether they acknowledged it; false: only opened.
    pub acknowledged: bool,
    /// What is known of it besides, where it waited on a phone.
    pub waited: Waited,
}

impl Stamp {
    /// What somebody did just now, in their own name.
    #[must_use]
    pub fn of(who: SignIn, notice: NoticeId, acknowledged: bool) -> Self {
        Self { who, behalf: None, notice, acknowledged, waited: Waited::default() }
    }
}

/// What a phone says of a stamp that waited on it for the net.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// When it was pressed by the phone's clock, which may be wrong.
    pub at: Option<OffsetDateTime>,
    /// The sign-in by which it was pressed. Somebody else may have signed in on the phone meanwhile.
    pub sign_in: Option<SessionId>,
}

/// How far ahead of ours a phone's clock may be and still be believed.
const FAST: Duration = Duration::minutes(2);

/// The key of a receipt.
pub(super) type Key = (CityId, ReaderId, NoticeId);

/// What a group does with one receipt: two phones of a household may be in it.
struct Mark {
    caller: Caller,
    addressees: notice::Addressees,
    source: Source,
    acknowledged: bool,
    pressed_at: Option<OffsetDateTime>,
}

/// Records what people did, as far as they may read the notice. Gives each receipt as it stands, place by place: what was there first stays.
///
/// # Errors
/// The database's; then nothing may be committed. Each place has [`ReceiptError::NotSignedIn`], [`ReceiptError::NotFound`],
/// [`ReceiptError::NotPublished`], [`ReceiptError::Closed`] of its own.
pub async fn record(
    db: &impl ConnectionTrait,
    stamps: &[Stamp],
    now: OffsetDateTime,
) -> Result<Vec<Result<receipt::Model, ReceiptError>>, DbErr> {
    homes::share(db).await?;
    let mut marks = BTreeMap::new();
    let mut keys = Vec::with_capacity(stamps.len());
    for (stamp, found) in stamps.iter().zip(readable(db, stamps, now).await?) {
        keys.push(found.map(|Readable { caller, notice, .. }| {
            let key = (caller.city, caller.reader(), notice.id);
            let source = if stamp.behalf.is_some() { Source::Proxy } else { Source::Digital };
            let pressed_at = stamp.waited.at.filter(|_| stamp.acknowledged);
            let pressed_at = pressed_at.and_then(|at| believed(at, notice.published_at, now));
            let new = || Mark { caller, addressees: notice.addressees, source, acknowledged: false, pressed_at: None };
            let mark = marks.entry(key).or_insert_with(new);
            mark.acknowledged |= stamp.acknowledged;
            mark.pressed_at = [mark.pressed_at, pressed_at].into_iter().flatten().min();
            key
        }));
    }
    let receipts = if marks.is_empty() { BTreeMap::new() } else { write(db, &marks, now).await? };
    let stands = |key: Key| receipts.get(&key).cloned().ok_or_else(|| ReceiptError::Db(vanished()));
    Ok(keys.into_iter().map(|key| key.and_then(stands)).collect())
}

/// A phone's time, where it can be: not before the notice was out, nor later than now. Clocks that run a little fast are common; one that is wrong by
/// more says nothing.
fn believed(at: OffsetDateTime, published: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let can_be = published.is_some_and(|published| published <= at) && at <= now + FAST;
    can_be.then_some(at.min(now))
}

fn vanished() -> DbErr {
    DbErr::RecordNotFound("a receipt just written".into())
}

/// The notices that people may leave a receipt for.
async fn readable(
    db: &impl ConnectionTrait,
    stamps: &[Stamp],
    now: OffsetDateTime,
) -> Result<Vec<Result<Readable, ReceiptError>>, DbErr> {
    let who: Vec<SignIn> = stamps.iter().map(|stamp| stamp.who.clone()).collect();
    let mut callers = Caller::load_all(db, &who, now.to_offset(JAPAN).date()).await?;
    let signed_in: Vec<bool> = callers.iter().map(Option::is_some).collect();
    let others = pressed_by_others(db, &callers, stamps).await?;
    behalf::stand_in(db, &mut callers, stamps).await?;
    let asks: Vec<bool> = callers.iter().map(Option::is_some).collect();
    let asked = callers.into_iter().zip(stamps).filter_map(|(caller, stamp)| Some((caller?, stamp.notice))).collect();
    let mut found = Readable::find_all(db, asked, now).await?.into_iter();
    let verdict = |((signed_in, asks), another): ((bool, bool), bool)| {
        if !signed_in {
            return Err(ReceiptError::NotSignedIn);
        }
        if !asks {
            return Err(ReceiptError::NotFound);
        }
        // Each that asks has its place among what was found.
        let found = found.next().flatten();
        if another {
            return Err(ReceiptError::AnotherSignIn);
        }
        let found = found.ok_or(ReceiptError::NotFound)?;
        let out = found.notice.published_at.is_some_and(|at| at <= now);
        match found.notice.closed_at {
            _ if !out => Err(ReceiptError::NotPublished),
            Some(_) => Err(ReceiptError::Closed),
            None => Ok(found),
        }
    };
    Ok(signed_in.into_iter().zip(asks).zip(others).map(verdict).collect())
}

/// Which stamps are somebody else's than the caller's who sends them: a stamp that waited is the stamp of who pressed it, whoever holds the phone by now.
/// An earlier sign-in of the same person is theirs.
async fn pressed_by_others(
    db: &impl ConnectionTrait,
    callers: &[Option<Caller>],
    stamps: &[Stamp],
) -> Result<Vec<bool>, DbErr> {
    let named = |(caller, stamp): (&Option<Caller>, &Stamp)| {
        let (caller, pressed_by) = (caller.as_ref()?, stamp.waited.sign_in?);
        (pressed_by != caller.session).then_some((caller.city, pressed_by, caller.person))
    };
    let named: Vec<Option<(CityId, SessionId, PersonId)>> = callers.iter().zip(stamps).map(named).collect();
    let mut own = HashSet::new();
    if named.iter().any(Option::is_some) {
        let earlier = session::Entity::find()
            .filter(session::Column::CityId.is_in(named.iter().flatten().map(|one| one.0)))
            .filter(session::Column::Id.is_in(named.iter().flatten().map(|one| one.1)));
        own.extend(earlier.all(db).await?.into_iter().map(|one| (one.city_id, one.id, one.person_id)));
    }
    Ok(named.into_iter().map(|one| one.is_some_and(|one| !own.contains(&one))).collect())
}

/// Writes the receipts and the counts; gives the receipts as they stand.
async fn write(
    db: &impl ConnectionTrait,
    marks: &BTreeMap<Key, Mark>,
    now: OffsetDateTime,
) -> Result<BTreeMap<Key, receipt::Model>, DbErr> {
    let opened = open(db, marks, now).await?;
    let to_stamp = |(key, mark): &(&Key, &Mark)| mark.acknowledged && !opened.contains_key(*key);
    let stamped = stamp(db, marks.iter().filter(to_stamp).map(|(key, mark)| (*key, mark.pressed_at)), now).await?;
    let firsts = marks.iter().filter_map(|(key, mark)| {
        let (opened, stamped) = (opened.contains_key(key), stamped.contains_key(key));
        let first = counts::First { opened, stamped: stamped || opened && mark.acknowledged };
        (opened || stamped).then_some((*key, &mark.caller, mark.addressees, first))
    });
    counts::raise(db, firsts, now.to_offset(JAPAN).date()).await?;
    let mut receipts = opened;
    receipts.extend(stamped);
    let there = standing(db, marks.keys().filter(|key| !receipts.contains_key(*key)).copied()).await?;
    receipts.extend(there);
    Ok(receipts)
}

/// Inserts the receipts that are not there; gives those.
async fn open(
    db: &impl ConnectionTrait,
    marks: &BTreeMap<Key, Mark>,
    now: OffsetDateTime,
) -> Result<BTreeMap<Key, receipt::Model>, DbErr> {
    let mut values = columns(marks.keys().copied());
    let people: Vec<PersonId> = marks.values().map(|mark| mark.caller.person).collect();
    values.push(people.into_iter().map(|person| person.0).collect::<Vec<_>>().into());
    values.push(marks.values().map(|mark| mark.acknowledged).collect::<Vec<_>>().into());
    values.push(marks.values().map(|mark| mark.source.to_value()).collect::<Vec<_>>().into());
    values.push(now.into());
    values.push(times(marks.values().map(|mark| mark.pressed_at)));
    let text = "INSERT INTO receipt (city_id, reader_id, notice_id, read_at, acknowledged_at, source, person_id, pressed_at)
         SELECT m.city_id, m.reader_id, m.notice_id, $7, CASE WHEN m.acknowledged THEN $7 END, m.source, m.person_id, nullif(m.pressed_at, 'epoch')
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::boolean[], $6::text[], $8::timestamptz[])
              AS m (city_id, reader_id, notice_id, person_id, acknowledged, source, pressed_at)
         ORDER BY m.city_id, m.reader_id, m.notice_id
         ON CONFLICT (city_id, reader_id, notice_id) DO NOTHING RETURNING *";
    receipts(db, text, values).await
}

/// Stamps the receipts that have no stamp; gives those.
async fn stamp(
    db: &impl ConnectionTrait,
    marks: impl Iterator<Item = (Key, Option<OffsetDateTime>)>,
    now: OffsetDateTime,
) -> Result<BTreeMap<Key, receipt::Model>, DbErr> {
    let (keys, pressed): (Vec<Key>, Vec<Option<OffsetDateTime>>) = marks.unzip();
    let mut values = columns(keys.into_iter());
    values.extend([now.into(), times(pressed.into_iter())]);
    let text = "WITH held AS (
            SELECT r.city_id, r.reader_id, r.notice_id, nullif(m.pressed_at, 'epoch') AS pressed_at
            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::timestamptz[]) AS m (city_id, reader_id, notice_id, pressed_at)
            JOIN receipt r USING (city_id, reader_id, notice_id)
            WHERE r.acknowledged_at IS NULL
            ORDER BY r.city_id, r.reader_id, r.notice_id FOR NO KEY UPDATE OF r)
         UPDATE receipt r
         -- What was read so long ago that only its day is kept gets a day as well.
         SET acknowledged_at = CASE WHEN (r.read_at AT TIME ZONE 'Asia/Tokyo')::time = '00:00'
                                    THEN date_trunc('day', $4, 'Asia/Tokyo') ELSE $4 END,
             pressed_at = CASE WHEN (r.read_at AT TIME ZONE 'Asia/Tokyo')::time = '00:00'
                               THEN date_trunc('day', held.pressed_at, 'Asia/Tokyo') ELSE held.pressed_at END
         FROM held
         WHERE r.city_id = held.city_id AND r.reader_id = held.reader_id AND r.notice_id = held.notice_id
         RETURNING r.*";
    receipts(db, text, values).await
}

/// The receipts that were there before, as they stand.
async fn standing(
    db: &impl ConnectionTrait,
    keys: impl Iterator<Item = Key>,
) -> Result<BTreeMap<Key, receipt::Model>, DbErr> {
    let text = "SELECT r.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS m (city_id, reader_id, notice_id)
         JOIN receipt r USING (city_id, reader_id, notice_id)";
    receipts(db, text, columns(keys)).await
}

/// Times as one value. An array of ours holds no nulls: no time is that of 1970.
fn times(times: impl Iterator<Item = Option<OffsetDateTime>>) -> Value {
    times.map(|time| time.unwrap_or(OffsetDateTime::UNIX_EPOCH)).collect::<Vec<_>>().into()
}

/// Keys as the values of `$1` to `$3`.
fn columns(keys: impl Iterator<Item = Key>) -> Vec<Value> {
    let (mut cities, mut readers, mut notices): (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>) = Default::default();
    for (city, reader, notice) in keys {
        cities.push(city.0);
        readers.push(reader.0);
        notices.push(notice.0);
    }
    vec![cities.into(), readers.into(), notices.into()]
}

/// The receipts that a statement gives; it is not sent when its columns are empty.
async fn receipts(
    db: &impl ConnectionTrait,
    text: &str,
    values: Vec<Value>,
) -> Result<BTreeMap<Key, receipt::Model>, DbErr> {
    if matches!(values.first(), Some(Value::Array(_, Some(keys))) if keys.is_empty()) {
        return Ok(BTreeMap::new());
    }
    let rows = receipt::Model::find_by_statement(sql(text, values)).all(db).await?;
    Ok(rows.into_iter().map(|row| ((row.city_id, row.reader_id, row.notice_id), row)).collect())
}
