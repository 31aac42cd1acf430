"""The programs themselves: configuration, exit status, files, doctor."""

import asyncio
import json
import os
import re
import signal
import socket
import stat
import subprocess
import time

from harness.check import explained, holds, same
from harness.gateway import Gateway
from harness.process import free_port
from harness.servers import PASSWORD
from harness.stanza import bare
from harness.story import DIRECT, story


def run_once(w, *words):
    """Runs duologue to its end; returns (status, stderr)."""
    done = subprocess.run([w.component.program('duologue'), '-c',
                           w.component.config, *words], timeout=20,
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@story(servers=DIRECT)
async def program_checks_its_configuration(w):
    """A bad file is status 2 and names file, line and key."""
    w.component.configure(component_server='')
    same(run_once(w, '--check')[0], 0)
    for settings, key in (({'rooms_idle_timeout': '90'}, 'idle_timeout'),
                          ({'limits_body_max': '1 potato'}, 'body_max'),
                          ({'limits_colour': 'red'}, 'colour'),
                          ({'component_domain': 'a b'}, 'domain'),
                          ({'rooms_create': 'someone odd'}, 'create')):
        kept = dict(w.component.settings)
        w.component.configure(**settings)
        with open(w.component.config, encoding='utf-8') as file:
            line = 1 + next(n for n, text in enumerate(file)
                            if text.startswith(key + ' '))
        for words in (('--check',), ()):
            status, err = run_once(w, *words)
            same(status, 2, '%r: %s' % (settings, err))
            for word in (os.path.basename(w.component.config), key,
                         str(line)):
                holds(err, word)
        w.component.settings = kept
    w.component.configure()
    os.unlink(w.component.config)
    status, err = run_once(w)
    same(status, 2, err)
    status = subprocess.run([w.component.program('duologue'), '--nonsense'],
                            capture_output=True, timeout=20,
                            check=False).returncode
    same(status, 2)


BAD = {  # by type of the key
    'DOMAIN': 'a b', 'ENDPOINT': 'here', 'LISTEN': 'here:http',
    'SECRET': 's' * 1025, 'PATH': 'p' * 4001, 'USER': 'no such user',
    'CREATORS': 'someone odd', 'DURATION': '90', 'SIZE': '1 potato',
    'COUNT': '-1', 'URL': 'ftp://here', 'ORIGINS': 'here',
    'ADDRESSES': 'here'}
KEYS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..',
                    '..', 'common', 'config', 'config_keys.h')


@story(servers=DIRECT)
async def program_names_every_bad_value(w):
    """Of each key, in both programs: file, line, key, and no secret."""
    with open(KEYS, encoding='utf-8') as file:
        keys = re.findall(r'X\([A-Z_]+, "(\w+)", "(\w+)",\s+([A-Z]+),',
                          file.read())
    assert len(keys) >= 20, keys
    path = os.path.join(w.component.folder, 'bad.conf')
    for section, name, kind in keys:
        with open(path, 'w', encoding='utf-8') as file:
            file.write('[component]\n')
            if name != 'domain':
                file.write('domain = a.example\n')
            file.write('[%s]\n\n%s = %s\n' % (section, name, BAD[kind]))
        line = 4 if name == 'domain' else 5
        for program in ('duologue', 'duologue-gateway'):
            done = subprocess.run(
                [w.component.program(program), '-c', path, '--check'],
                timeout=20, capture_output=True, text=True, check=False)
            same(done.returncode, 2, '%s %s' % (program, name))
            holds(done.stderr, '%s:%d: %s: ' % (path, line, name))
            assert 'sss' not in done.stderr, done.stderr


@story(servers=DIRECT)
async def program_says_why_it_cannot_listen(w):
    """Pages or metrics where another listens: status 1; both in one: 2."""
    gateway = Gateway(w)
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = '127.0.0.1:%d' % taken.getsockname()[1]
        for name, at, status, words in (
                ('listen', port, 1, 'Address already in use; stop'),
                ('metrics', port, 1, 'Address already in use; stop'),
                ('listen', '203.0.113.9:8080', 1, 'an address of this machine'),
                ('metrics', '127.0.0.1:%d' % gateway.port, 2, 'another port')):
            w.component.configure(component_server='', **{
                **gateway.settings(), 'gateway_' + name: at})
            done = subprocess.run(gateway.command(), timeout=60, text=True,
                                  capture_output=True, check=False)
            same(done.returncode, status, done.stderr)
            holds(done.stderr, ': %s: ' % name)
            holds(done.stderr, words)


@story(servers=DIRECT)
async def program_keeps_its_files_to_itself(w):
    """Files are 0600 and folders 0700 whatever the umask is."""
    before = os.umask(0)
    try:
        await w.start(component_server='')
    finally:
        os.umask(before)
    await w.new_room()
    found = 0
    for place, _, files in os.walk(w.component.data):
        same(stat.S_IMODE(os.stat(place).st_mode), 0o700, place)
        for name in files:
            path = os.path.join(place, name)
            same(stat.S_IMODE(os.stat(path).st_mode), 0o600, path)
            found += 1
    assert found >= 2, 'a database and a key file were expected'


@story(servers=DIRECT)
async def program_runs_once_per_data_dir(w):
    """A second daemon on the same data ends with status 1 and a reason."""
    await w.start(component_server='')
    room = await w.new_room()
    second = w.make_component('second', w.domain, '')
    second.data = w.component.data
    second.configure(component_server='')
    done = subprocess.run([second.program('duologue'), '-c', second.config],
                          timeout=20, capture_output=True, text=True,
                          check=False)
    same(done.returncode, 1, done.stderr)
    holds(done.stderr, 'is in use by another duologue; stop that one')
    holds(await w.component.ctl('list'), room.local)


async def logged(w, words):
    deadline = time.monotonic() + 60.0
    while True:
        w.component.process.must_live()
        with open(w.component.log, encoding='utf-8') as file:
            if words in file.read():
                return
        assert time.monotonic() < deadline, words
        await asyncio.sleep(0.05)


@story(servers=DIRECT)
async def program_stops_and_reloads_by_signal(w):
    """SIGTERM ends it within two seconds; a bad file at SIGHUP is survived."""
    await w.start(component_server='')
    room = await w.new_room()
    w.component.configure(limits_body_max='nonsense')
    w.component.process.signal(signal.SIGHUP)
    await logged(w, 'event=reload_failed why="%s:' % w.component.config)
    await logged(w, ": 'nonsense' is not a size")
    w.component.process.must_live()
    w.component.settings.pop('limits_body_max')
    w.component.configure()
    w.component.process.signal(signal.SIGHUP)
    await logged(w, 'event=limits_reloaded')
    holds(await w.component.ctl('list'), room.local)
    began = time.monotonic()
    await w.component.terminate()
    assert time.monotonic() - began < 2.0, 'a slow stop'
    await w.start()
    holds(await w.component.ctl('list'), room.local)


@story(servers=DIRECT)
async def program_stats(w):
    """`stats` speaks JSON and Prometheus, and counts rooms."""
    await w.start(component_server='')
    before = json.loads(await w.component.ctl('stats', '--json'))
    await w.new_room()
    after = json.loads(await w.component.ctl('stats', '--json'))
    same(sorted(after), explained('duologuectl.1'), 'in the man page')
    assert before != after, 'a new room changes no number'
    lines = (await w.component.ctl('stats', '--prometheus')).splitlines()
    samples = [line for line in lines if line and not line.startswith('#')]
    assert samples, 'no sample'
    for line in samples:
        name, _, value = line.rpartition(' ')
        assert name.startswith('duologue'), line
        float(value)
    assert (await w.component.ctl('stats')).strip()


@story()
async def program_doctor(w):
    """`doctor` is content when all is well, and says so when it is not."""
    await w.person('abhi')
    status, out, err = await w.component.run_ctl('doctor')
    same(status, 0, out + err)
    await w.component.terminate()
    status, out, err = await w.component.run_ctl('doctor')
    same(status, 1, out + err)
    holds(out, 'BAD   component')
    holds(out, 'takes our secret; start the component')


@story()
async def program_doctor_talks_to_itself(w):
    """With an account, by libstrophe: it enters a new chat and hears itself."""
    abhi = await w.person('abhi')
    path = os.path.join(w.folder, 'password')
    for password, status, words in (
            (PASSWORD, 0, 'joined a fresh chat and heard itself'),
            ('not ' + PASSWORD, 1, 'wrong password')):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(password + '\n')
        got, out, err = await w.component.run_ctl(
            'doctor', '--as', bare(abhi.jid), '--password-file', path,
            '--host', '127.0.0.1:%d' % w.server.client_port, '--plain')
        same(got, status, out + err)
        holds(out, words)
    # What it made is gone.
    same(json.loads(await w.component.ctl('list', '--json')), [])


@story()
async def program_doctor_finds_the_cause(w):
    """Wrong secret, unknown domain and closed port are told apart as far as
    the server does, while the component runs and while it does not."""
    says_domain = w.server.kind == 'prosody'
    await w.start()
    await w.component.terminate()
    host = w.component.server.rpartition(':')[0]
    for settings, running, knocking in (
            ({'component_secret': 'wrong'}, 'the secrets differ',
             'wrong secret for'),
            ({'component_domain': 'elsewhere.example'},
             'does not know this domain' if says_domain else 'no such component',
             'does not know the component' if says_domain
             else 'no such component'),
            ({'component_server': '%s:%d' % (host, free_port())},
             'nothing listens there', 'is the XMPP server up')):
        kept = dict(w.component.settings)
        w.component.configure(**settings)
        status, out, err = await w.component.run_ctl('doctor')
        same(status, 1, out + err)
        holds(out, knocking)
        await w.component.start()
        deadline = time.monotonic() + 60.0
        while running not in out:
            assert time.monotonic() < deadline, out
            status, out, err = await w.component.run_ctl('doctor')
        same(status, 1, out + err)
        await w.component.terminate()
        w.component.settings = kept


@story(servers=DIRECT)
async def program_lists_every_room(w):
    """`list` is complete however many rooms there are."""
    await w.start(component_server='')
    rooms = [await w.new_room() for _ in range(80)]
    listed = await w.component.ctl('list')
    for room in rooms:
        same(listed.count(room.local), 1, 'in the list of %d rooms' %
             len(rooms))
    for seat in rooms[0].seats:
        assert seat.code not in listed, 'the list tells a code'
