#include "support/room_disk.h"

#include <stdlib.h>
#include <string.h>

#include "room/room_view.h"

struct text {
    char *at;
    size_t len;
};

struct disk_message {
    struct room_entry entry;
    struct text payload;
};

struct disk_session {
    struct text jid;
    struct text bare;
    struct text presence;
    uint8_t seat;
    enum room_leg leg;
    int64_t joined_ms;
};

struct disk_member {
    struct text bare;
    uint8_t seat;
};

struct disk_token {
    struct room_token_image image;
    struct text holder;
};

struct room_disk_room {
    struct room_image image; /* without what follows */
    bool is_ended;
    int64_t wake_ms;
    struct text local;
    struct text names[ROOM_SEATS];
    struct disk_message *messages;
    size_t message_count;
    struct disk_session *sessions;
    size_t session_count;
    struct disk_member *members;
    size_t member_count;
    struct disk_token *tokens;
    size_t token_count;
    struct room_entry *entries; /* what an image borrows */
    struct room_session_image *session_images;
    struct room_member_image *member_images;
    struct room_token_image *token_images;
};

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static struct text text_copy(struct span from)
{
    struct text text = {malloc(from.len + 1), from.len};

    must(text.at != NULL);
    if (from.len > 0)
        memcpy(text.at, from.at, from.len);
    text.at[from.len] = '\0';
    return text;
}

static void text_free(struct text *text)
{
    free(text->at);
    *text = (struct text){NULL, 0};
}

static struct span text_span(struct text text)
{
    return (struct span){text.at, text.len};
}

/* Room for one more at the end of a list. */
static void *grow(void *list, size_t count, size_t size)
{
    list = realloc(list, (count + 1) * size);
    must(list != NULL);
    memset((char *)list + count * size, 0, size);
    return list;
}

static void drop_at(void *list, size_t *count, size_t i, size_t size)
{
    char *at = (char *)list + i * size;

    (*count)--;
    memmove(at, at + size, (*count - i) * size);
}

static struct room_disk_room *find(const struct room_disk *disk,
                                   struct span local)
{
    for (size_t i = 0; i < disk->room_count; i++) {
        if (span_equal(text_span(disk->rooms[i]->local), local))
            return disk->rooms[i];
    }
    return NULL;
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

    must(room != NULL && disk->room_count < ROOM_DISK_ROOMS_MAX);
    must(find(disk, room_local(effect->room)) == NULL);
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

    must(effect->u.message.entry.seq == room->message_count + 1);
    room->messages =
        grow(room->messages, room->message_count, sizeof(*message));
    message = &room->messages[room->message_count++];
    message->entry = effect->u.message.entry;
    message->payload = text_copy(effect->u.message.payload);
}

static void erase(struct room_disk_room *room, uint32_t seq)
{
    struct disk_message *message;

    must(seq > 0 && seq <= room->message_count);
    message = &room->messages[seq - 1];
    message->entry.flags |= ROOM_ENTRY_RETRACTED;
    text_free(&message->payload);
}

static void set_member(struct room_disk_room *room,
                       const struct room_member_image *image)
{
    for (size_t i = 0; i < room->member_count; i++) {
        struct disk_member *member = &room->members[i];

        if (!span_equal(text_span(member->bare), image->bare))
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

        if (!span_equal(text_span(session->jid), jid))
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
        must(i < room->token_count);
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
        must(i < disk->limit_count);
        drop_at(disk->limits, &disk->limit_count, i, sizeof(*image));
        return;
    }
    must(i < ROOM_DISK_LIMITS_MAX);
    disk->limits[i] = *image;
    if (i == disk->limit_count)
        disk->limit_count++;
}

/* A real store never writes to a room that ended. */
static void change_room(struct room_disk_room *room,
                        const struct room_effect *effect)
{
    must(room != NULL && !room->is_ended);
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
        must(drop_session(room, effect->u.session.jid));
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
            change_room(find(disk, room_local(effect->room)), effect);
    }
}

enum room_disk_fate room_disk_find(const struct room_disk *disk,
                                   struct span local)
{
    const struct room_disk_room *room = find(disk, local);

    if (room == NULL)
        return ROOM_DISK_UNKNOWN;
    return room->is_ended ? ROOM_DISK_ENDED : ROOM_DISK_LIVE;
}

struct span room_disk_local(const struct room_disk *disk, size_t n)
{
    return text_span(disk->rooms[n]->local);
}

static void lend_entries(struct room_disk_room *room, struct room_image *out)
{
    room->entries = realloc(room->entries,
                            (room->message_count + 1) * sizeof(*room->entries));
    must(room->entries != NULL);
    for (size_t i = 0; i < room->message_count; i++) {
        room->entries[i] = room->messages[i].entry;
        out->bytes += room->messages[i].payload.len;
    }
    out->entries = room->entries;
    out->entry_count = room->message_count;
}

static void lend_people(struct room_disk_room *room, struct room_image *out)
{
    room->session_images =
        realloc(room->session_images,
                (room->session_count + 1) * sizeof(*room->session_images));
    room->member_images =
        realloc(room->member_images,
                (room->member_count + 1) * sizeof(*room->member_images));
    must(room->session_images != NULL && room->member_images != NULL);
    for (size_t i = 0; i < room->session_count; i++) {
        const struct disk_session *session = &room->sessions[i];

        /* Newest first: nobody may rely on an order of rows. */
        room->session_images[room->session_count - 1 - i] =
            (struct room_session_image){
                .jid = text_span(session->jid),
                .bare = text_span(session->bare),
                .presence = text_span(session->presence),
                .seat = session->seat,
                .leg = session->leg,
                .joined_ms = session->joined_ms,
            };
    }
    for (size_t i = 0; i < room->member_count; i++)
        room->member_images[i] = (struct room_member_image){
            text_span(room->members[i].bare), room->members[i].seat};
    out->sessions = room->session_images;
    out->session_count = room->session_count;
    out->members = room->member_images;
    out->member_count = room->member_count;
}

static void lend_tokens(struct room_disk_room *room, struct room_image *out)
{
    room->token_images =
        realloc(room->token_images,
                (room->token_count + 1) * sizeof(*room->token_images));
    must(room->token_images != NULL);
    for (size_t i = 0; i < room->token_count; i++) {
        room->token_images[i] = room->tokens[i].image;
        room->token_images[i].holder = text_span(room->tokens[i].holder);
    }
    out->tokens = room->token_images;
    out->token_count = room->token_count;
}

void room_disk_image(struct room_disk *disk, struct span local,
                     struct room_image *out)
{
    struct room_disk_room *room = find(disk, local);

    must(room != NULL && !room->is_ended);
    *out = room->image;
    out->local = text_span(room->local);
    for (size_t i = 0; i < ROOM_SEATS; i++)
        out->seats[i].name = text_span(room->names[i]);
    lend_entries(room, out);
    lend_people(room, out);
    lend_tokens(room, out);
}

int64_t room_disk_wake_ms(const struct room_disk *disk, struct span local)
{
    const struct room_disk_room *room = find(disk, local);

    return room == NULL || room->is_ended ? INT64_MAX : room->wake_ms;
}

struct span room_disk_payload(const struct room_disk *disk, struct span local,
                              uint32_t seq)
{
    const struct room_disk_room *room = find(disk, local);

    must(room != NULL && seq > 0 && seq <= room->message_count);
    return text_span(room->messages[seq - 1].payload);
}
