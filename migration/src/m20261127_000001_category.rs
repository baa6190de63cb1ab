//! Notices say what they are about, and so does what a correction replaced.

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
ALTER TABLE notice ADD COLUMN category text NOT NULL DEFAULT 'other' CHECK (
    category IN ('disaster', 'garbage', 'health', 'children', 'event', 'works', 'safety', 'office', 'other'));
ALTER TABLE revision ADD COLUMN category text NOT NULL DEFAULT 'other' CHECK (
    category IN ('disaster', 'garbage', 'health', 'children', 'event', 'works', 'safety', 'office', 'other'));
";
