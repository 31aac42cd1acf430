#!/usr/bin/python3
"""Writes schema/link-vectors/vectors.json: what a program for `link` chats
must come to.  Run it only when the format changes, and read the difference."""

import json
import os
import sys

from link_format import (additional, compare, key_name, key_text, nonce, pad,
                         seal, sending_key)

ROOM = 'rm7q2k9d4xw3c5v8@chat.example.org'
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                   '../../schema/link-vectors/vectors.json')


def envelope(content, seen=''):
    seen = seen and "<seen xmlns='urn:duologue:link:0' id='%s'/>" % seen
    return pad("<envelope xmlns='urn:xmpp:sce:1'><content>%s</content>%s"
               '<rpad></rpad></envelope>' % (content, seen))


def body(words):
    return "<body xmlns='jabber:client'>%s</body>" % words


# So many letters make an envelope of 256 bytes that needs no padding.
FILL = 256 - len("<envelope xmlns='urn:xmpp:sce:1'><content>" + body('') +
                 '</content><rpad></rpad></envelope>')

MESSAGES = [
    ('words', 1, 0, body('Hello Anny'), ''),
    ('words of many kinds', 2, 1,
     body('👩\u200d👩\u200d👧 שלום &lt;b&gt; &amp;amp; "\'\n\tend'), 'a-1'),
    ('an edit', 1, 2, body('Hello, Anny') + "<replace xmlns='urn:xmpp:"
     "message-correct:0' id='m-1'/>", 'a-2'),
    ('a reaction', 2, 3, "<reactions xmlns='urn:xmpp:reactions:0' id='a-1'>"
     '<reaction>👍</reaction><reaction>❤️</reaction></reactions>', 'a-1'),
    ('a reaction taken back', 2, 4,
     "<reactions xmlns='urn:xmpp:reactions:0' id='a-1'/>", 'a-1'),
    ('a reply', 1, 255, body('&gt; 👍 really?\nyes') +
     "<reply xmlns='urn:xmpp:reply:0' to='%s/Anny' id='a-2'/>"
     "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
     "<body start='0' end='12'/></fallback>" % ROOM, 'a-2'),
    ('a file that lies elsewhere', 1, 65536, body('https://x.example/a?b&amp;c')
     + "<x xmlns='jabber:x:oob'><url>https://x.example/a?b&amp;c</url></x>",
     ''),
    ('the last number', 2, 4294967295, body('the end'), ''),
    ('exactly one step', 1, 5, body('x' * FILL), ''),
    ('one more than a step', 1, 6, body('x' * (FILL + 1)), ''),
    ('words of 4 KiB', 1, 7, body('x' * 4096), ''),
    ('no words at all', 1, 8, '', ''),
    ('something unknown', 1, 9, "<dance xmlns='urn:example:dance'/>", ''),
]


def main():
    key = bytes(range(16))
    vectors = {'key': key_text(key), 'key_bytes': key.hex(), 'room': ROOM,
               'name': key_name(key, ROOM), 'compare': compare(key, ROOM),
               'messages': []}
    for i, (what, seat, n, content, seen) in enumerate(MESSAGES):
        salt = bytes((i * 16 + b) % 256 for b in range(16, 32))
        ident = 'm-%d' % i
        plain = envelope(content, seen)
        vectors['messages'].append({
            'what': what, 'seat': seat, 'id': ident, 'salt': salt.hex(),
            'n': n, 'sending_key': sending_key(key, ROOM, seat, salt).hex(),
            'nonce': nonce(n).hex(),
            'additional': additional(ROOM, seat, ident).hex(), 'plain': plain,
            'encrypted': seal(key, ROOM, seat, ident, salt, n, plain)})
    with open(OUT, 'w') as out:
        json.dump(vectors, out, indent=1, ensure_ascii=False)
        out.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
