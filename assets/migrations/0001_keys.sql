-- Instants are milliseconds since the epoch, UTC. Names are kept twice: as typed, and folded for comparing.

CREATE TABLE meta (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    tag_key     BLOB NOT NULL CHECK (length(tag_key) = 32),
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE roles (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL UNIQUE,
    description     TEXT NOT NULL,
    immutable       INTEGER NOT NULL CHECK (immutable IN (0, 1)),
    user_interface  INTEGER NOT NULL CHECK (user_interface IN (0, 1)),
    web_service     INTEGER NOT NULL CHECK (web_service IN (0, 1)),
    rights          TEXT NOT NULL CHECK (json_valid(rights)),
    version         INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE users (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE,
    name_key    TEXT NOT NULL UNIQUE,
    role        INTEGER NOT NULL REFERENCES roles (id),
    created_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE api_keys (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL,
    description      TEXT NOT NULL,
    -- What the filter looks in: the folded name, a line end, the folded description.
    search           TEXT NOT NULL,
    role             INTEGER NOT NULL REFERENCES roles (id),
    locale           TEXT NOT NULL CHECK (locale IN ('en-US', 'ja-JP')),
    time_zone        TEXT NOT NULL,
    -- What was typed, and what decides.
    expires_on       TEXT,
    expires_at       INTEGER CHECK ((expires_at IS NULL) = (expires_on IS NULL)),
    -- The expiry of which an event tells already.
    expiry_noted     INTEGER,
    locked_out       INTEGER NOT NULL CHECK (locked_out IN (0, 1)),
    delivered        INTEGER NOT NULL DEFAULT 0 CHECK (delivered IN (0, 1)),
    last_sign_in_at  INTEGER,
    attempts         INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    created_by       TEXT NOT NULL,
    deleted_at       INTEGER,
    -- Deleted so long ago that its hashes are gone.
    erased           INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),
    version          INTEGER NOT NULL DEFAULT 1,
    -- Sort keys are never NULL: unset comes last.
    expires_sort     INTEGER GENERATED ALWAYS AS (coalesce(expires_at, 9223372036854775807)),
    sign_in_sort     INTEGER GENERATED ALWAYS AS (coalesce(last_sign_in_at, 9223372036854775807))
) STRICT;

CREATE UNIQUE INDEX api_keys_one_name ON api_keys (name_key) WHERE deleted_at IS NULL;
-- One for each stored order; the ID follows of itself, as every index ends with it.
CREATE INDEX api_keys_by_name ON api_keys (name_key);
CREATE INDEX api_keys_by_expiry ON api_keys (expires_sort);
CREATE INDEX api_keys_by_sign_in ON api_keys (sign_in_sort);
CREATE INDEX api_keys_by_creation ON api_keys (created_at);
-- What the sweep and the counts look for.
CREATE INDEX api_keys_to_expire ON api_keys (expires_at)
    WHERE deleted_at IS NULL AND expires_at IS NOT NULL AND expiry_noted IS NOT expires_at;
CREATE INDEX api_keys_to_erase ON api_keys (deleted_at) WHERE deleted_at IS NOT NULL AND erased = 0;
CREATE INDEX api_keys_deleted ON api_keys (id) WHERE deleted_at IS NOT NULL;

CREATE TABLE api_key_secrets (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           INTEGER NOT NULL REFERENCES api_keys (id),
    tag           BLOB NOT NULL CHECK (length(tag) = 8),
    -- Goes when the secret's life ends; the tag stays, so that `replaced` is a true answer.
    hash          TEXT,
    issued_at     INTEGER NOT NULL,
    issued_by     TEXT NOT NULL,
    delivered_at  INTEGER,
    retires_at    INTEGER,
    ended_at      INTEGER CHECK ((ended_at IS NULL) = (hash IS NOT NULL)),
    ended         TEXT CHECK ((ended IS NULL) = (ended_at IS NULL)),
    last_used_at  INTEGER,
    uses_refused  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key, tag)
) STRICT;

CREATE UNIQUE INDEX api_key_secrets_pending ON api_key_secrets (key)
    WHERE ended_at IS NULL AND delivered_at IS NULL;
CREATE UNIQUE INDEX api_key_secrets_current ON api_key_secrets (key)
    WHERE ended_at IS NULL AND delivered_at IS NOT NULL AND retires_at IS NULL;
CREATE UNIQUE INDEX api_key_secrets_retiring ON api_key_secrets (key)
    WHERE ended_at IS NULL AND retires_at IS NOT NULL;

-- How often a secret was refused for a reason since the last event that told of it.
CREATE TABLE refused_uses (
    secret       INTEGER NOT NULL REFERENCES api_key_secrets (id),
    reason       TEXT NOT NULL,
    uncounted    INTEGER NOT NULL,
    reported_at  INTEGER NOT NULL,
    PRIMARY KEY (secret, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    sequence     INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    level        TEXT NOT NULL,
    -- Empty is System.
    actor        TEXT NOT NULL,
    target_kind  TEXT NOT NULL,
    target_id    INTEGER NOT NULL,
    target_name  TEXT NOT NULL,
    body         TEXT NOT NULL CHECK (json_valid(body)),
    previous     BLOB NOT NULL CHECK (length(previous) = 32),
    hash         BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX events_by_target ON events (target_kind, target_id);

CREATE TRIGGER events_only_grow BEFORE INSERT ON events
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM events)
    OR NEW.previous IS NOT coalesce((SELECT hash FROM events ORDER BY sequence DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT raise(ABORT, 'events only grow at the end');
END;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT raise(ABORT, 'events never change');
END;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN
    SELECT raise(ABORT, 'events never go');
END;
