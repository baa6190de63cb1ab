//! Who looked at somebody's data, found quickly; and what somebody was refused lately.

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
CREATE INDEX audit_households ON audit USING gin (households);
CREATE INDEX audit_persons ON audit USING gin (persons);
CREATE INDEX audit_refused ON audit (city_id, person_id, at) WHERE outcome = 'refused';

-- A condition on arrays is asked only of rows that a policy lets through, so that no index is of use. Here the city is asked for by hand.
CREATE FUNCTION audit_looks(person uuid, household uuid) RETURNS SETOF audit
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT * FROM audit
          WHERE city_id = city_named() AND outcome = 'done' AND (persons @> ARRAY[person] OR households @> ARRAY[household]) $$;
REVOKE ALL ON FUNCTION audit_looks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_looks TO kairan_city;
";
