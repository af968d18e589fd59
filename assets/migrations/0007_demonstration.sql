-- Whether everything in this database was made up, to be shown.
ALTER TABLE meta ADD COLUMN demonstration INTEGER NOT NULL DEFAULT 0 CHECK (demonstration IN (0, 1));
