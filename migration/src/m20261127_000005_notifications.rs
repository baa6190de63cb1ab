//! When and for what somebody wants to be rung; and batches that say something else than one notice: a weekly summary, or a test that somebody asked for.

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
-- Who has chosen nothing has no row.
CREATE TABLE push_preference (
    city_id     uuid NOT NULL,
    person_id   uuid NOT NULL,
    quiet_from  smallint CHECK (quiet_from BETWEEN 0 AND 23),  -- hours of the day in Japan
    quiet_to    smallint CHECK (quiet_to BETWEEN 0 AND 23),
    fyi         text NOT NULL CHECK (fyi IN ('at_once', 'weekly', 'never')),
    weekday     smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),   -- of the weekly summary: 1 is Monday
    hour        smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    muted       text[] NOT NULL,            -- categories
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, person_id),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id),
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
    CHECK ((quiet_to - quiet_from + 24) % 24 BETWEEN 1 AND 12)
);
CREATE INDEX push_preference_weekly ON push_preference (city_id, weekday, hour) WHERE fyi = 'weekly';

-- Until which full hour the weekly summaries of a city are planned.
CREATE TABLE digest (
    city_id       uuid PRIMARY KEY REFERENCES city,
    planned_until timestamptz NOT NULL
);

-- A batch says a notice; without one, the test that somebody asked for; without either, the weekly summary.
ALTER TABLE batch ALTER COLUMN notice_id DROP NOT NULL;
ALTER TABLE batch
    ADD COLUMN asked_by uuid,
    ADD CHECK (notice_id IS NULL OR asked_by IS NULL);
CREATE INDEX batch_asked ON batch (city_id, asked_by) WHERE asked_by IS NOT NULL;
";
