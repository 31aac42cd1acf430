/* gone.mjs - what is left in a browser when the chat is gone, and what is said
 * of its end. */
import assert from 'node:assert/strict';
import { enter, giveCode, inside, press, reads, shows, until, visit, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { couple } from './basics.mjs';
import { comeBack, noDialog } from './deeds.mjs';

const LINK = ['--protection', 'link'];
const leftOver = (page) =>
    page.evaluate(() => [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((k) => k.startsWith('duologue') && k !== 'duologue-tab'));

/* As it is for whoever looks at another window. */
export const look = (page, isHere) =>
    page.evaluate((is) => {
        Object.defineProperty(document, 'visibilityState', { value: is ? 'visible' : 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }, isHere);

/* Notifications that can be counted; who is asked answers by allow(). */
export const noteNotifications = (page) =>
    page.evaluateOnNewDocument(() => {
        window.notes = [];
        window.Notification = class {
            static permission = 'default';
            static requestPermission() {
                return new Promise((done) => (window.allow = () => done((this.permission = 'granted'))));
            }
            constructor(title) {
                window.notes.push(title);
            }
            close() {
                window.notes.pop();
            }
        };
        document.hasFocus = () => false;
    });

/* Two of whom one is asked whether to allow notifications, and has not answered. */
async function notified(world) {
    const { abhi, anny } = await couple(world);
    await noteNotifications(abhi);
    await comeBack(abhi);
    await press(abhi, 'Menu');
    await press(abhi, 'Notifications');
    await press(abhi, 'Notify me');
    await until(abhi, () => typeof window.allow === 'function');
    return { abhi, anny };
}

export const either = true;

export const stories = {
    async 'when the chat is gone, nothing of it is left in the browser, whichever of its links was opened'(world) {
        const room = world.stack.make('Abhi', 'Anny', ...LINK);
        const [mine, other] = room.seats;
        const page = await world.person();
        await enter(page, mine);
        await visit(page, other.link);
        await reads(page, 'You are Abhi in this browser.');
        await press(page, 'Go on as Anny');
        await giveCode(page, other.code);
        await inside(page);
        await press(page, 'End chat');
        await press(page, 'End and delete');
        await reads(page, 'You ended it.');
        assert.deepEqual(await leftOver(page), []);
    },

    async 'who was away when the chat ended hears why'(world) {
        const { room, abhi, anny } = await couple(world);
        const seen = 'It was ended by the people who run this server.';
        await world.stack.end(world.stack.gateway);
        for (const page of [abhi, anny]) await reads(page, 'Reconnecting');
        world.stack.ctl('end', room.room);
        await world.stack.startGateway();
        for (const page of [abhi, anny]) await reads(page, seen);
    },

    'a copy that cannot be made, since its part is not there, is told so, and made when it is': {
        only: 'firefox', /* which remembers what it could not fetch */
        async tell(world) {
            const room = world.stack.make('Abhi', 'Anny');
            const abhi = await world.person();
            await abhi.setRequestInterception(true);
            let isThere = false;
            abhi.on('request', (request) => void (!isThere && /saving-/.test(request.url()) ? request.abort() : request.continue()));
            await enter(abhi, room.seats[0]);
            await write(abhi, 'keep me');
            await shows(abhi, 'keep me');
            await press(abhi, 'End chat');
            await press(abhi, 'End and delete');
            await reads(abhi, 'You ended it.');
            await press(abhi, 'Save my copy');
            await reads(abhi, 'This part could not be loaded.');
            await press(abhi, 'Understood');
            await noDialog(abhi);
            isThere = true;
            await press(abhi, 'Save my copy');
            await reads(abhi, 'Web page');
        },
    },

    async 'a permission that comes after the end leaves nothing behind'(world) {
        const { abhi, anny } = await notified(world);
        await press(anny, 'End chat');
        await press(anny, 'End and delete');
        await reads(abhi, 'Anny ended it.');
        await abhi.evaluate(() => window.allow());
        await pause(500);
        assert.deepEqual(await leftOver(abhi), []);
    },

    async 'what a notification told, and what the tab counted, goes with the chat'(world) {
        const { abhi, anny } = await notified(world);
        await abhi.evaluate(() => window.allow());
        await reads(abhi, 'Notifications are on for this chat.');
        await press(abhi, 'Close');
        await look(abhi, false);
        await write(anny, 'a secret');
        await until(abhi, () => window.notes.length === 1 && document.querySelector('link[rel=icon]').href.includes('unread'));
        await look(abhi, true);
        await until(abhi, () => window.notes.length === 0);
        await look(abhi, false);
        await write(anny, 'another');
        await until(abhi, () => window.notes.length === 1 && document.querySelector('link[rel=icon]').href.includes('unread'));
        await press(anny, 'End chat');
        await press(anny, 'End and delete');
        await reads(abhi, 'Anny ended it.');
        await until(abhi, () => window.notes.length === 0);
        await until(abhi, () => !document.querySelector('link[rel=icon]').href.includes('unread') && document.title === 'Duologue');
        assert.ok(!(await abhi.evaluate(() => document.body.textContent.includes('another'))), 'what was said aloud is still there');
    },
};
