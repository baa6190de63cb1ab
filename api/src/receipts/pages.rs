//! Reading a notice, and who has read it, as pages. Opening the page leaves the receipt; the button is the stamp.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Query, ServiceConfig},
};
use askama::Template;
use entity::{area::Kind, ids::NoticeId, seat::Role};
use serde::Deserialize;

use super::{
    By, Receipts, Row,
    api::look,
    notice_page::{Reading, notice_page},
};
use crate::{
    areas::Count,
    clock::Clock,
    config::Origin,
    identity::{Caller, SignIn},
    notices::{
        Readable,
        view::{Marks, NoticePage, Print},
    },
    postgres::cities::Cities,
    problem::Problem,
    say::Message,
    web::{
        dates::Moment,
        filters, id_in,
        page::{Frame, Section, Who, html, see_other},
        qr::QrPicture,
    },
};

/// The room's pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(open_notice).service(acknowledge).service(coverage_page);
}

/// One notice. Opening it is reading it, unless the browser only looks ahead.
#[get("/n/{id}")]
async fn open_notice(
    request: HttpRequest,
    cities: Data<Cities>,
    clock: Data<Clock>,
    receipts: Data<Receipts>,
    origin: Data<Origin>,
    query: Query<Reading>,
    found: Readable,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    // What a page of ours fetches ahead can't say it by the browser's own header.
    let ahead = ["sec-purpose", "purpose"]
        .iter()
        .any(|name| request.headers().get(*name).is_some_and(|value| value.as_bytes().starts_with(b"prefetch")));
    let out = found.notice.published_at.is_some_and(|at| at <= now);
    let open = out && !ahead && found.notice.closed_at.is_none();
    let receipt = if open { Some(receipts.put(found.caller.sign_in(), found.notice.id, false).await?) } else { None };
    let tx = cities.look(found.caller.city).await?;
    let address = format!("{}/n/{}", origin.as_str(), found.notice.id);
    let unsent = (!out).then(|| match found.notice.published_at {
        Some(at) => Message::new("notice-scheduled").with("at", Moment(at)),
        None => "notice-draft".into(),
    });
    let mut page = NoticePage { unsent, ..notice_page(&tx, found, (receipt, &query)).await? };
    page.print = Some(Print { qr: QrPicture::of(&address), address });
    html(&page)
}

/// The stamp.
#[post("/n/{id}/receipt")]
async fn acknowledge(receipts: Data<Receipts>, request: HttpRequest, who: SignIn) -> Result<HttpResponse, Problem> {
    let notice = NoticeId(id_in(&request, "id")?);
    receipts.put(who, notice, true).await?;
    Ok(see_other(&format!("/n/{notice}")))
}

/// Who has read.
#[derive(Template)]
#[template(path = "receipts/coverage.html")]
struct CoveragePage {
    frame: Frame,
    /// The notice's page.
    href: String,
    title: String,
    marks: Marks,
    levels: Vec<Level>,
    total: Counts,
    rows: Vec<CoverageRow>,
    by_household: bool,
    masked: bool,
    note: Option<&'static str>,
}

/// A way to sum up.
struct Level {
    href: String,
    /// A key.
    label: &'static str,
    current: bool,
}

/// Counts of households, as they are said: those of fewer than five are "<5" to who is not of the association.
struct Counts {
    households: Message,
    read: Message,
    acknowledged: Message,
    paper: Message,
    unreached: Message,
    /// None: too few to tell.
    percent: Option<u8>,
}

/// One area, or one household.
struct CoverageRow {
    name: String,
    counts: Counts,
    /// Of a household: whether it has read, and how. A key.
    state: &'static str,
}

#[derive(Deserialize)]
struct CoverageQuery {
    by: Option<super::api::ByIn>,
}

/// The levels that a caller may sum up by.
fn levels(caller: &Caller) -> Vec<(By, &'static str, &'static str)> {
    let holds = |role| caller.seats.iter().any(|seat| seat.role == role && seat.area.kind != Kind::Centre);
    let all = [
        (By::Ward, "ward", "coverage-level-ward", holds(Role::Staff)),
        (By::District, "district", "coverage-level-district", holds(Role::Staff)),
        (By::Association, "association", "coverage-level-association", holds(Role::Staff) || holds(Role::Officer)),
        (By::Group, "group", "coverage-level-group", holds(Role::Officer) || holds(Role::Leader)),
        (By::Household, "household", "coverage-level-household", holds(Role::Officer) || holds(Role::Leader)),
    ];
    all.into_iter().filter(|(.., may)| *may).map(|(by, name, label, _)| (by, name, label)).collect()
}

pub(super) fn sees_coverage(caller: &Caller) -> bool {
    !levels(caller).is_empty()
}

#[get("/n/{id}/coverage")]
async fn coverage_page(
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: Readable,
    query: Query<CoverageQuery>,
) -> Result<HttpResponse, Problem> {
    let levels = levels(&found.caller);
    let first = levels.iter().map(|(by, ..)| *by).find(|by| *by != By::Ward || levels.len() == 1);
    let by = query.by.map(By::from).or(first).unwrap_or(By::Association);
    let (frame, href) = (Frame::new("notice-coverage", Who::from(&found.caller)), format!("/n/{}", found.notice.id));
    let (title, marks) = (found.notice.title.clone(), Marks::of(&found.notice));
    let staff = found.caller.seats.iter().any(|seat| seat.role == Role::Staff);
    let rows = look(&cities, &clock, found, by).await?;
    let level = |(one, name, label): (By, &str, &'static str)| Level {
        href: format!("{href}/coverage?by={name}"),
        label,
        current: one == by,
    };
    html(&CoveragePage {
        frame: frame.at(Section::Office),
        levels: levels.into_iter().map(level).collect(),
        total: total(&rows),
        masked: rows.iter().any(|row| [row.read, row.acknowledged, row.paper, row.unreached].contains(&Count::Few)),
        by_household: by == By::Household,
        rows: rows.into_iter().map(coverage_row).collect(),
        note: staff.then_some("coverage-association-alone"),
        href,
        title,
        marks,
    })
}

fn percent(read: Count, households: Count) -> Option<u8> {
    match (read, households) {
        (Count::Exact(read), Count::Exact(all)) if all > 0 => u8::try_from(read * 100 / all).ok(),
        _ => None,
    }
}

fn coverage_row(row: Row) -> CoverageRow {
    let one = Count::Exact(1);
    let state = match (row.acknowledged == one, row.read == one, row.paper == one) {
        (true, ..) => "coverage-stamped",
        (_, true, _) => "coverage-opened",
        (_, _, true) => "coverage-on-paper",
        _ => "notice-unread",
    };
    CoverageRow { state, counts: counts(&row), name: row.name }
}

fn said(count: Count) -> Message {
    Message::text(count.to_string())
}

fn counts(row: &Row) -> Counts {
    Counts {
        households: said(row.households),
        read: said(row.read),
        acknowledged: said(row.acknowledged),
        paper: said(row.paper),
        unreached: said(row.unreached),
        percent: percent(row.read, row.households),
    }
}

/// The sums; what is too few to be shown is not in them, and they say so.
fn total(rows: &[Row]) -> Counts {
    let sum = |number: fn(&Row) -> Count| {
        let add = |(sum, few): (i64, bool), row: &Row| match number(row) {
            Count::Exact(number) => (sum + number, few),
            Count::Few => (sum, true),
        };
        rows.iter().fold((0, false), add)
    };
    let shown = |(sum, few): (i64, bool)| match (sum, few) {
        (0, true) => said(Count::Few),
        (sum, true) => Message::new("coverage-at-least").with("count", sum),
        (sum, false) => said(Count::Exact(sum)),
    };
    let (households, read) = (sum(|row| row.households), sum(|row| row.read));
    let exact = |(sum, few): (i64, bool)| if few { Count::Few } else { Count::Exact(sum) };
    Counts {
        percent: percent(exact(read), exact(households)),
        households: shown(households),
        read: shown(read),
        acknowledged: shown(sum(|row| row.acknowledged)),
        paper: shown(sum(|row| row.paper)),
        unreached: shown(sum(|row| row.unreached)),
    }
}
