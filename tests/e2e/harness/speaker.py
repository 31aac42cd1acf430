"""What any session can do, native or guest: ask, join, say, and wait.

A subclass has `name`, `inbox`, `jid` and `raw`, which writes to its stream.
"""

import itertools

from . import ns
from .inbox import PATIENCE
from .stanza import Stanza, attr, bare, text

_SERIAL = itertools.count(1)


def fresh_id(prefix='e2e'):
    return '%s-%d' % (prefix, next(_SERIAL))


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


class Speaker:
    name = ''
    inbox = None
    jid = ''

    def raw(self, data):
        raise NotImplementedError

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

    async def deadline(self, room):
        """When that chat ends if nothing happens, in Unix time."""
        return (await self.get(room, "<room xmlns='%s'/>" % ns.ROOM)).deadline

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
