/* screens.mjs - node screens.mjs BUILD_DIR OUT_DIR: every screen and state at
 * three widths, light and dark; and what axe-core has to say to each. */
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { enter, launch, person, press, reads, until, visit, write } from './browsers.mjs';
import { Lens } from './lens.mjs';
import { pause, Stack } from './stack.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [[320, 640], [768, 900], [1440, 900]];
const [build = '../../build/dev', out = '../../docs/screens'] = process.argv.slice(2);
const LABEL = 'Only the two of you can read this';
let faults = 0;

async function shoot(page, name) {
    for (const [width, height] of WIDTHS)
        for (const scheme of ['light', 'dark']) {
            await page.setViewport({ width, height });
            await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
            await pause(120);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
            if (wide) console.log(`WIDE  ${name} ${width}`);
            faults += wide ? 1 : 0;
            await axe(page, `${name} ${width} ${scheme}`);
            await page.screenshot({ path: join(out, `${name}-${width}-${scheme}.png`) });
        }
}

async function axe(page, name) {
    const found = await page.evaluate(async (source) => {
        if (!window.axe) (0, eval)(source);
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 120)} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
    }, AXE);
    faults += found.length;
    for (const line of found) console.log(`AXE   ${name}: ${line}`);
}

mkdirSync(out, { recursive: true });
const stack = await new Stack(build).start();
const browser = await launch('chrome');
let count = 0;
const someone = async (size) => {
    const page = await person(browser, stack.cables[count++ % stack.cables.length], size);
    /* So that axe-core can be put in. */
    await page.setBypassCSP(true);
    return page;
};
/* What a page says to which a server lies. */
async function lied() {
    const { seats } = stack.make('Abhi', 'Anny', '--protection', 'link');
    const [abhi, anny] = [await someone(), await someone()];
    await enter(abhi, seats[0]);
    const lens = new Lens(anny.cable);
    await enter(anny, seats[1]);
    let number = 0;
    lens.lie = (stanza) => {
        if (!/<encrypted /.test(stanza)) return [stanza];
        if (++number === 3) return [];
        return [number === 2 ? stanza.replace(/(<encrypted [^>]*>)(.)/, (_, tag, c) => tag + (c === 'A' ? 'B' : 'A')) : stanza];
    };
    for (const words of ['The first one', 'The second', 'The third', 'And the last of them']) {
        await write(abhi, words);
        await pause(700);
    }
    await reads(anny, 'And the last of them');
    await shoot(anny, 'chat-trouble');
    const wrong = await someone();
    await enter(wrong, { link: seats[0].link.replace(/.{22}$/, 'A'.repeat(22)), code: seats[0].code });
    await reads(wrong, 'Your link has another key');
    await shoot(wrong, 'chat-foreign');
    const none = await someone();
    await visit(none, seats[0].link.slice(0, -23));
    await reads(none, 'This link is not whole.');
    await shoot(none, 'join-nokey');
}

try {
    /* Falls silent while the rest is done. */
    const idle = JSON.parse(stack.ctl('new', 'Abhi', 'Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww', '--idle', '3m', '--json'));
    const other = await someone({ width: 320, height: 640 });
    await enter(other, idle.seats[0]);
    await write(other, `A long word: ${'abcdefghij'.repeat(12)}`);
    await write(other, 'مرحبا، هل أنت هنا؟ نلتقي غدا في الساعة الخامسة.');

    const page = await someone();
    await page.goto(stack.url);
    await shoot(page, 'start');
    await page.type('#yours', 'Abhi');
    await page.type('#theirs', 'abhi');
    await press(page, 'Start chat');
    await page.click('summary');
    await shoot(page, 'start-problem');
    await page.click('#theirs', { count: 3 });
    await page.type('#theirs', 'Anny');
    await press(page, 'Start chat');
    await reads(page, 'Your chat is ready.');
    await shoot(page, 'cards');
    await press(page, 'Show QR');
    await shoot(page, 'qr');
    await press(page, 'Close');
    const theirs = await page.evaluate(() => {
        const card = document.querySelector('.card:not(.mine-card)');
        return { link: card.querySelector('.address').innerText, code: card.querySelector('.code [aria-hidden]').innerText };
    });
    await press(page, 'Open my side');
    await press(page, 'Open my side anyway');
    await reads(page, 'Anny is not here yet.');
    await shoot(page, 'chat-empty');

    const anny = await someone();
    await anny.goto(theirs.link);
    await reads(anny, 'Hello Anny.');
    await shoot(anny, 'join');
    await anny.type('#code', '7K3M9-QXP2D');
    await press(anny, 'Get in');
    await reads(anny, 'Tries left');
    await shoot(anny, 'join-wrong');
    await anny.setViewport({ width: 768, height: 900 });
    await enter(anny, theirs);
    await write(page, 'Are you there?');
    await write(anny, 'Yes. Just sat down with a cup of tea.');
    await pause(500);
    await write(page, 'Good. I wanted to tell you before it is in the paper tomorrow: they said yes, and the reading is on the fourth of March.');
    await pause(500);
    await write(anny, 'No! That is wonderful 🎉');
    await write(anny, 'Who else knows? The programme is at https://example.org/readings/march so far without names.');
    await pause(500);
    await write(page, 'Only you.');
    await write(page, 'And now I am going to make dinner');
    await anny.bringToFront();
    await pause(2500);
    await page.bringToFront();
    await anny.type('.composer textarea', 'I');
    await reads(page, 'is typing');
    await shoot(page, 'chat');
    await press(page, LABEL);
    await page.waitForSelector('.compare');
    await shoot(page, 'chat-shield');
    await press(page, 'Understood');
    await press(page, 'Menu');
    await shoot(page, 'chat-menu');
    await press(page, 'Go back');
    await press(page, 'End chat');
    await shoot(page, 'chat-end');
    await press(page, 'Go back');

    page.cable.cut();
    await reads(page, 'Reconnecting');
    await write(page, 'Did this reach you?');
    await shoot(page, 'chat-reconnecting');
    await page.cable.mend();
    await page.bringToFront();
    await press(page, 'Retry now').catch(() => undefined);
    await until(page, () => document.querySelector('.strip:not([role])').hidden, null, 40_000);

    await other.bringToFront();
    await until(other, () => !document.querySelector('.chip').hidden, null, 180_000);
    await shoot(other, 'chat-ending');

    await page.bringToFront();
    await press(page, 'End chat');
    await press(page, 'End and delete');
    await reads(page, 'You ended it.');
    await shoot(page, 'ended');
    const late = await someone();
    await late.goto(`${stack.url}/#g23rx5cwmenb3e5z`);
    await reads(late, 'does not belong');
    await shoot(late, 'unknown');
    await lied();
} finally {
    await browser.close();
    await stack.stop();
}
console.log(faults === 0 ? 'axe-core found nothing' : `${faults} findings`);
process.exit(faults === 0 ? 0 : 1);
