/* web_echo.c - what libwebsockets does alone: a text frame comes, and goes
 * back.  On libuv and with the pings of the gateway, and nothing else. */
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/web.h"

struct echo {
    size_t len;
    unsigned char bytes[LWS_PRE + WEB_FRAME_MAX_BYTES];
};

static int on_event(struct lws *wsi, enum lws_callback_reasons reason,
                    void *user, void *in, size_t len)
{
    struct echo *echo = user;

    if (reason == LWS_CALLBACK_RECEIVE && len <= WEB_FRAME_MAX_BYTES) {
        memcpy(echo->bytes + LWS_PRE, in, len);
        echo->len = len;
        lws_callback_on_writable(wsi);
    } else if (reason == LWS_CALLBACK_SERVER_WRITEABLE && echo->len > 0) {
        if (lws_write(wsi, echo->bytes + LWS_PRE, echo->len, LWS_WRITE_TEXT) <
            0)
            return -1;
        echo->len = 0;
    }
    return 0;
}

void web_echo(uint16_t port)
{
    static const struct lws_protocols protocols[] = {
        {"xmpp", on_event, sizeof(struct echo), WEB_FRAME_MAX_BYTES, 0, NULL,
         0},
        {NULL, NULL, 0, 0, 0, NULL, 0},
    };
    static const lws_retry_bo_t patience = {
        .secs_since_valid_ping = 10,
        .secs_since_valid_hangup = 14,
    };
    struct lws_context_creation_info info = {
        .port = port,
        .iface = "127.0.0.1",
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_DISABLE_IPV6,
        .retry_and_idle_policy = &patience,
    };
    struct lws_context *context;

    lws_set_log_level(0, NULL);
    context = lws_create_context(&info);
    while (context != NULL && lws_service(context, 0) >= 0)
        continue;
    exit(1);
}
