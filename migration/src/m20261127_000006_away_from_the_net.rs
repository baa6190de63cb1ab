//! What happens away from the net: a stamp that waited on the phone knows when it was pressed there, and a code carries a sign-in over to the home
//! screen, whose pages share nothing with the browser's.

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
-- When the button was pressed by the phone's clock, where the stamp came later. Beside the server's time, never in its place.
ALTER TABLE receipt
    ADD COLUMN pressed_at timestamptz,
    ADD CONSTRAINT receipt_pressed CHECK (pressed_at <= acknowledged_at) NOT VALID;

CREATE TABLE home_code (
    city_id     uuid NOT NULL,
    code_hash   bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    session_id  uuid NOT NULL,              -- the browser that is to go on from the home screen
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, code_hash),
    FOREIGN KEY (city_id, session_id) REFERENCES session (city_id, id)
);
CREATE INDEX home_code_session ON home_code (city_id, session_id, expires_at);

CREATE OR REPLACE FUNCTION enter_by_device_code(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM (
        SELECT city_id FROM device_code WHERE code_hash = hash UNION ALL SELECT city_id FROM home_code WHERE code_hash = hash) AS shown $$;
";
