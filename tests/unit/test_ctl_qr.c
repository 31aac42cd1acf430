#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_internal.h"
#include "support/check.h"

enum { QUIET = 4, SIZE_MAX_MODULES = 200 };

#define INK "\033[38;5;16;48;5;231m"
#define PLAIN "\033[0m\n"

/* What a camera sees. */
struct picture {
    int columns;
    int rows; /* two for each line of text */
    bool is_dark[SIZE_MAX_MODULES][SIZE_MAX_MODULES];
};

static const struct {
    const char *glyph;
    bool is_upper;
    bool is_lower;
} glyphs[] = {
    {"\u2588", true, true},
    {"\u2580", true, false},
    {"\u2584", false, true},
    {" ", false, false},
};

static void see_glyph(const char **at, struct picture *picture, int x, int y)
{
    for (size_t i = 0; i < sizeof(glyphs) / sizeof(*glyphs); i++) {
        size_t len = strlen(glyphs[i].glyph);

        if (strncmp(*at, glyphs[i].glyph, len) != 0)
            continue;
        picture->is_dark[y][x] = glyphs[i].is_upper;
        picture->is_dark[y + 1][x] = glyphs[i].is_lower;
        *at += len;
        return;
    }
    fail_msg("no such glyph: %.3s", *at);
}

static void look(const char *at, struct picture *picture)
{
    for (; *at != '\0'; picture->rows += 2) {
        int x = 0;

        assert_memory_equal(at, INK, strlen(INK));
        at += strlen(INK);
        while (*at != '\033')
            see_glyph(&at, picture, x++, picture->rows);
        assert_memory_equal(at, PLAIN, strlen(PLAIN));
        at += strlen(PLAIN);
        assert_true(picture->rows == 0 || picture->columns == x);
        picture->columns = x;
    }
}

static struct picture *draw(struct span text)
{
    struct picture *picture = calloc(1, sizeof(*picture));
    char *drawing = NULL;
    size_t len;
    FILE *out = open_memstream(&drawing, &len);

    assert_non_null(picture);
    assert_non_null(out);
    check_ok(ctl__draw_qr(text, out));
    fclose(out);
    look(drawing, picture);
    free(drawing);
    return picture;
}

/* Module by module what libqrencode made of the text, and white around. */
static void check_text(struct span text)
{
    QRcode *code = QRcode_encodeData(
        (int)text.len, (const unsigned char *)text.at, 0, QR_ECLEVEL_M);
    struct picture *picture = draw(text);
    int dark = 0;

    assert_non_null(code);
    assert_int_equal(picture->columns, code->width + 2 * QUIET);
    assert_in_range(picture->rows, code->width + 2 * QUIET,
                    code->width + 2 * QUIET + 1);
    for (int y = 0; y < picture->rows; y++)
        for (int x = 0; x < picture->columns; x++) {
            int in_x = x - QUIET;
            int in_y = y - QUIET;
            bool is_dark = in_x >= 0 && in_y >= 0 && in_x < code->width &&
                           in_y < code->width &&
                           (code->data[in_y * code->width + in_x] & 1) != 0;

            assert_int_equal(picture->is_dark[y][x], is_dark);
            dark += is_dark;
        }
    /* Three finder patterns of 33 at the very least. */
    assert_true(dark > 99);
    QRcode_free(code);
    free(picture);
}

static void a_link(void **state)
{
    (void)state;
    check_text(SPAN("https://chat.example.org/#0123456789abcdef"));
}

static void a_link_with_a_key(void **state)
{
    (void)state;
    check_text(SPAN("https://chat.example.org/#0123456789abcdef."
                    "AbCdEfGhIjKlMnOpQrStUw"));
}

static void one_character(void **state)
{
    (void)state;
    check_text(SPAN("x"));
}

static void different_links_look_different(void **state)
{
    struct picture *a = draw(SPAN("https://c.example/#0123456789abcdef"));
    struct picture *b = draw(SPAN("https://c.example/#0123456789abcdeg"));

    (void)state;
    assert_memory_not_equal(a->is_dark, b->is_dark, sizeof(a->is_dark));
    free(a);
    free(b);
}

static void too_long(void **state)
{
    char text[4000];
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    assert_non_null(out);
    memset(text, 'x', sizeof(text));
    check_err(ctl__draw_qr((struct span){text, sizeof(text)}, out), ERR_LIMIT);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link),
        cmocka_unit_test(a_link_with_a_key),
        cmocka_unit_test(one_character),
        cmocka_unit_test(different_links_look_different),
        cmocka_unit_test(too_long),
    };

    return cmocka_run_group_tests_name("ctl_qr", tests, NULL, NULL);
}
