"""A browser guest without a browser: RFC 7395 over an own small WebSocket."""

import asyncio
import base64
import os
import struct
import xml.etree.ElementTree as ET

from .inbox import Inbox
from .speaker import Speaker
from .stanza import Stanza, attr, local

FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing'
SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Guest(Speaker):
    def __init__(self, port, domain):
        self.name = 'the guest'
        self.jid = ''
        self.inbox = Inbox(self.name)
        self.closed = asyncio.Event()
        self.line = {'host': '127.0.0.1', 'port': port}
        self.host = '127.0.0.1:%d' % port
        self.origin = 'http://' + self.host
        self._domain = domain
        self._reader = self._writer = self._task = None

    async def enter(self):
        """Connects, logs in anonymously and binds."""
        await self._log_in()
        self.raw("<iq type='set' id='bind'><bind xmlns='%s'/></iq>" % BIND)
        bound = await self.take(lambda s: s.id == 'bind', 'the address')
        self.jid = bound.xml.findtext('.//{%s}jid' % BIND)
        assert self.jid, str(bound)
        return self

    async def _log_in(self):
        """A new socket, a stream on it, and ANONYMOUS."""
        await self._shake_hands()
        self.closed = asyncio.Event()
        self._task = asyncio.create_task(
            self._read(self._reader, self.closed))
        await self._open()
        self._send("<auth xmlns='%s' mechanism='ANONYMOUS'/>" % SASL)
        await self.take(lambda s: s.name == 'success', 'success')
        await self._open()

    async def close(self):
        if self._task is not None:
            self._task.cancel()
        if self._writer is not None:
            self._writer.close()

    def raw(self, data):
        name = data[1:].split(None, 1)[0].split('/')[0].split('>')[0]
        self._send("<%s xmlns='jabber:client'%s" % (name,
                                                    data[1 + len(name):]))

    async def _open(self):
        self._send("<open xmlns='%s' to=%s version='1.0'/>" % (
            FRAMING, attr('guests.' + self._domain)))
        await self.take(lambda s: s.name == 'open', 'open')
        await self.take(lambda s: s.name == 'features', 'features')

    async def _shake_hands(self):
        self._reader, self._writer = await asyncio.open_connection(
            **self.line)
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write((
            'GET /xmpp-websocket HTTP/1.1\r\nHost: %s\r\n'
            'Origin: %s\r\nUpgrade: websocket\r\n'
            'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
            'Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n'
            % (self.host, self.origin, key)).encode())
        answer = await asyncio.wait_for(
            self._reader.readuntil(b'\r\n\r\n'), 60.0)
        assert answer.startswith(b'HTTP/1.1 101'), answer

    def _send(self, data, kind=_TEXT):
        payload = data.encode() if isinstance(data, str) else data
        mask = os.urandom(4)
        if len(payload) < 126:
            size = struct.pack('!B', 0x80 | len(payload))
        else:
            size = struct.pack('!BH', 0x80 | 126, len(payload))
        self._writer.write(bytes([0x80 | kind]) + size + mask + bytes(
            b ^ mask[i % 4] for i, b in enumerate(payload)))

    async def _read(self, reader, closed):
        """One socket to its end; there may be a next one by then."""
        whole = b''
        try:
            while True:
                first, size = await reader.readexactly(2)
                if size == 126:
                    size, = struct.unpack('!H', await reader.readexactly(2))
                elif size == 127:
                    size, = struct.unpack('!Q', await reader.readexactly(8))
                payload = await reader.readexactly(size)
                if first & 15 == _PING:
                    self._send(payload, _PONG)
                elif first & 15 == _CLOSE:
                    break
                else:
                    whole += payload
                    if first & 0x80:
                        self._on_frame(whole.decode())
                        whole = b''
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            closed.set()

    def _on_frame(self, frame):
        stanza = Stanza(ET.fromstring(frame))
        if stanza.name == 'iq' and stanza.type == 'get' and any(
                local(e) == 'ping' for e in stanza.xml):
            self.raw('<iq type="result" id=%s to=%s/>' % (
                attr(stanza.id), attr(stanza.frm)))
        self.inbox.add(stanza)


def token_of(joined):
    """The token that lets this tab back in without the code."""
    element = joined.me.find('urn:duologue:token:0', 'token')
    assert element is not None, 'no token in %s' % joined.me
    value = element.text or element.get('value')
    assert value and len(value) == 64, str(joined.me)
    return value
