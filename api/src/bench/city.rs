//! A city to measure with: areas, households, persons with a phone each, written as sets.

use std::fmt::Write as _;

use entity::{city, seat::Role};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
    TransactionTrait as _,
};

use super::{given::Given, push::Outcome};
use crate::{
    areas,
    identity::{Agent, Caller, session, session::Device},
    seats::{self, Appointment},
    server::Ground,
};

/// The code of the city.
pub const CITY: &str = "999998";
/// Phones of one association.
pub const OF_AN_ASSOCIATION: usize = 290;
const WARDS: usize = 7;

/// Fills an empty database, as its owner, with a city of which person number n has the subscription `phones[n % phones.len()]`, for n up to `persons`.
/// Gives a member of the city's staff.
///
/// # Errors
/// The database's, or when it is not empty.
pub async fn fill(db: &DatabaseConnection, ground: &Ground, (phones, persons): (&[Given], usize)) -> Outcome<Caller> {
    if city::Entity::find().filter(city::Column::Code.eq(CITY)).one(db).await?.is_some() {
        return Err("the database has a city to measure with already: drop it first".into());
    }
    let associations = persons.div_ceil(OF_AN_ASSOCIATION).max(1);
    let now = ground.clock.now();
    let tx = db.begin().await?;
    areas::import_areas(&tx, tree(associations).as_bytes(), now).await?;
    let area = areas::find(&tx, None, CITY).await?;
    let appointment = Appointment {
        email: "measured@kairan.example".into(),
        name: "計測".into(),
        role: Role::Staff,
        department: None,
    };
    seats::appoint(&tx, &area, appointment, now).await?;
    tx.commit().await?;
    let copied = copy(db, phones, persons, &ground.keys.vapid.id()).await?;
    debug_assert_eq!(copied, persons as u64);
    db.execute_unprepared(&FILL.replace("{associations}", &associations.to_string())).await?;
    // What the database does by itself once a city has been there for a while.
    db.execute_unprepared("VACUUM ANALYZE").await?;
    db.execute_unprepared("CHECKPOINT").await?;
    staff(ground).await
}

async fn staff(ground: &Ground) -> Outcome<Caller> {
    let person = entity::account::Entity::find().one(&ground.db).await?.ok_or("nobody to publish")?;
    let who = (person.city_id, person.person_id);
    let opened = session::open(&ground.db, who, Device::Browser(Agent::default()), ground.clock.now()).await?;
    let caller = Caller::load(&ground.db, opened.city, opened.session, ground.clock.today()).await?;
    caller.ok_or_else(|| "the staff can't sign in".into())
}

/// The code of an association.
#[must_use]
pub fn association(number: usize) -> String {
    format!("{CITY}-{}-{number}", number % WARDS + 1)
}

fn tree(associations: usize) -> String {
    let mut csv = format!("code,parent_code,kind,name,latitude,longitude\n{CITY},,city,計測市,,\n");
    for ward in 1..=WARDS {
        let _ = writeln!(csv, "{CITY}-{ward},{CITY},ward,{ward}区,,");
    }
    for number in 0..associations {
        let ward = number % WARDS + 1;
        let _ = writeln!(csv, "{},{CITY}-{ward},association,第{number}町内会,,", association(number));
    }
    csv
}

/// The phones, as rows of a table of this measurement.
async fn copy(db: &DatabaseConnection, phones: &[Given], persons: usize, vapid_key: &str) -> Outcome<u64> {
    db.execute_unprepared(
        "CREATE UNLOGGED TABLE measured (n integer PRIMARY KEY, endpoint text, origin text, p256dh bytea, auth bytea, vapid_key text)",
    )
    .await?;
    let mut connection = db.get_postgres_connection_pool().acquire().await?;
    let mut copy = connection.copy_in_raw("COPY measured FROM STDIN").await?;
    let mut lines = String::new();
    for (number, phone) in phones.iter().cycle().take(persons).enumerate() {
        let Given { endpoint, origin, p256dh, auth } = phone;
        let (p256dh, auth) = (hex(p256dh), hex(auth));
        let _ = writeln!(lines, "{number}\t{endpoint}\t{origin}\t{p256dh}\t{auth}\t{vapid_key}");
        if lines.len() > 1 << 20 {
            copy.send(std::mem::take(&mut lines).into_bytes()).await?;
        }
    }
    copy.send(lines.into_bytes()).await?;
    Ok(copy.finish().await?)
}

/// Bytes as COPY reads them.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("\\\\x"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Two persons to a household. Each id is made from the person's number.
const FILL: &str = "
BEGIN;
CREATE TEMPORARY TABLE home ON COMMIT DROP AS
    SELECT (row_number() OVER (ORDER BY code) - 1)::integer AS place, id, city_id FROM area WHERE kind = 'association';
INSERT INTO household (city_id, id, area_id, label, delivery, created_at)
    SELECT h.city_id, md5('household' || m.n / 2)::uuid, h.id, 'home ' || m.n / 2, 'digital', now()
    FROM measured m JOIN home h ON h.place = (m.n / 2) % {associations} WHERE m.n % 2 = 0;
INSERT INTO person (city_id, id, household_id, created_at)
    SELECT c.id, md5('person' || m.n)::uuid, md5('household' || m.n / 2)::uuid, now() FROM measured m, city c;
INSERT INTO session (city_id, id, person_id, created_at)
    SELECT c.id, md5('session' || m.n)::uuid, md5('person' || m.n)::uuid, now() FROM measured m, city c;
INSERT INTO subscription (city_id, id, person_id, session_id, origin, endpoint, endpoint_hash, p256dh, auth, vapid_key, created_at)
    SELECT c.id, md5('subscription' || m.n)::uuid, md5('person' || m.n)::uuid, md5('session' || m.n)::uuid, m.origin, m.endpoint,
           sha256(m.n::text::bytea), m.p256dh, m.auth, m.vapid_key, now()
    FROM measured m, city c;
DROP TABLE measured;
COMMIT;
";
