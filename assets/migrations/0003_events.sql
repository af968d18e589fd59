-- Old events may go, but only all of them up to one, and only when an event at the end of the chain (9008, a
-- checkpoint) says so: with the hash that the chain goes on from, and how many they were.

-- What a checkpoint says is so.
CREATE TRIGGER events_checkpoint_is_true BEFORE INSERT ON events
WHEN NEW.number = 9008 AND NOT EXISTS (
    SELECT 1 FROM events
    WHERE json_type(NEW.body, '$.through') = 'integer'
        AND sequence = json_extract(NEW.body, '$.through')
        AND lower(hex(hash)) = json_extract(NEW.body, '$.hash')
        AND sequence - (SELECT min(sequence) FROM events) + 1 = json_extract(NEW.body, '$.count')
)
BEGIN
    SELECT raise(ABORT, 'a checkpoint tells the truth about the events that it lets go');
END;

DROP TRIGGER events_never_go;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
WHEN OLD.sequence > coalesce(
    (SELECT json_extract(body, '$.through') FROM events WHERE number = 9008 ORDER BY sequence DESC LIMIT 1), 0)
BEGIN
    SELECT raise(ABORT, 'events never go, unless a checkpoint lets them');
END;

CREATE INDEX events_checkpoints ON events (sequence) WHERE number = 9008;

-- Windows by time, of all and of what a filter asks for; the sequence follows of itself, as every index ends with it.
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_number ON events (number, at);
CREATE INDEX events_by_actor ON events (actor, at);
DROP INDEX events_by_target;
CREATE INDEX events_by_target ON events (target_kind, target_id, at);
-- Nearly all are Info, and a window of those is full soon without an index.
CREATE INDEX events_by_level ON events (level, at) WHERE level <> 'Info';
