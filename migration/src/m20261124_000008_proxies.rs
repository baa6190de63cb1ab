//! Who answers for a household that reads through somebody else, and the code with which they say so.

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
-- A household has one proxy or none; a person may answer for several households.
CREATE TABLE proxy (
    city_id       uuid NOT NULL,
    household_id  uuid NOT NULL,
    person_id     uuid NOT NULL,
    consented_on  date NOT NULL,          -- when the household agreed
    since         timestamptz NOT NULL,
    PRIMARY KEY (city_id, household_id),
    FOREIGN KEY (city_id, household_id) REFERENCES household (city_id, id) ON DELETE CASCADE,
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id)
);
CREATE INDEX proxy_person ON proxy (city_id, person_id);

CREATE TABLE proxy_code (
    city_id       uuid NOT NULL,
    household_id  uuid NOT NULL,
    code_hash     bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    consented_on  date NOT NULL,
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (city_id, household_id),
    FOREIGN KEY (city_id, household_id) REFERENCES household (city_id, id) ON DELETE CASCADE
);
";
