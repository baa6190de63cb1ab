//! My notices, and the office: what one's seats have drafted and sent.

use actix_web::{
    HttpResponse, get,
    web::{Data, Query, ServiceConfig},
};
use askama::Template;
use entity::{
    area,
    notice::{self, Importance},
    proxy,
};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    Entry, category, feed, office,
    senders::{name_of, senders},
    view::{Item, ListPage, Marks, OfficePage, OfficeRow, State},
};
use crate::{
    areas::association_of,
    clock::Clock,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{
        Cursor, PageQuery,
        dates::Ago,
        filters,
        page::{Frame, Section, Who, html},
    },
};

/// Notices on a page of the list.
const ON_A_PAGE: u64 = 50;

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(my_notices).service(office_page);
    super::compose::pages(config);
    super::editing::pages(config);
}

#[derive(Template)]
#[template(path = "web/home.html")]
struct HomePage {
    frame: Frame,
}

/// Links from elsewhere bring parameters of their own along.
#[derive(Deserialize)]
struct HomeQuery {
    cursor: Option<String>,
}

/// My notices; for who is not signed in, what this is and how to get in.
#[get("/")]
async fn my_notices(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Result<Caller, Problem>,
    query: Query<HomeQuery>,
) -> Result<HttpResponse, Problem> {
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) if problem.code() == "unauthenticated" => {
            return html(&HomePage { frame: Frame::new("home-title", Who::Nobody) });
        }
        Err(problem) => return Err(problem),
    };
    let page = PageQuery { cursor: query.into_inner().cursor, limit: None };
    let (cursor, _) = page.read()?;
    let now = clock.now();
    let tx = cities.look(caller.city).await?;
    let mut entries = feed(&tx, &caller, (cursor, ON_A_PAGE + 1), now).await?;
    let more = entries.len() as u64 > ON_A_PAGE;
    entries.truncate(usize::try_from(ON_A_PAGE).unwrap_or(50));
    let last = entries.last().filter(|_| more).and_then(|entry| Some((entry.notice.published_at?, entry.notice.id.0)));
    let items = lines(&tx, &entries, "", now).await?;
    let (mut emergencies, mut unread, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for (entry, item) in entries.iter().zip(items) {
        let open = entry.notice.withdrawn_at.is_none() && entry.notice.closed_at.is_none();
        if open && item.marks.emergency && !item.state.acknowledged {
            emergencies.push(item);
        } else if item.state.unread {
            unread.push(item);
        } else {
            rest.push(item);
        }
    }
    html(&ListPage {
        frame: Frame::new("お知らせ", Who::from(&caller)).at(Section::Notices),
        place: place(&tx, &caller).await?,
        proxy: answers(&tx, &caller).await?,
        emergencies,
        unread,
        rest,
        first: cursor.is_none(),
        more: last.map(|(at, id)| format!("/?cursor={}", Cursor { at, id }.to_text())),
    })
}

/// Entries of a list as its lines, whose pages are below `base`.
///
/// # Errors
/// The database's.
pub async fn lines(
    db: &impl ConnectionTrait,
    entries: &[Entry],
    base: &str,
    now: OffsetDateTime,
) -> Result<Vec<Item>, Problem> {
    let sending = senders(db, entries.iter().map(|entry| &*entry.notice)).await?;
    Ok(entries.iter().map(|entry| item(entry, (&sending, base), now)).collect())
}

/// Whether somebody answers for another household.
async fn answers(db: &impl ConnectionTrait, caller: &Caller) -> Result<bool, Problem> {
    let theirs = proxy::Entity::find()
        .filter(proxy::Column::CityId.eq(caller.city))
        .filter(proxy::Column::PersonId.eq(caller.person));
    Ok(theirs.one(db).await?.is_some())
}

fn item(Entry { notice, receipt }: &Entry, (senders, base): (&[area::Model], &str), now: OffsetDateTime) -> Item {
    Item {
        href: format!("{base}/n/{}", notice.id),
        title: notice.title.clone(),
        sender: name_of(senders, notice),
        at: Ago { at: notice.published_at.unwrap_or(notice.created_at), now },
        marks: Marks::of(notice),
        category: category::telling_name(notice.category),
        state: State {
            unread: receipt.is_none() && notice.withdrawn_at.is_none() && notice.closed_at.is_none(),
            read: receipt.is_some(),
            acknowledged: receipt.as_ref().is_some_and(|receipt| receipt.acknowledged_at.is_some()),
        },
    }
}

/// Where the caller belongs, in words: 桜町一丁目町内会 1班, or the areas of their seats.
async fn place(db: &impl ConnectionTrait, caller: &Caller) -> Result<String, Problem> {
    let Some(home) = &caller.home else {
        let mut seats: Vec<&str> = caller.seats.iter().map(|seat| &*seat.area.name).collect();
        seats.dedup();
        return Ok(seats.join("、"));
    };
    match association_of(&home.area).filter(|id| *id != home.area.id) {
        None => Ok(home.area.name.clone()),
        Some(above) => {
            let above = area::Entity::find_by_id((caller.city, above)).one(db).await?;
            Ok(format!("{} {}", above.map(|area| area.name).unwrap_or_default(), home.area.name))
        }
    }
}

#[get("/office")]
async fn office_page(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let tx = cities.look(caller.city).await?;
    let notices = office(&tx, &caller).await?;
    let sending = senders(&tx, notices.iter()).await?;
    let (mut drafts, mut scheduled, mut published) = (Vec::new(), Vec::new(), Vec::new());
    for notice in &notices {
        let row = office_row(notice, name_of(&sending, notice), now);
        match notice.published_at {
            None => drafts.push(row),
            Some(at) if at > now => scheduled.push(row),
            Some(_) => published.push(row),
        }
    }
    html(&OfficePage {
        frame: Frame::new("送ったお知らせ", Who::from(&caller)).at(Section::Office),
        offices: caller.seats.iter().map(|seat| seat.area.name.clone()).collect(),
        drafts,
        scheduled,
        published,
    })
}

fn office_row(notice: &notice::Model, sender: String, now: OffsetDateTime) -> OfficeRow {
    let link = |verb: &str| Some(format!("/notices/{}/{verb}", notice.id));
    let (draft, open) = (notice.published_at.is_none(), notice.withdrawn_at.is_none());
    let out = notice.published_at.is_some_and(|at| at <= now);
    OfficeRow {
        href: if draft { format!("/notices/{}/confirm", notice.id) } else { format!("/n/{}", notice.id) },
        title: notice.title.clone(),
        sender,
        at: Ago { at: notice.published_at.unwrap_or(notice.created_at), now },
        marks: Marks::of(notice),
        waits: draft && notice.importance == Importance::Emergency,
        coverage: out.then(|| format!("/n/{}/coverage", notice.id)),
        correct: if !draft && open { link("correct") } else { None },
        withdraw: if !draft && open { link("withdraw") } else { None },
    }
}
