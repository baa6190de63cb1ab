//! The notices that were there before they could be searched.

use sea_orm_migration::prelude::*;

use crate::search::fill;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        fill(manager).await?;
        for step in HELD {
            manager.get_connection().execute_unprepared(step).await?;
        }
        Ok(())
    }
}

/// Looked at while everybody goes on, so that the last step has nothing to look at.
const HELD: [&str; 4] = [
    "ALTER TABLE notice DROP CONSTRAINT IF EXISTS searched",
    "ALTER TABLE notice ADD CONSTRAINT searched CHECK (search_text IS NOT NULL) NOT VALID",
    "ALTER TABLE notice VALIDATE CONSTRAINT searched",
    "ALTER TABLE notice ALTER COLUMN search_text SET NOT NULL, DROP CONSTRAINT searched",
];
