//! What nothing has told somebody of when they choose otherwise: the next summary does.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(EXPAND).await.map(drop)
    }
}

const EXPAND: &str = r"
-- What is merely good to know and came out after the one, by the other, was told of by nothing that they had chosen before.
ALTER TABLE push_preference
    ADD COLUMN untold_from timestamptz,
    ADD COLUMN untold_until timestamptz,
    ADD CHECK ((untold_from IS NULL) = (untold_until IS NULL));
-- Those who get a last summary.
CREATE INDEX push_preference_last ON push_preference (city_id, weekday, hour) WHERE fyi = 'at_once' AND untold_from IS NOT NULL;
";
