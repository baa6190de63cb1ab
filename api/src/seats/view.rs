//! What the pages of seats show.

use askama::Template;
use entity::seat::Role;
use time::Date;

use super::{Appointed, Holder, Kept, Open, json};
use crate::{
    clock::JAPAN,
    config::Origin,
    identity::Invitation,
    say::Message,
    web::{
        dates::{Ago, Day},
        filters,
        page::{Faults, Frame},
        qr::QrPicture,
    },
};

/// The seats of an area, at `/seats`.
#[derive(Template)]
#[template(path = "seats/list.html")]
pub struct ListPage {
    /// Around it.
    pub frame: Frame,
    /// The areas with their seats.
    pub areas: Vec<SeatsOf>,
    /// Whether the caller may look for associations by name.
    pub search: bool,
    /// What was looked for.
    pub q: String,
    /// What was found: name and address.
    pub found: Vec<(String, String)>,
    /// Whether the caller may give a seat.
    pub appoints: bool,
}

/// The seats of an area.
pub struct SeatsOf {
    /// The area's name.
    pub name: String,
    /// Its seats.
    pub rows: Vec<SeatRow>,
}

/// One seat in the list.
pub struct SeatRow {
    /// What its holder is called.
    pub name: String,
    /// 役員, 班長, 職員 and the group or department.
    pub role: Message,
    /// From when to when.
    pub term: Message,
    /// Who comes next.
    pub next: Option<Message>,
    /// Whether it has begun.
    pub begun: bool,
    /// The page for handing over, where the caller may.
    pub handover: Option<String>,
    /// The page for ending it, where the caller may.
    pub end: Option<String>,
    /// What that is called: a key.
    pub end_label: &'static str,
    /// Where another link is made, for who has never signed in.
    pub link: Option<String>,
}

/// Giving a seat, at `/seats/new`.
#[derive(Template)]
#[template(path = "seats/new.html")]
pub struct NewPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong.
    pub faults: Faults,
    /// Codes and names of areas to choose from.
    pub choices: Vec<(String, Message)>,
    /// The chosen one.
    pub area: String,
    /// The name typed.
    pub name: String,
    /// The mail address typed.
    pub email: String,
}

/// A link to hand over, shown once.
#[derive(Template)]
#[template(path = "seats/link.html")]
pub struct LinkPage {
    /// Around it.
    pub frame: Frame,
    /// Who it is for.
    pub name: String,
    /// From when on they hold the seat.
    pub from: Option<Day>,
    /// The link; none: they sign in as ever.
    pub link: Option<Link>,
}

/// A link.
pub struct Link {
    /// The address.
    pub address: String,
    /// As a picture.
    pub qr: Option<QrPicture>,
    /// The last day on which it is good.
    pub until: Day,
}

/// Handing over, at `/seats/{id}/handover`.
#[derive(Template)]
#[template(path = "seats/handover.html")]
pub struct HandoverPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong with the form.
    pub faults: Faults,
    /// The address of this page.
    pub here: String,
    /// 役員, 班長, 職員: a key.
    pub role: &'static str,
    /// Where.
    pub area: String,
    /// Who holds it.
    pub holder: String,
    /// Its last day.
    pub ends: Option<Day>,
    /// Who comes next, and from when on.
    pub next: Option<(String, Day)>,
    /// Whether the day can be chosen.
    pub day_is_free: bool,
    /// The mail address typed.
    pub email: String,
    /// The name typed.
    pub name: String,
    /// The first day typed or proposed, as fields of forms take it.
    pub starts_on: String,
    /// What is open; none: not for the caller to see.
    pub open: Option<OpenView>,
}

/// What is open, in lines.
pub struct OpenView {
    /// Drafts: title and address.
    pub drafts: Vec<(String, String)>,
    /// What is to come out: title, address and when.
    pub scheduled: Vec<(String, String, Ago)>,
    /// What not every home has read: title, address, homes and of these unread.
    pub unread: Vec<(String, String, i64, i64)>,
    /// Homes to which somebody has to go: why, and which.
    pub homes: Vec<(&'static str, Vec<String>)>,
}

/// Ending a seat, at `/seats/{id}/end`.
#[derive(Template)]
#[template(path = "seats/end.html")]
pub struct EndPage {
    /// Around it.
    pub frame: Frame,
    /// Where the form goes.
    pub here: String,
    /// 役員, 班長, 職員.
    pub role: &'static str,
    /// Where.
    pub area: String,
    /// Who holds it.
    pub holder: String,
}

/// A seat that was ended.
#[derive(Template)]
#[template(path = "seats/ended.html")]
pub struct EndedPage {
    /// Around it.
    pub frame: Frame,
    /// Who held it.
    pub holder: String,
    /// Whether it was the caller's own.
    pub own: bool,
    /// Titles and addresses of notices that are drafts again.
    pub drafts: Vec<(String, String)>,
    /// Who had been named to come next, and from when on.
    pub next: Option<(String, Day)>,
}

/// The word for a role: a key.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Staff => "role-staff",
        Role::Officer => "role-officer",
        Role::Leader => "role-leader",
    }
}

impl SeatRow {
    /// A line, with what the caller may do where `kept` says what they are to it.
    #[must_use]
    pub fn new(holder: &Holder, kept: Option<&Kept>, today: Date) -> Self {
        let Holder { seat, area, name, signs_in, next } = holder;
        let base = format!("/seats/{}", seat.id);
        let begun = seat.starts_on <= today;
        let named = Message::new(role(seat.role));
        let place = match (seat.role, &seat.department) {
            (_, Some(department)) => Message::new("seats-in").with("role", named).with("department", department),
            (Role::Leader, None) => Message::new("seats-of").with("area", &area.name).with("role", named),
            (_, None) => named,
        };
        let term = match (begun, seat.ends_on) {
            (false, _) => Message::new("seats-from").with("day", Day(seat.starts_on)),
            (true, Some(last)) => Message::new("seats-until").with("day", Day(last)),
            (true, None) => "seats-endless".into(),
        };
        let link = kept.filter(|kept| !signs_in && kept.to_link().is_ok());
        Self {
            name: name.clone(),
            role: place,
            term,
            next: next
                .as_ref()
                .map(|(name, from)| Message::new("seats-next").with("name", name).with("day", Day(*from))),
            begun,
            handover: kept.filter(|_| begun).map(|_| format!("{base}/handover")),
            end: kept.filter(|kept| kept.may_end()).map(|_| format!("{base}/end")),
            end_label: if kept.is_some_and(|kept| kept.own) { "end-own-title" } else { "end-title" },
            link: link.map(|_| format!("{base}/link")),
        }
    }
}

impl Link {
    /// A link as it is shown.
    #[must_use]
    pub fn new(origin: &Origin, invitation: &Invitation) -> Self {
        let address = json::address(origin, invitation);
        let until = Day(invitation.expires_at.to_offset(JAPAN).date());
        Self { qr: QrPicture::of(&address), address, until }
    }
}

impl LinkPage {
    /// The page after a seat was given.
    #[must_use]
    pub fn new(frame: Frame, origin: &Origin, (name, appointed): (String, &Appointed)) -> Self {
        Self {
            frame,
            name,
            from: Some(Day(appointed.seat.starts_on)),
            link: appointed.invitation.as_ref().map(|invitation| Link::new(origin, invitation)),
        }
    }
}

impl OpenView {
    /// What is open, seen from now.
    #[must_use]
    pub fn new(open: &Open, now: time::OffsetDateTime) -> Self {
        use entity::household::Delivery;
        let draft = |notice: &entity::notice::Model| (notice.title.clone(), format!("/notices/{}/confirm", notice.id));
        let href = |notice: &entity::notice::Model| format!("/n/{}", notice.id);
        let home = |home: &super::Home| format!("{} {}", home.area, home.label);
        let of = |wanted: fn(&super::Home) -> bool| open.homes.iter().filter(|h| wanted(h)).map(home).collect();
        let homes: [(_, Vec<String>); 3] = [
            ("homes-paper", of(|home| matches!(home.delivery, Delivery::Paper | Delivery::Both))),
            ("homes-undecided", of(|home| home.delivery == Delivery::Undecided)),
            ("homes-not-joined", of(|home| home.delivery == Delivery::Digital && !home.phone)),
        ];
        Self {
            drafts: open.drafts.iter().map(draft).collect(),
            scheduled: open
                .scheduled
                .iter()
                .map(|one| (one.title.clone(), href(one), Ago { at: one.published_at.unwrap_or(now), now }))
                .collect(),
            unread: open
                .unread
                .iter()
                .map(|one| {
                    let href = format!("{}/coverage?by=household", href(&one.notice));
                    (one.notice.title.clone(), href, one.households, one.unread)
                })
                .collect(),
            homes: homes.into_iter().filter(|(_, homes)| !homes.is_empty()).collect(),
        }
    }
}
