/* scenes.mjs - how each screen and state comes about, for screens.mjs. */
import { at, connected, enter, inside, press, reads, shows, ticked, until, visit, write } from './browsers.mjs';
import { Lens } from './lens.mjs';
import { pause } from './stack.mjs';
import { theirCard } from './stories/basics.mjs';
import { doTo, inRow } from './stories/deeds.mjs';

const LABEL = 'Only the two of you can read this';
const LINK = ['--protection', 'link'];
const READ = 'Good. I wanted to tell you before it is in the paper tomorrow: they said yes, and the reading is on the fourth of March.';

async function couple(booth, names = ['Abhi', 'Anny']) {
    const { seats } = booth.stack.make(...names, ...LINK);
    const [abhi, anny] = [await booth.someone(), await booth.someone()];
    await enter(abhi, seats[0]);
    await enter(anny, seats[1]);
    return { seats, abhi, anny };
}

/* Says each as [by, words], and waits until the other has it. */
async function talk(...said) {
    for (const [by, to, words] of said) {
        await write(by, words);
        await shows(to, words);
    }
}

async function conversation(abhi, anny) {
    await talk(
        [abhi, anny, 'Are you there?'],
        [anny, abhi, 'Yes. Just sat down with a cup of tea.'],
        [abhi, anny, READ],
        [anny, abhi, 'No! That is wonderful 🎉'],
        [anny, abhi, 'Who else knows? The programme is at https://example.org/readings/march so far without names.'],
        [abhi, anny, 'Only you.'],
        [abhi, anny, 'And now I am going to make dinner'],
    );
    await anny.bringToFront();
    await ticked(abhi, 'And now I am going to make dinner', 'read');
}

const closed = (page) => until(page, () => document.querySelector('dialog') === null);

async function escape(page) {
    await page.bringToFront();
    await page.keyboard.press('Escape');
    await closed(page);
}

async function start(booth) {
    const page = await booth.someone();
    await page.goto(booth.stack.url);
    await booth.shoot(page, 'start');
    await booth.shootZoomed(page, 'start');
    await booth.shootForced(page, 'start');
    await page.type('#yours', 'Abhi');
    await page.type('#theirs', 'abhi');
    await press(page, 'Start chat');
    await page.click('summary');
    await booth.shoot(page, 'start-problem');
    await page.click('#theirs', { count: 3 });
    await page.type('#theirs', 'Anny');
    await press(page, 'Start chat');
    await reads(page, 'Your chat is ready.');
    await booth.shoot(page, 'cards');
    await booth.shootZoomed(page, 'cards');
    await press(page, 'Show QR');
    await booth.shoot(page, 'qr');
    await press(page, 'Close');
    await press(page, 'Open my side');
    await booth.shoot(page, 'cards-leave');
    await press(page, 'Open my side anyway');
    await reads(page, 'Anny is not here yet.');
    await booth.shoot(page, 'chat-empty');
}

async function known(booth) {
    const page = await booth.someone();
    for (const peer of ['Anny', 'Bea']) {
        const { seats } = booth.stack.make('Abhi', peer);
        await enter(page, seats[0], { stay: true });
    }
    await visit(page, booth.stack.url);
    await reads(page, 'Chat with Bea, as Abhi');
    await booth.shoot(page, 'start-known');
}

async function joining(booth) {
    const { seats } = booth.stack.make('Abhi', 'Anny', ...LINK);
    const anny = await booth.someone();
    await visit(anny, seats[1].link);
    await reads(anny, 'Hello Anny.');
    await booth.shoot(anny, 'join');
    await booth.shootZoomed(anny, 'join');
    await booth.shootForced(anny, 'join');
    await anny.type('#code', '7K3M9-QXP2D');
    await press(anny, 'Get in');
    await reads(anny, 'Tries left');
    await booth.shoot(anny, 'join-wrong');
    for (let i = 0; i < 12; i++) {
        if (await anny.evaluate(() => document.body.innerText.includes('Too many tries.'))) break;
        await press(anny, 'Get in');
        await until(anny, () => document.querySelector('.trouble').innerText !== '' && document.querySelector('form .primary').innerText === 'Get in');
    }
    await reads(anny, 'Too many tries.');
    await booth.shoot(anny, 'join-wait');
    anny.cable.cut();
    await reads(anny, 'The server cannot be reached.');
    await booth.shoot(anny, 'join-away');
}

async function elsewhere(booth) {
    const { seats } = booth.stack.make('Abhi', 'Anny');
    const page = await booth.someone();
    await enter(page, seats[0], { stay: true });
    await visit(page, seats[1].link);
    await reads(page, 'You are Abhi in this browser.');
    await booth.shoot(page, 'join-switch');
    const app = await booth.someone();
    await visit(app, `${booth.stack.url}/#g23rx5cwmenb3e5z`);
    await reads(app, 'does not belong');
    await booth.shoot(app, 'unknown');
}

async function chat(booth) {
    const { abhi, anny } = await couple(booth);
    await conversation(abhi, anny);
    await abhi.bringToFront();
    await anny.type('.composer textarea', 'I');
    await reads(abhi, 'is typing');
    await booth.shoot(abhi, 'chat');
    await booth.shootZoomed(abhi, 'chat');
    await booth.shootForced(abhi, 'chat');
    await press(abhi, LABEL);
    await abhi.waitForSelector('.compare');
    await booth.shoot(abhi, 'chat-shield');
    await booth.shootZoomed(abhi, 'chat-shield');
    await press(abhi, 'Understood');
    await press(abhi, 'Menu');
    await booth.shoot(abhi, 'chat-menu');
    await press(abhi, 'Search');
    await abhi.waitForSelector('#search-words');
    await abhi.type('#search-words', 'the');
    await reads(abhi, 'messages found');
    await booth.shoot(abhi, 'chat-search');
    await escape(abhi);
    await press(abhi, 'Menu');
    await press(abhi, 'Notifications');
    await reads(abhi, 'Notify me');
    await booth.shoot(abhi, 'chat-notifications');
    await escape(abhi);
    await press(abhi, 'Menu');
    await press(abhi, 'Save my copy');
    await abhi.waitForSelector('input[value=html]');
    await booth.shoot(abhi, 'chat-save');
    await escape(abhi);
    await press(abhi, 'End chat');
    await booth.shoot(abhi, 'chat-end');
    await press(abhi, 'Go back');
    abhi.cable.cut();
    await reads(abhi, 'Reconnecting');
    await write(abhi, 'Did this reach you?');
    await booth.shoot(abhi, 'chat-reconnecting');
    await booth.shootForced(abhi, 'chat-reconnecting');
    await abhi.cable.mend();
    await connected(abhi);
}

async function deeds(booth) {
    const { abhi, anny } = await couple(booth);
    await talk([abhi, anny, 'Tea or coffee?']);
    await write(anny, '*Tea*, please. The one from _Tuesday_:\n> the smoky one, if there is any\nand `two` sugars');
    await until(abhi, () => document.querySelector('.theirs .body code') !== null);
    await talk([abhi, anny, 'Somethign sweet with it?']);
    await doTo(abhi, 'Somethign sweet with it?', 'Edit');
    await booth.shoot(abhi, 'chat-edit');
    await abhi.evaluate(() => (document.querySelector('.composer textarea').value = ''));
    await write(abhi, 'Something sweet with it?');
    await shows(anny, 'Something sweet with it?');
    await doTo(anny, 'Something sweet with it?', 'Reply');
    await write(anny, 'Always');
    await shows(abhi, 'Always');
    await doTo(abhi, 'Always', 'React with ❤️');
    await inRow(anny, 'Always', (row) => row.querySelector('.sign') !== null);
    await talk([abhi, anny, 'forget this one']);
    await doTo(abhi, 'forget this one', 'Delete…');
    await booth.shoot(abhi, 'chat-delete');
    await press(abhi, 'Delete for both');
    await reads(anny, 'Message deleted');
    await doTo(anny, 'Something sweet with it?', 'Reply');
    await booth.shoot(anny, 'chat-deeds');
    await doTo(anny, 'Something sweet with it?');
    await booth.shoot(anny, 'chat-message');
    await press(anny, 'Another emoji');
    await booth.shoot(anny, 'chat-emoji');
    await escape(anny);
}

/* Who comes back, to much. */
async function unread(booth) {
    const { seats, abhi, anny } = await couple(booth);
    await talk([anny, abhi, 'See you tomorrow then.']);
    await abhi.bringToFront();
    await ticked(anny, 'See you tomorrow then.', 'read');
    await visit(abhi, booth.stack.url);
    for (let i = 1; i <= 25; i++) await write(anny, `${i} of the things that I forgot to say`);
    await ticked(anny, '25 of the things that I forgot to say', 'stored', 'delivered');
    await abhi.goto(at(abhi, seats[0].link));
    await reads(abhi, 'New messages: 25');
    await booth.shoot(abhi, 'chat-unread');
}

/* Silence, and a name as wide as it may be. */
async function ending(booth) {
    const { seats } = booth.stack.make('Abhi', 'W'.repeat(32), '--idle', booth.silence);
    const abhi = await booth.someone();
    await enter(abhi, seats[0]);
    await write(abhi, `A long word: ${'abcdefghij'.repeat(12)}`);
    await write(abhi, 'I wonder whether you will see this before it goes.');
    await ticked(abhi, 'I wonder whether you will see this before it goes.', 'stored');
    while (await abhi.$eval('.chip', (chip) => chip.hidden)) await pause(500);
    await booth.shoot(abhi, 'chat-ending');
}

async function ended(booth) {
    const { seats, abhi, anny } = await couple(booth);
    await conversation(abhi, anny);
    await press(abhi, 'End chat');
    await press(abhi, 'End and delete');
    await reads(abhi, 'You ended it.');
    await booth.shoot(abhi, 'ended');
    await booth.shootZoomed(abhi, 'ended');
    await reads(anny, 'Abhi ended it.');
    await booth.shoot(anny, 'ended-other');
    const late = await booth.someone();
    await visit(late, seats[1].link);
    await reads(late, 'This chat has ended.');
    await booth.shoot(late, 'ended-later');
}

/* From right to left, and as much as one message may hold. */
async function words(booth) {
    const { abhi, anny } = await couple(booth, ['عبير', 'أمل']);
    await talk(
        [abhi, anny, 'مرحبا، هل أنت هنا؟'],
        [anny, abhi, 'نعم. جلست للتو مع كوب من الشاي.'],
        [abhi, anny, 'نلتقي غدا في الساعة الخامسة؟ العنوان https://example.org/map'],
        [anny, abhi, 'See you there: شارع 12, second floor'],
    );
    await doTo(abhi, 'نعم. جلست للتو مع كوب من الشاي.', 'Reply');
    await booth.shoot(abhi, 'chat-rtl');
    const long = await couple(booth);
    await write(long.abhi, 'Many words, and many more of them follow. '.repeat(250).trim());
    await until(long.anny, () => document.querySelector('.body')?.textContent.length > 10_000);
    await booth.shoot(long.anny, 'chat-long');
}

async function german(booth) {
    const page = await booth.someone(['de-AT', 'de']);
    await page.goto(booth.stack.url);
    await until(page, () => document.documentElement.lang === 'de');
    await booth.shoot(page, 'start-de');
    await page.type('#yours', 'Abhi');
    await page.type('#theirs', 'Anny');
    await page.click('form .primary');
    await page.waitForSelector('.card:not(.mine-card)');
    await booth.shoot(page, 'cards-de');
    const anny = await booth.someone(['de']);
    await visit(anny, (await theirCard(page)).link);
    await until(anny, () => document.querySelector('h1').innerText.includes('Anny'));
    await booth.shoot(anny, 'join-de');
    const { seats } = booth.stack.make('Abhi', 'Anny');
    const abhi = await booth.someone(['de']);
    await visit(abhi, seats[0].link);
    await abhi.waitForSelector('#code');
    await abhi.type('#code', seats[0].code);
    await abhi.click('form .primary');
    await inside(abhi);
    await write(abhi, 'Bist du da?');
    await ticked(abhi, 'Bist du da?', 'stored', 'delivered', 'read');
    abhi.cable.cut();
    await until(abhi, () => !document.querySelector('.strip:not([role])').hidden);
    await booth.shoot(abhi, 'chat-de');
}

/* What a page says to which a server lies. */
async function trouble(booth) {
    const { seats } = booth.stack.make('Abhi', 'Anny', ...LINK);
    const [abhi, anny] = [await booth.someone(), await booth.someone()];
    await enter(abhi, seats[0]);
    const lens = new Lens(anny.cable);
    await enter(anny, seats[1]);
    lens.lie = (stanza) => {
        const number = /<encrypted [^>]*\bn=["'](\d+)["']/.exec(stanza)?.[1];
        if (number === '2') return [];
        return [number === '1' ? stanza.replace(/(<encrypted [^>]*>)(.)/, (_, tag, c) => tag + (c === 'A' ? 'B' : 'A')) : stanza];
    };
    for (const said of ['The first one', 'The second', 'The third', 'And the last of them']) {
        await write(abhi, said);
        await ticked(abhi, said, 'stored', 'delivered', 'read');
    }
    await reads(anny, 'And the last of them');
    await booth.shoot(anny, 'chat-trouble');
    const wrong = await booth.someone();
    await enter(wrong, { link: seats[0].link.replace(/.{22}$/, 'A'.repeat(22)), code: seats[0].code });
    await reads(wrong, 'Your link has another key');
    await booth.shoot(wrong, 'chat-foreign');
    const none = await booth.someone();
    await visit(none, seats[0].link.slice(0, -23));
    await reads(none, 'This link is not whole.');
    await booth.shoot(none, 'join-nokey');
}

export const scenes = { start, known, joining, elsewhere, chat, deeds, unread, ended, words, german, trouble, ending };
