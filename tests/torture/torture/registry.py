"""Tortures register themselves here; the runner asks for them."""

import importlib
import os
import pkgutil

_TORTURES = []


class Torture:
    """`short` and `long` are the arguments of the two forms; None: not
    a part of that form."""

    def __init__(self, function, short, long, soak, is_slow):
        self.function = function
        self.is_slow = is_slow  # even in short: better begun first
        self.forms = {'short': short, 'long': long, 'soak': soak}
        self.name = function.__name__
        self.topic = function.__module__.rpartition('.')[2]

    @property
    def summary(self):
        return (self.function.__doc__ or '').strip().partition('\n')[0]


def torture(short=None, long=None, soak=None, is_slow=False):
    """Marks a function (ground, **arguments) -> figures as a torture."""
    def mark(function):
        _TORTURES.append(Torture(function, short, long, soak, is_slow))
        return function
    return mark


def load_all():
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)),
                          'tortures')
    for module in sorted(m.name for m in pkgutil.iter_modules([folder])):
        importlib.import_module('tortures.' + module)
    return list(_TORTURES)


class Ground:
    """What a torture stands on: a build, a folder of its own, dice."""

    def __init__(self, build, folder, dice, say):
        self.build = build
        self.folder = folder
        self.dice = dice
        self.say = say  # a line of progress

    def place(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path
