/* Addresses, names and codes: what is prepared stays as it is when it is
 * prepared again, and is fit for the wire. */
#include <string.h>

#include "base/base32.h"
#include "base/bug.h"
#include "wire/jid.h"
#include "wire/stanza.h"
#include "wire/utf8.h"

enum { ARENA_BYTES = 256 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_jid(struct arena *arena, struct span text)
{
    struct jid once;
    struct jid twice;
    enum err rc = jid_parse(arena, text, &once);

    BUG_IF(rc != ERR_OK && rc != ERR_SYNTAX);
    if (rc != ERR_OK)
        return;
    BUG_IF(!utf8_is_valid(once.full) || once.domain.len == 0 ||
           once.domain.len > JID_PART_MAX_BYTES ||
           once.local.len > JID_PART_MAX_BYTES ||
           once.resource.len > JID_PART_MAX_BYTES);
    BUG_IF(!span_starts_with(once.full, once.bare) ||
           !span_ends_with(once.bare, once.domain));
    /* Stringprep is not always at rest after one pass; but it never turns
     * into another shape. */
    rc = jid_parse(arena, once.full, &twice);
    BUG_IF(rc != ERR_OK && rc != ERR_SYNTAX);
    if (rc == ERR_OK)
        BUG_IF((once.local.len > 0) != (twice.local.len > 0) ||
               (once.resource.len > 0) != (twice.resource.len > 0));
}

static void check_name(struct arena *arena, struct span text)
{
    struct span folded;
    struct span resource;
    enum err rc = jid_fold_name(arena, text, &folded);

    BUG_IF(rc != ERR_OK && rc != ERR_SYNTAX);
    if (rc != ERR_OK)
        return;
    BUG_IF(folded.len == 0 || !utf8_is_valid(folded) ||
           memchr(folded.at, '\0', folded.len) != NULL);
    BUG_IF(jid_prepare_resource(arena, text, &resource) != ERR_OK);
}

static void check_code(struct span text)
{
    char once[CODE_CHARS];
    char twice[CODE_CHARS];
    char shown[CODE_CHARS + 2];

    if (!base32_normalise_code(text, once))
        return;
    BUG_IF(!base32_is_id((struct span){once, CODE_CHARS}, CODE_CHARS));
    base32_show_code(once, shown);
    BUG_IF(!base32_normalise_code(span_of(shown), twice) ||
           memcmp(once, twice, CODE_CHARS) != 0);
}

static void check_time(struct span text)
{
    char shown[STANZA_TIME_BYTES];
    int64_t at_ms;
    int64_t again_ms;

    if (!stanza_parse_time(text, &at_ms))
        return;
    stanza_format_time(at_ms, shown);
    BUG_IF(!stanza_parse_time(span_of(shown), &again_ms));
    /* Offsets can lead out of the years that have four digits. */
    BUG_IF(again_ms != at_ms && text.at[0] != '0' && text.at[0] != '9');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_EMPTY(ARENA_BYTES);
    struct span text = {(const char *)data, size};

    check_jid(&arena, text);
    check_name(&arena, text);
    check_code(text);
    check_time(text);
    arena_clear(&arena);
    return 0;
}
