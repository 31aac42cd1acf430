-- Duologue's database, version 3: since when words may be stored that apps in
-- the room were never sent, in Unix ms; 0: there are none.

ALTER TABLE meta ADD COLUMN unsaid_since INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
