/* around.mjs - what is around the messages: search, the line before the new,
 * drafts, copies, notifications, the keyboard. */
import assert from 'node:assert/strict';
import { bodies, inside, numbered, press, reads, shows, ticked, until, write, writeMany } from '../browsers.mjs';
import { pause } from '../stack.mjs';
import { couple } from './basics.mjs';
import { comeBack, doTo, edit, editedTo, goneFrom, inRow, noDialog, signsOf } from './deeds.mjs';

/* However far the messages were scrolled, the rest stays. */
const headStands = (page) => page.$eval('.head', (head) => head.getBoundingClientRect().top === 0);

/* Many words, and nobody waits for the next. */
const settings = { 'limits.messages_per_second': '0' };

const storiesFor = (kind, words) => {
    return {
        [`${kind}: search finds what is loaded and what is older, and leads there`]: { settings, async tell(world) {
            const { abhi, anny } = await couple(world, ...words);
            await write(abhi, 'A needle in the hay, über alles');
            await writeMany(abhi, numbered('hay', 130));
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
            assert.ok(await headStands(anny));
            assert.equal((await bodies(anny)).length, 131);
        } },

        [`${kind}: who comes back reads on where the new begins, and other tabs know what was seen`]: { settings, async tell(world) {
            const { room, abhi, anny } = await couple(world, ...words);
            await write(anny, 'old');
            await abhi.bringToFront();
            await shows(abhi, 'old');
            await ticked(anny, 'old', 'read');
            await abhi.goto('about:blank');
            await writeMany(anny, numbered('new', 30));
            await ticked(anny, 'new 30', 'stored');
            await abhi.goto(room.seats[0].link);
            await inside(abhi);
            await until(abhi, () => {
                const line = document.querySelector('.day.unread');
                if (line?.nextElementSibling?.querySelector('.body').textContent !== 'new 1') return false;
                const { top } = line.getBoundingClientRect();
                return top >= 0 && top < innerHeight && document.title.startsWith('(30) ');
            });
            assert.ok(await headStands(abhi));
            await reads(abhi, 'New messages: 30');
            await press(abhi, 'New messages: 30');
            await until(abhi, () => !document.title.startsWith('('));
            await ticked(anny, 'new 30', 'read');
        } },

        [`${kind}: a draft survives a reload: words, answer and edit`]: { settings, async tell(world) {
            const { abhi, anny } = await couple(world, ...words);
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
        } },

        [`${kind}: a copy holds the whole chat in three forms`]: { settings, async tell(world) {
            const { abhi, anny } = await couple(world, ...words);
            await write(abhi, 'the <very> first');
            await writeMany(abhi, numbered('line', 60));
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
            await reads(anny, 'You ended it.');
            await press(anny, 'Save my copy');
            await press(anny, 'Save');
            await reads(anny, 'Saved: 61 messages.');
        } },

        async [`${kind}: who looks away finds a count in the title and a line before the new`](world) {
            const { abhi, anny } = await couple(world, ...words);
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
        },

        async [`${kind}: notifications: asked for by a button, without words unless wanted`](world) {
            const { abhi, anny } = await couple(world, ...words);
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
    };
};

export const either = true;

export const stories = {
    ...storiesFor('server', []),
    ...storiesFor('link', ['--protection', 'link']),

    'the page can be kept among the apps of a device': {
        only: 'chrome', /* which tells what it lacks */
        async tell(world) {
            const page = await world.person();
            await page.goto(`${page.cable.url}/`);
            await reads(page, 'Start chat');
            const client = await page.createCDPSession();
            const { data, errors } = await client.send('Page.getAppManifest');
            assert.deepEqual(errors, []);
            assert.equal(JSON.parse(data).name, 'Duologue');
            const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
            const lacks = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
            assert.deepEqual(lacks, []);
        },
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
};
