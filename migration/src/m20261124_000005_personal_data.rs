//! How long a city keeps what people did, and what they agreed to when they joined.

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
CREATE TABLE retention (
    city_id        uuid PRIMARY KEY REFERENCES city,
    exact_days     smallint NOT NULL DEFAULT 90 CHECK (exact_days BETWEEN 1 AND 90),       -- after these, times of reading are days
    receipt_months smallint NOT NULL DEFAULT 36 CHECK (receipt_months BETWEEN 12 AND 120), -- after these, receipts are gone
    sign_in_months smallint NOT NULL DEFAULT 6 CHECK (sign_in_months BETWEEN 1 AND 24),    -- after these, sign-ins that ended are gone
    changed_at     timestamptz,
    -- What held before that, and still does for a day where it is longer.
    was_exact_days     smallint,
    was_receipt_months smallint,
    was_sign_in_months smallint
);

-- Receipts with a time. What has a day alone, midnight in Japan, is not among them, so that the old ones are always the first.
CREATE INDEX receipt_exact ON receipt (city_id, read_at) WHERE (read_at AT TIME ZONE 'Asia/Tokyo')::time <> '00:00';

-- When its receipts were no longer kept; from then on nobody leaves one.
ALTER TABLE notice ADD COLUMN closed_at timestamptz;

ALTER TABLE person
    ADD COLUMN consent_version smallint CHECK (consent_version > 0),    -- of the purposes that they agreed to; none: not asked
    ADD COLUMN consented_at timestamptz,
    ADD CONSTRAINT person_consent CHECK ((consent_version IS NULL) = (consented_at IS NULL));
";
