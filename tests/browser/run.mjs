/* run.mjs - node run.mjs BUILD_DIR [--short] [--again] [--jobs N] [-k REGEXP]
 * [--list] [chrome|firefox ...]: what people see, in browsers and in a native app.
 *
 * Every story has a stack and profiles of its own. --short cuts lines for
 * seconds, not for half a minute, and tells less twice. --again tells what
 * failed beside others ("weak") once more, alone: it has failed if it fails
 * then. The last line is `N passed, N failed`. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch, person, tab } from './browsers.mjs';
import { Stack } from './stack.mjs';

const LIMIT_MS = 400_000; /* until a story is called hung */

const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        again: { type: 'boolean', default: false },
        short: { type: 'boolean', default: false },
        jobs: { type: 'string', default: '2' },
        k: { type: 'string', short: 'k', default: '' },
        list: { type: 'boolean', default: false },
    },
});
const [build = '../../build/dev', ...asked] = positionals;
const kinds = asked.length > 0 ? asked : ['chrome', 'firefox'];
const why = kinds.some((kind) => !['chrome', 'firefox'].includes(kind))
    ? 'browsers are chrome and firefox'
    : existsSync(join(build, 'bin', 'duologue-gateway'))
      ? ''
      : `no programs in ${join(build, 'bin')}: build them first`;
if (why !== '' && !options.list) {
    console.error(`run.mjs: ${why}`);
    process.exit(2);
}

/* A story is a function, or { tell, native, settings, only, slow, long };
 * the slow ones come first, the long ones not with --short. A file whose `either` is true is of the client's own work,
 * alike in all browsers: with --short each of its stories is told in one, in
 * turn. */
async function load() {
    const folder = join(dirname(fileURLToPath(import.meta.url)), 'stories');
    const found = [];
    for (const file of readdirSync(folder).filter((f) => f.endsWith('.mjs')).sort()) {
        const { stories, either = false } = await import(join(folder, file));
        const topic = file.replace('.mjs', '');
        for (const [n, [name, told]] of Object.entries(stories).entries()) {
            const story = { topic, name, ...(typeof told === 'function' ? { tell: told } : told) };
            if (options.short && either && kinds.length > 1) story.only ??= kinds[n % kinds.length];
            found.push(story);
        }
    }
    return found.sort((a, b) => Number(b.slow === true) - Number(a.slow === true));
}

/* What a story is given. */
class World {
    constructor(story, kind, browser, stack) {
        Object.assign(this, { kind, browser, stack, native: stack.native });
        this.pages = [];
        this.isShort = options.short;
        this.cut = options.short ? 5_000 : 30_000;
        this.notes = [];
    }

    async person(size) {
        const cable = this.stack.cables[this.pages.length % this.stack.cables.length];
        const page = await person(this.browser, cable, size);
        this.pages.push(page);
        return page;
    }

    async tab(page) {
        const another = await tab(page);
        this.pages.push(another);
        return another;
    }

    note(words) {
        this.notes.push(words);
    }

    async close() {
        const contexts = new Set(this.pages.map((page) => page.browserContext()));
        for (const context of contexts) await context.close().catch(() => undefined);
    }
}

function limited(promise) {
    let timer;
    const late = new Promise((_, fail) => {
        timer = setTimeout(() => fail(new Error('hung')), LIMIT_MS);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function tell(story, kind, browser) {
    const stack = new Stack(build, { ...story.settings });
    let world = null;
    let fault = null;
    try {
        await stack.start({ native: story.native === true });
        world = new World(story, kind, browser, stack);
        await limited(story.tell(world));
        for (const page of world.pages) assert.deepEqual(page.faults, []);
    } catch (error) {
        fault = error;
    }
    await world?.close();
    await stack.stop(fault === null).catch((error) => (fault ??= error));
    return { fault, notes: world?.notes ?? [] };
}

/* One browser, one story after the other, until none is left. */
async function work(kind, waiting, results, failing = 'FAIL') {
    const browser = await launch(kind);
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
        const began = Date.now();
        const { fault, notes } = await tell(story, kind, browser);
        const took = ((Date.now() - began) / 1000).toFixed(1);
        console.log(`${fault === null ? 'ok  ' : failing}  ${kind.padEnd(8)}${story.topic.padEnd(10)}${story.name}  ${took} s`);
        for (const note of notes) console.log(`      ${note}`);
        if (fault !== null) console.log(fault.stack);
        results.push({ story, kind, ok: fault === null });
    }
    await browser.close();
}

const chosen = (await load()).filter(({ topic, name, long }) => !(options.short && long) && new RegExp(options.k).test(`${topic} ${name}`));
if (options.list) {
    for (const { topic, name } of chosen) console.log(`${topic.padEnd(10)}${name}`);
    process.exit(0);
}
const began = Date.now();
const results = [];
const jobs = Math.max(1, Math.ceil(Number(options.jobs) / kinds.length));
const workers = kinds.flatMap((kind) => {
    const waiting = chosen.filter((story) => (story.only ?? kind) === kind);
    return Array.from({ length: Math.min(jobs, waiting.length) }, () => work(kind, waiting, results, options.again ? 'weak' : 'FAIL'));
});
await Promise.all(workers);
const bad = results.filter(({ ok }) => !ok);
if (options.again && bad.length > 0) {
    console.log('-- again, one after the other');
    for (const one of bad) {
        const once = [];
        await work(one.kind, [one.story], once);
        one.ok = once[0].ok;
    }
    const unsteady = bad.filter(({ ok }) => ok).map(({ story, kind }) => `${story.name} in ${kind}`);
    console.log(`unsteady: ${unsteady.join(', ') || 'none'}`);
}
const failed = results.filter(({ ok }) => !ok).length + (results.length === 0 ? 1 : 0);
console.log(`${Math.round((Date.now() - began) / 1000)} s`);
console.log(`${results.length - failed < 0 ? 0 : results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
