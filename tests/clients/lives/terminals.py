"""Profanity and poezio: the stories of the end to end tests, told in steps."""

import glob
import os

from lives import life
from stories.terminal_poezio import poezio_chat
from stories.terminal_profanity import (profanity_chat, profanity_is_warned,
                                        profanity_makes_a_chat)


def without_gaps(path):
    """A screen with one empty line where it has many."""
    lines = []
    with open(path, encoding='utf-8') as file:
        for line in file.read().splitlines():
            is_empty = not line.strip(' │')
            if not (is_empty and lines and not lines[-1].strip(' │')):
                lines.append(line.rstrip())
    return '\n'.join(lines) + '\n'


async def told(w, story, *screens):
    """Runs a story; some of its last screens become pictures of the docs."""
    docs, w.captures = w.captures, os.path.join(w.folder, 'screens')
    await story(w)
    if w.server.kind != 'prosody':
        return
    for pattern, name in screens:
        found = sorted(glob.glob(os.path.join(w.captures, pattern)))
        assert found, 'no screen ' + pattern
        with open(os.path.join(docs, name + '.txt'), 'w',
                  encoding='utf-8') as file:
            file.write(without_gaps(found[-1]))


@life('profanity', limit=240)
async def profanity(w):
    """Two people who use Profanity."""
    await told(w, profanity_chat, ('*-abhi-*-talk.txt', 'profanity-talk'),
               ('*-anny-*-invited.txt', 'profanity-invited'),
               ('*-anny-*-ended.txt', 'profanity-ended'))


@life('profanity-form', limit=200)
async def profanity_form(w):
    """The form, filled in Profanity itself."""
    with w.step('the chat is made in its form'):
        await told(w, profanity_makes_a_chat,
                   ('*-form.txt', 'profanity-form'))


@life('profanity-warned', limit=200)
async def profanity_warned(w):
    """The warning before the silence."""
    await told(w, profanity_is_warned, ('*-warned.txt', 'profanity-warned'))


@life('poezio', limit=300)
async def poezio(w):
    """poezio and another client."""
    await told(w, poezio_chat, ('*-talk.txt', 'poezio-talk'),
               ('*-warned.txt', 'poezio-warned'))
