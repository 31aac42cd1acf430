/* driver.mjs - one Chromium page; commands in, answers out, a line each. */
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const [folder, width, height] = process.argv.slice(2);
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--lang=en-GB'];
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', headless: true, userDataDir: folder, args, defaultViewport: { width: Number(width), height: Number(height) } });
const page = (await browser.pages())[0] ?? (await browser.newPage());
page.on('pageerror', (error) => process.stderr.write(`page: ${error}\n`));
page.on('console', (message) => process.stderr.write(`${message.type()}: ${message.text()}\n`));
page.on('dialog', (dialog) => dialog.accept());

/* What a reader sees: shadow roots and the values of fields as well. */
const shown = () => document.body.innerText;

const commands = {
    open: async ({ url }) => void (await page.goto(url)),
    text: () => page.evaluate(shown),
    run: ({ code }) => page.evaluate(code),
    /* The element itself scrolls into view and gets a real click. */
    click: async ({ selector }) => void (await page.locator(selector).setTimeout(20_000).click()),
    fill: async ({ selector, words }) => {
        await page.locator(selector).setTimeout(20_000).click();
        await page.keyboard.down('Control');
        await page.keyboard.press('a');
        await page.keyboard.up('Control');
        await page.keyboard.type(words);
    },
    press: async ({ key }) => void (await page.keyboard.press(key)),
    shot: async ({ path }) => void (await page.screenshot({ path })),
};

for await (const line of createInterface({ input: process.stdin })) {
    const { what, ...given } = JSON.parse(line);
    let answer;
    try {
        answer = { value: (await commands[what](given)) ?? null };
    } catch (error) {
        answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
