//! The pages of a household: one's own (わが家), and for leaders and officers those on the roster.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, ServiceConfig},
};
use entity::{area, household::Delivery};
use sea_orm::{ActiveEnum as _, ConnectionTrait, Iterable as _};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    HouseholdError, Standing, Tended, TendedPerson,
    api::{look_at, note, own_area},
    areas_of, change as verbs,
    json::{ChangeIn, MoveWithIn, PersonIn},
    lose_phone, members, move_with, register, renew_slip, roster,
    view::{Choice, CodePage, ConfirmPage, HouseholdPage, ProxyLine, called},
};
use crate::{
    clock::Clock,
    config::Origin,
    identity::{Caller, api::Parts},
    postgres::{cities::Cities, sql},
    problem::Problem,
    say::Message,
    web::{
        Form,
        page::{Faults, Frame, Section, Who, again, for_people, html, see_other},
        validate,
    },
};

/// These pages.
pub fn pages(config: &mut ServiceConfig) {
    config
        .service(home_page)
        .service(home_move)
        .service(show)
        .service(edit)
        .service(slip)
        .service(add_person)
        .service(leave_page)
        .service(leave_form)
        .service(lost_page)
        .service(lost_form)
        .service(dissolve_page)
        .service(dissolve_form);
}

/// A form that is a button alone.
#[derive(Deserialize)]
struct Nothing {}

pub(super) fn frame(title: &'static str, tended: &Tended) -> Frame {
    let section = if tended.standing > Standing::Own { Section::Roster } else { Section::Home };
    Frame::new(title, Who::from(&tended.caller)).at(section)
}

/// Where the caller may put households: groups, and associations where homes live straight in them.
pub(super) async fn places(
    db: &impl ConnectionTrait,
    caller: &Caller,
    current: Option<&area::Model>,
) -> Result<Vec<Choice>, Problem> {
    let statement = sql(
        "SELECT * FROM area WHERE city_id = $1 AND path && $2 AND kind IN ('association', 'group') ORDER BY code",
        [caller.city.0.into(), areas_of(caller).into()],
    );
    let found = sea_orm::FromQueryResult::find_by_statement(statement).all(db).await?;
    let choice = |area: area::Model| Choice {
        current: current.is_some_and(|current| current.id == area.id),
        value: area.code,
        label: Message::text(area.name),
    };
    Ok(found.into_iter().map(choice).collect())
}

/// The page of a household, with the look in the audit log unless it is one's own.
async fn page(cities: &Cities, clock: &Clock, tended: Tended, faults: Faults) -> Result<HouseholdPage, Problem> {
    let now = clock.now();
    cities
        .write(Some(tended.caller.city), async move |tx| {
            let people = members(tx, (tended.caller.city, tended.household.id)).await?;
            let title = if tended.standing > Standing::Own { "household-title" } else { "menu-home" };
            let mut page = HouseholdPage::new(frame(title, &tended), &tended, people);
            page.faults = faults;
            page.proxy = look_at(tx, &tended, now).await?.map(ProxyLine::from);
            if tended.standing == Standing::Officer {
                page.areas = places(tx, &tended.caller, Some(&tended.area)).await?;
                let homes = roster(tx, (tended.caller.city, areas_of(&tended.caller)), "", (None, 2_000)).await?;
                let other = |home: &super::Listed| home.id != tended.household.id.0;
                let choice = |home: super::Listed| Choice {
                    value: home.id.to_string(),
                    label: Message::text(format!("{} {}", home.area, home.label)),
                    current: false,
                };
                page.others = homes.into_iter().filter(other).map(choice).collect();
            }
            Ok(page)
        })
        .await
}

/// What somebody typed shown again with what is wrong, or on to the household.
pub(super) async fn answer<T>(
    (cities, clock, tended): (&Cities, &Clock, Tended),
    done: Result<T, Problem>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(_) if tended.standing > Standing::Own => Ok(see_other(&format!("/households/{}", tended.household.id))),
        Ok(_) => Ok(see_other("/home")),
        Err(problem) => {
            let problem = for_people(problem)?;
            again(&problem, &page(cities, clock, tended, Faults::from(&problem)).await?)
        }
    }
}

/// The caller's own household; who has none is told where to go.
#[get("/home")]
async fn home_page(cities: Data<Cities>, clock: Data<Clock>, caller: Caller) -> Result<HttpResponse, Problem> {
    let id = caller.home.as_ref().ok_or(HouseholdError::NoHome)?.household;
    let mut tended =
        Tended::find(&cities.look(caller.city).await?, &caller, id).await?.ok_or_else(Problem::not_found)?;
    // At home nobody is an officer.
    tended.standing = Standing::Own;
    html(&page(&cities, &clock, tended, Faults::default()).await?)
}

#[post("/home/move")]
async fn home_move(
    request: HttpRequest,
    parts: Parts,
    caller: Caller,
    form: Form<MoveWithIn>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(typed)) = (parts.clock.now(), caller.clone(), form);
    parts.count_code(&request, &typed.code)?;
    let done = parts.cities.write(Some(caller.city), async move |tx| {
        validate(&typed)?;
        Ok(move_with(tx, &asking, &typed.code, now).await?)
    });
    let done = done.await.map_err(|problem| parts.heed(&request, problem));
    let id = caller.home.as_ref().ok_or(HouseholdError::NoHome)?.household;
    let tended =
        Tended::find(&parts.cities.look(caller.city).await?, &caller, id).await?.ok_or_else(Problem::not_found)?;
    answer((&parts.cities, &parts.clock, Tended { standing: Standing::Own, ..tended }), done).await
}

#[get("/households/{id}")]
async fn show(cities: Data<Cities>, clock: Data<Clock>, tended: Tended) -> Result<HttpResponse, Problem> {
    html(&page(&cities, &clock, tended, Faults::default()).await?)
}

/// All that can be done on a household's page; which of it, `what` says.
#[derive(Deserialize)]
struct EditForm {
    what: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    delivery: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    household: String,
    #[serde(default)]
    people: Vec<Uuid>,
}

#[post("/households/{id}/edit")]
async fn edit(
    cities: Data<Cities>,
    clock: Data<Clock>,
    tended: Tended,
    form: Form<EditForm>,
) -> Result<HttpResponse, Problem> {
    let (now, asking, Form(typed)) = (clock.now(), tended.clone(), form);
    let done = cities.write(Some(tended.caller.city), async move |tx| work(tx, asking, typed, now).await).await;
    answer((&cities, &clock, tended), done).await
}

async fn work(
    db: &impl ConnectionTrait,
    tended: Tended,
    typed: EditForm,
    now: time::OffsetDateTime,
) -> Result<(), Problem> {
    let EditForm { what, label, delivery, area, household, people } = typed;
    let wanted = if what == "delivery" { Standing::Own } else { Standing::Officer };
    let tended = tended.at_least(wanted)?;
    let by = tended.by();
    let Tended { caller, household: home, area: place, .. } = tended;
    let named = ChangeIn { label: Some(label.clone()), delivery: None };
    let (act, id, detail) = match &*what {
        "delivery" => {
            let chosen = Delivery::iter().find(|one| one.to_value() == delivery);
            let chosen = chosen.ok_or_else(|| Problem::invalid_field("/delivery", "fault-choose-one"))?;
            ("change household", verbs::change(db, home, (None, Some(chosen))).await?.id, delivery)
        }
        "label" => {
            validate(&named)?;
            ("change household", verbs::change(db, home, (Some(&label), None)).await?.id, label)
        }
        "move" => {
            let to = own_area(db, &caller, &area).await?;
            ("move household", verbs::relocate(db, home, &to, now).await?.id, to.code)
        }
        "split" => {
            validate(&named)?;
            if people.is_empty() {
                return Err(Problem::invalid_field("/people", "fault-split-whom"));
            }
            let fresh = verbs::split(db, (&home, &place), (&label, &verbs::people(&people)), now).await?;
            ("split household", home.id, fresh.id.to_string())
        }
        "merge" => {
            let unknown = || Problem::invalid_field("/household", "fault-unknown-household");
            let other = household.parse().map(entity::ids::HouseholdId).map_err(|_| unknown())?;
            let found = Tended::find(db, &caller, other).await?.filter(|found| found.household.id != home.id);
            let found = found.filter(|found| found.standing == Standing::Officer).ok_or_else(unknown)?;
            verbs::merge(db, (&home, found.household), now).await?;
            ("merge households", home.id, household)
        }
        _ => return Err(Problem::not_found()),
    };
    note(db, by, (act, id, detail), now).await
}

#[post("/households/{id}/slip")]
async fn slip(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    tended: Tended,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Leader)?);
    let frame = frame("slip-title", &tended);
    let whose = Message::text(format!("{} {}", tended.area.name, tended.household.label));
    let back = format!("/households/{}", tended.household.id);
    let code = cities.write(Some(tended.caller.city), async move |tx| {
        let code = renew_slip(tx, (tended.caller.city, tended.household.id), now).await?;
        note(tx, tended.by(), ("renew slip", tended.household.id, String::new()), now).await?;
        Ok(code)
    });
    html(&CodePage::new(frame, &origin, (whose, back), (&code.await?, None)))
}

#[post("/households/{id}/people")]
async fn add_person(
    cities: Data<Cities>,
    clock: Data<Clock>,
    tended: Tended,
    form: Form<PersonIn>,
) -> Result<HttpResponse, Problem> {
    let (now, tended, Form(typed)) = (clock.now(), tended.at_least(Standing::Leader)?, form);
    let asking = tended.clone();
    let done = cities.write(Some(tended.caller.city), async move |tx| {
        validate(&typed)?;
        let home = (asking.caller.city, Some(asking.household.id));
        let person = register(tx, home, Some(typed.name), now).await?;
        note(tx, asking.by(), ("add person", asking.household.id, person.to_string()), now).await
    });
    answer((&cities, &clock, tended), done.await).await
}

#[get("/people/{id}/leave")]
async fn leave_page(found: TendedPerson) -> Result<HttpResponse, Problem> {
    let TendedPerson { person, tended } = found.own_or_led()?;
    let me = person.id == tended.caller.person;
    let back = if me { "/home".to_owned() } else { format!("/households/{}", tended.household.id) };
    html(&ConfirmPage {
        frame: frame("person-leaves-title", &tended),
        says: vec![
            Message::new("person-leaves")
                .with("name", called(person.name.as_deref()))
                .with("household", &tended.household.label),
            "person-leaves-phones".into(),
            "person-leaves-again".into(),
        ],
        button: "person-leaves-button",
        action: format!("/people/{}/leave", person.id),
        back,
    })
}

#[post("/people/{id}/leave")]
async fn leave_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    found: TendedPerson,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, TendedPerson { person, tended }) = (clock.now(), found.own_or_led()?);
    let next =
        if person.id == tended.caller.person { "/".to_owned() } else { format!("/households/{}", tended.household.id) };
    cities
        .write(Some(tended.caller.city), async move |tx| {
            verbs::leave(tx, (person.city_id, tended.household.id, person.id), now).await?;
            note(tx, tended.by(), ("person leaves", tended.household.id, person.id.to_string()), now).await
        })
        .await?;
    Ok(see_other(&next))
}

#[get("/people/{id}/lost-phone")]
async fn lost_page(found: TendedPerson) -> Result<HttpResponse, Problem> {
    let TendedPerson { person, tended } = found.led()?;
    html(&ConfirmPage {
        frame: frame("lost-title", &tended),
        says: vec![Message::new("lost-says").with("name", called(person.name.as_deref())), "lost-code".into()],
        button: "lost-button",
        action: format!("/people/{}/lost-phone", person.id),
        back: format!("/households/{}", tended.household.id),
    })
}

#[post("/people/{id}/lost-phone")]
async fn lost_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    origin: Data<Origin>,
    found: TendedPerson,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, TendedPerson { person, tended }) = (clock.now(), found.led()?);
    let (frame, back) = (frame("way-back-title", &tended), format!("/households/{}", tended.household.id));
    let whose = Message::new("way-back-whose").with("name", called(person.name.as_deref()));
    let (code, until) = cities
        .write(Some(tended.caller.city), async move |tx| {
            let way_back = lose_phone(tx, (person.city_id, person.id), now).await?;
            note(tx, tended.by(), ("lost phone", tended.household.id, person.id.to_string()), now).await?;
            Ok(way_back)
        })
        .await?;
    html(&CodePage::new(frame, &origin, (whose, back), (&code, Some(until))))
}

#[get("/households/{id}/dissolve")]
async fn dissolve_page(tended: Tended) -> Result<HttpResponse, Problem> {
    let tended = tended.at_least(Standing::Officer)?;
    html(&ConfirmPage {
        frame: frame("dissolve-title", &tended),
        says: vec![
            Message::new("dissolve-says").with("household", format!("{} {}", tended.area.name, tended.household.label)),
            "dissolve-phones".into(),
            "dissolve-final".into(),
        ],
        button: "dissolve-button",
        action: format!("/households/{}/dissolve", tended.household.id),
        back: format!("/households/{}", tended.household.id),
    })
}

#[post("/households/{id}/dissolve")]
async fn dissolve_form(
    cities: Data<Cities>,
    clock: Data<Clock>,
    tended: Tended,
    _ours: Form<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (now, tended) = (clock.now(), tended.at_least(Standing::Officer)?);
    cities
        .write(Some(tended.caller.city), async move |tx| {
            let (by, id) = (tended.by(), tended.household.id);
            verbs::dissolve(tx, tended.household, now).await?;
            note(tx, by, ("household leaves", id, String::new()), now).await
        })
        .await?;
    Ok(see_other("/roster"))
}
