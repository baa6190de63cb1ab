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
use time::OffsetDateTime;

use super::{
    listed::{Place, listed},
    office,
    office_view::{OfficePage, OfficeRow},
    query::ListQuery,
    senders::{name_of, senders},
    view::{ListPage, Marks},
};
use crate::{
    areas::association_of,
    clock::Clock,
    identity::{Caller, Visitor},
    postgres::cities::Cities,
    problem::Problem,
    web::{
        dates::Ago,
        filters,
        page::{Frame, Section, Who, html},
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(my_notices).service(office_page);
    super::attachments::pages::pages(config);
    super::calendar::pages(config);
    super::compose::pages(config);
    super::editing::pages(config);
}

#[derive(Template)]
#[template(path = "web/home.html")]
struct HomePage {
    frame: Frame,
}

/// My notices; for who is not signed in, what this is and how to get in.
#[get("/")]
async fn my_notices(
    cities: Data<Cities>,
    clock: Data<Clock>,
    Visitor(caller): Visitor,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let Some(caller) = caller else {
        return html(&HomePage { frame: Frame::new("home-title", Who::Nobody) });
    };
    let (now, asked) = (clock.now(), query.into_inner().read()?);
    let tx = cities.look(caller.city).await?;
    let at =
        Place { path: "/".to_owned(), base: String::new(), waiting: "list-unread", waiting_count: "list-unread-count" };
    html(&ListPage {
        frame: Frame::new("list-title", Who::from(&caller)).at(Section::Notices),
        place: place(&tx, &caller).await?,
        proxy: answers(&tx, &caller).await?,
        list: listed(&tx, &caller, (&asked, at), now).await?,
    })
}

/// Whether somebody answers for another household.
async fn answers(db: &impl ConnectionTrait, caller: &Caller) -> Result<bool, Problem> {
    let theirs = proxy::Entity::find()
        .filter(proxy::Column::CityId.eq(caller.city))
        .filter(proxy::Column::PersonId.eq(caller.person));
    Ok(theirs.one(db).await?.is_some())
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
        frame: Frame::new("office-title", Who::from(&caller)).at(Section::Office),
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
