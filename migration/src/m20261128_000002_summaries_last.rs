//! Batches are claimed in this order: emergencies, then what is about one notice or was asked for, then weekly summaries; each by when it is due.
//!
//! The index by which they were claimed until then (`batch_due`) stays for workers of the version before.

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
CREATE INDEX batch_turn ON batch (urgent DESC, (notice_id IS NULL AND asked_by IS NULL), due_at) WHERE done_at IS NULL;
";
