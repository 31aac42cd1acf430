"""One Xvfb, one window manager, one session bus, one client."""

import asyncio
import os
import subprocess
import time

from gi.repository import GLib

from harness.process import Process, die_with_parent
from harness.terminal import NOBODY, give_to, squeezed

from .access import SENSITIVE, SHOWING, Access

SIZE = (1000, 700)
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus \
Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/\
busconfig.dtd">
<busconfig>
  <include>/usr/share/dbus-1/session.conf</include>
  <policy context="default"><allow user="*"/></policy>
</busconfig>
"""  # as root we look at what belongs to nobody


def free_display():
    for number in range(60, 400):
        if not (os.path.exists('/tmp/.X11-unix/X%d' % number)
                or os.path.exists('/tmp/.X%d-lock' % number)):
            return number
    raise RuntimeError('no free display')


class Desktop:
    shown = SHOWING  # the state of a widget that is there to be seen

    def __init__(self, name, folder, size=SIZE):
        self.name = name
        self.folder = folder
        self.size = size
        self.processes = []
        self.access = None
        self.app = None
        os.makedirs(os.path.join(folder, 'run'), mode=0o700, exist_ok=True)

    # -- coming and going

    def environment(self):
        """A home of its own; nothing of the user is read or written."""
        env = {'HOME': self.folder, 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8',
               'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'TZ': 'UTC',
               'XDG_RUNTIME_DIR': os.path.join(self.folder, 'run'),
               'GDK_BACKEND': 'x11', 'GSETTINGS_BACKEND': 'memory',
               'GSK_RENDERER': 'cairo', 'LIBGL_ALWAYS_SOFTWARE': '1',
               'GTK_THEME': 'Adwaita', 'NO_AT_BRIDGE': '0'}
        for kind in ('CONFIG', 'DATA', 'CACHE', 'STATE'):
            env['XDG_%s_HOME' % kind] = os.path.join(self.folder,
                                                     kind.lower())
        if self.processes:
            env['DISPLAY'] = ':%d' % self.display
            env['DBUS_SESSION_BUS_ADDRESS'] = self.bus
        return env

    def _spawn(self, name, argv, wrap=()):
        if os.geteuid() == 0:  # Gajim refuses to run as root
            argv = ['setpriv', '--reuid=%d' % NOBODY, '--regid=%d' % NOBODY,
                    '--clear-groups', *argv]
        process = Process(name, [*wrap, *argv],
                          os.path.join(self.folder, name + '.log'),
                          env=self.environment(), cwd=self.folder)
        self.processes.append(process)
        return process

    async def open(self):
        config = os.path.join(self.folder, 'bus.conf')
        with open(config, 'w') as file:
            file.write(BUS)
        if os.geteuid() == 0:
            give_to(self.folder, NOBODY)
        self.display = free_display()
        self.bus = 'unix:path=%s/run/bus' % self.folder
        self._spawn('xvfb', [
            'Xvfb', ':%d' % self.display, '-screen', '0',
            '%dx%dx24' % self.size, '-nolisten', 'tcp', '-ac'])
        await self._exists('/tmp/.X11-unix/X%d' % self.display)
        self._spawn('bus', ['dbus-daemon', '--nofork',
                            '--config-file=' + config,
                            '--address=' + self.bus])
        await self._exists(os.path.join(self.folder, 'run', 'bus'))
        self._spawn('wm', ['matchbox-window-manager', '-use_titlebar', 'no',
                           '-use_desktop_mode', 'plain'])
        self.access = Access(self.bus, self.shown)
        return self

    async def _exists(self, path):
        deadline = time.monotonic() + 20.0
        while not os.path.exists(path):
            self.processes[-1].must_live()
            assert time.monotonic() < deadline, 'never there: ' + path
            await asyncio.sleep(0.02)

    def run(self, name, argv, wrap=()):
        """Starts the client."""
        self.app = self._spawn(name, argv, wrap)
        return self.app

    async def close(self):
        """Ends everything; `last.png` is what was seen last."""
        if self.access is not None:
            await self.shot(os.path.join(self.folder, 'last.png'))
        self.access = None
        for process in reversed(self.processes):
            process.kill()

    # -- looking

    async def look(self):
        def look():
            deadline = time.monotonic() + 20.0
            while True:
                try:
                    return self.access.look()
                except GLib.Error as problem:
                    # A client that starts or is busy does not answer.
                    if time.monotonic() > deadline:
                        raise AssertionError('%s: %s' % (
                            self.name, problem.message)) from None
                    time.sleep(0.2)
        return await asyncio.get_running_loop().run_in_executor(None, look)

    async def texts(self):
        return [node.text for node in (await self.look()).all()]

    async def see(self, *wanted, patience=25.0):
        """Waits until all the words are shown at once."""
        deadline = time.monotonic() + patience
        while True:
            shown = squeezed(' '.join(await self.texts()))
            absent = [w for w in wanted if squeezed(w) not in shown]
            if not absent:
                return
            if time.monotonic() > deadline:
                raise AssertionError('%s does not show %r; it shows:\n%s' % (
                    self.name, absent[0], await self.tree()))
            await asyncio.sleep(0.2)

    async def count(self, words):
        return squeezed(' '.join(await self.texts())).count(squeezed(words))

    async def find(self, name=None, role=None, patience=25.0, last=False):
        """The first (or last) sensitive widget of that name and role."""
        deadline = time.monotonic() + patience
        while True:
            found = [n for n in (await self.look()).all()
                     if (name is None or n.name.strip() == name)
                     and (role is None or n.role == role)
                     and n.is_in(SENSITIVE)]
            if found:
                return found[-1 if last else 0]
            if time.monotonic() > deadline:
                raise AssertionError('%s has no %s %r; it shows:\n%s' % (
                    self.name, role, name, await self.tree()))
            await asyncio.sleep(0.2)

    async def beside(self, label, role='text'):
        """The widget in the same line as a label."""
        words = await self.find(label, 'label')
        level = words.middle[1]
        for node in (await self.look()).all():
            if node.role == role and abs(node.middle[1] - level) < 20:
                return node
        raise AssertionError('nothing beside %r:\n%s' % (
            label, await self.tree()))

    async def fill(self, label, words):
        await self.mouse(await self.beside(label))
        await self.press('ctrl+a')
        await self.type(words)

    async def has(self, name, role=None):
        return any(n.name.strip() == name and role in (None, n.role)
                   for n in (await self.look()).all())

    async def tree(self):
        """For people who read a failure."""
        lines = []

        def draw(node, depth):
            text = node.text
            lines.append('%s%s %r%s' % (
                ' ' * depth, node.role, node.name,
                '' if text == node.name else ' = %r' % text))
            for child in node.children:
                draw(child, depth + 1)
        draw(await self.look(), 0)
        return '\n'.join(lines)

    # -- doing

    async def tool(self, *words):
        child = await asyncio.create_subprocess_exec(
            *words, env=self.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=die_with_parent)
        out, err = await child.communicate()
        assert child.returncode == 0, '%s: %s' % (words[0], err.decode())
        return out.decode()

    async def press(self, *keys):
        for key in keys:
            await self.tool('xdotool', 'key', '--clearmodifiers', key)
            await asyncio.sleep(0.1)

    async def type(self, words):
        # Slowly: a letter that no key has is given one first.
        await self.tool('xdotool', 'type', '--delay', '40', words)

    async def click(self, name=None, role=None, last=False):
        """Where AT-SPI has an action it is used, else the mouse."""
        node = await self.find(name, role, last=last)
        if 'Action' in node.interfaces:
            node.act()
        else:
            await self.mouse(node)

    async def mouse(self, node, button='1'):
        x, y = node.middle
        await self.tool('xdotool', 'mousemove', str(x), str(y), 'click',
                        button)

    async def shot(self, path, crop=None):
        """The screen as a PNG of few colours."""
        raw = os.path.join(self.folder, 'screen.png')
        area = [] if crop is None else ['-crop', crop, '+repage']
        await self.tool('import', '-window', 'root', *area, raw)
        await self.tool('pngquant', '--force', '--strip', '--speed', '1',
                        '--output', path, '64', raw)
