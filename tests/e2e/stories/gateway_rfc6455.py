"""RFC 6455 and RFC 7395 to the letter, where clients differ in practice."""

import struct

from harness.check import holds, same
from harness.gateway import BINARY, CLOSE, PING, PONG, TEXT, Gateway, Raw
from harness.story import DIRECT, story

NEXT = 0
WORD = "<message xmlns='jabber:client' id='x'/>"


async def begin(w):
    await w.start()
    return await Gateway(w).launch().ready()


async def fresh(gateway, number):
    raw = Raw(gateway)
    same(await raw.open(headers=['X-Forwarded-For: 203.0.113.%d'
                                 % (number // 8 + 1)]), 101)
    return raw


def frame(data, kind=TEXT, fin=True, rsv=0):
    """Bytes of a masked frame; the mask is nought."""
    assert len(data) < 126
    return (struct.pack('!BB', kind | rsv | (0x80 if fin else 0),
                        0x80 | len(data)) + bytes(4) + data)


# What is sent, and the close codes that may come of it.  None: no close frame.
BROKEN = (
    ('RSV1', frame(b'x', rsv=0x40), (1002,)),
    ('RSV2', frame(b'x', rsv=0x20), (1002,)),
    ('RSV3', frame(b'x', rsv=0x10), (1002,)),
    ('RSV of a ping', frame(b'x', PING, rsv=0x40), (1002,)),
    ('opcode 3', frame(b'x', 3), (1002,)),
    ('opcode 7', frame(b'x', 7), (1002,)),
    ('opcode 11', frame(b'x', 11), (1002,)),
    ('opcode 15', frame(b'', 15), (1002,)),
    ('ping in parts', frame(b'p', PING, fin=False), (1002,)),
    ('ping of 126', b'\x89\xfe\0\x7e' + bytes(4 + 126), (None, 1002)),
    ('close of 126', b'\x88\xfe\0\x7e' + bytes(4 + 126), (None, 1002)),
    ('next without a first', frame(b'x', NEXT), (1002,)),
    ('first within a first', frame(b'x', fin=False) + frame(b'x'), (1002,)),
    ('binary', frame(b'x', BINARY), (1003,)),
    ('binary in parts', frame(b'x', BINARY, False) + frame(b'x', NEXT),
     (1003,)),
    ('binary, empty', frame(b'', BINARY), (1003,)),
    ('UTF-8 cut at the end', frame(b"<a b='\xc3"), (1007,)),
    ('UTF-8 broken over parts', frame(b"<a b='\xc3", fin=False)
     + frame(b"z'/>", NEXT), (1007,)),
    ('UTF-8 broken in a part', frame(b'\xff', fin=False), (1007,)),
    ('a surrogate', frame(b"<a b='\xed\xa0\x80'/>"), (1007,)),
    ('overlong', frame(b"<a b='\xc0\xaf'/>"), (1007,)),
    ('past Unicode', frame(b"<a b='\xf4\x90\x80\x80'/>"), (1007,)),
    ('NUL', frame(b"<a b='\0'/>"), (1007,)),
    ('nothing', frame(b''), (1007,)),
    ('a length of 2^63', b'\x81\xff' + struct.pack('!Q', 1 << 63)
     + bytes(4) + b'x', (None, 1002)),
    ('a length of 2^62', b'\x81\xff' + struct.pack('!Q', 1 << 62)
     + bytes(4) + b'x', (1009,)),
    ('close without a reason', frame(b'', CLOSE), (None, 1000)),
    ('close 1000', frame(b'\x03\xe8bye', CLOSE), (1000,)),
    ('close 4999', frame(b'\x13\x87', CLOSE), (4999,)),
    ('close 999', frame(b'\x03\xe7', CLOSE), (1002,)),
    ('close 1005', frame(b'\x03\xed', CLOSE), (1002,)),
    ('close 1006', frame(b'\x03\xee', CLOSE), (1002,)),
    ('close 2999', frame(b'\x0b\xb7', CLOSE), (1002,)),
    ('close without UTF-8', frame(b'\x03\xe8\xff', CLOSE), (None, 1002, 1007)),
)


class Blunt(Raw):
    """One that hangs up on a close frame, as clients do."""

    async def rest(self, patience=60.0):
        while True:
            got = await self.read(patience)
            if got is None:
                return self
            if got[0] == CLOSE:
                if len(got[1]) >= 2:
                    self.code = struct.unpack('!H', got[1][:2])[0]
                self.close()
                return self


@story(servers=DIRECT)
async def gateway_rfc_broken(w):
    """What is forbidden ends the connection, with the code it should have."""
    gateway = await begin(w)
    for number, (name, data, codes) in enumerate(BROKEN):
        raw = Blunt(gateway)
        same(await raw.open(headers=['X-Forwarded-For: 203.0.113.%d'
                                     % (number // 8 + 1)]), 101)
        raw.writer.write(data)
        await raw.rest()
        assert raw.code in codes, '%s: %s, not %s' % (name, raw.code, codes)
        gateway.process.must_live()
    raw = await fresh(gateway, 255)
    await raw.login()
    raw.close()
    gateway.end()


@story(servers=DIRECT)
async def gateway_rfc_allowed(w):
    """Odd, and yet a stream: parts, pings between them, long lengths."""
    gateway = await begin(w)
    opening = ("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='guests."
               "%s' version='1.0'/>" % w.domain).encode()
    ways = {
        'byte by byte': b''.join(
            frame(opening[n:n + 1], TEXT if n == 0 else NEXT,
                  n == len(opening) - 1) for n in range(len(opening))),
        'with empty parts': frame(b'', fin=False) + frame(b'', NEXT, False)
        + frame(opening[:50], NEXT, False) + frame(b'', NEXT, False)
        + frame(opening[50:], NEXT),
        'ping and pong between': frame(opening[:9], fin=False)
        + frame(b'a', PING) + frame(b'b', PONG) + frame(opening[9:], NEXT),
        'a length of two bytes more': b'\x81\xff' + struct.pack(
            '!Q', len(opening)) + bytes(4) + opening,
        'after a pong nobody asked for': frame(b'x' * 125, PONG)
        + frame(opening),
    }
    for number, (name, data) in enumerate(ways.items()):
        raw = await fresh(gateway, number)
        raw.writer.write(data)
        await raw.expect('<open ')
        await raw.expect('<stream:features')
        raw.send(b'p' * 125, PING)
        got = await raw.read()
        same(got, (PONG, b'p' * 125), name)
        raw.close()
    # A letter whose bytes come in two parts.
    raw = await fresh(gateway, 99)
    await raw.login()
    whole = ("<iq xmlns='jabber:client' type='get' id='\u00e9'>"
             "<ping xmlns='urn:xmpp:ping'/></iq>").encode()
    cut = whole.index(b'\xc3') + 1
    raw.writer.write(frame(whole[:cut], fin=False) + frame(whole[cut:], NEXT))
    holds(await raw.expect("type='result'"), "id='\u00e9'")
    # Many parts without a word in them slow down their sender alone.
    for _ in range(20000):
        raw.writer.write(frame(b'', fin=False) if _ == 0
                         else frame(b'', NEXT, False))
    other = await fresh(gateway, 100)
    await other.login()
    raw.close()
    other.close()
    gateway.end()


# Left out or said otherwise, and the status that comes of it.
UPGRADES = (
    ({}, 101),
    ({'Sec-WebSocket-Version': '8'}, 426),
    ({'Sec-WebSocket-Version': None}, 426),
    ({'Sec-WebSocket-Version': '13, 8'}, 426),
    ({'Sec-WebSocket-Key': None}, 400),
    ({'Sec-WebSocket-Key': 'x'}, 400),
    ({'Host': None}, 400),
    ({'Content-Length': '5'}, 400),
    ({'Sec-WebSocket-Protocol': None}, 400),
    ({'Sec-WebSocket-Protocol': 'chat'}, 0),
    ({'Sec-WebSocket-Protocol': 'chat, xmpp'}, 101),
    ({'Sec-WebSocket-Extensions': 'permessage-deflate'}, 101),
    ({'Upgrade': 'h2c'}, 0),
    ({'GET': 'POST /xmpp-websocket HTTP/1.1'}, 400),
    ({'GET': 'GET /xmpp-websocket HTTP/1.0'}, 400),
    ({'GET': 'GET /xmpp-websocket/ HTTP/1.1'}, 404),
    ({'GET': 'GET / HTTP/1.1'}, 404),
)


@story(servers=DIRECT)
async def gateway_rfc_upgrade(w):
    """A handshake is taken as RFC 6455 4.2.1 has it, and refused in words."""
    gateway = await begin(w)
    for number, (change, wanted) in enumerate(UPGRADES):
        head = {'GET': 'GET /xmpp-websocket HTTP/1.1', 'Host': 'x',
                'Upgrade': 'websocket', 'Connection': 'Upgrade',
                'Sec-WebSocket-Version': '13',
                'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
                'Sec-WebSocket-Protocol': 'xmpp', 'Origin': gateway.url,
                'X-Forwarded-For': '203.0.113.%d' % (number // 8 + 1),
                **change}
        raw = Raw(gateway)
        status = await raw.ask([head.pop('GET')] + [
            '%s: %s' % item for item in head.items() if item[1] is not None])
        same(status, wanted, str(change))
        if status == 101:
            head = raw.head.lower()
            holds(head, 'sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=')
            holds(head, 'sec-websocket-protocol: xmpp\r\n')
            assert 'extensions' not in head, head
        elif status:
            holds(raw.head.lower(), '\r\ndate: ')
        if status == 426:
            for line in ('sec-websocket-version: 13', 'upgrade: websocket',
                         'connection: upgrade'):
                holds(raw.head.lower(), '\r\n%s\r\n' % line)
        raw.close()
    gateway.end()
