/* ctl_new.c - duologuectl new. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "ctl/ctl_internal.h"

/* A link with its key: made here, so that no server ever sees it. */
static enum err add_key(struct ctl *ctl, struct ctl_answer *answer,
                        struct ctl_chat *chat)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t key[16 + 2] = {0}; /* two more, for the last six bits */
    char text[CTL_LINK_KEY_CHARS];
    enum err rc = ERR_OK;

    crypto_random(ctl->crypto, key, 16);
    for (size_t i = 0; i < sizeof(text); i++) {
        size_t bit = i * 6;
        unsigned pair = (unsigned)key[bit / 8] << 8 | key[bit / 8 + 1];

        text[i] = alphabet[pair >> (10 - bit % 8) & 63];
    }
    for (int i = 0; rc == ERR_OK && i < 2; i++) {
        struct span link = chat->seats[i].link;
        char *at = arena_alloc(&answer->arena, link.len + 1 + sizeof(text));

        if (at == NULL) {
            rc = ERR_NOMEM;
            break;
        }
        memcpy(at, link.at, link.len);
        at[link.len] = '.';
        memcpy(at + link.len + 1, text, sizeof(text));
        chat->seats[i].link = (struct span){at, link.len + 1 + sizeof(text)};
    }
    explicit_bzero(key, sizeof(key));
    explicit_bzero(text, sizeof(text));
    return rc;
}

static json_t *json_of(struct span text)
{
    return text.at != NULL ? json_stringn(text.at, text.len) : json_null();
}

static enum ctl_exit print_json(const struct ctl_chat *chat, FILE *out)
{
    json_t *seats = json_array();
    json_t *json = json_object();
    int rc = json_object_set_new(json, "room", json_of(chat->room));

    rc |=
        json_object_set_new(json, "protection", json_string(chat->protection));
    rc |= json_object_set_new(json, "idle_seconds",
                              json_integer(chat->idle_seconds));
    for (int i = 0; i < 2; i++) {
        const struct ctl_seat *seat = &chat->seats[i];
        json_t *one = json_object();

        rc |= json_object_set_new(one, "name", json_of(seat->name));
        rc |= json_object_set_new(one, "code", json_of(seat->code));
        rc |= json_object_set_new(one, "link", json_of(seat->link));
        rc |= json_object_set_new(one, "xmpp", json_of(seat->xmpp));
        rc |= json_array_append_new(seats, one);
    }
    rc |= json_object_set_new(json, "seats", seats);
    if (rc == 0)
        rc = json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
    return rc == 0 ? CTL_GOOD : CTL_FAILED;
}

static enum ctl_exit print_text(const struct ctl *ctl,
                                const struct ctl_chat *chat)
{
    enum err rc = ERR_OK;

    fprintf(ctl->out, "Chat  %.*s  (%s)\n", (int)chat->room.len, chat->room.at,
            chat->protection);
    for (int i = 0; rc == ERR_OK && i < 2; i++) {
        const struct ctl_seat *seat = &chat->seats[i];

        fprintf(ctl->out, "\n%.*s\n  link  %.*s\n  code  %.*s\n",
                (int)seat->name.len, seat->name.at, (int)seat->link.len,
                seat->link.at, (int)seat->code.len, seat->code.at);
        if (seat->xmpp.at != NULL)
            fprintf(ctl->out, "  app   %.*s\n", (int)seat->xmpp.len,
                    seat->xmpp.at);
        if (ctl->options->format == CTL_QR)
            rc = ctl__draw_qr(seat->link, ctl->out);
    }
    if (rc != ERR_OK)
        fprintf(ctl->complaints, "duologuectl: no QR code: %s\n", err_text(rc));
    else
        fputs("\nSend the link by message, say the code by phone.\n", ctl->out);
    return rc == ERR_OK ? CTL_GOOD : CTL_FAILED;
}

static void read_seat(const struct ctl_answer *answer, int number,
                      struct ctl_seat *seat)
{
    static const char *const vars[2][4] = {
        {"seat1-name", "seat1-code", "seat1-link", "seat1-xmpp"},
        {"seat2-name", "seat2-code", "seat2-link", "seat2-xmpp"},
    };

    seat->name = ctl_answer_get(answer, vars[number][0]);
    seat->code = ctl_answer_get(answer, vars[number][1]);
    seat->link = ctl_answer_get(answer, vars[number][2]);
    seat->xmpp = ctl_answer_get(answer, vars[number][3]);
    if (seat->xmpp.len == 0)
        seat->xmpp = SPAN_EMPTY;
}

static enum ctl_exit show(struct ctl *ctl, struct ctl_answer *answer,
                          struct ctl_chat *chat)
{
    uint64_t idle_seconds;

    chat->room = ctl_answer_get(answer, "room");
    if (span_to_u64(ctl_answer_get(answer, "idle-seconds"), INT64_MAX / 1000,
                    &idle_seconds))
        chat->idle_seconds = (int64_t)idle_seconds;
    for (int i = 0; i < 2; i++)
        read_seat(answer, i, &chat->seats[i]);
    if (strcmp(chat->protection, "link") == 0 &&
        add_key(ctl, answer, chat) != ERR_OK) {
        fputs("duologuectl: out of memory\n", ctl->complaints);
        return CTL_FAILED;
    }
    if (ctl->options->format == CTL_JSON)
        return print_json(chat, ctl->out);
    return print_text(ctl, chat);
}

/* How long the chat may stay silent; complains about what is no duration. */
static enum err read_idle(struct ctl *ctl, int64_t *out_ms)
{
    const char *idle = ctl->options->idle;

    *out_ms = ctl->config.idle_timeout_ms;
    if (idle == NULL)
        return ERR_OK;
    if (config_decode_duration(span_of(idle), out_ms) == ERR_OK &&
        *out_ms >= 1000 && *out_ms <= ctl->config.idle_max_ms)
        return ERR_OK;
    fprintf(ctl->complaints,
            "duologuectl: --idle \"%s\" is not a duration from 1s to "
            "idle_max (%" PRId64 "s); write a whole number and s, m, h or d\n",
            idle, ctl->config.idle_max_ms / 1000);
    return ERR_CONFIG;
}

static bool is_protection(const char *name)
{
    return strcmp(name, "server") == 0 || strcmp(name, "link") == 0 ||
           strcmp(name, "omemo") == 0;
}

enum ctl_exit ctl__new(struct ctl *ctl)
{
    const struct ctl_options *options = ctl->options;
    struct ctl_chat chat = {.protection = "server"};
    struct ctl_answer answer;
    struct ctl_value values[4];
    char idle[32];
    int64_t idle_ms;
    enum ctl_exit status;

    if (options->protection != NULL)
        chat.protection = options->protection;
    if (!is_protection(chat.protection)) {
        fputs("duologuectl: --protection is server, link or omemo\n",
              ctl->complaints);
        return CTL_USAGE;
    }
    if (read_idle(ctl, &idle_ms) != ERR_OK)
        return CTL_USAGE;
    chat.idle_seconds = idle_ms / 1000;
    snprintf(idle, sizeof(idle), "%llds", (long long)chat.idle_seconds);
    values[0] = (struct ctl_value){"your-name", span_of(options->names[0])};
    values[1] = (struct ctl_value){"peer-name", span_of(options->names[1])};
    values[2] = (struct ctl_value){"idle", span_of(idle)};
    values[3] = (struct ctl_value){"protection", span_of(chat.protection)};
    status = ctl__ask_once(ctl, &(struct ctl_request){"create-chat", values, 4},
                           &answer);
    if (status == CTL_GOOD)
        status = show(ctl, &answer, &chat);
    ctl_answer_clear(&answer);
    return status;
}
