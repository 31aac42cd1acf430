"""XEP-0198 where it hurts: lines that are cut in the middle of everything."""

import asyncio
import random

from harness.check import figure, holds, same
from harness.gateway import SM, Gateway, Raw, Tab
from harness.stanza import attr
from harness.story import DIRECT, story

MESSAGES = 200
CUTS = 12
PATIENCE = 120.0


class Wanderer(Tab):
    """A tab that keeps what it said until it is told that it was heard.

    Nothing it says has an origin-id: if the gateway took something twice, the
    room would show it twice.
    """

    def __init__(self, gateway):
        super().__init__(gateway)
        self.said = None  # since <enable/>
        self.is_away = asyncio.Event()
        self.resumes = 0
        self.again = 0
        self.old = []

    async def enter(self):
        await super().enter()
        self.raw('<presence/>')  # counts begin after this
        await self.enable()
        self.said = []
        return self

    def raw(self, data):
        if self.said is not None:
            self.said.append(data)
        if not self.is_away.is_set():
            super().raw(data)

    async def wander(self, is_noticed):
        """The line is gone, with all that is on it, and another one comes."""
        self.is_away.set()
        if is_noticed:
            self.cut()
        else:
            self._task.cancel()  # and the gateway sees an open socket
            self.old.append(self._writer)
        await asyncio.sleep(random.uniform(0, 0.2))
        answer = await self.resume()
        same(answer.name, 'resumed')
        same(answer.xml.get('previd'), self.token)
        heard = int(answer.xml.get('h'))
        assert heard <= len(self.said), (heard, len(self.said))
        self.is_away.clear()
        self.again += len(self.said) - heard
        for data in self.said[heard:]:
            super().raw(data)
        self.resumes += 1

    async def close(self):
        await super().close()
        for writer in self.old:
            writer.close()


async def speak(tab, room, name):
    for number in range(MESSAGES):
        tab.send(room.jid, '%s-%d' % (name, number))
        await asyncio.sleep(random.uniform(0, 0.02))


async def stumble(tab):
    for number in range(CUTS):
        await asyncio.sleep(random.uniform(0.05, 0.4))
        await tab.wander(is_noticed=number % 3 > 0)


def heard_by(tab):
    return [s.body for s in tab.inbox.stanzas
            if s.body and s.type == 'groupchat' and '/' in s.frm]


@story(servers=DIRECT, limit=240)
async def gateway_resume_often(w):
    """Cut all the time, both write on: each word once, in one order."""
    await w.start(limits_messages_per_second=0, limits_message_burst=0)
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    tabs = []
    for seat in (1, 2):
        tab = Wanderer(gateway)
        w.things.append(tab)
        await tab.enter()
        await tab.join(room.jid, 'x', room.code(seat))
        tabs.append(tab)
    tokens = [tab.token for tab in tabs]
    await asyncio.gather(*(speak(tab, room, name)
                           for tab, name in zip(tabs, 'ab')),
                         *(stumble(tab) for tab in tabs))
    for tab in tabs:
        for name in 'ab':
            last = '%s-%d' % (name, MESSAGES - 1)
            await tab.take(lambda s, l=last: s.body == l, last, PATIENCE)
    abhi, anny = (heard_by(tab) for tab in tabs)
    same(abhi, anny, 'what each heard')
    for name in 'ab':
        same([body for body in abhi if body[0] == name],
             ['%s-%d' % (name, n) for n in range(MESSAGES)], name)
    same(len(abhi), 2 * MESSAGES)
    same([tab.token for tab in tabs], tokens)
    same(await gateway.metric('resumed_total'), 2 * CUTS)
    same(await gateway.metric('guests'), 2)
    figure('%d cuts: %d messages twice on their way, each heard once' % (
        2 * CUTS, sum(tab.again for tab in tabs)))
    gateway.end()


async def resumes(gateway, token, handled):
    """A stranger with an id: the answer, and the stream it came on."""
    raw = await Raw(gateway).opened()
    await raw.login(bind=False)
    raw.send("<resume xmlns='%s' previd=%s h='%d'/>" % (
        SM, attr(token), handled))
    while not any('resumed' in t or 'failed' in t for t in raw.texts):
        frame = await raw.read(60.0)
        assert frame is not None, raw.texts
        raw.texts.append(frame[1].decode())
    return raw


@story(servers=DIRECT)
async def gateway_resume_ends(w):
    """An id is good as long as its session, and no longer."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    tab = await gateway.seated(room, 1)
    for _ in range(3):  # as often as one likes
        tab.cut()
        same((await tab.resume()).name, 'resumed')
    # Who has not logged in has no session to take.
    raw = await Raw(gateway).opened()
    raw.stream()
    await raw.expect('<open ')
    raw.send("<resume xmlns='%s' previd=%s h='0'/>" % (SM, attr(tab.token)))
    await raw.rest()
    assert 'resumed' not in ''.join(raw.texts), raw.texts
    holds(''.join(raw.texts), 'not-authorized')
    # Nor who is somebody already.
    raw = await Raw(gateway).opened()
    await raw.login()
    raw.send("<resume xmlns='%s' previd=%s h='0'/>" % (SM, attr(tab.token)))
    holds(await raw.expect('<failed'), 'unexpected-request')
    raw.close()
    same((await tab.disco(room.jid)).type, 'result', 'still at its tab')
    # Neither a part of it nor more than it.
    for token in ('', tab.token[:-1], tab.token + 'a', tab.token.upper()):
        raw = await resumes(gateway, token, 0)
        holds(raw.texts[-1], 'item-not-found')
        raw.close()
    tab._send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    await asyncio.wait_for(tab.closed.wait(), 60.0)
    raw = await resumes(gateway, tab.token, tab.count())
    holds(raw.texts[-1], 'item-not-found')
    raw.close()
    same(await gateway.metric('resumed_total'), 3)
    gateway.end()
