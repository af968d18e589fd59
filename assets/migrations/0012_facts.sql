-- Indexes that tell by themselves which keys a filter asks for.

-- With the addresses, of those keys alone that have any, or a number of requests.
DROP INDEX api_keys_bounded;
CREATE INDEX api_keys_bounded ON api_keys (id, deleted_at, addresses, rate) WHERE addresses <> '' OR rate IS NOT NULL;
-- Of zones there are few: each is looked up by its whole name, and of a language all of them.
CREATE INDEX api_keys_by_zone ON api_keys (time_zone, locale);
-- Since when a key that was never used could have been.
CREATE INDEX api_key_secrets_delivered ON api_key_secrets (delivered_at, key) WHERE delivered_at IS NOT NULL;
