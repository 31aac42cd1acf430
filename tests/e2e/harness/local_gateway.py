"""The gateway's side of the component's local socket, and guests behind it.

No WebSocket and no second process: what a guest sends gets its address and
goes to the component as it is.
"""

import asyncio
import hashlib
import os
import xml.etree.ElementTree as ET

from . import ns
from .inbox import Inbox
from .speaker import Speaker
from .stanza import Stanza, attr, local


class LocalGateway:
    """One XEP-0114 stream as guests.DOMAIN."""

    def __init__(self, world):
        self.domain = 'guests.' + world.domain
        self.path = world.component.socket
        self.guests = {}
        self.ready = asyncio.Event()
        self._parser = ET.XMLPullParser(('start', 'end'))
        self._depth = 0
        self._writer = self._task = None
        world.things.append(self)

    async def open(self):
        reader, self._writer = await asyncio.open_unix_connection(self.path)
        self._task = asyncio.create_task(self._read(reader))
        self.write("<stream:stream xmlns='%s' xmlns:stream='%s' to=%s>" % (
            ns.COMPONENT, ns.STREAM, attr(self.domain)))
        await asyncio.wait_for(self.ready.wait(), 60.0)
        return self

    async def close(self):
        if self._task is not None:
            self._task.cancel()
            self._writer.close()
        self._task = None

    def guest(self, source='9c11'):
        """A new browser tab; its address is of this session alone."""
        return LocalGuest(self, source)

    def write(self, data):
        self._writer.write(data.encode())

    async def _read(self, reader):
        held = b''
        while True:
            data = await reader.read(65536)
            if not data:
                return
            whole, mark, held = (held + data).rpartition(b'>')
            self._parser.feed(whole + mark)
            for event, element in self._parser.read_events():
                self._on_event(event, element)

    def _on_event(self, event, element):
        if event == 'start':
            self._depth += 1
            if self._depth == 1:
                digest = hashlib.sha1(element.get('id').encode()).hexdigest()
                self.write('<handshake>%s</handshake>' % digest)
            return
        self._depth -= 1
        if self._depth == 1 and local(element) == 'handshake':
            self.ready.set()
        elif self._depth == 1:
            stanza = Stanza(element)
            if stanza.to in self.guests:
                self.guests[stanza.to].inbox.add(stanza)


class LocalGuest(Speaker):
    def __init__(self, gateway, source):
        self.name = 'a guest'
        self.jid = '%s@%s/tab' % (os.urandom(8).hex(), gateway.domain)
        self.inbox = Inbox(self.name)
        self._gateway = gateway
        self._source = source
        gateway.guests[self.jid] = self

    def raw(self, data):
        """Stamps who sent it, and from where."""
        name = data[1:].split(None, 1)[0].split('/')[0].split('>')[0]
        data = '<%s from=%s%s' % (name, attr(self.jid), data[1 + len(name):])
        if name == 'presence':
            data = data.replace("<x xmlns='%s'" % ns.MUC,
                                "<source xmlns='urn:duologue:source:0' id=%s/>"
                                "<x xmlns='%s'" % (attr(self._source), ns.MUC))
        self._gateway.write(data)

    def close_tab(self):
        """What the gateway says when a session has ended."""
        self.raw("<presence type='unavailable' to=%s/>"
                 % attr(self._gateway.domain.partition('.')[2]))
