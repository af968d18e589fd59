-- How many keys a user made, and how many they were given, without a look at all keys.
CREATE INDEX api_keys_by_creator ON api_keys (created_by) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_by_owner ON api_keys (owner COLLATE NOCASE) WHERE deleted_at IS NULL AND owner <> '';
