//! All that is kept of somebody, for them to take along.

use entity::ids::CityId;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{identity::Caller, postgres::sql};

time::serde::format_description!(iso_day, Date, "[year]-[month]-[day]");

/// All that is kept of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Export {
    /// When it was gathered.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who they are.
    pub person: Person,
    /// Seats, past and to come among them.
    pub seats: Vec<Seat>,
    /// Devices on which they are or were signed in.
    pub sign_ins: Vec<SignIn>,
    /// What they sign in with in place of a password, newest first.
    pub passkeys: Vec<Passkey>,
    /// Browsers that are or were rung.
    pub notifications: Vec<Notifications>,
    /// When and for what they want to be rung, if they chose.
    pub rings: Option<Rings>,
    /// Households that they answer for.
    pub answers_for: Vec<AnsweredFor>,
    /// What they opened first in their household, or stamped for one that they answer for, newest first.
    pub receipts: Vec<Receipt>,
    /// Notices that they drafted or published, newest first.
    pub notices: Vec<Notice>,
    /// What the audit log says that they did, newest first.
    pub acts: Vec<Act>,
    /// When somebody in office looked at a list that they or their household stand on, newest first.
    pub looks: Vec<Look>,
}

/// Who they are.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Person {
    /// Id.
    pub id: Uuid,
    /// What they are called, if they said.
    pub name: Option<String>,
    /// When they joined.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub joined_at: OffsetDateTime,
    /// Mail address of their account, if they have one.
    pub email: Option<String>,
    /// How their association names their household.
    pub household: Option<String>,
    /// Where it lives: group or association.
    pub area: Option<String>,
    /// digital, paper, both, undecided.
    pub delivery: Option<String>,
    /// The version of the purposes that they agreed to.
    pub consent_version: Option<i16>,
    /// When they agreed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub consented_at: Option<OffsetDateTime>,
}

/// A household that they answer for.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct AnsweredFor {
    /// How its association names it.
    pub household: String,
    /// Where it lives: group or association.
    pub area: String,
    /// The day on which the household agreed.
    #[serde(with = "iso_day")]
    #[schema(value_type = String, format = Date)]
    pub consented_on: Date,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
}

/// A seat.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Seat {
    /// staff, officer, leader.
    pub role: String,
    /// Of which area.
    pub area: String,
    /// Department of a member of staff.
    pub department: Option<String>,
    /// Its first day.
    #[serde(with = "iso_day")]
    #[schema(value_type = String, format = Date)]
    pub starts_on: Date,
    /// Its last day.
    #[serde(with = "iso_day::option")]
    #[schema(value_type = Option<String>, format = Date)]
    pub ends_on: Option<Date>,
}

/// A device.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct SignIn {
    /// What it is called: iPhoneのSafari.
    pub device: Option<String>,
    /// The last day on which it was used.
    #[serde(with = "iso_day::option")]
    #[schema(value_type = Option<String>, format = Date)]
    pub seen_on: Option<Date>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// Until when; none: they are.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<OffsetDateTime>,
}

/// A passkey.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Passkey {
    /// Where it was made: iPhoneのSafari.
    pub device: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<OffsetDateTime>,
}

/// A browser that is rung.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Notifications {
    /// The push service.
    pub service: String,
    /// The language in which it is rung: ja, ja-yasashii, en.
    pub language: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// Until when; none: it is.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<OffsetDateTime>,
}

/// When and for what they want to be rung.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Rings {
    /// The first quiet hour of the day, in Japan.
    pub quiet_from: Option<i16>,
    /// The first one after.
    pub quiet_to: Option<i16>,
    /// How what is merely good to know rings: at_once, weekly, never.
    pub fyi: String,
    /// The day of the weekly summary, 1 (Monday) to 7.
    pub weekday: i16,
    /// Its hour.
    pub hour: i16,
    /// Categories that don't ring.
    pub muted: Vec<String>,
    /// When they chose.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
}

/// What they read.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Receipt {
    /// The notice.
    pub notice_id: Uuid,
    /// Its title.
    pub title: String,
    /// When they opened it; midnight where only the day is kept.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub read_at: OffsetDateTime,
    /// When the household acknowledged it.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<OffsetDateTime>,
    /// When that was pressed by the phone's clock, where it waited for the net.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub pressed_at: Option<OffsetDateTime>,
    /// digital, paper, proxy.
    pub source: String,
}

/// What they sent.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Notice {
    /// Id.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// When it was drafted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When it came out.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<OffsetDateTime>,
}

/// What they did.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Act {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// What.
    pub act: String,
    /// To what.
    pub object: String,
    /// From where.
    pub address: Option<String>,
    /// done or refused.
    pub outcome: String,
}

/// Somebody's look at a list.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
pub struct Look {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// At what.
    pub act: String,
    /// staff, officer, leader; none where they hold several seats, or it was done on the server.
    pub role: Option<String>,
    /// Of which area.
    pub area: Option<String>,
}

const PERSON: &str =
    "SELECT p.id, p.name, p.created_at AS joined_at, account.email, h.label AS household, a.name AS area, h.delivery,
        p.consent_version, p.consented_at
    FROM person p
    LEFT JOIN account ON account.city_id = p.city_id AND account.person_id = p.id
    LEFT JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id
    LEFT JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
    WHERE p.city_id = $1 AND p.id = $2";
const SEATS: &str = "SELECT s.role, a.name AS area, s.department, s.starts_on, s.ends_on
    FROM seat s JOIN area a ON a.city_id = s.city_id AND a.id = s.area_id
    WHERE s.city_id = $1 AND s.person_id = $2 ORDER BY s.starts_on, s.id";
const SIGN_INS: &str = "SELECT device, seen_on, created_at AS since, ended_at AS until FROM session
    WHERE city_id = $1 AND person_id = $2 ORDER BY created_at DESC";
const PASSKEYS: &str = "SELECT name AS device, created_at AS since, used_at FROM passkey
    WHERE city_id = $1 AND person_id = $2 ORDER BY id DESC";
const NOTIFICATIONS: &str =
    "SELECT origin AS service, language, created_at AS since, gone_at AS until FROM subscription
    WHERE city_id = $1 AND person_id = $2 ORDER BY created_at DESC";
const RINGS: &str =
    "SELECT quiet_from, quiet_to, fyi, weekday, hour, muted, changed_at, untold_from, untold_until FROM push_preference
    WHERE city_id = $1 AND person_id = $2";
const ANSWERS_FOR: &str = "SELECT h.label AS household, a.name AS area, x.consented_on, x.since FROM proxy x
    JOIN household h ON h.city_id = x.city_id AND h.id = x.household_id
    JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
    WHERE x.city_id = $1 AND x.person_id = $2 ORDER BY x.since DESC";
// By the stamps of their home and of those that they answer for, which are few: nobody else is looked for by person.
const RECEIPTS: &str = "SELECT r.notice_id, n.title, r.read_at, r.acknowledged_at, r.pressed_at, r.source
    FROM receipt r JOIN notice n ON n.city_id = r.city_id AND n.id = r.notice_id
    WHERE r.city_id = $1 AND r.person_id = $2
      AND r.reader_id IN (SELECT $2 UNION ALL SELECT household_id FROM person WHERE city_id = $1 AND id = $2
                          UNION ALL SELECT household_id FROM proxy WHERE city_id = $1 AND person_id = $2)
    ORDER BY r.read_at DESC, r.notice_id";
const NOTICES: &str = "SELECT id, title, created_at, published_at FROM notice
    WHERE city_id = $1 AND $2 IN (author_id, publisher_id) ORDER BY id DESC";
const ACTS: &str =
    "SELECT at, act, object, address, outcome FROM audit WHERE city_id = $1 AND person_id = $2 ORDER BY seq DESC";
const LOOKS: &str = "SELECT e.at, e.act, s.role, a.name AS area
    FROM audit_looks($2, (SELECT household_id FROM person WHERE city_id = $1 AND id = $2)) AS e
    LEFT JOIN seat s ON s.city_id = e.city_id AND s.id = e.seat_id
    LEFT JOIN area a ON a.city_id = s.city_id AND a.id = s.area_id
    WHERE e.city_id = $1 AND e.person_id IS DISTINCT FROM $2 ORDER BY e.seq DESC";

/// Gathers all that is kept of the caller.
///
/// # Errors
/// The database's.
pub async fn export(db: &impl ConnectionTrait, caller: &Caller, now: OffsetDateTime) -> Result<Export, DbErr> {
    let whose = (caller.city, caller.person.0);
    let person = rows(db, PERSON, whose).await?.pop();
    Ok(Export {
        at: now,
        person: person.ok_or_else(|| DbErr::RecordNotFound("the caller".into()))?,
        seats: rows(db, SEATS, whose).await?,
        sign_ins: rows(db, SIGN_INS, whose).await?,
        passkeys: rows(db, PASSKEYS, whose).await?,
        notifications: rows(db, NOTIFICATIONS, whose).await?,
        rings: rows(db, RINGS, whose).await?.pop(),
        answers_for: rows(db, ANSWERS_FOR, whose).await?,
        receipts: rows(db, RECEIPTS, whose).await?,
        notices: rows(db, NOTICES, whose).await?,
        acts: rows(db, ACTS, whose).await?,
        looks: rows(db, LOOKS, whose).await?,
    })
}

async fn rows<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    text: &str,
    (city, person): (CityId, Uuid),
) -> Result<Vec<T>, DbErr> {
    T::find_by_statement(sql(text, [city.0.into(), person.into()])).all(db).await
}
