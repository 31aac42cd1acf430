#!/usr/bin/python3
"""gajim.py FOLDER JID PORT < password - Gajim, driven by lines.

    join ROOM CODE | say WORDS | see WORDS | shot FILE

Each is answered with `ok`, or with what was wrong and the end.
"""

import asyncio
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'e2e'),
                os.path.join(HERE, '..', 'clients')]

from desk import gajim_app  # noqa: E402


class Account:
    """What the driver asks of a server and of a person there."""

    def __init__(self, jid, port):
        self.client_port = port
        self._jid = jid

    def jid(self, _person):
        return self._jid


async def obey(app, line):
    verb, _, rest = line.partition(' ')
    if verb == 'join':
        room, code = rest.split()
        await app.join(room)
        await app.code(code)
    elif verb == 'say':
        await app.say(rest)
    elif verb == 'see':
        await app.see(rest)
    elif verb == 'shot':
        await app.shot(rest)
    else:
        raise AssertionError('no such command: ' + verb)


async def main():
    folder, jid, port = sys.argv[1:]
    gajim_app.PASSWORD = sys.stdin.readline().strip()
    account = Account(jid, int(port))
    app = gajim_app.Gajim('gajim', folder, account, account, None)
    loop = asyncio.get_running_loop()
    try:
        await app.start()
        print('ok', flush=True)
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line:
                break
            await obey(app, line.rstrip('\n'))
            print('ok', flush=True)
    finally:
        await app.close()


asyncio.run(main())
