"""What the gateway says over HTTP, and to whom it opens a WebSocket."""

import asyncio
import email.utils
import gzip
import json
import re
import time

from harness.check import explained, holds, same
from harness.gateway import PAGE, Gateway, Raw
from harness.story import DIRECT, story


async def begin(w, **settings):
    await w.start()
    return await Gateway(w).launch(**settings).ready()


@story(servers=DIRECT)
async def gateway_pages(w):
    """The client, packed where it may be; headers that keep strangers out."""
    gateway = await begin(w)
    page = await gateway.http('GET /')
    same((page.status, page.body), (200, PAGE))
    policy = page.headers['content-security-policy']
    for part in ("default-src 'none'", "frame-ancestors 'none'",
                 "script-src 'self'", 'ws://127.0.0.1:%d' % gateway.port):
        holds(policy, part)
    assert 'unsafe' not in policy, policy
    same(page.headers['referrer-policy'], 'no-referrer')
    same(page.headers['x-content-type-options'], 'nosniff')
    assert 'set-cookie' not in page.headers
    packed = await gateway.http('GET /', headers=['Accept-Encoding: br, gzip'])
    same(packed.headers['content-encoding'], 'gzip')
    same(gzip.decompress(packed.body), PAGE)
    same(packed.headers['etag'], page.headers['etag'])
    assert page.headers['etag'].startswith('W/"'), 'two codings, one strong tag'
    for refusal in ('gzip;q=0', 'br, gzip; q=0.000'):
        plain = await gateway.http('GET /',
                                   headers=['Accept-Encoding: ' + refusal])
        same(plain.body, PAGE)
    again = await gateway.http(
        'GET /', headers=['If-None-Match: ' + page.headers['etag']])
    same((again.status, again.body), (304, b''))
    head = await gateway.http('HEAD /')
    same((head.status, head.body), (200, b''))
    for answer in (page, packed, again, head, await gateway.http('GET /no')):
        made = email.utils.parsedate_to_datetime(answer.headers['date'])
        assert abs(made.timestamp() - time.time()) < 3600, made
    script = await gateway.http('GET /assets/main-7QX2KD3A.js')
    same(len(script.body), 24000)
    holds(script.headers['cache-control'], 'immutable')
    gateway.end()


@story(servers=DIRECT)
async def gateway_other_pages(w):
    """host-meta, metrics, and nothing that is not in the list."""
    gateway = await begin(w)
    wanted = 'ws://127.0.0.1:%d/xmpp-websocket' % gateway.port
    meta = await gateway.http('GET /.well-known/host-meta')
    same(meta.headers['content-type'], 'application/xrd+xml')
    same(meta.headers['access-control-allow-origin'], '*')
    holds(meta.body.decode(), wanted)
    meta = await gateway.http('GET /.well-known/host-meta.json')
    holds(meta.body.decode(), wanted)
    facts = await gateway.http('GET /config.json')
    same((json.loads(facts.body), facts.headers['cache-control']),
         ({'domain': w.domain, 'xmpp': False}, 'no-store'))
    for path in ('/..%2f..%2fetc/passwd', '/%2e%2e/keys', '/index.html.gz',
                 '/rm7q2k9d4xw3c5v8', '//etc/passwd', '/assets'):
        answer = await gateway.http('GET ' + path)
        assert answer.status in (400, 403, 404), (path, answer.status)
        same(answer.headers.get('cache-control', 'no-store'), 'no-store')
    for method in ('POST', 'PUT', 'DELETE', 'OPTIONS'):
        answer = await gateway.http(method + ' /',
                                    headers=['Content-Length: 0'])
        assert 400 <= answer.status < 500, (method, answer.status)
    answer = await gateway.http(
        'PUT /upload/badtoken/../../x.html',
        headers=['Content-Type: text/html',
                 'Content-Length: 99999999999999999999'],
        body=b'<script>alert(1)</script>')
    assert answer.status == 0 or 400 <= answer.status < 500, answer.status
    same((await gateway.http('GET /healthz', gateway.metrics)).status, 200)
    same((await gateway.http('GET /metrics')).status, 404)
    same(await gateway.metric('component_up'), 1)
    page = await gateway.http('GET /metrics', gateway.metrics)
    same(sorted(re.findall('^duologue_gateway_([a-z_]+) ', page.body.decode(),
                           re.M)),
         explained('duologue-gateway.8'), 'in the man page')
    gateway.end()


async def speaks_no_http2(gateway):
    """The library takes the upgrade by itself; nothing is served over it."""
    for rest in (b'', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
                 + b'\0\0\0\4\0\0\0\0\0'):
        raw = Raw(gateway)
        raw.reader, raw.writer = await asyncio.open_connection(
            '127.0.0.1', gateway.port)
        raw.writer.write(b'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n'
                         b'Connection: Upgrade, HTTP2-Settings\r\n'
                         b'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n'
                         + rest)
        data = b''
        try:
            while piece := await asyncio.wait_for(raw.reader.read(4096), 60.0):
                data += piece
        except (ConnectionError, asyncio.TimeoutError):
            pass
        assert PAGE not in data and b'text/html' not in data, data
        raw.close()


@story(servers=DIRECT)
async def gateway_below_a_path(w):
    """Everything is there below the path of public_url, whether a proxy takes
    it away or not; without the slash the page would ask for its files above.
    """
    await w.start()
    gateway = Gateway(w)
    gateway.public_url += '/chat'
    await gateway.launch().ready()
    for path in ('/chat/', '/chat/index.html', '/'):
        page = await gateway.http('GET ' + path)
        same((page.status, page.body), (200, PAGE), path)
    for method in ('GET', 'HEAD'):
        page = await gateway.http(method + ' /chat')
        same((page.status, page.headers['location']), (301, '/chat/'))
    for path in ('/chat/assets/main-7QX2KD3A.js', '/chat/config.json',
                 '/chat/.well-known/host-meta'):
        same((await gateway.http('GET ' + path)).status, 200, path)
    for path in ('/chatter', '/chat/chat', '/chat/chat/', '/ch'):
        same((await gateway.http('GET ' + path)).status, 404, path)
    raw = Raw(gateway)
    same(await raw.open('http://127.0.0.1:%d' % gateway.port,
                        path='/chat/xmpp-websocket'), 101)
    raw.close()
    gateway.end()


# How a length may stand in a head so that some see it and others do not.
HIDDEN = ('%s', 'X: a\r\n b\r\n%s', 'X: a\r\n\tb\r\n%s',
          'Accept: a\r\n b\r\n%s', ' %s', 'X: a\rb\r\n%s', 'x\r\n%s',
          'X: a\n%s')
LENGTHS = ('Content-Length: %d', 'Content-Length : %d', 'Content-Length\t: %d',
           'Content-Length  : %d', 'Transfer-Encoding: chunked',
           'Transfer-Encoding\t: chunked')


async def until_end(gateway, data):
    """Everything that a proxy's line says until it is closed."""
    reader, writer = await asyncio.open_connection('127.0.0.1', gateway.port)
    writer.write(data)
    answer = b''
    try:
        while piece := await asyncio.wait_for(reader.read(4096), 60.0):
            answer += piece
    except ConnectionError:
        pass  # closed with something of ours unread
    writer.close()
    return answer


@story(servers=DIRECT, limit=300)
async def gateway_smuggling(w):
    """A body is no second request, whoever shares the line."""
    gateway = await begin(w)
    inner = b'GET /config.json HTTP/1.1\r\nHost: x\r\n\r\n'
    heads = [(method, way % length) for method in ('POST', 'GET', 'PUT', 'HEAD')
             for way in HIDDEN for length in LENGTHS]
    for method, header in heads:
        data = await until_end(gateway, (
            '%s / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n' % (
                method, header.replace('%d', str(len(inner))))).encode()
            + inner)
        assert data.count(b'HTTP/1.') <= 1, (method, header, data)
        assert b'"domain"' not in data, (method, header, data)
    # A browser's own line is nobody else's, and serves on.
    reader, writer = await asyncio.open_connection(
        '127.0.0.1', gateway.port, local_addr=('127.0.0.2', 0))
    writer.write(inner * 3)
    data = b''
    while data.count(b'"domain"') < 3:
        piece = await asyncio.wait_for(reader.read(4096), 60.0)
        assert piece, data
        data += piece
    writer.close()
    gateway.end()


@story(servers=DIRECT)
async def gateway_origins(w):
    """Only our own pages open a WebSocket, and only for xmpp."""
    gateway = await begin(w, gateway_origins='https://other.example')
    own = gateway.url
    for origin, status in (
            (own, 101), ('https://other.example', 101),
            ('https://evil.example', 403), ('null', 403), (False, 403),
            (own + '.evil.example', 403), (own + '0', 403),
            ('http://127.0.0.1', 403), (own + '/', 403),
            ('https://sub.other.example', 403), (own.upper(), 403)):
        raw = Raw(gateway)
        same(await raw.open(origin), status, origin)
        raw.close()
    raw = Raw(gateway)
    same(await raw.open(protocol='foo, xmpp'), 101)
    holds(raw.head.lower(), 'sec-websocket-protocol: xmpp')
    assert 'extensions' not in raw.head.lower(), raw.head
    raw.close()
    for protocol in (None, 'foo', 'b' + ' ' * 3000 + 'x',
                     'b' + ' ' * 32000 + 'x'):
        raw = Raw(gateway)
        assert await raw.open(protocol=protocol) in (0, 400, 403, 431)
        raw.close()
    raw = Raw(gateway)
    assert await raw.open(path='/elsewhere') in (0, 400, 404)
    raw.close()
    raw = Raw(gateway)
    assert await raw.open(headers=[
        'Sec-WebSocket-Extensions: permessage-deflate']) == 101
    assert 'deflate' not in raw.head, raw.head
    raw.close()
    await speaks_no_http2(gateway)
    assert await gateway.metric('refused_origin_total') >= 8
    gateway.end()


@story(servers=DIRECT)
async def gateway_addresses(w):
    """Twenty sockets of one address, ten at once; others are not touched."""
    gateway = await begin(w)
    here = ['X-Forwarded-For: 203.0.113.7']
    # All in one breath: every second one more is let in.
    raws = [Raw(gateway) for _ in range(20)]
    statuses = await asyncio.gather(*(raw.open(headers=here)
                                      for raw in raws))
    assert 10 <= statuses.count(101) < 20, statuses
    same(set(statuses), {101, 429})
    for number in range(3):
        raw = Raw(gateway)
        raws.append(raw)
        same(await raw.open(headers=['X-Forwarded-For: 203.0.113.7, '
                                     '198.51.100.%d' % number]), 101)
    for raw in raws:
        raw.close()
    gateway.end()
