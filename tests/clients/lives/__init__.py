"""Lives register themselves here; the runner asks for all of them."""

import importlib
import os
import pkgutil
import shutil

PROGRAMS = ('Xvfb', 'xdotool', 'dbus-daemon', 'matchbox-window-manager',
            'import', 'pngquant', 'gajim', 'dino-im', 'profanity', 'poezio',
            'tmux', 'chromium', 'node', 'ip', 'unshare', 'setpriv', 'prosody',
            'erl')

BOTH = ('prosody', 'ejabberd')

_LIVES = []


class Life:
    def __init__(self, name, function, servers, limit):
        self.name = name
        self.function = function
        self.servers = servers  # kinds, or a class for each kind
        self.limit = limit  # seconds until the runner calls it hung

    @property
    def summary(self):
        return (self.function.__doc__ or '').strip().partition('\n')[0]


def life(name, servers=BOTH, limit=300):
    """Marks a coroutine that takes a World as a client's life."""
    def mark(function):
        _LIVES.append(Life(name, function, servers, limit))
        return function
    return mark


def all_lives():
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module('lives.' + module)
    return list(_LIVES)


def missing():
    """What is not there and not looked past."""
    modules = os.path.join(os.path.dirname(__path__[0]), 'web/node_modules')
    return [name for name in PROGRAMS if shutil.which(name) is None] + [
        name for name in ('converse.js', 'puppeteer-core')
        if not os.path.isdir(os.path.join(modules, name))]


def server_for(kind, folder, one):
    """A private server with one story's accounts and component."""
    from harness.servers import KINDS

    kinds = one.servers if isinstance(one.servers, dict) else KINDS
    return kinds[kind](folder, 1)
