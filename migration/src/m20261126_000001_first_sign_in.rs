//! Accounts know whether their owner has signed in: a link to one that is in use would open it to whoever asked for it.

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
ALTER TABLE account ADD COLUMN opened_at timestamptz;       -- when its owner first signed in
UPDATE account a SET opened_at = a.created_at
WHERE a.password_hash IS NOT NULL
   OR EXISTS (SELECT FROM session s WHERE s.city_id = a.city_id AND s.person_id = a.person_id AND s.ended_at IS NULL)
   -- Who came by the city's provider and signed out: the log remembers, unless the account was started anew since.
   OR (SELECT e.act = 'sign in by provider' FROM audit e
       WHERE e.city_id = a.city_id AND e.object = a.person_id::text AND e.act IN ('sign in by provider', 'start account anew')
       ORDER BY e.seq DESC LIMIT 1);
";
