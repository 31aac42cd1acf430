"""Gajim as its users run it, in a desktop of its own."""

import asyncio
import json
import os
import sqlite3

from gi.repository import GLib

from harness.servers import PASSWORD

from .desktop import Desktop

SERVICE, PATH = 'org.gajim.Gajim', '/org/gajim/Gajim'
ACCOUNT = 'here'


class Gajim(Desktop):
    def __init__(self, name, folder, server, slot, person, omemo=False):
        super().__init__(name, folder)
        self.jid = slot.jid(person)
        config = os.path.join(folder, 'config', 'gajim')
        os.makedirs(config, exist_ok=True)
        user, _, host = self.jid.partition('@')
        self._write(os.path.join(config, 'settings.sqlite'), {
            'name': user, 'hostname': host, 'account_label': 'My account',
            'password': PASSWORD, 'active': True, 'autoconnect': True,
            'use_custom_host': True, 'custom_host': '127.0.0.1',
            'custom_port': server.client_port, 'custom_type': 'PLAIN',
            'use_plain_connection': True,
            'confirm_unencrypted_connection': False, 'send_os_info': False,
        }, omemo)

    @staticmethod
    def _write(path, account, omemo):
        """Its settings, as it would have stored them itself."""
        app = {'use_keyring': False, 'is_window_visible': True,
               'show_trayicon': False, 'sounds_on': False,
               'show_help_start_chat': False, 'plugins_update_check': False,
               'show_notifications': False, 'use_stun_server': False,
               'show_subject_on_join': False}
        plugins = {'omemo': {'active': True}} if omemo else {}
        workspace = {'first': {'name': 'Chats', 'color': '#3584e4',
                               'chats': [], 'avatar_sha': ''}}
        with sqlite3.connect(path) as base:
            base.executescript(
                'CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);'
                'CREATE TABLE account_settings (account TEXT UNIQUE,'
                ' settings TEXT); PRAGMA user_version=5;')
            base.executemany('INSERT INTO settings VALUES (?, ?)', [
                (name, json.dumps(value)) for name, value in (
                    ('app', app), ('soundevents', {}),
                    ('status_presets', {}), ('proxies', {}),
                    ('plugins', plugins), ('workspaces', workspace))])
            base.execute('INSERT INTO account_settings VALUES (?, ?)', (
                ACCOUNT, json.dumps({'account': account, 'contact': {},
                                     'group_chat': {}})))

    async def start(self):
        if not self.processes:
            await self.open()
        self.run('gajim', ['/usr/bin/python3', '/usr/bin/gajim'])
        await self.see('Chats')
        await self._wait_for_action('%s-services' % ACCOUNT)

    async def quit(self):
        """As by its menu; everything is on its disk then."""
        self.action('quit')
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.app.wait)

    async def _wait_for_action(self, name):
        """Account actions are off until the account is online."""
        for _ in range(200):
            if self.access.is_enabled(SERVICE, PATH, name):
                return
            await asyncio.sleep(0.1)
        raise AssertionError('Gajim is not online:\n' + self.app.tail())

    def action(self, name, variant=None):
        self.access.activate(SERVICE, PATH, name, variant)

    def window_action(self, name, variant=None):
        """An action of the main window, which is the oldest."""
        window = min(self.access.windows(SERVICE, PATH), key=lambda path: int(
            path.rpartition('/')[2]))
        self.access.activate(SERVICE, window, name, variant)

    # -- a chat is made

    async def commands_of(self, service):
        """Service discovery, then the commands of a service."""
        self.action('%s-services' % ACCOUNT, GLib.Variant('s', ACCOUNT))
        await self.see(service)
        row = next(n for n in (await self.look()).all()
                   if n.role == 'table cell' and service in n.name)
        await self.mouse(row)
        await self.click('Command', 'push button')

    async def execute(self, command):
        await self.mouse(await self.find(command, 'table cell'))
        await self.click('Execute', 'push button')

    async def results(self):
        """The labels of a finished command, from top to bottom."""
        await self.find('Commands', 'push button')
        frame = next(n for n in (await self.look()).all()
                     if n.role == 'frame' and n.name == 'Completed')
        shown = [(n.middle[1], n.middle[0], n.text) for n in frame.all()
                 if n.role == 'label' and n.text]
        return [text for _, _, text in sorted(shown)]

    async def close_dialogs(self):
        while len([n for n in (await self.look()).all()
                   if n.role in ('frame', 'dialog')
                   and n.name not in ('main', 'Gajim')]):
            await self.press('Escape')
            await asyncio.sleep(0.3)

    # -- a chat is joined

    async def start_chat(self, jid):
        """Start / Join Chat: the address, Enter, Join."""
        self.action('start-chat', GLib.Variant('as', [jid, '']))
        await self.find('Search', 'text', last=True)
        await asyncio.sleep(0.5)
        await self.press('Return')

    async def join(self, jid):
        await self.start_chat(jid)
        await self.click('Join', 'push button', last=True)

    async def code(self, words):
        await self.see('Password Required')
        await self.mouse(await self.find(None, 'password text'))
        await self.press('ctrl+a')
        await self.type(words)
        await self.click('Join', 'push button')

    # -- in a chat

    async def entry(self):
        """Where messages are written: the lowest text on the screen."""
        texts = [n for n in (await self.look()).all() if n.role == 'text'
                 and n.name != 'Search']
        assert texts, 'no chat is open:\n' + await self.tree()
        return max(texts, key=lambda n: n.middle[1])

    async def say(self, words):
        await self.mouse(await self.entry())
        await self.type(words)
        await self.press('Return')

    async def correct_last(self, words):
        await self.mouse(await self.entry())
        self.window_action('correct-message')
        await self.press('ctrl+a')
        await self.type(words)
        await self.press('Return')

    def encrypt(self):
        """The lock beside the entry: OMEMO."""
        self.window_action('set-encryption', GLib.Variant('s', 'OMEMO'))

    async def open_chat(self, jid):
        """Shows a chat that Gajim has already."""
        self.action('open-chat', GLib.Variant('as', [ACCOUNT, jid]))

    async def accept_invite(self):
        """The account's page, Show, and Join in the dialog."""
        badge = await self.find('1', 'label')
        await self.mouse(badge)
        await self.click('Show', 'push button')
        await self.click('Join', 'push button', last=True)
