/* basics.mjs - two browsers and no XMPP server. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { at, bodies, enter, giveCode, inside, numbered, pageBack, press, reads, shows, state, ticked, until, visit, write, writeMany } from '../browsers.mjs';
import { pause } from '../stack.mjs';

export async function couple(world, ...words) {
    const room = world.stack.make('Abhi', 'Anny', ...words);
    const abhi = await world.person();
    const anny = await world.person();
    await enter(abhi, room.seats[0]);
    await enter(anny, room.seats[1]);
    return { room, abhi, anny };
}

export const both = (abhi, anny) => [[abhi, 'Abhi', 'Anny'], [anny, 'Anny', 'Abhi']];

/* What is shown of the card for the other person. */
export const theirCard = (page) =>
    page.evaluate(() => {
        const card = document.querySelector('.card:not(.mine-card)');
        return { link: card.querySelector('.address').innerText, code: card.querySelector('.code [aria-hidden]').innerText };
    });

export const stories = {
    async 'make, join, talk both ways'(world) {
        const abhi = await world.person();
        await visit(abhi, world.stack.url);
        await abhi.type('#yours', 'Abhi');
        await abhi.type('#theirs', 'Anny');
        await press(abhi, 'Start chat');
        await reads(abhi, 'Your chat is ready.');
        const card = await theirCard(abhi);
        await press(abhi, 'Open my side');
        await press(abhi, 'Open my side anyway');
        await reads(abhi, 'Anny is not here yet.');
        const anny = await world.person();
        await enter(anny, card);
        await state(abhi, 'online');
        await write(abhi, 'Hello Anny');
        await shows(anny, 'Hello Anny');
        await write(anny, 'Hello <b>Abhi</b> & all');
        await shows(abhi, 'Hello <b>Abhi</b> & all');
        await ticked(anny, 'Hello <b>Abhi</b> & all', 'delivered', 'read');
        await agree({ pages: both(abhi, anny), said: { Abhi: ['Hello Anny'], Anny: ['Hello <b>Abhi</b> & all'] } });
    },

    async 'typing is shown and stops by itself'(world) {
        const { abhi, anny } = await couple(world);
        await anny.type('.composer textarea', 'Hm');
        await state(abhi, 'is typing…');
        await state(abhi, 'online');
    },

    async 'read is reported'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'Did you see this?');
        await anny.bringToFront();
        await shows(anny, 'Did you see this?');
        await ticked(abhi, 'Did you see this?', 'read');
    },

    async 'a reload is the same seat, and nothing is doubled'(world) {
        const { abhi, anny } = await couple(world);
        for (const n of [1, 2, 3]) await write(abhi, `before ${n}`);
        await shows(anny, 'before 3');
        await anny.reload();
        await inside(anny);
        await shows(anny, 'before 3');
        await write(anny, 'I am back');
        await shows(abhi, 'I am back');
        await anny.reload();
        await inside(anny);
        await ticked(anny, 'I am back', 'stored', 'delivered', 'read');
        await agree({ pages: both(abhi, anny), said: { Abhi: ['before 1', 'before 2', 'before 3'], Anny: ['I am back'] } });
    },

    async 'a wrong code tells what is left, and keeps what was typed'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const anny = await world.person();
        await visit(anny, room.seats[1].link);
        await reads(anny, 'Hello Anny.');
        await giveCode(anny, '00000');
        await reads(anny, 'You typed 5.');
        await giveCode(anny, '-00000');
        await reads(anny, 'This code does not open the chat.');
        await reads(anny, 'Tries left:');
        assert.equal(await anny.$eval('#code', (e) => e.value), '00000-00000');
        await anny.$eval('#code', (e) => (e.value = ''));
        await giveCode(anny, room.seats[1].code.toLowerCase().replace('-', ' '));
        await inside(anny);
    },

    async 'too many wrong codes wait, counted down'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const anny = await world.person();
        await visit(anny, room.seats[1].link);
        await reads(anny, 'Hello Anny.');
        await anny.type('#code', '0000000000');
        for (let i = 0; i < 12; i++) {
            if (await anny.evaluate(() => document.body.innerText.includes('Too many tries.'))) break;
            await press(anny, 'Get in');
            await until(anny, () => document.querySelector('.trouble').innerText !== '' && document.querySelector('form .primary').innerText === 'Get in');
        }
        await reads(anny, 'Too many tries.');
        await until(anny, () => /again in \d+:\d\d/.test(document.body.innerText));
    },

    'pages back to the beginning': {
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const { abhi, anny } = await couple(world);
            const all = numbered('line', 70);
            await writeMany(abhi, all);
            await shows(anny, 'line 70');
            await anny.reload();
            await inside(anny);
            await shows(anny, 'line 70');
            assert.ok((await bodies(anny)).length < all.length, 'nothing to page back to');
            await pageBack(anny);
            await agree({ pages: both(abhi, anny), said: { Abhi: all } });
        },
    },

    async 'ending tells both, and the link afterwards'(world) {
        const { room, abhi, anny } = await couple(world);
        await write(abhi, 'bye');
        await shows(anny, 'bye');
        await press(abhi, 'End chat');
        await reads(abhi, 'End this chat?');
        await press(abhi, 'End and delete');
        await reads(abhi, 'You ended it.');
        await reads(anny, 'Abhi ended it.');
        for (const page of [abhi, anny])
            assert.deepEqual(await page.evaluate(() => [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((k) => /^duologue(-outbox)?:/.test(k))), []);
        const later = await world.person();
        await visit(later, room.seats[1].link);
        await reads(later, 'This chat has ended.');
        assert.ok(!(await later.evaluate(() => document.body.innerText)).includes('Abhi'));
    },

    'silence warns, and Keep keeps': {
        slow: true,
        async tell(world) {
            const room = world.stack.make('Abhi', 'Anny', '--idle', '40s');
            const abhi = await world.person();
            await enter(abhi, room.seats[0]);
            await until(abhi, () => !document.querySelector('.chip').hidden, null, 120_000);
            await press(abhi, 'Keep');
            await until(abhi, () => document.querySelector('.chip').hidden);
            await pause(5000); /* past the end that it had */
            assert.ok(await abhi.$('.composer'));
        },
    },

    async 'links that open nothing say so'(world) {
        const page = await world.person();
        for (const fragment of ['g23rx5cwmenb3e5z', 'nonsense']) {
            await visit(page, `${world.stack.url}/#${fragment}`);
            await reads(page, 'This link does not belong to a chat.');
        }
    },

    async 'the language of the browser is spoken'(world) {
        const page = await world.person();
        await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'languages', { value: ['de-AT', 'en'] }));
        await page.goto(at(page, world.stack.url));
        await until(page, () => document.documentElement.lang === 'de');
        assert.ok(!(await page.evaluate(() => document.body.innerText)).includes('Start chat'));
    },
};
