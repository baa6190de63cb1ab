//! Signing in: what one's devices are called and when they were last used, codes for a further device, and codes in place of a lost authenticator app.

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
ALTER TABLE session
    ADD COLUMN device     text,             -- as people call it: iPhoneのSafari
    ADD COLUMN seen_on    date,             -- the last day, in Japan, on which it was used
    ADD COLUMN further_id uuid;             -- another sign-in of the same person, which this one has not been told of

CREATE TABLE device_code (
    city_id     uuid NOT NULL,
    code_hash   bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    session_id  uuid NOT NULL,              -- the device that shows it
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, code_hash),
    UNIQUE (city_id, session_id),           -- a device shows one at a time
    FOREIGN KEY (city_id, session_id) REFERENCES session (city_id, id)
);

CREATE TABLE recovery_code (
    city_id     uuid NOT NULL,
    code_hash   bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    person_id   uuid NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (city_id, code_hash),
    FOREIGN KEY (city_id, person_id) REFERENCES account (city_id, person_id)
);
CREATE INDEX recovery_code_person ON recovery_code (city_id, person_id);

-- These find the city and name it for the transaction; they tell nothing else.
CREATE FUNCTION enter_by_device_code(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM device_code WHERE code_hash = hash $$;
CREATE FUNCTION enter_by_city(wanted text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', id::text, true) FROM city WHERE code = wanted OR wanted IS NULL AND (SELECT count(*) FROM city) = 1 $$;
REVOKE ALL ON FUNCTION enter_by_device_code, enter_by_city FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_by_device_code, enter_by_city TO kairan_city, kairan_all;
";
