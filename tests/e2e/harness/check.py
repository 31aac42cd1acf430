"""Assertions that say what was seen."""

import os
import re

_PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '..', '..', '..', 'docs', 'man')


def same(got, wanted, where=''):
    assert got == wanted, 'got %r, wanted %r %s' % (got, wanted, where)


def holds(whole, part):
    assert part in whole, '%r is not in %r' % (part, whole)


def explained(page):
    """The figures that a man page has in its section Figures."""
    with open(os.path.join(_PAGES, page), encoding='utf-8') as file:
        text = file.read().replace('\\\n', '')
    section = text.partition('\n.Ss Figures\n')[2].partition('\n.S')[0]
    items = re.findall(r'^\.It Cm (.*)$', section, re.M)
    return sorted(name for item in items for name in item.split(' , '))


def figure(text):
    """What a story measured; the runner shows it."""
    print('figure: ' + text)
