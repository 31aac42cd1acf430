/* What a request says of itself, a header a line: whom it is from, from which
 * page, which file it wants and how.  Nobody becomes a proxy or one of our
 * pages, and no path leads out of the list of files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "gateway/address.h"
#include "gateway/http_pages.h"
#include "gateway/http_static.h"
#include "gateway/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span pull_line(struct span *left)
{
    size_t end = span_find(*left, '\n');
    struct span line = span_slice(*left, 0, end);

    *left = span_slice(*left, end + 1, left->len);
    return line;
}

static void check_address(const struct config_list *proxies,
                          struct span forwarded_for)
{
    struct address proxy = {{0}, false};
    struct address stranger = {{0}, false};
    struct address client;
    char key[ADDRESS_KEY_BYTES];
    struct span part;

    BUG_IF(!address_parse(SPAN("127.0.0.1"), &proxy));
    BUG_IF(!address_parse(SPAN("192.0.2.1"), &stranger));
    /* A stranger is himself, whatever he says. */
    BUG_IF(!address_of_client(proxies, &stranger, forwarded_for, &client));
    BUG_IF(memcmp(&client, &stranger, sizeof(client)) != 0);
    if (!address_of_client(proxies, &proxy, forwarded_for, &client))
        return;
    part = address_key(&client, key);
    BUG_IF(part.len != (client.is_v4 ? 5u : 9u));
    BUG_IF(part.at[0] != (client.is_v4 ? '4' : '6'));
    /* Only a list of nothing but proxies ends at one. */
    if (forwarded_for.len > 0 && address_is_trusted(proxies, &client))
        BUG_IF(span_find(forwarded_for, '1') == forwarded_for.len);
}

static void check_origin(const struct config *config, struct span origin)
{
    bool is_ours = span_is(origin, "https://chat.example.org") ||
                   span_is(origin, "https://other.example");

    BUG_IF(origin_is_allowed(config, origin) != is_ours);
}

static void check_path(const struct config *config,
                       const struct static_files *files, struct span path)
{
    struct span inner = http_strip_prefix(config, path);
    const struct static_file *file = static_find(files, inner);

    BUG_IF(!span_ends_with(path, inner) && !span_is(inner, "/"));
    if (file == NULL)
        return;
    BUG_IF(file < files->at || file >= files->at + files->count);
    BUG_IF(!span_is(inner, file->path) && !span_is(inner, "/"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char proxy[] = "127.0.0.1";
    char other[] = "https://other.example";
    char *proxies[] = {proxy};
    char *origins[] = {other};
    char ours[] = "https://chat.example.org";
    char prefix[] = "/chat";
    char index[] = "/index.html";
    char script[] = "/assets/main.js";
    struct static_file list[] = {
        {.path = index, .etag = "W/\"0123456789abcdef\""},
        {.path = script, .etag = "W/\"fedcba9876543210\""},
    };
    struct static_files files = {list, 2};
    struct span left = {(const char *)data, size};
    struct config config = CONFIG_EMPTY;
    struct config_list trusted = {proxies, 1};

    config.public_url.origin = ours;
    config.public_url.path = prefix;
    config.origins.list = (struct config_list){origins, 1};
    check_address(&trusted, pull_line(&left));
    check_origin(&config, pull_line(&left));
    check_path(&config, &files, pull_line(&left));
    if (static_takes_gzip(pull_line(&left)))
        BUG_IF(size < strlen("gzip"));
    if (static_is_known(&list[0], pull_line(&left)))
        BUG_IF(size < 1);
    return 0;
}
