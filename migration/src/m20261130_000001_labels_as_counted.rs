//! Labels of homes in the order in which people count: 1-2 before 1-10.
//!
//! The order belongs to the column, so that every list has it, and every page of a list goes on where the one before ended.

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

/// `kn`: digits are compared as numbers (Unicode Technical Standard 35, collation settings).
const EXPAND: &str = r"
CREATE COLLATION as_counted (provider = icu, locale = 'ja-u-kn-true');
ALTER TABLE household ALTER COLUMN label TYPE text COLLATE as_counted;
";
