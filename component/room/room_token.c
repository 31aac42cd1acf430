/* Tokens, by which a browser comes back without the code. */
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "room/room_state.h"

/* Places in a family, see room_token_image. */
enum { PLACE_NEXT, PLACE_CURRENT };

static const struct room_join *wanted(const struct room_turn *turn)
{
    return &turn->event->u.join;
}

static void family_free(struct room_family *family)
{
    heap_free(family->holder);
    explicit_bzero(family, sizeof(*family));
    heap_free(family);
}

void room__families_free(struct room *room)
{
    while (room->families != NULL) {
        struct room_family *family = room->families;

        room->families = family->next;
        family_free(family);
    }
}

static void link_family(struct room *room, struct room_family *family)
{
    family->next = room->families;
    room->families = family;
}

static enum err set_holder(struct room_family *family, struct span jid)
{
    char *before = family->holder;
    char *copy = heap_copy(jid);

    if (copy == NULL)
        return ERR_NOMEM;
    family->holder = copy;
    family->image.holder = (struct span){copy, jid.len};
    heap_free(before);
    return ERR_OK;
}

enum err room__family_load(struct room *room,
                           const struct room_token_image *image)
{
    struct room_family *family;

    if (image->seat < 1 || image->seat > ROOM_SEATS || image->count < 1 ||
        image->count > ROOM_TOKENS_KEPT)
        return ERR_OK; /* it opens nothing */
    family = calloc(1, sizeof(*family));
    if (family == NULL)
        return ERR_NOMEM;
    family->image = *image;
    if (set_holder(family, image->holder) != ERR_OK) {
        family_free(family);
        return ERR_NOMEM;
    }
    link_family(room, family);
    return ERR_OK;
}

static enum err store_family(struct room_turn *turn,
                             const struct room_token_image *image)
{
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_STORE_TOKEN, false);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.token = *image;
    return room__copy(turn->out, image->holder, &effect->u.token.holder);
}

static enum err remove_family(struct room_turn *turn,
                              struct room_family *family)
{
    const struct room_token_image gone = {.family = family->image.family};
    struct room_family **at = &turn->room->families;

    while (*at != family)
        at = &(*at)->next;
    *at = family->next;
    family_free(family);
    return store_family(turn, &gone);
}

/* Whoever was given the family's newest token is still in. */
static bool is_held(const struct room *room, const struct room_family *family)
{
    const struct room_session *session =
        room__session_find(room, family->image.holder);

    return session != NULL && session->seat == family->image.seat;
}

/* Looks at every token, always, so that the time tells nothing. */
static struct room_family *find(const struct room *room,
                                const struct secret *digest, size_t *place)
{
    struct room_family *found = NULL;

    for (struct room_family *at = room->families; at != NULL; at = at->next) {
        for (size_t i = 0; i < at->image.count; i++) {
            if (!secret_equal(&at->image.digests[i], digest))
                continue;
            found = at;
            *place = i;
        }
    }
    return found;
}

enum err room__token_take(struct room_turn *turn, struct room_ticket *out)
{
    struct room_family *family;
    size_t place = 0;

    *out = (struct room_ticket){.seat = 0};
    if (turn->event->actor.leg != ROOM_LEG_GUEST || !wanted(turn)->has_token)
        return ERR_OK;
    family = find(turn->room, &wanted(turn)->token, &place);
    if (family == NULL)
        return ERR_OK;
    if (place > PLACE_CURRENT)
        return remove_family(turn, family);
    out->seat = family->image.seat;
    /* Once more the current one: its answer was lost, or this tab was copied
     * from another.  Nobody can tell, so either goes its own way from here. */
    if (place == PLACE_NEXT)
        out->family = family;
    return ERR_OK;
}

/* The family of that seat that was used the longest ago; those whose tab is
 * open come last. */
static struct room_family *longest_unused(const struct room *room, uint8_t seat,
                                          size_t *count)
{
    struct room_family *found = NULL;
    bool is_found_held = false;

    *count = 0;
    for (struct room_family *at = room->families; at != NULL; at = at->next) {
        bool is_at_held;

        if (at->image.seat != seat)
            continue;
        (*count)++;
        is_at_held = is_held(room, at);
        if (found != NULL &&
            (is_at_held != is_found_held
                 ? is_at_held
                 : at->image.used_ms > found->image.used_ms ||
                       (at->image.used_ms == found->image.used_ms &&
                        at->image.family > found->image.family)))
            continue;
        found = at;
        is_found_held = is_at_held;
    }
    return found;
}

static enum err make_place(struct room_turn *turn, uint8_t seat)
{
    size_t most = room__sessions_max(turn->engine);
    struct room_family *family;
    size_t count;

    while ((family = longest_unused(turn->room, seat, &count)) != NULL &&
           count >= most) {
        enum err rc = remove_family(turn, family);

        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static uint32_t next_number(const struct room *room)
{
    uint32_t last = 0;

    for (struct room_family *at = room->families; at != NULL; at = at->next) {
        if (at->image.family > last)
            last = at->image.family;
    }
    return last + 1;
}

static enum err found_family(struct room_turn *turn,
                             const struct room_session *session,
                             struct room_family **out)
{
    struct room_family *family;
    enum err rc;

    if ((rc = make_place(turn, session->seat)) != ERR_OK)
        return rc;
    family = calloc(1, sizeof(*family));
    if (family == NULL)
        return ERR_NOMEM;
    if ((rc = set_holder(family, session->jid)) != ERR_OK) {
        family_free(family);
        return rc;
    }
    family->image.family = next_number(turn->room);
    family->image.seat = session->seat;
    family->image.issued_ms = turn->now_ms;
    link_family(turn->room, family);
    *out = family;
    return ERR_OK;
}

/* The oldest dead one is forgotten. */
static void push(struct room_token_image *image, const struct secret *digest)
{
    memmove(&image->digests[1], &image->digests[0],
            sizeof(image->digests) - sizeof(image->digests[0]));
    image->digests[0] = *digest;
    if (image->count < ROOM_TOKENS_KEPT)
        image->count++;
}

enum err room__token_give(struct room_turn *turn,
                          const struct room_session *session,
                          const struct room_ticket *ticket, bool *is_given)
{
    struct room_family *family = ticket->family;
    enum err rc;

    *is_given =
        session->leg == ROOM_LEG_GUEST && wanted(turn)->offer.text.at != NULL;
    if (!*is_given)
        return ERR_OK;
    rc = family == NULL ? found_family(turn, session, &family)
                        : set_holder(family, session->jid);
    if (rc != ERR_OK)
        return rc;
    push(&family->image, &wanted(turn)->offer.digest);
    family->image.used_ms = turn->now_ms;
    return store_family(turn, &family->image);
}

enum err room__token_give_again(struct room_turn *turn,
                                const struct room_session *session,
                                bool *is_given)
{
    const struct room_ticket anew = {.seat = session->seat};

    *is_given = false;
    for (struct room_family *at = turn->room->families; at != NULL;
         at = at->next) {
        if (span_equal(at->image.holder, session->jid))
            return ERR_OK;
    }
    return room__token_give(turn, session, &anew, is_given);
}
