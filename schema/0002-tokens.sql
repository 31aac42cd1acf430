-- Duologue's database, version 2: tokens, by which a browser comes back without
-- the code.  One row holds a family: the tokens of one tab.

CREATE TABLE token (
    room INTEGER NOT NULL,
    family INTEGER NOT NULL,
    seat INTEGER NOT NULL,
    issued INTEGER NOT NULL, -- when the family began
    used INTEGER NOT NULL,   -- when it was last given a token
    sealed BLOB NOT NULL,    -- digests of its tokens, full JID of their holder
    PRIMARY KEY (room, family)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
