"""Browser tabs with a chat in them: cut, frozen, restarted, flooding."""

import asyncio

from harness.check import holds, same
from harness.gateway import Gateway, Raw
from harness.speaker import Refused
from harness.story import BOTH, DIRECT, story

CHATS = 16  # of one session


async def begin(w, **settings):
    await w.start(**settings)
    return await Gateway(w).launch().ready()


@story(servers=DIRECT)
async def gateway_resume(w):
    """A cut line costs nothing, doubles nothing, and shows as away."""
    gateway = await begin(w)
    room, abhi, anny = await gateway.couple()
    first = await abhi.say(room.jid, 'before the cut')
    await anny.heard(room.jid, first.id)
    old = anny.jid
    anny.cut()
    away = await abhi.take(
        lambda s: s.name == 'presence' and s.frm == room.at(2)
        and s.xml.find('{jabber:client}show') is not None, 'away', 60.0)
    same(away.xml.findtext('{jabber:client}show'), 'away')
    said = [await abhi.say(room.jid, 'while she is cut %d' % number)
            for number in range(5)]
    mark = anny.mark()
    answer = await anny.resume()
    same(answer.name, 'resumed')
    for message in said:
        await anny.heard(room.jid, message.id)
    mine = await anny.say(room.jid, 'back again')
    await abhi.heard(room.jid, mine.id)
    heard = [s.id for s in anny.since(mark) if s.body]
    same(heard, [s.id for s in said] + [mine.id])
    await abhi.take(lambda s: s.name == 'presence' and s.frm == room.at(2)
                    and s.type == ''
                    and s.xml.find('{jabber:client}show') is None, 'back')
    same(await gateway.metric('resumed_total'), 1)
    same(anny.jid, old)
    gateway.end()


@story(servers=DIRECT)
async def gateway_resume_elsewhere(w):
    """A token is for one connection at a time; a wrong one is none."""
    gateway = await begin(w)
    room, abhi, anny = await gateway.couple()
    thief = await gateway.tab()
    thief.token, thief.handled = 'x' * 32, 0
    await thief.close()
    same((await thief.resume()).name, 'failed')
    other = await gateway.tab()
    other.token = anny.token
    await other.close()
    other.inbox.stanzas.clear()
    other.count = anny.count
    same((await other.resume()).name, 'resumed')
    await asyncio.wait_for(anny.closed.wait(), 60.0)
    error = await anny.take(lambda s: s.name == 'error', 'the stream error')
    holds(str(error), 'conflict')
    said = await abhi.say(room.jid, 'to the new tab')
    await other.heard(room.jid, said.id)
    gateway.end()


@story(servers=BOTH)
async def gateway_restarted(w):
    """The gateway dies; guests are evicted and come back by token."""
    abhi = await w.person('abhi')
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    anny = await gateway.tab()
    joined = await anny.join(room.jid, 'x', room.code(2))
    await abhi.join(room.jid, 'x', room.code(1))
    said = await anny.say(room.jid, 'before')
    await abhi.heard(room.jid, said.id)
    token = joined.me.find('urn:duologue:token:0', 'token')
    token = token.text or token.get('value')
    w.told.add(token)
    gateway.kill()
    await gateway.launch().ready()
    await abhi.take(lambda s: s.name == 'presence' and s.frm == room.at(2)
                    and s.type == 'unavailable', 'her leave')
    anny = await gateway.tab()
    joined = await anny.join(room.jid, 'x', token)
    same(joined.me.frm, room.at(2))
    same([s.stanza_id for s in joined.history], [said.stanza_id])
    said = await abhi.say(room.jid, 'after')
    await anny.heard(room.jid, said.id)
    gateway.end()


@story(servers=DIRECT)
async def gateway_component_lost(w):
    """While the component is away there is an answer; then a new start."""
    gateway = await begin(w)
    room, abhi, anny = await gateway.couple()
    w.component.kill9()
    await gateway.is_alone()
    same((await gateway.http('GET /readyz', gateway.metrics)).status, 503)
    number = abhi.send(room.jid, 'into the void')
    answer = await abhi.take(lambda s: s.id == number, 'an answer')
    same(answer.error, ('wait', 'remote-server-timeout'))
    await w.component.start()
    left = await abhi.take(lambda s: s.name == 'presence' and s.type ==
                           'unavailable' and 333 in s.statuses, 'the end')
    same((left.frm, sorted(left.statuses)), (room.at(1), [110, 333]))
    await abhi.none(lambda s: s.name == 'presence' and s.type ==
                    'unavailable' and 333 in s.statuses, 'a second end', 0.5)
    await abhi.join(room.jid, 'x', room.code(1))
    await anny.join(room.jid, 'x', room.code(2))
    said = await abhi.say(room.jid, 'again')
    await anny.heard(room.jid, said.id)
    gateway.end()


@story(servers=DIRECT)
async def gateway_relay(w):
    """A guest reaches the component, and nobody else."""
    gateway = await begin(w)
    room, abhi, anny = await gateway.couple()
    for to in ('bob@example.org', 'example.org', anny.jid,
               'x@guests.' + w.domain, 'ctl.' + w.domain):
        mark = abhi.mark()
        abhi.raw("<message to='%s' id='spam'><body>buy</body></message>" % to)
        answer = await abhi.take(lambda s: s.id == 'spam', to, since=mark)
        same(answer.error, ('cancel', 'not-allowed'), to)
        same(await abhi.refused('get', to, "<ping xmlns='urn:xmpp:ping'/>"),
             ('cancel', 'service-unavailable'), to)
    abhi.raw("<message to='@' id='bad'><body>buy</body></message>")
    answer = await abhi.take(lambda s: s.id == 'bad', 'the answer')
    same(answer.error, ('modify', 'jid-malformed'))
    abhi.raw("<message type='groupchat' to='%s' from='%s' id='f'><body>a</body>"
             "<source xmlns='urn:duologue:source:0' id='me'/>"
             "<delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>"
             "<x xmlns='jabber:x:conference' jid='a@b'/></message>"
             % (room.jid, anny.jid))
    heard = await anny.heard(room.jid, 'f')
    same(heard.frm, room.at(1))
    for word in ('source', 'delay', 'conference'):
        assert word not in str(heard), str(heard)
    same(await anny.disco('guests.' + w.domain) is not None, True)
    assert await gateway.metric('refused_relay_total') >= 10
    gateway.end()


@story(servers=DIRECT)
async def gateway_flood(w):
    """What was accepted comes once and in order; the rest is refused."""
    gateway = await begin(w)
    room, abhi, anny = await gateway.couple()
    sent = [abhi.send(room.jid, 'f%d' % n) for n in range(600)]
    for number in (sent[0], sent[-1]):
        await abhi.take(lambda s, n=number: s.id == n, number, 60.0)
    answers = [s for s in abhi.inbox.stanzas if s.id in set(sent)]
    same([s.id for s in answers], sent)
    good = [s.id for s in answers if s.type == 'groupchat']
    assert 20 <= len(good) < 300, len(good)
    for answer in answers:
        if answer.type == 'error':
            same(answer.error[0], 'wait')
    await anny.heard(room.jid, good[-1])
    same([s.id for s in anny.inbox.stanzas if s.id in set(sent)], good)
    gateway.end()


@story(servers=DIRECT, limit=240)
async def gateway_slow_reader(w):
    """One that does not read is cut; the other is not held up."""
    gateway = await begin(w, limits_messages_per_second=0,
                          limits_message_burst=0)
    room, abhi, anny = await gateway.couple()
    anny.deafen()
    body = 'x' * 15000
    for number in range(700):
        await abhi.say(room.jid, '%d %s' % (number, body))
        if number % 10 == 0 and await gateway.metric('slow_readers_total'):
            break
    else:
        for _ in range(200):
            if await gateway.metric('slow_readers_total'):
                break
            await asyncio.sleep(0.1)
    same(await gateway.metric('slow_readers_total'), 1)
    for _ in range(900):
        if await gateway.metric('connections') == 1:
            break
        await asyncio.sleep(0.1)
    same(await gateway.metric('connections'), 1)
    gateway.end()


@story(servers=DIRECT, limit=200)
async def gateway_deadlines(w):
    """Ten seconds to say something, thirty to bind, thirty for a message."""
    gateway = await begin(w)
    slow = await Raw(gateway).opened()
    await slow.login()
    slow.send("<message xmlns='jabber:client'><body>and", fin=False)
    silent, half = Raw(gateway), Raw(gateway)
    same(await silent.open(), 101)
    same(await half.open(), 101)
    half.stream()
    await asyncio.gather(*(raw.rest(40.0) for raw in (silent, half, slow)))
    for raw in (silent, half, slow):
        holds(''.join(raw.texts), 'connection-timeout')
    same(await gateway.metric('connections'), 0)
    gateway.end()


@story(servers=DIRECT)
async def gateway_many_chats(w):
    """A browser is in as many chats as are left when it goes, in no more."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    rooms = await asyncio.gather(*(w.new_room() for _ in range(CHATS + 1)))
    other = await gateway.seated(rooms[0], 2)
    tab = await gateway.tab()
    for room in rooms[:CHATS]:
        await tab.join(room.jid, 'x', room.code(1))
    last = rooms[CHATS]
    try:
        await tab.join(last.jid, 'x', last.code(1))
        raise AssertionError('one more was let in')
    except Refused as refused:
        holds(str(refused), 'resource-constraint')
    # An end makes room, and is heard in every one.
    await w.component.ctl('end', rooms[1].jid)
    await tab.take(lambda s: s.type == 'unavailable'
                   and s.frm.startswith(rooms[1].jid), 'its end')
    await tab.join(last.jid, 'x', last.code(1))
    await tab.close()
    await other.take(lambda s: s.type == 'unavailable'
                     and s.frm == rooms[0].at(1), 'that it has left')
    gateway.end()
