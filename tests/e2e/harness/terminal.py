"""Terminal clients in tmux: typing, waiting for words, keeping screens."""

import asyncio
import os
import time

from .process import Process, die_with_parent

WIDTH, HEIGHT = 110, 40
NOBODY = 65534


def give_to(folder, uid):
    """Makes a user the owner of a folder and of everything in it."""
    os.chown(folder, uid, uid)
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(place, name), uid, uid)


def squeezed(words):
    """Words as they compare: neither wrapped lines nor borders matter."""
    return ''.join(words.replace('│', ' ').split())


def must_follow(screen, *words):
    """The last of each of the words are on the screen in this order."""
    there = squeezed(screen)
    places = [there.rfind(squeezed(word)) for word in words]
    assert places == sorted(places), 'history out of order:\n' + screen


class Terminal:
    """One client in a tmux server of its own."""

    def __init__(self, name, folder, captures):
        self.name = name
        self.folder = folder
        self.captures = captures
        self.socket = os.path.join(folder, 't')
        self._process = None
        self._serial = 0
        os.makedirs(folder, exist_ok=True)
        os.makedirs(captures, exist_ok=True)

    def environment(self):
        """A home of its own: no file of the user is read or written."""
        env = {'HOME': self.folder, 'TERM': 'xterm-256color',
               'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8', 'SHELL': '/bin/sh',
               'PATH': '/usr/bin:/bin'}
        for kind in ('CONFIG', 'DATA', 'CACHE', 'STATE'):
            env['XDG_%s_HOME' % kind] = os.path.join(self.folder,
                                                     kind.lower())
        return env

    async def open(self, command):
        # In the foreground tmux is our child, so nothing is left behind.
        self._process = Process(
            'tmux', ['tmux', '-D', '-u', '-S', self.socket, '-f', '/dev/null'],
            os.path.join(self.folder, 'tmux.log'), env=self.environment(),
            cwd=self.folder)
        deadline = time.monotonic() + 60.0
        while not os.path.exists(self.socket):
            self._process.must_live()
            assert time.monotonic() < deadline, 'tmux did not start'
            await asyncio.sleep(0.02)
        # A client that ends leaves its last words on the screen.
        await self.tmux('set-option', '-g', 'remain-on-exit', 'on')
        await self.tmux('new-session', '-d', '-s', 'client', '-x', str(WIDTH),
                        '-y', str(HEIGHT), 'exec ' + command)

    async def close(self):
        if self._process is not None:
            self._process.kill()

    async def tmux(self, *words):
        child = await asyncio.create_subprocess_exec(
            'tmux', '-u', '-S', self.socket, *words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=self.environment(), preexec_fn=die_with_parent)
        out, err = await child.communicate()
        assert child.returncode == 0, '%s: tmux %s: %s' % (
            self.name, words[0], err.decode())
        return out.decode()

    async def type(self, words):
        """Types a line and presses Enter."""
        await self.tmux('send-keys', '-t', 'client', '-l', words)
        await self.tmux('send-keys', '-t', 'client', 'Enter')

    async def type_until(self, words, wanted, patience=60.0):
        """Types a line again until its answer is there."""
        deadline = time.monotonic() + patience
        while True:
            await self.type(words)
            try:
                return await self.see(wanted, patience=3.0)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise

    async def press(self, *keys):
        await self.tmux('send-keys', '-t', 'client', *keys)

    async def screen(self):
        return await self.tmux('capture-pane', '-p', '-t', 'client')

    async def see(self, *wanted, patience=60.0):
        """Waits until all the words stand on the screen at once."""
        deadline = time.monotonic() + patience
        while True:
            screen = await self.screen()
            there = squeezed(screen)
            absent = [w for w in wanted if squeezed(w) not in there]
            if not absent:
                return screen
            if time.monotonic() > deadline:
                await self.keep('unseen')
                raise AssertionError('%s does not show %r:\n%s' % (
                    self.name, absent[0], screen.rstrip()))
            await asyncio.sleep(0.1)

    async def count(self, words):
        return squeezed(await self.screen()).count(squeezed(words))

    async def keep(self, label):
        """Saves the screen for people to look at."""
        self._serial += 1
        path = os.path.join(self.captures, '%s-%02d-%s.txt' % (
            self.name, self._serial, label))
        with open(path, 'w', encoding='utf-8') as file:
            file.write(await self.screen())


class Profanity(Terminal):
    def __init__(self, name, folder, captures, server, slot, person):
        super().__init__(name, folder, captures)
        config = os.path.join(folder, 'config', 'profanity')
        data = os.path.join(folder, 'data', 'profanity')
        os.makedirs(config, exist_ok=True)
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(config, 'profrc'), 'w') as file:
            file.write('[ui]\nsplash=false\noccupants=false\n'
                       'roster=false\ntips=false\n'
                       '[connection]\nautoping=0\n'
                       '[notifications]\nmessage=off\nroom=off\n')
        with open(os.path.join(data, 'accounts'), 'w') as file:
            file.write('[%s]\nenabled=true\njid=%s\nserver=127.0.0.1\n'
                       'port=%d\nresource=term\ntls.policy=disable\n'
                       'password=%s\nlast=online\nlogin=online\n' % (
                           person, slot.jid(person), server.client_port,
                           'candle-light'))
        self.person = person
        self.jid = slot.jid(person)

    async def start(self):
        await self.open('profanity')
        await self.see('Profanity')

    async def connect(self):
        await self.type('/connect %s' % self.person)
        await self.see('logged in successfully')
        await self.type('/presence room all')

    async def say(self, words):
        await self.type(words)

    async def disconnect(self):
        await self.type('/disconnect')
        await self.see('logged out successfully')
        await self.type('/clear')  # its next login is not this one


class Poezio(Terminal):
    def __init__(self, name, folder, captures, server, slot, person):
        super().__init__(name, folder, captures)
        config = os.path.join(folder, 'config', 'poezio')
        os.makedirs(config, exist_ok=True)
        with open(os.path.join(config, 'poezio.cfg'), 'w') as file:
            file.write('[Poezio]\njid = %s\npassword = %s\n'
                       'custom_host = 127.0.0.1\ncustom_port = %d\n'
                       'force_encryption = false\nrooms =\n'
                       'auto_reconnect = false\n'
                       'hide_user_list = true\n'
                       'information_buffer_popup_on = error warning\n' % (
                           slot.jid(person), 'candle-light',
                           server.client_port))
        self.jid = slot.jid(person)

    async def start(self):
        # The distribution's interpreter, whatever else is in the PATH.
        command = '/usr/bin/python3 /usr/bin/poezio'
        if os.geteuid() == 0:  # poezio refuses to run as root
            give_to(self.folder, NOBODY)
            command = 'setpriv --reuid=%d --regid=%d --clear-groups %s' % (
                NOBODY, NOBODY, command)
        await self.open(command)

    async def type(self, words):
        # Keys that come at once are a paste to poezio: the slash that opens
        # its prompt and the Enter must come as keys of their own.
        await self.tmux('send-keys', '-t', 'client', '-l', words[0])
        await asyncio.sleep(0.2)
        await self.tmux('send-keys', '-t', 'client', '-l', words[1:])
        await asyncio.sleep(0.2)
        await self.press('Enter')

    async def again(self):
        """Starts the client anew after it was quit."""
        # It sometimes stays around after it has left; -k ends it then.
        await asyncio.sleep(1.0)
        await self.tmux('respawn-pane', '-k', '-t', 'client')
        await self.connect()

    async def connect(self):
        """poezio connects by itself; the roster comes when it is in."""
        await self.see('Authentication success')
