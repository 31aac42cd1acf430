#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "room/room_state.h"

struct room_session *room__session_find(const struct room *room,
                                        struct span jid)
{
    for (size_t i = 0; i < room->session_count; i++) {
        if (span_equal(room->sessions[i]->jid, jid))
            return room->sessions[i];
    }
    return NULL;
}

static bool shows(const struct room_session *session, struct span show)
{
    if (session->presence_len < show.len)
        return false;
    return memmem(session->presence, session->presence_len, show.at,
                  show.len) != NULL;
}

static bool is_away(const struct room_session *session)
{
    return shows(session, SPAN("show>away<")) ||
           shows(session, SPAN("show>xa<"));
}

struct room_session *room__session_shown(const struct room *room, uint8_t seat)
{
    struct room_session *latest = NULL;

    for (size_t i = room->session_count; i > 0; i--) {
        struct room_session *session = room->sessions[i - 1];

        if (session->seat != seat)
            continue;
        if (!is_away(session))
            return session;
        if (latest == NULL)
            latest = session;
    }
    return latest;
}

size_t room__sessions_max(const struct room_engine *engine)
{
    size_t most = engine->limits.sessions_per_seat;

    return most == 0 || most > ROOM_SEAT_SESSIONS_MAX ? ROOM_SEAT_SESSIONS_MAX
                                                      : most;
}

struct span room__session_presence(const struct room_session *session)
{
    return (struct span){session->presence, session->presence_len};
}

void room__session_free(struct room_session *session)
{
    if (session == NULL)
        return;
    heap_free(session->presence);
    heap_free(session->later);
    heap_free(session);
}

/* Puts a copy in place of what is there. */
static enum err set_text(char **at, size_t *len, struct span text)
{
    char *copy = heap_copy(text);

    if (copy == NULL)
        return ERR_NOMEM;
    heap_free(*at);
    *at = copy;
    *len = text.len;
    return ERR_OK;
}

static enum err set_presence(struct room_session *session, struct span presence)
{
    return set_text(&session->presence, &session->presence_len, presence);
}

enum err room__session_keep_later(struct room_session *session,
                                  struct span presence, int64_t show_ms)
{
    enum err rc = set_text(&session->later, &session->later_len, presence);

    if (rc == ERR_OK)
        session->show_ms = show_ms;
    return rc;
}

void room__session_drop_later(struct room_session *session)
{
    heap_free(session->later);
    session->later = NULL;
    session->later_len = 0;
    session->show_ms = INT64_MAX;
}

static struct room_session *copy_image(const struct room_session_image *image)
{
    size_t size =
        sizeof(struct room_session) + image->jid.len + image->bare.len + 1;
    struct room_session *session = calloc(1, size);

    if (session == NULL)
        return NULL;
    memcpy(session->text, image->jid.at, image->jid.len);
    memcpy(session->text + image->jid.len, image->bare.at, image->bare.len);
    session->jid = (struct span){session->text, image->jid.len};
    session->bare =
        (struct span){session->text + image->jid.len, image->bare.len};
    session->seat = image->seat;
    session->leg = image->leg;
    session->joined_ms = image->joined_ms;
    session->greeted_ms = image->joined_ms;
    session->heard_ms = image->joined_ms;
    session->ask_ms = INT64_MAX;
    session->show_ms = INT64_MAX;
    session->updates =
        (struct room_bucket){ROOM_UPDATES * 1000, image->joined_ms};
    if (set_presence(session, image->presence) != ERR_OK) {
        room__session_free(session);
        return NULL;
    }
    return session;
}

static enum err make_place(struct room *room)
{
    size_t cap = room->session_cap > 0 ? room->session_cap * 2 : 4;
    struct room_session **bigger;

    if (room->session_count < room->session_cap)
        return ERR_OK;
    bigger = realloc(room->sessions, cap * sizeof(*bigger));
    if (bigger == NULL)
        return ERR_NOMEM;
    room->sessions = bigger;
    room->session_cap = cap;
    return ERR_OK;
}

/* No two alike, so that the disk keeps the order. */
static int64_t next_stamp(const struct room *room, int64_t now_ms)
{
    int64_t last_ms;

    if (room->session_count == 0)
        return now_ms;
    last_ms = room->sessions[room->session_count - 1]->joined_ms;
    return last_ms < now_ms ? now_ms : last_ms + 1;
}

enum err room__session_add(struct room *room,
                           const struct room_session_image *image,
                           struct room_session **out)
{
    struct room_session *session;
    enum err rc;

    if ((rc = make_place(room)) != ERR_OK)
        return rc;
    session = copy_image(image);
    if (session == NULL)
        return ERR_NOMEM;
    session->joined_ms = next_stamp(room, image->joined_ms);
    room->sessions[room->session_count++] = session;
    room->seats[session->seat - 1].changed_ms = session->joined_ms;
    *out = session;
    return ERR_OK;
}

static void take_out(struct room *room, const struct room_session *session)
{
    size_t i = 0;

    while (room->sessions[i] != session)
        i++;
    room->session_count--;
    memmove(&room->sessions[i], &room->sessions[i + 1],
            (room->session_count - i) * sizeof(room->sessions[0]));
}

enum err room__session_renew(struct room *room, struct room_session *session,
                             struct span presence, int64_t now_ms)
{
    enum err rc = set_presence(session, presence);

    if (rc != ERR_OK)
        return rc;
    session->joined_ms = next_stamp(room, now_ms);
    room->seats[session->seat - 1].changed_ms = session->joined_ms;
    take_out(room, session);
    room->sessions[room->session_count++] = session;
    return ERR_OK;
}

void room__session_remove(struct room *room, struct room_session *session)
{
    take_out(room, session);
    room__session_free(session);
}

void room__session_heard(struct room_session *session, int64_t now_ms)
{
    session->heard_ms = now_ms;
    session->misses = 0;
    session->ask_ms = INT64_MAX;
}
