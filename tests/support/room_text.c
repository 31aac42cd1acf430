#include "support/room_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "room/room_view.h"

enum { SHOWN_MAX_BYTES = 100 };

static const char *const refusals[] = {
    [ROOM_REFUSE_WRONG_CODE] = "wrong-code",
    [ROOM_REFUSE_BROWSERS_ONLY] = "browsers-only",
    [ROOM_REFUSE_APPS_ONLY] = "apps-only",
    [ROOM_REFUSE_NOT_JOINED] = "not-joined",
    [ROOM_REFUSE_TOO_FAST] = "too-fast",
    [ROOM_REFUSE_TOO_LONG] = "too-long",
    [ROOM_REFUSE_ARCHIVE_FULL] = "archive-full",
    [ROOM_REFUSE_NO_PLAINTEXT_OMEMO] = "no-plaintext-omemo",
    [ROOM_REFUSE_NO_PLAINTEXT_LINK] = "no-plaintext-link",
    [ROOM_REFUSE_FOREIGN_CORRECTION] = "foreign-correction",
    [ROOM_REFUSE_CORRECTS_RETRACTED] = "corrects-retracted",
    [ROOM_REFUSE_FOREIGN_RETRACTION] = "foreign-retraction",
    [ROOM_REFUSE_ENDED] = "ended",
    [ROOM_REFUSE_NOT_MEMBER] = "not-member",
    [ROOM_REFUSE_TOO_MANY_CREATES] = "too-many-creates",
    [ROOM_REFUSE_TRY_LATER] = "try-later",
};

static const char *const notices[] = {
    [ROOM_NOTICE_WELCOME] = "welcome",
    [ROOM_NOTICE_SILENCE] = "silence",
    [ROOM_NOTICE_KEPT] = "kept",
    [ROOM_NOTICE_STATUS] = "status",
    [ROOM_NOTICE_END_CONFIRM] = "end-confirm",
    [ROOM_NOTICE_NEARLY_FULL] = "nearly-full",
    [ROOM_NOTICE_FULL] = "full",
    [ROOM_NOTICE_ENDED] = "ended",
};

static const char *const removals[] = {
    [ROOM_REMOVAL_LEFT] = "left",
    [ROOM_REMOVAL_DESTROYED] = "destroyed",
    [ROOM_REMOVAL_EVICTED] = "evicted",
    [ROOM_REMOVAL_STRANGER] = "stranger",
};

static const char *const causes[] = {
    [ROOM_CAUSE_SEAT1] = "seat1",
    [ROOM_CAUSE_SEAT2] = "seat2",
    [ROOM_CAUSE_SILENCE] = "silence",
    [ROOM_CAUSE_ADMIN] = "admin",
};

static const char *const protections[] = {
    [ROOM_PROTECTION_SERVER] = "server",
    [ROOM_PROTECTION_LINK] = "link",
    [ROOM_PROTECTION_OMEMO] = "omemo",
};

static const char *const legs[] = {
    [ROOM_LEG_NATIVE] = "native",
    [ROOM_LEG_GUEST] = "guest",
    [ROOM_LEG_CONTROL] = "control",
};

static const char *const limits[] = {
    [ROOM_LIMIT_ATTEMPTS] = "attempts",
    [ROOM_LIMIT_DOMAIN] = "domain",
    [ROOM_LIMIT_CREATES] = "creates",
};

void room_text_add(struct buf *out, const char *format, ...)
{
    char line[4096];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(line) ||
        buf_append(out, (struct span){line, (size_t)len}) != ERR_OK)
        abort();
}

void room_text_time(struct buf *out, int64_t ms)
{
    int64_t left = ms - ROOM_TEXT_START_MS;

    room_text_add(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64,
                  left / 3600000, left / 60000 % 60, left / 1000 % 60,
                  left % 1000);
}

static void add_moment(struct buf *out, const char *name, int64_t ms)
{
    room_text_add(out, " %s=", name);
    room_text_time(out, ms);
}

static void add_text(struct buf *out, const char *name, struct span text)
{
    if (text.at == NULL)
        return;
    if (text.len > SHOWN_MAX_BYTES)
        room_text_add(out, " %s=(%zu bytes)", name, text.len);
    else
        room_text_add(out, " %s=\"%.*s\"", name, (int)text.len, text.at);
}

static void add_jid(struct buf *out, struct span jid)
{
    room_text_add(out, " %.*s", (int)jid.len, jid.at);
}

static void add_jids(struct buf *out, const struct span *to, size_t count)
{
    room_text_add(out, " to=");
    for (size_t i = 0; i < count; i++)
        room_text_add(out, "%s%.*s", i > 0 ? "," : "", (int)to[i].len,
                      to[i].at);
    if (count == 0)
        room_text_add(out, "nobody");
}

static void add_word(struct buf *out, bool is_so, const char *word)
{
    if (is_so)
        room_text_add(out, " %s", word);
}

static void store_room(struct buf *out, const struct room_effect *effect)
{
    const struct room_create *create = &effect->u.create.create;
    struct span local = room_local(effect->room);

    room_text_add(out, "store   room %.*s protection=%s", (int)local.len,
                  local.at, protections[create->protection]);
    room_text_add(out, " seats=%.*s,%.*s", (int)create->names[0].len,
                  create->names[0].at, (int)create->names[1].len,
                  create->names[1].at);
    add_moment(out, "deadline", effect->u.create.deadline_ms);
    add_moment(out, "wake", effect->u.create.wake_ms);
}

static void store_state(struct buf *out, const struct room_effect *effect)
{
    room_text_add(out, "store   state");
    add_moment(out, "deadline", effect->u.state.deadline_ms);
    add_moment(out, "wake", effect->u.state.wake_ms);
    add_word(out, effect->u.state.is_used[0], "used=1");
    add_word(out, effect->u.state.is_used[1], "used=2");
    if (effect->u.state.warned_run != 0)
        room_text_add(out, " warned-run=%" PRIu64, effect->u.state.warned_run);
    add_word(out, effect->u.state.is_nearly_full_told, "nearly-full");
    if (effect->u.state.attempts.level_milli < 10 * 1000)
        room_text_add(out, " attempts=%" PRId64,
                      effect->u.state.attempts.level_milli / 1000);
}

static void store_message(struct buf *out, const struct room_effect *effect)
{
    const struct room_entry *entry = &effect->u.message.entry;

    room_text_add(out, "store   message %" PRIu32 " seat=%d", entry->seq,
                  entry->seat);
    add_moment(out, "at", entry->at_ms);
    add_word(out, (entry->flags & ROOM_ENTRY_HISTORY) != 0, "history");
    add_word(out, (entry->flags & ROOM_ENTRY_ACTIVITY) != 0, "activity");
    if ((entry->flags & ROOM_ENTRY_ORIGIN) != 0)
        room_text_add(out, " origin=%.16s", (const char *)entry->id_hash);
    if ((entry->flags & ROOM_ENTRY_CORRECTION) != 0)
        room_text_add(out, " corrects=%u", entry->corrects_seq);
    add_text(out, "id", effect->u.message.id);
    add_text(out, "lang", effect->u.message.lang);
    add_text(out, "payload", effect->u.message.payload);
    add_text(out, "sender", effect->u.message.sender);
}

static void store_session(struct buf *out, const struct room_effect *effect)
{
    const struct room_session_image *session = &effect->u.session;

    room_text_add(out, "store   session");
    add_jid(out, session->jid);
    room_text_add(out, " seat=%d leg=%s", session->seat, legs[session->leg]);
    add_text(out, "presence", session->presence);
}

static void store_token(struct buf *out, const struct room_effect *effect)
{
    const struct room_token_image *token = &effect->u.token;

    room_text_add(out, "store   tokens %" PRIu32 " seat=%d", token->family,
                  token->seat);
    for (size_t i = 0; i < token->count; i++)
        room_text_add(out, "%s%.32s", i > 0 ? "," : " ",
                      (const char *)token->digests[i].at);
    if (token->seat == 0)
        return;
    add_moment(out, "issued", token->issued_ms);
    add_moment(out, "used", token->used_ms);
    room_text_add(out, " by=%.*s", (int)token->holder.len, token->holder.at);
}

static void store_limit(struct buf *out, const struct room_effect *effect)
{
    const struct room_limit_image *limit = &effect->u.limit;

    room_text_add(out, "store   limit %s %.16s failures=%" PRIu32,
                  limits[limit->kind], (const char *)limit->source,
                  limit->failures);
    if (limit->blocked_until_ms > limit->at_ms)
        add_moment(out, "until", limit->blocked_until_ms);
}

static void store_small(struct buf *out, const struct room_effect *effect)
{
    if (effect->kind == ROOM_EFFECT_STORE_ERASE) {
        room_text_add(out, "store   erase %" PRIu32, effect->u.seq);
    } else if (effect->kind == ROOM_EFFECT_STORE_MEMBER) {
        room_text_add(out, "store   member");
        add_jid(out, effect->u.member.bare);
        room_text_add(out, " seat=%d", effect->u.member.seat);
    } else if (effect->kind == ROOM_EFFECT_STORE_LEFT) {
        room_text_add(out, "store   left");
        add_jid(out, effect->u.session.jid);
    } else {
        room_text_add(out, "store   end cause=%s", causes[effect->u.end.cause]);
        add_moment(out, "at", effect->u.end.at_ms);
    }
}

static void refuse(struct buf *out, const struct room_effect *effect)
{
    room_text_add(out, "refuse ");
    add_jid(out, effect->request.from);
    room_text_add(out, " %s", refusals[effect->u.refuse.why]);
    if (effect->u.refuse.why == ROOM_REFUSE_WRONG_CODE)
        room_text_add(out, " left=%" PRIu32 " wait=%" PRId64 "s",
                      effect->u.refuse.attempts_left,
                      (effect->u.refuse.wait_ms + 999) / 1000);
}

static void presence(struct buf *out, const struct room_effect *effect)
{
    struct span name = room_seat_name(effect->room, effect->u.presence.seat);

    room_text_add(out, "send   ");
    add_jid(out, effect->u.presence.to);
    room_text_add(out, " presence of=%.*s", (int)name.len, name.at);
    add_word(out, !effect->u.presence.is_available, "unavailable");
    add_word(out, effect->u.presence.is_self, "self");
    add_word(out, effect->u.presence.is_joining, "joining");
    add_word(out, effect->u.presence.is_renamed, "renamed");
    add_word(out, effect->u.presence.is_evicted, "evicted");
    add_text(out, "id", effect->u.presence.id);
    add_text(out, "jid", effect->u.presence.jid);
    if (effect->u.presence.is_available)
        add_text(out, "shows", effect->u.presence.presence);
    add_text(out, "token", effect->u.presence.token);
}

static void replay(struct buf *out, const struct room_effect *effect)
{
    const struct room_history_request *history = &effect->u.replay.history;

    room_text_add(out, "send   ");
    add_jid(out, effect->u.replay.to);
    room_text_add(out, " history upto=%" PRIu32, effect->u.replay.upto_seq);
    if (history->max_stanzas >= 0)
        room_text_add(out, " stanzas=%" PRId64, history->max_stanzas);
    if (history->max_chars >= 0)
        room_text_add(out, " chars=%" PRId64, history->max_chars);
    if (history->since_ms >= 0)
        add_moment(out, "since", history->since_ms);
}

static void say(struct buf *out, const struct room_effect *effect)
{
    room_text_add(out, "say    ");
    add_jids(out, effect->u.say.to, effect->u.say.to_count);
    room_text_add(out, " seat=%d", effect->u.say.seat);
    if (effect->u.say.seq != 0)
        room_text_add(out, " seq=%" PRIu32, effect->u.say.seq);
    add_text(out, "id", effect->u.say.id);
    add_text(out, "lang", effect->u.say.lang);
    add_text(out, "payload", effect->u.say.payload);
}

static void notice(struct buf *out, const struct room_effect *effect)
{
    enum room_notice what = effect->u.notice.what;

    room_text_add(out, "notice  %s", notices[what]);
    add_jids(out, effect->u.notice.to, effect->u.notice.to_count);
    if (what == ROOM_NOTICE_SILENCE || what == ROOM_NOTICE_KEPT ||
        what == ROOM_NOTICE_STATUS)
        room_text_add(out, " left=%" PRId64 ".%03" PRId64 "s",
                      effect->u.notice.ms / 1000, effect->u.notice.ms % 1000);
    if (what == ROOM_NOTICE_ENDED)
        room_text_add(out, " cause=%s", causes[effect->u.notice.cause]);
}

static void removed(struct buf *out, const struct room_effect *effect)
{
    room_text_add(out, "send   ");
    add_jid(out, effect->u.removed.to);
    room_text_add(out, " removed %s", removals[effect->u.removed.how]);
    if (effect->u.removed.seat != 0)
        room_text_add(out, " seat=%d", effect->u.removed.seat);
    add_text(out, "nick", effect->u.removed.nick);
    if (effect->u.removed.how == ROOM_REMOVAL_DESTROYED)
        room_text_add(out, " cause=%s", causes[effect->u.removed.cause]);
}

static void to_one(struct buf *out, struct span to, const char *what)
{
    room_text_add(out, "send   ");
    add_jid(out, to);
    room_text_add(out, " %s", what);
}

static void resend(struct buf *out, const struct room_effect *effect)
{
    to_one(out, effect->u.resend.to, "again");
    room_text_add(out, " seq=%" PRIu32, effect->u.resend.seq);
}

static void spoken(struct buf *out, const struct room_effect *effect)
{
    if (effect->kind == ROOM_EFFECT_REFUSE)
        refuse(out, effect);
    else if (effect->kind == ROOM_EFFECT_RESULT)
        to_one(out, effect->request.from, "result");
    else if (effect->kind == ROOM_EFFECT_PRESENCE)
        presence(out, effect);
    else if (effect->kind == ROOM_EFFECT_REPLAY)
        replay(out, effect);
    else if (effect->kind == ROOM_EFFECT_SUBJECT)
        to_one(out, effect->u.to, "subject");
    else if (effect->kind == ROOM_EFFECT_SAY)
        say(out, effect);
    else if (effect->kind == ROOM_EFFECT_RESEND)
        resend(out, effect);
    else if (effect->kind == ROOM_EFFECT_NOTICE)
        notice(out, effect);
    else if (effect->kind == ROOM_EFFECT_REMOVED)
        removed(out, effect);
    else if (effect->kind == ROOM_EFFECT_ASK)
        to_one(out, effect->u.to, "ping");
    else if (effect->kind == ROOM_EFFECT_ERASED)
        to_one(out, effect->request.from, "result once erased");
    else
        room_text_add(out, "alarm   guessing");
}

static void stored(struct buf *out, const struct room_effect *effect)
{
    if (effect->kind == ROOM_EFFECT_STORE_ROOM)
        store_room(out, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_STATE)
        store_state(out, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_MESSAGE)
        store_message(out, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_SESSION)
        store_session(out, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_TOKEN)
        store_token(out, effect);
    else if (effect->kind == ROOM_EFFECT_STORE_LIMIT)
        store_limit(out, effect);
    else
        store_small(out, effect);
}

void room_text_effect(struct buf *out, const struct room_effect *effect)
{
    room_text_add(out, "  ");
    if (effect->kind <= ROOM_EFFECT_STORE_END)
        stored(out, effect);
    else
        spoken(out, effect);
    room_text_add(out, "\n");
}

void room_text_effects(struct buf *out, const struct room_effects *effects)
{
    const struct room_effect *effect;

    for (effect = effects->first; effect != NULL; effect = effect->next)
        room_text_effect(out, effect);
}
