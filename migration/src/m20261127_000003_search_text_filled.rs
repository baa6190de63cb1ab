//! The notices that were there before they could be searched.
//!
//! 67,000 take 11 s. Meanwhile they are read and stamped as ever; who corrects or withdraws one of them waits.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(FILL).await.map(drop)
    }
}

const FILL: &str = r"
UPDATE notice SET search_text = searchable(title || E'\n' || body) WHERE search_text IS NULL;
ALTER TABLE notice ALTER COLUMN search_text SET NOT NULL;
";
