/* kept.mjs - nothing that somebody made, wrote or wished is lost, and nothing
 * happens that was not to happen any more. */
import { connected, numbered, press, reads, shows, ticked, until, write, writeMany } from '../browsers.mjs';
import { couple } from './basics.mjs';
import { comeBack, noDialog } from './deeds.mjs';
import { look, noteNotifications } from './gone.mjs';

export const either = true;

export const stories = {
    async 'a chat that could not be ended, since the line was cut, is not ended later'(world) {
        const { abhi, anny } = await couple(world);
        abhi.cable.cut();
        await reads(abhi, 'Reconnecting');
        await press(abhi, 'End chat');
        await press(abhi, 'End and delete');
        await reads(abhi, 'The chat could not be ended.');
        await press(abhi, 'Go back');
        await noDialog(abhi);
        await abhi.cable.mend();
        await connected(abhi);
        await write(abhi, 'it goes on');
        await shows(anny, 'it goes on');
    },

    'after a search that was begun while writing, one can write on': {
        only: 'chrome', /* whose caret stayed behind */
        async tell(world) {
            const { abhi, anny } = await couple(world);
            await abhi.bringToFront();
            await write(abhi, '!status');
            await press(abhi, 'Search');
            await abhi.type('#search-words', 'tea');
            await abhi.keyboard.press('Escape');
            await noDialog(abhi);
            await until(abhi, () => document.activeElement.matches('.composer textarea'));
            await abhi.keyboard.type('Tea');
            await abhi.keyboard.press('Enter');
            await shows(anny, 'Tea');
        },
    },

    async 'what came while the line was cut is told to who looks elsewhere'(world) {
        const { abhi, anny } = await couple(world);
        await noteNotifications(abhi);
        await write(anny, 'by day');
        await comeBack(abhi);
        await press(abhi, 'Menu');
        await press(abhi, 'Notifications');
        await press(abhi, 'Notify me');
        await until(abhi, () => typeof window.allow === 'function');
        await abhi.evaluate(() => window.allow());
        await reads(abhi, 'Notifications are on for this chat.');
        await press(abhi, 'Close');
        await look(abhi, false);
        abhi.cable.cut();
        await reads(abhi, 'Reconnecting');
        await world.stack.outage(0); /* so that the stream is not taken up again */
        for (const words of ['in the dark', 'and once more']) await write(anny, words);
        await ticked(anny, 'and once more', 'stored');
        await abhi.cable.mend();
        await shows(abhi, 'and once more');
        await until(abhi, () => window.notes.length === 1);
    },

    'who asks for earlier messages over a slow line sees that they are coming': {
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const { abhi } = await couple(world);
            await writeMany(abhi, numbered('so much', 60));
            await ticked(abhi, 'so much 60', 'stored', 'delivered', 'read');
            await comeBack(abhi);
            abhi.cable.hold('down');
            await abhi.evaluate(() => (document.querySelector('.log').scrollTop = 0));
            await until(abhi, () => document.querySelector('.top').innerText === 'Loading…');
            abhi.cable.release();
            await until(abhi, () => document.querySelector('.top').innerText === 'The chat begins here.');
        },
    },
};
