//! Passkeys: what a device keeps in place of a password, and proves with a finger, a face or its own lock.

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
CREATE TABLE passkey (
    city_id       uuid NOT NULL,
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    text NOT NULL,            -- with its counter, as the library writes it
    name          text NOT NULL,            -- where it was made: iPhoneのSafari
    created_at    timestamptz NOT NULL,
    used_at       timestamptz,              -- when the last challenge that it answered was made: each is answered once
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, person_id) REFERENCES account (city_id, person_id)
);
CREATE INDEX passkey_person ON passkey (city_id, person_id);

-- Finds the city and names it for the transaction; it tells nothing else.
CREATE FUNCTION enter_by_passkey(wanted bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM passkey WHERE credential_id = wanted $$;
REVOKE ALL ON FUNCTION enter_by_passkey FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter_by_passkey TO kairan_city, kairan_all;
";
