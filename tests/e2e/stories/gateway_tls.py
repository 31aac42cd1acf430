"""TLS of the gateway's own, and a line that dies without a word."""

import asyncio
import os
import signal
import ssl
import subprocess

from harness.check import same
from harness.gateway import Gateway, Raw
from harness.story import DIRECT, story


def make_certificate(folder, name):
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
         '/CN=' + name, '-keyout', os.path.join(folder, 'key.pem'), '-out',
         os.path.join(folder, 'cert.pem')], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


async def certificate(port):
    """The certificate that a new connection is shown, and one page."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(['h2', 'http/1.1'])
    reader, writer = await asyncio.open_connection('127.0.0.1', port,
                                                   ssl=context)
    tls = writer.get_extra_info('ssl_object')
    same(tls.selected_alpn_protocol(), 'http/1.1')
    assert tls.version() in ('TLSv1.2', 'TLSv1.3'), tls.version()
    writer.write(b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    page = await asyncio.wait_for(reader.read(), 15.0)
    assert page.startswith(b'HTTP/1.1 200'), page
    writer.close()
    return tls.getpeercert(True)


@story(servers=DIRECT)
async def gateway_tls(w):
    """A new certificate is shown after SIGHUP, without a restart."""
    folder = w.component.folder
    make_certificate(folder, 'one.example')
    await w.start()
    gateway = Gateway(w)
    gateway.launch(gateway_tls_certificate=os.path.join(folder, 'cert.pem'),
                   gateway_tls_key=os.path.join(folder, 'key.pem'))
    await gateway.ready()
    first = await certificate(gateway.port)
    same(await certificate(gateway.port), first)
    make_certificate(folder, 'two.example')
    same(await certificate(gateway.port), first)
    gateway.process.signal(signal.SIGHUP)
    for _ in range(100):
        if await certificate(gateway.port) != first:
            break
        await asyncio.sleep(0.1)
    assert await certificate(gateway.port) != first, 'never reloaded'
    gateway.end()


@story(servers=DIRECT, limit=90)
async def gateway_silence(w):
    """One that answers no ping is given up within fifteen seconds."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    dead, living = Raw(gateway), Raw(gateway)
    for raw in (dead, living):
        same(await raw.open(), 101)
        await raw.login()
    answering = asyncio.create_task(living.rest(60.0))
    await asyncio.sleep(19.0)
    same(await gateway.metric('connections'), 1)
    assert not answering.done(), 'the living one was closed'
    answering.cancel()
    gateway.end()
