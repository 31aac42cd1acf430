#include "room/room_correct.h"

#include "room/room_view.h"

static const struct room_message *said(const struct room_turn *turn)
{
    return &turn->event->u.message;
}

/* Some clients correct the correction: what it corrects is meant. */
static const struct room_entry *root_of(const struct room *room,
                                        const struct room_entry *entry)
{
    if ((entry->flags & ROOM_ENTRY_CORRECTION) == 0)
        return entry;
    return room_entry_of(room, entry->corrects_seq);
}

enum err room__correction(struct room_turn *turn, uint8_t seat, uint16_t *seq,
                          enum room_refusal *why, bool *is_refused)
{
    const uint8_t *id = said(turn)->corrects;
    const struct room_entry *own, *others = NULL;
    enum err rc;

    *seq = 0;
    *is_refused = false;
    if (!said(turn)->is_correction)
        return ERR_OK;
    rc = room__id_find(turn->room, seat, id, turn->engine->seed, &own);
    if (rc == ERR_OK && own == NULL)
        rc = room__id_find(turn->room, seat == 1 ? 2 : 1, id,
                           turn->engine->seed, &others);
    if (rc != ERR_OK)
        return rc;
    if (own != NULL)
        own = root_of(turn->room, own);
    *is_refused = others != NULL ||
                  (own != NULL && (own->flags & ROOM_ENTRY_RETRACTED) != 0);
    *why = others != NULL ? ROOM_REFUSE_FOREIGN_CORRECTION
                          : ROOM_REFUSE_CORRECTS_RETRACTED;
    /* A full room has fewer messages than that. */
    if (own != NULL && !*is_refused && own->seq <= UINT16_MAX)
        *seq = (uint16_t)own->seq;
    return ERR_OK;
}

static enum err erase_one(struct room_turn *turn, struct room_entry *entry)
{
    struct room_effect *effect;

    if ((entry->flags & ROOM_ENTRY_RETRACTED) != 0)
        return ERR_OK;
    effect = room__add(turn, ROOM_EFFECT_STORE_ERASE, false);
    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.seq = entry->seq;
    entry->flags |= ROOM_ENTRY_RETRACTED;
    return ERR_OK;
}

/* By the archive's id, as it should be in a room, or by the one that the app
 * itself gave, as Converse does: it shows the message as deleted either way. */
static enum err named(struct room_turn *turn, uint8_t seat,
                      const struct room_entry **out)
{
    const struct room_message *message = said(turn);

    *out = room_entry_of(turn->room, message->retracts_seq);
    if (*out != NULL || !message->has_retracts)
        return ERR_OK;
    return room__id_find(turn->room, seat, message->retracts,
                         turn->engine->seed, out);
}

enum err room__retraction(struct room_turn *turn, uint8_t seat, uint32_t *seq,
                          bool *is_refused)
{
    const struct room_entry *entry;
    enum err rc;

    *seq = 0;
    *is_refused = false;
    if (!said(turn)->is_retraction)
        return ERR_OK;
    if ((rc = named(turn, seat, &entry)) != ERR_OK)
        return rc;
    *is_refused = entry == NULL || entry->seat != seat;
    if (!*is_refused)
        *seq = root_of(turn->room, entry)->seq;
    return ERR_OK;
}

enum err room__retract(struct room_turn *turn, uint32_t seq)
{
    struct room *room = turn->room;
    enum err rc;

    if (seq == 0)
        return ERR_OK;
    rc = erase_one(turn, room__entry_get(room, seq));
    for (size_t i = 0; i < room->entry_count && rc == ERR_OK; i++) {
        struct room_entry *entry = &room->entries[i];

        if ((entry->flags & ROOM_ENTRY_CORRECTION) != 0 &&
            entry->corrects_seq == seq)
            rc = erase_one(turn, entry);
    }
    return rc;
}
