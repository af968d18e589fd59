-- The order of events is their number, whatever the clock said. An index for what a filter asks for has them in that
-- order of itself, as every index ends with the number.
DROP INDEX events_by_number;
CREATE INDEX events_by_number ON events (number);
DROP INDEX events_by_actor;
CREATE INDEX events_by_actor ON events (actor);
DROP INDEX events_by_target;
CREATE INDEX events_by_target ON events (target_kind, target_id);
DROP INDEX events_by_level;
CREATE INDEX events_by_level ON events (level) WHERE level <> 'Info';

-- Expiries that were told, to find those that a clock that was ahead has told early.
CREATE INDEX api_keys_told ON api_keys (expires_at) WHERE expires_at IS NOT NULL AND expiry_noted = expires_at;
