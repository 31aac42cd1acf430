#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/heap.h"
#include "room/room_state.h"
#include "room/room_view.h"

static enum err copy_names(struct room *room, const struct room_image *image)
{
    room->local = heap_copy(image->local);
    if (room->local == NULL)
        return ERR_NOMEM;
    room->local_len = image->local.len;
    for (size_t i = 0; i < ROOM_SEATS; i++) {
        struct room_seat *seat = &room->seats[i];

        seat->code = image->seats[i].code;
        seat->is_used = image->seats[i].is_used;
        seat->name = heap_copy(image->seats[i].name);
        if (seat->name == NULL)
            return ERR_NOMEM;
        seat->name_len = image->seats[i].name.len;
    }
    return ERR_OK;
}

static enum err copy_entries(struct room *room, const struct room_image *image)
{
    size_t size = image->entry_count * sizeof(*image->entries);

    if (image->entry_count == 0)
        return ERR_OK;
    room->entries = malloc(size);
    if (room->entries == NULL)
        return ERR_NOMEM;
    memcpy(room->entries, image->entries, size);
    room->entry_count = image->entry_count;
    room->entry_cap = image->entry_count;
    return ERR_OK;
}

static enum err copy_members(struct room *room, const struct room_image *image)
{
    for (size_t i = 0; i < image->member_count; i++) {
        const struct room_member_image *member = &image->members[i];
        struct room_member *dropped;
        bool is_new;
        enum err rc;

        if (member->seat < 1 || member->seat > ROOM_SEATS)
            continue; /* was bound once */
        rc = room__member_bind(room, member->bare, member->seat, &is_new,
                               &dropped);
        if (rc != ERR_OK)
            return rc;
        room__member_free(dropped);
    }
    return ERR_OK;
}

/* The earliest session that is later than `last`, in the image's order where
 * the time is the same. */
static const struct room_session_image *next_session(
    const struct room_image *image, const struct room_session_image *last)
{
    const struct room_session_image *found = NULL;

    for (size_t i = 0; i < image->session_count; i++) {
        const struct room_session_image *session = &image->sessions[i];

        if (last != NULL &&
            (session->joined_ms < last->joined_ms ||
             (session->joined_ms == last->joined_ms && session <= last)))
            continue;
        if (found == NULL || session->joined_ms < found->joined_ms)
            found = session;
    }
    return found;
}

static enum err copy_sessions(struct room *room, const struct room_image *image)
{
    const struct room_session_image *session = NULL;

    while ((session = next_session(image, session)) != NULL) {
        struct room_session *copy;
        enum err rc;

        if ((rc = room__session_add(room, session, &copy)) != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err copy_tokens(struct room *room, const struct room_image *image)
{
    for (size_t i = 0; i < image->token_count; i++) {
        enum err rc = room__family_load(room, &image->tokens[i]);

        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* The stored deadline lags behind the messages. */
static void renew_deadline(struct room *room)
{
    for (size_t i = room->entry_count; i > 0; i--) {
        const struct room_entry *entry = &room->entries[i - 1];

        if ((entry->flags & ROOM_ENTRY_ACTIVITY) == 0)
            continue;
        if (entry->at_ms + room->idle_ms > room->deadline_ms)
            room->deadline_ms = entry->at_ms + room->idle_ms;
        return;
    }
}

static enum err copy_image(struct room *room, const struct room_image *image)
{
    enum err rc;

    room->number = image->number;
    room->keys = image->keys;
    room->protection = image->protection;
    room->idle_ms = image->idle_ms;
    room->deadline_ms = image->deadline_ms;
    room->stored_deadline_ms = image->deadline_ms;
    room->stored_wake_ms = image->deadline_ms - image->idle_ms / 10;
    room->warned_run = image->warned_run;
    room->is_nearly_full_told = image->is_nearly_full_told;
    room->attempts = image->attempts;
    room->bytes = image->bytes;
    if ((rc = copy_names(room, image)) != ERR_OK)
        return rc;
    if ((rc = copy_entries(room, image)) != ERR_OK)
        return rc;
    if ((rc = copy_members(room, image)) != ERR_OK)
        return rc;
    if ((rc = copy_sessions(room, image)) != ERR_OK)
        return rc;
    if ((rc = copy_tokens(room, image)) != ERR_OK)
        return rc;
    renew_deadline(room);
    return ERR_OK;
}

struct room *room__new(const struct room_image *image)
{
    struct room *room = calloc(1, sizeof(*room));

    if (room == NULL)
        return NULL;
    if (copy_image(room, image) != ERR_OK) {
        room__free(room);
        return NULL;
    }
    return room;
}

void room__free(struct room *room)
{
    for (size_t i = 0; i < room->session_count; i++)
        room__session_free(room->sessions[i]);
    for (size_t i = 0; i < room->member_count; i++)
        room__member_free(room->members[i]);
    for (size_t i = 0; i < ROOM_SEATS; i++)
        heap_free(room->seats[i].name);
    room__families_free(room);
    heap_free(room->sessions);
    heap_free(room->members);
    heap_free(room->entries);
    heap_free(room->ids.slots);
    heap_free(room->local);
    explicit_bzero(room, sizeof(*room));
    heap_free(room);
}

enum err room__adopt(struct room_engine *engine, struct room *room)
{
    struct span local = room_local(room);
    enum err rc;

    BUG_IF(room_find(engine, local) != NULL);
    if ((rc = room__heap_add(engine, room)) != ERR_OK)
        return rc;
    rc = map_put(&engine->rooms, local, room);
    if (rc != ERR_OK) {
        room__heap_remove(engine, room);
        return rc;
    }
    room->touched_ms = engine->now_ms;
    list_append(&engine->live, &room->link);
    return ERR_OK;
}

enum err room_load(struct room_engine *engine, const struct room_image *image,
                   struct room **out)
{
    struct room *room = room__new(image);
    enum err rc;

    if (room == NULL)
        return ERR_NOMEM;
    if ((rc = room__adopt(engine, room)) != ERR_OK) {
        room__free(room);
        return rc;
    }
    *out = room;
    return ERR_OK;
}

void room_forget(struct room_engine *engine, struct room *room)
{
    map_remove(&engine->rooms, room_local(room));
    room__heap_remove(engine, room);
    list_remove(room->is_ended ? &engine->ended : &engine->live, &room->link);
    room__free(room);
}
