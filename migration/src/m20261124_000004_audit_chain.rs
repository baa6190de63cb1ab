//! The audit log as a chain: each entry of a city has a number and the hash of itself and of the one before, so that a missing or a changed one shows.
//!
//! The chain is made by a trigger, which the application's roles cannot get round: they may add entries, and what they say of numbers and hashes is
//! overwritten. One entry of a city is added at a time: whoever adds one holds the city's head until they commit.

use sea_orm_migration::prelude::*;

use crate::scope;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(CHAIN).await?;
        scope::by_city(manager).await
    }
}

const CHAIN: &str = r"
ALTER TABLE audit
    ADD COLUMN seq bigint,
    ADD COLUMN seat_id uuid,                                -- the seat by which it was done, where it is one
    ADD COLUMN address text,                                -- from where
    ADD COLUMN outcome text NOT NULL DEFAULT 'done' CHECK (outcome IN ('done', 'refused')),
    ADD COLUMN households uuid[] NOT NULL DEFAULT '{}',     -- whose data was looked at
    ADD COLUMN persons uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN previous bytea,
    ADD COLUMN hash bytea;

CREATE TABLE audit_head (
    city_id uuid PRIMARY KEY REFERENCES city,
    seq     bigint NOT NULL,
    hash    bytea NOT NULL
);

-- Each field with its length before it, so that no two entries are written the same.
CREATE FUNCTION audit_field(value text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT coalesce(length(value) || ':' || value, '-') || ',' $$;

CREATE FUNCTION audit_hash(entry audit) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(entry.previous || convert_to(
        audit_field(entry.city_id::text) || audit_field(entry.seq::text) || audit_field(entry.id::text)
        || audit_field((extract(epoch FROM entry.at) * 1000000)::bigint::text)
        || audit_field(entry.person_id::text) || audit_field(entry.seat_id::text) || audit_field(entry.address)
        || audit_field(entry.act) || audit_field(entry.object) || audit_field(entry.outcome) || audit_field(entry.detail)
        || audit_field(array_to_string(entry.households, ' ')) || audit_field(array_to_string(entry.persons, ' ')), 'UTF8'))
$$;

CREATE FUNCTION audit_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO audit_head (city_id, seq, hash) VALUES (NEW.city_id, 0, '') ON CONFLICT DO NOTHING;
    SELECT seq + 1, hash INTO NEW.seq, NEW.previous FROM audit_head WHERE city_id = NEW.city_id FOR UPDATE;
    NEW.hash := audit_hash(NEW);
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE city_id = NEW.city_id;
    RETURN NEW;
END $$;

-- What was written before there was a chain is linked in the order of its time.
DO $$
DECLARE entry audit; head audit_head;
BEGIN
    FOR entry IN SELECT * FROM audit ORDER BY city_id, at, id LOOP
        IF head.city_id IS DISTINCT FROM entry.city_id THEN
            head := (entry.city_id, 0, '');
            INSERT INTO audit_head SELECT head.*;
        END IF;
        entry.seq := head.seq + 1;
        entry.previous := head.hash;
        entry.hash := audit_hash(entry);
        UPDATE audit SET seq = entry.seq, previous = entry.previous, hash = entry.hash WHERE city_id = entry.city_id AND id = entry.id;
        head.seq := entry.seq;
        head.hash := entry.hash;
        UPDATE audit_head SET seq = head.seq, hash = head.hash WHERE city_id = head.city_id;
    END LOOP;
END $$;

ALTER TABLE audit
    ALTER COLUMN seq SET NOT NULL,
    ALTER COLUMN previous SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD UNIQUE (city_id, seq);
CREATE TRIGGER audit_links BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_links();
CREATE INDEX audit_person ON audit (city_id, person_id, at);
CREATE INDEX audit_at ON audit (city_id, at);
";
