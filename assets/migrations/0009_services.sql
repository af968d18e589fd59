-- What the keys of a role open behind a proxy, from where a key may be used, and how often. Empty and unset are all,
-- anywhere and as often as it likes.

ALTER TABLE roles ADD COLUMN services TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN rate INTEGER CHECK (rate > 0);
