/* browsers.mjs - Debian's chromium and firefox-esr behind one driver; a
 * profile and a window of its own for every person. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const PATIENCE_MS = 90_000; /* a slow machine has others to serve */

/* This machine under a name that browsers do not trust without https. */
export const PLAIN_HOST = 'duologue.test';

export async function launch(kind, more = {}) {
    const folder = mkdtempSync(join(tmpdir(), `duologue-${kind}-`));
    const browser = await puppeteer.launch(
        kind === 'firefox'
            ? { browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, userDataDir: folder, defaultViewport: null, extraPrefsFirefox: { 'intl.accept_languages': 'en-GB', 'network.dns.localDomains': PLAIN_HOST }, ...more }
            : { browser: 'chrome', executablePath: '/usr/bin/chromium', headless: true, userDataDir: folder, args: [...QUIET, '--lang=en-GB', `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`], ...more },
    );
    const close = browser.close.bind(browser);
    browser.close = async () => {
        await close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    return browser;
}

/* A browser that allows pages no cookies, and so none of what they keep. */
export async function launchSpartan(kind) {
    const folder = mkdtempSync(join(tmpdir(), `duologue-${kind}-`));
    mkdirSync(join(folder, 'Default'));
    writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
    const prefs = { 'intl.accept_languages': 'en-GB', 'network.cookie.cookieBehavior': 2 };
    const browser = await launch(kind, { userDataDir: folder, extraPrefsFirefox: prefs });
    /* A window without a past would have settings of its own. */
    browser.createBrowserContext = async () => browser.defaultBrowserContext();
    const close = browser.close;
    browser.close = async () => {
        await close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    return browser;
}

/* Somebody new: nothing is shared with anybody but the machine. */
export async function person(browser, cable, size = { width: 1024, height: 768 }) {
    return dress(await browser.createBrowserContext(), cable, size);
}

/* Another tab of the same browser. */
export const tab = (page) => dress(page.browserContext(), page.cable, page.size);

/* Firefox 140 takes the size, and does not know the orientation, which the
 * driver asks for in the same breath. */
async function resize(page, size) {
    page.size = size;
    try {
        await page.setViewport(size);
    } catch (error) {
        if (!/setScreenOrientationOverride/.test(String(error))) throw error;
        await page.waitForFunction((width) => innerWidth === width, {}, size.width);
    }
}

async function dress(context, cable, size) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await resize(page, size);
    page.cable = cable;
    page.faults = [];
    /* Nobody presses what is not there yet. */
    for (const deed of ['click', 'focus', 'type']) {
        const real = page[deed].bind(page);
        page[deed] = async (selector, ...rest) => {
            await page.waitForSelector(selector);
            return real(selector, ...rest);
        };
    }
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

/* The address as this person's own cable leads to it. */
export const at = (page, link) => (page.cable ? page.cable.url : new URL(link).origin) + link.replace(/^https?:\/\/[^/]+/, '');

/* From somewhere else, so that the page is loaded and not only told of a new
 * fragment. */
export async function visit(page, link) {
    if (page.url() !== 'about:blank') await page.goto('about:blank');
    await page.goto(at(page, link));
}

/* Waits until `what`, evaluated in the page with `given`, is true. Asked from
 * outside, again and again: the driver's own waiting makes its function from a
 * string in the page, which Firefox 140 measures by our policy. */
export async function until(page, what, given = null, ms = PATIENCE_MS) {
    const end = Date.now() + ms;
    let pause = 50;
    let cause;
    do {
        try {
            if (await page.evaluate(what, given)) return;
        } catch (error) {
            cause = error; /* between two pages, or before there is what it looks at */
        }
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 1.3, 250);
    } while (Date.now() < end && !page.isClosed());
    const seen = await page.evaluate(() => document.body.innerText.slice(0, 600)).catch(() => 'nothing');
    throw new Error(`never became true: ${what}\n${JSON.stringify(given)?.slice(0, 200)}\nseen:\n${seen}\nfaults: ${page.faults.join('\n')}`, { cause });
}

export const reads = (page, words, ms) => until(page, (w) => document.body.innerText.includes(w), words, ms);

/* Clicks the last visible button that reads or is named so. */
export async function press(page, words) {
    await until(page, (w) => [...document.querySelectorAll('button')].some((b) => b.offsetParent !== null && !b.disabled && (b.getAttribute('aria-label') ?? b.innerText).trim() === w), words);
    await page.evaluate((w) => {
        const all = [...document.querySelectorAll('button')].filter((b) => b.offsetParent !== null && (b.getAttribute('aria-label') ?? b.innerText).trim() === w);
        all[all.length - 1].click();
    }, words);
}

/* --- in a chat --- */

export async function inside(page, ms) {
    await page.waitForSelector('.composer textarea', { timeout: ms ?? PATIENCE_MS });
    await connected(page, ms);
}

/* Nothing is amiss with the line, as far as the page knows. */
export const connected = (page, ms) => until(page, () => document.querySelector('.strip:not([role])').hidden, null, ms);

export async function giveCode(page, code, { stay = false } = {}) {
    await page.waitForSelector('#code');
    await page.type('#code', code);
    if (stay) await page.click('#stay');
    await press(page, 'Get in');
}

export async function enter(page, seat, options) {
    await visit(page, seat.link);
    await giveCode(page, seat.code, options);
    await inside(page);
}

export async function write(page, words) {
    await page.focus('.composer textarea');
    if (words.length < 60) await page.type('.composer textarea', words);
    else
        await page.evaluate((w) => {
            const area = document.querySelector('.composer textarea');
            area.value = w;
            area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }, words);
    await page.keyboard.press('Enter');
}

/* One message after the other, faster than anybody types. */
export const writeMany = (page, all) =>
    page.evaluate((texts) => {
        const area = document.querySelector('.composer textarea');
        for (const words of texts) {
            area.value = words;
            area.dispatchEvent(new InputEvent('input', { bubbles: true }));
            area.form.requestSubmit();
        }
    }, all);

export const numbered = (words, count) => Array.from({ length: count }, (_, i) => `${words} ${i + 1}`);

export const shows = (page, words, ms) =>
    until(page, (w) => [...document.querySelectorAll('.message .body')].some((b) => b.textContent === w), words, ms);

/* The message of mine that reads so is at one of `ticks`. */
export const ticked = (page, words, ...ticks) =>
    until(page, ([w, t]) => [...document.querySelectorAll('.message.mine')].some((m) => m.querySelector('.body')?.textContent === w && [...m.querySelectorAll('.tick')].some((k) => t.includes(k.classList[1]))), [words, ticks]);

/* Of the other: online, away, offline or "is typing…". */
export const state = (page, words, ms) => until(page, (w) => document.querySelector('.state')?.innerText === w, words, ms);

/* Everything on the page, oldest first. */
export const transcript = (page) =>
    page.evaluate(() =>
        [...document.querySelectorAll('.message')].map((m) => ({
            id: m.dataset.id,
            mine: m.classList.contains('mine'),
            body: m.querySelector('.body')?.textContent ?? null,
        })));

export const bodies = async (page) => (await transcript(page)).map((m) => m.body);

/* Back to where the chat begins. */
export async function pageBack(page) {
    for (let i = 0; i < 100; i++) {
        if (await page.evaluate(() => document.querySelector('.log').innerText.includes('The chat begins here.'))) return;
        await page.evaluate(() => (document.querySelector('.log').scrollTop = 0));
        await page.evaluate(() => document.querySelector('.log .top button')?.click());
        await new Promise((done) => setTimeout(done, 150));
    }
    throw new Error('no beginning');
}
