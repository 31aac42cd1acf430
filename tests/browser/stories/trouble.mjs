/* trouble.mjs - what can go wrong, told in words, with a next step that works
 * and with what was typed kept. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { bodies, connected, enter, giveCode, inside, launchSpartan, person, PLAIN_HOST, press, reads, shows, state, ticked, until, visit, write } from '../browsers.mjs';
import { both, couple } from './basics.mjs';
import { pair } from './native.mjs';

const LONG = 'too long for this server '.repeat(80).trim();
const code = (page) => page.$eval('#code', (input) => input.value);
/* The page as a host has it that is not this machine. */
const plain = (page, link = '') => page.cable.url.replace('127.0.0.1', PLAIN_HOST) + link.replace(/^[^#]*/, '/');

async function plainPerson(world) {
    const page = await world.person();
    world.stack.allow(plain(page).slice(0, -1));
    await world.stack.outage(0);
    return page;
}

export const stories = {
    'a message that is refused says why, and what comes after it goes on': {
        settings: { 'limits.body_max': '1KiB' },
        async tell(world) {
            const { abhi, anny } = await couple(world);
            await write(abhi, 'before');
            await write(abhi, LONG);
            await write(abhi, 'after');
            await shows(anny, 'after');
            await reads(abhi, 'It is too long.');
            await press(abhi, 'Try again');
            await until(abhi, () => document.querySelectorAll('.tick.failed').length === 1);
            await reads(abhi, 'It is too long.');
            await abhi.reload();
            await inside(abhi);
            await shows(abhi, 'after');
            /* Nobody's words go because they could not be sent. */
            await shows(abhi, LONG);
            await reads(abhi, 'It is too long.');
            await press(abhi, 'Try again');
            await until(abhi, () => document.querySelectorAll('.tick.failed').length === 1);
            await press(abhi, 'Delete');
            await until(abhi, () => document.querySelector('.tick.failed') === null);
            assert.equal(await abhi.evaluate(() => Object.keys(sessionStorage).some((k) => k.includes('outbox'))), false);
            await write(abhi, 'and on');
            await agree({ pages: both(abhi, anny), said: { Abhi: ['before', 'after', 'and on'] } });
        },
    },

    async 'words that are longer than any message are not taken from the field'(world) {
        const { abhi, anny } = await couple(world);
        const words = 'ö'.repeat(8_200);
        await write(abhi, words);
        await reads(abhi, 'This message is too long by 8 characters.');
        assert.equal(await abhi.$eval('.composer textarea', (area) => area.value), words);
        await abhi.$eval('.composer textarea', (area) => (area.value = ''));
        await write(abhi, 'shorter');
        await shows(anny, 'shorter');
        assert.deepEqual(await bodies(abhi), ['shorter']);
    },

    'a chat that fills up warns, refuses what has no room, and can be ended': {
        native: true,
        only: 'chrome', /* sixteen megabytes are enough once */
        long: true,
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const { abhi, anny } = await pair(world);
            const link = anny.url();
            await anny.goto('about:blank'); /* it is fed enough later */
            let said = 0;
            const sayMore = async () => (await abhi.deed({ children: `<body>${said++} ${'x'.repeat(16_000)}</body>` })).refused;
            while (said < 930) assert.equal(await sayMore(), undefined);
            await anny.goto(link);
            await inside(anny);
            let refused;
            while (refused === undefined && said < 2_000) refused = await sayMore();
            assert.equal(refused, 'resource-constraint');
            assert.ok(said > 1_000 && said < 1_100, `${said} messages`);
            await abhi.notice({ words: 'nearly full' });
            await reads(anny, 'This chat is full. Nothing was lost; nothing more can be stored.');
            await write(anny, 'y'.repeat(16_000));
            await until(anny, () => document.querySelectorAll('.tick.failed').length === 1);
            await reads(anny, 'This chat is full.');
            assert.equal((await abhi.archive()).length, said - 1);
            await press(anny, 'End chat');
            await press(anny, 'End and delete');
            await abhi.destroyed();
            await reads(anny, 'You ended it.');
        },
    },

    async 'a server that is away: the join page keeps what was typed, and goes on by itself'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const anny = await world.person();
        await visit(anny, room.seats[1].link);
        await reads(anny, 'Hello Anny.');
        await anny.type('#code', room.seats[1].code);
        anny.cable.cut();
        await reads(anny, 'The server cannot be reached.');
        assert.equal(await code(anny), room.seats[1].code);
        await anny.cable.mend();
        await until(anny, () => !document.body.innerText.includes('The server cannot be reached.'));
        assert.equal(await code(anny), room.seats[1].code);
        await press(anny, 'Get in');
        await inside(anny);
    },

    async 'a page that is looked at again, or hears of a network, connects at once'(world) {
        const { abhi, anny } = await couple(world);
        /* It never tries by itself any more. */
        await abhi.evaluate(() => {
            const real = window.setTimeout;
            window.setTimeout = (run, ms, ...rest) => (ms >= 400 && ms < 20_000 ? 0 : real(run, ms, ...rest));
        });
        const signs = {
            online: () => window.dispatchEvent(new Event('online')),
            seen: () => document.dispatchEvent(new Event('visibilitychange')),
            asked: () => [...document.querySelectorAll('button')].find((b) => b.innerText === 'Retry now').click(),
        };
        for (const [name, sign] of Object.entries(signs)) {
            await abhi.bringToFront();
            abhi.cable.cut();
            await reads(abhi, 'Reconnecting in');
            await write(abhi, `until ${name}`);
            await abhi.cable.mend();
            await reads(abhi, '1 message waiting');
            await abhi.evaluate(sign);
            await shows(anny, `until ${name}`);
            await connected(abhi);
        }
        await ticked(abhi, 'until asked', 'stored', 'delivered', 'read');
    },

    async 'a page that comes back out of the memory of the browser is inside again'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'back in a minute');
        await shows(anny, 'back in a minute');
        await abhi.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
        await until(anny, () => /^(offline|last seen)/.test(document.querySelector('.state').innerText));
        await write(anny, 'meanwhile');
        await ticked(anny, 'meanwhile', 'stored');
        await abhi.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
        await shows(abhi, 'meanwhile');
        await write(abhi, 'here again');
        await shows(anny, 'here again');
        await state(anny, 'online');
    },

    async 'who closes the page is away for the other at once'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'I must go');
        await shows(anny, 'I must go');
        await abhi.close();
        world.pages.splice(world.pages.indexOf(abhi), 1);
        /* Firefox stops the script of a page that goes, often before its last
         * word is sent; then the gateway tells that the line is cut. */
        const words = world.kind === 'firefox' ? '^(away|offline|last seen)' : '^(offline|last seen)';
        await until(anny, (w) => new RegExp(w).test(document.querySelector('.state').innerText), words);
    },

    async 'a chat for apps alone is not opened here, and says what to do'(world) {
        const room = world.stack.make('Abhi', 'Anny', '--protection', 'omemo');
        const anny = await world.person();
        await visit(anny, room.seats[1].link);
        await reads(anny, 'Hello Anny.');
        await reads(anny, 'Encrypted by your apps');
        await giveCode(anny, room.seats[1].code);
        await reads(anny, 'This chat cannot be opened here.');
        assert.equal(await code(anny), room.seats[1].code);
        const words = await anny.$eval('.trouble', (trouble) => trouble.innerText);
        assert.match(words, /OMEMO/);
    },

    async 'without https the page says what is missing, and opens what it can'(world) {
        const anny = await plainPerson(world);
        await anny.goto(plain(anny));
        assert.equal(await anny.evaluate(() => window.isSecureContext), false);
        await reads(anny, 'This page was opened without encryption.');
        await reads(anny, 'here it cannot encrypt for the two of you alone.');
        assert.deepEqual(await anny.$$eval('.who-reads input', (all) => all.map((i) => [i.value, i.checked, i.disabled])), [['link', false, true], ['server', true, false]]);
        const sealed = world.stack.make('Abhi', 'Anny', '--protection', 'link');
        await anny.goto('about:blank');
        await anny.goto(plain(anny, sealed.seats[1].link));
        await reads(anny, 'This chat cannot be opened without https.');
        await reads(anny, 'Nothing was sent.');
        const open = world.stack.make('Abhi', 'Anny');
        await anny.goto('about:blank');
        await anny.goto(plain(anny, open.seats[1].link));
        await reads(anny, 'This page was opened without encryption.');
        await giveCode(anny, open.seats[1].code);
        await inside(anny);
        const abhi = await world.person();
        await enter(abhi, open.seats[0]);
        await write(anny, 'good enough');
        await shows(abhi, 'good enough');
        await write(abhi, 'for this');
        await shows(anny, 'for this');
        /* A header of the gateway's that browsers mind only with https. */
        anny.faults = anny.faults.filter((fault) => !fault.startsWith('The Cross-Origin-Opener-Policy header has been ignored'));
    },

    async 'who allows this page to keep nothing chats all the same'(world) {
        const room = world.stack.make('Abhi', 'Anny', '--protection', 'link');
        const browser = await launchSpartan(world.kind);
        try {
            const abhi = await person(browser, world.stack.cables[0]);
            await enter(abhi, room.seats[0]);
            const isRefused = await abhi.evaluate(() => {
                try {
                    return localStorage.length < 0;
                } catch {
                    return true;
                }
            });
            assert.ok(isRefused, 'it may keep something');
            const anny = await world.person();
            await enter(anny, room.seats[1]);
            await write(abhi, 'kept nowhere');
            await shows(anny, 'kept nowhere');
            await abhi.evaluate(() => {
                window.Notification = class {
                    static permission = 'granted';
                    static requestPermission = async () => 'granted';
                };
            });
            await press(abhi, 'Menu');
            await press(abhi, 'Notifications');
            await press(abhi, 'Notify me');
            await reads(abhi, 'Notifications are on for this chat.');
            await press(abhi, 'Stop notifying');
            await press(abhi, 'Close');
            await world.stack.outage(0);
            await write(anny, 'nor this');
            await shows(abhi, 'nor this');
            await press(abhi, 'End chat');
            await press(abhi, 'End and delete');
            await reads(abhi, 'You ended it.');
            assert.deepEqual(abhi.faults, []);
        } finally {
            await browser.close();
        }
    },

    async 'a browser that is too old is told so'(world) {
        const page = await world.person();
        await page.evaluateOnNewDocument(() => delete window.HTMLDialogElement);
        await page.goto(page.cable.url);
        await reads(page, 'This browser is too old for this page.');
    },
};
