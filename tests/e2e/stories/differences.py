"""Where the two servers differ: the table in docs/protocol.md, kept true."""

import asyncio

from harness import ns
from harness.check import holds, same
from harness.story import story
from harness.wire import Closed, Wire


def of(w, prosody, ejabberd):
    return prosody if w.server.kind == 'prosody' else ejabberd


@story()
async def differ_while_we_are_away(w):
    """Senders get one of two errors while no component is there."""
    abhi = await w.login('abhi')
    error = await abhi.refused('get', w.domain, "<ping xmlns='%s'/>" % ns.PING)
    # ejabberd takes the domain for a foreign one; with s2s it looks there.
    same(error, of(w, ('wait', 'remote-server-timeout'),
                   ('auth', 'forbidden')))


@story()
async def differ_in_what_arrives(w):
    """One prepares addresses and the other leaves them as they were."""
    abhi = await w.login('abhi')
    wire = await Wire(w).open()
    abhi.raw("<message type='groupchat' to='R@%s/Nick'><body>x</body>"
             "</message>" % w.domain.upper())
    got = await wire.next('</message>')
    holds(got, of(w, "to='r@%s/Nick'" % w.domain,
                  "to='R@%s/Nick'" % w.domain.upper()))
    holds(got, "xml:lang='en'")  # both add the language of the stream
    abhi.raw("<presence to='r@%s/n'><x xmlns='%s'/></presence>"
             % (w.domain, ns.MUC))
    await wire.next('</presence>')
    abhi.vanish()  # both say so to every room that was entered
    holds(await wire.next('unavailable'), "to='r@%s/n'" % w.domain)


@story()
async def differ_in_what_comes_back(w):
    """Both call a lost session unavailable; one sends the words back."""
    abhi = await w.login('abhi')
    wire = await Wire(w).open()
    wire.write("<message type='groupchat' from='r@%s/n' to='%s/gone' id='g'>"
               "<body>words</body></message>" % (w.domain, abhi.bare))
    got = await wire.next('</message>')
    holds(got, '<service-unavailable')
    same('words' in got, of(w, False, True))
    wire.write("<message type='groupchat' from='r@%s/n' to='x@far.invalid/y' "
               "id='f'><body>words</body></message>" % w.domain)
    holds(await wire.next('</message>'), of(w, '<not-allowed', '<forbidden'))
    wire.write("<message type='groupchat' from='r@%s/n' to='%s' id='d'>"
               "<body>words</body></message>" % (w.domain, abhi.jid))
    heard = await abhi.take(lambda s: s.id == 'd', 'the message')
    same(heard.xml.get('{http://www.w3.org/XML/1998/namespace}lang'),
         of(w, 'en', None))


@story()
async def differ_about_a_second_component(w):
    """One refuses it; the other lets it in and shares out between the two."""
    first = await Wire(w).open()
    second = Wire(w)
    if w.server.kind == 'prosody':
        try:
            await second.open()
            raise AssertionError('a second component was let in')
        except Closed as closed:
            holds(str(closed), '<conflict')
    else:
        await second.open()
    abhi = await w.login('abhi')
    abhi.raw("<message to='%s'><body>still there</body></message>" % w.domain)
    if w.server.kind == 'prosody':
        await first.until('still there')
        return
    _, waiting = await asyncio.wait(
        [asyncio.ensure_future(wire.until('still there'))
         for wire in (first, second)], return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    assert ('still there' in first.text) != ('still there' in second.text)


@story()
async def differ_about_bad_addresses(w):
    """A foreign `from` ends both streams, a missing `to` only one."""
    abhi = await w.login('abhi')
    wire = await Wire(w).open()
    wire.write("<message from='x@elsewhere.example' to='%s'/>" % abhi.jid)
    try:
        await wire.until('</stream:stream>')
    except Closed:
        pass
    holds(wire.text, '<invalid-from')
    await wire.close()
    await asyncio.sleep(0.3)
    wire = await Wire(w).open()
    wire.write("<message from='r@%s' id='n'><body>x</body></message>"
               % w.domain)
    try:
        got = await wire.until('</message>', '</stream:stream>')
    except Closed as closed:
        got = str(closed)
    holds(got, of(w, '<bad-request', '<improper-addressing'))
    same('stream:error' in got, of(w, False, True))


@story()
async def differ_about_young_characters(w):
    """What Unicode 3.2 did not know, ejabberd takes for no address."""
    abhi = await w.login('abhi')
    wire = await Wire(w).open()
    for number, name in (('1', '\u674e'), ('2', '\U0001f642'), ('3', 'n')):
        wire.write("<message from='r@%s/%s' to='%s' id='%s'><body>x</body>"
                   "</message>" % (w.domain, name, abhi.jid, number))
    await abhi.take(lambda s: s.id == '3', 'the last message')
    same([s.id for s in abhi.inbox.stanzas if s.id in ('1', '2', '3')],
         of(w, ['1', '2', '3'], ['1', '3']))
