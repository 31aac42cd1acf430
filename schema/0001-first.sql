-- Duologue's database, version 1.
--
-- Columns named `sealed` hold AES-256-GCM under the room's key, which lies in
-- the key file.  Columns named `...hash` hold HMAC-SHA-256 under the instance
-- key.  Times are Unix time in ms.

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    instance BLOB NOT NULL,      -- says which key file belongs to it
    generation INTEGER NOT NULL, -- counts rooms made and ended
    number INTEGER NOT NULL,     -- the highest room number ever
    run INTEGER NOT NULL
) STRICT;

CREATE TABLE room (
    number INTEGER PRIMARY KEY,
    name_hash BLOB NOT NULL UNIQUE,
    slot INTEGER NOT NULL,       -- which page of the key file,
    generation INTEGER NOT NULL, -- and what must stand in it
    protection INTEGER NOT NULL,
    created INTEGER NOT NULL,
    idle INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    wake INTEGER NOT NULL,
    warned_run INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    level_milli INTEGER NOT NULL, -- of the bucket of attempts
    level_at INTEGER NOT NULL,
    ended INTEGER,                -- the cause, or NULL while it lives
    sealed BLOB NOT NULL          -- local part, names, HMACs of the codes
) STRICT;
CREATE INDEX room_wake ON room (wake) WHERE ended IS NULL;
CREATE INDEX room_ended ON room (number) WHERE ended IS NOT NULL;

CREATE TABLE seat (
    id_hash BLOB PRIMARY KEY,
    room INTEGER NOT NULL,
    seat INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seat_room ON seat (room, seat);

-- Rows are appended in the order of their id whatever the room, and found
-- through the index, which holds all that a waking room needs.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    seat INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    bytes INTEGER NOT NULL, -- of the payload as it was said
    origin BLOB,
    sealed BLOB NOT NULL    -- id, language, payload
) STRICT;
CREATE INDEX message_room
    ON message (room, seq, at, seat, flags, bytes, origin);

CREATE TABLE member (
    id INTEGER PRIMARY KEY, -- the order in which they came
    room INTEGER NOT NULL,
    hash BLOB NOT NULL,
    seat INTEGER NOT NULL,
    sealed BLOB NOT NULL,   -- bare JID
    UNIQUE (room, hash)
) STRICT;

CREATE TABLE session (
    room INTEGER NOT NULL,
    hash BLOB NOT NULL, -- of the full JID
    seat INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    sealed BLOB NOT NULL, -- full JID, bare JID, presence
    PRIMARY KEY (room, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_leg ON session (leg, room);

CREATE TABLE tombstone (
    name_hash BLOB PRIMARY KEY,
    seat1_hash BLOB,
    seat2_hash BLOB,
    ended_at INTEGER NOT NULL,
    cause INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_seat1 ON tombstone (seat1_hash);
CREATE INDEX tombstone_seat2 ON tombstone (seat2_hash);
CREATE INDEX tombstone_ended_at ON tombstone (ended_at);

-- Sources are hashes before they come here.
CREATE TABLE limits (
    kind INTEGER NOT NULL,
    source BLOB NOT NULL,
    failures INTEGER NOT NULL,
    at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (kind, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_at ON limits (at);

PRAGMA user_version = 1;
