#include "store/store_internal.h"

#define MESSAGE_COLUMNS "seq, at, seat, flags, bytes, origin"

const char *const store__sql[STORE_SQL_COUNT] = {
    [STORE_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_SQL_COMMIT] = "COMMIT",
    [STORE_SQL_ROLLBACK] = "ROLLBACK",
    [STORE_SQL_GET_META] =
        "SELECT instance, generation, number, unsaid_since FROM meta "
        "WHERE id = 1",
    [STORE_SQL_ADD_META] =
        "INSERT INTO meta (id, instance, generation, number, run) "
        "VALUES (1, ?1, 0, 0, 0)",
    [STORE_SQL_SET_META] =
        "UPDATE meta SET generation = ?1, number = max(number, ?2) "
        "WHERE id = 1",
    [STORE_SQL_NEXT_RUN] =
        "UPDATE meta SET run = run + 1 WHERE id = 1 RETURNING run",
    [STORE_SQL_SET_UNSAID] = "UPDATE meta SET unsaid_since = ?1 WHERE id = 1",

    [STORE_SQL_ADD_ROOM] =
        "INSERT INTO room (number, name_hash, slot, generation, protection, "
        "created, idle, deadline, wake, warned_run, flags, level_milli, "
        "level_at, ended, sealed) VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, ?10, ?11, NULL, ?12)",
    [STORE_SQL_SET_STATE] =
        "UPDATE room SET deadline = ?2, wake = ?3, warned_run = ?4, "
        "flags = ?5, level_milli = ?6, level_at = ?7 "
        "WHERE number = ?1 AND ended IS NULL",
    [STORE_SQL_ADD_SEAT] =
        "INSERT INTO seat (id_hash, room, seat) VALUES (?1, ?2, ?3)",
    [STORE_SQL_ADD_MESSAGE] =
        "INSERT INTO message (room, " MESSAGE_COLUMNS ", sealed) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STORE_SQL_GET_MESSAGE] = "SELECT " MESSAGE_COLUMNS ", sealed FROM message "
                              "WHERE room = ?1 AND seq = ?2",
    [STORE_SQL_RETRACT] = "UPDATE message SET flags = ?3, sealed = ?4 "
                          "WHERE room = ?1 AND seq = ?2",
    [STORE_SQL_ADD_MEMBER] =
        "INSERT INTO member (room, hash, seat, sealed) "
        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (room, hash) DO UPDATE SET "
        "seat = excluded.seat, sealed = excluded.sealed",
    [STORE_SQL_DELETE_MEMBER] =
        "DELETE FROM member WHERE room = ?1 AND hash = ?2",
    [STORE_SQL_SET_SESSION] =
        "INSERT INTO session (room, hash, seat, leg, joined, sealed) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (room, hash) DO UPDATE "
        "SET seat = excluded.seat, leg = excluded.leg, "
        "joined = excluded.joined, sealed = excluded.sealed",
    [STORE_SQL_DELETE_SESSION] =
        "DELETE FROM session WHERE room = ?1 AND hash = ?2",
    [STORE_SQL_SET_TOKEN] = "INSERT OR REPLACE INTO token "
                            "(room, family, seat, issued, used, sealed) "
                            "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STORE_SQL_DELETE_TOKEN] =
        "DELETE FROM token WHERE room = ?1 AND family = ?2",
    [STORE_SQL_SET_LIMIT] =
        "INSERT INTO limits (kind, source, failures, at, blocked_until) "
        "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, source) DO UPDATE "
        "SET failures = excluded.failures, at = excluded.at, "
        "blocked_until = excluded.blocked_until",

    [STORE_SQL_GET_SLOT] = "SELECT slot, generation, name_hash FROM room "
                           "WHERE number = ?1 AND ended IS NULL",
    [STORE_SQL_END_ROOM] = "UPDATE room SET ended = ?2 WHERE number = ?1",
    [STORE_SQL_ADD_TOMBSTONE] =
        "INSERT OR REPLACE INTO tombstone "
        "(name_hash, seat1_hash, seat2_hash, ended_at, cause) "
        "SELECT name_hash, "
        "(SELECT id_hash FROM seat WHERE room = ?1 AND seat = 1), "
        "(SELECT id_hash FROM seat WHERE room = ?1 AND seat = 2), ?2, ?3 "
        "FROM room WHERE number = ?1",
    [STORE_SQL_LIST_SLOTS] =
        "SELECT number, slot, generation, name_hash, ended FROM room "
        "ORDER BY number",

    [STORE_SQL_FIND_NAME] =
        "SELECT number, ended FROM room WHERE name_hash = ?1",
    [STORE_SQL_FIND_TOMBSTONE] =
        "SELECT cause FROM tombstone WHERE name_hash = ?1",
    [STORE_SQL_FIND_SEAT] =
        "SELECT room.number, room.ended, seat.seat FROM seat "
        "JOIN room ON room.number = seat.room WHERE seat.id_hash = ?1",
    [STORE_SQL_FIND_SEAT_TOMBSTONE] =
        "SELECT cause FROM tombstone WHERE seat1_hash = ?1 "
        "UNION ALL SELECT cause FROM tombstone WHERE seat2_hash = ?1",
    [STORE_SQL_GET_ROOM] =
        "SELECT ended, slot, generation, name_hash, protection, created, "
        "idle, deadline, warned_run, flags, level_milli, level_at, sealed "
        "FROM room WHERE number = ?1",
    /* Answered by the index alone. */
    [STORE_SQL_GET_ENTRIES] =
        "SELECT " MESSAGE_COLUMNS " FROM message WHERE room = ?1 ORDER BY seq",
    [STORE_SQL_GET_MEMBERS] =
        "SELECT hash, seat, sealed FROM member WHERE room = ?1 ORDER BY id",
    [STORE_SQL_GET_SESSIONS] =
        "SELECT hash, seat, leg, joined, sealed FROM session WHERE room = ?1 "
        "ORDER BY joined",
    [STORE_SQL_GET_TOKENS] =
        "SELECT family, seat, issued, used, sealed FROM token WHERE room = ?1 "
        "ORDER BY family",
    [STORE_SQL_READ_FORWARDS] =
        "SELECT " MESSAGE_COLUMNS ", sealed FROM message "
        "WHERE room = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
    [STORE_SQL_READ_BACKWARDS] =
        "SELECT " MESSAGE_COLUMNS ", sealed FROM message "
        "WHERE room = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq DESC",

    [STORE_SQL_DUE] =
        "SELECT number FROM room WHERE ended IS NULL AND wake <= ?1 "
        "ORDER BY wake LIMIT ?2",
    [STORE_SQL_LIST] =
        "SELECT number FROM room WHERE ended IS NULL AND number > ?1 "
        "ORDER BY number LIMIT ?2",
    [STORE_SQL_LIST_JOINED] =
        "SELECT DISTINCT session.room FROM session "
        "JOIN room ON room.number = session.room "
        "WHERE session.leg = ?1 AND session.room > ?2 AND room.ended IS NULL "
        "ORDER BY session.room LIMIT ?3",

    [STORE_SQL_NEXT_ENDED] =
        "SELECT number FROM room WHERE ended IS NOT NULL AND number > ?1 "
        "ORDER BY number LIMIT 1",
    [STORE_SQL_PICK_MESSAGES] =
        "SELECT seq, bytes FROM message WHERE room = ?1 ORDER BY seq LIMIT ?2",
    [STORE_SQL_DELETE_MESSAGES] =
        "DELETE FROM message WHERE room = ?1 AND seq <= ?2",
    [STORE_SQL_DELETE_SESSIONS] = "DELETE FROM session WHERE room = ?1",
    [STORE_SQL_DELETE_TOKENS] = "DELETE FROM token WHERE room = ?1",
    [STORE_SQL_DELETE_MEMBERS] = "DELETE FROM member WHERE room = ?1",
    [STORE_SQL_DELETE_SEATS] = "DELETE FROM seat WHERE id_hash IN "
                               "(SELECT id_hash FROM seat WHERE room = ?1)",
    [STORE_SQL_DELETE_ROOM] =
        "DELETE FROM room WHERE number = ?1 AND ended IS NOT NULL",

    /* The latest ones, the longest untouched of them first. */
    [STORE_SQL_LOAD_LIMITS] =
        "SELECT * FROM (SELECT kind, source, failures, at, blocked_until "
        "FROM limits WHERE at > ?1 OR blocked_until > ?2 "
        "ORDER BY at DESC LIMIT ?3) ORDER BY at",
    [STORE_SQL_TIDY_TOMBSTONES] =
        "DELETE FROM tombstone WHERE name_hash IN (SELECT name_hash "
        "FROM tombstone WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)",
    [STORE_SQL_TIDY_LIMITS] =
        "DELETE FROM limits WHERE (kind, source) IN (SELECT kind, source "
        "FROM limits WHERE at <= ?1 AND blocked_until <= ?2 LIMIT ?3)",
    [STORE_SQL_TRIM_LIMITS] =
        "DELETE FROM limits WHERE (kind, source) IN (SELECT kind, source "
        "FROM limits ORDER BY at "
        "LIMIT min(?2, max(0, (SELECT count(*) FROM limits) - ?1)))",
    [STORE_SQL_COUNT_ROOMS] = "SELECT count(*) FROM room WHERE ended IS NULL",
    [STORE_SQL_COUNT_TOMBSTONES] = "SELECT count(*) FROM tombstone",
    [STORE_SQL_COUNT_MESSAGES] = "SELECT count(*) FROM message",
    [STORE_SQL_COUNT_SESSIONS] = "SELECT count(*) FROM session",
    [STORE_SQL_TRUNCATE] = "PRAGMA wal_checkpoint(TRUNCATE)",
};
