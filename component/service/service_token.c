/* service_token.c - tokens as they are spoken: 64 digits outside, a digest
 * within. */
#include "service/service_internal.h"

/* Another label than a code's: no code is a token. */
static enum err digest_of(struct service_call *call,
                          const uint8_t token[SERVICE_TOKEN_BYTES],
                          struct secret *out)
{
    const struct span parts[] = {
        SPAN("token"),
        room_local(call->room),
        {(const char *)token, SERVICE_TOKEN_BYTES},
    };

    return crypto_hmac(call->service->crypto, &room_get_keys(call->room)->code,
                       parts, 3, out);
}

enum err service__token_read(struct service_call *call, struct span password,
                             struct room_join *out)
{
    uint8_t token[SERVICE_TOKEN_BYTES] = {0};
    enum err rc = ERR_OK;

    out->has_token = service__unhex(span_trim(password), token, sizeof(token));
    if (out->has_token)
        rc = digest_of(call, token, &out->token);
    service__wipe(token, sizeof(token));
    return rc;
}

enum err service__token_offer(struct service_call *call,
                              char text[SERVICE_TOKEN_CHARS],
                              struct room_join *out)
{
    const uint8_t *token = call->in->random;

    service__hex(token, SERVICE_TOKEN_BYTES, text);
    out->offer.text = (struct span){text, SERVICE_TOKEN_CHARS};
    return digest_of(call, token, &out->offer.digest);
}
