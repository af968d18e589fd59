-- What statements asked functions of the program for, as columns: then the same statement runs on an engine that has none.

-- The owner as names are compared.
ALTER TABLE api_keys ADD COLUMN owner_key TEXT NOT NULL DEFAULT '';
-- What lists are sorted by.
ALTER TABLE users ADD COLUMN full_name_sort TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN description_sort TEXT NOT NULL DEFAULT '';

UPDATE api_keys SET owner_key = folded(owner) WHERE owner <> '';
UPDATE users SET full_name_sort = text_sort(full_name);
UPDATE roles SET description_sort = text_sort(first_line(description));

-- Keys from before there were owners: the line end before an empty one is missing, and with it the end of the description.
UPDATE api_keys SET search = search || char(10)
WHERE owner = '' AND substr(search, length(name_key) + 2) = folded(description);

DROP INDEX api_keys_by_owner;
CREATE INDEX api_keys_by_owner ON api_keys (owner_key) WHERE deleted_at IS NULL AND owner_key <> '';
DROP INDEX api_keys_to_erase;
CREATE INDEX api_keys_to_erase ON api_keys (deleted_at) WHERE deleted_at IS NOT NULL AND NOT erased;
