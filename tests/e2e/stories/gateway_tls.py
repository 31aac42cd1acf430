"""TLS of the gateway's own, and a line that dies without a word."""

import asyncio
import os
import signal
import ssl
import subprocess

from harness.check import holds, same
from harness.gateway import Gateway, Raw, Tab
from harness.process import Process
from harness.story import DIRECT, story


def make_certificate(folder, name, key='key.pem'):
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
         '/CN=' + name, '-keyout', os.path.join(folder, key), '-out',
         os.path.join(folder, 'cert.pem')], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def trusting_all():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def certificate(port):
    """The certificate that a new connection is shown, and one page."""
    context = trusting_all()
    context.set_alpn_protocols(['h2', 'http/1.1'])
    reader, writer = await asyncio.open_connection('127.0.0.1', port,
                                                   ssl=context)
    tls = writer.get_extra_info('ssl_object')
    same(tls.selected_alpn_protocol(), 'http/1.1')
    assert tls.version() in ('TLSv1.2', 'TLSv1.3'), tls.version()
    writer.write(b'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    page = await asyncio.wait_for(reader.read(), 60.0)
    assert page.startswith(b'HTTP/1.1 200'), page
    writer.close()
    return tls.getpeercert(True)


async def begin(w):
    """A gateway with its own certificate, of one.example."""
    folder = w.component.folder
    make_certificate(folder, 'one.example')
    await w.start()
    gateway = Gateway(w)
    gateway.public_url = 'https://127.0.0.1:%d' % gateway.port
    gateway.launch(gateway_tls_certificate=os.path.join(folder, 'cert.pem'),
                   gateway_tls_key=os.path.join(folder, 'key.pem'))
    return await gateway.ready()


async def reloaded(gateway, old):
    """SIGHUP; returns the certificate that is shown in place of the old."""
    gateway.process.signal(signal.SIGHUP)
    for _ in range(900):
        new = await certificate(gateway.port)
        if new != old:
            return new
        await asyncio.sleep(0.1)
    raise AssertionError('never reloaded')


@story(servers=DIRECT)
async def gateway_tls(w):
    """A new certificate is shown after SIGHUP, without a restart."""
    folder = w.component.folder
    gateway = await begin(w)
    first = await certificate(gateway.port)
    same(await certificate(gateway.port), first)
    make_certificate(folder, 'two.example')
    same(await certificate(gateway.port), first)
    await reloaded(gateway, first)
    gateway.end()


async def refused(gateway, why):
    """SIGHUP, and what the log says of it."""
    same(gateway.process.tail(200).count(why), 0, 'too early')
    gateway.process.signal(signal.SIGHUP)
    for _ in range(900):
        if why in gateway.process.tail(200):
            return
        await asyncio.sleep(0.05)
    raise AssertionError('never said: %s' % why)


def ends(w, gateway, status, *words):
    """What it says when it does not even start; names the key's line."""
    start = Process('duologue-gateway', [*gateway.command(), *words],
                    os.path.join(w.folder, 'start.log'))
    same(start.wait(), status)
    with open(w.component.config, encoding='utf-8') as file:
        line = 1 + next(n for n, text in enumerate(file)
                        if text.startswith('tls_certificate '))
    holds(start.tail(), '%s:%d: tls_certificate: ' % (w.component.config, line))
    return start.tail()


@story(servers=DIRECT)
async def gateway_tls_bad_pair(w):
    """A pair that does not fit is refused in words; the old one stays."""
    folder = w.component.folder
    certificate_file = os.path.join(folder, 'cert.pem')
    gateway = await begin(w)
    first = await certificate(gateway.port)
    make_certificate(folder, 'two.example', 'other.pem')
    await refused(gateway, 'certificate and key do not belong together')
    same(await certificate(gateway.port), first)
    with open(certificate_file, 'w', encoding='ascii') as file:
        file.write('-----BEGIN CERTIFICATE-----\nnone\n')
    await refused(gateway, 'there is no certificate in the file')
    same(await certificate(gateway.port), first)
    os.unlink(os.path.join(folder, 'key.pem'))
    await refused(gateway, 'the key cannot be read')
    same(await certificate(gateway.port), first)
    os.unlink(certificate_file)
    await refused(gateway, 'the certificate cannot be read')
    same(await certificate(gateway.port), first)
    make_certificate(folder, 'three.example')
    await reloaded(gateway, first)
    gateway.end()
    # Nor does it start with such a pair, and --check tells.
    make_certificate(folder, 'four.example', 'other.pem')
    for words in ((), ('--check',)):
        holds(ends(w, gateway, 2, *words), 'do not belong together')
    os.unlink(certificate_file)
    holds(ends(w, gateway, 2, '--check'), 'No such file or directory')


async def secret_tab(gateway):
    """A tab whose WebSocket is over the gateway's own TLS."""
    tab = Tab(gateway)
    gateway.world.things.append(tab)
    tab.line['ssl'] = trusting_all()
    tab.origin = gateway.public_url
    return await tab.enter()


@story(servers=DIRECT)
async def gateway_tls_chat(w):
    """Whoever is inside stays inside when the certificate is another."""
    folder = w.component.folder
    gateway = await begin(w)
    room = await w.new_room()
    abhi = await secret_tab(gateway)
    await abhi.enable()
    await abhi.join(room.jid, 'x', room.code(1))
    first = await certificate(gateway.port)
    for name in ('two.example', 'three.example'):
        make_certificate(folder, name)
        first = await reloaded(gateway, first)
        anny = await secret_tab(gateway)
        await anny.join(room.jid, 'x', room.code(2))
        said = await anny.say(room.jid, 'under ' + name)
        await abhi.heard(room.jid, said.id)
        said = await abhi.say(room.jid, 'on the first line')
        await anny.heard(room.jid, said.id)
        assert not abhi.closed.is_set(), 'his line was cut'
    abhi.cut()
    same((await abhi.resume()).name, 'resumed')
    same(await gateway.metric('resumed_total'), 1)
    gateway.end()


@story(servers=DIRECT)
async def gateway_tls_versions(w):
    """Nothing before TLS 1.2, and both of the rest."""
    gateway = await begin(w)
    for option, is_good in (('-tls1', False), ('-tls1_1', False),
                            ('-tls1_2', True), ('-tls1_3', True)):
        asked = await asyncio.create_subprocess_exec(
            'openssl', 's_client', '-connect', '127.0.0.1:%d' % gateway.port,
            option, '-cipher', 'ALL:@SECLEVEL=0', '-brief',
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        out, _ = await asyncio.wait_for(asked.communicate(), 60.0)
        same(b'CONNECTION ESTABLISHED' in out, is_good, option)
    gateway.end()


@story(servers=DIRECT, limit=200)
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
