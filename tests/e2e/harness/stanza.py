"""One stanza as it came off the wire, with the questions stories ask."""

import copy
import time
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from xml.sax.saxutils import escape, quoteattr

from . import ns


def attr(value):
    """A value as a quoted XML attribute."""
    return quoteattr(value)


def text(value):
    """A value as XML character data."""
    return escape(value)


def local(element):
    """The name of an element without its namespace."""
    return element.tag.rpartition('}')[2]


def bare(jid):
    return jid.partition('/')[0]


def seconds_of(stamp):
    """An XEP-0082 time of the room's as Unix time."""
    return datetime.strptime(stamp, '%Y-%m-%dT%H:%M:%S.%fZ').replace(
        tzinfo=timezone.utc).timestamp()


class Stanza:
    """A received top level element; `at` is when it came, `wall` the same in
    Unix time, which is what the component goes by."""

    def __init__(self, element):
        self.xml = copy.deepcopy(element)
        self.at = time.monotonic()
        self.wall = time.time()
        self.taken = False

    @property
    def name(self):
        return local(self.xml)

    @property
    def type(self):
        return self.xml.get('type', '')

    @property
    def frm(self):
        return self.xml.get('from', '')

    @property
    def to(self):
        return self.xml.get('to', '')

    @property
    def id(self):
        return self.xml.get('id')

    def child(self, namespace, name):
        """The only such child, or None; two of a kind are a defect."""
        found = self.xml.findall('{%s}%s' % (namespace, name))
        assert len(found) <= 1, 'more than one %s in %s' % (name, self)
        return found[0] if found else None

    def find(self, namespace, name):
        """The first such element at any depth, or None."""
        return next(self.xml.iter('{%s}%s' % (namespace, name)), None)

    def _plain(self, name):
        """Text of a child in the stanza's own namespace."""
        for element in self.xml:
            if local(element) == name and element.tag.rpartition('}')[0] in (
                    '{jabber:client', '{' + ns.COMPONENT):
                return element.text or ''
        return None

    @property
    def body(self):
        return self._plain('body')

    @property
    def subject(self):
        return self._plain('subject')

    @property
    def error(self):
        """(type, condition) of an error stanza, or None."""
        for element in self.xml:
            if local(element) == 'error':
                for part in element:
                    if (part.tag.startswith('{%s}' % ns.STANZAS)
                            and local(part) != 'text'):
                        return element.get('type'), local(part)
                return element.get('type'), None
        return None

    @property
    def error_element(self):
        return next((e for e in self.xml if local(e) == 'error'), None)

    @property
    def error_text(self):
        element = self.error_element
        if element is None:
            return ''
        return element.findtext('{%s}text' % ns.STANZAS, '')

    @property
    def user(self):
        """The muc#user element: exactly one or None."""
        return self.child(ns.MUC_USER, 'x')

    @property
    def statuses(self):
        user = self.user
        if user is None:
            return set()
        return {int(s.get('code'))
                for s in user.findall('{%s}status' % ns.MUC_USER)}

    @property
    def item(self):
        """The one item of the muc#user element."""
        items = self.user.findall('{%s}item' % ns.MUC_USER)
        assert len(items) == 1, 'not exactly one item in %s' % self
        return items[0]

    @property
    def destroyed(self):
        user = self.user
        return user is not None and (
            user.find('{%s}destroy' % ns.MUC_USER) is not None)

    @property
    def stanza_id(self):
        """The archive id the room gave, or None."""
        # A person's own server may add one of its own archive beside it.
        ours = [e.get('id') for e in
                self.xml.findall('{%s}stanza-id' % ns.SID)
                if e.get('by') == bare(self.frm)]
        assert len(ours) <= 1, 'more than one of the room in %s' % self
        return ours[0] if ours else None

    @property
    def origin_id(self):
        element = self.child(ns.SID, 'origin-id')
        return None if element is None else element.get('id')

    @property
    def occupant_id(self):
        element = self.child(ns.OCCUPANT, 'occupant-id')
        return None if element is None else element.get('id')

    @property
    def deadline(self):
        """When the room says that it ends if nothing happens."""
        element = self.find(ns.ROOM, 'room')
        assert element is not None, 'no <room/> in %s' % self
        return seconds_of(element.get('deadline'))

    @property
    def delay(self):
        element = self.child(ns.DELAY, 'delay')
        return None if element is None else element.get('stamp')

    def __str__(self):
        return ET.tostring(self.xml, encoding='unicode')


def canonical(element):
    """An element as comparable text: order of attributes does not count."""
    return ET.canonicalize(ET.tostring(element, encoding='unicode'))
