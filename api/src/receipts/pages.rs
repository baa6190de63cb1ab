//! Reading a notice, and who has read it, as pages. Opening the page leaves the receipt; the button is the stamp.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Query, ServiceConfig},
};
use askama::Template;
use entity::{area, area::Kind, ids::NoticeId, notice, receipt, receipt::Source, seat::Role};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use serde::Deserialize;

use super::{By, Receipts, Row, api::look};
use crate::{
    areas::Count,
    clock::Clock,
    identity::{Caller, Home, SignIn},
    notices::{
        Readable, category, last_correction,
        view::{self, Behalf, Change, Marks, NoticePage, OfficeLinks, Withdrawal},
    },
    postgres::cities::Cities,
    problem::Problem,
    web::{
        dates::{Day, Moment, Stamped},
        filters, id_in,
        language::spoken,
        page::{Frame, Section, Who, html, see_other},
        say::{Says as _, Target},
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
    found: Readable,
) -> Result<HttpResponse, Problem> {
    let now = clock.now();
    let ahead = request.headers().get("sec-purpose").is_some_and(|value| value.as_bytes().starts_with(b"prefetch"));
    let out = found.notice.published_at.is_some_and(|at| at <= now);
    let open = out && !ahead && found.notice.closed_at.is_none();
    let receipt = if open { Some(receipts.put(found.caller.sign_in(), found.notice.id, false).await?) } else { None };
    let tx = cities.look(found.caller.city).await?;
    html(&page(&tx, found, receipt).await?)
}

/// The page of a notice for who answers for a household: with its receipt, as it stands, and the button in its name.
///
/// # Errors
/// The database's.
pub async fn notice_for(db: &impl ConnectionTrait, found: Readable, home: &Home) -> Result<NoticePage, Problem> {
    let key = (found.notice.city_id, home.household.into(), found.notice.id);
    let receipt = receipt::Entity::find_by_id(key).one(db).await?;
    let back = format!("/proxies/{}", home.household);
    let mut page = page(db, found, receipt).await?;
    page.receipt.action = format!("{back}{}", page.receipt.action);
    page.receipt.seen_by = "この世帯の方に伝えてから押してください。押すと、この世帯が確認したことが、その班長と役員に伝わります。取り消しはできません。".to_owned();
    page.behalf = Some(Behalf { name: home.label.clone(), back });
    Ok(page)
}

async fn page(
    db: &impl ConnectionTrait,
    found: Readable,
    receipt: Option<receipt::Model>,
) -> Result<NoticePage, Problem> {
    let Readable { caller, notice, editable } = found;
    let sender = area::Entity::find_by_id((notice.city_id, notice.sender_area_id)).one(db).await?;
    let correction = last_correction(db, &notice).await?.map(|before| view::Correction {
        at: Moment(before.at),
        changes: changes(&before, &notice),
        reason: before.reason,
    });
    let base = format!("/n/{}", notice.id);
    let edit = |verb: &str| notice.withdrawn_at.is_none().then(|| format!("/notices/{}/{verb}", notice.id));
    Ok(NoticePage {
        frame: Frame::new(notice.title.clone(), Who::from(&caller)).at(Section::Notices),
        sender: sender.map(|area| area.name).unwrap_or_default(),
        at: Moment(notice.published_at.unwrap_or(notice.created_at)),
        until: notice.circulate_until.map(Day),
        marks: Marks::of(&notice),
        category: category::telling_name(notice.category),
        correction,
        withdrawal: notice
            .withdrawn_at
            .map(|at| Withdrawal { at: Moment(at), reason: notice.withdrawn_reason.clone() }),
        receipt: view::Receipt {
            action: format!("{base}/receipt"),
            asked: matches!(notice.importance, notice::Importance::Emergency | notice::Importance::MustRead),
            seen_by: seen_by(&caller).to_owned(),
            acknowledged: receipt.as_ref().and_then(|receipt| receipt.acknowledged_at).map(Stamped),
            closed: notice.closed_at.is_some(),
            source: receipt.as_ref().and_then(|receipt| source(receipt.source)).map(str::to_owned),
        },
        coverage: sees_coverage(&caller).then(|| format!("{base}/coverage")),
        office: editable.then(|| OfficeLinks {
            delivery: format!("{base}/delivery"),
            correct: edit("correct"),
            withdraw: edit("withdraw"),
        }),
        behalf: None,
        title: notice.title,
        body: notice.body,
    })
}

fn seen_by(caller: &Caller) -> &'static str {
    if caller.home.is_some() {
        "押すと、あなたの世帯が確認したことが、班長と役員に伝わります。市には数だけが伝わります。取り消しはできません。"
    } else {
        "押すと、あなたが確認したことが記録されます。取り消しはできません。"
    }
}

fn source(source: Source) -> Option<&'static str> {
    match source {
        Source::Digital => None,
        Source::Paper => Some("紙の回覧で確認しました。"),
        Source::Proxy => Some("代わりの方が確認しました。"),
    }
}

fn changes(before: &entity::revision::Model, now: &notice::Model) -> Vec<Change> {
    let day = |day: Option<time::Date>| day.map_or("なし".to_owned(), |day| Day(day).to_string());
    let about = |category| category::name(category).say(spoken(), Target::Plain);
    let pairs = [
        ("題", before.title.clone(), now.title.clone()),
        ("本文", before.body.clone(), now.body.clone()),
        ("種類", about(before.category), about(now.category)),
        ("期限", day(before.circulate_until), day(now.circulate_until)),
    ];
    let changed = pairs.into_iter().filter(|(_, before, after)| before != after);
    changed.map(|(label, before, after)| Change { label: label.to_owned(), before, after }).collect()
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
    label: &'static str,
    current: bool,
}

/// Counts of households, as text: those of fewer than five are "<5" to who is not of the association.
struct Counts {
    households: String,
    read: String,
    acknowledged: String,
    paper: String,
    unreached: String,
    /// None: too few to tell.
    percent: Option<u8>,
}

/// One area, or one household.
struct CoverageRow {
    name: String,
    counts: Counts,
    /// Of a household: 未読, 既読, 確認済み, 紙.
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
        (By::Ward, "ward", "区", holds(Role::Staff)),
        (By::District, "district", "校区", holds(Role::Staff)),
        (By::Association, "association", "自治会", holds(Role::Staff) || holds(Role::Officer)),
        (By::Group, "group", "班", holds(Role::Officer) || holds(Role::Leader)),
        (By::Household, "household", "世帯", holds(Role::Officer) || holds(Role::Leader)),
    ];
    all.into_iter().filter(|(.., may)| *may).map(|(by, name, label, _)| (by, name, label)).collect()
}

fn sees_coverage(caller: &Caller) -> bool {
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
    let (frame, href) = (Frame::new("だれが読んだか", Who::from(&found.caller)), format!("/n/{}", found.notice.id));
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
        note: staff.then_some("世帯ごとの既読は、その自治会・町内会の方だけが見られます。"),
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
        (true, ..) => "確認済み",
        (_, true, _) => "既読",
        (_, _, true) => "紙",
        _ => "未読",
    };
    CoverageRow { state, counts: counts(&row), name: row.name }
}

fn counts(row: &Row) -> Counts {
    Counts {
        households: row.households.to_string(),
        read: row.read.to_string(),
        acknowledged: row.acknowledged.to_string(),
        paper: row.paper.to_string(),
        unreached: row.unreached.to_string(),
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
        (0, true) => Count::Few.to_string(),
        (sum, true) => format!("{sum}以上"),
        (sum, false) => sum.to_string(),
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
