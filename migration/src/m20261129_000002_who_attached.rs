//! Who added a file: nobody sends an emergency with a file of their own that nobody else has looked at.

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
ALTER TABLE attachment ADD COLUMN added_by uuid;                     -- none: before this was kept
ALTER TABLE attachment ADD FOREIGN KEY (city_id, added_by) REFERENCES person (city_id, id);
";
