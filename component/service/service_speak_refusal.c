/* service_speak_refusal.c - a refusal of the engine, in XMPP's words. */
#include <stdio.h>

#include "base/bug.h"
#include "service/service_speak.h"

static const struct {
    enum stanza_error condition;
    enum service_text text;
} refusals[] = {
    [ROOM_REFUSE_WRONG_CODE] = {STANZA_NOT_AUTHORIZED, TEXT_WRONG_CODE},
    [ROOM_REFUSE_BROWSERS_ONLY] = {STANZA_FORBIDDEN, TEXT_BROWSERS_ONLY},
    [ROOM_REFUSE_APPS_ONLY] = {STANZA_FORBIDDEN, TEXT_APPS_ONLY},
    [ROOM_REFUSE_NOT_JOINED] = {STANZA_NOT_ACCEPTABLE, TEXT_NOT_JOINED},
    [ROOM_REFUSE_TOO_FAST] = {STANZA_RATE_VIOLATION, TEXT_TOO_FAST},
    [ROOM_REFUSE_TOO_LONG] = {STANZA_POLICY_VIOLATION, TEXT_TOO_LONG},
    [ROOM_REFUSE_ARCHIVE_FULL] = {STANZA_RESOURCE_CONSTRAINT,
                                  TEXT_ARCHIVE_FULL},
    [ROOM_REFUSE_NO_PLAINTEXT_OMEMO] = {STANZA_POLICY_VIOLATION,
                                        TEXT_NO_PLAINTEXT_OMEMO},
    [ROOM_REFUSE_NO_PLAINTEXT_LINK] = {STANZA_POLICY_VIOLATION,
                                       TEXT_NO_PLAINTEXT_LINK},
    [ROOM_REFUSE_FOREIGN_CORRECTION] = {STANZA_FORBIDDEN,
                                        TEXT_FOREIGN_CORRECTION},
    [ROOM_REFUSE_CORRECTS_RETRACTED] = {STANZA_ITEM_NOT_FOUND, TEXT_DELETED},
    [ROOM_REFUSE_FOREIGN_RETRACTION] = {STANZA_FORBIDDEN,
                                        TEXT_FOREIGN_RETRACTION},
    [ROOM_REFUSE_ENDED] = {STANZA_GONE, TEXT_GONE},
    [ROOM_REFUSE_NOT_MEMBER] = {STANZA_FORBIDDEN, TEXT_NOT_MEMBER},
    [ROOM_REFUSE_TOO_MANY_CREATES] = {STANZA_RESOURCE_CONSTRAINT,
                                      TEXT_TOO_MANY_CREATES},
    [ROOM_REFUSE_TRY_LATER] = {STANZA_RESOURCE_CONSTRAINT, TEXT_TRY_LATER},
};

/* How many tries are left is about the asker, and tells nothing of a code. */
static void say_attempts(const struct room_effect *effect, char *out,
                         size_t size)
{
    uint32_t left = effect->u.refuse.attempts_left;
    char wait[64];

    if (effect->u.refuse.wait_ms > 0) {
        service__say_span(effect->u.refuse.wait_ms, wait, sizeof(wait));
        snprintf(out, size, "%s Wait %s and try again.",
                 service__text(TEXT_WRONG_CODE), wait);
        return;
    }
    snprintf(out, size, "%s Enter the secret code you were given (%u %s left).",
             service__text(TEXT_WRONG_CODE), left, left == 1 ? "try" : "tries");
}

/* Words that were refused must not vanish without a trace. */
static enum err tell_as_well(struct service *service,
                             const struct room_effect *effect, const char *text,
                             const struct service_speaker *speaker)
{
    if (effect->request.kind != ROOM_REQUEST_MESSAGE || effect->room == NULL ||
        effect->u.refuse.why == ROOM_REFUSE_NOT_JOINED ||
        !service__hides_refusals(effect->request.from))
        return ERR_OK;
    return service__speak_refused(service, effect->room, effect->request.from,
                                  text, speaker);
}

enum err service__speak_refusal(struct service *service,
                                const struct room_effect *effect,
                                const struct service_speaker *speaker)
{
    enum room_refusal why = effect->u.refuse.why;
    char text[SERVICE_TOLD_BYTES];
    struct service_error error;
    struct stanza_out *out;
    enum err rc;

    BUG_IF((unsigned)why > ROOM_REFUSE_TRY_LATER);
    if (effect->request.kind == ROOM_REQUEST_NONE)
        return ERR_OK;
    out = speaker->out_for(speaker->self, effect->request.from);
    if (out == NULL)
        return ERR_OK;
    error = (struct service_error){.condition = refusals[why].condition,
                                   .text = service__text(refusals[why].text)};
    if (why == ROOM_REFUSE_WRONG_CODE) {
        say_attempts(effect, text, sizeof(text));
        error.text = text;
        error.name = "attempts";
        error.ns = NS_SEAT;
        error.attrs[0].name = "left";
        error.attrs[0].number = effect->u.refuse.attempts_left;
        error.attrs[1].name = "wait";
        error.attrs[1].number = (effect->u.refuse.wait_ms + 999) / 1000;
    }
    rc = service__put_error(out, &effect->request, &error);
    if (rc == ERR_OK)
        return tell_as_well(service, effect, error.text, speaker);
    return rc == ERR_SYNTAX || rc == ERR_LIMIT ? ERR_OK : rc;
}
