"""Calls to browsers and to the component that fail in the gateway: it lives,
whoever was cut is told so, and what was only short or interrupted costs nobody
anything."""

import collections
import errno

from torture.chat import Violation, must
from torture.registry import torture
from torture.worlds import in_world

from tortures.gateway_faults import Starved, Visitor

SHORT = -1
MILD = (errno.EAGAIN, errno.EINTR, SHORT)
FAULTS = (
    ('send', MILD + (errno.EPIPE, errno.ECONNRESET, errno.ENOBUFS)),
    ('recv', MILD + (errno.ECONNRESET,)),
    ('accept', (errno.EMFILE, errno.ECONNABORTED, errno.EINTR)),
)


async def sweep(starved, name, op, error, step):
    """How often such a call failed within the step, one by one."""
    page, met, at = starved.page, 0, 1
    before = sum(starved.tally.values())
    try:
        while await starved.visit(
                name, lambda: page.refuse((op,), ('peer',), error, at),
                60 if error in MILD else 5):
            met += 1
            must(error not in MILD or sum(starved.tally.values()) == before,
                 'it cost somebody his line')
            await starved.visit(name)
            at += step
    except Violation as broken:
        word = errno.errorcode.get(error, 'short')
        raise Violation('%s: %s %d %s: %s' % (name, op, at, word,
                                              broken)) from None
    return met


async def refuse(world, ground, step, cuts):
    """`cuts`: in so many steps lines are cut as well, for which a step waits
    that was on its way to the component."""
    starved = await Starved(world).begin()
    met = collections.Counter()
    for number, name in enumerate(Visitor(None, None, None).steps):
        for op, errors in FAULTS:
            for error in errors:
                if error in MILD or number < cuts:
                    met[op] += await sweep(starved, name, op, error, step)
        ground.say('%s: %s' % (name, dict(met)))
    starved.gateway.end()
    starved.page.close()
    for op, _ in FAULTS:
        must(met[op] > 5, 'hardly any call failed:', met)
    return {'failed_calls': sum(met.values()), 'places': dict(starved.tally),
            'violations': 0}


@torture(short={'step': 1, 'cuts': 2}, long={'step': 1, 'cuts': 6})
def fault_calls_of_gateway(ground, step, cuts):
    """Any call of the gateway to a peer fails, is cut short or interrupted."""
    return in_world(ground, None,
                    lambda world: refuse(world, ground, step, cuts))
