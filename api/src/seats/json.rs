//! Seats, as programs say and see them.

use garde::Validate;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Appointed, Holder, Home, Open, is_mail_address};
use crate::{
    clock::JAPAN,
    config::Origin,
    identity::{Invitation, api::AreaOut},
    web::{a_name, optional_name},
};

/// Which kind of seat.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleIn {
    /// 職員
    Staff,
    /// 役員
    Officer,
    /// 班長
    Leader,
}

impl From<RoleIn> for entity::seat::Role {
    fn from(role: RoleIn) -> Self {
        match role {
            RoleIn::Staff => Self::Staff,
            RoleIn::Officer => Self::Officer,
            RoleIn::Leader => Self::Leader,
        }
    }
}

/// A check for garde.
pub(super) fn mail_address(text: &str, _: &()) -> garde::Result {
    if is_mail_address(text.trim()) { Ok(()) } else { Err(garde::Error::new("fault-mail-address")) }
}

/// A day, or what is wrong with it.
pub(super) fn a_day(text: &str, _: &()) -> garde::Result {
    match read_day(text) {
        Some(_) => Ok(()),
        None => Err(garde::Error::new("fault-term-day")),
    }
}

pub(super) fn read_day(text: &str) -> Option<Date> {
    Date::parse(text.trim(), time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// Who is to hold a seat.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatIn {
    /// Code of the area.
    #[garde(length(chars, min = 1, max = 200))]
    pub area: String,
    /// As what: officers belong to associations, leaders to groups, staff to the rest.
    #[garde(skip)]
    pub role: RoleIn,
    /// Their mail address.
    #[garde(custom(mail_address))]
    pub email: String,
    /// Their name; that of an account that is there stays.
    #[garde(length(chars, max = 50), custom(a_name))]
    pub name: String,
    /// The department of a member of staff.
    #[garde(inner(length(chars, max = 50), custom(optional_name)))]
    pub department: Option<String>,
    /// First day; today where nothing is said.
    #[garde(inner(custom(a_day)))]
    #[schema(example = "2027-04-01")]
    pub starts_on: Option<String>,
    /// Last day; of officers and leaders the next 31st of March where nothing is said.
    #[garde(inner(custom(a_day)))]
    #[schema(example = "2028-03-31")]
    pub ends_on: Option<String>,
}

/// Who comes next.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuccessorIn {
    /// Their mail address.
    #[garde(custom(mail_address))]
    pub email: String,
    /// Their name.
    #[garde(length(chars, max = 50), custom(a_name))]
    pub name: String,
    /// Their first day; the day after the last one of the seat where nothing is said.
    #[garde(inner(custom(a_day)))]
    #[schema(example = "2027-04-01")]
    pub starts_on: Option<String>,
}

/// A call that says nothing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NothingIn {}

/// A seat and who holds it.
#[derive(Serialize, ToSchema)]
pub struct HolderOut {
    /// Id.
    id: Uuid,
    /// staff, officer or leader.
    role: &'static str,
    /// Department of a member of staff.
    department: Option<String>,
    /// Where.
    area: AreaOut,
    /// What its holder is called.
    name: String,
    /// First day.
    starts_on: String,
    /// Last day; absent while none is set.
    ends_on: Option<String>,
    /// Whether its holder has signed in once.
    signs_in: bool,
    /// Who is named to come next.
    next: Option<NextOut>,
}

/// Who is named to come next.
#[derive(Serialize, ToSchema)]
pub struct NextOut {
    /// What they are called.
    name: String,
    /// Their first day.
    starts_on: String,
}

impl From<&(String, Date)> for NextOut {
    fn from((name, from): &(String, Date)) -> Self {
        Self { name: name.clone(), starts_on: from.to_string() }
    }
}

/// A one-time link.
#[derive(Serialize, ToSchema)]
pub struct LinkOut {
    /// The link, with its code after the `#`: it is shown once.
    pub link: String,
    /// Until when it is good.
    pub expires_at: String,
}

/// A seat that was given.
#[derive(Serialize, ToSchema)]
pub struct AppointedOut {
    /// The seat.
    id: Uuid,
    /// First day.
    starts_on: String,
    /// Last day; absent while none is set.
    ends_on: Option<String>,
    /// The link to hand over; absent where they sign in already.
    invitation: Option<LinkOut>,
}

/// A notice in a list of what is open.
#[derive(Serialize, ToSchema)]
pub struct OpenNoticeOut {
    /// Id.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// When it is to come out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<String>,
    /// Homes that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub households: Option<i64>,
    /// Of these, those that have not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<i64>,
}

/// A home to which somebody has to go.
#[derive(Serialize, ToSchema)]
pub struct OpenHomeOut {
    /// Id of the household.
    id: Uuid,
    /// How its association names it.
    label: String,
    /// Its group or association.
    area: String,
    /// digital, paper, both, undecided.
    delivery: String,
    /// Whether anybody there is signed in.
    phone: bool,
}

/// What is open.
#[derive(Serialize, ToSchema)]
pub struct OpenOut {
    /// Drafts.
    drafts: Vec<OpenNoticeOut>,
    /// What is to come out.
    scheduled: Vec<OpenNoticeOut>,
    /// What not every home has read.
    unread: Vec<OpenNoticeOut>,
    /// Homes that get paper, have not decided, or have no phone.
    homes: Vec<OpenHomeOut>,
}

/// A handing over.
#[derive(Serialize, ToSchema)]
pub struct HandoverOut {
    /// The seat.
    pub seat: HolderOut,
    /// What is open; absent for staff, who see nothing of an association's own.
    pub open: Option<OpenOut>,
}

/// What came of ending a seat.
#[derive(Serialize, ToSchema)]
pub struct EndedOut {
    /// The notices that were scheduled by its holder and are drafts again.
    pub drafts: Vec<OpenNoticeOut>,
    /// Who had been named to come next, and begins on their day all the same.
    pub next: Option<NextOut>,
}

/// The word for a role.
pub(super) fn role(role: entity::seat::Role) -> &'static str {
    match role {
        entity::seat::Role::Staff => "staff",
        entity::seat::Role::Officer => "officer",
        entity::seat::Role::Leader => "leader",
    }
}

pub(super) fn time(at: OffsetDateTime) -> String {
    at.to_offset(JAPAN).format(&Rfc3339).unwrap_or_default()
}

/// The address of a link.
pub(super) fn address(origin: &Origin, invitation: &Invitation) -> String {
    format!("{origin}/welcome#{}", invitation.code.to_print())
}

impl LinkOut {
    /// A link as it is handed over.
    pub fn new(origin: &Origin, invitation: &Invitation) -> Self {
        Self { link: address(origin, invitation), expires_at: time(invitation.expires_at) }
    }
}

impl From<&Holder> for HolderOut {
    fn from(holder: &Holder) -> Self {
        let Holder { seat, area, name, signs_in, next } = holder;
        let next = next.as_ref().map(NextOut::from);
        Self {
            id: seat.id.0,
            role: role(seat.role),
            department: seat.department.clone(),
            area: area.into(),
            name: name.clone(),
            starts_on: seat.starts_on.to_string(),
            ends_on: seat.ends_on.map(|day| day.to_string()),
            signs_in: *signs_in,
            next,
        }
    }
}

impl AppointedOut {
    /// A seat with its link.
    pub fn new(origin: &Origin, appointed: &Appointed) -> Self {
        Self {
            id: appointed.seat.id.0,
            starts_on: appointed.seat.starts_on.to_string(),
            ends_on: appointed.seat.ends_on.map(|day| day.to_string()),
            invitation: appointed.invitation.as_ref().map(|invitation| LinkOut::new(origin, invitation)),
        }
    }
}

impl From<&entity::notice::Model> for OpenNoticeOut {
    fn from(notice: &entity::notice::Model) -> Self {
        let publish_at = notice.publish_at.or(notice.published_at).map(time);
        Self { id: notice.id.0, title: notice.title.clone(), publish_at, households: None, unread: None }
    }
}

impl From<&Home> for OpenHomeOut {
    fn from(home: &Home) -> Self {
        let delivery = sea_orm::ActiveEnum::to_value(&home.delivery);
        Self { id: home.id, label: home.label.clone(), area: home.area.clone(), delivery, phone: home.phone }
    }
}

impl From<&Open> for OpenOut {
    fn from(open: &Open) -> Self {
        let counted = |one: &super::Unread| OpenNoticeOut {
            households: Some(one.households),
            unread: Some(one.unread),
            publish_at: None,
            ..OpenNoticeOut::from(&one.notice)
        };
        Self {
            drafts: open.drafts.iter().map(OpenNoticeOut::from).collect(),
            scheduled: open.scheduled.iter().map(OpenNoticeOut::from).collect(),
            unread: open.unread.iter().map(counted).collect(),
            homes: open.homes.iter().map(OpenHomeOut::from).collect(),
        }
    }
}
