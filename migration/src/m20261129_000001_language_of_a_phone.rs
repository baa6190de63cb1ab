//! In which language a phone is rung: the one in which its person reads the pages. Japanese until the phone has been looked after once more.

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
ALTER TABLE subscription ADD COLUMN language text NOT NULL DEFAULT 'ja' CHECK (language IN ('ja', 'ja-yasashii', 'en'));
";
