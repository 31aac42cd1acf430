"""A world of the stories' harness, for a torture."""

import asyncio
import logging
import os

from .subject import HERE  # noqa: F401  (finds the stories' harness)

from harness.servers import KINDS, Slot  # noqa: E402
from harness.world import World  # noqa: E402

NO_LIMITS = {'limits_messages_per_second': '0', 'limits_message_burst': '0'}


def in_world(ground, kind, story):
    """Runs `story` against a server of its own, or none."""
    # People who vanish leave tasks behind.
    logging.getLogger('asyncio').setLevel(logging.CRITICAL)
    server = None
    if kind:
        server = KINDS[kind](os.path.join(ground.folder, kind), 1)
        server.start()
    world = World(server, Slot(0), ground.build,
                  os.path.join(ground.folder, 'w'), ground.folder)

    async def live():
        try:
            return await story(world)
        finally:
            await world.close(False)
    try:
        return asyncio.run(live())
    finally:
        if server is not None:
            server.kill()
