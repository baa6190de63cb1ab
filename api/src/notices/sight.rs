//! What a caller can see: the one question behind every feed, page and receipt.
//!
//! A resident sees what circulates to everyone in their association or their own group. Who holds a seat sees besides what circulates at,
//! above or below the seat's area, to everyone or to officers; a centre, what the city's staff send to its district. All staff of a city see an emergency that one person published alone.

use entity::{area::Kind, ids::CityId, notice, seat::Role};
use sea_orm::{ConnectionTrait, DbErr, Value};
use uuid::Uuid;

use crate::{
    areas::{association_of, rounds_of, scope_of},
    identity::Caller,
    postgres::sql,
};

/// The rule, in two halves. Whether a circulation `c` of channel `ch` is seen from a sight because it goes round where the caller lives or
/// holds a seat. A `sight` is a row of [`SIGHTS`].
const NEAR: &str = "(ch.kind = 'everyone' AND c.area_id = ANY(sight.home) OR c.area_id = ANY(sight.above))";

/// Whether it is seen because it goes round below a seat's area; not asked for residents, who are most.
const BELOW: &str = "(NOT sight.of_resident AND EXISTS (
    SELECT FROM area ca WHERE ca.city_id = c.city_id AND ca.id = c.area_id AND (
        ca.path && sight.scopes OR ca.path && sight.districts AND EXISTS (
            SELECT FROM notice sent WHERE sent.city_id = c.city_id AND sent.id = c.notice_id AND sent.sender_role = 'staff'))))";

/// The rule as a whole.
pub(super) fn visible() -> String {
    format!("({NEAR} OR {BELOW})")
}

/// The sights that the values of [`values`] say, as rows for a `WITH`: `n` counts them from 1. Areas travel as text, as a set of sets is
/// no array.
pub(super) const SIGHTS: &str = "sight AS MATERIALIZED (
    SELECT n, city_id, home::uuid[], above::uuid[], scopes::uuid[], districts::uuid[], associations::uuid[],
           above = '{}' AND scopes = '{}' AND districts = '{}' AS of_resident
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
         AS given (city_id, home, above, scopes, districts, associations, n))";

/// The values of `$1` to `$6` for [`SIGHTS`].
pub(super) fn values<'a>(sights: impl IntoIterator<Item = &'a Sight>) -> Vec<Value> {
    let (mut cities, mut areas): (Vec<Uuid>, [Vec<String>; 5]) = Default::default();
    for sight in sights {
        cities.push(sight.city.0);
        let sets = [&sight.home, &sight.above, &sight.scopes, &sight.districts, &sight.associations];
        areas.iter_mut().zip(sets).for_each(|(column, set)| column.push(array(set)));
    }
    std::iter::once(cities.into()).chain(areas.map(Value::from)).collect()
}

/// Ids as PostgreSQL writes an array.
pub(crate) fn array(ids: &[Uuid]) -> String {
    let mut text = String::with_capacity(2 + ids.len() * 37);
    let mut between = '{';
    for id in ids {
        text.push(between);
        text.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        between = ',';
    }
    if ids.is_empty() {
        text.push(between);
    }
    text.push('}');
    text
}

/// How far a caller sees.
#[derive(Clone, Debug)]
pub struct Sight {
    city: CityId,
    /// Where notices go round that reach the caller's home.
    home: Vec<Uuid>,
    /// Where notices go round that reach the areas of the caller's seats.
    above: Vec<Uuid>,
    /// The areas below which the caller's seats see everything.
    scopes: Vec<Uuid>,
    /// The districts of the caller's centres, below which they see what staff sent.
    districts: Vec<Uuid>,
    /// The associations whose circulations can be the caller's; all of what they see, unless they are staff.
    associations: Vec<Uuid>,
    staff: bool,
}

impl Sight {
    /// How far `caller` sees.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        let areas = caller.home.iter().map(|home| &home.area).chain(caller.seats.iter().map(|seat| &seat.area));
        Self {
            city: caller.city,
            home: caller.home.as_ref().map(|home| rounds_of(&home.area)).unwrap_or_default(),
            above: caller.seats.iter().flat_map(|seat| rounds_of(&seat.area)).collect(),
            scopes: scopes(caller, |kind| kind != Kind::Centre),
            districts: scopes(caller, |kind| kind == Kind::Centre),
            associations: areas.filter_map(association_of).map(|id| id.0).collect(),
            staff: caller.seats.iter().any(|seat| seat.role == Role::Staff),
        }
    }

    /// Whether the caller sees what circulates below an area that is no association: then their feed is read by notice.
    pub(super) fn is_staff(&self) -> bool {
        self.staff
    }

    /// Which of these notices, which must be out, circulate where the caller beside them sees; place by place.
    ///
    /// # Errors
    /// The database's.
    pub async fn reach_all(db: &impl ConnectionTrait, asked: &[(Self, &notice::Model)]) -> Result<Vec<bool>, DbErr> {
        // Where it may be near, it is found by the key of the circulation; only below a seat all of the notice is looked through.
        let text = format!(
            "WITH {SIGHTS}
             SELECT sight.n FROM sight JOIN unnest($7::uuid[]) WITH ORDINALITY AS given (id, n) USING (n)
             WHERE EXISTS (
                    SELECT FROM circulation c JOIN channel ch ON ch.city_id = c.city_id AND ch.id = c.channel_id
                    WHERE c.city_id = sight.city_id AND c.notice_id = given.id
                      AND c.area_id = ANY(sight.home || sight.above) AND {NEAR})
                OR NOT sight.of_resident AND EXISTS (
                    SELECT FROM circulation c WHERE c.city_id = sight.city_id AND c.notice_id = given.id AND {BELOW})"
        );
        let mut values = values(asked.iter().map(|(sight, _)| sight));
        values.push(asked.iter().map(|(_, notice)| notice.id.0).collect::<Vec<_>>().into());
        let mut seen: Vec<bool> =
            asked.iter().map(|(sight, notice)| sight.staff && notice.alone_reason.is_some()).collect();
        for row in db.query_all_raw(sql(&text, values)).await? {
            let n: i64 = row.try_get_by_index(0)?;
            if let Some(seen) = usize::try_from(n - 1).ok().and_then(|n| seen.get_mut(n)) {
                *seen = true;
            }
        }
        Ok(seen)
    }
}

/// The areas in and below which the caller's seats of some kinds of area act.
fn scopes(caller: &Caller, of: impl Fn(Kind) -> bool) -> Vec<Uuid> {
    let seats = caller.seats.iter().filter(|seat| of(seat.area.kind));
    seats.filter_map(|seat| scope_of(seat).last().copied()).collect()
}
