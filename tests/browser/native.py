#!/usr/bin/python3
"""A private Prosody and people with a native client, told what to do.

    native.py FOLDER

Reads one JSON object a line, `{"n": 1, "do": "say", ...}`, and answers each
with `{"n": 1, "ok": ...}` or `{"n": 1, "error": "..."}`, in whatever order they
are done.  Everybody is a real slixmpp session with an account on the Prosody
that this process starts and ends.
"""

import asyncio
import json
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'e2e'))

from harness import adhoc, ns  # noqa: E402
from harness.person import Person  # noqa: E402
from harness.process import die_with_parent  # noqa: E402
from harness.servers import Prosody, SECRET  # noqa: E402
from harness.speaker import Refused, fresh_id  # noqa: E402
from harness.stanza import attr, bare  # noqa: E402

LONG = 90.0  # seconds a slow machine may take for anything
AGAIN = 2.0  # seconds until a message that did not come back goes again


class Seen:
    """One message as the person's app would show it."""

    def __init__(self, archive_id, stanza):
        self.id = archive_id
        self.origin = stanza.origin_id
        self.nick = stanza.frm.partition('/')[2]
        self.body = stanza.body

    def plain(self):
        return {'id': self.id, 'nick': self.nick, 'body': self.body}


class App:
    """A native client of the plain kind: one account, one chat."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.person = None
        self.room = self.nick = None
        self.log = []  # Seen, as it came
        self.read_to = 0  # stanzas of the inbox already in the log

    async def login(self):
        self.person = Person(self.server, self.server.slots[0], self.name,
                             'app')
        self.read_to = 0
        await self.person.login()

    async def join(self, room, nick, code):
        """Enters without replay, as an app with an archive does."""
        self.room, self.nick = room, nick
        try:
            joined = await self.person.join(
                room, nick, code, "<history maxstanzas='0'/>")
        except Refused as refusal:
            return {'refused': refusal.stanza.error[1],
                    'text': refusal.stanza.error_text}
        await self.catch_up()
        return {'nick': joined.me.frm.partition('/')[2],
                'notices': [s.body for s in self.from_room() if s.body]}

    async def catch_up(self, whole=False):
        """Asks the archive for what came after the last known id, or for all
        of it, and sorts what is new in where it belongs."""
        self.collect()
        last = self.log[-1].id if self.log and not whole else None
        found = []
        while True:
            rsm = '' if last is None else '<after>%s</after>' % last
            results, fin = await self.person.archive(self.room, '', rsm)
            found += [Seen(r.id, r.message) for r in results
                      if r.body is not None]
            if fin.complete or not results:
                break
            last = results[-1].id
        order = {seen.id: place for place, seen in enumerate(found)}
        known = {seen.id for seen in self.log}
        for seen in found:
            if seen.id in known:
                continue
            at = len(self.log)
            while at and order.get(self.log[at - 1].id, -1) > order[seen.id]:
                at -= 1
            self.log.insert(at, seen)

    def collect(self):
        """Takes what came live since the last time into the log."""
        for stanza in self.person.since(self.read_to):
            self.read_to += 1
            if (stanza.name == 'message' and stanza.type == 'groupchat'
                    and bare(stanza.frm) == self.room and stanza.stanza_id
                    and stanza.body is not None and stanza.delay is None):
                self.log.append(Seen(stanza.stanza_id, stanza))
        return self.log

    def from_room(self):
        """What the chat itself said."""
        return [s for s in self.person.inbox.stanzas
                if s.name == 'message' and s.frm == self.room]

    async def say(self, body, number):
        """Sends until it comes back, always with the same origin-id."""
        extra = ("<origin-id xmlns='%s' id=%s/><request xmlns="
                 "'urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'"
                 '/>' % (ns.SID, attr(number)))
        while True:
            mark = self.person.mark()
            self.person.send(self.room, body, extra, number)
            try:
                stanza = await self.person.heard(self.room, number, AGAIN,
                                                 mark)
            except AssertionError:
                continue  # nothing came back: the person presses "resend"
            if stanza.type == 'groupchat':
                return stanza.stanza_id
            await asyncio.sleep(0.3)


class Stage:
    def __init__(self, folder):
        self.server = Prosody(folder, 1)
        self.apps = {}

    async def blocking(self, function):
        await asyncio.get_running_loop().run_in_executor(None, function)

    async def start(self):
        # Not in a thread: a child started there would die with the thread.
        self.server.start()
        return {'server': '127.0.0.1:%d' % self.server.component_port,
                'domain': self.server.slots[0].domain, 'secret': SECRET,
                'log': self.server.log}

    async def server_down(self):
        await self.blocking(self.server.stop)

    async def server_up(self):
        self.server.start()

    async def login(self, who):
        """Logs in, at first or again, and waits for the component."""
        app = self.apps.setdefault(who, App(self.server, who))
        await app.login()

    async def linked(self, who, domain):
        for _ in range(900):
            answer = await self.apps[who].person.iq(
                'get', domain, "<query xmlns='%s'/>" % ns.DISCO_INFO)
            if answer.type == 'result':
                return
            await asyncio.sleep(0.1)
        raise AssertionError('no component behind the server')

    async def join(self, who, room, nick='me', code=None):
        return await self.apps[who].join(room, nick, code)

    async def create(self, who, domain, **values):
        """The ad-hoc command, as a native client fills it in."""
        command = await adhoc.run(self.apps[who].person, domain,
                                  'create-chat', values)
        return command.values

    async def command(self, who, node):
        app = self.apps[who]
        await adhoc.run(app.person, app.room, node)

    async def say(self, who, body):
        return await self.apps[who].say(body, fresh_id('app'))

    async def deed(self, who, children, number=None):
        """Says `children` and waits for what becomes of it."""
        app = self.apps[who]
        number = number or fresh_id('deed')
        mark = app.person.mark()
        app.person.raw("<message type='groupchat' to=%s id=%s>%s</message>"
                       % (attr(app.room), attr(number), children))
        stanza = await app.person.heard(app.room, number, LONG, mark)
        if stanza.type == 'error':
            return {'refused': stanza.error[1]}
        return {'id': stanza.stanza_id, 'number': number}

    async def sees(self, who, space, name, number):
        """Waits for somebody else's message with an element about the message
        `number`; what it says."""
        app = self.apps[who]
        tag = '{%s}%s' % (space, name)
        stanza = await app.person.take(
            lambda s: s.name == 'message' and s.type == 'groupchat'
            and s.frm != '%s/%s' % (app.room, app.nick)
            and s.xml.find(tag) is not None
            and s.xml.find(tag).get('id') == number,
            '%s of %s' % (name, number), LONG)
        element = stanza.xml.find(tag)
        ranges = stanza.xml.findall('{urn:xmpp:fallback:0}fallback')
        return {'id': stanza.stanza_id, 'body': stanza.body,
                'to': element.get('to'),
                'inside': [child.text for child in element],
                'fallback': [[f.get('for')] + [child.get(end) for child in f
                             for end in ('start', 'end')] for f in ranges]}

    async def typing(self, who, state):
        app = self.apps[who]
        app.person.raw(
            "<message type='groupchat' to=%s><%s xmlns='%s'/></message>"
            % (attr(app.room), state, ns.CHATSTATES))

    async def report(self, who, what, number):
        """XEP-0333 displayed or XEP-0184 received."""
        app = self.apps[who]
        space = {'displayed': 'urn:xmpp:chat-markers:0',
                 'received': 'urn:xmpp:receipts'}[what]
        app.person.raw(
            "<message type='groupchat' to=%s><%s xmlns='%s' id=%s/></message>"
            % (attr(app.room), what, space, attr(number)))

    async def shows(self, who, body):
        """Waits until the app shows `body`; the message's two ids."""
        app = self.apps[who]
        for _ in range(1800):
            for seen in app.collect():
                if seen.body == body:
                    return {'id': seen.id, 'origin': seen.origin}
            await asyncio.sleep(0.05)
        raise AssertionError('%s never saw %r' % (who, body[:80]))

    async def signs(self, who, what):
        """Waits for typing, receipt or marker of somebody else."""
        app = self.apps[who]
        await app.person.take(
            lambda s: s.name == 'message' and bare(s.frm) == app.room
            and s.frm != '%s/%s' % (app.room, app.nick)
            and any(e.tag.endswith('}' + what) for e in s.xml),
            what, LONG)

    async def presence(self, who, nick, kind):
        """Waits until the occupant is `online`, `away` or `offline`."""
        app = self.apps[who]
        for _ in range(1800):
            if self.presence_now(app, nick) == kind:
                return
            await asyncio.sleep(0.05)
        raise AssertionError('%s is %s, not %s' % (
            nick, self.presence_now(app, nick), kind))

    @staticmethod
    def presence_now(app, nick):
        here = [s for s in app.person.inbox.stanzas if s.name == 'presence'
                and s.frm == '%s/%s' % (app.room, nick)]
        if not here or here[-1].type == 'unavailable':
            return 'offline'
        shown = here[-1].xml.find('{jabber:client}show')
        return 'online' if shown is None else 'away'

    async def occupants(self, who):
        """Everybody who ever showed up in the chat, by address."""
        app = self.apps[who]
        return sorted({s.frm for s in app.person.inbox.stanzas
                       if s.name == 'presence' and bare(s.frm) == app.room
                       and s.type == ''})

    async def notice(self, who, words):
        """Waits until the chat itself says something with `words`."""
        app = self.apps[who]
        await app.person.take(
            lambda s: s.name == 'message' and s.frm == app.room
            and words in (s.body or ''), 'a notice with %r' % words, LONG)

    async def destroyed(self, who):
        app = self.apps[who]
        await app.person.take(lambda s: s.name == 'presence' and s.destroyed,
                              'the end of the chat', LONG)

    async def catch_up(self, who):
        """As on the next entry; how many had not come by themselves."""
        app = self.apps[who]
        had = len(app.collect())
        await app.catch_up(whole=True)
        return len(app.log) - had

    async def transcript(self, who):
        return [seen.plain() for seen in self.apps[who].collect()]

    async def archive(self, who):
        """The whole archive, page after page, contents only."""
        app = self.apps[who]
        found, rsm = [], ''
        while True:
            results, fin = await app.person.archive(app.room, '', rsm)
            found += [Seen(r.id, r.message).plain() for r in results
                      if r.body is not None]
            if fin.complete or not results:
                return found
            rsm = '<after>%s</after>' % results[-1].id

    async def vanish(self, who):
        """The app's connection is gone without a word."""
        self.apps[who].collect()
        self.apps[who].person.vanish()


async def answer(stage, request):
    number, verb = request.pop('n'), request.pop('do')
    try:
        outcome = {'ok': await getattr(stage, verb)(**request)}
    except Exception as failure:  # told to the story, which fails
        outcome = {'error': '%s\n%s' % (failure, traceback.format_exc())}
    print(json.dumps({'n': number, **outcome}), flush=True)


async def main():
    stage = Stage(sys.argv[1])
    reader = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = set()
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            task = asyncio.create_task(answer(stage, json.loads(line)))
            running.add(task)
            task.add_done_callback(running.discard)
    finally:
        stage.server.kill()


if __name__ == '__main__':
    die_with_parent()
    asyncio.run(main())
