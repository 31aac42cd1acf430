"""Coming back without the code; the story plays the gateway itself."""

from harness.check import same
from harness.guest import token_of
from harness.local_gateway import LocalGateway
from harness.story import DIRECT, story


async def begin(w):
    """The component, our gateway to it and a room."""
    await w.start(component_server='')
    gateway = await LocalGateway(w).open()
    return gateway, await w.new_room()


async def enter(w, gateway, room, password, **options):
    """A new tab comes in; returns it and the token it was given."""
    guest = gateway.guest(**options)
    joined = await guest.join(room.jid, 'x', password)
    same(joined.me.frm, room.at(2))
    token = token_of(joined)
    w.told.add(token)
    same(sum(s.find('urn:duologue:token:0', 'token') is not None
             for s in joined.stanzas), 1, 'tokens in one join')
    return guest, token


async def refused(gateway, room, password):
    error = await gateway.guest().join_error(room.jid, 'x', password)
    same(error.error, ('auth', 'not-authorized'))


@story(servers=DIRECT)
async def token_of_a_tab(w):
    """Code, token, next token; an old one is a copy and ends them all."""
    await w.start(component_server='')
    gateway = await LocalGateway(w).open()
    for protection in ('server', 'link'):
        room = await w.new_room(protection=protection)
        guest, first = await enter(w, gateway, room, room.code(2))
        guest.close_tab()
        guest, second = await enter(w, gateway, room, first)
        guest.leave(room.jid)
        guest, third = await enter(w, gateway, room, second)
        same(len({first, second, third}), 3, 'the tokens')
        await refused(gateway, room, 'f' * 64)
        await refused(gateway, room, first)
        await refused(gateway, room, third)
        _, again = await enter(w, gateway, room, room.code(2))
        # Whoever is in was not thrown out by that.
        guest.leave(room.jid)
        await enter(w, gateway, room, again)


@story(servers=DIRECT)
async def token_of_a_copied_tab(w):
    """Original and copy go their own ways."""
    gateway, room = await begin(w)
    original, shared = await enter(w, gateway, room, room.code(2))
    copy, one = await enter(w, gateway, room, shared)
    original.close_tab()
    original, two = await enter(w, gateway, room, shared)
    copy.close_tab()
    original.close_tab()
    for token in (one, two):
        _, after = await enter(w, gateway, room, token)
        await enter(w, gateway, room, after)


@story(servers=DIRECT)
async def token_after_a_crash(w):
    """The component is killed; tokens, and what it knows of dead ones, stay."""
    gateway, room = await begin(w)
    guest, first = await enter(w, gateway, room, room.code(2))
    guest.close_tab()
    guest, second = await enter(w, gateway, room, first)
    said = await guest.say(room.jid, 'before the crash')
    await gateway.close()
    w.component.kill9()
    await w.start()
    gateway = await LocalGateway(w).open()
    guest = gateway.guest()
    joined = await guest.join(room.jid, 'x', second)
    third = token_of(joined)
    w.told.add(third)
    same([s.stanza_id for s in joined.history], [said.stanza_id])
    await refused(gateway, room, first)
    await refused(gateway, room, third)


@story(servers=DIRECT)
async def token_is_no_attempt(w):
    """Strangers who guess lock codes out for a while, not a tab's token."""
    gateway, room = await begin(w)
    guest, token = await enter(w, gateway, room, room.code(2))
    guest.close_tab()
    for number in range(11):
        stranger = gateway.guest('6a%02d' % (number // 4))
        await stranger.join_error(room.jid, 'x', 'ZZZZZ-ZZZZZ')
    await refused(gateway, room, room.code(2))
    await enter(w, gateway, room, token)
