//! How a notice's pushes went: the numbers for who sent it.

use entity::{ids::NoticeId, seat::Role};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::outcome::Outcome;
use crate::{areas::scope_of, identity::Caller, postgres::sql};

/// What became of a notice's pushes, over all its revisions. Each subscription of a revision counts once, in its present state.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Delivery {
    /// Subscriptions that it was planned for.
    pub subscriptions: i64,
    /// Taken by their push service.
    pub accepted: i64,
    /// Ended by their push service.
    pub gone: i64,
    /// Still to be sent, or to be tried again.
    pub retrying: i64,
    /// Refused for good.
    pub given_up: i64,
    /// Not sent: its time was over.
    pub expired: i64,
    /// Not sent: signed out, moved away, or the notice was withdrawn.
    pub left: i64,
    /// Not sent: their person does not want to be rung for it, or is told with the weekly summary.
    pub in_peace: i64,
    /// Whether there are more to come: the plan is not complete.
    pub planning: bool,
    /// Of how many batches the service keeps messages for less long than was asked for.
    pub shortened: i64,
    /// When the first was taken.
    pub first_accepted_at: Option<OffsetDateTime>,
    /// When the last was taken.
    pub last_accepted_at: Option<OffsetDateTime>,
}

/// The numbers of a notice, for who holds a seat of the sender's kind at or above the sender, or one that reaches the whole audience.
/// None to everybody else.
///
/// # Errors
/// The database's.
pub async fn delivery(db: &impl ConnectionTrait, caller: &Caller, id: NoticeId) -> Result<Option<Delivery>, DbErr> {
    let scopes = |staff: bool| -> Vec<Uuid> {
        let kind = caller.seats.iter().filter(|seat| (seat.role == Role::Staff) == staff);
        kind.filter_map(|seat| scope_of(seat).last().copied()).collect()
    };
    let values: [Value; 4] = [caller.city.0.into(), id.0.into(), scopes(true).into(), scopes(false).into()];
    let known = sql(
        "SELECT 1 AS known FROM notice n
         JOIN area sender ON sender.city_id = n.city_id AND sender.id = n.sender_area_id
         CROSS JOIN LATERAL unnest(CASE WHEN n.sender_role = 'staff' THEN $3::uuid[] ELSE $4::uuid[] END) AS seat (scope)
         WHERE n.city_id = $1 AND n.id = $2
           AND (seat.scope = ANY (sender.path)
                OR NOT EXISTS (SELECT FROM area target WHERE target.city_id = n.city_id AND target.id = ANY (n.area_ids)
                               AND seat.scope <> ALL (target.path)))
         LIMIT 1",
        values,
    );
    if db.query_one_raw(known).await?.is_none() {
        return Ok(None);
    }
    let count = |outcomes: &[Outcome]| {
        let codes: Vec<String> = outcomes.iter().map(|outcome| (*outcome as i16).to_string()).collect();
        format!("count(*) FILTER (WHERE state.outcome IN ({}))", codes.join(", "))
    };
    let text = format!(
        "SELECT count(*) FILTER (WHERE state.outcome IS DISTINCT FROM {retried}) AS subscriptions,
                {accepted} AS accepted, {gone} AS gone, count(*) FILTER (WHERE state.id IS NOT NULL AND state.outcome IS NULL) AS retrying,
                {given_up} AS given_up, {expired} AS expired, {left} AS left, {in_peace} AS in_peace,
                EXISTS (SELECT FROM plan p JOIN notice n ON n.city_id = p.city_id AND n.id = p.notice_id AND n.withdrawn_at IS NULL
                        WHERE p.city_id = $1 AND p.notice_id = $2 AND NOT p.complete) AS planning,
                count(DISTINCT b.id) FILTER (WHERE b.shortened_to IS NOT NULL) AS shortened,
                min(b.first_accepted_at) AS first_accepted_at, max(b.last_accepted_at) AS last_accepted_at
         FROM batch b CROSS JOIN LATERAL unnest(b.subscription_ids, b.outcomes) AS state (id, outcome)
         WHERE b.city_id = $1 AND b.notice_id = $2",
        retried = Outcome::Retried as i16,
        accepted = count(&[Outcome::Accepted]),
        gone = count(&[Outcome::Gone]),
        given_up = count(&[Outcome::GivenUp]),
        expired = count(&[Outcome::Expired]),
        left = count(&[Outcome::Left, Outcome::Withdrawn]),
        in_peace = count(&[Outcome::Muted, Outcome::Summed]),
    );
    Delivery::find_by_statement(sql(&text, [caller.city.0.into(), id.0.into()])).one(db).await
}
