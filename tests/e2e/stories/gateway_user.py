"""The gateway under its own user: what it can reach, and what it touches."""

import asyncio
import os
import re
import signal

from harness.check import figure, same
from harness.gateway import Gateway, Raw
from harness.process import Process
from harness.story import DIRECT, story
from stories.gateway_tls import certificate, make_certificate

AS_NOBODY = ('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups')
CALL = re.compile(r'^\d+ +(\w+)\(')


async def begin(w):
    """A component whose secret is in a file, a gateway that is nobody."""
    assert os.getuid() == 0, 'this story changes its user, and needs root'
    secret = os.path.join(w.component.folder, 'secret')
    with open(secret, 'w', encoding='utf-8') as file:
        file.write('hush\n')
    os.chmod(secret, 0o600)
    os.chmod(w.component.folder, 0o711)
    gateway = Gateway(w)
    w.component.configure(**gateway.settings())
    await w.start(component_gateway_user='nobody', component_secret='',
                  component_secret_file=secret)
    os.chmod(w.component.config, 0o644)
    for path in (gateway.folder, os.path.join(gateway.folder, 'assets')):
        os.chmod(path, 0o755)
    return gateway, secret


def launch(gateway):
    """As `Gateway.launch`, with the file as it is."""
    mode = os.stat(gateway.component.config).st_mode
    gateway.launch(prefix=('sh', '-c', 'chmod 644 "$0" && exec "$@"',
                           gateway.component.config, *AS_NOBODY))
    same(mode & 0o777, 0o644)


def must_be_unreadable(w, path, number):
    probe = Process('probe', [*AS_NOBODY, 'sh', '-c',
                              'ls "$1"/. || cat "$1"', '-', path],
                    os.path.join(w.folder, 'probe%d.log' % number))
    assert probe.wait() != 0, path + ' can be read'


@story(servers=DIRECT)
async def gateway_own_user(w):
    """Under its own user it can read neither the secret nor the data."""
    gateway, secret = await begin(w)
    launch(gateway)
    await gateway.ready()
    room = await w.new_room()
    tab = await gateway.tab()
    await tab.join(room.jid, 'x', room.code(1))
    pid = gateway.process.popen.pid
    with open('/proc/%d/status' % pid, encoding='ascii') as file:
        facts = dict(line.split(':', 1) for line in file)
    assert facts['Uid'].split() == [str(os.stat('/proc/%d' % pid).st_uid)] * 4
    assert facts['Uid'].split()[0] != '0', 'it is root'
    same(int(facts['CapEff'], 16), 0, 'its capabilities')
    for number, path in enumerate((secret, w.component.data)):
        must_be_unreadable(w, path, number)
    opened = [os.readlink('/proc/%d/fd/%s' % (pid, fd))
              for fd in os.listdir('/proc/%d/fd' % pid)]
    assert not [p for p in opened if p.startswith(w.folder)
                and not p.endswith('.log')], opened
    gateway.end()


@story(servers=DIRECT)
async def gateway_foreign_user(w):
    """One of another user is not let in at the component's socket."""
    gateway, _ = await begin(w)
    w.component.configure(component_gateway_user='daemon')
    await w.component.terminate()
    await w.start()
    os.chmod(w.component.config, 0o644)
    launch(gateway)
    for _ in range(20):
        await asyncio.sleep(0.1)
        same((await gateway.http('GET /readyz', gateway.metrics)).status, 503)
    gateway.end()


async def use(w, gateway):
    """Everything that a gateway does in its life."""
    for request in ('GET /', 'HEAD /', 'GET /assets/main-7QX2KD3A.js',
                    'GET /.well-known/host-meta', 'GET /config.json',
                    'GET /../../etc/passwd', 'GET /..%2f..%2fetc/passwd',
                    'GET /nowhere', 'PUT /'):
        await gateway.http(request)
    for request in ('GET /metrics', 'GET /healthz', 'GET /readyz'):
        await gateway.http(request, gateway.metrics)
    room, abhi, anny = await gateway.couple()
    said = await abhi.say(room.jid, 'hello')
    await anny.heard(room.jid, said.id)
    anny.cut()
    await anny.resume()
    raw = Raw(gateway)
    await raw.open()
    raw.send("<!DOCTYPE m SYSTEM 'file:///etc/passwd'><open/>")
    await raw.rest()
    gateway.process.signal(signal.SIGHUP)
    w.component.kill9()
    await gateway.is_alone()
    await w.start()
    await gateway.ready()


async def watched(w, gateway, calls, use_it):
    """The lines of strace while `use_it` happens, the gateway's start over."""
    log = os.path.join(w.folder, 'strace.log')
    strace = Process('strace', [
        'strace', '-f', '-p', str(gateway.process.popen.pid), '-o', log,
        '-e', 'trace=' + calls], os.path.join(w.folder, 'strace.err'))
    w.things.append(Ending(strace))
    while not os.path.exists('/proc/%d' % strace.popen.pid) or (
            'TracerPid:\t0\n' in status_of(gateway)):
        strace.must_live()
        await asyncio.sleep(0.05)
    await use_it
    strace.signal(signal.SIGINT)  # it lets go, and the gateway lives on
    strace.wait()
    with open(log, encoding='utf-8', errors='replace') as file:
        # The rest is signals, and that it let go.
        return [line for line in file if CALL.match(line)]


def counted(lines):
    """How often what was called."""
    counts = {}
    for line in lines:
        name = CALL.match(line).group(1)
        counts[name] = counts.get(name, 0) + 1
    return ', '.join('%d %s' % (count, name)
                     for name, count in sorted(counts.items()))


@story(servers=DIRECT, limit=300)
async def gateway_touches_nothing(w):
    """After its start it opens no file, and calls nobody but the component."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    lines = await watched(w, gateway, '%file,%process,socket,connect,bind',
                          use(w, gateway))
    for line in lines:
        name = CALL.match(line).group(1)
        if name == 'connect':
            assert w.component.socket in line, line
        elif name == 'socket':
            assert 'AF_UNIX' in line, line
        else:
            raise AssertionError(line)
    assert ' connect(' in ''.join(lines), 'nothing was seen: %s' % lines
    figure('after its start: ' + counted(lines))
    gateway.end()


async def reload_often(gateway, folder):
    for name in ('two.example', 'three.example'):
        before = await certificate(gateway.port)
        make_certificate(folder, name)
        gateway.process.signal(signal.SIGHUP)
        while await certificate(gateway.port) == before:
            await asyncio.sleep(0.1)


@story(servers=DIRECT, limit=300)
async def gateway_touches_its_pair(w):
    """With TLS of its own it opens certificate and key again, at SIGHUP."""
    folder = w.component.folder
    pair = [os.path.join(folder, name) for name in ('cert.pem', 'key.pem')]
    make_certificate(folder, 'one.example')
    await w.start()
    gateway = Gateway(w)
    gateway.launch(gateway_tls_certificate=pair[0], gateway_tls_key=pair[1])
    await gateway.ready()
    lines = await watched(w, gateway, '%file,%process',
                          reload_often(gateway, folder))
    for line in lines:
        path = line.split('"')[1] if '"' in line else ''
        # What is open already has no name there; the library also asks for
        # an update that may lie beside each.
        assert path in pair or 'AT_EMPTY_PATH' in line or (
            path[:-len('.upd')] in pair and 'ENOENT' in line), line
    for path in pair:
        assert sum(path in line for line in lines) >= 2, lines
    figure('two reloads: ' + counted(lines))
    gateway.end()


def status_of(gateway):
    with open('/proc/%d/status' % gateway.process.popen.pid,
              encoding='ascii') as file:
        return file.read()


class Ending:
    """A process that a story need not end itself."""

    def __init__(self, process):
        self.process = process

    async def close(self):
        self.process.kill()
