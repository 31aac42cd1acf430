"""Stories register themselves here; the runner asks for all of them."""

import importlib
import os
import pkgutil

BOTH = ('prosody', 'ejabberd')
DIRECT = ('direct',)  # needs no XMPP server: a fake one, or none at all

_STORIES = []


class Story:
    def __init__(self, function, servers, limit):
        self.function = function
        self.name = function.__name__
        self.topic = function.__module__.rpartition('.')[2]
        self.servers = servers
        self.limit = limit  # seconds until the runner calls it hung

    @property
    def summary(self):
        return (self.function.__doc__ or '').strip().partition('\n')[0]


def story(servers=BOTH, limit=180):
    """Marks a coroutine that takes a World as a story."""
    def mark(function):
        _STORIES.append(Story(function, servers, limit))
        return function
    return mark


def load_all():
    """Imports every module of stories/ and returns the stories found."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)),
                          'stories')
    for module in sorted(m.name for m in pkgutil.iter_modules([folder])):
        importlib.import_module('stories.' + module)
    names = [s.name for s in _STORIES]
    assert len(set(names)) == len(names), 'two stories of one name'
    return list(_STORIES)
