/* kept.mjs - nothing that somebody made, wrote or wished is lost, and nothing
 * happens that was not to happen any more. */
import assert from 'node:assert/strict';
import { connected, enter, inside, numbered, press, reads, shows, state, ticked, until, visit, write, writeMany } from '../browsers.mjs';
import { couple, theirCard } from './basics.mjs';
import { comeBack, noDialog } from './deeds.mjs';
import { look, noteNotifications } from './gone.mjs';

export const either = true;

const isKept = (page) => page.evaluate(() => sessionStorage.getItem('duologue-made') !== null);

export const stories = {
    async 'the cards of a new chat come back with the page, until the other has come'(world) {
        const abhi = await world.person();
        abhi.on('dialog', (question) => void question.accept());
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'Anny');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Your chat is ready.');
        const card = await theirCard(abhi);
        await abhi.reload();
        await reads(abhi, 'Your chat is ready.');
        assert.deepEqual(await theirCard(abhi), card);
        await abhi.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
        await reads(abhi, 'Your chat is ready.');
        await press(abhi, 'Open my side');
        await press(abhi, 'Open my side anyway');
        await inside(abhi);
        await comeBack(abhi);
        await abhi.waitForSelector('.empty .card');
        assert.deepEqual(await theirCard(abhi), card);
        const anny = await world.person();
        await enter(anny, card);
        await state(abhi, 'online');
        assert.equal(await isKept(abhi), false);
        await write(abhi, 'Hello Anny');
        await shows(anny, 'Hello Anny');
    },

    async 'who leaves a chat that was just made is asked for the code again, and for the link where it had a key'(world) {
        for (const protection of ['server', 'link']) {
            const abhi = await world.person();
            await visit(abhi, world.stack.url);
            await abhi.type('#yours', 'Abhi');
            await abhi.type('#theirs', 'Anny');
            await abhi.click(`.who-reads input[value=${protection}]`);
            await press(abhi, 'Start chat');
            await press(abhi, 'Open my side');
            await press(abhi, 'Open my side anyway');
            await inside(abhi);
            await press(abhi, 'Menu');
            await press(abhi, 'Leave on this device');
            await press(abhi, 'Leave');
            await reads(abhi, 'This browser has forgotten the chat.');
            assert.equal(await isKept(abhi), false);
            assert.equal(await abhi.evaluate(() => document.body.innerText.includes('Open it again')), protection === 'server');
            if (protection === 'server') {
                await press(abhi, 'Open it again');
                await reads(abhi, 'Hello Abhi.');
                await until(abhi, () => document.querySelector('form .primary').innerText === 'Get in');
            }
            await abhi.evaluate(() => history.back());
            await reads(abhi, 'A private chat for two.');
        }
    },

    async 'who made a chat by mistake makes another one'(world) {
        const abhi = await world.person();
        abhi.on('dialog', (question) => void question.accept());
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'Amny');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Your chat is ready.');
        await abhi.reload();
        await press(abhi, 'Start a new chat');
        await reads(abhi, 'A private chat for two.');
        assert.equal(await isKept(abhi), false);
        await abhi.reload();
        await reads(abhi, 'A private chat for two.');
    },

    async 'on a phone that lies on its side, the QR code is large enough and in sight'(world) {
        const abhi = await world.person({ width: 568, height: 320 });
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'Anny');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Your chat is ready.');
        await press(abhi, 'Show QR');
        const { top, width, height } = await abhi.$eval('.qr', (qr) => qr.getBoundingClientRect().toJSON());
        assert.ok(width >= 240 && height >= 240 && top >= 0 && top + height <= 320, `${width} × ${height} at ${top}`);
    },

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
        await comeBack(abhi);
        await press(abhi, 'Menu');
        await press(abhi, 'Notifications');
        await press(abhi, 'Notify me');
        await until(abhi, () => typeof window.allow === 'function');
        await abhi.evaluate(() => window.allow());
        await reads(abhi, 'Notifications are on for this chat.');
        await press(abhi, 'Close');
        /* The first words of all, and what comes after them. */
        for (const words of ['in the dark', 'and once more']) {
            await look(abhi, false);
            abhi.cable.cut();
            await reads(abhi, 'Reconnecting');
            await world.stack.outage(0); /* so that the stream is not taken up again */
            await write(anny, words);
            await ticked(anny, words, 'stored');
            await abhi.cable.mend();
            await shows(abhi, words);
            await until(abhi, () => window.notes.length === 1 && document.title.startsWith('(1)'));
            await look(abhi, true);
            await until(abhi, () => window.notes.length === 0 && !document.title.startsWith('('));
        }
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
