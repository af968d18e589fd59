-- What the list of keys is sorted by, of texts as the program makes it (of a description the beginning, as all of it would
-- be here twice); and indexes that have beside it whether a key is
-- deleted, so that windows, counts and places are found without a look at what is not shown.

ALTER TABLE api_keys ADD COLUMN owner_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN creator_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN description_sort TEXT NOT NULL DEFAULT '';

UPDATE api_keys SET owner_sort = text_sort(owner), creator_sort = text_sort(created_by),
    description_sort = substr(text_sort(first_line(description)), 1, 48);

DROP INDEX api_keys_by_name;
CREATE INDEX api_keys_by_name ON api_keys (name_sort, id, deleted_at);
-- All that a state depends on but the role's rights: counts by state read this one alone.
DROP INDEX api_keys_by_expiry;
CREATE INDEX api_keys_by_expiry ON api_keys (expires_sort, id, deleted_at, locked_out, delivered, role, expires_at);
DROP INDEX api_keys_by_sign_in;
CREATE INDEX api_keys_by_sign_in ON api_keys (sign_in_sort, id, deleted_at);
DROP INDEX api_keys_by_creation;
CREATE INDEX api_keys_by_creation ON api_keys (created_at, id, deleted_at);
CREATE INDEX api_keys_by_owner_sort ON api_keys (owner_sort, id, deleted_at);
CREATE INDEX api_keys_by_creator_sort ON api_keys (creator_sort, id, deleted_at);
CREATE INDEX api_keys_by_description ON api_keys (description_sort, id, deleted_at);
-- Orders by role and by state are one part after the other, each in the order of the IDs.
CREATE INDEX api_keys_with_role ON api_keys (role, id, deleted_at);
CREATE INDEX api_keys_locked ON api_keys (id, deleted_at) WHERE locked_out;
CREATE INDEX api_keys_undelivered ON api_keys (id, deleted_at) WHERE NOT delivered;
CREATE INDEX api_keys_bounded ON api_keys (id, deleted_at) WHERE addresses <> '' OR rate IS NOT NULL;
