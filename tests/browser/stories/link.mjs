/* link.mjs - chats that only the two can read: the key, and what passes. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { agree } from '../agree.mjs';
import { at, bodies, enter, giveCode, inside, pageBack, press, reads, shows, ticked, until, visit, write } from '../browsers.mjs';
import { find, Relay, spellings } from '../keyhunt.mjs';
import { Lens } from '../lens.mjs';
import { pause } from '../stack.mjs';
import { both, couple, theirCard } from './basics.mjs';
import { comeBack, doTo, inRow } from './deeds.mjs';

const LABEL = 'Only the two of you can read this';
/* Not at once: the way to the gateway leads through this process. */
const run = promisify(execFile);
const ARCHIVE = join(dirname(fileURLToPath(import.meta.url)), '../../link/read_archive.py');

export const keyOf = (link) => link.split('.').pop();
const pair = (world) => couple(world, '--protection', 'link');
const marks = (page) => page.evaluate(() => [...document.querySelectorAll('.mark')].map((m) => m.textContent));
const stored = (page) => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
const noMarks = async (page) => assert.deepEqual(await marks(page), []);

/* A lens on the cable of the next person. */
const lensOf = (world) => new Lens(world.stack.cables[world.pages.length % world.stack.cables.length]);

async function digits(page) {
    await press(page, LABEL);
    await page.waitForSelector('.compare');
    const found = await page.$$eval('.compare [aria-hidden]', (all) => all.map((e) => e.textContent));
    await reads(page, 'Whoever serves this page could serve another one');
    await press(page, 'Understood');
    return found;
}

async function qrOf(world, page, name) {
    const [button] = await page.$$(`xpath/.//section[.//h2[contains(., "${name}")]]//button[contains(., "Show QR")]`);
    await button.click();
    const qr = await page.waitForSelector('dialog svg.qr');
    const file = join(world.stack.folder, 'qr.png');
    writeFileSync(file, await qr.screenshot());
    const said = execFileSync('zbarimg', ['-q', '--raw', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    await press(page, 'Close');
    return said;
}

/* What a line is turned into: of the stanzas that hold words, by the number that
 * their writer gave them. What comes again, over a new line, is told as before. */
function lieAbout(lens, how) {
    lens.lie = (stanza) => {
        /* The count of what came would betray what is left out and put in. */
        if (/^<r /.test(stanza)) return [];
        const number = /<encrypted [^>]*\bn=["'](\d+)["']/.exec(stanza);
        return number !== null && !/<result /.test(stanza) ? how(stanza, Number(number[1])) : [stanza];
    };
}

const flip = (stanza) => stanza.replace(/(<encrypted [^>]*>)(.)/, (_, tag, c) => tag + (c === 'A' ? 'B' : 'A'));
const newId = (stanza, id) => stanza.replace(/(<stanza-id [^>]*id=['"])[^'"]*/, `$1${id}`);

/* Ten sentences, and what a server that lies makes of them. Over a new line the
 * archive tells the truth: should the line break meanwhile, all begins anew. */
async function liedTo(world) {
    const lens = new Lens(world.stack.cables[(world.pages.length + 1) % world.stack.cables.length]);
    const { abhi, anny } = await pair(world);
    const { lines } = lens;
    let late = null;
    let first = '';
    lieAbout(lens, (stanza, n) => {
        if (n === 0) first = stanza;
        if (n === 1) return [flip(stanza)];
        if (n === 2) return [stanza, newId(first, 'replayed')];
        if (n === 3) return [];
        if (n === 5) {
            late = stanza;
            return [];
        }
        if (n === 6) return [stanza, late];
        if (n === 7) return [stanza.replace(/(from=["'][^"'/]*\/)Abhi/, '$1Anny')];
        if (n === 8) return [stanza, newId(stanza, 'forged').replace(/<encrypted .*<\/encrypted>/s, '').replace(/<body>[^<]*/, '<body>forged by the server')];
        return [stanza];
    });
    for (let n = 0; n < 10; n++) {
        await write(abhi, `sentence ${n}`);
        await ticked(abhi, `sentence ${n}`, 'stored', 'delivered', 'read');
    }
    return lens.lines === lines ? { abhi, anny, lens } : liedTo(world);
}

export const stories = {
    async 'made in a browser: the life of a chat'(world) {
        const { abhi, key } = await begin(world);
        const mine = await abhi.evaluate(() => document.querySelector('.mine-card .address').innerText);
        const theirs = await theirCard(abhi);
        assert.equal(keyOf(mine), key);
        assert.equal(await qrOf(world, abhi, 'Anny'), theirs.link);
        assert.equal(await qrOf(world, abhi, 'Abhi'), mine);
        await reads(abhi, LABEL);
        await press(abhi, 'Open my side');
        await reads(abhi, 'Anny is not here yet.');
        const anny = await world.person();
        await visit(anny, theirs.link);
        await reads(anny, 'Hello Anny.');
        await reads(anny, LABEL);
        await giveCode(anny, theirs.code);
        await inside(anny);
        for (const page of [abhi, anny]) assert.match(await page.evaluate(() => location.href), /#[0-9a-z]{16}$/);
        const compare = await digits(abhi);
        assert.equal(compare.length, 4);
        assert.deepEqual(await digits(anny), compare);
        await write(abhi, 'Hello Anny');
        await shows(anny, 'Hello Anny');
        await write(anny, 'Hello <b>Abhi</b> & all');
        await shows(abhi, 'Hello <b>Abhi</b> & all');
        await ticked(anny, 'Hello <b>Abhi</b> & all', 'delivered', 'read');
        await agree({ pages: both(abhi, anny), said: { Abhi: ['Hello Anny'], Anny: ['Hello <b>Abhi</b> & all'] } });
        for (const page of [abhi, anny]) {
            assert.ok((await stored(page)).includes(key));
            await comeBack(page);
            await noMarks(page);
        }
        await press(abhi, 'End chat');
        await press(abhi, 'End and delete');
        for (const page of [abhi, anny]) {
            await reads(page, 'This chat has ended.');
            await reads(page, LABEL);
            assert.ok(!(await stored(page)).includes(key));
        }
    },

    async 'the same link and code on a new device show all of it'(world) {
        const { room, abhi, anny } = await pair(world);
        await write(abhi, 'the first vresion');
        await shows(anny, 'the first vresion');
        await doTo(abhi, 'the first vresion', 'Edit');
        await abhi.evaluate(() => (document.querySelector('.composer textarea').value = ''));
        await write(abhi, 'the first version');
        await inRow(anny, 'the first version', (row) => row.querySelector('.foot').innerText.startsWith('edited'));
        await doTo(anny, 'the first version', 'Reply');
        await write(anny, 'an answer');
        await shows(abhi, 'an answer');
        await doTo(abhi, 'an answer', 'React with 👍');
        await write(abhi, 'goes again');
        await shows(anny, 'goes again');
        await doTo(abhi, 'goes again', 'Delete…', 'Delete for both');
        await reads(anny, 'Message deleted');
        await write(abhi, 'the end');
        await shows(anny, 'the end');
        const phone = await world.person({ width: 390, height: 844 });
        await enter(phone, room.seats[1]);
        await shows(phone, 'the end');
        assert.deepEqual(await bodies(phone), ['the first version', 'an answer', 'the end']);
        await inRow(phone, 'an answer', (row) => row.querySelector('.sign')?.firstChild.data === '👍' && row.querySelector('.answers') !== null);
        assert.deepEqual(await marks(phone), ['A message before this one was deleted.']);
        await write(phone, 'from the phone');
        for (const page of [abhi, anny]) await shows(page, 'from the phone');
        await noMarks(abhi);
    },

    async 'the key leaves no browser'(world) {
        const relay = await Relay.before(world.stack);
        const lenses = [0, 1].map((i) => new Lens(world.stack.cables[i]));
        const { abhi, key } = await begin(world);
        const card = await theirCard(abhi);
        await press(abhi, 'Open my side');
        await press(abhi, 'Open my side anyway');
        const anny = await world.person();
        await enter(anny, card, { stay: true });
        await write(abhi, 'a secret sentence');
        await shows(anny, 'a secret sentence');
        await write(anny, 'another secret one');
        await shows(abhi, 'another secret one');
        for (const page of [abhi, anny]) await comeBack(page);
        const places = () => ({ network: Buffer.concat(lenses.map((lens) => lens.everything())), socket: relay.everything(), disk: relay.disk(), logs: Buffer.from(world.stack.logs) });
        for (const [where, bytes] of Object.entries(places())) {
            for (const secret of [...spellings(key), ...spellings('a secret sentence'), ...spellings('another secret one')])
                assert.equal(find(bytes, secret), 0, `${secret} in ${where}`);
        }
        /* The search finds what is there: names on the wire, the chat on disk. */
        assert.ok(find(places().network, 'Anny') > 0 && find(places().socket, 'Anny') > 0);
        assert.ok(places().disk.length > 10_000 && find(places().disk, 'SQLite format 3') === 1);
        /* And the key, once somebody sends it. */
        await abhi.evaluate((k) => fetch(`config.json?${k}`), key);
        assert.ok(find(places().network, key) > 0);
        await visit(anny, world.stack.url);
        await anny.type('#yours', key);
        await anny.type('#theirs', 'Other');
        await anny.click('.who-reads input[value=server]');
        await press(anny, 'Start chat');
        await reads(anny, 'Your chat is ready.');
        assert.ok(find(places().socket, key) > 0);
        assert.ok(find(places().logs, 'event=') > 0);
        writeFileSync(join(world.stack.folder, 'data', 'left-behind'), `x${key}x`);
        assert.ok(find(places().disk, key) === 1);
        relay.stop();
    },

    async 'sent again, it is the same to the byte'(world) {
        const lens = lensOf(world);
        const { abhi, anny } = await pair(world);
        const cable = world.stack.cables[0];
        await write(abhi, 'before');
        await shows(anny, 'before');
        /* It leaves the page, and reaches nobody; then the page is loaded anew. */
        cable.hold('up');
        await write(abhi, 'sent twice');
        await pause(500);
        cable.cut();
        await reads(abhi, 'Reconnecting');
        await cable.mend();
        await abhi.reload();
        await inside(abhi);
        await shows(anny, 'sent twice');
        await ticked(abhi, 'sent twice', 'stored', 'delivered', 'read');
        const seals = (id) => lens.sent.filter((s) => s.includes(`id="${id}"`) || s.includes(`id='${id}'`)).map((s) => /<encrypted .*?<\/encrypted>/s.exec(s)?.[0]).filter(Boolean);
        const ids = new Set(lens.sent.filter((s) => s.includes('<encrypted ')).map((s) => /<message [^>]*\bid=["']([^"']+)/.exec(s)[1]));
        const twice = [...ids].filter((id) => seals(id).length > 1);
        assert.equal(twice.length, 1);
        assert.equal(new Set(seals(twice[0])).size, 1);
        const all = lens.sent.flatMap((s) => [...s.matchAll(/<encrypted [^>]*salt=["']([^"']+)["'] n=["'](\d+)["'][^>]*>([^<]*)/g)]).map((m) => [`${m[1]} ${m[2]}`, m[3]]);
        for (const [place, data] of all) for (const [other, more] of all) assert.ok(place !== other || data === more, place);
        await agree({ pages: both(abhi, anny), said: { Abhi: ['before', 'sent twice'], Anny: [] } });
        await comeBack(anny);
        await noMarks(anny);
    },

    async 'changed, repeated, left out, out of order, misnamed, in clear: said in words, never shown'(world) {
        const { abhi, anny, lens } = await liedTo(world);
        await shows(anny, 'sentence 9');
        assert.deepEqual(await bodies(anny), ['sentence 0', null, 'sentence 2', null, 'sentence 4', 'sentence 6', 'sentence 5', null, 'sentence 8', null, 'sentence 9']);
        const shut = await anny.evaluate(() => [...document.querySelectorAll('.shut-words')].map((e) => e.textContent));
        assert.deepEqual(shut, [
            'This message was changed on the way. It is not shown.',
            'This is an earlier message once more. It is not shown.',
            'This message was put under the wrong name. It is not shown.',
            'A message came without encryption. It is not shown.',
        ]);
        const text = await anny.evaluate(() => document.body.textContent);
        for (const words of ['sentence 1', 'sentence 3', 'sentence 7', 'forged by the server']) assert.ok(!text.includes(words), words);
        await inRow(anny, 'sentence 4', (row) => row.querySelector('.mark')?.textContent === 'A message before this one is missing.');
        await inRow(anny, 'sentence 5', (row) => row.querySelector('.mark')?.textContent === 'Out of order: it was written earlier.');
        /* The server told the truth to the archive: all is well then. */
        lens.lie = (stanza) => [stanza];
        await comeBack(anny);
        await agree({ pages: both(abhi, anny), said: { Abhi: Array.from({ length: 10 }, (_, n) => `sentence ${n}`), Anny: [] } });
        await noMarks(anny);
        /* And when it lies about the archive as well. */
        lens.lie = (stanza) => (/<result /.test(stanza) && / n=["']4["']/.test(stanza) ? [] : / n=["']6["']/.test(stanza) ? [flip(stanza)] : [stanza]);
        await anny.reload();
        await inside(anny);
        await shows(anny, 'sentence 9');
        assert.deepEqual(await marks(anny), ['A message before this one is missing.']);
        await reads(anny, 'This message was changed on the way. It is not shown.');
    },

    async 'without the key, with another one, or where the server says otherwise: nothing is sent'(world) {
        const lens = lensOf(world);
        const { room, abhi, anny } = await pair(world);
        await write(anny, 'from Anny');
        await shows(abhi, 'from Anny');
        const [seat] = room.seats;
        const other = await world.person();
        await visit(other, seat.link.split('.').slice(0, -1).join('.').replace(/\.$/, ''));
        await until(other, () => document.querySelector('h1').innerText === 'This link is not whole.');
        const wrong = `${seat.link.slice(0, -22)}${'A'.repeat(21)}A`;
        await enter(other, { link: wrong, code: seat.code });
        await reads(other, 'This message was written with another key than the one in your link.');
        await reads(other, 'Your link has another key than this chat.');
        assert.ok(await other.$eval('.composer textarea', (area) => area.disabled));
        assert.ok(!(await other.evaluate(() => document.body.textContent.includes('from Anny'))));
        lens.lie = (stanza) => [stanza.replace(/protection=(["'])link/g, 'protection=$1server')];
        await abhi.evaluate(() => sessionStorage.clear());
        await abhi.goto('about:blank');
        await pause(500);
        const count = lens.sent.length;
        await visit(abhi, seat.link);
        await until(abhi, () => document.querySelector('h1').innerText === 'Something is wrong here.');
        assert.ok(!lens.sent.slice(count).some((s) => /<(message|presence)/.test(s)));
    },

    async 'many pages and tabs miss nothing'(world) {
        const { room, abhi, anny } = await pair(world);
        const second = await world.tab(abhi);
        await enter(second, room.seats[0]);
        const said = [];
        for (let n = 0; n < 64; n++) {
            await write(n % 3 === 2 ? second : abhi, `word ${n}`);
            await shows(anny, `word ${n}`);
            said.push(`word ${n}`);
        }
        await comeBack(anny);
        await noMarks(anny);
        await pageBack(anny);
        await noMarks(anny);
        await pageBack(abhi);
        assert.equal((await bodies(anny)).length, 64);
        await agree({ pages: both(abhi, anny), said: { Abhi: said, Anny: [] } });
    },

    async 'a program written from the document reads the chat'(world) {
        const { room, abhi, anny } = await pair(world);
        const compare = await digits(abhi);
        await write(abhi, 'Grüße, 👩‍👩‍👧 & <b>');
        await shows(anny, 'Grüße, 👩‍👩‍👧 & <b>');
        await doTo(anny, 'Grüße, 👩‍👩‍👧 & <b>', 'React with 👍');
        await inRow(abhi, 'Grüße, 👩‍👩‍👧 & <b>', (row) => row.querySelector('.sign') !== null);
        await doTo(anny, 'Grüße, 👩‍👩‍👧 & <b>', 'Reply');
        await write(anny, 'y'.repeat(3000));
        await shows(abhi, 'y'.repeat(3000));
        await write(abhi, 'soon gone');
        await shows(anny, 'soon gone');
        await doTo(abhi, 'soon gone', 'Delete…', 'Delete for both');
        await reads(anny, 'Message deleted');
        await write(abhi, 'the end');
        await shows(anny, 'the end');
        const [seat] = room.seats;
        const read = JSON.parse((await run('/usr/bin/python3', [ARCHIVE, seat.link, seat.code])).stdout);
        assert.deepEqual(read.compare, compare);
        const [hello, sign, answer, taken, end] = read.said;
        assert.deepEqual([read.said.length, hello.body, hello.seat, hello.n], [5, 'Grüße, 👩‍👩‍👧 & <b>', 1, 0]);
        assert.deepEqual([sign.reacts, sign.seat, sign.n], [{ to: hello.archive, with: ['👍'] }, 2, 0]);
        assert.deepEqual([answer.body, answer.reply.id, answer.seen], ['y'.repeat(3000), hello.archive, hello.archive]);
        assert.ok(taken.retracts.length > 0);
        assert.deepEqual([end.body, end.deleted, end.missing, end.seen], ['the end', 1, 0, answer.archive]);
        assert.ok(read.said.every((one) => one.wrong === undefined && !one.late && !one.blind && (one.size ?? 0) % 256 === 0), JSON.stringify(read));
    },
};

/* A chat made on the start page, as it is when nothing is chosen. */
async function begin(world) {
    const abhi = await world.person();
    await visit(abhi, at(abhi, world.stack.url));
    await abhi.type('#yours', 'Abhi');
    await abhi.type('#theirs', 'Anny');
    assert.equal(await abhi.$eval('.who-reads input:checked', (input) => input.value), 'link');
    await press(abhi, 'Start chat');
    await reads(abhi, 'Your chat is ready.');
    const { link, code } = await theirCard(abhi);
    const key = keyOf(link);
    assert.match(key, /^[A-Za-z0-9_-]{21}[AQgw]$/);
    world.stack.secrets.add(key).add(code).add(code.replace('-', ''));
    return { abhi, key };
}
