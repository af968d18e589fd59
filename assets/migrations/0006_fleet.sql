-- Whom a key was given to, who locked what out and why, what the keys of this database must keep to, and how each user
-- has their lists.

ALTER TABLE api_keys ADD COLUMN owner TEXT NOT NULL DEFAULT '';

-- Of what is locked out; the reason is empty where none was given. Nothing where no event tells it any more; an empty
-- name is System.
ALTER TABLE api_keys ADD COLUMN lock_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN locked_by TEXT;
ALTER TABLE api_keys ADD COLUMN locked_at INTEGER;
ALTER TABLE users ADD COLUMN lock_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN locked_by TEXT;
ALTER TABLE users ADD COLUMN locked_at INTEGER;

UPDATE api_keys SET (locked_by, locked_at) = (
    SELECT actor, at FROM events WHERE target_kind = 'api-key' AND target_id = api_keys.id AND number = 673
    ORDER BY sequence DESC LIMIT 1
) WHERE locked_out;
UPDATE users SET (locked_by, locked_at) = (
    SELECT actor, at FROM events WHERE target_kind = 'user' AND target_id = users.id AND number = 603
    ORDER BY sequence DESC LIMIT 1
) WHERE locked_out;

-- One row. Nothing set asks for nothing.
CREATE TABLE policy (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    expiry_required  INTEGER NOT NULL DEFAULT 0 CHECK (expiry_required IN (0, 1)),
    longest_days     INTEGER CHECK (longest_days > 0),
    warning_days     INTEGER CHECK (warning_days >= 0),
    version          INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO policy (id) VALUES (1);

-- The columns that a user wants in a list, in their order.
CREATE TABLE list_columns (
    user     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    list     TEXT NOT NULL,
    columns  TEXT NOT NULL CHECK (json_valid(columns)),
    PRIMARY KEY (user, list)
) STRICT, WITHOUT ROWID;
