//! Drafting: a seat holder writes, for areas in their reach.

use entity::{
    area,
    ids::{CityId, NoticeId},
    notice::{self, Addressees, Category, Importance},
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::{NoticeError, checks::lines, facts::Facts, publishing_seat, reach, versions::Versions};
use crate::{
    clock::{JAPAN, end_of},
    identity::Caller,
    lock_screen::DRILL,
};

/// How far ahead a notice can be planned: what lies beyond is a slip of the finger.
pub(super) const AHEAD: Duration = Duration::days(366);

/// Whom a notice is for.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Codes of areas.
    pub areas: Vec<String>,
    /// Everyone there, or who holds a seat there.
    pub to: Addressees,
}

/// What somebody wrote.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Title.
    pub title: String,
    /// Text, plain.
    pub body: String,
    /// How it rings.
    pub importance: Importance,
    /// What it is about.
    pub category: Category,
    /// Whom it is for.
    pub audience: Audience,
    /// The last day on which it matters.
    pub circulate_until: Option<Date>,
    /// When it is to go out; none: when it is published.
    pub publish_at: Option<OffsetDateTime>,
    /// Whether it is a drill.
    pub drill: bool,
    /// What it tells of.
    pub facts: Facts,
    /// Its text in other words.
    pub versions: Versions,
}

/// Keeps a draft in the name of the first of the caller's seats that reaches all its areas.
///
/// # Errors
/// Of the audience, the times, or the caller's rights.
pub async fn draft(
    db: &impl ConnectionTrait,
    caller: &Caller,
    draft: Draft,
    now: OffsetDateTime,
) -> Result<notice::Model, NoticeError> {
    if caller.seats.is_empty() {
        return Err(NoticeError::NoSeat);
    }
    draft.check_times(now)?;
    let areas = named_areas(db, caller.city, &draft.audience.areas).await?;
    let seat = publishing_seat(&caller.seats, &areas, draft.importance)?;
    let row = notice::ActiveModel {
        author_id: Set(Some(caller.person)),
        sender_area_id: Set(seat.area.id),
        sender_role: Set(seat.role),
        ..draft.into_row(caller.city, &areas, now)
    };
    insert(db, row).await
}

/// Writes the row of a draft, if anybody is there to read it.
pub(super) async fn insert(db: &impl ConnectionTrait, row: notice::ActiveModel) -> Result<notice::Model, NoticeError> {
    let notice = row.insert(db).await?;
    let today = notice.created_at.to_offset(JAPAN).date();
    if reach(db, notice.city_id, (&notice.area_ids, notice.addressees), today).await?.associations == 0 {
        return Err(NoticeError::NobodyThere);
    }
    Ok(notice)
}

impl Draft {
    fn check_times(&self, now: OffsetDateTime) -> Result<(), NoticeError> {
        self.facts.check(&Facts::default(), now)?;
        if self.publish_at.is_some_and(|at| at > now + AHEAD) {
            return Err(NoticeError::TooFarAhead("publish_at"));
        }
        if self.circulate_until.is_some_and(|day| day > now.date() + AHEAD) {
            return Err(NoticeError::TooFarAhead("circulate_until"));
        }
        if self.publish_at.is_some_and(|at| at <= now) {
            return Err(NoticeError::InThePast("publish_at"));
        }
        let begins = self.publish_at.unwrap_or(now);
        if self.circulate_until.is_some_and(|day| end_of(day) <= begins) {
            return Err(NoticeError::InThePast("circulate_until"));
        }
        Ok(())
    }

    /// The row without author and sender.
    pub(super) fn into_row(self, city: CityId, areas: &[area::Model], now: OffsetDateTime) -> notice::ActiveModel {
        let mut row = notice::ActiveModel {
            city_id: Set(city),
            id: Set(NoticeId::new()),
            title: Set(drill_title(self.title.trim(), self.drill)),
            body: Set(lines(&self.body)),
            importance: Set(self.importance),
            category: Set(self.category),
            addressees: Set(self.audience.to),
            area_ids: Set(widest(areas)),
            circulate_until: Set(self.circulate_until),
            publish_at: Set(self.publish_at),
            drill: Set(self.drill),
            revision: Set(1),
            created_at: Set(now),
            ..Default::default()
        };
        self.facts.put(&mut row);
        self.versions.put(self.drill, &mut row);
        row
    }
}

/// A drill says so before anything else in its title, whatever its author wrote: 職業訓練センター in it says nothing of a drill.
pub(super) fn drill_title(title: &str, drill: bool) -> String {
    if drill && !title.starts_with(DRILL) { format!("{DRILL}{title}") } else { title.to_owned() }
}

/// The areas with these codes, in their order.
async fn named_areas(
    db: &impl ConnectionTrait,
    city: CityId,
    codes: &[String],
) -> Result<Vec<area::Model>, NoticeError> {
    let found = area::Entity::with_codes(city, codes).all(db).await?;
    let named = |(place, code): (usize, &String)| {
        found.iter().find(|area| area.code == *code).cloned().ok_or(NoticeError::UnknownArea(place))
    };
    codes.iter().enumerate().map(named).collect()
}

/// The ids of the areas that lie in none of the others.
fn widest(areas: &[area::Model]) -> Vec<Uuid> {
    let inside = |area: &area::Model| areas.iter().any(|other| other.id != area.id && area.path.contains(&other.id.0));
    let mut ids: Vec<Uuid> = areas.iter().filter(|area| !inside(area)).map(|area| area.id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
