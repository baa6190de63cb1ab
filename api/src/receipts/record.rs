//! Recording a receipt, and the counts with it.

use entity::{
    ids::{PersonId, ReaderId},
    notice, receipt,
    receipt::Source,
};
use sea_orm::{ActiveEnum as _, ConnectionTrait, DbErr, EntityTrait as _, Value};
use time::OffsetDateTime;

use super::ReceiptError;
use crate::{clock::JAPAN, identity::Caller, postgres::sql};

/// Records that the caller opened `notice` and, with `acknowledged`, that they acknowledged it. Gives the receipt as it stands:
/// what was there first stays.
///
/// # Errors
/// [`ReceiptError::NotPublished`].
pub async fn record(
    db: &impl ConnectionTrait,
    caller: &Caller,
    (notice, acknowledged): (&notice::Model, bool),
    now: OffsetDateTime,
) -> Result<receipt::Model, ReceiptError> {
    if notice.published_at.is_none_or(|at| at > now) {
        return Err(ReceiptError::NotPublished);
    }
    let reader = caller.reader();
    let opened = open(db, (notice, reader, caller.person), now).await?;
    let stamped = acknowledged && acknowledge(db, (notice, reader), now).await?;
    if opened || stamped {
        count(db, caller, notice, (i32::from(opened), i32::from(stamped), now)).await?;
    }
    let receipt = receipt::Entity::find_by_id((notice.city_id, reader, notice.id)).one(db).await?;
    receipt.ok_or_else(|| DbErr::RecordNotFound("the receipt just written".into()).into())
}

/// Whether this was the first time.
async fn open(
    db: &impl ConnectionTrait,
    (notice, reader, person): (&notice::Model, ReaderId, PersonId),
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    let values: [Value; 6] = [
        notice.city_id.0.into(),
        reader.0.into(),
        notice.id.0.into(),
        now.into(),
        Source::Digital.to_value().into(),
        person.0.into(),
    ];
    let statement = sql(
        "INSERT INTO receipt (city_id, reader_id, notice_id, read_at, source, person_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (city_id, reader_id, notice_id) DO NOTHING",
        values,
    );
    Ok(db.execute_raw(statement).await?.rows_affected() == 1)
}

/// Whether this was the first time.
async fn acknowledge(
    db: &impl ConnectionTrait,
    (notice, reader): (&notice::Model, ReaderId),
    now: OffsetDateTime,
) -> Result<bool, DbErr> {
    let values: [Value; 4] = [notice.city_id.0.into(), reader.0.into(), notice.id.0.into(), now.into()];
    let statement = sql(
        "UPDATE receipt SET acknowledged_at = $4
         WHERE city_id = $1 AND reader_id = $2 AND notice_id = $3 AND acknowledged_at IS NULL",
        values,
    );
    Ok(db.execute_raw(statement).await?.rows_affected() == 1)
}

/// Raises the counts of the circulations that have this reader among theirs: to everyone, where the household lives; to officers, where one of
/// the household (or the seat holder without one) holds a seat. Who got the
/// seat between reading and acknowledging is in neither count.
async fn count(
    db: &impl ConnectionTrait,
    caller: &Caller,
    notice: &notice::Model,
    (opened, stamped, now): (i32, i32, OffsetDateTime),
) -> Result<(), DbErr> {
    let home = caller.home.as_ref().map(|home| home.area.path.clone()).unwrap_or_default();
    let household = caller.home.as_ref().map(|home| home.household.0);
    let values: [Value; 8] = [
        notice.city_id.0.into(),
        notice.id.0.into(),
        opened.into(),
        stamped.into(),
        home.into(),
        household.into(),
        caller.person.0.into(),
        now.to_offset(JAPAN).date().into(),
    ];
    let statement = sql(
        "UPDATE circulation c SET read_count = read_count + $3,
                acknowledged_count = least(acknowledged_count + $4, read_count + $3)
         FROM channel ch
         WHERE c.city_id = $1 AND c.notice_id = $2 AND ch.city_id = c.city_id AND ch.id = c.channel_id
           AND (ch.kind = 'everyone' AND c.area_id = ANY($5)
                OR ch.kind = 'officers' AND EXISTS (
                    SELECT FROM seat s JOIN area sa ON sa.city_id = s.city_id AND sa.id = s.area_id
                    JOIN person p ON p.city_id = s.city_id AND p.id = s.person_id
                    WHERE s.city_id = $1 AND (p.id = $7 OR p.household_id = $6) AND sa.path @> ARRAY[c.area_id]
                      AND s.starts_on <= $8 AND (s.ends_on IS NULL OR s.ends_on >= $8)))",
        values,
    );
    db.execute_raw(statement).await?;
    Ok(())
}
