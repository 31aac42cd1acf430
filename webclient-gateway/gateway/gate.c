#include "gateway/gate.h"

#include <string.h>

#include "base/base32.h"
#include "gateway/guest.h"

enum { ARENA_BYTES = 64 * 1024, NAME_MAX_CHARS = 64 };

static enum err set_names(struct gate *gate, struct span domain)
{
    enum err rc = buf_append(&gate->domain, domain);

    if (rc == ERR_OK)
        rc = buf_append(&gate->guests_domain, SPAN("guests."));
    if (rc == ERR_OK)
        rc = buf_append(&gate->guests_domain, domain);
    return rc;
}

enum err gate_init(struct gate *gate, struct span domain, struct crypto *crypto)
{
    uint64_t seed[2];

    *gate = (struct gate){
        .domain = BUF_EMPTY(GATE_DOMAIN_MAX_BYTES),
        .guests_domain = BUF_EMPTY(GATE_DOMAIN_MAX_BYTES),
        .crypto = crypto,
        .arena = ARENA_EMPTY(ARENA_BYTES),
        .scratch = BUF_EMPTY(GATE_SCRATCH_BYTES),
        .up = BUF_EMPTY(GATE_UP_MAX_BYTES),
    };
    crypto_random(crypto, &gate->source_key, sizeof(gate->source_key));
    crypto_random(crypto, seed, sizeof(seed));
    map_init(&gate->by_jid, seed);
    map_init(&gate->by_token, seed);
    gate->frames = frame_reader_new();
    if (gate->frames == NULL)
        return ERR_NOMEM;
    /* All of it now: later no answer fails for want of memory. */
    if (buf_reserve(&gate->scratch, GATE_SCRATCH_BYTES) != ERR_OK)
        return ERR_NOMEM;
    return set_names(gate, domain);
}

void gate_end_guests(struct gate *gate)
{
    while (gate->first != NULL)
        guest__end(gate, gate->first);
    guest__bury(gate);
}

void gate_clear(struct gate *gate)
{
    gate_end_guests(gate);
    map_clear(&gate->by_jid);
    map_clear(&gate->by_token);
    frame_reader_free(gate->frames);
    arena_clear(&gate->arena);
    buf_clear(&gate->scratch);
    buf_clear(&gate->up);
    buf_clear(&gate->domain);
    buf_clear(&gate->guests_domain);
    secret_clear(&gate->source_key);
    gate->frames = NULL;
}

void gate__random_name(struct gate *gate, char *out, size_t len)
{
    uint8_t random[NAME_MAX_CHARS];

    crypto_random(gate->crypto, random, sizeof(random));
    base32_encode(random, out, len);
    explicit_bzero(random, sizeof(random));
}

enum err gate__send_up(struct gate *gate)
{
    if (!gate->is_linked ||
        buf_append(&gate->up, buf_span(&gate->scratch)) != ERR_OK)
        return ERR_AGAIN;
    gate->ports->on_up(gate->self);
    return ERR_OK;
}

void gate_up(struct gate *gate)
{
    struct guest *next;

    gate->is_linked = true;
    for (struct guest *guest = gate->first; guest != NULL; guest = next) {
        next = guest->next;
        guest__evict(gate, guest);
    }
}

void gate_down(struct gate *gate)
{
    gate->is_linked = false;
    buf_clear(&gate->up);
}

/* One that is in no room has nothing to come back for: its place is somebody
 * else's soon, or a stranger could fill them all. */
static bool is_expired(const struct gate *gate, const struct guest *guest)
{
    int64_t limit_ms =
        guest->room_count > 0 ? GATE_HIBERNATE_MS : GATE_HIBERNATE_ROOMLESS_MS;

    return guest->session == NULL && gate->now_ms - guest->left_ms >= limit_ms;
}

void gate_sweep(struct gate *gate)
{
    struct guest *next;

    for (struct guest *guest = gate->first; guest != NULL; guest = next) {
        next = guest->next;
        if (is_expired(gate, guest)) {
            gate->counts.expired++;
            guest__end(gate, guest);
        }
    }
    guest__bury(gate);
}

enum err gate_source(struct gate *gate, const struct address *address,
                     char out[GATE_SOURCE_CHARS])
{
    static const char digits[] = "0123456789abcdef";
    char key[ADDRESS_KEY_BYTES];
    struct span part = address_key(address, key);
    struct secret hash;
    enum err rc = crypto_hmac(gate->crypto, &gate->source_key, &part, 1, &hash);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < GATE_SOURCE_CHARS / 2; i++) {
        out[2 * i] = digits[hash.at[i] >> 4];
        out[2 * i + 1] = digits[hash.at[i] & 15];
    }
    secret_clear(&hash);
    return ERR_OK;
}
