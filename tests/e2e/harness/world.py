"""What a story is given: its slot, its component, its people."""

import asyncio
import contextlib
import os
import time

from . import adhoc, ns
from .component import Component, Room
from .person import Person


class World:
    def __init__(self, server, slot, build, folder, captures):
        self.server = server
        self.slot = slot
        self.folder = folder
        self.captures = captures
        self.people = []
        self.things = []  # closed in reverse order
        self.components = []
        self.told = set()  # what no log may contain
        self.on_step = print  # told what went well, and how long it took
        self.build = build
        address = ('127.0.0.1:%d' % server.component_port if server else '')
        self.component = self.make_component('c', slot.domain, address)
        for person in ('abhi', 'anny', 'mal'):
            self.told.add(slot.jid(person))

    @property
    def domain(self):
        return self.slot.domain

    def make_component(self, name, domain, address):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        component = Component(self.build, folder, domain, address)
        self.components.append(component)
        return component

    @contextlib.contextmanager
    def step(self, name):
        """One part of a longer story, in words of people."""
        began = time.monotonic()
        try:
            yield
        except BaseException as failure:
            failure.step = getattr(failure, 'step', name)
            raise
        self.on_step(name, time.monotonic() - began)

    async def login(self, name, resource='phone'):
        person = Person(self.server, self.slot, name, resource)
        self.people.append(person)
        return await person.login()

    async def start(self, **settings):
        """Starts the component; `linked` tells when the server routes."""
        await self.component.start(**settings)

    async def linked(self, person, patience=60.0):
        """Waits until the component answers through the XMPP server."""
        deadline = time.monotonic() + patience
        while True:
            answer = await person.iq(
                'get', self.domain, "<query xmlns='%s'/>" % ns.DISCO_INFO)
            if answer.type == 'result':
                return
            assert time.monotonic() < deadline, (
                'no link after %.0f s: %s\n%s' % (
                    patience, answer, self.component.process.tail()))
            await asyncio.sleep(0.1)

    async def restart(self, person, violent=True):
        """The component is killed, or ends as it should, and starts again."""
        if violent:
            self.component.kill9()
        else:
            await self.component.terminate()
        await self.start()
        await self.linked(person)

    async def person(self, name, resource='phone', **settings):
        """The first person of a story: logged in, component started."""
        person = await self.login(name, resource)
        if self.component.process is None:
            await self.start(**settings)
        await self.linked(person)
        return person

    async def new_room(self, *names, **options):
        room = await self.component.new_room(*names, **options)
        self.keep_secret(room)
        return room

    async def invite(self, anny, jid):
        """Anny makes a chat and is in it; seat 1 is Abhi's, by invite."""
        done = await adhoc.run(anny, self.domain, 'create-chat', {
            'your-name': 'Anny', 'peer-name': 'Abhi', 'invite-jid': jid,
            'idle': '1h', 'protection': 'server'})
        room = Room.of_form(done.values, seats=(2, 1))
        self.keep_secret(room)
        await anny.join(room.jid, 'b', room.code(2))
        return room

    def keep_secret(self, room):
        self.told.add(room.local)
        for seat in room.seats:
            self.told.add(seat.code)
            self.told.add(seat.code.replace('-', ''))
            self.told.add(seat.link.partition('#')[2])
            self.told.add(seat.name)

    def said(self):
        """Every longer text that went through a room."""
        return {s.body for person in self.people for s in
                person.inbox.stanzas if s.stanza_id and len(s.body or '') > 9}

    async def couple(self, room=None, **settings):
        """A room with both persons in it: (room, abhi, anny)."""
        abhi = await self.person('abhi', **settings)
        anny = await self.login('anny')
        room = room or await self.new_room()
        await abhi.join(room.jid, 'a', room.code(1))
        await anny.join(room.jid, 'b', room.code(2))
        await abhi.take(
            lambda s: s.name == 'presence' and s.frm == room.at(2)
            and s.type == '', 'presence of the other seat')
        return room, abhi, anny

    async def close(self, clean):
        """Ends everything; `clean` also checks how it ended."""
        problems = []
        for person in self.people:
            try:
                await asyncio.wait_for(person.logout(), 5.0)
            except (asyncio.TimeoutError, OSError):
                person.vanish()
        for thing in reversed(self.things):
            await thing.close()
        for component in self.components:
            try:
                await component.terminate()
                if os.path.exists(component.log):
                    component.must_be_sane()
                    component.must_be_silent_about(self.told | self.said())
            except AssertionError as failure:
                problems.append(failure)
        if clean and problems:
            raise problems[0]
