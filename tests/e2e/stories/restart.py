"""The component goes and comes back; people should hardly notice."""

import asyncio
import os
import random
import time

from harness import ns
from harness.check import same
from harness.servers import KINDS, Slot
from harness.story import story
from harness.world import World


@story()
async def restart_keeps_sessions(w):
    """After SIGTERM and after kill -9 both are inside and need no rejoin."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'zero')
    for round_, violent in ((1, False), (2, True), (3, True)):
        marks = abhi.mark(), anny.mark()
        await w.restart(abhi, violent)
        for person, other in ((abhi, anny), (anny, abhi)):
            said = await person.say(room.jid, 'round %d' % round_)
            await other.heard(room.jid, said.id)
        same((await abhi.iq('get', room.at(1), "<ping xmlns='%s'/>"
                            % ns.PING)).type, 'result')
        for person, mark in zip((abhi, anny), marks):
            assert not any(s.name == 'presence' and s.type == 'unavailable'
                           for s in person.since(mark)), 'somebody was put out'
    results, _ = await anny.archive(room.jid)
    same([r.body for r in results],
         ['zero'] + ['round %d' % n for n in (1, 1, 2, 2, 3, 3)])


@story()
async def restart_keeps_resend_and_seats(w):
    """Resends, bound seats and codes mean the same after a restart."""
    room, abhi, anny = await w.couple()
    fresh = await w.new_room('Uma', 'Vera')
    origin = "<origin-id xmlns='%s' id='o-1'/>" % ns.SID
    first = await abhi.say(room.jid, 'once', origin, 'm1')
    await w.restart(abhi)
    again = await abhi.say(room.jid, 'once', origin, 'm1')
    same(again.stanza_id, first.stanza_id)
    anny.leave(room.jid)
    joined = await anny.join(room.jid, 'b')
    same(joined.me.frm, room.at(2))
    same([s.body for s in joined.history], ['once'])
    same((await anny.join(fresh.jid, 'b', fresh.code(2))).me.frm, fresh.at(2))


@story()
async def restart_of_the_xmpp_server(w):
    """The server restarts: the link comes back and the chat goes on."""
    server = KINDS[w.server.kind](os.path.join(w.folder, 'own'), 1)
    loop = asyncio.get_running_loop()
    try:
        await loop.run_in_executor(None, server.start)
        own = World(server, Slot(0), w.build, os.path.join(w.folder, 'w'),
                    w.captures)
        w.things.append(Inner(own))
        room, abhi, anny = await own.couple()
        said = await abhi.say(room.jid, 'before')
        await loop.run_in_executor(None, server.stop)
        await asyncio.sleep(2.0)
        own.component.process.must_live()
        await loop.run_in_executor(None, server.start)
        abhi = await own.login('abhi', 'new')
        anny = await own.login('anny', 'new')
        began = time.monotonic()
        await own.linked(abhi, 60.0)
        assert time.monotonic() - began < 15.0, 'the link came back too late'
        joined = await abhi.join(room.jid, 'a')
        same([s.stanza_id for s in joined.history], [said.stanza_id])
        await anny.join(room.jid, 'b')
        said = await abhi.say(room.jid, 'after')
        await anny.heard(room.jid, said.id)
        await own.close(True)
    finally:
        server.kill()


class Inner:
    """Closes a story's second world."""

    def __init__(self, world):
        self.world = world

    async def close(self):
        await self.world.close(False)


async def pour(person, room, name, pause, stop):
    """Sends numbered messages until told to stop; collects reflections."""
    number = 0
    while not stop.is_set():
        body = '%s %d' % (name, number)
        person.send(room.jid, body, "<origin-id xmlns='%s' id='%s'/>" % (
            ns.SID, body.replace(' ', '-')), body.replace(' ', '-'))
        number += 1
        await asyncio.sleep(pause)
    return number


async def whole_archive(person, room):
    """Everything that is stored, in order."""
    stored, after = [], ''
    while True:
        results, fin = await person.archive(
            room.jid, rsm='<max>250</max>' + after)
        stored += results
        if fin.complete:
            return stored
        after = '<after>%s</after>' % fin.last


async def heard_all(person, stored):
    """Live, or as history of what was stored and not said any more."""
    for _ in range(600):
        heard = [s.stanza_id for s in person.inbox.stanzas
                 if s.name == 'message' and s.type == 'groupchat'
                 and s.stanza_id in stored]
        if len(set(heard)) == len(stored):
            break
        await asyncio.sleep(0.1)
    missing = [(number, result.stamp, result.body)
               for number, (id_, result) in enumerate(stored.items())
               if id_ not in heard]
    same(missing, [], 'what %s never heard' % person.name)
    print('%s heard %d again' % (person.name, len(heard) - len(stored)))


@story(limit=200)
async def restart_by_kill_is_not_noticed(w):
    """Apps that never come in again have heard every word in the end."""
    room, abhi, anny = await w.couple(limits_messages_per_second='0',
                                      limits_message_burst='0')
    stop = asyncio.Event()
    # No more than the server takes: what it has not read dies with the link.
    pouring = [asyncio.create_task(pour(p, room, n, 0.03, stop))
               for p, n in ((abhi, 'a'), (anny, 'b'))]
    for _ in range(4):
        await asyncio.sleep(0.8)
        w.component.kill9()
        await w.start()
        await w.linked(abhi)
    stop.set()
    await asyncio.gather(*pouring)
    for person in (abhi, anny):
        await person.say(room.jid, 'last of %s' % person.name)
    stored = {r.id: r for r in await whole_archive(abhi, room)}
    assert len(stored) > 30, len(stored)
    for person in (abhi, anny):
        await heard_all(person, stored)


@story(limit=200)
async def restart_by_kill_in_a_burst(w):
    """kill -9 at random under load: nothing acked is lost or doubled."""
    room, abhi, anny = await w.couple(limits_messages_per_second='0',
                                      limits_message_burst='0')
    dice = random.Random(w.slot.number * 7919 + len(w.server.kind))
    stop = asyncio.Event()
    pouring = [asyncio.create_task(pour(p, room, n, 0.004, stop))
               for p, n in ((abhi, 'a'), (anny, 'b'))]
    for _ in range(6):
        await asyncio.sleep(dice.uniform(0.4, 1.2))
        w.component.kill9()
        await asyncio.sleep(dice.uniform(0.0, 0.3))
        await w.start()
    await w.linked(abhi)
    await asyncio.sleep(0.5)
    stop.set()
    sent = sum([await task for task in pouring])
    # A last word of each marks that everything before it has come.
    for person in (abhi, anny):
        await person.say(room.jid, 'last of %s' % person.name)
    for person, other in ((abhi, anny), (anny, abhi)):
        await person.take(lambda s, o=other: s.body == 'last of %s' % o.name,
                          'the last word of the other', 60.0)
    acked = {}
    for person, name in ((abhi, 'a'), (anny, 'b')):
        for stanza in person.inbox.stanzas:
            if (stanza.name == 'message' and stanza.type == 'groupchat'
                    and (stanza.body or '').startswith(name + ' ')
                    and stanza.delay is None):
                assert stanza.id not in acked, 'reflected twice: %s' % stanza
                acked[stanza.id] = stanza.stanza_id
    stored = await whole_archive(abhi, room)
    ids = [r.message.id for r in stored]
    same(len(ids), len(set(ids)), 'a message is stored twice')
    by_id = {r.message.id: r.id for r in stored}
    lost = [number for number in acked if number not in by_id]
    assert not lost, '%d of %d acked messages lost: %s' % (
        len(lost), len(acked), lost[:5])
    same({n: by_id[n] for n in acked}, acked, 'an archive id changed')
    for name in ('a', 'b'):
        numbers = [int(r.body.split()[1]) for r in stored
                   if (r.body or '').startswith(name + ' ')]
        same(numbers, sorted(numbers), 'the order of one sender')
    stamps = [r.stamp for r in stored]
    same(stamps, sorted(stamps), 'time runs backwards')
    # Both heard what they heard live in the order of the archive.
    place = {r.id: n for n, r in enumerate(stored)}
    for person in (abhi, anny):
        heard = [place[s.stanza_id] for s in person.inbox.stanzas
                 if s.name == 'message' and s.stanza_id in place
                 and s.delay is None and s.find(ns.MAM, 'result') is None]
        same(heard, sorted(heard), 'live order of ' + person.name)
    print('%d sent, %d acked, %d stored, 6 kills' % (
        sent, len(acked), len(stored)))
    assert len(acked) > 200, 'too little load to prove anything: %d' % len(
        acked)
