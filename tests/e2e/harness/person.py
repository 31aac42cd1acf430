"""A native session: slixmpp on the wire, everything received kept in order."""

import asyncio
import itertools
import logging

logging.getLogger('slixmpp').setLevel(logging.CRITICAL)

import slixmpp  # noqa: E402

from . import ns  # noqa: E402
from .inbox import PATIENCE, Inbox  # noqa: E402
from .servers import PASSWORD  # noqa: E402
from .stanza import Stanza, attr, bare, text  # noqa: E402

_SERIAL = itertools.count(1)


def fresh_id(prefix='e2e'):
    return '%s-%d' % (prefix, next(_SERIAL))


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


class Refused(Exception):
    """A join answered by an error presence."""

    def __init__(self, stanza):
        super().__init__(str(stanza))
        self.stanza = stanza


class Joined:
    """What a join brought, in order, up to and including the subject."""

    def __init__(self, stanzas):
        self.stanzas = stanzas

    @property
    def me(self):
        """The self-presence."""
        return next(s for s in self.stanzas
                    if s.name == 'presence' and 110 in s.statuses)

    @property
    def others(self):
        return [s for s in self.stanzas
                if s.name == 'presence' and 110 not in s.statuses]

    @property
    def history(self):
        return [s for s in self.stanzas
                if s.name == 'message' and s.delay and s.subject is None]


class Person:
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
        outcome = await asyncio.wait_for(ready, 20.0)
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

    # Waiting.

    def mark(self):
        return self.inbox.mark()

    def since(self, mark):
        return self.inbox.since(mark)

    async def take(self, match, what, patience=PATIENCE, since=0):
        return await self.inbox.take(match, what, patience, since)

    async def none(self, match, what, seconds=1.0, since=0):
        await self.inbox.none(match, what, seconds, since)

    # Speaking.

    async def iq(self, kind, to, payload, patience=PATIENCE):
        """Asks, and returns the answer, be it result or error."""
        number = fresh_id('iq')
        mark = self.mark()
        self.raw('<iq type=%s to=%s id=%s>%s</iq>' % (
            attr(kind), attr(to), attr(number), payload))
        answer = await self.take(
            lambda s: s.name == 'iq' and s.id == number
            and s.type in ('result', 'error'),
            'the answer to %s' % payload[:200], patience, mark)
        assert answer.frm == to, 'answer from %s, not %s' % (answer.frm, to)
        return answer

    async def get(self, to, payload, patience=PATIENCE):
        """An iq get that must succeed."""
        answer = await self.iq('get', to, payload, patience)
        assert answer.type == 'result', str(answer)
        return answer

    async def set(self, to, payload, patience=PATIENCE):
        """An iq set that must succeed."""
        answer = await self.iq('set', to, payload, patience)
        assert answer.type == 'result', str(answer)
        return answer

    async def refused(self, kind, to, payload):
        """An iq that must fail; returns (type, condition)."""
        answer = await self.iq(kind, to, payload)
        assert answer.type == 'error', 'not refused: %s' % answer
        return answer.error

    async def disco(self, to, node=None):
        where = '' if node is None else ' node=%s' % attr(node)
        return await self.get(
            to, "<query xmlns='%s'%s/>" % (ns.DISCO_INFO, where))

    def send_join(self, room, nick, code=None, history='', x_extra=''):
        """Writes a join presence; returns its id."""
        number = fresh_id('join')
        password = '' if code is None else (
            '<password>%s</password>' % text(code))
        self.raw("<presence to=%s id=%s><x xmlns='%s'>%s%s%s</x></presence>"
                 % (attr('%s/%s' % (room, nick)), attr(number), ns.MUC,
                    password, history, x_extra))
        return number

    async def joined(self, room, number, mark, patience=PATIENCE):
        """Waits for the end of a join: its subject, or raises Refused."""
        def over(stanza):
            return bare(stanza.frm) == room and (
                (stanza.name == 'presence' and stanza.type == 'error'
                 and stanza.id == number)
                or (stanza.name == 'message' and stanza.subject is not None
                    and stanza.body is None))
        last = await self.take(over, 'the end of the join', patience, mark)
        if last.type == 'error':
            raise Refused(last)
        got = [s for s in self.since(mark) if bare(s.frm) == room]
        return Joined(got[:got.index(last) + 1])

    async def join(self, room, nick='me', code=None, history='',
                   patience=PATIENCE):
        mark = self.mark()
        number = self.send_join(room, nick, code, history)
        return await self.joined(room, number, mark, patience)

    async def join_error(self, room, nick='me', code=None):
        """A join that must fail; returns the error presence."""
        try:
            joined = await self.join(room, nick, code)
        except Refused as refusal:
            return refusal.stanza
        raise AssertionError('%s was let in: %s' % (self.name, joined.me))

    def leave(self, room, nick='me'):
        self.raw("<presence type='unavailable' to=%s/>"
                 % attr('%s/%s' % (room, nick)))

    def send(self, room, body, extra='', number=None):
        """Writes a groupchat message; returns its id."""
        number = number or fresh_id('msg')
        self.raw("<message type='groupchat' to=%s id=%s><body>%s</body>%s"
                 "</message>" % (attr(room), attr(number), text(body), extra))
        return number

    async def heard(self, room, number, patience=PATIENCE, since=0):
        """The reflection (or refusal) of the message with that id."""
        return await self.take(
            lambda s: s.name == 'message' and s.id == number
            and bare(s.frm) == room, 'message %s' % number, patience, since)

    async def say(self, room, body, extra='', number=None):
        """Sends and waits for the own reflection, which is the receipt."""
        number = self.send(room, body, extra, number)
        stanza = await self.heard(room, number)
        assert stanza.type == 'groupchat', 'refused: %s' % stanza
        assert stanza.body == body, 'another body in %s' % stanza
        return stanza

    async def archive(self, room, form='', rsm=''):
        """One archive query; returns (results, fin)."""
        query = fresh_id('q')
        mark = self.mark()
        answer = await self.set(room, query_xml(query, form, rsm))
        results = [s for s in self.since(mark) if s.frm == room
                   and s.find(ns.MAM, 'result') is not None
                   and s.find(ns.MAM, 'result').get('queryid') == query]
        return [Archived(s) for s in results], Fin(answer)


def query_xml(query, form='', rsm=''):
    if form:
        form = ("<x xmlns='%s' type='submit'><field var='FORM_TYPE' "
                "type='hidden'><value>%s</value></field>%s</x>"
                % (ns.XDATA, ns.MAM, form))
    if rsm:
        rsm = "<set xmlns='%s'>%s</set>" % (ns.RSM, rsm)
    return "<query xmlns='%s' queryid='%s'>%s%s</query>" % (
        ns.MAM, query, form, rsm)


def field(var, *values):
    return '<field var=%s>%s</field>' % (
        attr(var), ''.join('<value>%s</value>' % text(v) for v in values))


class Archived:
    """One result of an archive query."""

    def __init__(self, stanza):
        self.outer = stanza
        result = stanza.child(ns.MAM, 'result')
        self.id = result.get('id')
        forwarded = result.find('{%s}forwarded' % ns.FORWARD)
        self.stamp = forwarded.find('{%s}delay' % ns.DELAY).get('stamp')
        inner = forwarded.find('{jabber:client}message')
        assert inner is not None, 'no jabber:client message in %s' % stanza
        self.message = Stanza(inner)

    @property
    def body(self):
        return self.message.body


class Fin:
    """The end of an archive query."""

    def __init__(self, answer):
        fin = answer.child(ns.MAM, 'fin')
        assert fin is not None, 'no fin in %s' % answer
        rsm = fin.find('{%s}set' % ns.RSM)
        assert rsm is not None, 'fin without set: %s' % answer
        self.complete = fin.get('complete') == 'true'
        self.first = rsm.findtext('{%s}first' % ns.RSM)
        self.last = rsm.findtext('{%s}last' % ns.RSM)
        count = rsm.findtext('{%s}count' % ns.RSM)
        self.count = None if count is None else int(count)
