//! The roster as a file, out and in: calls and pages.

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Query, ServiceConfig},
};
use entity::{area, seat::Role};
use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::{Encoding, HouseholdError, areas_of, export, import_roster, roster, view::ImportPage};
use crate::{
    audit,
    clock::Clock,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{
        CsvBody, FileForm, Once,
        page::{Fault, Faults, Frame, Section, Who, again, for_people, html},
    },
};

/// These pages.
pub fn pages(config: &mut ServiceConfig) {
    config.service(file_page).service(import_page).service(import_form);
}

/// How the file is to be written.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    /// UTF-8 with a BOM where nothing is said.
    #[serde(default)]
    pub encoding: EncodingIn,
}

/// How the file is to be written.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EncodingIn {
    /// UTF-8 with a BOM.
    #[default]
    Utf8,
    /// Windows-31J.
    ShiftJis,
}

/// What came of a file.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = ImportedRoster)]
pub struct ImportedOut {
    /// Households in the file.
    read: usize,
    /// Of these, how many were not there.
    added: u64,
    /// How many get their notices otherwise than before.
    changed: u64,
}

/// The caller with their seats as an officer alone: a leader has no roster to save or to hand in.
fn as_officer(mut caller: Caller) -> Result<Caller, HouseholdError> {
    caller.seats.retain(|seat| seat.role == Role::Officer);
    if caller.seats.is_empty() { Err(HouseholdError::NoRoster) } else { Ok(caller) }
}

/// The whole roster of the caller's associations as CSV, for their officers. In the audit log.
#[utoipa::path(tag = "households", params(FileQuery), responses((status = 200, content_type = "text/csv", body = String)))]
#[get("/api/v1/roster")]
pub async fn file(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<FileQuery>,
) -> Result<HttpResponse, Problem> {
    write_file(&cities, &clock, caller, query.encoding).await
}

#[get("/roster/file")]
async fn file_page(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    query: Query<FileQuery>,
) -> Result<HttpResponse, Problem> {
    write_file(&cities, &clock, caller, query.encoding).await
}

/// The roster as a file to be saved.
async fn write_file(
    cities: &Cities,
    clock: &Clock,
    caller: Caller,
    encoding: EncodingIn,
) -> Result<HttpResponse, Problem> {
    let (now, today, officer) = (clock.now(), clock.today(), as_officer(caller)?);
    let (encoding, charset) = match encoding {
        EncodingIn::Utf8 => (Encoding::Utf8, "utf-8"),
        EncodingIn::ShiftJis => (Encoding::ShiftJis, "Shift_JIS"),
    };
    let bytes = cities.write(Some(officer.city), async move |tx| {
        let homes = roster(tx, (officer.city, areas_of(&officer)), "", (None, 100_000)).await?;
        let bytes = export(&homes, encoding)?;
        let seen = homes.iter().map(|home| home.id).collect();
        audit::look(tx, &officer, ("export roster", charset.to_owned()), seen, now).await?;
        Ok(bytes)
    });
    Ok(HttpResponse::Ok()
        .content_type(format!("text/csv; charset={charset}"))
        .insert_header(("content-disposition", format!("attachment; filename=\"roster-{today}.csv\"")))
        .body(bytes.await?))
}

/// Add households of one's association from CSV with the columns that the roster is saved with. What is there already gets its notices as the
/// file says; what is not in the file stays.
#[utoipa::path(tag = "households", request_body(content_type = "text/csv", content = String),
    responses((status = 200, body = ImportedOut)))]
#[post("/api/v1/roster")]
pub async fn take_in(clock: Data<Clock>, caller: Caller, once: Once, body: CsvBody) -> Result<HttpResponse, Problem> {
    let (now, officer) = (clock.now(), as_officer(caller)?);
    let once = once.within(officer.city);
    once.write(officer.person.0, body.digest, async move |tx| {
        Ok((StatusCode::OK, import(tx, &officer, &body.bytes, now).await?))
    })
    .await
}

/// The associations of an officer.
async fn associations(db: &impl ConnectionTrait, officer: &Caller) -> Result<Vec<area::Model>, Problem> {
    let own = area::Entity::of(officer.city).filter(area::Column::Id.is_in(areas_of(officer)));
    Ok(own.order_by_asc(area::Column::Code).all(db).await?)
}

/// Takes a file in, with a word in the audit log.
async fn import(
    db: &impl ConnectionTrait,
    officer: &Caller,
    bytes: &[u8],
    now: OffsetDateTime,
) -> Result<ImportedOut, Problem> {
    let own = associations(db, officer).await?;
    let codes = own.iter().map(|area| &*area.code).collect::<Vec<_>>().join(" ");
    let done = import_roster(db, own, bytes, now).await.map_err(HouseholdError::from)?;
    let counts = format!("{} added, {} changed", done.added, done.changed);
    audit::record(db, officer, "import roster", (codes, counts), now).await?;
    Ok(ImportedOut { read: done.read, added: done.added, changed: done.changed })
}

/// The page for a file, with what came of one.
async fn page(
    cities: &Cities,
    officer: &Caller,
    done: Option<ImportedOut>,
    faults: Faults,
) -> Result<ImportPage, Problem> {
    let own = associations(&cities.look(officer.city).await?, officer).await?;
    Ok(ImportPage {
        frame: Frame::new("import-title", Who::from(officer)).at(Section::Roster),
        faults,
        done: done.map(|done| (done.read, done.added, done.changed)),
        example: own.into_iter().next().map(|area| area.code).unwrap_or_default(),
    })
}

#[get("/roster/import")]
async fn import_page(cities: Data<Cities>, caller: Caller) -> Result<HttpResponse, Problem> {
    html(&page(&cities, &as_officer(caller)?, None, Faults::default()).await?)
}

#[post("/roster/import")]
async fn import_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    caller: Caller,
    form: FileForm,
) -> Result<HttpResponse, Problem> {
    let (now, officer) = (clock.now(), as_officer(caller)?);
    let asking = officer.clone();
    let done = match &*form.0 {
        [] => Err(Problem::invalid_field("/file", "fault-choose-file")),
        _ => cities.write(Some(officer.city), async move |tx| import(tx, &asking, &form.0, now).await).await,
    };
    match done {
        Ok(done) => html(&page(&cities, &officer, Some(done), Faults::default()).await?),
        Err(problem) => {
            let problem = for_people(problem)?;
            let mut faults = Faults::from(&problem);
            // Wherever in the file it is, it is the file that is to be chosen again.
            let at_file = |fault: Fault| Fault { field: "file".into(), ..fault };
            faults.fields = faults.fields.into_iter().map(at_file).collect();
            again(&problem, &page(&cities, &officer, None, faults).await?)
        }
    }
}
