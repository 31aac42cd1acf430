/* awkward.mjs - people who press twice, go back, turn away, and type what nobody
 * thought of. */
import assert from 'node:assert/strict';
import { connected, enter, giveCode, inside, numbered, PLAIN_HOST, press, reads, shows, until, visit, write, writeMany } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { couple, theirCard } from './basics.mjs';
import { comeBack, noDialog } from './deeds.mjs';
import { look } from './gone.mjs';

const LINK = ['--protection', 'link'];
const heading = (page, words) => until(page, (w) => document.querySelector('h1')?.innerText === w, words);
const go = (page, fragment) => page.evaluate((f) => (location.hash = f), fragment);

async function name(page, yours, theirs, protection) {
    await page.type('#yours', yours);
    await page.type('#theirs', theirs);
    await page.click(`.who-reads input[value=${protection}]`);
}

/* By itself where the server was found before; else it is asked for again. */
async function made(page) {
    for (;;) {
        await until(page, () => document.querySelector('form .primary')?.innerText !== 'Preparing…');
        if (await page.evaluate(() => document.body.innerText.includes('Your chat is ready.'))) return;
        await press(page, 'Start chat');
    }
}

const speaks = (page, ...languages) =>
    page.evaluateOnNewDocument((all) => Object.defineProperty(navigator, 'languages', { value: all }), languages);

export const either = true;

export const stories = {
    async 'a dialog does not outlive the screen that it was opened over'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const abhi = await world.person();
        await visit(abhi, world.stack.url);
        await go(abhi, room.seats[0].link.split('#')[1]);
        await giveCode(abhi, room.seats[0].code);
        await inside(abhi);
        await press(abhi, 'End chat');
        await reads(abhi, 'End this chat?');
        await abhi.evaluate(() => history.back());
        await heading(abhi, 'A private chat for two.');
        await noDialog(abhi);
        await abhi.evaluate(() => history.forward());
        await inside(abhi);
    },

    async 'a dialog is closed by a press beside it, and by no other'(world) {
        const { abhi } = await couple(world);
        const place = (x, y) =>
            abhi.$eval('dialog', (dialog, [right, down]) => {
                const { left, top } = dialog.getBoundingClientRect();
                return [left + right, top + down];
            }, [x, y]);
        await abhi.bringToFront();
        await abhi.click('.head .ember', { count: 2 });
        await reads(abhi, 'End this chat?');
        await pause(300);
        await abhi.mouse.click(...(await place(8, 8)));
        /* Words that are marked, beyond the edge. */
        await abhi.mouse.move(...(await place(40, 40)));
        await abhi.mouse.down();
        await abhi.mouse.move(...(await place(-40, 40)));
        await abhi.mouse.up();
        await pause(300);
        assert.ok(await abhi.evaluate(() => document.querySelector('dialog[open]') !== null), 'it is closed');
        await abhi.mouse.click(...(await place(-40, 40)));
        await noDialog(abhi);
    },

    async 'who goes elsewhere while a chat is made stays there'(world) {
        const abhi = await world.person();
        await abhi.evaluateOnNewDocument(() => {
            const Real = WebSocket;
            window.WebSocket = class extends Real {
                constructor(...what) {
                    super(...what);
                    this.addEventListener('message', ({ data }) => {
                        if (String(data).includes('seat1-link')) setTimeout(() => (window.answered = true), 500);
                    });
                }
            };
        });
        await visit(abhi, world.stack.url);
        await name(abhi, 'Abhi', 'Anny', 'link');
        abhi.cable.hold('down');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Preparing…');
        await go(abhi, 'nonsense');
        await heading(abhi, 'This link does not belong to a chat.');
        abhi.cable.release();
        await until(abhi, () => window.answered);
        await heading(abhi, 'This link does not belong to a chat.');
    },

    async 'what could not be fetched while the line was cut is fetched when it is back, for a code and for a new chat'(world) {
        const room = world.stack.make('Abhi', 'Anny', ...LINK);
        const abhi = await world.person();
        await visit(abhi, room.seats[0].link);
        await reads(abhi, 'Hello Abhi.');
        await abhi.evaluate(() => {
            const real = WebSocket.prototype.send;
            window.knocks = 0;
            WebSocket.prototype.send = function (data) {
                if (data.includes('<password')) window.knocks++;
                real.call(this, data);
            };
        });
        abhi.cable.cut();
        await reads(abhi, 'The server cannot be reached.');
        await abhi.type('#code', room.seats[0].code);
        for (const _ of [1, 2]) {
            await press(abhi, 'Get in');
            await until(abhi, () => document.querySelector('form .primary').innerText === 'Get in');
        }
        await abhi.cable.mend();
        await inside(abhi);
        await pause(6_000); /* in which the other of the two tries would come */
        assert.equal(await abhi.evaluate(() => window.knocks), 1);
        const anny = await world.person();
        await visit(anny, world.stack.url);
        await anny.waitForSelector('#yours');
        await until(anny, () => performance.getEntriesByType('resource').some(({ name: part, responseEnd }) => /config.json$/.test(part) && responseEnd > 0));
        anny.cable.cut();
        await name(anny, 'Anny', 'Bea', 'server');
        await press(anny, 'Start chat');
        await reads(anny, 'The server cannot be reached.');
        await anny.cable.mend();
        await made(anny);
    },

    async 'a chat that is started while the line is cut is made once it is back, and the page says so'(world) {
        const abhi = await world.person();
        await visit(abhi, world.stack.url);
        await name(abhi, 'Abhi', 'Anny', 'server');
        abhi.cable.cut();
        await press(abhi, 'Start chat');
        await reads(abhi, 'The server cannot be reached.');
        await abhi.cable.mend();
        await made(abhi);
    },

    async 'on a phone, what is wrong with the names is in sight'(world) {
        const abhi = await world.person({ width: 320, height: 480 });
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'abhi');
        await abhi.keyboard.press('Enter');
        await reads(abhi, 'The two names must differ.');
        await until(abhi, () => {
            const inSight = (e) => e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().bottom <= innerHeight;
            return inSight(document.querySelector('.trouble')) && inSight(document.querySelector('#theirs'));
        });
    },

    async 'Enter in the first name leads to the second, and there it starts the chat'(world) {
        const abhi = await world.person();
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.keyboard.press('Enter');
        await until(abhi, () => document.activeElement.id === 'theirs');
        assert.equal(await abhi.evaluate(() => document.querySelector('.trouble').innerText), '');
        await abhi.keyboard.type('Anny');
        await abhi.keyboard.press('Enter');
        await reads(abhi, 'Your chat is ready.');
    },

    'what the server says is said in the language of the page': {
        settings: { 'limits.creates_per_hour': '1' },
        async tell(world) {
            const abhi = await world.person();
            await speaks(abhi, 'de-DE');
            await visit(abhi, world.stack.url);
            await name(abhi, 'Abhi', 'An\u202eny', 'server');
            await press(abhi, 'Gespräch beginnen');
            await reads(abhi, 'Ein Name hat 1 bis 32 Zeichen, ohne Steuerzeichen.');
            await abhi.$eval('#theirs', (e) => (e.value = 'Anny'));
            await press(abhi, 'Gespräch beginnen');
            await reads(abhi, 'Dein Gespräch ist bereit.');
            await abhi.evaluate(() => [...document.querySelectorAll('button')].find((b) => b.innerText.trim() === 'Meine Seite öffnen').click());
            await press(abhi, 'Meine Seite trotzdem öffnen');
            await inside(abhi);
            await visit(abhi, world.stack.url);
            await name(abhi, 'Abhi', 'Bea', 'server');
            await press(abhi, 'Gespräch beginnen');
            await reads(abhi, 'Du hast in letzter Zeit viele Gespräche begonnen.');
            const sealed = world.stack.make('Abhi', 'Anny', '--protection', 'omemo');
            await visit(abhi, sealed.seats[1].link);
            await reads(abhi, 'Hallo Anny.');
            await abhi.type('#code', sealed.seats[1].code);
            await press(abhi, 'Eintreten');
            await reads(abhi, 'nur in einer XMPP-App mit OMEMO öffnen');
        },
    },

    async 'times are written in the language of the page'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const abhi = await world.person();
        await speaks(abhi, 'ar-EG', 'en-GB');
        await enter(abhi, room.seats[0]);
        await write(abhi, 'what time is it?');
        await shows(abhi, 'what time is it?');
        assert.match(await abhi.$eval('.foot time', (e) => e.innerText), /^\d\d?:\d\d$/);
    },

    async 'ten characters that are no code are not counted, and the right ones in any dress open the chat'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const anny = await world.person();
        await visit(anny, `${room.seats[1].link}.`);
        await reads(anny, 'Hello Anny.');
        await giveCode(anny, '7K3M9-QXP2U');
        await reads(anny, 'This code does not open the chat.');
        assert.ok(!(await anny.evaluate(() => document.body.innerText.includes('You typed 10.'))));
        await anny.$eval('#code', (e) => (e.value = ''));
        const odd = room.seats[1].code.toLowerCase().replace('-', ' – ').replaceAll('0', 'o').replaceAll('1', 'l');
        await giveCode(anny, ` ${odd}\u00a0`);
        await inside(anny);
    },

    async 'a clock that is hours off neither frightens nor hides the end'(world) {
        const room = world.stack.make('Abhi', 'Anny', '--idle', '1h');
        const anny = await world.person();
        await enter(anny, room.seats[1]);
        for (const hours of [3, -3]) {
            const abhi = await world.person();
            await abhi.evaluateOnNewDocument((off) => {
                const Real = Date;
                window.Date = class extends Real {
                    constructor(...what) {
                        super(...(what.length > 0 ? what : [Real.now() + off]));
                    }
                    static now() {
                        return Real.now() + off;
                    }
                };
            }, hours * 3_600_000);
            await enter(abhi, room.seats[0]);
            await write(anny, `your clock is ${hours} hours off`);
            await shows(abhi, `your clock is ${hours} hours off`);
            await comeBack(abhi);
            await shows(abhi, `your clock is ${hours} hours off`);
            assert.ok(await abhi.$eval('.chip', (chip) => chip.hidden));
            assert.match(await abhi.$eval('.wick', (e) => e.getAttribute('aria-label')), /: (5\d|6[01]) min$/);
            await write(abhi, 'mine');
            await shows(abhi, 'mine');
            assert.equal(await abhi.evaluate(() => document.querySelectorAll('.day').length), 1);
        }
    },

    async '!status is answered in sight'(world) {
        const { abhi } = await couple(world);
        await write(abhi, '!status');
        await until(abhi, () => document.querySelector('dialog[open]')?.innerText.includes('Time until silence deletes this chat: 24 h'));
        await abhi.keyboard.press('Escape');
        await noDialog(abhi);
        await until(abhi, () => document.activeElement.matches('.composer textarea'));
    },

    async 'the Enter that ends a composition sends nothing'(world) {
        const { abhi, anny } = await couple(world);
        await abhi.type('.composer textarea', 'ni');
        await abhi.evaluate(() => {
            const area = document.querySelector('.composer textarea');
            const key = (more) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }));
            key({ isComposing: true });
            key({ keyCode: 229 });
        });
        await abhi.type('.composer textarea', 'hao');
        await abhi.keyboard.press('Enter');
        await shows(anny, 'nihao');
        assert.equal(await anny.evaluate(() => document.querySelectorAll('.message').length), 1);
    },

    'more tabs than a seat may have do not drive each other out for ever': {
        settings: { 'limits.sessions_per_seat': '1' },
        async tell(world) {
            const room = world.stack.make('Abhi', 'Anny');
            const first = await world.person();
            await enter(first, room.seats[0], { stay: true });
            await pause(500);
            await look(first, false);
            const second = await world.tab(first);
            await visit(second, room.seats[0].link);
            await inside(second);
            await reads(first, 'Reconnecting in');
            await pause(8_000);
            assert.ok(await second.evaluate(() => document.querySelector('.strip:not([role])').hidden), 'driven out again');
            await look(second, false);
            await look(first, true);
            await connected(first);
            await reads(second, 'Reconnecting in');
        },
    },

    async 'without https a link is copied out of a dialog too, and the focus stays'(world) {
        const abhi = await world.person();
        const plain = abhi.cable.url.replace('127.0.0.1', PLAIN_HOST);
        world.stack.allow(plain);
        await world.stack.outage(0);
        await abhi.goto(`${plain}/`);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'Anny');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Your chat is ready.');
        await press(abhi, 'Open my side');
        await reads(abhi, 'You have not copied the link for Anny yet.');
        await abhi.bringToFront();
        await abhi.evaluate(() => document.addEventListener('copy', () => (window.copied = document.activeElement.value)));
        await abhi.focus('dialog .plain');
        await abhi.keyboard.press('Enter');
        await until(abhi, () => document.activeElement.innerText === 'Copied');
        assert.equal(await abhi.evaluate(() => window.copied), (await theirCard(abhi)).link);
        abhi.faults = abhi.faults.filter((fault) => !fault.startsWith('The Cross-Origin-Opener-Policy header has been ignored'));
    },

    async 'on a phone with its keyboard open, what was found is in sight'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const abhi = await world.person({ width: 320, height: 340 });
        await enter(abhi, room.seats[0]);
        for (const words of ['a needle', 'a pin', 'a needle again']) await write(abhi, words);
        await shows(abhi, 'a needle again');
        await press(abhi, 'Menu');
        await press(abhi, 'Search');
        await abhi.type('#search-words', 'needle');
        await reads(abhi, '2 messages found.');
        assert.ok((await abhi.$eval('.hits', (list) => list.clientHeight)) >= 100);
    },

    'paper has all that is loaded': {
        only: 'chrome', /* which can be told to look as paper does */
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const room = world.stack.make('Abhi', 'Anny');
            const abhi = await world.person();
            await enter(abhi, room.seats[0]);
            await writeMany(abhi, numbered('line', 30));
            await shows(abhi, 'line 30');
            await abhi.emulateMediaType('print');
            assert.ok(await abhi.$eval('.log', (log) => log.scrollHeight === log.clientHeight && log.clientHeight > innerHeight));
            assert.ok(await abhi.$eval('.composer', (form) => form.offsetParent === null));
        },
    },

    'a keyboard does not lose its place when older messages come, or a failed one goes': {
        settings: { 'limits.messages_per_second': '0', 'limits.body_max': '1KiB' },
        async tell(world) {
            const { abhi, anny } = await couple(world);
            await writeMany(abhi, numbered('line', 120));
            await shows(anny, 'line 120', 120_000);
            await comeBack(anny);
            await shows(anny, 'line 120');
            await anny.bringToFront();
            const count = () => anny.evaluate(() => document.querySelectorAll('.message').length);
            const before = await count();
            await anny.focus('.log .top button');
            await anny.keyboard.press('Enter');
            await until(anny, (n) => document.querySelectorAll('.message').length > n, before);
            await pause(300);
            assert.ok(await anny.evaluate(() => document.activeElement.closest('.log') !== null), 'the focus is lost');
            await write(anny, 'x'.repeat(2_000));
            await until(anny, () => document.querySelectorAll('.tick.failed').length === 1);
            await anny.focus('.failure button:last-child');
            await anny.keyboard.press('Enter');
            await until(anny, () => document.querySelector('.tick.failed') === null);
            assert.ok(await anny.evaluate(() => document.activeElement.closest('.log') !== null), 'the focus is lost');
        },
    },

    async 'who goes back while the door opens can come in again at once'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const abhi = await world.person();
        await visit(abhi, room.seats[0].link);
        await reads(abhi, 'Hello Abhi.');
        /* No patience ever ends. */
        await abhi.evaluate(() => {
            const real = window.setTimeout;
            window.setTimeout = (run, ms, ...rest) => (ms >= 20_000 ? 0 : real(run, ms, ...rest));
        });
        await abhi.type('#code', room.seats[0].code);
        await until(abhi, () => performance.getEntriesByType('resource').some(({ name: part, responseEnd }) => /talk-/.test(part) && responseEnd > 0));
        abhi.cable.hold('down');
        await press(abhi, 'Get in');
        await reads(abhi, 'Opening…');
        await until(abhi, async () => ((await navigator.locks.query()).held ?? []).some(({ name: lock }) => lock.startsWith('duologue-enter:')));
        await go(abhi, '');
        await heading(abhi, 'A private chat for two.');
        abhi.cable.release();
        await go(abhi, room.seats[0].link.split('#')[1]);
        await reads(abhi, 'Hello Abhi.');
        await giveCode(abhi, room.seats[0].code);
        await inside(abhi);
    },
};
