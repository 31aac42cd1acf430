"""Joins that are refused, and the exact shape the refusal must have."""

from . import ns
from .check import same
from .stanza import bare

WRONG = 'ZZZZZ-ZZZZZ'


def must_be_join_error(stanza, number, sent_to, wanted, code):
    """The exact shape clients need of a refused join."""
    same((stanza.name, stanza.type), ('presence', 'error'))
    same((stanza.id, stanza.frm), (number, sent_to), str(stanza))
    first_x = next(e for e in stanza.xml if e.tag.endswith('}x'))
    same(first_x.tag, '{%s}x' % ns.MUC, str(stanza))
    same(stanza.error, wanted, str(stanza))
    same(stanza.error_element.get('code'), code, str(stanza))
    same(stanza.error_element.get('by'), bare(sent_to), str(stanza))


async def refused_join(person, room, nick, code):
    """Joins in vain; returns (error presence, its id)."""
    mark = person.mark()
    number = person.send_join(room, nick, code)
    stanza = await person.take(
        lambda s: s.name == 'presence' and s.id == number, 'the refusal',
        since=mark)
    return stanza, number


def attempts(stanza):
    """(left, wait) of the attempts element."""
    element = stanza.find(ns.SEAT, 'attempts')
    assert element is not None, 'no attempts in %s' % stanza
    return int(element.get('left')), int(element.get('wait'))
