//! Files beside a notice. Their bytes are kept elsewhere, under a key made of city, id and SHA-256; here stands what they are and from which revision of
//! the notice to which they belong to it.

use sea_orm_migration::prelude::*;

use crate::scope;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(EXPAND).await?;
        scope::by_city(manager).await
    }
}

const EXPAND: &str = r"
CREATE TABLE attachment (
    city_id         uuid NOT NULL,
    id              uuid NOT NULL,
    notice_id       uuid NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind            text NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png')),
    pages           smallint CHECK (pages > 0),
    size            integer NOT NULL CHECK (size > 0),               -- in bytes
    sum             bytea NOT NULL CHECK (length(sum) = 32),         -- SHA-256
    preview_sum     bytea CHECK (length(preview_sum) = 32),
    preview_width   smallint,
    preview_height  smallint,
    since_revision  integer NOT NULL,                                -- the first revision of the notice that has it
    until_revision  integer,                                         -- the first one that has it no more
    added_at        timestamptz NOT NULL,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id),
    CHECK ((kind = 'pdf') = (pages IS NOT NULL)),
    CHECK ((preview_sum IS NULL) = (preview_width IS NULL) AND (preview_sum IS NULL) = (preview_height IS NULL)),
    CHECK (until_revision > since_revision)
);
CREATE INDEX attachment_notice ON attachment (city_id, notice_id);
";
