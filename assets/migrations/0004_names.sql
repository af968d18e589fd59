-- Two more texts beside each name, both made by the program: by which it sorts, and what it looks like.
-- name_key stays what decides whether two names are the same one, and what the filter looks in.

ALTER TABLE api_keys ADD COLUMN name_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN name_look TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN name_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN name_look TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN name_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN name_look TEXT NOT NULL DEFAULT '';

UPDATE api_keys SET name_sort = name_sort(name), name_look = name_look(name);
UPDATE roles SET name_sort = name_sort(name), name_look = name_look(name);
UPDATE users SET name_sort = name_sort(name), name_look = name_look(name);

DROP INDEX api_keys_by_name;
CREATE INDEX api_keys_by_name ON api_keys (name_sort);
DROP INDEX roles_by_name;
CREATE INDEX roles_by_name ON roles (name_sort);
CREATE INDEX users_by_name ON users (name_sort);
DROP INDEX api_keys_by_role;
CREATE INDEX api_keys_by_role ON api_keys (role, name_sort, id, deleted_at);
DROP INDEX users_by_role;
CREATE INDEX users_by_role ON users (role, name_sort);

CREATE INDEX api_keys_by_look ON api_keys (name_look) WHERE deleted_at IS NULL;
CREATE INDEX roles_by_look ON roles (name_look) WHERE deleted_at IS NULL;
CREATE INDEX users_by_look ON users (name_look);

-- Whether what was typed somewhere is a secret of this database.
CREATE INDEX api_key_secrets_by_tag ON api_key_secrets (tag);
