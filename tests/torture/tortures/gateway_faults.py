"""Memory that fails in the gateway: it lives, whoever was cut comes back, and
nothing is left of it."""

import asyncio
import collections
import os
import time

from torture.chat import must
from torture.page import Page
from torture.registry import torture
from torture.worlds import NO_LIMITS, in_world

from harness.gateway import Gateway, Tab  # noqa: E402
from harness.guest import token_of  # noqa: E402
from harness.speaker import Refused  # noqa: E402

PATIENCE = 3.0  # of whoever asks while memory fails
# What must be answered or cut at once; a request that is lost within
# libwebsockets ends by its deadline.
TALKING = ('join', 'say', 'resume')
SESSION_LASTS = 330.0  # and a little: GATE_HIBERNATE_MS
# Places a step where libwebsockets loses one block: when libuv cannot have the
# handle of a new line.
LIBRARY_LOSSES = 1
CUT = (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError,
       AssertionError, OSError, IndexError, Refused)


class Visitor:
    """One browser: what it does while memory fails, in steps."""

    def __init__(self, gateway, room, key):
        self.gateway = gateway
        self.room = room
        self.key = key  # a code, then one token after another
        self.tab = None
        self.is_away = False  # and could come back
        self.steps = {'page': self.page, 'numbers': self.numbers,
                      'enter': self.enter, 'join': self.join,
                      'say': self.say, 'resume': self.resume}

    async def before(self, name):
        """As far as the step needs it."""
        if name in ('join', 'say', 'resume'):
            await self.enter()
        if name in ('say', 'resume'):
            await self.join()
        if name == 'resume':
            await self.tab.enable()
            self.tab.cut()
            self.is_away = True

    async def page(self):
        answer = await self.gateway.http('GET /')
        assert answer.status == 200, answer.status

    async def numbers(self):
        await self.gateway.metric('lines')

    async def enter(self):
        self.tab = Tab(self.gateway)
        self.gateway.world.things.append(self.tab)
        await self.tab.enter()

    async def join(self):
        joined = await self.tab.join(self.room.jid, 'x', self.key)
        self.key = token_of(joined)

    async def say(self):
        await self.tab.say(self.room.jid, 'x' * 500)

    async def resume(self):
        await self.tab.resume()
        self.is_away = False
        await self.tab.say(self.room.jid, 'after it')

    def was_told(self, failure):
        """Whether there was an answer, or the line was cut, or it was said
        that one is in no room any more."""
        return (not isinstance(failure, asyncio.TimeoutError)
                or self.tab is not None and (
                    self.tab.closed.is_set() or any(
                        s.type in ('unavailable', 'error')
                        for s in self.tab.inbox.stanzas)))

    async def come_back(self):
        """Nobody else ends a session that waits for minutes."""
        failed, self.tab = self.tab, Tab(self.gateway)
        self.gateway.world.things.append(self.tab)
        self.tab.token = failed.token
        self.tab.count = failed.count
        await failed.close()
        self.gateway.world.things.remove(failed)
        await self.tab.resume()

    async def leave(self):
        """For good: a session that could be resumed is ended as well."""
        if self.tab is None:
            return
        if self.is_away:
            await self.come_back()
        try:
            self.tab.leave(self.room.jid)
            self.tab._send("<close xmlns='urn:ietf:params:xml:ns:"
                           "xmpp-framing'/>")
            await asyncio.wait_for(self.tab.closed.wait(), PATIENCE)
        except CUT:
            pass
        await self.tab.close()
        self.gateway.world.things.remove(self.tab)
        self.tab = None


class Starved:
    """The gateway under the shim."""

    def __init__(self, world):
        self.world = world
        self.tally = collections.Counter()

    async def begin(self):
        await self.world.start(**NO_LIMITS)
        self.page = Page(os.path.join(self.world.folder, 'page'))
        self.page.reset()
        self.gateway = Gateway(self.world)
        self.gateway.launch(
            prefix=['env', 'TORTURE_PAGE=' + self.page.path,
                    'LD_PRELOAD=' + os.path.join(
                        self.world.build, 'tests', 'libtorture_shim.so')],
            gateway_trusted_proxies='127.0.0.1')
        await self.gateway.ready()
        self.room = await self.world.new_room()
        return self

    async def visit(self, name, arm=None, patience=PATIENCE):
        """One step, with the fault that `arm` sets; whether it was met."""
        visitor = Visitor(self.gateway, self.room, self.room.code(1))
        await visitor.before(name)
        links = self.links()
        failed = None
        if arm:
            arm()
        try:
            await asyncio.wait_for(visitor.steps[name](),
                                   patience if arm else 60)
        except CUT as failure:
            must(arm, name, 'failed without a fault:', repr(failure))
            self.tally['%s: %s' % (name, type(failure).__name__)] += 1
            failed = failure
        met = self.page.alloc_failed + self.page.failed > 0
        self.page.heal()
        self.gateway.process.must_live()
        await self.gateway.ready()
        # What was on its way to the component is lost with that link.
        must(failed is None or name not in TALKING
             or visitor.was_told(failed) or self.links() > links,
             name, 'was left waiting')
        await visitor.leave()
        while await self.gateway.metric('lines') > 1:
            await asyncio.sleep(0.01)
        return met

    def links(self):
        """How often the gateway was linked so far."""
        with open(self.world.component.log, encoding='utf-8') as file:
            return file.read().count('event=local_peer_up')

    async def sweep(self, name, step, repeat, most):
        """Places where an allocation failed, and those that leak."""
        places = leaks = ones = 0
        for at in range(1, most, step):
            before = (await self.growth(name, repeat))[0] if repeat > 1 else 0
            grown, met = await self.growth(name, repeat, at)
            grown -= before
            if grown >= repeat > 1:
                grown = await self.lasting_growth(name, repeat, at)
            if grown == repeat > 1:
                ones += 1
                self.tally['one block lost at %s %d' % (name, at)] = grown
            elif grown >= repeat > 1:
                leaks += 1
                self.tally['grown at %s %d' % (name, at)] = grown
            if not met:
                break
            places += 1
        return places, leaks + max(0, ones - LIBRARY_LOSSES)

    async def lasting_growth(self, name, repeat, at):
        """The same without what is given back in time: addresses that are
        counted, sessions that nobody comes back for."""
        async def settle():
            await asyncio.sleep(15)
            await self.visit(name)
            return self.page.alloc_live
        before = await settle()
        await self.growth(name, repeat, at)
        # A session is more than one block.
        deadline = time.monotonic() + SESSION_LASTS
        grown = await settle() - before
        while grown > repeat and time.monotonic() < deadline:
            grown = await settle() - before
        return grown

    async def growth(self, name, repeat, at=0):
        """By how many allocations the step, taken some times, leaves more
        than it found, and whether a fault was met."""
        before = self.page.alloc_live
        arm = (lambda: self.page.starve(at)) if at else None
        met = [await self.visit(name, arm) for _ in range(repeat)]
        await self.visit(name)
        return self.page.alloc_live - before, any(met)


async def starve(world, ground, step, repeat, most):
    starved = await Starved(world).begin()
    places = leaks = 0
    for name in Visitor(None, None, None).steps:
        found, grown = await starved.sweep(name, step, repeat, most)
        ground.say('%s: %d allocations failed one by one' % (name, found))
        places += found
        leaks += grown
    starved.gateway.end()
    starved.page.close()
    must(places > 10, 'hardly any allocation failed')
    must(leaks == 0, 'memory grows where allocations fail:',
         {k: v for k, v in starved.tally.items() if 'grown' in k or 'lost' in k})
    return {'failed_allocations': places * repeat,
            'places': dict(starved.tally), 'violations': 0}


@torture(short={'step': 9, 'repeat': 1, 'most': 400},
         long={'step': 1, 'repeat': 5, 'most': 4000})
def fault_memory_of_gateway(ground, step, repeat, most):
    """Any allocation of the gateway fails: ours, libwebsockets', expat's."""
    return in_world(ground, None,
                    lambda world: starve(world, ground, step, repeat, most))
