//! Lists of notices: what the caller may read, and what their offices have drawn up.
//!
//! A resident's feed is read from the circulations of their association, newest first, with their household's receipt beside:
//! no row per reader is written to publish. Staff see what circulates below them, which is the same notice many times over, so theirs
//! is read by notice.

use entity::{ids::NoticeId, notice, receipt};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Sight, sight::VISIBLE};
use crate::{identity::Caller, postgres::sql, web::Cursor};

/// A notice with the caller's own receipt.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The notice.
    pub notice: notice::Model,
    /// Whether and when the caller's household read it.
    pub receipt: Option<receipt::Model>,
}

#[derive(FromQueryResult)]
struct Found {
    notice_id: Uuid,
}

/// At most `limit` notices that are out and reach the caller, newest first, from after `cursor`.
///
/// # Errors
/// The database's.
pub async fn feed(
    db: &impl ConnectionTrait,
    caller: &Caller,
    (cursor, limit): (Option<Cursor>, u64),
    now: OffsetDateTime,
) -> Result<Vec<Entry>, DbErr> {
    let sight = Sight::of(caller);
    let joined = "JOIN channel ch ON ch.city_id = c.city_id AND ch.id = c.channel_id
                  JOIN area ca ON ca.city_id = c.city_id AND ca.id = c.area_id";
    let text = if sight.is_staff() {
        format!(
            "SELECT n.id AS notice_id FROM notice n
             WHERE n.city_id = $1 AND n.published_at <= $6 AND (n.published_at, n.id) < ($7, $8)
               AND (n.withdrawn_at IS NULL OR n.withdrawn_at > n.published_at)
               AND (n.alone_reason IS NOT NULL OR EXISTS (
                    SELECT FROM circulation c {joined} WHERE c.city_id = $1 AND c.notice_id = n.id AND {VISIBLE}))
             ORDER BY n.published_at DESC, n.id DESC LIMIT $9"
        )
    } else {
        format!(
            "SELECT DISTINCT c.published_at, c.notice_id FROM circulation c {joined}
             WHERE c.city_id = $1 AND ch.area_id = ANY($10) AND c.published_at <= $6
               AND (c.published_at, c.notice_id) < ($7, $8) AND {VISIBLE}
               AND NOT EXISTS (SELECT FROM notice n WHERE n.city_id = c.city_id AND n.id = c.notice_id
                               AND n.withdrawn_at <= n.published_at)
             ORDER BY c.published_at DESC, c.notice_id DESC LIMIT $9"
        )
    };
    let before = cursor.unwrap_or(Cursor { at: now + time::Duration::SECOND, id: Uuid::max() });
    let mut values: Vec<Value> = sight.values();
    values.extend([now.into(), before.at.into(), before.id.into(), limit.into()]);
    if !sight.is_staff() {
        values.push(sight.associations().into());
    }
    let found = Found::find_by_statement(sql(&text, values)).all(db).await?;
    entries(db, caller, found.into_iter().map(|row| NoticeId(row.notice_id)).collect()).await
}

/// The notices with these ids, in their order, each with the caller's receipt.
async fn entries(db: &impl ConnectionTrait, caller: &Caller, ids: Vec<NoticeId>) -> Result<Vec<Entry>, DbErr> {
    let mut notices = notice::Entity::find()
        .filter(notice::Column::CityId.eq(caller.city))
        .filter(notice::Column::Id.is_in(ids.clone()))
        .all(db)
        .await?;
    let mut receipts = receipt::Entity::find()
        .filter(receipt::Column::CityId.eq(caller.city))
        .filter(receipt::Column::ReaderId.eq(caller.reader()))
        .filter(receipt::Column::NoticeId.is_in(ids.clone()))
        .all(db)
        .await?;
    notices.sort_by_key(|notice| ids.iter().position(|id| *id == notice.id));
    let entry = |notice: notice::Model| {
        let place = receipts.iter().position(|receipt| receipt.notice_id == notice.id);
        Entry { receipt: place.map(|place| receipts.swap_remove(place)), notice }
    };
    Ok(notices.into_iter().map(entry).collect())
}

/// The newest notices of the caller's own offices, drafts and scheduled ones among them; at most 100.
///
/// # Errors
/// The database's.
pub async fn office(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<notice::Model>, DbErr> {
    let (mut areas, mut roles): (Vec<Uuid>, Vec<String>) = (Vec::new(), Vec::new());
    for seat in &caller.seats {
        areas.push(seat.area.id.0);
        roles.push(sea_orm::ActiveEnum::to_value(&seat.role));
    }
    // An office's own, and what was drawn up for areas that lie wholly in its reach by the same kind of seat.
    let statement = sql(
        "SELECT n.* FROM notice n
         WHERE n.city_id = $1 AND EXISTS (
            SELECT FROM unnest($2::uuid[], $3::text[]) AS mine (area_id, role)
            WHERE (mine.role = 'staff') = (n.sender_role = 'staff')
              AND NOT EXISTS (SELECT FROM area target WHERE target.city_id = n.city_id AND target.id = ANY(n.area_ids)
                              AND NOT target.path @> ARRAY[(SELECT CASE WHEN seat.kind = 'centre' THEN seat.parent_id ELSE seat.id END
                                                            FROM area seat WHERE seat.city_id = $1 AND seat.id = mine.area_id)]))
         ORDER BY n.id DESC LIMIT 100",
        [caller.city.0.into(), areas.into(), roles.into()],
    );
    notice::Model::find_by_statement(statement).all(db).await
}
