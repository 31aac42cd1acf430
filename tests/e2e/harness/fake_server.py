"""The server's side of XEP-0114, under full control of a story.

It accepts the component, keeps every byte and stanza it sends, and writes
whatever a story wants to the component.
"""

import asyncio
import hashlib
import itertools
import time
import xml.etree.ElementTree as ET

from . import ns
from .inbox import PATIENCE, Inbox
from .process import free_port
from .stanza import Stanza, attr, local



class FakeServer:
    """Listens on a port; `link` is the newest connection."""

    def __init__(self, secret):
        self.secret = secret
        self.port = free_port()
        self.links = []
        self.greet = True  # answer the handshake of new connections
        self._news = asyncio.Event()
        self._listener = None

    async def open(self):
        self._listener = await asyncio.start_server(
            self._serve, '127.0.0.1', self.port, limit=1 << 20)

    async def close(self):
        for link in self.links:
            link.cut()
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()
            self._listener = None

    @property
    def address(self):
        return '127.0.0.1:%d' % self.port

    async def _serve(self, reader, writer):
        link = Link(self, reader, writer, len(self.links) + 1)
        self.links.append(link)
        self._news.set()
        await link.serve()

    async def link(self, number=1, patience=60.0, ready=True):
        """The connection with that number, authenticated if `ready`."""
        deadline = time.monotonic() + patience
        while len(self.links) < number:
            self._news.clear()
            left = deadline - time.monotonic()
            assert left > 0, 'the component connected %d times, not %d' % (
                len(self.links), number)
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except asyncio.TimeoutError:
                pass
        link = self.links[number - 1]
        if ready:
            await asyncio.wait_for(link.ready.wait(), 60.0)
        return link


class Link:
    """One accepted connection."""

    def __init__(self, server, reader, writer, number):
        self.server = server
        self.at = time.monotonic()
        self.number = number
        self.inbox = Inbox('the server on link %d' % number)
        self.ready = asyncio.Event()
        self.closed = asyncio.Event()
        self.header = None  # attributes of the component's stream header
        self.handshake = None
        self.stream_error = None  # condition the component ended it with
        self.finished = False  # the component closed its stream properly
        self.garbage = None  # why the component's bytes did not parse
        self.stream_id = 'fake-%d' % number
        self._reader = reader
        self._writer = writer
        self._parser = ET.XMLPullParser(('start', 'end'))
        self._depth = 0
        self._held = b''
        self._serial = itertools.count(1)

    async def serve(self):
        try:
            while True:
                data = await self._reader.read(65536)
                if not data:
                    break
                self._feed(data)
        except ConnectionError:
            pass
        finally:
            self.closed.set()
            self._writer.close()

    def _feed(self, data):
        whole, mark, rest = (self._held + data).rpartition(b'>')
        self._held = rest
        try:
            self._parser.feed(whole + mark)
            for event, element in self._parser.read_events():
                self._on_event(event, element)
        except ET.ParseError as problem:
            self.garbage = '%s in %r' % (problem, data[-2000:])

    def _on_event(self, event, element):
        if event == 'start':
            self._depth += 1
            if self._depth == 1:
                self._on_header(element)
            return
        self._depth -= 1
        if self._depth == 0:
            self.finished = True
        if self._depth == 1:
            self._on_stanza(element)

    def _on_header(self, element):
        self.header = dict(element.attrib)
        self.root = element.tag
        if self.server.greet:
            self.write(
                "<?xml version='1.0'?><stream:stream xmlns='%s' "
                "xmlns:stream='%s' id='%s' from='%s'>" % (
                    ns.COMPONENT, ns.STREAM, self.stream_id,
                    self.header.get('to', '')))

    def _on_stanza(self, element):
        if element.tag == '{%s}error' % ns.STREAM:
            self.stream_error = local(element[0])
            return
        if local(element) != 'handshake':
            self.inbox.add(Stanza(element))
            return
        self.handshake = element.text
        expected = hashlib.sha1(
            (self.stream_id + self.server.secret).encode()).hexdigest()
        if self.server.greet and self.handshake == expected:
            self.write('<handshake/>')
            self.ready.set()

    def write(self, data):
        if isinstance(data, str):
            data = data.encode('utf-8')
        self._writer.write(data)

    async def write_slowly(self, data, piece, pause=0.0):
        """Writes in pieces of that many bytes."""
        for at in range(0, len(data), piece):
            self._writer.write(data[at:at + piece])
            await self._writer.drain()
            await asyncio.sleep(pause)

    def cut(self):
        self._writer.close()

    def stop_reading(self):
        self._reader._transport.pause_reading()

    def go_on_reading(self):
        self._reader._transport.resume_reading()

    async def take(self, match, what, patience=PATIENCE, since=0):
        stanza = await self.inbox.take(match, what, patience, since)
        assert self.garbage is None, self.garbage
        return stanza

    async def none(self, match, what, seconds=1.0, since=0):
        await self.inbox.none(match, what, seconds, since)
        assert self.garbage is None, self.garbage

    async def is_answered(self, to, frm='probe@example.org/p',
                          patience=PATIENCE):
        """A good ping to the component must be answered on this link."""
        number = 'probe-%d' % next(self._serial)
        self.write("<iq type='get' id=%s from=%s to=%s><ping xmlns='%s'/></iq>"
                   % (attr(number), attr(frm), attr(to), ns.PING))
        answer = await self.take(lambda s: s.id == number,
                                 'the answer to a ping', patience)
        assert (answer.name, answer.type, answer.to) == (
            'iq', 'result', frm), str(answer)
        return answer

    async def is_closed(self, patience=60.0):
        """Waits until the component has closed this connection."""
        try:
            await asyncio.wait_for(self.closed.wait(), patience)
        except asyncio.TimeoutError:
            raise AssertionError('link %d stays open' % self.number) from None
