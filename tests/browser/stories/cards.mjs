/* cards.mjs - what is handed over: links and codes, copied and shared; and what
 * each screen says about who can read. */
import assert from 'node:assert/strict';
import { giveCode, inside, press, reads, shows, until, visit, write } from '../browsers.mjs';
import { theirCard } from './basics.mjs';

const LABEL = 'Encrypted on the way; the server can read this';

async function make(page, protection) {
    await page.type('#yours', 'Abhi');
    await page.type('#theirs', 'Anny');
    await page.click(`.who-reads input[value=${protection}]`);
    await press(page, 'Start chat');
    await reads(page, 'Your chat is ready.');
}

/* What is written, as the clipboard and the other apps would have it. */
const listen = (page) =>
    page.evaluateOnNewDocument(() => {
        window.copied = [];
        window.shared = [];
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => void window.copied.push(text) } });
        navigator.share = async ({ url }) => void window.shared.push(url);
    });

/* Would the browser ask before it leaves? */
const asksBefore = (page) => page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));

/* The shield stands where its words begin. */
function isBeside() {
    const [icon, words] = ['svg', 'span'].map((tag) => document.querySelector(`.guard > ${tag}`).getBoundingClientRect());
    return icon.bottom > words.top && icon.right <= words.left;
}

export const stories = {
    async 'links and codes are copied and shared, and leaving too early is asked about'(world) {
        const abhi = await world.person();
        await listen(abhi);
        await visit(abhi, world.stack.url);
        await make(abhi, 'link');
        const { link, code } = await theirCard(abhi);
        assert.ok(link.length < 80 + world.stack.url.length, `${link.length}`);
        assert.ok(await asksBefore(abhi));
        await press(abhi, 'Open my side');
        await reads(abhi, 'You have not copied the link for Anny yet.');
        await abhi.keyboard.press('Escape');
        await until(abhi, () => document.querySelector('dialog') === null);
        const inTheirs = (words) =>
            abhi.evaluate((w) => [...document.querySelectorAll('.card:not(.mine-card) button')].find((b) => b.innerText.trim() === w).click(), words);
        await inTheirs('Copy code');
        await until(abhi, () => window.copied.length === 1);
        assert.ok(await asksBefore(abhi), 'the code alone is not the link');
        await inTheirs('Copy link');
        await reads(abhi, 'Copied');
        assert.ok(!(await asksBefore(abhi)));
        await abhi.click('.card:not(.mine-card) summary');
        await reads(abhi, 'Whoever sees that message can then enter as Anny.');
        await inTheirs('Copy link and code together');
        await inTheirs('Share');
        await until(abhi, () => window.copied.length === 3 && window.shared.length === 1);
        assert.deepEqual(await abhi.evaluate(() => [window.copied, window.shared]), [[code, link, `${link}\nCode: ${code}`], [link]]);
        await press(abhi, 'Open my side');
        await inside(abhi);
    },

    async 'where the server can read, each screen says so'(world) {
        const abhi = await world.person();
        await visit(abhi, world.stack.url);
        await reads(abhi, 'One of us uses an XMPP app: the server can read it');
        await make(abhi, 'server');
        await reads(abhi, LABEL);
        const card = await theirCard(abhi);
        assert.ok(!card.link.includes('.', card.link.indexOf('#')), 'a key where none is used');
        await press(abhi, 'Open my side');
        await press(abhi, 'Open my side anyway');
        const anny = await world.person({ width: 320, height: 640 });
        await visit(anny, card.link);
        await reads(anny, 'Hello Anny.');
        await reads(anny, LABEL);
        assert.ok(await anny.evaluate(isBeside), 'the shield stands above its words');
        await press(anny, 'What does that mean?');
        await reads(anny, 'The server itself can read the messages while the chat exists.');
        await press(anny, 'Understood');
        await giveCode(anny, card.code);
        await inside(anny);
        await press(anny, LABEL);
        await reads(anny, 'Between your browser and the server nobody can listen.');
        assert.ok(!(await anny.evaluate(() => document.body.innerText.includes('Compare on the phone'))));
        await press(anny, 'Understood');
        await write(anny, 'so be it');
        await shows(abhi, 'so be it');
        await press(anny, 'End chat');
        await press(anny, 'End and delete');
        for (const page of [abhi, anny]) {
            await reads(page, 'This chat has ended.');
            await reads(page, LABEL);
        }
    },
};
