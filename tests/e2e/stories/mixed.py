"""One in a browser, one in an XMPP app, with the real gateway between."""

import asyncio
import json
import time

from harness import ns
from harness.check import same
from harness.faked import ABHI, Faked
from harness.guest import Guest, token_of
from harness.speaker import Refused
from harness.story import DIRECT, story


class Gateway:
    def __init__(self, w):
        self.w = w
        self.process, self.port = w.component.launch_gateway()
        w.things.append(self)

    async def guest(self):
        guest = Guest(self.port, self.w.domain)
        self.w.things.append(guest)
        return await guest.enter()

    def end(self):
        same(self.process.terminate(), 0, 'how the gateway ended')
        self.w.component.must_be_silent_about(self.w.told, self.process.log)

    async def close(self):
        self.process.kill()


@story()
async def mixed_chat(w):
    """A guest and a native person talk; token and history bring her back."""
    abhi = await w.person('abhi')
    gateway = Gateway(w)
    room = await w.new_room()
    anny = await gateway.guest()
    try:
        await anny.join(room.jid, 'x', 'ZZZZZ-ZZZZZ')
        raise AssertionError('a wrong code was taken')
    except Refused as refusal:
        same(refusal.stanza.error, ('auth', 'not-authorized'))
    joined = await anny.join(room.jid, 'x', room.code(2))
    same(joined.me.frm, room.at(2))
    token = token_of(joined)
    w.told.add(token)
    await abhi.join(room.jid, 'x', room.code(1))
    for person, other in ((abhi, anny), (anny, abhi)):
        said = await person.say(room.jid, 'hej 🕯 from %s' % person.name)
        heard = await other.heard(room.jid, said.id)
        same((heard.stanza_id, heard.body), (said.stanza_id, said.body))
    # The tab closes; Abhi writes; the token opens the chat again.
    await anny.close()
    await abhi.take(lambda s: s.name == 'presence' and s.frm == room.at(2)
                    and (s.type == 'unavailable'
                         or s.xml.find('{jabber:client}show') is not None),
                    'that she is away', 60.0)
    said = await abhi.say(room.jid, 'while the tab was closed')
    anny = await gateway.guest()
    joined = await anny.join(room.jid, 'x', token)
    same(joined.me.frm, room.at(2))
    same(joined.history[-1].stanza_id, said.stanza_id)
    assert token_of(joined) != token, 'the token is not renewed'
    w.told.add(token_of(joined))
    # A guest has no rights beyond the room.
    anny.raw("<message to='%s' id='spam'><body>buy this</body></message>"
             % abhi.bare)
    await abhi.none(lambda s: s.body == 'buy this', 'spam', 1.0)
    gateway.end()


@story()
async def mixed_restarts(w):
    """Component and gateway are killed in turn; the native person stays."""
    abhi = await w.person('abhi')
    gateway = Gateway(w)
    room = await w.new_room()
    anny = await gateway.guest()
    await abhi.join(room.jid, 'x', room.code(1))
    joined = await anny.join(room.jid, 'x', room.code(2))
    w.told.add(token_of(joined))
    before = await abhi.say(room.jid, 'before the crash')
    await w.restart(abhi)
    said = await abhi.say(room.jid, 'after the crash')
    gateway.process.must_live()
    gateway.process.kill()
    gateway = Gateway(w)
    anny = await gateway.guest()
    joined = await anny.join(room.jid, 'x', token_of(joined))
    same([s.stanza_id for s in joined.history],
         [before.stanza_id, said.stanza_id])
    w.told.add(token_of(joined))
    said = await anny.say(room.jid, 'both well')
    await abhi.heard(room.jid, said.id)
    gateway.end()


async def server_is_away(w):
    """The component has noticed that its server is gone."""
    deadline = time.monotonic() + 60.0
    while True:
        status, out, err = await w.component.run_ctl('stats', '--json')
        same(status, 0, err)
        if json.loads(out)['server_up'] == 0:
            return
        assert time.monotonic() < deadline, 'the link never went down'
        await asyncio.sleep(0.1)


@story(servers=DIRECT, limit=200)
async def mixed_words_while_the_server_is_away(w):
    """An app that never noticed hears afterwards what the browser said."""
    faked = Faked(w)
    link = await faked.start()
    gateway = Gateway(w)
    room = await w.new_room()
    await faked.join(link, ABHI, room, 1)
    anny = await gateway.guest()
    joined = await anny.join(room.jid, 'x', room.code(2))
    w.told.add(token_of(joined))
    early = await anny.say(room.jid, 'heard at once')
    await link.take(lambda s: s.to == ABHI and s.id == early.id, 'the first')
    await faked.fake.close()
    await server_is_away(w)
    missed = [await anny.say(room.jid, body) for body in ('one', 'two')]
    await faked.fake.open()
    link = await faked.fake.link(2)
    ping = await link.take(
        lambda s: s.name == 'iq' and s.to == ABHI
        and s.find(ns.PING, 'ping') is not None, 'a ping')
    late = await anny.say(room.jid, 'three')
    await link.take(lambda s: s.to == ABHI and s.id == late.id, 'the last')
    heard = [s for s in link.inbox.stanzas if s.name == 'message']
    same([(s.id, s.body, s.frm, s.stanza_id) for s in heard],
         [(s.id, s.body, room.at(2), s.stanza_id) for s in missed + [late]])
    same([s.find(ns.DELAY, 'delay') is not None for s in heard],
         [True, True, False])
    assert link.inbox.stanzas.index(ping) > link.inbox.stanzas.index(heard[1])
    gateway.end()


@story(servers=DIRECT, limit=200)
async def mixed_presence_while_the_server_is_away(w):
    """An app that never noticed hears that the browser came, or went."""
    faked = Faked(w)
    link = await faked.start()
    gateway = Gateway(w)
    room = await w.new_room()
    await faked.join(link, ABHI, room, 1)
    anny = await gateway.guest()

    async def away(meanwhile):
        """What Abhi hears of Anny's presence when the server is back."""
        await faked.fake.close()
        await server_is_away(w)
        await meanwhile()
        number = len(faked.fake.links) + 1
        await faked.fake.open()
        link = await faked.fake.link(number)
        await link.take(lambda s: s.name == 'iq' and s.to == ABHI
                        and s.find(ns.PING, 'ping') is not None, 'a ping')
        return [(s.frm, s.type) for s in link.inbox.stanzas
                if s.name == 'presence']

    async def come():
        joined = await anny.join(room.jid, 'x', room.code(2))
        w.told.add(token_of(joined))

    async def stay():
        await anny.say(room.jid, 'still here')

    async def go():
        mark = anny.mark()
        anny.leave(room.jid)
        await anny.take(lambda s: s.type == 'unavailable', 'the leave', 60.0,
                        mark)

    same(await away(come), [(room.at(2), '')])
    same(await away(stay), [])
    same(await away(go), [(room.at(2), 'unavailable')])
    gateway.end()
