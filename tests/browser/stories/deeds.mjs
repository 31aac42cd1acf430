/* deeds.mjs - what can be done to messages: edit, delete, answer, react. */
import assert from 'node:assert/strict';
import { bodies, connected, enter, inside, numbered, press, reads, shows, ticked, until, write, writeMany } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { couple } from './basics.mjs';
import { pair as nativePair } from './native.mjs';

/* The row of the message that reads so. */
const ROW = `(words) => [...document.querySelectorAll('.message')].filter((m) => m.querySelector('.body')?.textContent === words).pop()`;

export const inRow = (page, words, what, given = null, ms) =>
    until(page, `((words, given) => { const row = (${ROW})(words); return row && (${what})(row, given); })(${JSON.stringify(words)}, ${JSON.stringify(given)})`, null, ms);

/* Opens the menu of a message as a keyboard does, and chooses. */
export async function doTo(page, words, ...choices) {
    await inRow(page, words, (row) => row.querySelector('.more') !== null);
    await page.evaluate(`{ const more = (${ROW})(${JSON.stringify(words)}).querySelector('.more'); more.focus(); more.click(); }`);
    await page.waitForSelector('dialog.message-menu');
    for (const choice of choices) await press(page, choice);
}

export const signsOf = (page, words, signs) =>
    inRow(page, words, (row, wanted) => [...row.querySelectorAll('.sign')].map((s) => s.firstChild.data + (s.getAttribute('aria-pressed') === 'true' ? '*' : '')).sort().join(' ') === wanted, [...signs].sort().join(' '));
export const editedTo = (page, words) => inRow(page, words, (row) => row.querySelector('.foot').innerText.startsWith('edited'));
export const goneFrom = (page, words) => until(page, (w) => !document.querySelector('.log').textContent.includes(w), words);
export const noDialog = (page) => until(page, () => document.querySelector('dialog') === null);
const lacks = (page, words) => page.evaluate((w) => !document.body.textContent.includes(w), words);

export async function comeBack(page) {
    await page.reload();
    await inside(page);
    await connected(page);
}

export async function edit(page, words, better) {
    await doTo(page, words, 'Edit');
    await until(page, (w) => document.querySelector('.composer textarea').value === w, words);
    await page.evaluate(() => (document.querySelector('.composer textarea').value = ''));
    await write(page, better);
}

/* Room for a first look: all of the story's rooms are of one of these. */
const SERVER = [];

export function storiesFor(kind, words) {
    const pair = (world) => couple(world, ...words);
    return {
        async [`${kind}: an edit is seen by both, live and afterwards`](world) {
            const { abhi, anny } = await pair(world);
            await write(abhi, 'the first vresion');
            await write(abhi, 'and another');
            await shows(anny, 'and another');
            await edit(abhi, 'the first vresion', 'the first version');
            for (const page of [abhi, anny]) {
                await editedTo(page, 'the first version');
                assert.deepEqual(await bodies(page), ['the first version', 'and another']);
            }
            await ticked(abhi, 'the first version', 'stored', 'delivered', 'read');
            await edit(abhi, 'the first version', 'the last version');
            await editedTo(anny, 'the last version');
            for (const page of [abhi, anny]) {
                await comeBack(page);
                await editedTo(page, 'the last version');
                assert.deepEqual(await bodies(page), ['the last version', 'and another']);
            }
        },

        async [`${kind}: deleted for both is gone from both, and from the server`](world) {
            const { abhi, anny } = await pair(world);
            await write(abhi, 'cinders');
            await write(abhi, 'stays');
            await shows(anny, 'stays');
            await edit(abhi, 'cinders', 'embers');
            await shows(anny, 'embers');
            await doTo(abhi, 'embers', 'Delete…');
            await reads(abhi, 'Only here, until you close this tab. Anny still sees it.');
            assert.equal(await lacks(abhi, 'An XMPP app may keep'), kind === 'link');
            await press(abhi, 'Delete for both');
            for (const page of [abhi, anny]) {
                await goneFrom(page, 'embers');
                await reads(page, 'Message deleted');
                assert.deepEqual(await bodies(page), [null, 'stays']);
            }
            await until(abhi, () => document.querySelectorAll('.tick.queued, .going').length === 0);
            for (const page of [abhi, anny]) {
                await comeBack(page);
                await shows(page, 'stays');
                assert.ok(await lacks(page, 'embers') && await lacks(page, 'cinders'));
                assert.deepEqual(await bodies(page), ['stays']);
            }
        },

        async [`${kind}: an answer shows what it answers, and leads there`](world) {
            const { abhi, anny } = await pair(world);
            await write(abhi, 'Tea or coffee?');
            await shows(anny, 'Tea or coffee?');
            await doTo(anny, 'Tea or coffee?', 'Reply');
            await reads(anny, 'Answer to Abhi');
            await write(anny, 'Tea');
            for (const [page, who] of [[abhi, 'You'], [anny, 'Abhi']]) {
                await inRow(page, 'Tea', (row, w) => row.querySelector('.answers')?.innerText.replace(/\s+/g, ' ').includes(`${w} Tea or coffee?`), who);
                assert.deepEqual(await bodies(page), ['Tea or coffee?', 'Tea']);
            }
            await edit(abhi, 'Tea or coffee?', 'Tea or cake?');
            await inRow(anny, 'Tea', (row) => row.querySelector('.answers').innerText.includes('Tea or cake?'));
            await edit(anny, 'Tea', 'Both');
            await inRow(abhi, 'Both', (row) => row.querySelector('.answers')?.innerText.includes('Tea or cake?'));
            await comeBack(anny);
            await doTo(anny, 'Both', 'Show what it answers');
            await inRow(anny, 'Tea or cake?', (row) => row.classList.contains('found') && row.contains(document.activeElement));
            await doTo(abhi, 'Tea or cake?', 'Delete…', 'Delete for both');
            await inRow(anny, 'Both', (row) => row.querySelector('.answers').innerText.includes('Message deleted'));
        },

        async [`${kind}: reactions come, change and go`](world) {
            const { abhi, anny } = await pair(world);
            await write(abhi, 'We got it');
            await shows(anny, 'We got it');
            await doTo(anny, 'We got it', 'React with 👍');
            await signsOf(abhi, 'We got it', ['👍']);
            await signsOf(anny, 'We got it', ['👍*']);
            await doTo(anny, 'We got it', 'Another emoji');
            await anny.type('#emoji-any', 'ok');
            await anny.keyboard.press('Enter');
            await reads(anny, 'One emoji, please.');
            await anny.$eval('#emoji-any', (e) => (e.value = '🫖'));
            await anny.keyboard.press('Enter');
            await signsOf(abhi, 'We got it', ['👍', '🫖']);
            await abhi.evaluate(() => document.querySelector('.sign').click());
            await signsOf(anny, 'We got it', ['👍*', '🫖*']);
            await inRow(anny, 'We got it', (row) => row.querySelector('.sign small')?.innerText === '2');
            await comeBack(abhi);
            await signsOf(abhi, 'We got it', ['👍*', '🫖']);
            await doTo(anny, 'We got it', 'Take back 👍');
            await signsOf(abhi, 'We got it', ['👍*', '🫖']);
            await inRow(abhi, 'We got it', (row) => row.querySelector('.sign small') === null);
        },

        async [`${kind}: deleted for me is gone here, in my other tab and after a reload, and nowhere else`](world) {
            const { room, abhi, anny } = await couple(world, ...words);
            const tab = await world.tab(abhi);
            await tab.goto(room.seats[0].link);
            await tab.waitForSelector('#code');
            await tab.type('#code', room.seats[0].code);
            await press(tab, 'Get in');
            await inside(tab);
            await write(anny, 'not for my eyes');
            await write(anny, 'this stays');
            for (const page of [abhi, tab]) await shows(page, 'this stays');
            await doTo(abhi, 'not for my eyes', 'Delete…', 'Delete for me');
            for (const page of [abhi, tab]) {
                await goneFrom(page, 'not for my eyes');
                await comeBack(page);
                await shows(page, 'this stays');
                assert.deepEqual(await bodies(page), ['this stays']);
            }
            assert.deepEqual(await bodies(anny), ['not for my eyes', 'this stays']);
        },

        async [`${kind}: words are styled, addresses are links, and nothing else comes of them`](world) {
            const { abhi, anny } = await couple(world, ...words);
            const asked = [];
            anny.on('request', (request) => asked.push(request.url()));
            const text = '*strong* _em_ ~gone~ `code *x*` https://example.org/a_b\n> quoted *too*\n```\npre *not*\n```\n<img src=x onerror=alert(1)> javascript:alert(1) [x](https://example.org)';
            await write(abhi, text);
            for (const isReplay of [false, true]) {
                if (isReplay) await comeBack(anny);
                await until(anny, () => document.querySelector('.body strong') !== null);
                const seen = await anny.$eval('.body', (body) => ({
                    tags: [...body.querySelectorAll('*')].map((e) => e.className || e.localName),
                    links: [...body.querySelectorAll('a')].map((a) => [a.getAttribute('href'), a.rel, a.target]),
                    pre: body.querySelector('.pre').textContent,
                    quoted: body.querySelector('.quoted strong').textContent,
                    plain: [...body.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(''),
                }));
                assert.deepEqual(seen.tags, ['strong', 'mark', 'mark', 'em', 'mark', 'mark', 's', 'mark', 'mark', 'code', 'mark', 'mark', 'a', 'quoted', 'strong', 'mark', 'mark', 'pre', 'a']);
                assert.deepEqual(seen.links.map(([href]) => href), ['https://example.org/a_b', 'https://example.org']);
                for (const [, rel, target] of seen.links) {
                    assert.match(rel, /noopener/);
                    assert.match(rel, /noreferrer/);
                    assert.equal(target, '_blank');
                }
                assert.equal(seen.pre, '```\npre *not*\n```');
                assert.equal(seen.quoted, '*too*');
                assert.match(seen.plain, /<img src=x onerror=alert\(1\)> javascript:alert\(1\)/);
            }
            await pause(500);
            assert.deepEqual(asked.filter((url) => url.includes('example.org')), []);
        },
    };
}

export const either = true;

export const stories = {
    ...storiesFor('server', SERVER),
    ...storiesFor('link', ['--protection', 'link']),

    async 'arrow-up in an empty field edits the last message, Escape leaves it'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'one');
        await write(abhi, 'tow');
        await write(anny, 'hers');
        await shows(abhi, 'hers');
        await ticked(abhi, 'tow', 'stored', 'delivered', 'read');
        await abhi.focus('.composer textarea');
        await abhi.keyboard.press('ArrowUp');
        await reads(abhi, 'Editing your message');
        assert.equal(await abhi.$eval('.composer textarea', (e) => e.value), 'tow');
        await abhi.keyboard.press('Escape');
        await until(abhi, () => document.querySelector('.about').hidden && document.querySelector('.composer textarea').value === '');
        await abhi.keyboard.press('ArrowUp');
        await abhi.keyboard.press('Backspace');
        await abhi.keyboard.press('Backspace');
        await abhi.keyboard.type('wo');
        await abhi.keyboard.press('Enter');
        await editedTo(anny, 'two');
        assert.deepEqual(await bodies(anny), ['one', 'two', 'hers']);
    },

    async 'nobody is offered what is not theirs'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'mine to change');
        await shows(anny, 'mine to change');
        await doTo(anny, 'mine to change');
        const names = () => anny.evaluate(() => [...document.querySelectorAll('dialog button')].map((b) => b.innerText.trim()).filter((t) => /[a-z]/i.test(t)));
        assert.deepEqual(await names(), ['Reply', 'Copy text', 'Delete…', 'Close']);
        await press(anny, 'Delete…');
        await until(anny, () => document.activeElement.innerText === 'Go back');
        assert.deepEqual(await anny.evaluate(() => [...document.querySelectorAll('dialog button')].filter((b) => b.offsetParent !== null).map((b) => b.innerText)), ['Delete for me', 'Go back']);
    },

    'an answer to what is far back leads there as well': {
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const { abhi, anny } = await couple(world);
            await write(abhi, 'far back');
            await writeMany(abhi, numbered('between', 60));
            await shows(anny, 'between 60', 120_000);
            await doTo(anny, 'far back', 'Reply');
            await write(anny, 'found again');
            await edit(abhi, 'far back', 'far, far back');
            await editedTo(anny, 'far, far back');
            await comeBack(anny);
            await inRow(anny, 'found again', (row) => row.querySelector('.answers').innerText.includes('far back'));
            assert.ok(!(await bodies(anny)).includes('far, far back'));
            await doTo(anny, 'found again', 'Show what it answers');
            await inRow(anny, 'far, far back', (row) => row.classList.contains('found'));
            await editedTo(anny, 'far, far back');
        },
    },

    async 'what is done in the dark is done once the line is back'(world) {
        const { abhi, anny } = await couple(world);
        for (const words of ['to edit', 'to delete', 'to love']) await write(abhi, words);
        await shows(anny, 'to love');
        /* The menu is fetched when it is first wanted: not in the dark. */
        await doTo(abhi, 'to love');
        await abhi.evaluate(() => document.querySelector('dialog').close());
        await noDialog(abhi);
        const outage = world.stack.outage(6000);
        await reads(abhi, 'Reconnecting');
        await edit(abhi, 'to edit', 'edited in the dark');
        await doTo(abhi, 'to love', 'React with ❤️');
        await doTo(abhi, 'to delete', 'Delete…', 'Delete for both');
        await reads(abhi, '3 messages waiting');
        await reads(abhi, 'Deleting…');
        await outage;
        await comeBack(abhi);
        for (const page of [abhi, anny]) {
            await editedTo(page, 'edited in the dark');
            await signsOf(page, 'to love', [page === abhi ? '❤️*' : '❤️']);
            await goneFrom(page, 'to delete');
        }
        await comeBack(anny);
        await shows(anny, 'to love');
        assert.deepEqual(await bodies(anny), ['edited in the dark', 'to love']);
    },

    async 'the menu of a message opens, and gives the focus back, though the message is drawn anew'(world) {
        const room = world.stack.make('Abhi', 'Anny');
        const [abhi, anny] = [await world.person(), await world.person()];
        const late = [];
        await abhi.setRequestInterception(true);
        abhi.on('request', (request) => {
            if (/menu-/.test(request.url())) late.push(request);
            else void request.continue();
        });
        await enter(abhi, room.seats[0]);
        await enter(anny, room.seats[1]);
        await write(abhi, 'look');
        await shows(anny, 'look');
        await until(abhi, () => document.querySelector('.more') !== null);
        await abhi.bringToFront();
        await abhi.focus('.more');
        await abhi.keyboard.press('Enter');
        await doTo(anny, 'look', 'React with 👍');
        await signsOf(abhi, 'look', ['👍']);
        for (const request of late.splice(0)) await request.continue();
        await abhi.waitForSelector('dialog.message-menu');
        await doTo(anny, 'look', 'React with ❤️');
        await signsOf(abhi, 'look', ['👍', '❤️']);
        await abhi.bringToFront();
        await abhi.keyboard.press('Escape');
        await noDialog(abhi);
        await until(abhi, () => document.activeElement.getAttribute('aria-label') === 'Actions: look');
    },

    'between an app and a browser: edit, delete, answer, react': {
        native: true,
        async tell(world) {
            const { room, abhi, anny } = await nativePair(world);
            const NS = { correct: 'urn:xmpp:message-correct:0', reactions: 'urn:xmpp:reactions:0', reply: 'urn:xmpp:reply:0', retract: 'urn:xmpp:message-retract:1' };
            const appSaid = await abhi.say({ body: 'from teh app' });
            await shows(anny, 'from teh app');
            await write(anny, 'from the web');
            const annySaid = await abhi.shows({ body: 'from the web' });
            const { origin } = await abhi.shows({ body: 'from teh app' });

            await abhi.deed({ children: `<body>from the app</body><replace xmlns='${NS.correct}' id='${origin}'/>` });
            await editedTo(anny, 'from the app');
            await edit(anny, 'from the web', 'from a browser');
            const corrected = await abhi.sees({ space: NS.correct, name: 'replace', number: annySaid.origin });
            assert.equal(corrected.body, 'from a browser');

            await abhi.deed({ children: `<reactions xmlns='${NS.reactions}' id='${annySaid.id}'><reaction>👍</reaction><reaction>🫖</reaction></reactions><store xmlns='urn:xmpp:hints'/>` });
            await signsOf(anny, 'from a browser', ['👍', '🫖']);
            await doTo(anny, 'from the app', 'React with ❤️');
            const reacted = await abhi.sees({ space: NS.reactions, name: 'reactions', number: appSaid });
            assert.deepEqual([reacted.inside, reacted.body], [['❤️'], null]);

            await abhi.deed({ children: `<body>&gt; from a 🫖 browser\nyes</body><reply xmlns='${NS.reply}' to='${room.room}/Anny' id='${annySaid.id}'/><fallback xmlns='urn:xmpp:fallback:0' for='${NS.reply}'><body start='0' end='19'/></fallback>` });
            await inRow(anny, 'yes', (row) => row.querySelector('.answers')?.innerText.includes('from a browser'));
            await doTo(anny, 'from the app', 'Reply');
            await write(anny, 'no');
            const answered = await abhi.sees({ space: NS.reply, name: 'reply', number: appSaid });
            assert.equal(answered.to, `${room.room}/Abhi`);
            assert.equal(answered.body, '> from the app\nno');
            assert.deepEqual(answered.fallback, [[NS.reply, '0', '15']]);

            assert.deepEqual(await abhi.deed({ children: `<body>forged</body><replace xmlns='${NS.correct}' id='${annySaid.origin}'/>` }), { refused: 'forbidden' });
            assert.deepEqual(await abhi.deed({ children: `<retract xmlns='${NS.retract}' id='${annySaid.id}'/>` }), { refused: 'forbidden' });

            await doTo(anny, 'from a browser', 'Delete…', 'Delete for both');
            const retracted = await abhi.sees({ space: NS.retract, name: 'retract', number: annySaid.id });
            assert.match(retracted.body, /I deleted a message/);
            assert.deepEqual(retracted.fallback.map(([about]) => about), [NS.retract]);
            await abhi.sees({ space: NS.retract, name: 'retract', number: corrected.id });
            await abhi.deed({ children: `<retract xmlns='${NS.retract}' id='${appSaid}'/><store xmlns='urn:xmpp:hints'/>` });
            await goneFrom(anny, 'from the app');
            assert.deepEqual(await bodies(anny), [null, null, 'yes', 'no']);
            await comeBack(anny);
            await shows(anny, 'no');
            assert.ok(await lacks(anny, 'from a browser'));
            assert.deepEqual(await bodies(anny), ['yes', 'no']);
            await inRow(anny, 'no', (row) => row.querySelector('.answers') !== null);
        },
    },
};
