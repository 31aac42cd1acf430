"""The end of a chat: by either, by silence, by the operator; and keeping."""

import asyncio
import json
import re
import time

from harness import adhoc, ns
from harness.check import holds, same
from harness.join_shape import must_be_join_error, refused_join
from harness.stanza import bare, seconds_of
from harness.story import story

DESTROY = ("<query xmlns='%s'><destroy><reason>enough</reason></destroy>"
           "</query>" % ns.MUC_OWNER)


def is_destroy(stanza):
    return stanza.name == 'presence' and stanza.destroyed


async def told_of_the_end(person, room, seat, patience=60.0):
    """The destroy presence of a person, in its exact shape."""
    stanza = await person.take(is_destroy, 'the end', patience)
    same((stanza.type, stanza.frm), ('unavailable', room.at(seat)))
    assert {110, 321} <= stanza.statuses, str(stanza)
    same((stanza.item.get('affiliation'), stanza.item.get('role')),
         ('none', 'none'))
    reason = stanza.user.find('{%s}destroy/{%s}reason' % (ns.MUC_USER,
                                                          ns.MUC_USER))
    assert reason is not None and reason.text, str(stanza)
    before = person.since(0)[:person.since(0).index(stanza)]
    notice = [s for s in before if s.name == 'message' and s.body
              and s.frm == room.jid]
    assert notice, 'no text notice before the end'
    return stanza


async def is_gone(w, person, room, code=None):
    """Every kind of stanza to an ended room is answered `gone`."""
    gone = ('cancel', 'gone')
    stanza, number = await refused_join(person, room.jid, 'x',
                                        code or room.code(1))
    must_be_join_error(stanza, number, room.jid + '/x', gone, '302')
    number = person.send(room.jid, 'hello?')
    same((await person.heard(room.jid, number)).error, gone)
    for kind, payload in (('get', "<query xmlns='%s'/>" % ns.DISCO_INFO),
                          ('set', "<query xmlns='%s'/>" % ns.MAM),
                          ('set', DESTROY)):
        same(await person.refused(kind, room.jid, payload), gone, payload)
    listed = await w.component.ctl('list')
    assert room.local not in listed, 'an ended room is listed'


@story()
async def end_by_destroy(w):
    """Either seat may destroy; both are told, then comes the iq result."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    await abhi.say(room.jid, 'soon over')
    same(await mal.refused('set', room.jid, DESTROY), ('auth', 'forbidden'))
    mark, seen = anny.mark(), abhi.mark()
    answer = await anny.iq('set', room.jid, DESTROY)
    same(answer.type, 'result')
    await told_of_the_end(abhi, room, 1)
    end = await told_of_the_end(anny, room, 2)
    got = anny.since(mark)
    assert got.index(end) < got.index(answer), 'the result came too early'
    await abhi.none(lambda s: bare(s.frm) == room.jid
                    and s.name == 'presence', 'more presence', 0.5, seen)
    await is_gone(w, abhi, room)
    await is_gone(w, mal, room)


@story()
async def end_by_command(w):
    """`end-chat` is offered to members of the room and ends it."""
    room, abhi, anny = await w.couple()
    mal = await w.login('mal')
    items = "<query xmlns='%s' node='%s'/>" % (ns.DISCO_ITEMS, ns.COMMANDS)
    same(len((await mal.get(room.jid, items)).xml[0]), 0)
    nodes = {i.get('node') for i in (await abhi.get(room.jid, items)).xml[0]}
    assert {'end-chat', 'keep-chat'} <= nodes, nodes
    same(await mal.refused('set', room.jid, adhoc.command_xml(
        'end-chat', 'execute')), ('auth', 'forbidden'))
    await adhoc.run(abhi, room.jid, 'end-chat')
    await told_of_the_end(abhi, room, 1)
    await told_of_the_end(anny, room, 2)
    await is_gone(w, anny, room)


@story()
async def end_by_words(w):
    """`!end` asks once more, the second one ends; nobody else sees it."""
    room, abhi, anny = await w.couple()
    mark = anny.mark()
    abhi.send(room.jid, '!end')
    asked = await abhi.take(lambda s: s.body and s.frm == room.jid
                            and '!end' in s.body, 'the question')
    same(asked.stanza_id, None)
    await anny.none(lambda s: s.body and '!end' in s.body
                    and s.frm == room.at(1), 'the command', 0.7, mark)
    results, _ = await abhi.archive(room.jid)
    same(results, [])
    await abhi.none(is_destroy, 'an early end', 0.3)
    abhi.send(room.jid, '!end')
    await told_of_the_end(anny, room, 2)
    await told_of_the_end(abhi, room, 1)
    await is_gone(w, abhi, room)


@story()
async def end_words_must_match_exactly(w):
    """Words around a command make it talk; `!status` answers its asker."""
    room, abhi, anny = await w.couple()
    for body in ('say !end', '!end now', '!ending', '"!keep"'):
        said = await abhi.say(room.jid, body)
        await anny.heard(room.jid, said.id)
    abhi.send(room.jid, '!status')
    answer = await abhi.take(lambda s: s.body and s.frm == room.jid
                             and s.id != '!status' and s.stanza_id is None
                             and not s.taken, 'the status')
    assert len(answer.body) > 10, answer.body
    await anny.none(lambda s: s.body == '!status', 'the command', 0.5)
    results, _ = await anny.archive(room.jid)
    same(len(results), 4)


@story()
async def end_by_ctl(w):
    """`duologuectl end` tells both, erases, and only then returns."""
    room, abhi, anny = await w.couple()
    await abhi.say(room.jid, 'soon over')
    listed = await w.component.ctl('list')
    holds(listed, room.local)
    await w.component.ctl('end', room.jid)
    await told_of_the_end(abhi, room, 1)
    await told_of_the_end(anny, room, 2)
    await is_gone(w, abhi, room)
    status, _, err = await w.component.run_ctl('end', room.local)
    same(status, 1, err)
    other = await w.new_room()
    await w.component.ctl('end', other.local)
    await is_gone(w, abhi, other)
    with open(w.component.log, encoding='utf-8') as file:
        same(len(re.findall(r'event=room_ended room=[0-9a-f]{8} cause=admin$',
                            file.read(), re.M)), 2, 'in the log')


@story()
async def end_is_remembered(w):
    """The tombstone outlives SIGTERM and kill -9; unknown stays unknown."""
    room, abhi, anny = await w.couple()
    await abhi.iq('set', room.jid, DESTROY)
    for violent in (False, True):
        await w.restart(abhi, violent)
        await is_gone(w, abhi, room)
        same(await abhi.refused(
            'get', '0123456789abcdef@' + w.domain,
            "<query xmlns='%s'/>" % ns.DISCO_INFO),
            ('cancel', 'item-not-found'))


def is_notice(room):
    return lambda s: s.name == 'message' and s.body and s.frm == room.jid


@story()
async def end_by_silence(w):
    """Silence warns both in its last tenth, live only, then ends the chat."""
    abhi = await w.person('abhi')
    anny = await w.login('anny')
    room = await w.new_room(idle='40s')
    await abhi.join(room.jid, 'a', room.code(1))
    await anny.join(room.jid, 'b', room.code(2))
    said = await abhi.say(room.jid, 'the last word')
    deadline = await abhi.deadline(room.jid)
    (stored,), _ = await abhi.archive(room.jid)
    assert abs(deadline - seconds_of(stored.stamp) - 40.0) < 1.0, deadline
    # Only "not before" can be asked of a clock: a machine may be slow, and
    # wall clocks are set while monotonic ones go on.
    for person, mark in ((abhi, abhi.mark()), (anny, anny.mark())):
        warning = await person.take(is_notice(room), 'the warning', 120.0,
                                    mark)
        same(warning.stanza_id, None)
        assert abs(warning.deadline - deadline) < 1.0, str(warning)
        assert warning.wall >= deadline - 5.0, 'warned too early'
    results, _ = await abhi.archive(room.jid)
    same([r.id for r in results], [said.stanza_id])
    for person, seat in ((abhi, 1), (anny, 2)):
        end = await told_of_the_end(person, room, seat)
        assert end.wall >= deadline - 1.0, 'ended too early'
    await is_gone(w, abhi, room)


@story()
async def end_by_silence_is_put_off(w):
    """Messages, `!keep` and `keep-chat` each start the silence anew."""
    room, abhi, anny = await w.couple()
    known = await abhi.deadline(room.jid)

    async def is_put_off():
        nonlocal known
        before, known = known, await abhi.deadline(room.jid)
        await asyncio.sleep(0.2)
        return known > before + 0.1

    assert not await is_put_off(), 'a question puts the end off'
    await anny.say(room.jid, 'a word')
    assert await is_put_off(), 'a message'
    mark = anny.mark()
    anny.send(room.jid, '!keep')
    kept = await anny.take(is_notice(room), 'the answer', since=mark)
    assert await is_put_off(), '!keep'
    assert abs(kept.deadline - known) < 1.0, str(kept)
    mark = abhi.mark()
    await adhoc.run(abhi, room.jid, 'keep-chat')
    kept = await abhi.take(is_notice(room), 'the notice', since=mark)
    assert await is_put_off(), 'keep-chat'
    assert abs(kept.deadline - known) < 1.0, str(kept)
    laptop = await w.login('anny', 'laptop')
    await laptop.join(room.jid, 'x')
    assert not await is_put_off(), 'coming back without a code'
    same([s for s in abhi.inbox.stanzas if s.body == '!keep'], [])


@story()
async def end_by_silence_ignores_chatter(w):
    """Typing, pings, presence and the archive do not count as life."""
    abhi = await w.person('abhi')
    room = await w.new_room(idle='15s')
    await abhi.join(room.jid, 'a', room.code(1))
    deadline = await abhi.deadline(room.jid)
    while time.time() < deadline + 60.0:
        if any(is_destroy(s) for s in abhi.inbox.stanzas):
            break
        abhi.raw("<message type='groupchat' to='%s'><composing xmlns='%s'/>"
                 "</message>" % (room.jid, ns.CHATSTATES))
        await abhi.iq('get', room.at(1), "<ping xmlns='%s'/>" % ns.PING)
        abhi.raw("<presence to='%s'><show>chat</show></presence>" % room.at(1))
        await abhi.iq('set', room.jid, "<query xmlns='%s'/>" % ns.MAM)
        await asyncio.sleep(0.5)
    end = await told_of_the_end(abhi, room, 1, 1.0)
    assert end.wall >= deadline - 1.0, 'ended too early'


@story()
async def end_by_silence_while_down(w):
    """A deadline that passed while we were down warns first, then ends."""
    abhi = await w.person('abhi')
    room = await w.new_room(idle='20s')
    await abhi.join(room.jid, 'a', room.code(1))
    deadline = await abhi.deadline(room.jid)
    await w.component.terminate()
    await asyncio.sleep(max(0.0, deadline - time.time()) + 1.0)
    mark, restarted = abhi.mark(), time.time()
    await w.start()
    warning = await abhi.take(is_notice(room), 'the warning', since=mark)
    assert warning.deadline >= restarted + 1.0, 'no time to be warned'
    end = await told_of_the_end(abhi, room, 1)
    assert end.wall >= warning.deadline - 1.0, 'ended too early'
    got = abhi.since(mark)
    assert got.index(warning) < got.index(end)


@story()
async def end_of_many_idle_rooms(w):
    """Forty rooms made and fallen silent leave nothing behind in the list."""
    await w.person('abhi')
    rooms = [await w.new_room(idle='2s') for _ in range(40)]
    same(len({r.jid for r in rooms}), 40)
    deadline = time.monotonic() + 60.0
    while True:
        listed = await w.component.ctl('list')
        left = [r for r in rooms if r.local in listed]
        if not left:
            break
        assert time.monotonic() < deadline, '%d rooms still live' % len(left)
        await asyncio.sleep(0.5)
    facts = json.loads(await w.component.ctl('stats', '--json'))
    assert isinstance(facts, dict) and facts, facts

