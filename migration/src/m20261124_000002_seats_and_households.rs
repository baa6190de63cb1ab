//! Terms of seats that follow each other, and the way back of a person whose phone is lost.

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
-- The same person may hold the same seat again in another term. A seat that is taken away ends with the day before; on its first day, with
-- the day before that one.
ALTER TABLE seat
    DROP CONSTRAINT seat_city_id_person_id_area_id_role_key,
    DROP CONSTRAINT seat_check,
    ADD CONSTRAINT seat_term UNIQUE (city_id, person_id, area_id, role, starts_on),
    ADD CONSTRAINT seat_ends_on_check CHECK (ends_on >= starts_on - 1),
    ADD COLUMN follows uuid,                -- the seat that is handed over to this one
    ADD COLUMN planned_until date,          -- its last day before it was handed over, should that be undone
    ADD CONSTRAINT seat_follows_fkey FOREIGN KEY (city_id, follows) REFERENCES seat (city_id, id),
    ADD CONSTRAINT seat_successor UNIQUE (city_id, follows);

-- Who lost a phone comes back as the same person, once, with a code.
CREATE TABLE way_back (
    city_id     uuid NOT NULL,
    person_id   uuid NOT NULL,
    code_hash   bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, person_id),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id)
);

-- They type it where others type the code of a slip.
CREATE OR REPLACE FUNCTION enter_by_slip(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM (
        SELECT city_id FROM slip WHERE code_hash = hash UNION ALL SELECT city_id FROM way_back WHERE code_hash = hash) AS known $$;
";
