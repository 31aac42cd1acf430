/* agree.mjs - not one message lost, doubled or out of order: what everybody
 * shows and what the archive holds is the same list, by id and by words. */
import assert from 'node:assert/strict';
import { pause } from './stack.mjs';
import { transcript, until } from './browsers.mjs';

const PATIENCE_MS = 90_000;

const plain = (list) => list.map(({ id, body }) => [id, short(body)]);
const short = (body) => (body.length > 60 ? `${body.slice(0, 50)}… (${body.length})` : body);

/* `pages`: [page, name]; `apps`: native people in the chat, at least one, whose
 * account reads the archive; `said`: what each wrote, by name, in order. */
export async function agree({ pages, apps = [], said }) {
    const count = Object.values(said).flat().length;
    for (const [page] of pages)
        await until(page, () => document.querySelectorAll('.tick.queued, .tick.failed').length === 0, null, PATIENCE_MS);
    const views = await settled(pages, apps, count);
    const [first] = views;
    for (const [name, words] of Object.entries(said))
        assert.deepEqual(first.list.filter((m) => m.nick === name).map((m) => short(m.body)), words.map(short), `what ${name} said, as ${first.who} has it`);
    for (const view of views) {
        assert.ok(view.list.every((m) => m.id), `${view.who} shows messages without id`);
        assert.equal(new Set(view.list.map((m) => m.id)).size, view.list.length, `${view.who} has something twice`);
        assert.deepEqual(plain(view.list), plain(first.list), `${view.who} and ${first.who} differ`);
    }
    return first.list;
}

/* Waits until all have as many as were said; a while longer for what is too
 * much. */
async function settled(pages, apps, count) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
        const views = await look(pages, apps);
        const isWhole = views.every((view) => view.list.length >= count);
        if (isWhole || Date.now() > end) {
            await pause(700);
            return look(pages, apps);
        }
        await pause(200);
    }
}

async function look(pages, apps) {
    const views = [];
    for (const app of apps) {
        views.push({ who: 'the archive', list: await app.archive() });
        views.push({ who: 'the native app', list: await app.transcript() });
    }
    for (const [page, me, peer] of pages)
        views.push({ who: `the page of ${me}`, list: (await transcript(page)).map((m) => ({ ...m, nick: m.mine ? me : peer })) });
    return views;
}
