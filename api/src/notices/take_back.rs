//! Taking back what is scheduled: the seat in whose name somebody scheduled it is no longer theirs.

use entity::{area, ids::PersonId, notice, seat::Role};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult as _};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::postgres::sql;

/// Makes drafts again of what a person has scheduled in or below `area` with a seat of this kind, and that has not come out; gives them. Who
/// has the right may publish them anew.
///
/// # Errors
/// The database's.
pub async fn take_back(
    db: &impl ConnectionTrait,
    person: PersonId,
    (area, role): (&area::Model, Role),
    now: OffsetDateTime,
) -> Result<Vec<notice::Model>, DbErr> {
    // A worker whose clock is a little ahead may have begun with it: then it is out.
    let statement = sql(
        "UPDATE notice n SET published_at = NULL, publisher_id = NULL, alone_reason = NULL
         WHERE n.city_id = $1 AND n.publisher_id = $2 AND n.published_at > $5 AND n.withdrawn_at IS NULL
           AND (n.sender_role = 'staff') = $4
           -- What they sent from there, and what others drew up wholly for there and they could send.
           AND (EXISTS (SELECT FROM area a WHERE a.city_id = $1 AND a.id = n.sender_area_id AND a.path @> ARRAY[$3])
                OR NOT EXISTS (SELECT FROM area t WHERE t.city_id = $1 AND t.id = ANY(n.area_ids) AND NOT t.path @> ARRAY[$3]))
           AND NOT EXISTS (SELECT FROM plan p WHERE p.city_id = $1 AND p.notice_id = n.id)
         RETURNING n.*",
        [area.city_id.0.into(), person.0.into(), area.id.0.into(), (role == Role::Staff).into(), now.into()],
    );
    let back = notice::Model::find_by_statement(statement).all(db).await?;
    let ids: Vec<Uuid> = back.iter().map(|notice| notice.id.0).collect();
    let statement =
        sql("DELETE FROM circulation WHERE city_id = $1 AND notice_id = ANY($2)", [area.city_id.0.into(), ids.into()]);
    db.execute_raw(statement).await?;
    Ok(back)
}
