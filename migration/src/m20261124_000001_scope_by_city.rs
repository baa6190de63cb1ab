//! One city at a time: the roles in which the program works, and how a transaction says whose rows it may see.
//!
//! `kairan_city` sees the rows of the city that its transaction has named, and none before it has named one. `kairan_all` sees every
//! city's: for the worker, and for what is asked for many callers in one statement. Neither owns anything. Roles belong to the whole
//! PostgreSQL server, so they may be there already.

use sea_orm_migration::prelude::*;

use crate::scope;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(ROLES).await?;
        db.execute_unprepared(DOORS).await?;
        scope::by_city(manager).await
    }
}

const ROLES: &str = r"
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['kairan_city', 'kairan_all'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION
            -- The migration of another database of this server was quicker.
            WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        IF NOT pg_has_role(current_user, wanted, 'USAGE') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('%s may not make the roles that the program works in; let an administrator of the database run: '
            'CREATE ROLE kairan_city NOLOGIN; CREATE ROLE kairan_all NOLOGIN; GRANT kairan_city, kairan_all TO %I;', current_user, current_user);
END $$;
";

/// Who comes with a code, a token or an address is not known to be of a city yet. These functions, which see everything, find the city and name it for
/// the transaction; they tell nothing else.
const DOORS: &str = r"
CREATE FUNCTION city_named() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('kairan.city', true), '')::uuid $$;

CREATE FUNCTION enter_by_slip(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM slip WHERE code_hash = hash $$;
CREATE FUNCTION enter_by_invitation(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM invitation WHERE code_hash = hash $$;
CREATE FUNCTION enter_by_refresh_token(hash bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM refresh_token WHERE token_hash = hash $$;
CREATE FUNCTION enter_by_email(address text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT set_config('kairan.city', city_id::text, true) FROM account WHERE email = address $$;

DO $$
DECLARE door regprocedure;
BEGIN
    FOR door IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
                AND proname LIKE 'enter\_by\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', door);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO kairan_city, kairan_all', door);
    END LOOP;
END $$;

ALTER TABLE city ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_city ON city TO kairan_city USING (id = (SELECT city_named()));
CREATE POLICY every_city ON city TO kairan_all USING (true);
";
