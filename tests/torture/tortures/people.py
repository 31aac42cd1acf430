"""Real servers, the real gateway, and people who must not notice much when
one of them is killed.  Built on the harness of the stories."""

import asyncio
import time

from torture.chat import must
from torture.registry import torture
from torture.worlds import NO_LIMITS, in_world

from harness import ns  # noqa: E402
from harness.gateway import Gateway  # noqa: E402
from harness.guest import token_of  # noqa: E402


class Ledger:
    """What one room's people said, and what came back."""

    def __init__(self):
        self.sent = {}
        self.acked = {}
        self.heard = []  # a list of ids for each session that was lost
        self.count = 0

    def send(self, person, room):
        self.count += 1
        number = 't-%d' % self.count
        self.sent[number] = 'text %d' % self.count
        person.send(room.jid, self.sent[number], "<origin-id xmlns='%s' "
                    "id='%s'/>" % (ns.SID, number), number)

    def has_heard(self, people, first):
        """Whether one of them has heard the text of that number."""
        return any(stanza.id == 't-%d' % first and stanza.type == 'groupchat'
                   for person in people
                   for stanza in person.inbox.stanzas)

    def take(self, person):
        """Notes the reflections of a person that is about to be lost."""
        order = []
        for stanza in person.inbox.stanzas:
            if (stanza.name == 'message' and stanza.type == 'groupchat'
                    and stanza.id in self.sent and stanza.stanza_id
                    and stanza.delay is None):
                known = self.acked.setdefault(stanza.id, stanza.stanza_id)
                must(known == stanza.stanza_id, 'two ids for', stanza.id)
                order.append(stanza.id)
        self.heard.append(order)

    async def judge(self, person, room):
        stored, after, complete = [], '', False
        while not complete:
            results, fin = await person.archive(
                room.jid, rsm='<max>250</max>' + after)
            stored += results
            complete = fin.complete
            if results:
                after = '<after>%s</after>' % results[-1].id
        ids = {r.message.id: r for r in stored}
        must(len(ids) == len(stored), 'twice in the archive')
        for number, stanza_id in self.acked.items():
            must(number in ids, 'acknowledged and lost:', number)
            must(ids[number].id == stanza_id, 'another id:', number)
            must(ids[number].body == self.sent[number], 'other words:',
                 number)
        self.judge_order(list(ids))
        return len(self.acked)

    def judge_order(self, ids):
        """The archive has the order in which each person heard it."""
        for heard in self.heard:
            places = [ids.index(number) for number in heard]
            must(places == sorted(places), 'out of order')
        self.heard = []


async def pour(ledger, people, room, seconds):
    """Both talk, as fast as people in a hurry, and until at least some of it
    has come back; lost sockets are no error."""
    first = ledger.count + 1
    began = time.monotonic()
    while ((spent := time.monotonic() - began) < seconds
           or not ledger.has_heard(people, first)):
        must(spent < 120, 'nothing of what was said comes back')
        for person in people:
            try:
                ledger.send(person, room)
            except (OSError, AttributeError, RuntimeError):
                pass
        await asyncio.sleep(0.01 if spent < seconds else 0.2)


async def restart_often(world, restarts):
    """The server goes amid talk; both log in again and find all of it."""
    loop = asyncio.get_running_loop()
    server = world.server
    ledger = Ledger()
    slowest = 0.0
    room, abhi, anny = await world.couple(**NO_LIMITS)
    for number in range(restarts):
        await pour(ledger, (abhi, anny), room, 0.6)
        await loop.run_in_executor(
            None, server.kill if number % 2 else server.stop)
        await asyncio.sleep(0.3)
        for person in (abhi, anny):
            ledger.take(person)
            person.vanish()
        del world.people[:]
        await loop.run_in_executor(None, server.start)
        began = time.monotonic()
        abhi = await world.login('abhi', 'new%d' % number)
        await world.linked(abhi, 180.0)
        slowest = max(slowest, time.monotonic() - began)
        anny = await world.login('anny', 'new%d' % number)
        await abhi.join(room.jid, 'a')
        await anny.join(room.jid, 'b')
        if number % 5 == 4 or number == restarts - 1:
            await ledger.judge(abhi, room)
    acked = len(ledger.acked)
    must(acked > restarts, 'hardly anything was acknowledged:', acked)
    return {'restarts': restarts, 'acked': acked,
            'slowest_relink_ms': int(slowest * 1000), 'violations': 0}


@torture(short={'restarts': 2}, long={'restarts': 50},
         soak={'restarts': 500})
def people_prosody_restarts(ground, restarts):
    """Prosody is stopped and killed in mid-chat."""
    return in_world(ground, 'prosody',
                    lambda world: restart_often(world, restarts))


@torture(short={'restarts': 2}, long={'restarts': 50},
         soak={'restarts': 500})
def people_ejabberd_restarts(ground, restarts):
    """ejabberd is stopped and killed in mid-chat."""
    return in_world(ground, 'ejabberd',
                    lambda world: restart_often(world, restarts))


# --- the gateway -----------------------------------------------------------

async def come_back(gateway, room, keys):
    """Two tabs by token; (tabs, their next tokens)."""
    tabs, tokens = [], []
    for key in keys:
        tab = await gateway.tab()
        joined = await tab.join(room.jid, 'x', key)
        tabs.append(tab)
        tokens.append(token_of(joined))
    return tabs, tokens


async def begin_room(world, gateway):
    room = await world.new_room()
    return room, *await come_back(gateway, room, [room.code(1),
                                                  room.code(2)])


async def kill_gateway_often(world, kills):
    await world.start(**NO_LIMITS)
    gateway = await Gateway(world).launch().ready()
    ledger, judged = Ledger(), 0
    room, tabs, tokens = await begin_room(world, gateway)
    for number in range(kills):
        if ledger.count > 8000:  # a room holds 10,000
            judged += await ledger.judge(tabs[0], room)
            ledger = Ledger()
            room, tabs, tokens = await begin_room(world, gateway)
        await pour(ledger, tabs, room, 0.5)
        if number % 3 == 2:
            world.component.kill9()
            await gateway.is_alone()
            await world.component.start()
            await gateway.ready()
        else:
            gateway.kill()
            await gateway.launch().ready()
        for tab in tabs:
            ledger.take(tab)
            await tab.close()
        tabs, tokens = await come_back(gateway, room, tokens)
    judged += await ledger.judge(tabs[0], room)
    gateway.end()
    must(judged > kills, 'hardly anything was acknowledged:', judged)
    return {'kills': kills, 'acked': judged, 'violations': 0}


@torture(short={'kills': 6}, long={'kills': 300}, soak={'kills': 3000})
def people_gateway_killed(ground, kills):
    """kill -9 of the gateway, and of the component alone, while browsers
    talk; they come back by token and find all of it."""
    return in_world(ground, None,
                    lambda world: kill_gateway_often(world, kills))
