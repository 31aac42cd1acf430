/* ctl_qr.c - a QR code in a terminal. */
#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "ctl/ctl_internal.h"

enum { QUIET_ZONE = 4 }; /* modules; ISO/IEC 18004 asks for four */

static bool is_dark(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return code->data[y * code->width + x] & 1;
}

/* Two modules a character: the upper half is the glyph's, the lower half the
 * ground's. */
static void draw_row(const QRcode *code, int y, FILE *out)
{
    fputs("\033[38;5;16;48;5;231m", out);
    for (int x = -QUIET_ZONE; x < code->width + QUIET_ZONE; x++) {
        bool is_upper = is_dark(code, x, y);
        bool is_lower = is_dark(code, x, y + 1);

        if (is_upper && is_lower)
            fputs("\u2588", out);
        else if (is_upper)
            fputs("\u2580", out);
        else if (is_lower)
            fputs("\u2584", out);
        else
            fputc(' ', out);
    }
    fputs("\033[0m\n", out);
}

enum err ctl__draw_qr(struct span text, FILE *out)
{
    QRcode *code = QRcode_encodeData(
        (int)text.len, (const unsigned char *)text.at, 0, QR_ECLEVEL_M);

    if (code == NULL)
        return errno == ENOMEM ? ERR_NOMEM : ERR_LIMIT;
    for (int y = -QUIET_ZONE; y < code->width + QUIET_ZONE; y += 2)
        draw_row(code, y, out);
    QRcode_free(code);
    return ERR_OK;
}
