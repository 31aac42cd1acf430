/* room_model.h - what must be true of a room, said once more and simply, for
 * tests that live random lives.  It knows people, codes and messages; it does
 * not know how the engine works. */
#ifndef SUPPORT_ROOM_MODEL_H
#define SUPPORT_ROOM_MODEL_H

#include "room/room.h"
#include "room/room_effect.h"
#include "room/room_event.h"

enum {
    MODEL_PEOPLE = 9,
    MODEL_ORIGINS = 6,
    MODEL_MESSAGES_MAX = 1024,
    MODEL_TOKENS_MAX = 1000,
    MODEL_TOKEN_CHARS = 32,
};

struct model_person {
    const char *jid; /* full */
    const char *bare;
    const char *domain; /* NULL: no domain to count by */
    enum room_leg leg;
};

extern const struct model_person model_people[MODEL_PEOPLE];

/* A token that a guest was given. */
struct model_token {
    uint8_t seat;
    uint32_t family;
    size_t holder; /* who was given it, in model_people */
    size_t died;   /* the how-manyth; of a dead one */
    enum {
        MODEL_TOKEN_NEW,     /* not presented yet */
        MODEL_TOKEN_CURRENT, /* presented; the one it led to was not */
        MODEL_TOKEN_DEAD,    /* its family lives on */
        MODEL_TOKEN_GONE,    /* its family does not, or it is long dead */
    } state;
};

struct model {
    enum room_protection protection;
    struct room_limits limits;
    int64_t idle_ms;
    bool is_linked;
    bool is_ended;
    int64_t active_ms;                  /* of the last activity */
    int64_t warned_ms;                  /* of the warning that counts, or -1 */
    uint8_t session_seat[MODEL_PEOPLE]; /* 0: not joined */
    uint8_t member_seat[MODEL_PEOPLE];  /* of its bare JID; natives only */
    int64_t end_until_ms[ROOM_SEATS];   /* a second !end counts; memory only */
    int end_origin[ROOM_SEATS];         /* of the first one; -1: none */
    int64_t doubt_until_ms[MODEL_PEOPLE]; /* a second doubt evicts; likewise */
    uint32_t origin_seq[ROOM_SEATS][MODEL_ORIGINS];
    uint32_t last_seq;
    uint8_t seat_of_seq[MODEL_MESSAGES_MAX + 1];
    struct model_token tokens[MODEL_TOKENS_MAX];
    size_t token_count;
    size_t token_deaths;
};

/* The answer that an event must have. */
enum model_answer {
    MODEL_NOTHING,
    MODEL_REFUSE, /* with `why` */
    MODEL_JOINED, /* in `seat` */
    MODEL_PRESENCE,
    MODEL_STRANGER,
    MODEL_LEFT,
    MODEL_RESULT,
    MODEL_ERASED,
    MODEL_NOTICE,
    MODEL_RESEND, /* of `seq` */
    MODEL_SAY,    /* as `seq`, from `seat` */
};

struct model_verdict {
    enum model_answer answer;
    enum room_refusal why;
    uint8_t seat;
    uint32_t seq;
    bool may_be_limited; /* WRONG_CODE with a wait is fine as well */
    bool may_be_fast;    /* TOO_FAST is fine as well */
};

/* Who of model_people has that full JID; MODEL_PEOPLE when nobody. */
size_t model_person_of(struct span jid);

/* How the n-th token that is given out reads. */
void model_token_text(size_t n, char out[MODEL_TOKEN_CHARS]);

/* The token that this event presents, or NULL when nobody was given it. */
const struct model_token *model_token_shown(const struct model *model,
                                            const struct room_event *event);

/* Checks and takes over what an event did to the tokens (room_model_token.c).
 * NULL, or what is wrong. */
const char *model_check_tokens(struct model *model,
                               const struct room_event *event, size_t who,
                               const struct room_effects *effects);

/* What must happen; `who` acts, `origin` is the index of the message's. */
struct model_verdict model_expect(const struct model *model,
                                  const struct room_event *event, size_t who,
                                  size_t origin);

/* Checks the effects against the verdict and the rules that always hold, and
 * takes over what changed.  NULL, or what is wrong. */
const char *model_check(struct model *model, const struct room_event *event,
                        size_t who, size_t origin,
                        const struct room_effects *effects);

/* What a restart forgets. */
void model_forget_memory(struct model *model);

/* The sessions of `room` (NULL: gone) are the model's. */
const char *model_compare(const struct model *model, const struct room *room);

/* Silence may end it now. */
bool model_may_fall_silent(const struct model *model, int64_t now_ms);

/* After everything due was done at `now_ms`: the room was warned or ended if
 * it had to.  One that sleeps may not yet have noticed that the link is back,
 * but `wake_ms` must be near; 0: it is awake. */
const char *model_check_silence(const struct model *model, int64_t now_ms,
                                int64_t wake_ms);

#endif
