//! Notices have facts in fields of their own (when, where, for whom, fee, deadline, contact) and versions of their text in easy Japanese
//! and in English. What a correction replaced keeps them too.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["notice", "revision"] {
            manager.get_connection().execute_unprepared(&EXPAND.replace("{table}", table)).await?;
        }
        manager.get_connection().execute_unprepared(DRILLS).await.map(drop)
    }
}

const EXPAND: &str = r"
-- Hours are those of Japan. Without an hour the whole day is meant.
ALTER TABLE {table}
    ADD COLUMN starts_on     date,
    ADD COLUMN starts_time   time,
    ADD COLUMN ends_on       date,
    ADD COLUMN ends_time     time,
    ADD COLUMN place         text,
    ADD COLUMN for_whom      text,
    ADD COLUMN fee           text,
    ADD COLUMN answer_by     date,          -- the last day on which to answer or to apply
    ADD COLUMN contact_name  text,
    ADD COLUMN contact_phone text,
    ADD COLUMN contact_mail  text,
    ADD COLUMN easy_title    text,          -- やさしい日本語
    ADD COLUMN easy_body     text,
    ADD COLUMN english_title text,
    ADD COLUMN english_body  text,
    ADD CHECK (starts_on IS NOT NULL OR (starts_time IS NULL AND ends_on IS NULL)),
    ADD CHECK (ends_on >= starts_on),
    ADD CHECK (ends_time IS NULL OR (ends_on IS NOT NULL AND starts_time IS NOT NULL)),
    ADD CHECK ((easy_title IS NULL) = (easy_body IS NULL)),
    ADD CHECK ((english_title IS NULL) = (english_body IS NULL));
";

const DRILLS: &str = r"
-- A drill says so in every language.
ALTER TABLE notice
    ADD CHECK (NOT drill OR (coalesce(easy_title LIKE '%訓練%', true) AND coalesce(english_title ILIKE '%drill%', true)));
";
