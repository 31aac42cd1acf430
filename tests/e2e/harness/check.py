"""Assertions that say what was seen."""


def same(got, wanted, where=''):
    assert got == wanted, 'got %r, wanted %r %s' % (got, wanted, where)


def holds(whole, part):
    assert part in whole, '%r is not in %r' % (part, whole)


def figure(text):
    """What a story measured; the runner shows it."""
    print('figure: ' + text)
