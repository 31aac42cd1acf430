/* browsers.mjs - Debian's chromium and firefox-esr behind one driver; a
 * context of its own for every person. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

export async function launch(kind, more = {}) {
    const folder = mkdtempSync(join(tmpdir(), `duologue-${kind}-`));
    const browser = await puppeteer.launch(
        kind === 'firefox'
            ? { browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, userDataDir: folder, extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' }, ...more }
            : { browser: 'chrome', executablePath: '/usr/bin/chromium', headless: true, userDataDir: folder, args: [...QUIET, '--lang=en-GB'], ...more },
    );
    const close = browser.close.bind(browser);
    browser.close = async () => {
        await close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    return browser;
}

export async function person(browser, size = { width: 1024, height: 768 }) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(size);
    page.faults = [];
    page.on('pageerror', (error) => {
        /* Firefox says so when a line is cut. */
        if (!/establish a connection|was interrupted/.test(String(error))) page.faults.push(String(error));
    });
    page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !/WebSocket|ERR_/.test(text)) page.faults.push(text);
    });
    return page;
}

/* Waits until `what`, evaluated in the page with `given`, is true. */
export async function until(page, what, given = null, ms = 15_000) {
    try {
        await page.waitForFunction(what, { timeout: ms, polling: 50 }, given);
    } catch (error) {
        const seen = await page.evaluate(() => document.body.innerText.slice(0, 600));
        throw new Error(`never became true: ${what}\n${JSON.stringify(given)}\nseen:\n${seen}\nfaults: ${page.faults.join('\n')}`, { cause: error });
    }
}

export const reads = (page, words, ms) => until(page, (w) => document.body.innerText.includes(w), words, ms);

/* Clicks the first visible button that reads or is named so. */
export async function press(page, words) {
    await until(page, (w) => [...document.querySelectorAll('button')].some((b) => b.offsetParent !== null && !b.disabled && (b.getAttribute('aria-label') ?? b.innerText).trim() === w), words);
    await page.evaluate((w) => {
        const all = [...document.querySelectorAll('button')].filter((b) => b.offsetParent !== null && (b.getAttribute('aria-label') ?? b.innerText).trim() === w);
        all[all.length - 1].click();
    }, words);
}

export async function enter(page, seat) {
    await page.goto('about:blank');
    await page.goto(seat.link);
    await page.waitForSelector('#code');
    await page.type('#code', seat.code);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.composer textarea');
    await until(page, () => document.querySelector('.strip:not([role])').hidden);
}

export async function write(page, words) {
    await page.focus('.composer textarea');
    await page.type('.composer textarea', words);
    await page.keyboard.press('Enter');
}

export const bodies = (page) => page.evaluate(() => [...document.querySelectorAll('.message .body')].map((b) => b.innerText));
