-- Applied with foreign keys off and checked as a whole before the commit: a table that others refer to is made anew.

-- A deleted role's row stays, because keys that were deleted long ago still name it. Its name may be used again.
CREATE TABLE roles_anew (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    description     TEXT NOT NULL,
    -- What the filter looks in: the folded name, a line end, the folded description.
    search          TEXT NOT NULL,
    immutable       INTEGER NOT NULL CHECK (immutable IN (0, 1)),
    user_interface  INTEGER NOT NULL CHECK (user_interface IN (0, 1)),
    web_service     INTEGER NOT NULL CHECK (web_service IN (0, 1)),
    rights          TEXT NOT NULL CHECK (json_valid(rights)),
    -- Manages only users, keys and roles with equal or less access.
    equal_or_less   INTEGER NOT NULL CHECK (equal_or_less IN (0, 1)),
    deleted_at      INTEGER,
    version         INTEGER NOT NULL DEFAULT 1
) STRICT;

-- So far there were only the built-in roles, and their descriptions are empty.
INSERT INTO roles_anew (id, name, name_key, description, search, immutable, user_interface, web_service, rights,
                        equal_or_less, version)
SELECT id, name, name_key, description, name_key || char(10), immutable, user_interface, web_service, rights,
       0, version
FROM roles;

-- No ID is used again.
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'roles') WHERE name = 'roles_anew';
DROP TABLE roles;
ALTER TABLE roles_anew RENAME TO roles;

CREATE UNIQUE INDEX roles_one_name ON roles (name_key) WHERE deleted_at IS NULL;
CREATE INDEX roles_by_name ON roles (name_key);

ALTER TABLE users ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
-- What the filter looks in: the folded name, a line end, the folded full name.
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
-- Not set: as the machine says.
ALTER TABLE users ADD COLUMN locale TEXT CHECK (locale IN ('en-US', 'ja-JP'));
ALTER TABLE users ADD COLUMN time_zone TEXT;
ALTER TABLE users ADD COLUMN locked_out INTEGER NOT NULL DEFAULT 0 CHECK (locked_out IN (0, 1));
ALTER TABLE users ADD COLUMN last_sign_in_at INTEGER;
ALTER TABLE users ADD COLUMN sign_in_sort INTEGER
    GENERATED ALWAYS AS (coalesce(last_sign_in_at, 9223372036854775807)) VIRTUAL;

UPDATE users SET search = name_key || char(10);

-- The order by name has the index of its UNIQUE.
CREATE INDEX users_by_creation ON users (created_at);
CREATE INDEX users_by_sign_in ON users (sign_in_sort);
-- Who and what has a role.
CREATE INDEX users_by_role ON users (role, name_key);
CREATE INDEX api_keys_by_role ON api_keys (role, name_key, deleted_at);
