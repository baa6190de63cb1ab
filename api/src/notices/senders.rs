//! In whose name notices go out.

use entity::{area, ids::AreaId, notice};
use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _};

use crate::problem::Problem;

/// The areas in whose name some notices go out.
pub(super) async fn senders<'a>(
    db: &impl ConnectionTrait,
    notices: impl Iterator<Item = &'a notice::Model>,
) -> Result<Vec<area::Model>, Problem> {
    let senders: Vec<_> = notices.map(|notice| (notice.city_id, notice.sender_area_id)).collect();
    let Some((city, _)) = senders.first() else { return Ok(Vec::new()) };
    let ids: Vec<AreaId> = senders.iter().map(|(_, area)| *area).collect();
    Ok(area::Entity::of(*city).filter(area::Column::Id.is_in(ids)).all(db).await?)
}

/// The name of the sender of one of them.
pub(super) fn name_of(senders: &[area::Model], notice: &notice::Model) -> String {
    senders.iter().find(|area| area.id == notice.sender_area_id).map(|area| area.name.clone()).unwrap_or_default()
}
