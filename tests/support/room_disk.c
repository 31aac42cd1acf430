#include "support/room_disk.h"

#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"
#include "support/room_disk_rows.h"

static struct disk_text text_copy(struct span from)
{
    struct disk_text text = {malloc(from.len + 1), from.len};

    room_disk__must(text.at != NULL);
    if (from.len > 0)
        memcpy(text.at, from.at, from.len);
    text.at[from.len] = '\0';
    return text;
}

static void text_free(struct disk_text *text)
{
    free(text->at);
    *text = (struct disk_text){NULL, 0};
}

/* Room for one more at the end of a list. */
static void *grow(void *list, size_t count, size_t size)
{
    list = realloc(list, (count + 1) * size);
    room_disk__must(list != NULL);
    memset((char *)list + count * size, 0, size);
    return list;
}

static void drop_at(void *list, size_t *count, size_t i, size_t size)
{
    char *at = (char *)list + i * size;

    (*count)--;
    memmove(at, at + size, (*count - i) * size);
}

void room_disk_init(struct room_disk *disk)
{
    memset(disk, 0, sizeof(*disk));
}

static void clear_session(struct disk_session *session)
{
    text_free(&session->jid);
    text_free(&session->bare);
    text_free(&session->presence);
}

static void free_room(struct room_disk_room *room)
{
    for (size_t i = 0; i < room->message_count; i++)
        text_free(&room->messages[i].payload);
    for (size_t i = 0; i < room->session_count; i++)
        clear_session(&room->sessions[i]);
    for (size_t i = 0; i < room->member_count; i++)
        text_free(&room->members[i].bare);
    for (size_t i = 0; i < room->token_count; i++)
        text_free(&room->tokens[i].holder);
    for (size_t i = 0; i < ROOM_SEATS; i++)
        text_free(&room->names[i]);
    text_free(&room->local);
    free(room->messages);
    free(room->sessions);
    free(room->members);
    free(room->entries);
    free(room->session_images);
    free(room->member_images);
    free(room->tokens);
    free(room->token_images);
    free(room);
}

void room_disk_clear(struct room_disk *disk)
{
    for (size_t i = 0; i < disk->room_count; i++)
        free_room(disk->rooms[i]);
    room_disk_init(disk);
}

static void add_room(struct room_disk *disk, const struct room_effect *effect)
{
    const struct room_create *create = &effect->u.create.create;
    struct room_disk_room *room = calloc(1, sizeof(*room));

    room_disk__must(room != NULL && disk->room_count < ROOM_DISK_ROOMS_MAX);
    room_disk__must(room_disk__find(disk, room_local(effect->room)) == NULL);
    room->local = text_copy(room_local(effect->room));
    room->wake_ms = effect->u.create.wake_ms;
    room->image.number = create->number;
    room->image.keys = create->keys;
    room->image.protection = create->protection;
    room->image.created_ms = effect->u.create.at_ms;
    room->image.idle_ms = create->idle_ms;
    room->image.deadline_ms = effect->u.create.deadline_ms;
    room->image.attempts =
        (struct room_bucket){10 * 1000, effect->u.create.at_ms};
    for (size_t i = 0; i < ROOM_SEATS; i++) {
        room->names[i] = text_copy(create->names[i]);
        room->image.seats[i].code = create->codes[i];
    }
    disk->rooms[disk->room_count++] = room;
}

static void set_state(struct room_disk_room *room,
                      const struct room_effect *effect)
{
    room->wake_ms = effect->u.state.wake_ms;
    room->image.deadline_ms = effect->u.state.deadline_ms;
    room->image.warned_run = effect->u.state.warned_run;
    room->image.is_nearly_full_told = effect->u.state.is_nearly_full_told;
    room->image.attempts = effect->u.state.attempts;
    for (size_t i = 0; i < ROOM_SEATS; i++)
        room->image.seats[i].is_used = effect->u.state.is_used[i];
}

static void add_message(struct room_disk_room *room,
                        const struct room_effect *effect)
{
    struct disk_message *message;

    room_disk__must(effect->u.message.entry.seq == room->message_count + 1);
    room->messages =
        grow(room->messages, room->message_count, sizeof(*message));
    message = &room->messages[room->message_count++];
    message->entry = effect->u.message.entry;
    message->payload = text_copy(effect->u.message.payload);
}

static void erase(struct room_disk_room *room, uint32_t seq)
{
    struct disk_message *message;

    room_disk__must(seq > 0 && seq <= room->message_count);
    message = &room->messages[seq - 1];
    message->entry.flags |= ROOM_ENTRY_RETRACTED;
    text_free(&message->payload);
}

static void set_member(struct room_disk_room *room,
                       const struct room_member_image *image)
{
    for (size_t i = 0; i < room->member_count; i++) {
        struct disk_member *member = &room->members[i];

        if (!span_equal(room_disk__span(member->bare), image->bare))
            continue;
        member->seat = image->seat;
        if (image->seat == 0) {
            text_free(&member->bare);
            drop_at(room->members, &room->member_count, i, sizeof(*member));
        }
        return;
    }
    room->members =
        grow(room->members, room->member_count, sizeof(*room->members));
    room->members[room->member_count++] =
        (struct disk_member){text_copy(image->bare), image->seat};
}

static bool drop_session(struct room_disk_room *room, struct span jid)
{
    for (size_t i = 0; i < room->session_count; i++) {
        struct disk_session *session = &room->sessions[i];

        if (!span_equal(room_disk__span(session->jid), jid))
            continue;
        clear_session(session);
        drop_at(room->sessions, &room->session_count, i, sizeof(*session));
        return true;
    }
    return false;
}

static void set_session(struct room_disk_room *room,
                        const struct room_session_image *image)
{
    struct disk_session *session;

    drop_session(room, image->jid);
    room->sessions =
        grow(room->sessions, room->session_count, sizeof(*session));
    session = &room->sessions[room->session_count++];
    session->jid = text_copy(image->jid);
    session->bare = text_copy(image->bare);
    session->presence = text_copy(image->presence);
    session->seat = image->seat;
    session->leg = image->leg;
    session->joined_ms = image->joined_ms;
}

static void set_token(struct room_disk_room *room,
                      const struct room_token_image *image)
{
    size_t i = 0;

    while (i < room->token_count &&
           room->tokens[i].image.family != image->family)
        i++;
    if (image->seat == 0) {
        room_disk__must(i < room->token_count);
        text_free(&room->tokens[i].holder);
        drop_at(room->tokens, &room->token_count, i, sizeof(*room->tokens));
        return;
    }
    if (i == room->token_count)
        room->tokens =
            grow(room->tokens, room->token_count++, sizeof(*room->tokens));
    text_free(&room->tokens[i].holder);
    room->tokens[i].image = *image;
    room->tokens[i].holder = text_copy(image->holder);
}

static void set_limit(struct room_disk *disk,
                      const struct room_limit_image *image)
{
    size_t i = 0;

    while (
        i < disk->limit_count &&
        (disk->limits[i].kind != image->kind ||
         memcmp(disk->limits[i].source, image->source, ROOM_SOURCE_BYTES) != 0))
        i++;
    if (image->failures == 0) {
        room_disk__must(i < disk->limit_count);
        drop_at(disk->limits, &disk->limit_count, i, sizeof(*image));
        return;
    }
    room_disk__must(i < ROOM_DISK_LIMITS_MAX);
    disk->limits[i] = *image;
    if (i == disk->limit_count)
        disk->limit_count++;
}

/* A real store never writes to a room that ended. */
static void change_room(struct room_disk_room *room,
                        const struct room_effect *effect)
{
    room_disk__must(room != NULL && !room->is_ended);
    if (effect->kind == ROOM_EFFECT_STORE_STATE)
        set_state(room, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_MESSAGE)
        add_message(room, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_ERASE)
        erase(room, effect->u.seq);
    else if (effect->kind == ROOM_EFFECT_STORE_MEMBER)
        set_member(room, &effect->u.member);
    else if (effect->kind == ROOM_EFFECT_STORE_SESSION)
        set_session(room, &effect->u.session);
    else if (effect->kind == ROOM_EFFECT_STORE_LEFT)
        room_disk__must(drop_session(room, effect->u.session.jid));
    else if (effect->kind == ROOM_EFFECT_STORE_TOKEN)
        set_token(room, &effect->u.token);
    else
        room->is_ended = true;
}

void room_disk_commit(struct room_disk *disk,
                      const struct room_effects *effects)
{
    for (const struct room_effect *effect = effects->first; effect != NULL;
         effect = effect->next) {
        if (effect->kind > ROOM_EFFECT_STORE_END)
            continue;
        if (effect->kind == ROOM_EFFECT_STORE_ROOM)
            add_room(disk, effect);
        else if (effect->kind == ROOM_EFFECT_STORE_LIMIT)
            set_limit(disk, &effect->u.limit);
        else
            change_room(room_disk__find(disk, room_local(effect->room)),
                        effect);
    }
}
