//! A small city to look around in: あおば市, with two wards, made up whole.
//!
//! It is put into an empty database only, by the same verbs that a real city goes through. Its links are made anew with every start,
//! since codes are kept as hashes and can't be shown twice.

use std::error::Error;

use actix_web::web::Bytes;
use entity::{
    account, area, city,
    household::{self, Delivery},
    ids::{CityId, PersonId},
    notice::{Importance, Model as Notice},
    seat::Role,
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DatabaseConnection, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, TransactionTrait as _,
};
use time::{Duration, OffsetDateTime};

use crate::{
    areas,
    clock::JAPAN,
    households,
    identity::{self, Agent, Caller, code::Code, session::Device},
    notices::{self, Publishing, attachments},
    purposes::PURPOSES,
    receipts::{self, Stamp},
    seats::{self, Appointment},
    server::Ground,
    web::Handed,
};

mod circulars;

use circulars::CIRCULARS;

/// The tree of the demo city.
const AREAS: &str = include_str!("../demo/areas.csv");
/// The code of the demo city: none that the national list has.
const CITY: &str = "999997";
/// Family names for who joined.
const NAMES: [&str; 10] = ["佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "山本", "中村", "小林", "加藤"];

/// A way to sign in as one kind of user.
#[derive(Debug)]
pub struct Link {
    /// Which kind.
    pub who: &'static str,
    /// Path and fragment.
    pub path: String,
}

/// A seat of the demo city.
struct Holder {
    who: &'static str,
    email: &'static str,
    name: &'static str,
    area: &'static str,
    role: Role,
    department: Option<&'static str>,
}

/// Who holds a seat.
const HOLDERS: [Holder; 6] = [
    Holder {
        who: "City staff",
        email: "koho@aoba.example",
        name: "青葉 みどり",
        area: CITY,
        role: Role::Staff,
        department: Some("広報課"),
    },
    Holder {
        who: "City staff, second person",
        email: "bosai@aoba.example",
        name: "森 守",
        area: CITY,
        role: Role::Staff,
        department: Some("危機管理課"),
    },
    Holder {
        who: "Ward staff",
        email: "kita@aoba.example",
        name: "北川 一郎",
        area: "999997-1",
        role: Role::Staff,
        department: Some("コミュニティ支援課"),
    },
    Holder {
        who: "Centre staff",
        email: "sakura-centre@aoba.example",
        name: "中央 桜",
        area: "999997-1-C1",
        role: Role::Staff,
        department: None,
    },
    Holder {
        who: "Association officer",
        email: "kaicho@sakura1.example",
        name: "大野 会長",
        area: "999997-1-01-001",
        role: Role::Officer,
        department: None,
    },
    Holder {
        who: "Group leader",
        email: "hancho@sakura1.example",
        name: "小川 班長",
        area: "999997-1-01-001.1",
        role: Role::Leader,
        department: None,
    },
];

/// Fills an empty database, and gives a link for each kind of user of the demo city, if it is there.
///
/// # Errors
/// The database's.
pub async fn prepare(ground: &Ground, owner: &DatabaseConnection) -> Result<Vec<Link>, Box<dyn Error>> {
    let now = ground.clock.now();
    let tx = owner.begin().await?;
    if city::Entity::find().count(&tx).await? == 0 {
        fill(&tx, ground).await?;
    }
    let city = city::Entity::find().filter(city::Column::Code.eq(CITY)).one(&tx).await?;
    let links = match city {
        Some(city) => links(&tx, city.id, now).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    Ok(links)
}

async fn fill(db: &impl ConnectionTrait, ground: &Ground) -> Result<(), Box<dyn Error>> {
    let now = ground.clock.now();
    areas::import_areas(db, AREAS.as_bytes(), now).await?;
    let slips = households::import_households(db, households().as_bytes(), true, now).await?.slips;
    for holder in &HOLDERS {
        let appointment = Appointment {
            email: holder.email.into(),
            name: holder.name.into(),
            role: holder.role,
            department: holder.department.map(str::to_owned),
        };
        let area = areas::find(db, None, holder.area).await?;
        seats::appoint(db, &area, appointment, now).await?;
    }
    // Two homes in three have joined, which is what a good association reaches.
    let mut residents = Vec::new();
    for (place, slip) in slips.iter().enumerate().filter(|(place, _)| place % 3 != 2) {
        let name = NAMES[place % NAMES.len()].to_owned();
        let joined = households::join(
            db,
            (&slip.code.to_print(), Some(name), Some(PURPOSES.version)),
            Device::Browser(Agent::default()),
            now,
        )
        .await?;
        residents.extend(Caller::load(db, joined.city, joined.session, ground.clock.today()).await?);
    }
    circulate(db, ground, &residents).await
}

/// `area_code,group,household,delivery`: 13 groups with 15 or 16 homes each.
fn households() -> String {
    let mut csv = String::from("area_code,group,household,delivery\n");
    let associations = ["999997-1-01-001", "999997-1-01-002", "999997-1-02-001", "999997-2-01-001", "999997-2-01-002"];
    for (number, association) in associations.iter().enumerate() {
        for group in 1..=3 - usize::from(number > 2) {
            for home in 1..=15 + group % 2 {
                let delivery = match home % 5 {
                    0 => Delivery::Paper,
                    1 => Delivery::Both,
                    4 => Delivery::Undecided,
                    _ => Delivery::Digital,
                };
                csv.push_str(&format!("{association},{group},{group}-{home},{}\n", delivery.to_value()));
            }
        }
    }
    csv
}

/// A month's circulars, the older the more read.
async fn circulate(db: &impl ConnectionTrait, ground: &Ground, residents: &[Caller]) -> Result<(), Box<dyn Error>> {
    let now = ground.clock.now();
    for (place, circular) in CIRCULARS.iter().enumerate() {
        let at = now - Duration::days(circular.days_ago) - Duration::minutes(7 * place as i64);
        let author = caller(db, circular.author, ground).await?;
        let draft = notices::draft(db, &author, circular.draft(at.to_offset(JAPAN).date()), at).await?;
        attach(db, ground, (&draft, circular.files), (author.person, at)).await?;
        let emergency = circular.importance == Importance::Emergency;
        let publisher = if emergency { caller(db, HOLDERS[0].email, ground).await?.person } else { author.person };
        let notice = notices::publish(db, draft, (publisher, Publishing::default()), at).await?;
        for (number, resident) in residents.iter().enumerate() {
            let reads = (number * 7 + place * 3) % 10 < circular.read_of_ten;
            if reads {
                let opened = at + Duration::minutes(2 + (number * 13 % 600) as i64);
                let stamp = Stamp::of(resident.sign_in(), notice.id, number % 4 != 0);
                // Who may not read it leaves none.
                receipts::record(db, &[stamp], opened.min(now)).await?;
            }
        }
    }
    Ok(())
}

/// Attaches files to a draft, as if they had been handed in.
async fn attach(
    db: &impl ConnectionTrait,
    ground: &Ground,
    (draft, files): (&Notice, &[(&str, &'static [u8])]),
    (author, at): (PersonId, OffsetDateTime),
) -> Result<(), Box<dyn Error>> {
    let mut prepared = Vec::new();
    for (name, bytes) in files {
        let length = u64::try_from(bytes.len())?;
        let handed = Handed { name: (*name).to_owned(), length, bytes: Some(Bytes::from_static(bytes)) };
        match attachments::prepare((&ground.files, &ground.workshop), draft.city_id, handed).await {
            Ok(made) => prepared.push(made),
            // A made-up city without a picture is one to look at all the same.
            Err(not) => tracing::warn!(%name, ?not, "a file of the made-up city could not be prepared"),
        }
    }
    attachments::attach(db, draft, (author, prepared), at).await?;
    Ok(())
}

/// A seat holder as a caller.
async fn caller(db: &impl ConnectionTrait, email: &str, ground: &Ground) -> Result<Caller, Box<dyn Error>> {
    let account = account::Entity::find().filter(account::Column::Email.eq(email)).one(db).await?;
    let account = account.ok_or("a seat holder of the demo city is missing")?;
    let who = (account.city_id, account.person_id);
    let opened = identity::session::open(db, who, Device::Browser(Agent::default()), ground.clock.now()).await?;
    let caller = Caller::load(db, opened.city, opened.session, ground.clock.today()).await?;
    identity::session::end(db, opened.city, opened.session, ground.clock.now()).await?;
    caller.ok_or_else(|| "a seat holder of the demo city can't sign in".into())
}

async fn links(db: &impl ConnectionTrait, city: CityId, now: OffsetDateTime) -> Result<Vec<Link>, Box<dyn Error>> {
    let mut links = Vec::new();
    let group = area::Entity::with_codes(city, &["999997-1-01-001.2".to_owned()]).one(db).await?;
    let home = household::Entity::find()
        .filter(household::Column::CityId.eq(city))
        .filter(household::Column::AreaId.eq(group.ok_or("the demo city has lost a group")?.id))
        .order_by_asc(household::Column::Id)
        .one(db)
        .await?;
    let slip: Code =
        households::renew_slip(db, (city, home.ok_or("the demo city has lost a household")?.id), now).await?;
    links.push(Link { who: "Resident", path: format!("/join#{}", slip.to_print()) });
    for holder in HOLDERS.iter().rev() {
        let account = account::Entity::find().filter(account::Column::Email.eq(holder.email)).one(db).await?;
        let Some(account) = account.filter(|account| account.city_id == city) else { continue };
        let invitation = identity::renew_invitation(db, (city, account.person_id), now).await?;
        links.push(Link { who: holder.who, path: format!("/welcome#{}", invitation.code.to_print()) });
    }
    Ok(links)
}
