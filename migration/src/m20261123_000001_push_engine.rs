//! What a fast sender needs to know: how much each service bears and has answered, whether a plan is complete, and what the services said of the
//! messages that they took.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(EXPAND).await?;
        Ok(())
    }
}

const EXPAND: &str = r"
-- A plan is made in two parts, so that the first phones ring before the last are found. What stands here was made whole.
ALTER TABLE plan
    ADD COLUMN complete boolean NOT NULL DEFAULT true;
CREATE INDEX plan_open ON plan (planned_at) WHERE NOT complete;

ALTER TABLE batch
    ADD COLUMN message_ids text,            -- by which the service knows the messages, one a line, in the order of the subscriptions
    ADD COLUMN shortened_to integer;        -- seconds that the service keeps a message, where it is less than was asked for
-- They hardly shrink, and trying costs more than recording them.
ALTER TABLE batch ALTER COLUMN message_ids SET STORAGE EXTERNAL, ALTER COLUMN subscription_ids SET STORAGE EXTERNAL;
-- Who shares a service is asked with every claim.
CREATE INDEX batch_leased ON batch (origin, leased_until) WHERE done_at IS NULL AND leased_until IS NOT NULL;

ALTER TABLE push_origin
    ADD COLUMN at_once smallint NOT NULL DEFAULT 64 CHECK (at_once > 0),   -- messages that it bears at once
    ADD COLUMN slowed_at timestamptz,       -- when that last became less
    ADD COLUMN minute_from timestamptz,     -- the present minute: answers, and of these refusals of our signature
    ADD COLUMN minute_answers integer NOT NULL DEFAULT 0,
    ADD COLUMN minute_refused integer NOT NULL DEFAULT 0,
    ADD COLUMN moment_from timestamptz,     -- the present ten seconds: answers, and of these those that found us too fast
    ADD COLUMN moment_answers integer NOT NULL DEFAULT 0,
    ADD COLUMN moment_too_fast integer NOT NULL DEFAULT 0,
    ADD COLUMN accepted bigint NOT NULL DEFAULT 0,      -- answers of each class, ever
    ADD COLUMN gone bigint NOT NULL DEFAULT 0,
    ADD COLUMN refused bigint NOT NULL DEFAULT 0,
    ADD COLUMN too_fast bigint NOT NULL DEFAULT 0,
    ADD COLUMN failed bigint NOT NULL DEFAULT 0,
    ADD COLUMN other bigint NOT NULL DEFAULT 0;

-- Where the person of a subscription lives: a city's phones are found in one index instead of four tables. What is known elsewhere is kept by
-- triggers, so that no room has to know of it.
ALTER TABLE subscription ADD COLUMN area_id uuid;
UPDATE subscription s SET area_id = h.area_id
    FROM person p JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id
    WHERE p.city_id = s.city_id AND p.id = s.person_id;
-- Moves and bounds ask for all of a person's, ended ones too.
DROP INDEX subscription_person;
CREATE INDEX subscription_person ON subscription (city_id, person_id);
CREATE INDEX subscription_area ON subscription (city_id, area_id) INCLUDE (id, person_id, origin) WHERE gone_at IS NULL;

CREATE FUNCTION subscription_lives() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.area_id := (SELECT h.area_id FROM person p JOIN household h ON h.city_id = p.city_id AND h.id = p.household_id
                    WHERE p.city_id = NEW.city_id AND p.id = NEW.person_id);
    RETURN NEW;
END $$;
CREATE TRIGGER subscription_lives BEFORE INSERT OR UPDATE OF person_id ON subscription
    FOR EACH ROW EXECUTE FUNCTION subscription_lives();

CREATE FUNCTION person_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription s SET area_id = (SELECT h.area_id FROM household h WHERE h.city_id = NEW.city_id AND h.id = NEW.household_id)
        WHERE s.city_id = NEW.city_id AND s.person_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER person_moves AFTER UPDATE OF household_id ON person
    FOR EACH ROW WHEN (NEW.household_id IS DISTINCT FROM OLD.household_id) EXECUTE FUNCTION person_moves();

CREATE FUNCTION household_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscription s SET area_id = NEW.area_id FROM person p
        WHERE p.city_id = NEW.city_id AND p.household_id = NEW.id AND s.city_id = p.city_id AND s.person_id = p.id;
    RETURN NULL;
END $$;
CREATE TRIGGER household_moves AFTER UPDATE OF area_id ON household
    FOR EACH ROW WHEN (NEW.area_id <> OLD.area_id) EXECUTE FUNCTION household_moves();

-- Drafts that may soon be published: for their phones keys are made ahead.
CREATE INDEX notice_open ON notice (created_at) WHERE published_at IS NULL;
";
