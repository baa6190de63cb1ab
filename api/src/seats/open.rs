//! What is open when a seat is handed over: drafts, what is scheduled, who has not read, and homes that no phone reaches.

use entity::{area, household::Delivery, notice, seat::Role};
use sea_orm::{ColumnTrait as _, ConnectionTrait, FromQueryResult, QueryFilter as _};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::Holder;
use crate::{
    areas::Count,
    clock::{JAPAN, end_of},
    identity::Caller,
    notices::office,
    postgres::sql,
    problem::Problem,
    receipts::{By, coverage},
};

/// A notice whose days are not said is looked after for so long.
const LOOKED_AFTER: Duration = Duration::days(30);
/// Notices whose readers are counted: more is no list that anybody goes through.
const MOST: usize = 10;

/// What is open.
#[derive(Debug, Default)]
pub struct Open {
    /// Drafts.
    pub drafts: Vec<notice::Model>,
    /// Notices that are to come out.
    pub scheduled: Vec<notice::Model>,
    /// Notices that not every home has read.
    pub unread: Vec<Unread>,
    /// Homes that get paper, have not decided, or have no phone.
    pub homes: Vec<Home>,
}

/// A notice that not every home has read.
#[derive(Debug)]
pub struct Unread {
    /// The notice.
    pub notice: notice::Model,
    /// The homes that it is for.
    pub households: i64,
    /// Of these, those that have not read.
    pub unread: i64,
}

/// A home to which somebody has to go.
#[derive(Debug, FromQueryResult)]
pub struct Home {
    /// Its id.
    pub id: Uuid,
    /// How its association names it.
    pub label: String,
    /// Its group or association.
    pub area: String,
    /// How it wants its notices.
    pub delivery: Delivery,
    /// Whether anybody there is signed in.
    pub phone: bool,
}

/// What is open in and below the area of a seat, for somebody of the association.
///
/// # Errors
/// The database's.
pub async fn open(
    db: &impl ConnectionTrait,
    caller: &Caller,
    holder: &Holder,
    now: OffsetDateTime,
) -> Result<Open, Problem> {
    let mut open = Open::default();
    let today = now.to_offset(JAPAN).date();
    let notices = office(db, caller).await?;
    let senders: Vec<Uuid> = notices.iter().map(|notice| notice.sender_area_id.0).collect();
    let senders = area::Entity::of(caller.city).filter(area::Column::Id.is_in(senders)).all(db).await?;
    let within = |notice: &notice::Model| {
        let sender = senders.iter().find(|area| area.id == notice.sender_area_id);
        sender.is_some_and(|area| area.path.starts_with(&holder.area.path))
    };
    let by = if holder.seat.role == Role::Leader { By::Group } else { By::Association };
    for notice in notices.into_iter().filter(within) {
        match notice.published_at {
            None => open.drafts.push(notice),
            Some(_) if notice.withdrawn_at.is_some() => {}
            Some(at) if at > now => open.scheduled.push(notice),
            Some(at) => {
                let until = notice.circulate_until.map_or(at + LOOKED_AFTER, end_of);
                if until <= now || holder.seat.role == Role::Staff || open.unread.len() == MOST {
                    continue;
                }
                let rows = coverage(db, caller, (&notice, by), today).await?;
                let number = |count: Count| if let Count::Exact(number) = count { number } else { 0 };
                let own = rows.iter().filter(|row| by == By::Association || row.code == holder.area.code);
                let (households, read) =
                    own.fold((0, 0), |(all, read), row| (all + number(row.households), read + number(row.read)));
                if read < households {
                    open.unread.push(Unread { notice, households, unread: households - read });
                }
            }
        }
    }
    if holder.seat.role != Role::Staff {
        open.homes = homes(db, &holder.area).await?;
    }
    Ok(open)
}

/// The homes in and below an area that get paper, have not decided, or have no phone.
async fn homes(db: &impl ConnectionTrait, area: &area::Model) -> Result<Vec<Home>, Problem> {
    let statement = sql(
        "SELECT * FROM (
            SELECT h.id, h.label, a.name AS area, a.code, h.delivery,
                   EXISTS (SELECT FROM person p JOIN session s ON s.city_id = p.city_id AND s.person_id = p.id
                           WHERE p.city_id = h.city_id AND p.household_id = h.id AND s.ended_at IS NULL) AS phone
            FROM household h JOIN area a ON a.city_id = h.city_id AND a.id = h.area_id
            WHERE h.city_id = $1 AND a.path @> ARRAY[$2]) AS home
         WHERE delivery <> 'digital' OR NOT phone
         ORDER BY code, label LIMIT 2000",
        [area.city_id.0.into(), area.id.0.into()],
    );
    Ok(Home::find_by_statement(statement).all(db).await?)
}
