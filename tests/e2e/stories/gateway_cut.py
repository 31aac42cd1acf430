"""The stream between gateway and component: cut, stalled, somebody else's."""

import asyncio
import json
import os
import signal

from harness.check import figure, same
from harness.gateway import Gateway
from harness.guest import token_of
from harness.story import DIRECT, story


class Cutter:
    """A Unix socket before the component's, whose lines can be cut."""

    def __init__(self, w):
        self.path = os.path.join(w.component.folder, 'cut')
        self._to = w.component.socket
        self._writers = []
        self._tasks = []
        self._server = None
        w.things.append(self)

    async def open(self):
        self._server = await asyncio.start_unix_server(self._on_line,
                                                       self.path)
        return self

    async def _on_line(self, reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(self._to)
        self._writers += [writer, far_writer]
        for pair in ((reader, far_writer), (far_reader, writer)):
            self._tasks.append(asyncio.create_task(self._pass(*pair)))

    @staticmethod
    async def _pass(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    def cut(self):
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self):
        for task in self._tasks:
            task.cancel()
        self.cut()
        if self._server is not None:
            self._server.close()


async def guests_known(w):
    facts = json.loads(await w.component.ctl('stats', '--json'))
    return facts['guests']


def is_eviction(stanza):
    return (stanza.name == 'presence' and stanza.type == 'unavailable'
            and sorted(stanza.statuses) == [110, 333])


@story(servers=DIRECT)
async def gateway_stream_cut(w):
    """Its guests are told at once, and are back with their tokens."""
    await w.start()
    cutter = await Cutter(w).open()
    gateway = Gateway(w)
    gateway.launch(component_socket=cutter.path)
    await gateway.ready()
    room = await w.new_room()
    tabs, tokens, said = [], [], []
    for seat in (1, 2):
        tab = await gateway.tab()
        await tab.enable()
        tokens.append(token_of(await tab.join(room.jid, 'x',
                                              room.code(seat))))
        tabs.append(tab)
    w.told.update(tokens)
    same(await guests_known(w), 2)
    for turn in range(3):
        said.append((await tabs[0].say(room.jid, 'turn %d' % turn)).stanza_id)
        cutter.cut()
        for tab in tabs:
            await tab.take(is_eviction, 'the eviction', 60.0)
        await gateway.ready()
        same(await guests_known(w), 0, 'guests of the former stream')
        for seat, tab in enumerate(tabs):
            joined = await tab.join(room.jid, 'x', tokens[seat])
            same(joined.me.frm, room.at(seat + 1))
            same([s.stanza_id for s in joined.history], said)
            tokens[seat] = token_of(joined)
            await tab.none(is_eviction, 'a second eviction', 0.3)
        w.told.update(tokens)
        same(await guests_known(w), 2)
    last = await tabs[1].say(room.jid, 'after all that')
    await tabs[0].heard(room.jid, last.id)
    gateway.end()


@story(servers=DIRECT)
async def gateway_component_stalls(w):
    """The component stands still: nothing is lost, doubled or out of order."""
    await w.start(limits_messages_per_second=0, limits_message_burst=0)
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    tabs = []
    for seat in (1, 2):
        tab = await gateway.tab()
        await tab.join(room.jid, 'x', room.code(seat))
        tabs.append(tab)
    w.component.process.signal(signal.SIGSTOP)
    try:
        sent = [tabs[0].send(room.jid, 'm%d' % n) for n in range(300)]
        await asyncio.sleep(3.0)
        # It is no fault of the gateway's, and its pages are served.
        same((await gateway.http('GET /')).status, 200)
        same((await gateway.http('GET /healthz', gateway.metrics)).status, 200)
    finally:
        w.component.process.signal(signal.SIGCONT)
    for tab in tabs:
        await tab.take(lambda s: s.id == sent[-1], 'the last', 60.0)
        same([s.id for s in tab.inbox.stanzas if s.id in set(sent)], sent)
    gateway.end()


@story(servers=DIRECT)
async def gateway_resume_counts(w):
    """A count that is too high ends the stream; the guest still waits."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    tab = await gateway.seated(room, 1)
    other = await gateway.tab()
    await other.join(room.jid, 'x', room.code(2))
    tab.cut()
    said = await other.say(room.jid, 'while she was away')
    count = tab.count
    tab.count = lambda: count() + 1000
    error = await tab.resume()
    same(error.name, 'error')
    assert 'handled-count-too-high' in str(error), error
    assert "send-count" in str(error), error
    heard = tab.handled
    tab.count = lambda: sum(
        s.name in ('message', 'presence', 'iq')
        for s in tab.inbox.stanzas[heard:])
    same((await tab.resume()).name, 'resumed')
    await tab.heard(room.jid, said.id)
    gateway.end()


@story(servers=DIRECT)
async def gateway_beside_another(w):
    """Two gateways of one component do not drive each other out many times a
    second."""
    await w.start()
    gateways = []
    for number in range(2):
        gateway = Gateway(w)
        gateway.log += str(number)
        gateways.append(await gateway.launch().ready())
    await asyncio.sleep(6.0)
    ups = [gateway.process.tail(1000).count('event=component_up')
           for gateway in gateways]
    figure('two gateways for six seconds: taken in %s times' % ups)
    assert 2 <= sum(ups) <= 20, ups
    for gateway in gateways:
        gateway.end()
