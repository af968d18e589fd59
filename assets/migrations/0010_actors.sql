-- Who did it, beside the name: an API key can act, too, and whoever signs may have another name by now. Nothing in the
-- events so far; what nobody did is `system` and 0.
ALTER TABLE events ADD COLUMN actor_kind TEXT CHECK (actor_kind IN ('system', 'user', 'api-key'));
ALTER TABLE events ADD COLUMN actor_id INTEGER CHECK ((actor_id IS NULL) = (actor_kind IS NULL));

-- What one key did, whatever it was called.
CREATE INDEX events_by_who ON events (actor_kind, actor_id);
