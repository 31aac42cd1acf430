"""A native session: slixmpp on the wire, everything received kept in order."""

import asyncio
import logging

logging.getLogger('slixmpp').setLevel(logging.CRITICAL)

import slixmpp  # noqa: E402

from .inbox import Inbox  # noqa: E402
from .servers import PASSWORD  # noqa: E402
from .speaker import Speaker  # noqa: E402
from .stanza import Stanza  # noqa: E402


class _Client(slixmpp.ClientXMPP):
    """slixmpp, but every received element is shown to `on_element` first."""

    def __init__(self, jid, on_element):
        super().__init__(jid, PASSWORD, plugin_config={
            'feature_mechanisms': {'unencrypted_plain': True}})
        self._on_element = on_element
        self._held = b''
        for plugin in ('xep_0004', 'xep_0030', 'xep_0050', 'xep_0059',
                       'xep_0199', 'xep_0313'):
            self.register_plugin(plugin)

    def data_received(self, data):
        # expat may sit on a tag that arrived in two pieces until more comes:
        # give it whole tags only.
        whole, mark, rest = (self._held + data).rpartition(b'>')
        self._held = rest
        if mark:
            super().data_received(whole + mark)

    def _spawn_event(self, xml):
        self._on_element(xml)
        super()._spawn_event(xml)


class Person(Speaker):
    """One logged in session of an account."""

    def __init__(self, server, slot, name, resource):
        self.name = name
        self.inbox = Inbox(name)
        self.bare = slot.jid(name)
        self._port = server.client_port
        self._client = _Client('%s/%s' % (self.bare, resource),
                               lambda xml: self.inbox.add(Stanza(xml)))

    @property
    def jid(self):
        return self._client.boundjid.full

    @property
    def client(self):
        """slixmpp itself, for stories about its own plugins."""
        return self._client

    async def login(self):
        ready = asyncio.get_running_loop().create_future()

        def settle(outcome):
            def handler(_):
                if not ready.done():
                    ready.set_result(outcome)
            return handler

        for event, outcome in (('session_start', 'in'),
                               ('failed_auth', 'password refused'),
                               ('connection_failed', 'no connection')):
            self._client.add_event_handler(event, settle(outcome))
        self._client.connect(('127.0.0.1', self._port),
                             force_starttls=False, disable_starttls=True)
        outcome = await asyncio.wait_for(ready, 60.0)
        assert outcome == 'in', 'login of %s: %s' % (self.name, outcome)
        self.raw('<presence/>')
        await self.take(lambda s: s.name == 'presence' and s.frm == self.jid,
                        'own presence')
        return self

    async def logout(self):
        if self._client.transport is not None:
            await self._client.disconnect(wait=1.0)

    def vanish(self):
        """Cuts the connection without a word."""
        self._client.abort()

    def raw(self, data):
        """Writes bytes or text to the stream as they are."""
        self._client.send_raw(data)
