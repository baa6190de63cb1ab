//! Coverage: how far a notice has come, area by area.
//!
//! From the association upward the numbers read and acknowledged are sums of the circulations' counts; households, paper and who is not
//! reached are counted as they are today. A household is unreached when no paper comes to it, no phone of its rings, and it
//! has not read all the same. Below the association see [`super::households`].

use std::collections::BTreeMap;

use entity::{area::Kind, notice, seat::Role};
use sea_orm::{ActiveEnum as _, ConnectionTrait, DbErr, FromQueryResult, Value};
use time::Date;
use uuid::Uuid;

use super::{
    ReceiptError, households,
    readers::{By, Numbers, Row, readers},
};
use crate::{
    areas::scope_of,
    identity::{Caller, Seat},
    postgres::sql,
};

/// The coverage of `notice`, of the areas that the caller may see.
///
/// # Errors
/// [`ReceiptError::NoCoverage`], [`ReceiptError::CountsOnly`]; [`ReceiptError::Closed`] by group and household.
pub async fn coverage(
    db: &impl ConnectionTrait,
    caller: &Caller,
    (notice, by): (&notice::Model, By),
    today: Date,
) -> Result<Vec<Row>, ReceiptError> {
    let staff = scopes(caller, |seat| seat.role == Role::Staff && seat.area.kind != Kind::Centre);
    let officer = scopes(caller, |seat| seat.role == Role::Officer);
    let leader = scopes(caller, |seat| seat.role == Role::Leader);
    let kind = match by {
        By::Ward => Kind::Ward,
        By::District => Kind::District,
        By::Association => Kind::Association,
        By::Group | By::Household => {
            let own = [officer, leader].concat();
            if notice.closed_at.is_some() && !own.is_empty() {
                return Err(ReceiptError::Closed);
            }
            return match (own.is_empty(), staff.is_empty()) {
                (false, _) => Ok(households::coverage(db, (notice, by), own, today).await?),
                (true, false) => Err(ReceiptError::CountsOnly),
                (true, true) => Err(ReceiptError::NoCoverage),
            };
        }
    };
    if staff.is_empty() && officer.is_empty() && leader.is_empty() {
        return Err(ReceiptError::NoCoverage);
    }
    let mut rows = BTreeMap::new();
    for (scopes, exactly) in [(staff, false), (officer, true)] {
        for numbers in above_household(db, notice, (kind, scopes), today).await? {
            rows.insert(numbers.code.clone(), numbers.shown(exactly));
        }
    }
    Ok(rows.into_values().collect())
}

fn scopes(caller: &Caller, wanted: impl Fn(&Seat) -> bool) -> Vec<Uuid> {
    caller.seats.iter().filter(|seat| wanted(seat)).filter_map(|seat| scope_of(seat).last().copied()).collect()
}

/// By area of a kind, within the scopes.
async fn above_household(
    db: &impl ConnectionTrait,
    notice: &notice::Model,
    (kind, scopes): (Kind, Vec<Uuid>),
    today: Date,
) -> Result<Vec<Numbers>, DbErr> {
    if scopes.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "{},
         living AS MATERIALIZED (
            SELECT circulation_area, count(DISTINCT reader_id) AS households,
                   count(DISTINCT reader_id) FILTER (WHERE paper) AS paper,
                   count(DISTINCT reader_id) FILTER (WHERE $6 AND NOT paper AND NOT rings AND NOT EXISTS (
                        SELECT FROM receipt r
                        WHERE r.city_id = $1 AND r.reader_id = reader.reader_id AND r.notice_id = $2)) AS unreached
            FROM reader GROUP BY circulation_area)
         SELECT above.code, above.name, coalesce(sum(living.households), 0)::bigint AS households,
                sum(c.read_count)::bigint AS read, sum(c.acknowledged_count)::bigint AS acknowledged,
                coalesce(sum(living.paper), 0)::bigint AS paper, coalesce(sum(living.unreached), 0)::bigint AS unreached
         FROM circulation c
         JOIN area ca ON ca.city_id = c.city_id AND ca.id = c.area_id
         CROSS JOIN LATERAL unnest(ca.path) AS on_path (id)
         JOIN area above ON above.city_id = c.city_id AND above.id = on_path.id AND above.kind = $4 AND above.path && $5
         LEFT JOIN living ON living.circulation_area = c.area_id
         WHERE c.city_id = $1 AND c.notice_id = $2
         GROUP BY above.code, above.name ORDER BY above.code",
        readers(notice.addressees)
    );
    // Who has read a closed notice is not known, so nobody is looked for.
    let open = notice.closed_at.is_none();
    let values: [Value; 6] =
        [notice.city_id.0.into(), notice.id.0.into(), today.into(), kind.to_value().into(), scopes.into(), open.into()];
    Numbers::find_by_statement(sql(&text, values)).all(db).await
}
