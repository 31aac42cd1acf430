"""Rooms and people that exist only here, and a ledger of what was promised.

A message counts as acknowledged when its sender's own reflection has come, a
room as made when its codes have, and as ended when somebody was told so.
"""

import re
import time

from .server import DOMAIN

NAMES = ('Abhi', 'Anny')
_STANZA_ID = re.compile(rb"<stanza-id\b[^>]*\bid=['\"]([^'\"]*)")
_BODY = re.compile(rb'<body>([^<]*)</body>')
_FIELD = re.compile(rb"var=['\"]([a-z0-9-]+)['\"][^>]*><value>([^<]*)<")
_RESULT = re.compile(rb"<result\b[^>]*\bid=['\"]([^'\"]*)")
_INNER = re.compile(rb"<message\b[^>]*\bid=['\"]([^'\"]*)")


class Violation(Exception):
    """A promise was broken."""


def must(fact, *words):
    if not fact:
        raise Violation(' '.join(str(word) for word in words))


class Room:
    def __init__(self, number, names=NAMES):
        self.number = number
        self.names = names
        self.jid = ''
        self.codes = ('', '')
        self.people = tuple('%s%d@example.torture/a' % (n.lower(), number)
                            for n in NAMES)  # whatever they are called
        self.inside = set()
        self.sent = {}       # id -> (seat, body): not acknowledged
        self.acked = {}      # id -> stanza-id
        self.reflected = []  # ids as they came back at once, not as history
        self.bodies = {}     # id -> body of every message ever sent
        self.stored = []     # (id, stanza-id) as the archive told
        self.is_ending = False
        self.is_ended = False  # somebody was told
        self.is_erased = False  # the iq result has come
        self.restarts = 0


class Chat:
    """Drives rooms over one link after another."""

    def __init__(self, prefix='m'):
        self.rooms = {}      # by jid
        self.making = {}     # number -> Room
        self.over = []
        self.link = None
        self.prefix = prefix
        self.patience = 120.0
        self.counts = {'acked': 0, 'sent': 0, 'rooms': 0, 'ended': 0,
                       'refused': 0, 'resent': 0}
        self._next = 0
        self._room_next = 0
        self._results = {}
        self.refusals = []

    # --- saying ---------------------------------------------------------

    def make(self, names=NAMES, idle='7d'):
        room = Room(self._room_next, names)
        self._room_next += 1
        self.making[room.number] = room
        self.link.put(
            "<iq type='set' from='maker%d@example.torture/a' to='%s' "
            "id='make-%d'><command xmlns='http://jabber.org/protocol/"
            "commands' node='create-chat' action='execute'><x xmlns='jabber:"
            "x:data' type='submit'><field var='your-name'><value>%s</value>"
            "</field><field var='peer-name'><value>%s</value></field><field "
            "var='idle'><value>%s</value></field><field var='protection'>"
            "<value>server</value></field></x></command></iq>"
            % (room.number, DOMAIN, room.number, *names, idle))
        return room

    def enter(self, room, seat):
        self.link.put(
            "<presence from='%s' to='%s/%s' id='join-%d'><x xmlns='http://"
            "jabber.org/protocol/muc'><history maxchars='0'/><password>%s"
            "</password></x></presence>" % (
                room.people[seat], room.jid, room.names[seat], seat,
                room.codes[seat]))

    def say(self, room, seat, body=None):
        id_ = '%s%d' % (self.prefix, self._next)
        self._next += 1
        body = body or 'text of ' + id_
        key = id_.encode()
        room.sent[key] = (seat, body)
        room.bodies[key] = body.encode()
        self.counts['sent'] += 1
        self._put_message(room, seat, id_, body)
        return key

    def _put_message(self, room, seat, id_, body):
        self.link.put(
            "<message type='groupchat' from='%s' to='%s' id='%s'><body>%s"
            "</body><origin-id xmlns='urn:xmpp:sid:0' id='%s'/></message>"
            % (room.people[seat], room.jid, id_, body, id_))

    def resend(self, room):
        """What a client does with messages that never came back."""
        for key, (seat, body) in list(room.sent.items()):
            self.counts['resent'] += 1
            self._put_message(room, seat, key.decode(), body)

    def end(self, room):
        room.is_ending = True
        self.link.put(
            "<iq type='set' from='%s' to='%s' id='end-%d'><query xmlns='http:"
            "//jabber.org/protocol/muc#owner'><destroy/></query></iq>" % (
                room.people[0], room.jid, room.number))

    # --- hearing --------------------------------------------------------

    def hear(self, stanza):
        """Enters one stanza into the ledger."""
        if stanza.name == b'message':
            self._hear_message(stanza)
        elif stanza.name == b'presence':
            self._hear_presence(stanza)
        elif stanza.name == b'iq':
            self._hear_iq(stanza)

    def _hear_message(self, stanza):
        frm, _, nick = stanza.frm.partition(b'/')
        room = self.rooms.get(frm)
        if room is None:
            return
        if b'<result' in stanza.text:
            self._results.setdefault(stanza.to, []).append(stanza)
            return
        key = stanza.id
        if stanza.type == b'error':
            self.counts['refused'] += 1
            self.refusals.append((room, key, stanza))
            return
        if stanza.type != b'groupchat' or key not in room.bodies:
            return
        seat = room.names.index(nick.decode())
        if stanza.to != room.people[seat].encode():
            return  # the peer's copy
        self._ack(room, key, stanza)

    def _ack(self, room, key, stanza):
        found = _STANZA_ID.search(stanza.text)
        must(found, 'a reflection without stanza-id', stanza)
        must(not room.is_erased, 'a reflection after the erasure', stanza)
        if key in room.acked:
            # Only a resend is answered again, with what was stored first.
            must(room.acked[key] == found.group(1), 'two ids for', key)
            return
        room.acked[key] = found.group(1)
        if b'<delay' not in stanza.text:
            room.reflected.append(key)
        room.sent.pop(key, None)
        self.counts['acked'] += 1

    def _hear_presence(self, stanza):
        frm, _, nick = stanza.frm.partition(b'/')
        room = self.rooms.get(frm)
        if room is None:
            return
        if b'<destroy' in stanza.text:
            self._told_of_end(room)
        elif stanza.type == b'error':
            self.refusals.append((room, stanza.id, stanza))
        elif re.search(rb"<status code=['\"]110", stanza.text):
            if stanza.type == b'unavailable':
                room.inside.discard(room.names.index(nick.decode()))
            else:
                room.inside.add(room.names.index(nick.decode()))

    def _told_of_end(self, room):
        must(room.is_ending, 'an end that nobody asked for:', room.jid)
        if not room.is_ended:
            self.counts['ended'] += 1
        room.is_ended = True

    def _hear_iq(self, stanza):
        id_ = stanza.id
        if id_.startswith(b'make-'):
            room = self.making.pop(int(id_[5:]), None)
            if room is not None and stanza.type == b'result':
                fields = dict(_FIELD.findall(stanza.text))
                must(b'room' in fields, 'made, and no room told:', stanza)
                room.jid = fields[b'room'].decode()
                room.codes = tuple(fields[b'seat%d-code' % n].decode()
                                   for n in (1, 2))
                self.rooms[fields[b'room']] = room
                self.counts['rooms'] += 1
        elif (id_.startswith(b'end-') and stanza.type == b'result'
              and stanza.frm in self.rooms):
            room = self.rooms[stanza.frm]
            self._told_of_end(room)
            room.is_erased = True
        elif id_.startswith((b'mam-', b'ask-')):
            self._results[id_] = stanza

    # --- waiting --------------------------------------------------------

    def pump(self, wait=0.0):
        for stanza in self.link.pump(wait):
            self.hear(stanza)

    def until(self, fact, patience=None, what=''):
        deadline = time.monotonic() + (patience or self.patience)
        while not fact():
            must(time.monotonic() < deadline, 'not in time:', what,
                 self.state())
            self.pump(0.02)

    def state(self):
        """For whoever must find out what went wrong."""
        rooms = ['%s inside=%s open=%d acked=%d ending=%s' % (
            r.jid, r.inside, len(r.sent), len(r.acked), r.is_ending)
            for r in self.rooms.values()]
        return '\n'.join(rooms + [repr(r[2]) for r in self.refusals[-3:]])

    def new_room(self, idle='7d'):
        """Makes a room and brings both in; for quiet times."""
        room = self.make(idle=idle)
        self.until(lambda: room.jid, what='a room')
        self.settle(room)
        return room

    def settle(self, room):
        for seat in (0, 1):
            if seat not in room.inside:
                self.enter(room, seat)
        self.until(lambda: len(room.inside) == 2, what='both inside')

    def live(self):
        return [r for r in self.rooms.values() if not r.is_ending]

    # --- asking ---------------------------------------------------------

    def ask(self, frm, to, payload, kind='get', patience=None):
        """The answer to an iq."""
        id_ = self.put_ask(frm, to, payload, kind)
        self.until(lambda: self.has_answer(id_), patience, 'an iq answer')
        return self._results.pop(id_)

    def put_ask(self, frm, to, payload, kind='get'):
        self._next += 1
        id_ = b'ask-%d' % self._next
        self.link.put("<iq type='%s' from='%s' to='%s' id='%s'>%s</iq>" % (
            kind, frm, to, id_.decode(), payload))
        return id_

    def has_answer(self, id_):
        return id_ in self._results

    def page(self, room, after):
        """One page of the archive: ([(id, stanza-id, body)], complete)."""
        self._next += 1
        id_ = b'mam-%d' % self._next
        person = room.people[0].encode()
        self._results.pop(person, None)
        self.link.put(
            b"<iq type='set' from='%s' to='%s' id='%s'><query xmlns='urn:"
            b"xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>"
            b"250</max>%s</set></query></iq>" % (
                person, room.jid.encode(), id_,
                b'<after>%s</after>' % after if after else b''))
        self.until(lambda: id_ in self._results, what='the archive')
        fin = self._results.pop(id_)
        must(fin.type == b'result', 'no archive:', fin)
        found = []
        for stanza in self._results.pop(person, []):
            body = _BODY.search(stanza.text)
            inner = stanza.text[stanza.text.index(b'<forwarded'):]
            found.append((_INNER.search(inner).group(1),
                          _RESULT.search(stanza.text).group(1),
                          body.group(1) if body else b''))
        return found, re.search(rb"complete=['\"]true", fin.text) is not None

    def read_archive(self, room, whole=False):
        """Reads what came after what was read before, or all of it."""
        if whole:
            room.stored = []
        complete = False
        while not complete:
            after = room.stored[-1][1] if room.stored else b''
            found, complete = self.page(room, after)
            for id_, stanza_id, body in found:
                must(body == room.bodies.get(id_), 'the archive holds', id_,
                     body, 'and we said', room.bodies.get(id_))
                room.stored.append((id_, stanza_id))

    # --- judging --------------------------------------------------------

    def judge(self, room, whole=False):
        """Acknowledged = present, once, in order."""
        self.read_archive(room, whole)
        places = {}
        for place, (id_, stanza_id) in enumerate(room.stored):
            must(id_ not in places, 'twice in the archive:', id_)
            must(id_ in room.acked or id_ in room.sent, 'never said:', id_)
            must(room.acked.get(id_, stanza_id) == stanza_id,
                 'another stanza-id:', id_)
            places[id_] = place
        for id_ in room.acked:
            must(id_ in places, 'acknowledged and lost:', id_, 'of', room.jid)
        last = -1
        for id_ in room.reflected:
            must(places[id_] > last, 'out of order:', id_)
            last = places[id_]
        return places

    def judge_gone(self, room):
        """Whoever knocks hears that it is over."""
        answer = self.ask(room.people[0], room.jid, "<query xmlns='http://"
                          "jabber.org/protocol/disco#info'/>")
        must(answer.type == b'error' and b'<gone' in answer.text,
             'not gone:', answer)
