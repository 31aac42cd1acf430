/* deeds.mjs - what can be done to messages: edit, delete, answer, react; and
 * around them: search, drafts, copies, notifications. */
import assert from 'node:assert/strict';
import { bodies, connected, inside, press, reads, shows, ticked, transcript, until, write } from '../browsers.mjs';
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

const signsOf = (page, words, signs) =>
    inRow(page, words, (row, wanted) => [...row.querySelectorAll('.sign')].map((s) => s.firstChild.data + (s.getAttribute('aria-pressed') === 'true' ? '*' : '')).sort().join(' ') === wanted, [...signs].sort().join(' '));
const editedTo = (page, words) => inRow(page, words, (row) => row.querySelector('.foot').innerText.startsWith('edited'));
const goneFrom = (page, words) => until(page, (w) => !document.querySelector('.log').textContent.includes(w), words);
const noDialog = (page) => until(page, () => document.querySelector('dialog') === null);
const lacks = (page, words) => page.evaluate((w) => !document.body.textContent.includes(w), words);

export async function comeBack(page) {
    await page.reload();
    await inside(page);
    await connected(page);
}

async function edit(page, words, better) {
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
            await doTo(abhi, 'embers', 'Delete…', 'Delete for both');
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
    };
}

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

    async 'deleted for me is gone here, in my other tab and after a reload, and nowhere else'(world) {
        const { room, abhi, anny } = await couple(world);
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

    async 'words are styled, addresses are links, and nothing else comes of them'(world) {
        const { abhi, anny } = await couple(world);
        const asked = [];
        anny.on('request', (request) => asked.push(request.url()));
        const text = '*strong* _em_ ~gone~ `code *x*` https://example.org/a_b\n> quoted *too*\n```\npre *not*\n```\n<img src=x onerror=alert(1)> javascript:alert(1) [x](https://example.org)';
        await write(abhi, text);
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
        await pause(500);
        assert.deepEqual(asked.filter((url) => url.includes('example.org')), []);
    },

    async 'search finds what is loaded and what is older, and leads there'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'A needle in the hay, über alles');
        for (let i = 1; i <= 130; i++) {
            await write(abhi, `hay ${i}`);
            if (i % 15 === 0) await pause(1000);
        }
        await shows(anny, 'hay 130', 120_000);
        await comeBack(anny);
        await shows(anny, 'hay 130');
        await press(anny, 'Menu');
        await press(anny, 'Search');
        await until(anny, () => document.activeElement?.id === 'search-words');
        await anny.keyboard.type('HAY 129');
        await reads(anny, '1 message found.');
        await anny.$eval('#search-words', (e) => (e.value = ''));
        await anny.keyboard.type('UBER needle');
        await reads(anny, 'Nothing found.');
        await anny.keyboard.press('Enter');
        await reads(anny, '1 message found.');
        await reads(anny, 'All 131 messages of the chat were looked through.');
        assert.deepEqual(await anny.$$eval('mark', (all) => all.map((m) => m.textContent)), ['needle', 'über']);
        await anny.focus('.hit');
        await anny.keyboard.press('Enter');
        await noDialog(anny);
        await inRow(anny, 'A needle in the hay, über alles', (row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return row.classList.contains('found') && top > 0 && bottom < innerHeight && row.contains(document.activeElement);
        });
        assert.equal((await bodies(anny)).length, 131);
    },

    async 'an answer to what is far back leads there as well'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'far back');
        for (let i = 1; i <= 60; i++) {
            await write(abhi, `between ${i}`);
            if (i % 15 === 0) await pause(1000);
        }
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

    async 'who looks away finds a count in the title and a line before the new'(world) {
        const { room, abhi, anny } = await couple(world);
        await write(anny, 'seen');
        await abhi.bringToFront();
        await shows(abhi, 'seen');
        await ticked(anny, 'seen', 'read');
        const tab = await world.tab(abhi);
        await tab.bringToFront();
        await abhi.evaluate(() => {
            Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        });
        await write(anny, 'unseen 1');
        await write(anny, 'unseen 2');
        await until(abhi, () => document.title.startsWith('(2) '));
        await until(abhi, () => document.querySelector('link[rel=icon]').href.includes('unread'));
        await until(abhi, () => document.querySelector('.day.unread')?.nextElementSibling?.querySelector('.body').textContent === 'unseen 1');
        await abhi.evaluate(() => {
            delete document.visibilityState;
            document.dispatchEvent(new Event('visibilitychange'));
        });
        await abhi.bringToFront();
        await until(abhi, () => !document.title.startsWith('('));
        await until(abhi, () => !document.querySelector('link[rel=icon]').href.includes('unread'));
        await until(abhi, () => document.querySelector('.day.unread') !== null);
        await ticked(anny, 'unseen 2', 'read');
        void room;
    },

    async 'who comes back reads on where the new begins, and other tabs know what was seen'(world) {
        const { room, abhi, anny } = await couple(world);
        await write(anny, 'old');
        await abhi.bringToFront();
        await shows(abhi, 'old');
        await ticked(anny, 'old', 'read');
        await abhi.goto('about:blank');
        for (let i = 1; i <= 30; i++) await write(anny, `new ${i}`);
        await ticked(anny, 'new 30', 'stored');
        await abhi.goto(room.seats[0].link);
        await inside(abhi);
        await until(abhi, () => {
            const line = document.querySelector('.day.unread');
            if (line?.nextElementSibling?.querySelector('.body').textContent !== 'new 1') return false;
            const { top } = line.getBoundingClientRect();
            return top >= 0 && top < innerHeight && document.title.startsWith('(30) ');
        });
        await reads(abhi, 'New messages: 30');
        await press(abhi, 'New messages: 30');
        await until(abhi, () => !document.title.startsWith('('));
        await ticked(anny, 'new 30', 'read');
    },

    async 'a draft survives a reload: words, answer and edit'(world) {
        const { abhi, anny } = await couple(world);
        await write(anny, 'What do you think?');
        await shows(abhi, 'What do you think?');
        await doTo(abhi, 'What do you think?', 'Reply');
        await abhi.type('.composer textarea', 'half a thought');
        await comeBack(abhi);
        await reads(abhi, 'Answer to Anny');
        assert.equal(await abhi.$eval('.composer textarea', (e) => e.value), 'half a thought');
        await abhi.focus('.composer textarea');
        await abhi.keyboard.press('Enter');
        await inRow(anny, 'half a thought', (row) => row.querySelector('.answers') !== null);
        await comeBack(abhi);
        assert.equal(await abhi.$eval('.composer textarea', (e) => e.value), '');
        await shows(abhi, 'half a thought');
        await doTo(abhi, 'half a thought', 'Edit');
        await abhi.type('.composer textarea', ' and a half');
        await comeBack(abhi);
        await reads(abhi, 'Editing your message');
        await abhi.focus('.composer textarea');
        await abhi.keyboard.press('Enter');
        await editedTo(anny, 'half a thought and a half');
    },

    async 'what is done in the dark is done once the line is back'(world) {
        const { abhi, anny } = await couple(world);
        for (const words of ['to edit', 'to delete', 'to love']) await write(abhi, words);
        await shows(anny, 'to love');
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

    async 'a copy holds the whole chat in three forms'(world) {
        const { abhi, anny } = await couple(world);
        await write(abhi, 'the <very> first');
        for (let i = 1; i <= 60; i++) {
            await write(abhi, `line ${i}`);
            if (i % 15 === 0) await pause(1000);
        }
        await shows(anny, 'line 60', 120_000);
        await doTo(anny, 'line 60', 'React with 👍');
        await signsOf(anny, 'line 60', ['👍*']);
        await anny.evaluateOnNewDocument(() => {
            window.saved = [];
            const make = URL.createObjectURL.bind(URL);
            URL.createObjectURL = (blob) => {
                void blob.text().then((text) => window.saved.push({ type: blob.type, text }));
                return make(blob);
            };
        });
        await comeBack(anny);
        await shows(anny, 'line 60');
        await press(anny, 'End chat');
        for (const [n, kind] of ['text', 'html', 'json'].entries()) {
            await press(anny, 'Save my copy');
            await anny.click(`input[value=${kind}]`);
            await press(anny, 'Save');
            await reads(anny, 'Saved: 61 messages.');
            await until(anny, (count) => window.saved.length === count, n + 1);
            await anny.keyboard.press('Escape');
            await until(anny, () => document.querySelectorAll('dialog').length === 1);
        }
        const [text, html, json] = await anny.evaluate(() => window.saved);
        assert.match(text.text, /Abhi: the <very> first\n/);
        assert.match(text.text, /line 60 \[Anny: 👍\]/);
        assert.ok(html.type.startsWith('text/html') && html.text.includes('the &lt;very&gt; first') && !html.text.includes('<very>'));
        const data = JSON.parse(json.text);
        assert.deepEqual(data.messages.map((m) => m.text), ['the <very> first', ...Array.from({ length: 60 }, (_, i) => `line ${i + 1}`)]);
        assert.deepEqual(data.messages.at(-1).reactions, { Abhi: [], Anny: ['👍'] });
        await press(anny, 'End and delete');
        await press(anny, 'Save my copy');
        await press(anny, 'Save');
        await reads(anny, 'Saved: 61 messages.');
    },

    async 'notifications: asked for by a button, without words unless wanted'(world) {
        const { abhi, anny } = await couple(world);
        await abhi.evaluateOnNewDocument(() => {
            window.notes = [];
            window.asked = 0;
            window.Notification = class {
                static permission = 'default';
                static async requestPermission() {
                    window.asked++;
                    return (this.permission = 'granted');
                }
                constructor(title, { body, tag }) {
                    window.notes.push({ title, body, tag });
                }
            };
            document.hasFocus = () => false;
        });
        await comeBack(abhi);
        const noted = (count) => until(abhi, (n) => window.notes.length === n, count);
        await write(anny, 'nobody asked');
        await shows(abhi, 'nobody asked');
        await press(abhi, 'Menu');
        await press(abhi, 'Notifications');
        assert.deepEqual(await abhi.evaluate(() => [window.asked, window.notes.length]), [0, 0]);
        await press(abhi, 'Notify me');
        await reads(abhi, 'Notifications are on for this chat.');
        await write(anny, 'a secret');
        await noted(1);
        await abhi.click('dialog input[type=checkbox]');
        await write(anny, 'not so secret');
        await noted(2);
        await doTo(anny, 'a secret', 'React with 👍');
        await edit(anny, 'not so secret', 'no secret');
        await editedTo(abhi, 'no secret');
        const notes = await abhi.evaluate(() => window.notes.map(({ title, body }) => [title, body]));
        assert.deepEqual(notes, [['Duologue', 'New message'], ['Anny', 'not so secret']]);
        await press(abhi, 'Stop notifying');
        await write(anny, 'in silence');
        await shows(abhi, 'in silence');
        assert.equal(await abhi.evaluate(() => window.notes.length), 2);
    },

    async 'everything is there for a keyboard alone, and said once'(world) {
        const { abhi, anny } = await couple(world);
        await write(anny, 'first');
        await write(anny, 'second');
        await shows(abhi, 'second');
        await abhi.evaluate(() => {
            window.said = [];
            new MutationObserver(() => window.said.push(document.querySelector('[role=status].unseen').textContent)).observe(document.querySelector('[role=status].unseen'), { childList: true });
        });
        await abhi.bringToFront(); /* Firefox presses no button elsewhere */
        await abhi.focus('.log');
        await abhi.keyboard.press('Tab');
        const at = () => abhi.evaluate(() => document.activeElement.getAttribute('aria-label'));
        assert.equal(await at(), 'Actions: second');
        await abhi.keyboard.press('ArrowUp');
        assert.equal(await at(), 'Actions: first');
        await abhi.keyboard.press('Enter');
        await abhi.waitForSelector('dialog.message-menu');
        await until(abhi, () => document.activeElement.closest('dialog') !== null);
        await abhi.keyboard.press('Enter');
        await signsOf(anny, 'first', ['👍']);
        await noDialog(abhi);
        await until(abhi, () => document.activeElement.getAttribute('aria-label') === 'Actions: first');
        await abhi.keyboard.press('Tab');
        await until(abhi, () => document.activeElement.matches('.composer textarea'));
        await doTo(anny, 'first', 'React with 😂');
        await write(anny, 'third');
        await shows(abhi, 'third');
        await edit(anny, 'third', 'the third');
        await shows(abhi, 'the third');
        await doTo(anny, 'the third', 'Delete…', 'Delete for both');
        await goneFrom(abhi, 'the third');
        await until(abhi, () => window.said.length >= 4);
        await pause(300);
        const said = await abhi.evaluate(() => window.said.filter((words) => !words.endsWith('is typing.')));
        assert.deepEqual(said, ['Anny reacted 😂 to: first', 'Anny: third', 'Anny edited: the third', 'Anny deleted a message.']);
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
