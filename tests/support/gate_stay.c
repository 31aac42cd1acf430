#include "support/gate_stay.h"

#include <stdio.h>
#include <string.h>

#include "support/check.h"

enum { HEARD_BYTES = 4 * 1024 * 1024 };

int gate_stay_begin(void **state)
{
    static struct gate_stay stay;
    struct gate_stay *s = &stay;

    memset(s, 0, sizeof(*s));
    gate_case_init(&s->c);
    s->heard = BUF_EMPTY(HEARD_BYTES);
    gate_case_session(&s->c, &s->second);
    gate_case_bind(&s->c, &s->first);
    gate_case_say(&s->first, CASE_ENABLE);
    gate_case_heard(&s->first, &s->heard);
    check_heard(&s->heard, "resume='true' max='300'");
    memcpy(s->token, s->first.guest->token, GUEST_TOKEN_CHARS);
    check_heard(&s->heard, s->token);
    gate_case_deliver(&s->c, s->first.guest, "<presence " FROM_ROOM ">" SELF);
    gate_case_heard(&s->first, &s->heard);
    gate_case_up(&s->c, &s->heard);
    assert_int_equal(s->first.guest->room_count, 1);
    *state = s;
    return 0;
}

int gate_stay_end(void **state)
{
    struct gate_stay *s = *state;

    session_lost(&s->first);
    session_lost(&s->second);
    gate_case_clear(&s->c);
    buf_clear(&s->heard);
    return 0;
}

void gate_stay_say(struct gate_stay *s, struct guest *guest, int number)
{
    char text[200];

    snprintf(text, sizeof(text),
             "<message from='tea@duo.example/Abhi' to='%%s' id='m%d' "
             "xml:lang='sv'><body>hej</body></message>",
             number);
    gate_case_deliver(&s->c, guest, text);
}

void gate_stay_resume(struct gate_stay *s, struct session *session,
                      unsigned count)
{
    char text[200];

    gate_case_session(&s->c, session);
    gate_case_say(session, CASE_OPEN);
    gate_case_say(session, CASE_AUTH);
    gate_case_say(session, CASE_OPEN);
    gate_case_heard(session, &s->heard);
    snprintf(text, sizeof(text),
             "<resume xmlns='urn:xmpp:sm:3' previd='%s' h='%u'/>", s->token,
             count);
    gate_case_say(session, text);
    gate_case_heard(session, &s->heard);
}
