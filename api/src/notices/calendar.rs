//! A notice for a calendar (iCalendar, RFC 5545): what begins at a time can be put where its reader looks.
//!
//! Its UID stays and its SEQUENCE is the revision, so that a calendar which has it already takes a correction for one.

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, ServiceConfig},
};
use entity::{area, notice};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus, Property};
use sea_orm::EntityTrait as _;
use time::{Date, OffsetDateTime, UtcOffset, macros::format_description};

use super::{
    Readable,
    facts::{Facts, When},
    facts_view::by_day,
};
use crate::{
    config::Origin,
    lock_screen::text_in,
    postgres::cities::Cities,
    problem::Problem,
    say::{Language, Message, Says as _, Target, Words},
    web::language::spoken,
};

pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(calendar);
}

/// What a notice tells of, for a calendar; to be found where the notice says when. Having it is not reading the notice.
#[get("/n/{id}/notice.ics")]
async fn calendar(cities: Data<Cities>, origin: Data<Origin>, found: Readable) -> Result<HttpResponse, Problem> {
    let tx = cities.look(found.caller.city).await?;
    let sender = area::Entity::find_by_id((found.notice.city_id, found.notice.sender_area_id)).one(&tx).await?;
    let sender = sender.map(|area| area.name).unwrap_or_default();
    let event = event(&found.notice, &sender, &origin).ok_or_else(Problem::not_found)?;
    let file = Calendar::empty()
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Kairan//Kairan//JA"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .push(event)
        .done();
    // Not as an attachment: phones offer at once to keep what they can show.
    let name = format!("inline; filename=\"{}.ics\"", found.notice.id);
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(file.to_string()))
}

/// The event; none where the notice doesn't say when.
fn event(notice: &notice::Model, sender: &str, origin: &Origin) -> Option<Event> {
    let facts = Facts::from(notice);
    let starts = facts.starts?;
    let address = format!("{}/n/{}", origin.as_str(), notice.id);
    let host = origin.as_str().split_once("://").map_or("", |(_, host)| host);
    let (language, title, body) = text_in(notice, spoken());
    let plain =
        |text: &str| Words { text: text.to_owned(), furigana: language == Language::Easy }.say(language, Target::Plain);
    let mut event = Event::new();
    event
        .uid(&format!("{}@{host}", notice.id))
        .sequence(u32::try_from(notice.revision).unwrap_or_default())
        .summary(&plain(title))
        .description(&description(notice, (sender, &plain(body)), &address))
        .url(&address)
        .status(if notice.withdrawn_at.is_some() { EventStatus::Cancelled } else { EventStatus::Confirmed })
        // Of the notice and not of the download: who fetches it twice has the same file twice.
        .add_property("DTSTAMP", moment(notice.withdrawn_at.or(notice.published_at).unwrap_or(notice.created_at)))
        .append_property(start(starts));
    if let Some(end) = facts.ends {
        event.append_property(end_of(starts, end));
    }
    if let Some(place) = &facts.place {
        event.location(place);
    }
    Some(event.done())
}

fn start(starts: When) -> Property {
    match starts.hour {
        None => whole_day("DTSTART", starts.day),
        Some(_) => Property::new("DTSTART", moment(starts.start())),
    }
}

/// An end is the first moment, or the first day, after it; of the same kind as the beginning.
fn end_of(starts: When, ends: When) -> Property {
    let next = ends.day.next_day().unwrap_or(ends.day);
    match (starts.hour, ends.hour) {
        (None, _) => whole_day("DTEND", next),
        (Some(_), None) => Property::new("DTEND", moment(When { day: next, hour: None }.start())),
        (Some(_), Some(_)) => Property::new("DTEND", moment(ends.start())),
    }
}

fn whole_day(name: &str, day: Date) -> Property {
    let day = day.format(format_description!("[year][month][day]")).unwrap_or_default();
    let mut property = Property::new(name, day);
    property.add_parameter("VALUE", "DATE");
    property.done()
}

/// In UTC, which every calendar knows without being told of zones.
fn moment(at: OffsetDateTime) -> String {
    let form = format_description!("[year][month][day]T[hour][minute][second]Z");
    at.to_offset(UtcOffset::UTC).format(form).unwrap_or_default()
}

/// What the page says: that it is a drill, facts that have no field of their own in a calendar, the text, whose it is, where it stands.
fn description(notice: &notice::Model, (sender, body): (&str, &str), address: &str) -> String {
    let facts = Facts::from(notice);
    let say = |message: Message| message.say(spoken(), Target::Plain);
    let fact = |label: &'static str, value: String| {
        say(Message::new("notice-line").with("label", Message::new(label)).with("value", value))
    };
    let mut lines = Vec::new();
    if notice.drill {
        lines.push(say(Message::new("notice-drill-says")));
    }
    if let Some(text) = &facts.for_whom {
        lines.push(fact("notice-for-whom", text.clone()));
    }
    if let Some(text) = &facts.fee {
        lines.push(fact("notice-fee", text.clone()));
    }
    if let Some(day) = facts.answer_by {
        lines.push(fact("notice-answer-by", say(by_day(day))));
    }
    let contact = [&facts.contact.name, &facts.contact.phone, &facts.contact.mail];
    let contact: Vec<&str> = contact.into_iter().flatten().map(String::as_str).collect();
    if !contact.is_empty() {
        lines.push(fact("notice-contact", contact.join(" ")));
    }
    lines.push(String::new());
    lines.push(body.to_owned());
    lines.push(String::new());
    lines.push(fact("notice-sender", sender.to_owned()));
    lines.push(address.to_owned());
    lines.join("\n").trim_start().to_owned()
}
