"""What the gateway still holds of a chat that has ended."""

import asyncio

from harness.check import figure, same
from harness.gateway import SM, Gateway, Raw
from harness.ns import DISCO_INFO
from harness.story import DIRECT, story

MAPPING_MAX = 1 << 32  # a sanitizer's own are larger, and hold no bytes of ours
CANARY = 'a canary of 9f3a7c'


def count_in_memory(pid, word):
    """How often it lies in what the process can read."""
    count = 0
    with open('/proc/%d/maps' % pid, encoding='ascii',
              errors='replace') as file:
        maps = [line.split() for line in file]
    with open('/proc/%d/mem' % pid, 'rb', buffering=0) as memory:
        for words in maps:
            start, end = (int(part, 16) for part in words[0].split('-'))
            if 'r' not in words[1] or end - start > MAPPING_MAX:
                continue
            try:
                memory.seek(start)
                count += memory.read(end - start).count(word)
            except (OSError, OverflowError):
                continue  # the kernel's own
    return count


async def acknowledge(tab, mark, domain):
    await tab.take(lambda s: s.name == 'r', 'the question', since=mark)
    tab._send("<a xmlns='%s' h='%d'/>" % (SM, tab.count()))
    await tab.iq('get', 'guests.' + domain,
                 "<query xmlns='%s'/>" % DISCO_INFO)


@story(servers=DIRECT, limit=300)
async def gateway_forgets(w):
    """When a chat has ended and both have heard so, no word of it is left."""
    await w.start()
    gateway = await Gateway(w).launch(frugal=True).ready()
    room, abhi, anny = await gateway.couple()
    for number in range(12):
        # What comes after it is shorter, and does not hide its end.
        said = await abhi.say(room.jid, '%d %s%s' % (
            number, 'x' * number * 300, CANARY))
        await anny.heard(room.jid, said.id)
    pid = gateway.process.popen.pid
    before = count_in_memory(pid, CANARY.encode())
    assert before > 12, before
    marks = abhi.mark(), anny.mark()
    await w.component.ctl('end', room.jid)
    for tab, mark in zip((abhi, anny), marks):
        await acknowledge(tab, mark, w.domain)
    same(count_in_memory(pid, CANARY.encode()), 0, 'canaries')
    figure('%d canaries before the end, none after' % before)
    gateway.end()


async def begin_to_say(gateway, number, size):
    raw = await Raw(gateway, '127.0.%d.1' % (1 + number // 10)).opened()
    await raw.login()
    raw.send("<message xmlns='jabber:client'><body>" + 'x' * size, fin=False)
    return raw


async def is_refused(raw):
    try:
        await raw.rest(8.0)
    except asyncio.TimeoutError:
        return False
    return 'resource-constraint' in ''.join(raw.texts)


@story(servers=DIRECT, limit=300)
async def gateway_half_said(w):
    """What many have begun to say is bounded, and those who say it whole do
    not notice."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    room, abhi, anny = await gateway.couple()
    raws, size = [], 60000
    for first in range(0, 600, 50):
        raws += await asyncio.gather(*(
            begin_to_say(gateway, number, size)
            for number in range(first, first + 50)))
    refused = sum(await asyncio.gather(*map(is_refused, raws)))
    kept = len(raws) - refused
    assert kept * size <= 1 << 25 < (kept + 20) * size, kept
    said = await abhi.say(room.jid, 'a word beside them')
    await anny.heard(room.jid, said.id)
    for raw in raws:
        raw.close()
    figure('%d of %d kept' % (kept, len(raws)))
    gateway.end()
