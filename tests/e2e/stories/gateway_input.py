"""Frames that no client of good will sends.  w.. are of the list of bad
inputs."""

from harness.check import holds, same
from harness.gateway import BINARY, Gateway, Raw
from harness.story import DIRECT, story

OPEN = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to=%s version='1.0'/>"
CLIENT = "<message xmlns='jabber:client'"

# name, frame, whether a stream is open before, words of the answer, code
FRAMES = (
    ('w01', OPEN % "'other.example'", False, 'host-unknown', 1000),
    ('w02', "<open xmlns='jabber:client' to='{guests}' version='1.0'/>", False,
     'invalid-namespace', 1000),
    ('w04', "<stream:stream xmlns='jabber:client' xmlns:stream="
     "'http://etherx.jabber.org/streams' to='{guests}' version='1.0'>", False,
     'not-well-formed', 1007),
    ('w05', "<!DOCTYPE o [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"
     + OPEN % "'&b;'", False, 'restricted-xml', 1000),
    ('w06', '<!-- c -->' + CLIENT + '/>', True, 'restricted-xml', 1000),
    ('w07', '<?php x?>' + CLIENT + '/>', True, 'restricted-xml', 1000),
    ('w08', "<!DOCTYPE m SYSTEM 'file:///etc/passwd'>" + CLIENT + '/>', True,
     'restricted-xml', 1000),
    ('entity', CLIENT + '>&evil;</message>', True, 'restricted-xml', 1000),
    ('comment', CLIENT + '><!-- c --></message>', True, 'restricted-xml',
     1000),
    ('blank', ' ' + CLIENT + '/>', True, 'not-well-formed', 1007),
    ('empty', '', True, 'not-well-formed', 1007),
    ('two', CLIENT + '/>' + CLIENT + '/>', True, '', None),
    ('half', CLIENT + '><body>', True, 'not-well-formed', 1007),
    ('tag', CLIENT + ' id="', True, 'not-well-formed', 1007),
    ('end', '</frames>', True, 'not-well-formed', 1007),
    ('text', 'hello', True, 'not-well-formed', 1007),
    ('late', CLIENT + '/>', True, 'not-authorized', 1000),
)


async def begin(w):
    await w.start()
    return await Gateway(w).launch().ready()


async def is_well(w, gateway):
    """After every abuse the next one is served."""
    raw = Raw(gateway)
    same(await raw.open(), 101)
    await raw.login()
    raw.close()


@story(servers=DIRECT)
async def gateway_bad_frames(w):
    """Each is answered by a stream error of its own, and a close."""
    gateway = await begin(w)
    guests = 'guests.' + w.domain
    for name, frame, is_open, word, code in FRAMES:
        raw = Raw(gateway)
        same(await raw.open(), 101, name)
        if is_open:
            raw.stream()
            await raw.expect('<open ')
        raw.send(frame.replace('{guests}', guests))
        await raw.rest()
        said = ''.join(raw.texts)
        holds(said, '<open ')
        holds(said, word)
        if code is not None:
            same((name, raw.code), (name, code))
        holds(said, '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />')
        raw.close()
    await is_well(w, gateway)
    gateway.end()


@story(servers=DIRECT)
async def gateway_bad_depth(w):
    """w10: nine thousand levels, and as many attributes."""
    gateway = await begin(w)
    for body in ('<a>' * 9000 + '</a>' * 9000,
                 '<a %s/>' % ' '.join("a%d='1'" % n for n in range(3000)),
                 '<a/>' * 12000):
        raw = Raw(gateway)
        same(await raw.open(), 101)
        await raw.login()
        raw.send(CLIENT + '>' + body + '</message>')
        await raw.rest()
        holds(''.join(raw.texts), 'policy-violation')
        same(raw.code, 1008)
    await is_well(w, gateway)
    gateway.end()


@story(servers=DIRECT)
async def gateway_bad_websocket(w):
    """w11, w16, w17, w18, and what RFC 6455 forbids."""
    gateway = await begin(w)

    async def fresh(bound=False):
        raw = Raw(gateway)
        same(await raw.open(), 101)
        if bound:
            await raw.login()
        return raw

    raw = await fresh()
    raw.send(CLIENT.encode() + b'><body>\xff\xfe</body></message>')
    same((await raw.rest()).code, 1007)
    raw = await fresh(True)
    raw.send(CLIENT + '><body>' + 'A' * 70000 + '</body></message>')
    same((await raw.rest()).code, 1009)
    holds(''.join(raw.texts), 'stanza too large')
    raw = await fresh()
    raw.send('<open ', fin=False)
    for _ in range(900):
        raw.send('x' * 1000, kind=0, fin=False)
    same((await raw.rest()).code, 1009)
    raw = await fresh()
    raw.send(b'\0\1\2\3\4', kind=BINARY)
    same((await raw.rest()).code, 1003)
    for kind, payload in ((3, b''), (9, b'x' * 126)):
        raw = await fresh()
        raw.send(payload, kind=kind)
        await raw.rest()
        assert raw.code in (None, 1002), raw.code
    # Pieces of one message, with a ping between.
    raw = await fresh()
    whole = OPEN % ("'guests.%s'" % w.domain)
    raw.send(whole[:10], fin=False)
    raw.send(b'hi', kind=9)
    raw.send(whole[10:20], kind=0, fin=False)
    raw.send(whole[20:], kind=0)
    await raw.expect('<open ')
    raw.close()
    await is_well(w, gateway)
    gateway.end()


@story(servers=DIRECT)
async def gateway_bad_logins(w):
    """w20, w26: only ANONYMOUS, thrice; after close there is nothing."""
    gateway = await begin(w)
    raw = Raw(gateway)
    same(await raw.open(), 101)
    raw.stream()
    await raw.expect('<open ')
    await raw.expect('ANONYMOUS')
    for _ in range(3):
        raw.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                 "mechanism='PLAIN'>YWRtaW4AYQBi</auth>")
        await raw.expect('invalid-mechanism')
    await raw.rest()
    holds(''.join(raw.texts), 'policy-violation')
    raw = Raw(gateway)
    same(await raw.open(), 101)
    await raw.login()
    raw.send("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>")
    raw.send(CLIENT + " to='%s' id='late'><body>new A B</body></message>"
             % w.domain)
    await raw.rest()
    same(raw.code, 1000)
    assert 'late' not in ''.join(raw.texts)
    same(await gateway.metric('guests'), 0)
    gateway.end()
