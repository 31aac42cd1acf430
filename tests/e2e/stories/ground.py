"""The ground itself: servers, clients and the fake server, without Duologue.

When one of these is red the fault is not the component's.
"""

import asyncio
import hashlib
import os
import re
import xml.etree.ElementTree as ET

from harness import ns
from harness.check import same
from harness.fake_server import FakeServer
from harness.inbox import Inbox
from harness.speaker import Refused
from harness.process import Process
from harness.servers import SECRET
from harness.stanza import Stanza
from harness.story import DIRECT, load_all, story


@story()
async def ground_two_accounts_talk(w):
    """Two accounts of the server exchange a message, both ways."""
    abhi, anny = await w.login('abhi'), await w.login('anny')
    for one, other in ((abhi, anny), (anny, abhi)):
        one.raw("<message type='chat' to='%s' id='m1'><body>hej 🕯</body>"
                "</message>" % other.jid)
        got = await other.take(lambda s: s.body == 'hej 🕯', 'the greeting')
        assert (got.frm, got.id, got.type) == (one.jid, 'm1', 'chat')


@story()
async def ground_servers_own_room(w):
    """A join, a wrong password and a message in the server's own MUC."""
    room = 'ground%d@rooms.localhost' % w.slot.number
    abhi, anny = await w.login('abhi'), await w.login('anny')
    await abhi.join(room, 'A')
    await abhi.set(room, "<query xmlns='%s'><x xmlns='%s' type='submit'>"
                   "<field var='FORM_TYPE'><value>http://jabber.org/protocol/"
                   "muc#roomconfig</value></field>"
                   "<field var='muc#roomconfig_passwordprotectedroom'>"
                   "<value>1</value></field>"
                   "<field var='muc#roomconfig_roomsecret'>"
                   "<value>sesame</value></field></x></query>"
                   % (ns.MUC_OWNER, ns.XDATA))
    try:
        await anny.join(room, 'B', 'wrong')
        raise AssertionError('a wrong password was taken')
    except Refused as refusal:
        assert refusal.stanza.error == ('auth', 'not-authorized')
    joined = await anny.join(room, 'B', 'sesame')
    same([s.frm for s in joined.others if s.frm != room], [room + '/A'])
    assert 110 in joined.me.statuses
    said = await abhi.say(room, 'long ' * 2000)
    heard = await anny.heard(room, said.id)
    assert heard.body == 'long ' * 2000


@story()
async def ground_component_handshake(w):
    """A plain XEP-0114 component can log in and be pinged."""
    reader, writer = await asyncio.open_connection(
        '127.0.0.1', w.server.component_port)
    writer.write(("<stream:stream xmlns='%s' xmlns:stream='%s' to='%s'>" % (
        ns.COMPONENT, ns.STREAM, w.domain)).encode())
    header = (await asyncio.wait_for(reader.readuntil(b'stream:stream'), 5)
              + await asyncio.wait_for(reader.readuntil(b'>'), 5)).decode()
    number = header.replace('"', "'").partition("id='")[2].partition("'")[0]
    digest = hashlib.sha1((number + SECRET).encode()).hexdigest()
    writer.write(('<handshake>%s</handshake>' % digest).encode())
    await asyncio.wait_for(reader.readuntil(b'handshake'), 5)
    abhi = await w.login('abhi')
    abhi.raw("<iq type='get' id='p1' to='%s'><ping xmlns='%s'/></iq>" % (
        w.domain, ns.PING))
    asked = b''
    while ns.PING.encode() not in asked:
        asked += await asyncio.wait_for(reader.read(4096), 5)
    assert abhi.jid.encode() in asked
    writer.write(("<iq type='result' id='p1' from='%s' to='%s'/>" % (
        w.domain, abhi.jid)).encode())
    answer = await abhi.take(lambda s: s.id == 'p1', 'the pong')
    assert (answer.type, answer.frm) == ('result', w.domain)
    writer.close()


@story(servers=DIRECT)
async def ground_fake_server(w):
    """The fake server authenticates, refuses and sees every stanza."""
    fake = FakeServer(SECRET)
    w.things.append(fake)
    await fake.open()
    for secret in (SECRET, 'no'):
        reader, writer = await asyncio.open_connection('127.0.0.1', fake.port)
        writer.write(("<stream:stream xmlns='%s' xmlns:stream='%s' to='%s'>"
                      % (ns.COMPONENT, ns.STREAM, w.domain)).encode())
        link = await fake.link(len(fake.links) or 1, ready=False)
        header = (await asyncio.wait_for(reader.readuntil(b"id='"), 5),
                  await asyncio.wait_for(reader.readuntil(b"'"), 5))[1]
        number = header.decode().rstrip("'")
        await asyncio.wait_for(reader.readuntil(b'>'), 5)
        writer.write(('<handshake>%s</handshake>' % hashlib.sha1(
            (number + secret).encode()).hexdigest()).encode())
        if secret == SECRET:
            await asyncio.wait_for(reader.readuntil(b'<handshake/>'), 5)
        link = fake.links[-1]
        writer.write(b"<message to='a@b' from='c@d' id='1'><body>x</body>"
                     b"</message>")
        await link.take(lambda s: s.id == '1' and s.body == 'x', 'a message')
        assert link.ready.is_set() == (secret == SECRET)
        writer.close()
        await link.is_closed()


async def must_fail(awaitable):
    try:
        await awaitable
    except AssertionError:
        return
    raise RuntimeError('a check that cannot fail')


@story(servers=DIRECT)
async def ground_checks_can_fail(w):
    """Waiting in vain, an unwanted stanza and a leaking log are failures."""
    inbox = Inbox('nobody')
    await must_fail(inbox.take(lambda s: True, 'anything', 0.05))
    inbox.add(Stanza(ET.fromstring("<message><body>x</body></message>")))
    await must_fail(inbox.none(lambda s: s.name == 'message', 'it', 0.0))
    await must_fail(inbox.take(lambda s: s.name == 'iq', 'another', 0.05))
    await inbox.take(lambda s: s.name == 'message', 'it', 0.05)
    await must_fail(inbox.take(lambda s: s.name == 'message', 'it again', 0))
    log = w.component.log
    for content, secrets in (('a Whisper in the log', {'whisper'}),
                             ('x.c:1: runtime error: overflow', set())):
        with open(log, 'w', encoding='utf-8') as file:
            file.write(content)

        async def look():
            w.component.must_be_sane()
            w.component.must_be_silent_about(secrets)
        await must_fail(look())
    os.unlink(log)
    end = Process('short', ['sh', '-c', 'exit 3'],
                  os.path.join(w.folder, 'short.log'))
    end.wait()

    async def live():
        end.must_live()
    await must_fail(live())


@story(servers=DIRECT)
async def ground_documents_name_stories_that_exist(w):
    """Every story that docs/protocol.md gives as a proof is told here."""
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                        '..', '..', 'docs', 'protocol.md')
    with open(page, encoding='utf-8') as file:
        proofs = file.read().partition('## 10. What proves it')[2]
    rows = [line for line in proofs.splitlines() if line.startswith('| ')]
    named = {name for row in rows for name in
             re.findall('`([a-z0-9]+_[a-z0-9_]+)`', row.split('|')[2])}
    assert len(named) > 80, 'only %d stories are named' % len(named)
    same(named - {each.name for each in load_all()}, set())
