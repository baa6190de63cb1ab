//! The second factor: wrong digits in a row are counted by account.

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
ALTER TABLE account
    ADD COLUMN wrong_digits smallint NOT NULL DEFAULT 0,    -- in a row
    ADD COLUMN digits_from  timestamptz;                    -- before this, digits are taken from known browsers alone
";
