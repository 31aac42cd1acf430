/* service_talk.h - a chat in which six messages were said, and questions to its
 * archive. */
#ifndef SUPPORT_SERVICE_TALK_H
#define SUPPORT_SERVICE_TALK_H

#include "support/service_scene.h"

enum { TALK_SAID = 6, TALK_ID_BYTES = 33 };

struct talk {
    struct service_scene scene;
    char ids[TALK_SAID][TALK_ID_BYTES]; /* of the messages m0 ... m5 */
};

/* m0 at 12:00 by Abhi, m1 at 12:01 by Anny, and so on.  A set-up of cmocka's,
 * whose tear-down is service_scene_close. */
int talk_open(void **state, const char *protection);

/* Says what stands `inside` the message; `id` is its archive id. */
void talk_say(struct talk *talk, const char *from, const char *inside,
              char id[TALK_ID_BYTES]);

/* A query with `inside` in it, as the iq `q`. */
void talk_ask(struct talk *talk, const char *from, const char *inside);

#define FORM(fields)                                                           \
    "<x xmlns='" NS_DATA                                                       \
    "' type='submit'><field var='FORM_TYPE'><value>" NS_MAM                    \
    "</value></field>" fields "</x>"
#define FIELD(var, value)                                                      \
    "<field var='" var "'><value>" value "</value></field>"
#define SET(inside) "<set xmlns='" NS_RSM "'>" inside "</set>"

#endif
