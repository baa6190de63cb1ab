//! Row-level security: which rows a role sees. Every migration that makes a table calls [`by_city`] at its end.

use sea_orm_migration::prelude::*;

/// Gives each function that runs with its owner's rights a safe place to look in, and each table that has a `city_id` its two policies, where it lacks them, and lets both roles read and write. The audit log they may
/// only read and add to.
pub(crate) async fn by_city(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(POLICIES).await.map(drop)
}

const POLICIES: &str = r"
DO $$
DECLARE
    unscoped regclass;
    definer regprocedure;
BEGIN
    -- What runs with its owner's rights looks for tables where its owner made them, and last of all among the temporary ones of who calls.
    FOR definer IN SELECT oid FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', definer, current_schema());
    END LOOP;
    FOR unscoped IN
        SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'city_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND NOT c.relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', unscoped);
        -- As a query of its own it is answered once for a statement and not for each row.
        EXECUTE format('CREATE POLICY one_city ON %s TO kairan_city USING (city_id = (SELECT city_named()))', unscoped);
        EXECUTE format('CREATE POLICY every_city ON %s TO kairan_all USING (true)', unscoped);
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kairan_city, kairan_all', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO kairan_city, kairan_all', current_schema());
    IF to_regclass('audit_head') IS NOT NULL THEN
        REVOKE ALL ON audit_head FROM kairan_city, kairan_all;
    END IF;
END $$;
REVOKE INSERT, UPDATE, DELETE ON seaql_migrations FROM kairan_city, kairan_all;
REVOKE UPDATE, DELETE ON audit FROM kairan_city, kairan_all;
";
