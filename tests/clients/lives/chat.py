"""The steps of a chat that are the same in every app."""

from harness import ns
from lives.talk import (EMOJI, LONG, correction, end_by_words, entered, said)


class Chat:
    """Abhi in the app, Anny in a session of ours, and their room."""

    def __init__(self, w, app, anny, room):
        self.w = w
        self.app = app
        self.anny = anny
        self.room = room

    async def _speaks(self, app, words):
        """An app of Abhi's says it; returns it as the room relays it."""
        await app.say(words)
        return await said(self.anny, words)

    async def _hears(self, words, shown=None):
        """Anny says it and the app shows it."""
        await self.anny.say(self.room.jid, words)
        await self.app.see(shown or words)

    async def opens(self, *shown):
        with self.w.step('the right code opens the chat'):
            await self.app.code(self.room.code(1))
            await entered(self.anny, self.room, 1)
            await self.app.see('The server can read it', 'Write !status',
                               *shown)

    async def words(self):
        """Returns Abhi's message."""
        with self.w.step('words both ways'):
            his = await self._speaks(self.app, 'hello Anny')
            await self._hears('hello Abhi')
        return his

    async def emoji(self):
        """Returns Abhi's message."""
        with self.w.step('emoji both ways'):
            await self._hears(EMOJI)
            return await self._speaks(self.app, 'naïve 🙂')

    async def correction(self):
        """Returns Abhi's message that corrects one of his."""
        with self.w.step('a correction is shown, and sent'):
            first = await self.anny.say(self.room.jid, 'at sevn')
            await self.app.see('at sevn')
            await self.anny.say(self.room.jid, 'at seven',
                                extra=correction(first.id))
            await self.app.see('at seven')
            await self._speaks(self.app, 'see yuo there')
            await self.app.correct_last('see you there')
            fixed = await said(self.anny, 'see you there')
            assert fixed.child(ns.CORRECT, 'replace') is not None, str(fixed)
        return fixed

    async def reaction_comes(self, emoji):
        """Waits for Abhi's reaction."""
        got = await self.anny.take(
            lambda s: s.child(ns.REACTIONS, 'reactions') is not None
            and s.frm == self.room.at(1), 'the reaction')
        assert got.child(ns.REACTIONS, 'reactions')[0].text == emoji, str(got)

    async def long_text(self):
        with self.w.step('long text both ways'):
            await self._speaks(self.app, LONG)
            await self._hears(LONG.upper(), 'WORD149')

    async def other_device_speaks(self, other):
        """Abhi's second app says a word; his first one shows it."""
        await self._speaks(other, 'from the laptop')
        await self.app.see('from the laptop')

    async def outlives_the_component(self):
        with self.w.step('the component is killed and comes back'):
            await self.w.restart(self.anny)
            await self._speaks(self.app, 'after the restart')
            await self._hears('as if nothing happened')

    async def ended_by_other(self, *shown):
        with self.w.step('the other side ends the chat'):
            await end_by_words(self.anny, self.room)
            await self.app.see('Anny ended this chat', *shown)

    async def ended_by_app(self, *shown):
        with self.w.step('!end asks once, then ends the chat'):
            await self.app.say('!end')
            await self.app.see('Write !end once more')
            await self.app.say('!end')
            await self.anny.take(lambda s: s.destroyed, 'the end')
            await self.app.see('Abhi ended this chat', *shown)


async def silent_chat(w, app, anny):
    """A chat that would have fallen silent after 40 s, and was kept."""
    with w.step('the warning before the silence, and !keep'):
        room = await w.new_room(idle='40s')
        await anny.join(room.jid, 'b', room.code(2))
        await app.join(room.jid)
        await app.code(room.code(1))
        await app.see('unless somebody writes', patience=60.0)
        await app.say('!keep')
        await app.see('stays for another')
    return Chat(w, app, anny, room)
