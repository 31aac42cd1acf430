#include "room/room_correct.h"
#include "room/room_state.h"
#include "room/room_view.h"

static const struct room_message *said(const struct room_turn *turn)
{
    return &turn->event->u.message;
}

static bool is_too_fast(struct room_turn *turn, uint8_t seat)
{
    const struct room_limits *limits = &turn->engine->limits;
    struct room_bucket *bucket = &turn->room->seats[seat - 1].rate;
    struct room_flow flow = {
        .max_milli = (int64_t)limits->message_burst * 1000,
        .milli = limits->messages_per_second,
        .per_ms = 1,
    };

    if (limits->messages_per_second == 0)
        return false;
    if (flow.max_milli < 1000)
        flow.max_milli = 1000;
    room__bucket_fill(bucket, &flow, turn->now_ms);
    return !room__bucket_take(bucket);
}

static bool is_too_long(const struct room_turn *turn)
{
    uint64_t most = turn->engine->limits.body_max_bytes;

    return (most != 0 && said(turn)->body_bytes > most) ||
           said(turn)->payload.len > ROOM_PAYLOAD_MAX_BYTES;
}

/* What was said can be taken back when nothing more can be said. */
static bool is_full(const struct room_turn *turn)
{
    const struct room *room = turn->room;
    const bool is_retraction = said(turn)->is_retraction;
    const size_t spare = is_retraction ? ROOM_SPARE_MESSAGES : 0;
    const size_t spare_bytes = is_retraction ? ROOM_SPARE_BYTES : 0;

    return room->entry_count >= ROOM_MESSAGES_MAX + spare ||
           room->bytes + said(turn)->payload.len > ROOM_BYTES_MAX + spare_bytes;
}

static bool is_nearly_full(const struct room *room)
{
    return room->entry_count * 100 >=
               (size_t)ROOM_MESSAGES_MAX * ROOM_FULL_PERCENT ||
           room->bytes * 100 >= (uint64_t)ROOM_BYTES_MAX * ROOM_FULL_PERCENT;
}

/* Content that could be read on the server.  Markers and chat states say
 * nothing, and a retraction only names what it takes back: the body that goes
 * with it for old apps is not stored, like any body in such a room. */
static bool is_plain(const struct room_message *message)
{
    const unsigned flags = ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY;

    if (message->is_readable)
        return true;
    if (message->has_link || message->is_retraction)
        return false;
    return message->has_body ||
           (message->is_archived && (message->flags & flags) != 0);
}

static bool is_refused(const struct room_turn *turn, enum room_refusal *why)
{
    const struct room_message *message = said(turn);
    enum room_protection protection = turn->room->protection;

    if (is_too_long(turn))
        *why = ROOM_REFUSE_TOO_LONG;
    else if (protection == ROOM_PROTECTION_OMEMO && message->has_body &&
             !message->has_omemo && !message->is_retraction)
        *why = ROOM_REFUSE_NO_PLAINTEXT_OMEMO;
    else if (protection == ROOM_PROTECTION_LINK && is_plain(message))
        *why = ROOM_REFUSE_NO_PLAINTEXT_LINK;
    else
        return false;
    return true;
}

static enum err resend(struct room_turn *turn,
                       const struct room_session *session, uint32_t seq)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_RESEND, true);

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.resend.seq = seq;
    return room__copy(turn->out, session->jid, &effect->u.resend.to);
}

static enum err say(struct room_turn *turn, uint8_t seat, uint32_t seq)
{
    struct room_effect *effect = room__add(turn, ROOM_EFFECT_SAY, true);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.say.seat = seat;
    effect->u.say.seq = seq;
    rc = room__everybody(turn, &effect->u.say.to, &effect->u.say.to_count);
    if (rc != ERR_OK)
        return rc;
    rc = room__copy(turn->out, said(turn)->id, &effect->u.say.id);
    if (rc != ERR_OK)
        return rc;
    rc = room__copy(turn->out, said(turn)->lang, &effect->u.say.lang);
    if (rc != ERR_OK)
        return rc;
    return room__copy(turn->out, said(turn)->payload, &effect->u.say.payload);
}

static struct room_entry next_entry(const struct room_turn *turn, uint8_t seat,
                                    uint16_t corrects_seq)
{
    const struct room *room = turn->room;
    struct room_entry entry = {
        .at_ms = turn->now_ms,
        .seq = room_last_seq(room) + 1,
        .seat = seat,
        .flags = said(turn)->flags & (ROOM_ENTRY_HISTORY | ROOM_ENTRY_ACTIVITY |
                                      ROOM_ENTRY_ORIGIN | ROOM_ENTRY_ID),
    };

    for (size_t i = 0; i < ROOM_ID_HASH_BYTES; i++)
        entry.id_hash[i] = said(turn)->id_hash[i];
    if (corrects_seq != 0) {
        entry.flags |= ROOM_ENTRY_CORRECTION;
        entry.corrects_seq = corrects_seq;
    }
    /* The archive is read by time: it must not go back. */
    if (room->entry_count > 0 &&
        room->entries[room->entry_count - 1].at_ms > entry.at_ms)
        entry.at_ms = room->entries[room->entry_count - 1].at_ms;
    return entry;
}

/* Without it nobody could tell later by whose key a message was encrypted.
 * Bare: keys belong to accounts, and one client takes it for the account. */
static enum err name_sender(struct room_turn *turn, struct room_effect *effect)
{
    if (turn->room->protection != ROOM_PROTECTION_OMEMO)
        return ERR_OK;
    return room__copy(turn->out, turn->event->actor.bare,
                      &effect->u.message.sender);
}

static enum err store(struct room_turn *turn, const struct room_entry *entry)
{
    struct room_effect *effect =
        room__add(turn, ROOM_EFFECT_STORE_MESSAGE, false);
    enum err rc;

    if (effect == NULL)
        return ERR_NOMEM;
    effect->u.message.entry = *entry;
    if ((rc = name_sender(turn, effect)) != ERR_OK)
        return rc;
    rc = room__copy(turn->out, said(turn)->id, &effect->u.message.id);
    if (rc != ERR_OK)
        return rc;
    rc = room__copy(turn->out, said(turn)->lang, &effect->u.message.lang);
    if (rc != ERR_OK)
        return rc;
    rc = room__copy(turn->out, said(turn)->payload, &effect->u.message.payload);
    if (rc != ERR_OK)
        return rc;
    turn->room->bytes += said(turn)->payload.len;
    return room__entry_add(turn->room, entry, turn->engine->seed);
}

static enum err refuse_full(struct room_turn *turn)
{
    enum err rc = room__refuse(turn, ROOM_REFUSE_ARCHIVE_FULL);

    if (rc != ERR_OK || turn->room->is_full_told)
        return rc;
    turn->room->is_full_told = true;
    return room__notice(turn, ROOM_NOTICE_FULL, NULL, false, NULL);
}

/* Everything the store must know of an archived message. */
static enum err keep_message(struct room_turn *turn,
                             const struct room_entry *entry, bool *is_warning)
{
    struct room *room = turn->room;
    enum err rc;

    if ((rc = store(turn, entry)) != ERR_OK)
        return rc;
    *is_warning = !room->is_nearly_full_told && is_nearly_full(room);
    room->is_nearly_full_told |= *is_warning;
    if ((entry->flags & ROOM_ENTRY_ACTIVITY) != 0)
        return room__activity(turn, entry->at_ms, *is_warning);
    return *is_warning ? room__store_state(turn) : ERR_OK;
}

/* Each is 0 for what corrects or takes back nothing that we know. */
static enum err accept(struct room_turn *turn, uint8_t seat,
                       uint16_t corrects_seq, uint32_t retracts_seq)
{
    struct room_entry entry = next_entry(turn, seat, corrects_seq);
    bool is_warning = false;
    enum err rc;

    if (said(turn)->is_archived) {
        if (is_full(turn))
            return refuse_full(turn);
        rc = keep_message(turn, &entry, &is_warning);
        if (rc != ERR_OK)
            return rc;
    } else {
        entry.seq = 0;
    }
    if ((rc = room__retract(turn, retracts_seq)) != ERR_OK)
        return rc;
    if ((rc = say(turn, seat, entry.seq)) != ERR_OK)
        return rc;
    if (!is_warning)
        return ERR_OK;
    return room__notice(turn, ROOM_NOTICE_NEARLY_FULL, NULL, false, NULL);
}

/* *seq is of the message that this one repeats, or 0. */
static enum err find_twin(struct room_turn *turn, uint8_t seat, uint32_t *seq)
{
    const struct room_entry *twin;
    enum err rc;

    *seq = 0;
    if (!said(turn)->is_archived ||
        (said(turn)->flags & ROOM_ENTRY_ORIGIN) == 0)
        return ERR_OK;
    rc = room__id_find(turn->room, seat, said(turn)->id_hash,
                       turn->engine->seed, &twin);
    if (rc == ERR_OK && twin != NULL && (twin->flags & ROOM_ENTRY_ORIGIN) != 0)
        *seq = twin->seq;
    return rc;
}

enum err room__message(struct room_turn *turn)
{
    struct room_session *session =
        room__session_find(turn->room, turn->event->actor.jid);
    enum room_refusal why;
    uint32_t seq, retracts_seq;
    uint16_t corrects_seq;
    bool is_against;
    enum err rc;

    if (session == NULL)
        return room__refuse(turn, ROOM_REFUSE_NOT_JOINED);
    room__session_heard(session, turn->now_ms);
    if (is_too_fast(turn, session->seat))
        return room__refuse(turn, ROOM_REFUSE_TOO_FAST);
    if (said(turn)->word != ROOM_WORD_NONE)
        return room__word(turn, session);
    if ((rc = find_twin(turn, session->seat, &seq)) != ERR_OK)
        return rc;
    if (seq != 0)
        return resend(turn, session, seq);
    if (is_refused(turn, &why))
        return room__refuse(turn, why);
    rc = room__retraction(turn, session->seat, &retracts_seq, &is_against);
    if (rc != ERR_OK)
        return rc;
    if (is_against)
        return room__refuse(turn, ROOM_REFUSE_FOREIGN_RETRACTION);
    rc =
        room__correction(turn, session->seat, &corrects_seq, &why, &is_against);
    if (rc != ERR_OK)
        return rc;
    if (is_against)
        return room__refuse(turn, why);
    return accept(turn, session->seat, corrects_seq, retracts_seq);
}
