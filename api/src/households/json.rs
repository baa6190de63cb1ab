//! Households and persons, as programs say and see them.

use entity::household::Delivery;
use garde::Validate;
use sea_orm::ActiveEnum as _;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Listed, Member, Tended};
use crate::{
    clock::JAPAN,
    config::Origin,
    identity::{api::AreaOut, code::Code},
    proxies::Proxy,
    web::{a_name, optional_name},
};

/// A joining code.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinIn {
    /// The code of the household's slip, or of a lost phone, as typed or scanned.
    #[garde(length(chars, max = 200))]
    #[schema(example = "ACDE-FGHJ-KMNP-QRTW")]
    pub code: String,
    /// What to be called; may stay empty.
    #[garde(inner(length(chars, max = 50), custom(optional_name)))]
    pub name: Option<String>,
    /// The version of the purposes (`GET /api/v1/purposes`) that they were shown and agreed to.
    #[garde(skip)]
    pub consent: Option<i16>,
}

/// The code of the slip of another household.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveWithIn {
    /// The code, as typed or scanned.
    #[garde(length(chars, max = 200))]
    pub code: String,
}

/// How a household wants its notices.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryIn {
    /// On the phone alone.
    Digital,
    /// On paper alone.
    Paper,
    /// On the phone and on paper.
    Both,
    /// Not said yet.
    Undecided,
}

impl From<DeliveryIn> for Delivery {
    fn from(delivery: DeliveryIn) -> Self {
        match delivery {
            DeliveryIn::Digital => Self::Digital,
            DeliveryIn::Paper => Self::Paper,
            DeliveryIn::Both => Self::Both,
            DeliveryIn::Undecided => Self::Undecided,
        }
    }
}

/// A household to be added.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdIn {
    /// Code of its group or association.
    #[garde(length(chars, min = 1, max = 200))]
    pub area: String,
    /// How its association names it.
    #[garde(length(chars, max = 100), custom(a_name))]
    pub label: String,
    /// How it wants its notices.
    #[garde(skip)]
    pub delivery: DeliveryIn,
}

/// What is to be different. A field that is left out stays as it was.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeIn {
    /// How its association names it: an officer's to change.
    #[garde(inner(length(chars, max = 100), custom(a_name)))]
    pub label: Option<String>,
    /// How it wants its notices.
    #[garde(skip)]
    pub delivery: Option<DeliveryIn>,
}

/// Where a household moves.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelocateIn {
    /// Code of a group or association.
    #[garde(length(chars, min = 1, max = 200))]
    pub area: String,
}

/// Who makes a household of their own.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitIn {
    /// How the association names it.
    #[garde(length(chars, max = 100), custom(a_name))]
    pub label: String,
    /// Ids of its people.
    #[garde(length(min = 1, max = 50))]
    pub people: Vec<Uuid>,
}

/// Which household becomes part of this one.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeIn {
    /// Its id.
    #[garde(skip)]
    pub household: Uuid,
}

/// A person, by name.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonIn {
    /// What they are called.
    #[garde(length(chars, max = 50), custom(a_name))]
    pub name: String,
}

/// That a household agrees to being answered for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowIn {
    /// The day on which it agreed, such as `2026-12-01`, within the last year; without it today, which only its own people may say.
    #[garde(inner(length(chars, max = 10)))]
    #[schema(format = Date)]
    pub consented_on: Option<String>,
}

/// A call that says nothing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NothingIn {}

/// A household on the roster.
#[derive(Serialize, ToSchema)]
pub struct ListedOut {
    /// Id.
    id: Uuid,
    /// How its association names it.
    label: String,
    /// digital, paper, both, undecided.
    delivery: String,
    /// Its group or association.
    area: AreaOut,
    /// What its people are called; null for who said nothing.
    people: Vec<Option<String>>,
    /// How many of them are signed in on some device.
    phones: i64,
}

/// A person of a household.
#[derive(Serialize, ToSchema)]
pub struct MemberOut {
    /// Id.
    id: Uuid,
    /// What they are called; may be absent.
    name: Option<String>,
    /// Whether they are signed in on some device.
    phone: bool,
}

/// A household with its people.
#[derive(Serialize, ToSchema)]
#[schema(as = HouseholdWithPeople)]
pub struct FullOut {
    /// Id.
    id: Uuid,
    /// How its association names it.
    label: String,
    /// digital, paper, both, undecided.
    delivery: String,
    /// Its group or association.
    area: AreaOut,
    /// Its people, in the order in which they joined.
    people: Vec<MemberOut>,
    /// The person of another household who answers for it, if there is one.
    proxy: Option<ProxyOut>,
}

/// Who answers for a household.
#[derive(Serialize, ToSchema)]
#[schema(as = Proxy)]
pub struct ProxyOut {
    /// What they are called; may be absent.
    name: Option<String>,
    /// Since when.
    since: String,
}

/// What was made.
#[derive(Serialize, ToSchema)]
pub struct IdOut {
    /// Its id.
    pub id: Uuid,
}

/// A joining code, shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = JoiningCode)]
pub struct CodeOut {
    /// The code, to be typed.
    pub code: String,
    /// The same as a link, to be scanned.
    pub link: String,
    /// Until when it is good; absent: until it is renewed.
    pub expires_at: Option<String>,
}

/// A time as answers have it.
fn time(at: OffsetDateTime) -> String {
    at.to_offset(JAPAN).format(&Rfc3339).unwrap_or_default()
}

/// The address of a joining code.
pub(super) fn address(origin: &Origin, code: &Code) -> String {
    format!("{origin}/join#{}", code.to_print())
}

impl CodeOut {
    /// A code as it is handed over.
    pub fn new(origin: &Origin, code: &Code, expires_at: Option<OffsetDateTime>) -> Self {
        Self { code: code.to_print(), link: address(origin, code), expires_at: expires_at.map(time) }
    }
}

impl From<Listed> for ListedOut {
    fn from(home: Listed) -> Self {
        Self {
            id: home.id,
            label: home.label,
            delivery: home.delivery.to_value(),
            area: AreaOut { code: home.code, name: home.area },
            people: home.people.into_iter().map(|name| Some(name).filter(|name| !name.is_empty())).collect(),
            phones: home.phones,
        }
    }
}

impl FullOut {
    /// A household with its people.
    pub fn new(tended: &Tended, people: Vec<Member>, proxy: Option<Proxy>) -> Self {
        let Tended { household, area, .. } = tended;
        let member = |one: Member| MemberOut { id: one.id, name: one.name, phone: one.phone };
        Self {
            id: household.id.0,
            label: household.label.clone(),
            delivery: household.delivery.to_value(),
            area: area.into(),
            people: people.into_iter().map(member).collect(),
            proxy: proxy.map(|proxy| ProxyOut { name: proxy.name, since: time(proxy.since) }),
        }
    }
}
