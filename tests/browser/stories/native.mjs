/* native.mjs - one in a browser, one with a native app on a real XMPP server:
 * makes, talks, returns, ends. */
import assert from 'node:assert/strict';
import { agree } from '../agree.mjs';
import { at, enter, giveCode, inside, pageBack, press, reads, shows, state, ticked, until, visit, write } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { theirCard } from './basics.mjs';

/* A chat with Anny in a browser and Abhi in his app. */
export async function pair(world, ...words) {
    const room = world.stack.make('Abhi', 'Anny', ...words);
    const abhi = await app(world, 'abhi');
    const anny = await world.person();
    await enter(anny, room.seats[1]);
    const joined = await abhi.join({ room: room.room, code: room.seats[0].code });
    assert.equal(joined.nick, 'Abhi');
    await state(anny, 'online');
    return { room, abhi, anny };
}

async function app(world, who) {
    const person = world.native.app(who);
    await person.login();
    await person.linked({ domain: world.stack.domain });
    return person;
}

const ofAnny = (anny) => [[anny, 'Anny', 'Abhi']];
const LONG = 'Long words, and many of them. '.repeat(400).trim(); /* 12 kB */
const MIXED = ['Hello 👩‍👩‍👧‍👦🏳️‍🌈 & <b>you</b>', 'مرحبا، هل أنت هنا؟', 'Zeile eins\nZeile zwei', 'x'];

export const stories = {
    'an app makes the chat, and both talk': {
        native: true,
        async tell(world) {
            const abhi = await app(world, 'abhi');
            const made = await abhi.create({ domain: world.stack.domain, 'your-name': 'Abhi', 'peer-name': 'Anny', idle: '24h', protection: 'server' });
            const anny = await world.person();
            await visit(anny, made['seat2-link']);
            await reads(anny, 'Hello Anny.');
            await giveCode(anny, made['seat2-code']);
            await inside(anny);
            await reads(anny, 'Abhi is not here yet.');
            const joined = await abhi.join({ room: made.room, code: made['seat1-code'] });
            assert.equal(joined.nick, 'Abhi');
            assert.ok(joined.notices.length > 0, 'no first notice');
            await state(anny, 'online');
            await abhi.presence({ nick: 'Anny', kind: 'online' });
            for (const body of [...MIXED, LONG]) {
                await abhi.say({ body });
                await shows(anny, body);
            }
            for (const body of [...MIXED.filter((w) => !w.includes('\n')), LONG]) {
                await write(anny, body);
                await abhi.shows({ body });
            }
            await agree({ pages: ofAnny(anny), apps: [abhi], said: { Abhi: [...MIXED, LONG], Anny: [...MIXED.filter((w) => !w.includes('\n')), LONG] } });
        },
    },

    'the web page makes it, and an app comes in': {
        native: true,
        async tell(world) {
            const anny = await world.person();
            await visit(anny, world.stack.url);
            await anny.type('#yours', 'Anny');
            await anny.type('#theirs', 'Abhi');
            await anny.click('.who-reads input[value=server]');
            await press(anny, 'Start chat');
            await reads(anny, 'Your chat is ready.');
            const card = await theirCard(anny);
            /* Who has an app finds the address behind the link. */
            const look = await world.person();
            await visit(look, card.link);
            await reads(look, 'Hello Abhi.');
            const address = await look.evaluate(() => document.querySelector('a[href^="xmpp:"]').getAttribute('href'));
            await press(anny, 'Open my side');
            await press(anny, 'Open my side anyway');
            await inside(anny);
            const abhi = await app(world, 'abhi');
            const room = address.replace('xmpp:', '').replace('?join', '');
            assert.equal((await abhi.join({ room, code: card.code })).nick, 'Abhi');
            await state(anny, 'online');
            await abhi.say({ body: 'so this works' });
            await shows(anny, 'so this works');
            await write(anny, 'it does');
            await agree({ pages: ofAnny(anny), apps: [abhi], said: { Abhi: ['so this works'], Anny: ['it does'] } });
        },
    },

    'typing, delivered and read, both ways': {
        native: true,
        async tell(world) {
            const { abhi, anny } = await pair(world);
            await abhi.typing({ state: 'composing' });
            await state(anny, 'is typing…');
            await abhi.typing({ state: 'paused' });
            await state(anny, 'online');
            await anny.type('.composer textarea', 'Did');
            await abhi.signs({ what: 'composing' });
            await write(anny, ' you see?');
            const { id, origin } = await abhi.shows({ body: 'Did you see?' });
            await ticked(anny, 'Did you see?', 'stored');
            await abhi.report({ what: 'received', number: origin });
            await ticked(anny, 'Did you see?', 'delivered');
            await abhi.report({ what: 'displayed', number: id });
            await ticked(anny, 'Did you see?', 'read');
            await abhi.say({ body: 'I did' });
            await anny.bringToFront();
            await abhi.signs({ what: 'received' });
            await abhi.signs({ what: 'displayed' });
            await agree({ pages: ofAnny(anny), apps: [abhi], said: { Abhi: ['I did'], Anny: ['Did you see?'] } });
        },
    },

    'a reload, while the other writes on': {
        native: true,
        async tell(world) {
            const { abhi, anny } = await pair(world);
            const said = { Abhi: [], Anny: [] };
            let isOver = false;
            const writing = (async () => {
                for (let i = 1; !isOver; i++) {
                    said.Abhi.push(`word ${i}`);
                    await abhi.say({ body: `word ${i}` });
                }
            })();
            for (const n of [1, 2, 3]) {
                said.Anny.push(`before reload ${n}`);
                await write(anny, `before reload ${n}`);
                await anny.reload();
                await inside(anny);
            }
            isOver = true;
            await writing;
            await pageBack(anny);
            await agree({ pages: ofAnny(anny), apps: [abhi], said });
        },
    },

    'a second device and a second tab are one occupant': {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world);
            const tab = await world.tab(anny);
            await enter(tab, room.seats[1]);
            const phone = await world.person({ width: 360, height: 640 });
            await enter(phone, room.seats[1]);
            const said = { Anny: ['at my desk', 'in another tab', 'on my phone'], Abhi: ['three of you?'] };
            for (const [page, words] of [[anny, said.Anny[0]], [tab, said.Anny[1]], [phone, said.Anny[2]]]) {
                await page.bringToFront();
                await write(page, words);
                await abhi.shows({ body: words });
            }
            await abhi.say({ body: 'three of you?' });
            const all = [anny, tab, phone].map((page) => [page, 'Anny', 'Abhi']);
            await agree({ pages: all, apps: [abhi], said });
            assert.deepEqual(await abhi.occupants(), [`${room.room}/Abhi`, `${room.room}/Anny`]);
            await tab.close();
            world.pages.splice(world.pages.indexOf(tab), 1);
            await pause(500);
            await abhi.presence({ nick: 'Anny', kind: 'online' });
        },
    },

    'wrong codes delay the guesser, and nobody inside': {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world);
            const guesser = await world.person();
            await visit(guesser, room.seats[0].link);
            await reads(guesser, 'Hello Abhi.');
            await giveCode(guesser, '0000000000');
            await reads(guesser, 'Tries left');
            for (let i = 0; i < 12; i++) {
                if (await guesser.evaluate(() => document.body.innerText.includes('Too many tries.'))) break;
                await press(guesser, 'Get in');
                await until(guesser, () => document.querySelector('.trouble').innerText !== '' && document.querySelector('form .primary').innerText === 'Get in');
            }
            await reads(guesser, 'Too many tries.');
            await abhi.say({ body: 'somebody knocks' });
            await shows(anny, 'somebody knocks');
            await anny.reload();
            await inside(anny);
            await write(anny, 'let them');
            await agree({ pages: ofAnny(anny), apps: [abhi], said: { Abhi: ['somebody knocks'], Anny: ['let them'] } });
            const mal = await app(world, 'mal');
            const refused = await mal.join({ room: room.room, code: 'ZZZZZ-ZZZZZ' });
            assert.equal(refused.refused, 'not-authorized');
        },
    },

    'the browser ends it': {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world);
            await abhi.say({ body: 'then good night' });
            await shows(anny, 'then good night');
            await press(anny, 'End chat');
            await press(anny, 'End and delete');
            await reads(anny, 'You ended it.');
            await abhi.notice({ words: 'Anny ended this chat' });
            await abhi.destroyed();
            assert.equal((await abhi.join({ room: room.room, code: room.seats[0].code })).refused, 'gone');
            await gone(world, room);
        },
    },

    'the app ends it': {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world);
            await write(anny, 'see you');
            await abhi.shows({ body: 'see you' });
            await abhi.command({ node: 'end-chat' });
            await reads(anny, 'Abhi ended it.');
            await abhi.destroyed();
            await anny.reload();
            await reads(anny, 'This chat has ended.');
            await gone(world, room);
        },
    },

    'silence warns both, the app keeps, and then it ends': {
        native: true,
        slow: true,
        async tell(world) {
            const { room, abhi, anny } = await pair(world, '--idle', '40s');
            await until(anny, () => !document.querySelector('.chip').hidden, null, 120_000);
            await abhi.notice({ words: '!keep' });
            await abhi.command({ node: 'keep-chat' });
            await until(anny, () => document.querySelector('.chip').hidden);
            await abhi.destroyed();
            await reads(anny, 'Nobody wrote for a while');
            await gone(world, room);
        },
    },
};

/* Both links say so, to anybody, and name nobody. */
async function gone(world, room) {
    for (const seat of room.seats) {
        const page = await world.person();
        await page.goto(at(page, seat.link));
        await reads(page, 'This chat has ended.');
        const words = await page.evaluate(() => document.body.innerText);
        assert.ok(!/Abhi|Anny/.test(words), words);
    }
}
