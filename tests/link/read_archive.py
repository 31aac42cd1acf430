#!/usr/bin/python3
"""read_archive.py LINK CODE: enters a chat through the gateway as a guest
would, reads its archive, opens it with the key of the link, and prints what it
found as JSON.  Knows of the encryption what docs/link-encryption.md says."""

import asyncio
import json
import os
import sys
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../e2e')]

from harness.guest import Guest  # noqa: E402

import link_format as lf  # noqa: E402

MAM, FORWARD = 'urn:xmpp:mam:2', 'urn:xmpp:forward:0'
RSM = 'http://jabber.org/protocol/rsm'
SEAT = 'urn:duologue:seat:0'


async def archive_of(guest, room):
    """Archive ids and messages, oldest first."""
    found, after = [], ''
    while True:
        mark = guest.mark()
        fin = await guest.set(
            room, "<query xmlns='%s'><set xmlns='%s'><max>50</max>%s</set>"
            '</query>' % (MAM, RSM, after and '<after>%s</after>' % after))
        for stanza in guest.since(mark):
            result = stanza.xml.find('{%s}result' % MAM)
            if result is not None:
                found.append((result.get('id'), result.find(
                    '{%s}forwarded/{%s}message' % (FORWARD, lf.CLIENT))))
        done = fin.xml.find('{%s}fin' % MAM)
        last = done.findtext('{%s}set/{%s}last' % (RSM, RSM))
        if done.get('complete') == 'true' or last is None:
            return found
        after = last


async def main(link, code):
    port = urlsplit(link).port
    seat_id, key_text = link.split('#')[1].split('.')
    key = lf.key_of(key_text)
    guest = await Guest(port, 'chat.localhost').enter()
    answer = await guest.get('chat.localhost', "<seat xmlns='%s' id='%s'/>"
                             % (SEAT, seat_id))
    seat = answer.xml.find('{%s}seat' % SEAT)
    room, number = seat.get('room'), int(seat.get('number'))
    seats = {seat.get('name'): number, seat.get('peer'): 3 - number}
    await guest.join(room, seat.get('name'), code)
    verdicts = lf.Reader(key, room, seats).read(await archive_of(guest, room))
    await guest.close()
    for verdict in verdicts:
        verdict.pop('sealed', None)
    print(json.dumps({'compare': lf.compare(key, room), 'said': verdicts}))


if __name__ == '__main__':
    asyncio.run(main(*sys.argv[1:]))
