"""A component on the fake server, and people who exist only on that link."""

from . import ns
from .fake_server import FakeServer
from .servers import SECRET
from .stanza import Stanza, attr, bare

ABHI = 'abhi@example.org/p'
ANNY = 'anny@example.org/q'
MAL = 'mal@evil.example/m'


class Faked:
    """The component linked to a fake server, with a room to abuse."""

    def __init__(self, world):
        self.world = world
        self.fake = FakeServer(SECRET)
        world.things.append(self.fake)
        for person in (ABHI, ANNY, MAL):
            world.told.add(bare(person))

    @property
    def domain(self):
        return self.world.domain

    async def start(self, **settings):
        await self.fake.open()
        await self.world.start(component_server=self.fake.address, **settings)
        return await self.fake.link(1)

    @classmethod
    async def relinked(cls, w):
        """A room of two whose link was cut: (faked, new link, room)."""
        faked = cls(w)
        link = await faked.start()
        room = await w.new_room()
        await faked.join(link, ABHI, room, 1)
        await faked.join(link, ANNY, room, 2)
        link.cut()
        return faked, await faked.fake.link(2), room

    async def join(self, link, person, room, seat):
        """Enters a seat; waits for the subject that ends the join."""
        mark = link.inbox.mark()
        link.write("<presence from=%s to=%s id='in'><x xmlns='%s'><password>"
                   "%s</password></x></presence>" % (
                       attr(person), attr(room.jid + '/n'), ns.MUC,
                       room.code(seat)))
        return await link.take(
            lambda s: s.to == person and s.name == 'message'
            and s.subject is not None, 'the end of the join', since=mark)

    def say(self, link, person, room, body, number):
        link.write("<message from=%s to=%s type='groupchat' id=%s><body>%s"
                   "</body></message>" % (attr(person), attr(room.jid),
                                          attr(number), body))

    async def is_reflected(self, link, person, room, body, number, to):
        """A good message reaches everybody named."""
        self.say(link, person, room, body, number)
        for receiver in to:
            heard = await link.take(
                lambda s, r=receiver: s.to == r and s.id == number
                and s.type == 'groupchat', 'a good message at ' + receiver)
            assert heard.body == body, str(heard)

    async def archive(self, link, person, room):
        """Everything in the room's archive, oldest first."""
        mark = link.inbox.mark()
        link.write("<iq type='set' from=%s to=%s id='arch'><query xmlns='%s'>"
                   "<set xmlns='%s'><max>250</max></set></query></iq>" % (
                       attr(person), attr(room.jid), ns.MAM, ns.RSM))
        answer = await link.take(lambda s: s.id == 'arch', 'the archive',
                                 since=mark)
        assert answer.type == 'result', str(answer)
        found = []
        for stanza in link.inbox.since(mark):
            if stanza.find(ns.MAM, 'result') is not None:
                found.append(Stanza(stanza.find('jabber:client', 'message')))
        return found

    def must_be_clean(self, link):
        """Whatever came in: what went out is XML, ours, and addressed."""
        assert link.garbage is None, link.garbage
        for stanza in link.inbox.stanzas:
            host = bare(stanza.frm).rpartition('@')[2]
            assert host == self.domain and stanza.to, str(stanza)
