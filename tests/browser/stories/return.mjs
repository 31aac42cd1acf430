/* return.mjs - who drops out comes back: other tabs, other devices, the list
 * of chats, and the other person's link. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { at, connected, enter, giveCode, inside, press, reads, shows, state, until, visit, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { couple } from './basics.mjs';

const keys = (page) => page.evaluate(() => [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((k) => /^duologue(-outbox)?:/.test(k)));

export const stories = {
    async 'a second tab needs the code, and is the same person'(world) {
        const { room, abhi, anny } = await couple(world);
        const tab = await world.tab(abhi);
        await enter(tab, room.seats[0]);
        await write(tab, 'from my other tab');
        await shows(anny, 'from my other tab');
        await write(abhi, 'and from my first');
        await shows(tab, 'and from my first');
        await agree({
            pages: [[abhi, 'Abhi', 'Anny'], [tab, 'Abhi', 'Anny'], [anny, 'Anny', 'Abhi']],
            said: { Abhi: ['from my other tab', 'and from my first'] },
        });
        await tab.close();
        world.pages.splice(world.pages.indexOf(tab), 1);
        await state(anny, 'online');
    },

    async 'a phone with the same link and code is the same person'(world) {
        const { room, abhi, anny } = await couple(world);
        await write(abhi, 'at my desk');
        await shows(anny, 'at my desk');
        const phone = await world.person({ width: 360, height: 640 });
        await enter(phone, room.seats[0]);
        await shows(phone, 'at my desk');
        await write(phone, 'on the bus');
        await shows(abhi, 'on the bus');
        await write(anny, 'where are you?');
        const said = { Abhi: ['at my desk', 'on the bus'], Anny: ['where are you?'] };
        await agree({ pages: [[anny, 'Anny', 'Abhi'], [abhi, 'Abhi', 'Anny'], [phone, 'Abhi', 'Anny']], said });
    },

    async 'stay on this device opens a new tab without the code'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const abhi = await world.person();
        await enter(abhi, room.seats[0], { stay: true });
        await pause(500); /* until the browser's other processes know */
        const tab = await world.tab(abhi);
        await visit(tab, room.seats[0].link);
        await inside(tab);
    },

    async 'two tabs with one key both come back'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const first = await world.person();
        await enter(first, room.seats[0], { stay: true });
        await pause(500);
        const second = await world.tab(first);
        await visit(second, room.seats[0].link);
        await inside(second);
        await world.stack.outage(2000);
        for (const page of [first, second]) {
            await page.bringToFront();
            await connected(page, 120_000);
        }
        await write(second, 'still me');
        await shows(first, 'still me');
    },

    async 'start lists the chats of this browser, and forgets'(world) {
        const one = world.stack.make('Abhi', 'Anny');
        const two = world.stack.make('Abhi', 'Bea');
        const abhi = await world.person();
        await enter(abhi, one.seats[0], { stay: true });
        await enter(abhi, two.seats[0], { stay: true });
        await visit(abhi, world.stack.url);
        await reads(abhi, 'Chat with Anny, as Abhi');
        await reads(abhi, 'Chat with Bea, as Abhi');
        await abhi.evaluate(() => [...document.querySelectorAll('.known a')].find((a) => a.innerText.includes('Bea')).click());
        await inside(abhi);
        await until(abhi, () => document.querySelector('h1').innerText === 'Bea');
        await visit(abhi, world.stack.url);
        await abhi.evaluate(() => [...document.querySelectorAll('.known li')].find((li) => li.innerText.includes('Anny')).querySelector('button').click());
        await until(abhi, () => !document.body.innerText.includes('Anny'));
        assert.deepEqual(await keys(abhi), [`duologue:${two.seats[0].link.split('#')[1]}`]);
        await visit(abhi, one.seats[0].link);
        await reads(abhi, 'Hello Abhi.');
    },

    async 'leave on this device forgets, and the code opens it again'(world) {
        const { room, abhi, anny } = await couple(world);
        await write(abhi, 'I have to go');
        await shows(anny, 'I have to go');
        await press(abhi, 'Menu');
        await press(abhi, 'Leave on this device');
        await abhi.waitForSelector('dialog[open] .primary');
        await abhi.evaluate(() => document.querySelector('dialog[open] .primary').click());
        await until(abhi, () => document.querySelector('.chat') === null);
        assert.deepEqual(await keys(abhi), []);
        await until(anny, () => /^last seen /.test(document.querySelector('.state').innerText));
        await abhi.reload();
        await reads(abhi, 'Hello Abhi.');
        await giveCode(abhi, room.seats[0].code);
        await inside(abhi);
        await shows(abhi, 'I have to go');
        await state(anny, 'online');
    },

    async 'the other link in the same browser asks first'(world) {
        const { room, abhi, anny } = await couple(world);
        const other = await world.tab(abhi);
        await visit(other, room.seats[1].link);
        await reads(other, 'You are Abhi in this browser.');
        await press(other, 'Go on as Anny');
        await reads(other, 'Hello Anny.');
        /* Asked again by a new page, and the way back leads back. */
        await visit(other, room.seats[1].link);
        await reads(other, 'You are Abhi in this browser.');
        await other.evaluate(() => document.querySelector('button.primary').click());
        await until(other, (seat) => location.hash === `#${seat}`, room.seats[0].link.split('#')[1]);
        await write(anny, 'who is who?');
        await shows(abhi, 'who is who?');
    },

    async 'a copied tab gets a key of its own'(world) {
        const { room, abhi, anny } = await couple(world);
        /* What a browser does when a tab is duplicated. */
        const brought = await abhi.evaluate(() => ({ ...sessionStorage }));
        const copy = await world.tab(abhi);
        await visit(copy, world.stack.url);
        await copy.evaluate((all) => Object.entries(all).forEach(([k, v]) => sessionStorage.setItem(k, v)), brought);
        await visit(copy, room.seats[0].link);
        await reads(copy, 'Hello Abhi.');
        await giveCode(copy, room.seats[0].code);
        await inside(copy);
        await abhi.reload();
        await inside(abhi);
        await write(abhi, 'the original');
        await shows(copy, 'the original');
        await write(copy, 'the copy');
        await agree({
            pages: [[anny, 'Anny', 'Abhi'], [abhi, 'Abhi', 'Anny'], [copy, 'Abhi', 'Anny']],
            said: { Abhi: ['the original', 'the copy'] },
        });
    },
};
