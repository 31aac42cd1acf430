/* The web client in memory, and the pages we make. */
#include "gateway/http_static.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/gateway_options.h"
#include "gateway/http_pages.h"
#include "support/check.h"
#include "support/manual.h"

enum { NAME_BYTES = 200 };

struct scene {
    char dir[40];
    struct crypto *crypto;
    struct static_files files;
};

static const char *const names[] = {
    "index.html",       "index.html.gz",  ".hidden",
    "only.gz",          "assets/app.js",  "assets/.git/x",
    "main-7QX2KD3A.js", "icon-small.png", "app-c7738523da.css",
};

static void path_of(const struct scene *s, const char *name, char *out)
{
    snprintf(out, NAME_BYTES, "%s/%s", s->dir, name);
}

static int begin(void **state)
{
    static struct scene scene;
    struct scene *s = &scene;
    char path[NAME_BYTES];

    snprintf(s->dir, sizeof(s->dir), "/tmp/duologue-static-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    path_of(s, "assets", path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_of(s, "assets/.git", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        FILE *file;

        path_of(s, names[i], path);
        file = fopen(path, "w");
        assert_non_null(file);
        fputs(names[i], file);
        assert_int_equal(fclose(file), 0);
    }
    s->crypto = crypto_new();
    assert_non_null(s->crypto);
    check_ok(static_load(&s->files, s->crypto, s->dir));
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    char path[NAME_BYTES];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path_of(s, names[i], path);
        unlink(path);
    }
    path_of(s, "assets/.git", path);
    rmdir(path);
    path_of(s, "assets", path);
    rmdir(path);
    rmdir(s->dir);
    static_clear(&s->files);
    crypto_free(s->crypto);
    return 0;
}

static void only_what_is_listed_is_found(void **state)
{
    static const char *const others[] = {
        "",
        "index.html",
        "/only.gz",
        "/only",
        "/.hidden",
        "/assets/.git/x",
        "/assets/../index.html",
        "//index.html",
        "/assets",
        "/index.html.gz",
        "/assets/",
    };
    struct scene *s = *state;
    const struct static_file *page = static_find(&s->files, SPAN("/"));

    assert_int_equal(s->files.count, 5);
    assert_non_null(page);
    assert_ptr_equal(page, static_find(&s->files, SPAN("/index.html")));
    check_span(buf_span(&page->plain), "index.html");
    check_span(buf_span(&page->gzip), "index.html.gz");
    assert_string_equal(page->type, "text/html; charset=utf-8");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_null(static_find(&s->files, span_of(others[i])));
    assert_false(page->is_eternal);
    assert_true(static_find(&s->files, SPAN("/main-7QX2KD3A.js"))->is_eternal);
    assert_true(
        static_find(&s->files, SPAN("/app-c7738523da.css"))->is_eternal);
    assert_false(static_find(&s->files, SPAN("/icon-small.png"))->is_eternal);
    assert_int_equal(static_find(&s->files, SPAN("/assets/app.js"))->gzip.len,
                     0);
}

static void headers_are_understood(void **state)
{
    struct scene *s = *state;
    const struct static_file *page = static_find(&s->files, SPAN("/"));
    char text[100];

    assert_true(static_takes_gzip(SPAN("br, GZIP;q=0.8")));
    assert_true(static_takes_gzip(SPAN("gzip")));
    assert_false(static_takes_gzip(SPAN("gzip;q=0, br")));
    assert_false(static_takes_gzip(SPAN("br, gzip; q=0.000")));
    assert_false(static_takes_gzip(SPAN("gzip;Q=0.00")));
    assert_true(static_takes_gzip(SPAN("gzip;q=0.001")));
    assert_false(static_takes_gzip(SPAN("")));
    assert_false(static_takes_gzip(SPAN("xgzip")));
    assert_int_equal(strlen(page->etag), STATIC_ETAG_CHARS);
    /* Two codings of one page: no strong tag may stand for both. */
    assert_memory_equal(page->etag, "W/\"", 3);
    snprintf(text, sizeof(text), "\"x\", %s", page->etag);
    assert_true(static_is_known(page, span_of(text)));
    assert_true(static_is_known(page, span_of(page->etag + 2)));
    assert_false(static_is_known(page, SPAN("\"x\"")));
    assert_false(static_is_known(page, SPAN_EMPTY));
}

static void a_missing_folder_is_an_error(void **state)
{
    struct scene *s = *state;
    struct static_files files = {NULL, 0};

    check_err(static_load(&files, s->crypto, "/nowhere/at/all"), ERR_SYSTEM);
    assert_null(files.at);
}

static void our_own_pages_name_our_address(void **state)
{
    char *names_of[] = {(char[]){"https://other.example"}};
    struct config config = CONFIG_EMPTY;
    struct buf out = BUF_EMPTY(HTTP_PAGE_MAX_BYTES);

    (void)state;
    config.public_url.text = (char[]){"https://a.example/chat"};
    config.public_url.origin = (char[]){"https://a.example"};
    config.public_url.path = (char[]){"/chat"};
    config.origins.list = (struct config_list){names_of, 1};
    check_ok(http_put_host_meta_json(&config, &out));
    check_span(buf_span(&out),
               "{\"links\":[{\"rel\":\"urn:xmpp:alt-connections:websocket\","
               "\"href\":\"wss://a.example/chat/xmpp-websocket\"}]}\n");
    buf_clear(&out);
    check_ok(http_put_host_meta(&config, &out));
    assert_true(span_ends_with(
        buf_span(&out),
        SPAN("href='wss://a.example/chat/xmpp-websocket'/></XRD>")));
    buf_clear(&out);
    check_ok(http_put_policy(&config, &out));
    assert_true(span_ends_with(
        buf_span(&out),
        SPAN("connect-src 'self' wss://a.example wss://other.example")));
    buf_clear(&out);
    check_span(http_strip_prefix(&config, SPAN("/chat")), "/");
    check_span(http_strip_prefix(&config, SPAN("/chat/x")), "/x");
    check_span(http_strip_prefix(&config, SPAN("/chatter")), "/chatter");
    check_span(http_strip_prefix(&config, SPAN("/x")), "/x");
}

/* As many as config/ takes. */
static void a_long_list_of_origins_leaves_a_policy(void **state)
{
    char name[] = "https://a-rather-long-name-of-a-host.example.org:12345";
    char *names_of[CONFIG_LIST_MAX];
    struct config config = CONFIG_EMPTY;
    struct buf out = BUF_EMPTY(HTTP_POLICY_MAX_BYTES);

    (void)state;
    for (size_t i = 0; i < CONFIG_LIST_MAX; i++)
        names_of[i] = name;
    config.public_url.origin = (char[]){"https://a.example"};
    config.origins.list = (struct config_list){names_of, CONFIG_LIST_MAX};
    check_ok(http_put_policy(&config, &out));
    assert_true(out.len < HTTP_POLICY_MAX_BYTES);
    assert_true(span_ends_with(buf_span(&out), SPAN(".example.org:12345")));
    buf_clear(&out);
}

static void options_are_read(void **state)
{
    struct gateway_options out = {GATEWAY_RUN, NULL, NULL};
    struct buf error = BUF_EMPTY(1000);
    char *good[] = {(char[]){"x"}, (char[]){"--static=dir"}, (char[]){"-c"},
                    (char[]){"file"}, (char[]){"--check"}};
    char *bad[] = {(char[]){"x"}, (char[]){"-c"}};
    char *odd[] = {(char[]){"x"}, (char[]){"--odd"}};

    (void)state;
    check_ok(gateway_options_parse(5, good, &out, &error));
    assert_int_equal(out.action, GATEWAY_CHECK);
    assert_string_equal(out.file, "file");
    assert_string_equal(out.static_dir, "dir");
    check_err(gateway_options_parse(1, bad, &out, &error), ERR_CONFIG);
    check_err(gateway_options_parse(2, bad, &out, &error), ERR_CONFIG);
    check_err(gateway_options_parse(2, odd, &out, &error), ERR_CONFIG);
    assert_true(error.len > 0);
    assert_string_equal(out.file, "file");
    buf_clear(&error);
}

static void the_manual_says_what_the_help_says(void **state)
{
    (void)state;
    manual_fits("duologue-gateway.8", gateway_options_usage());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_what_is_listed_is_found, begin,
                                        end),
        cmocka_unit_test_setup_teardown(headers_are_understood, begin, end),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_an_error, begin,
                                        end),
        cmocka_unit_test(our_own_pages_name_our_address),
        cmocka_unit_test(a_long_list_of_origins_leaves_a_policy),
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(the_manual_says_what_the_help_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
