//! Who is behind a sign-in: session, person, household and seats, for any number of sign-ins in one statement.

use std::sync::LazyLock;

use entity::{
    area, household,
    ids::{CityId, HouseholdId, PersonId, SeatId, SessionId},
    seat::Role,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult, Iden as _, Iterable as _, QueryResult};
use time::Date;
use uuid::Uuid;

use super::{Caller, Home, Seat, idle, seen::Seen};
use crate::{
    clock::Clock,
    postgres::{gather::Gather, sql},
    problem::Problem,
};

/// By what somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// A session that an access token names.
    Session(CityId, SessionId),
    /// The SHA-256 of a browser's cookie.
    Cookie(Vec<u8>),
}

/// Reads callers for the requests of a server, many at a time.
#[derive(Debug)]
pub struct Callers(Gather<SignIn, Result<Option<Caller>, DbErr>>);

impl Callers {
    /// Begins to read from `db`.
    #[must_use]
    pub fn start(db: DatabaseConnection, clock: Clock) -> Self {
        let seen = Seen::default();
        Self(Gather::start("callers", std::time::Duration::ZERO, move |who: Vec<SignIn>| {
            let (db, today, seen) = (db.clone(), clock.today(), seen.clone());
            async move {
                match Caller::load_all(&db, &who, today).await {
                    Ok(callers) => {
                        seen.note(&db, &callers, today);
                        callers.into_iter().map(Ok).collect()
                    }
                    Err(error) => vec![Err(error); who.len()],
                }
            }
        }))
    }

    /// The caller behind a sign-in, as they are now.
    ///
    /// # Errors
    /// `unauthenticated` where it has ended; the database's.
    pub async fn load(&self, who: SignIn) -> Result<Caller, Problem> {
        self.0.ask(who).await??.ok_or_else(Problem::unauthenticated)
    }
}

/// A line for each person and seat. One look into the keys for each of them, whatever the statistics say.
static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let columns = |table: &str| {
        let names = area::Column::iter().map(|column| column.unquoted().to_owned());
        names.map(|name| format!("{table}.{name} AS {table}_{name}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "SELECT who.n, s.city_id, s.id AS session, s.further_id,
                COALESCE(s.seen_on, (s.created_at AT TIME ZONE 'Asia/Tokyo')::date) AS seen_on, p.id AS person, p.name, p.consent_version, h.id AS household, h.label, h.delivery, {},
                seat.id AS seat, seat.role, seat.department, seat.ends_on, {}
         FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) WITH ORDINALITY AS who (city_id, session_id, cookie_hash, n)
         CROSS JOIN LATERAL (
            SELECT * FROM session WHERE city_id = who.city_id AND id = who.session_id
            UNION ALL SELECT * FROM session WHERE cookie_hash = who.cookie_hash AND who.cookie_hash <> '') AS s
         JOIN person p ON p.city_id = s.city_id AND p.id = s.person_id
         LEFT JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id
         LEFT JOIN area home ON home.city_id = h.city_id AND home.id = h.area_id
         LEFT JOIN seat ON seat.city_id = p.city_id AND seat.person_id = p.id
              AND seat.starts_on <= $4 AND (seat.ends_on IS NULL OR seat.ends_on >= $4)
         LEFT JOIN area office ON office.city_id = seat.city_id AND office.id = seat.area_id
         WHERE s.ended_at IS NULL
         ORDER BY who.n, seat.id",
        columns("home"),
        columns("office")
    )
});

impl Caller {
    /// Reads the person of a sign-in that has not ended, nor lain unused for too long.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(
        db: &impl ConnectionTrait,
        city: CityId,
        session: SessionId,
        today: Date,
    ) -> Result<Option<Self>, DbErr> {
        Ok(Self::load_all(db, &[SignIn::Session(city, session)], today).await?.pop().flatten())
    }

    /// Reads the persons of sign-ins, place by place; none where it has ended, has not been used for too long, or there never was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn load_all(db: &impl ConnectionTrait, who: &[SignIn], today: Date) -> Result<Vec<Option<Self>>, DbErr> {
        let (mut cities, mut sessions, mut cookies) = (Vec::new(), Vec::new(), Vec::new());
        for one in who {
            // What is not given is never found: no id is nil, and every hash has a length.
            let (city, session, cookie) = match one {
                SignIn::Session(city, session) => (city.0, session.0, Vec::new()),
                SignIn::Cookie(hash) => (Uuid::nil(), Uuid::nil(), hash.clone()),
            };
            cities.push(city);
            sessions.push(session);
            cookies.push(cookie);
        }
        let mut callers: Vec<Option<Self>> = vec![None; who.len()];
        let values = [cities.into(), sessions.into(), cookies.into(), today.into()];
        for row in db.query_all_raw(sql(&STATEMENT, values)).await? {
            let n: i64 = row.try_get("", "n")?;
            let Some(place) = usize::try_from(n - 1).ok().and_then(|n| callers.get_mut(n)) else { continue };
            let caller = match place {
                Some(caller) => caller,
                none => none.insert(person(&row)?),
            };
            caller.seats.extend(seat(&row)?);
        }
        for place in &mut callers {
            place.take_if(|caller| idle::is_over(caller, today));
        }
        Ok(callers)
    }
}

/// The person of a line, without their seats.
fn person(row: &QueryResult) -> Result<Caller, DbErr> {
    let home = match row.try_get::<Option<HouseholdId>>("", "household")? {
        Some(household) => Some(Home {
            household,
            label: row.try_get("", "label")?,
            delivery: row.try_get::<household::Delivery>("", "delivery")?,
            area: area::Model::from_query_result(row, "home_")?,
        }),
        None => None,
    };
    Ok(Caller {
        city: row.try_get("", "city_id")?,
        person: row.try_get::<PersonId>("", "person")?,
        name: row.try_get("", "name")?,
        agreed_to: row.try_get("", "consent_version")?,
        session: row.try_get("", "session")?,
        home,
        seats: Vec::new(),
        address: None,
        further: row.try_get("", "further_id")?,
        seen_on: row.try_get("", "seen_on")?,
    })
}

fn seat(row: &QueryResult) -> Result<Option<Seat>, DbErr> {
    let Some(id) = row.try_get::<Option<SeatId>>("", "seat")? else { return Ok(None) };
    Ok(Some(Seat {
        id,
        role: row.try_get::<Role>("", "role")?,
        department: row.try_get("", "department")?,
        ends_on: row.try_get("", "ends_on")?,
        area: area::Model::from_query_result(row, "office_")?,
    }))
}
