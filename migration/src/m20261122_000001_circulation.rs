//! The city, its people, its notices, and how they go out and come back.
//!
//! Every row of a city carries `city_id`, leading in its key. Whatever the program relies on is held here as well: kinds and
//! states by CHECK, "once" by a unique index, belonging by foreign keys within one city.

use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName, Debug)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for part in [AREAS, IDENTITY, NOTICES, PUSH] {
            db.execute_unprepared(part).await?;
        }
        Ok(())
    }
}

const AREAS: &str = r"
CREATE TABLE city (
    id          uuid PRIMARY KEY,
    code        text NOT NULL UNIQUE,
    name        text NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE TABLE area (
    city_id     uuid NOT NULL REFERENCES city,
    id          uuid NOT NULL,
    parent_id   uuid,
    path        uuid[] NOT NULL,            -- from the city down to the area itself
    kind        text NOT NULL CHECK (kind IN ('city', 'ward', 'district', 'centre', 'association', 'group')),
    code        text NOT NULL,
    name        text NOT NULL,
    latitude    double precision,
    longitude   double precision,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, id),
    UNIQUE (city_id, code),
    FOREIGN KEY (city_id, parent_id) REFERENCES area (city_id, id),
    CHECK (path[cardinality(path)] = id),
    CHECK ((parent_id IS NULL) = (kind = 'city'))
);
CREATE INDEX area_path ON area USING gin (path);
CREATE INDEX area_parent ON area (city_id, parent_id);

CREATE TABLE channel (
    city_id     uuid NOT NULL,
    id          uuid NOT NULL,
    area_id     uuid NOT NULL,              -- the association
    kind        text NOT NULL CHECK (kind IN ('everyone', 'officers')),
    PRIMARY KEY (city_id, id),
    UNIQUE (city_id, area_id, kind),
    FOREIGN KEY (city_id, area_id) REFERENCES area (city_id, id)
);

CREATE TABLE household (
    city_id     uuid NOT NULL,
    id          uuid NOT NULL,
    area_id     uuid NOT NULL,              -- its group, or its association where that has none
    label       text NOT NULL,
    delivery    text NOT NULL CHECK (delivery IN ('digital', 'paper', 'both', 'undecided')),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (city_id, id),
    UNIQUE (city_id, area_id, label),
    FOREIGN KEY (city_id, area_id) REFERENCES area (city_id, id)
);

CREATE TABLE slip (
    city_id      uuid NOT NULL,
    household_id uuid NOT NULL,
    code_hash    bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    admitted     smallint NOT NULL DEFAULT 0 CHECK (admitted BETWEEN 0 AND 8),
    issued_at    timestamptz NOT NULL,
    PRIMARY KEY (city_id, household_id),
    FOREIGN KEY (city_id, household_id) REFERENCES household (city_id, id)
);

CREATE TABLE person (
    city_id      uuid NOT NULL REFERENCES city,
    id           uuid NOT NULL,
    household_id uuid,
    name         text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, household_id) REFERENCES household (city_id, id)
);
CREATE INDEX person_household ON person (city_id, household_id);

CREATE TABLE seat (
    city_id     uuid NOT NULL,
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    area_id     uuid NOT NULL,
    role        text NOT NULL CHECK (role IN ('staff', 'officer', 'leader')),
    department  text,
    starts_on   date NOT NULL,
    ends_on     date CHECK (ends_on >= starts_on),   -- the last day; none: until it is ended
    PRIMARY KEY (city_id, id),
    UNIQUE (city_id, person_id, area_id, role),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id),
    FOREIGN KEY (city_id, area_id) REFERENCES area (city_id, id)
);
CREATE INDEX seat_area ON seat (city_id, area_id);
";

const IDENTITY: &str = r"
CREATE TABLE account (
    city_id       uuid NOT NULL,
    person_id     uuid NOT NULL,
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash text,
    totp_secret   text,                     -- base32; made when first asked for
    totp_enrolled boolean NOT NULL DEFAULT false,
    totp_step     bigint,                   -- the last step used, so that a code serves once
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (city_id, person_id),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id)
);

CREATE TABLE invitation (
    city_id     uuid NOT NULL,
    code_hash   bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    person_id   uuid NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (city_id, code_hash),
    FOREIGN KEY (city_id, person_id) REFERENCES account (city_id, person_id)
);

CREATE TABLE session (
    city_id     uuid NOT NULL,
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    cookie_hash bytea UNIQUE CHECK (length(cookie_hash) = 32),
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id)
);
CREATE INDEX session_person ON session (city_id, person_id);

CREATE TABLE refresh_token (
    city_id     uuid NOT NULL,
    token_hash  bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    session_id  uuid NOT NULL,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (city_id, token_hash),
    FOREIGN KEY (city_id, session_id) REFERENCES session (city_id, id)
);

CREATE TABLE kept_answer (
    scope       bytea NOT NULL CHECK (length(scope) = 32),
    body_hash   bytea NOT NULL CHECK (length(body_hash) = 32),
    status      smallint NOT NULL,
    answer      bytea NOT NULL,             -- sealed: it may hold tokens
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (scope)
);
CREATE INDEX kept_answer_age ON kept_answer (created_at);

CREATE TABLE audit (
    city_id     uuid NOT NULL REFERENCES city,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    person_id   uuid,
    act         text NOT NULL,
    object      text NOT NULL,
    detail      text NOT NULL DEFAULT '',
    PRIMARY KEY (city_id, id)
);
";

const NOTICES: &str = r"
CREATE TABLE notice (
    city_id          uuid NOT NULL,
    id               uuid NOT NULL,
    author_id        uuid,                  -- none: drawn up from a telegram
    sender_area_id   uuid NOT NULL,
    sender_role      text NOT NULL CHECK (sender_role IN ('staff', 'officer', 'leader')),
    title            text NOT NULL,
    body             text NOT NULL,
    importance       text NOT NULL CHECK (importance IN ('emergency', 'must_read', 'normal', 'fyi')),
    addressees       text NOT NULL CHECK (addressees IN ('everyone', 'officers')),
    area_ids         uuid[] NOT NULL CHECK (cardinality(area_ids) BETWEEN 1 AND 3000),
    circulate_until  date,
    publish_at       timestamptz,           -- asked for in the draft
    drill            boolean NOT NULL,
    revision         integer NOT NULL DEFAULT 1 CHECK (revision > 0),
    created_at       timestamptz NOT NULL,
    published_at     timestamptz,           -- in the future: scheduled
    publisher_id     uuid,
    alone_reason     text,                  -- an emergency published by one person, and why
    withdrawn_at     timestamptz,
    withdrawn_reason text,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, author_id) REFERENCES person (city_id, id),
    FOREIGN KEY (city_id, publisher_id) REFERENCES person (city_id, id),
    FOREIGN KEY (city_id, sender_area_id) REFERENCES area (city_id, id),
    CHECK (NOT drill OR title LIKE '%訓練%'),
    CHECK (withdrawn_at IS NULL OR published_at IS NOT NULL),
    CHECK (importance <> 'emergency' OR published_at IS NULL OR alone_reason IS NOT NULL
           OR publisher_id IS DISTINCT FROM author_id)
);
CREATE INDEX notice_feed ON notice (city_id, published_at DESC, id DESC) WHERE published_at IS NOT NULL;
CREATE INDEX notice_published ON notice (published_at) WHERE published_at IS NOT NULL;
CREATE INDEX notice_drafts ON notice (city_id, sender_area_id, id DESC);

CREATE TABLE revision (
    city_id     uuid NOT NULL,
    notice_id   uuid NOT NULL,
    revision    integer NOT NULL CHECK (revision > 1),
    title       text NOT NULL,              -- what stood before this revision
    body        text NOT NULL,
    circulate_until date,
    reason      text NOT NULL,
    person_id   uuid NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (city_id, notice_id, revision),
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id)
);
CREATE INDEX revision_at ON revision (at);

CREATE TABLE circulation (
    city_id      uuid NOT NULL,
    notice_id    uuid NOT NULL,
    channel_id   uuid NOT NULL,
    area_id      uuid NOT NULL,             -- the association, or one group of it
    published_at timestamptz NOT NULL,
    read_count   integer NOT NULL DEFAULT 0 CHECK (read_count >= 0),
    acknowledged_count integer NOT NULL DEFAULT 0 CHECK (acknowledged_count BETWEEN 0 AND read_count),
    PRIMARY KEY (city_id, notice_id, area_id, channel_id),   -- by area: coverage asks so, before statistics know the notice
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id),
    FOREIGN KEY (city_id, channel_id) REFERENCES channel (city_id, id),
    FOREIGN KEY (city_id, area_id) REFERENCES area (city_id, id)
);
CREATE INDEX circulation_feed ON circulation (channel_id, published_at DESC, notice_id DESC);

CREATE TABLE receipt (
    city_id         uuid NOT NULL,
    reader_id       uuid NOT NULL,          -- the household, or a seat holder who belongs to none
    notice_id       uuid NOT NULL,
    read_at         timestamptz NOT NULL,
    acknowledged_at timestamptz,
    source          text NOT NULL CHECK (source IN ('digital', 'paper', 'proxy')),
    person_id       uuid NOT NULL,          -- who opened it first
    PRIMARY KEY (city_id, reader_id, notice_id),
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id)
);
";

const PUSH: &str = r"
CREATE TABLE subscription (
    city_id       uuid NOT NULL,
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    session_id    uuid NOT NULL,
    origin        text NOT NULL,            -- scheme, host and port of the endpoint
    endpoint      text NOT NULL,
    endpoint_hash bytea NOT NULL UNIQUE CHECK (length(endpoint_hash) = 32),
    p256dh        bytea NOT NULL CHECK (length(p256dh) = 65),
    auth          bytea NOT NULL CHECK (length(auth) = 16),
    vapid_key     text NOT NULL,            -- id of the key it was subscribed under
    created_at    timestamptz NOT NULL,
    renew         boolean NOT NULL DEFAULT false,   -- the page must subscribe again
    gone_at       timestamptz,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, person_id) REFERENCES person (city_id, id),
    FOREIGN KEY (city_id, session_id) REFERENCES session (city_id, id)
);
CREATE INDEX subscription_person ON subscription (city_id, person_id) WHERE gone_at IS NULL;

CREATE TABLE plan (
    city_id     uuid NOT NULL,
    notice_id   uuid NOT NULL,
    revision    integer NOT NULL,
    planned_at  timestamptz NOT NULL,
    subscriptions integer NOT NULL,
    PRIMARY KEY (city_id, notice_id, revision),
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id)
);

CREATE TABLE batch (
    city_id       uuid NOT NULL,
    id            uuid NOT NULL,
    notice_id     uuid NOT NULL,
    revision      integer NOT NULL,         -- what was planned; sending takes the newest
    urgent        boolean NOT NULL,
    origin        text NOT NULL,
    subscription_ids uuid[] NOT NULL CHECK (cardinality(subscription_ids) BETWEEN 1 AND 500),
    outcomes      smallint[],               -- one for each subscription once the batch is done
    attempt       smallint NOT NULL CHECK (attempt > 0),
    due_at        timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    fence         bigint NOT NULL DEFAULT 0,
    leased_until  timestamptz,
    done_at       timestamptz,
    first_accepted_at timestamptz,
    last_accepted_at  timestamptz,
    PRIMARY KEY (city_id, id),
    FOREIGN KEY (city_id, notice_id) REFERENCES notice (city_id, id),
    CHECK (done_at IS NULL OR cardinality(outcomes) = cardinality(subscription_ids))
);
CREATE INDEX batch_due ON batch (urgent DESC, due_at) WHERE done_at IS NULL;
CREATE INDEX batch_notice ON batch (city_id, notice_id);

CREATE TABLE push_origin (
    origin           text PRIMARY KEY,
    failures_in_row  integer NOT NULL DEFAULT 0,
    paused_until     timestamptz,
    probed_at        timestamptz,           -- when an emergency last tried it all the same
    reason           text
);
";
