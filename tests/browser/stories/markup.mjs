/* markup.mjs - what looks like markup is words: in a message, a name, a
 * quotation, a reaction, a file's address or a link, from either side. */
import assert from 'node:assert/strict';
import { bodies, enter, reads, shows, until, visit, writeMany } from '../browsers.mjs';
import { comeBack, doTo, inRow } from './deeds.mjs';
import { connect, elsewhere, hears, joins } from './strophe.mjs';

const NAMES = ['<img src=x onerror=hit()>', '"><svg onload=hit()>&lt;'];

/* As lists of such things have them: each would call hit() somewhere. */
const MARKUP = [
    '<script>hit()</script>', '<ScRiPt>hit()</ScRiPt>', '<script src=data:,hit()></script>', '</script><script>hit()</script>',
    '<img src=x onerror=hit()>', '<img src=x:x onerror="hit()"', '<IMG """><SCRIPT>hit()</SCRIPT>">', '<img/src=`x`onerror=hit()>',
    '<svg onload=hit()>', '<svg><script>hit()</script></svg>', '<svg><animate onbegin=hit() attributeName=x>', '<svg/onload=hit()//',
    '<math><mtext><style><img src onerror=hit()></style></mtext></math>', '<math href="javascript:hit()">x</math>',
    '<iframe src="javascript:hit()"></iframe>', '<iframe srcdoc="<script>hit()</script>">', '<object data="javascript:hit()">', '<embed src="javascript:hit()">',
    '<body onload=hit()>', '<details open ontoggle=hit()>', '<input autofocus onfocus=hit()>', '<video><source onerror=hit()></video>',
    '<audio src=x onerror=hit()>', '<marquee onstart=hit()>x</marquee>', '<a href="javascript:hit()">x</a>', '<a href="data:text/html,<script>hit()</script>">x</a>',
    '<form action="javascript:hit()"><button>x</button></form>', '<base href="javascript:hit()//">', '<meta http-equiv=refresh content="0;url=javascript:hit()">', '<link rel=stylesheet href="javascript:hit()">',
    '<style>@import "javascript:hit()"</style>', '<div style="background:url(javascript:hit())">', '<noscript><p title="</noscript><img src=x onerror=hit()>">', '<template><img src=x onerror=hit()></template>',
    '<!--><img src=x onerror=hit()>-->', ']]><img src=x onerror=hit()>', '&lt;img src=x onerror=hit()&gt; &#60;script&#62;hit()', '\'";hit();//',
    '{{constructor.constructor("hit()")()}} ${hit()}', '`<img src=x onerror=hit()>` *<b>* _<i>_',
];

const ADDRESSES = [
    'javascript:hit()', 'JaVaScRiPt:hit()', ' javascript:hit()', 'java\tscript:hit()', 'data:text/html,<script>hit()</script>', 'vbscript:hit()',
    'https://example.org/"onmouseover="hit()', 'https://example.org/<img src=x onerror=hit()>.png', 'https://example.org/\'><svg onload=hit()>.jpg',
];

/* In the other page: everything in one go. */
const saysAll = ([room, all]) => {
    for (const { id, body, sign, answers, url } of all) {
        const message = $msg({ to: room, type: 'groupchat', id });
        if (sign !== undefined)
            message.c('reactions', { xmlns: 'urn:xmpp:reactions:0', id: answers }).c('reaction').t(sign).up().up().c('store', { xmlns: 'urn:xmpp:hints' }).up();
        else message.c('body').t(body).up();
        if (url !== undefined) message.c('x', { xmlns: 'jabber:x:oob' }).c('url').t(url).up().up();
        if (sign === undefined && answers !== undefined)
            message.c('reply', { xmlns: 'urn:xmpp:reply:0', to: `${room}/<b onclick=hit()>`, id: answers }).up().c('fallback', { xmlns: 'urn:xmpp:fallback:0', for: 'urn:xmpp:reply:0' }).c('body', { start: '0', end: String([...body].indexOf('\n') + 1) }).up().up();
        window.connection.send(message);
    }
};

/* The archive's id of the message that reads so, in the other page. */
const idOf = (words) =>
    window.heard.find((s) => s.querySelector('body')?.textContent === words)?.querySelector('stanza-id')?.getAttribute('id');

/* Nothing is in the page that words could have brought there. */
async function isUnmarked(page) {
    const seen = await page.evaluate(() => ({
        alien: [...document.body.querySelectorAll('script, iframe, object, embed, base, meta, link, style, video, audio, math, marquee, noscript, template, .log img, .log svg image, .log svg script, .log form, .log input')].map((e) => e.outerHTML),
        deeds: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].filter((a) => /^on/i.test(a.name)).map((a) => `${e.localName} ${a.name}`)),
        links: [...document.querySelectorAll('[href], [src], [action]')].map((e) => e.href?.baseVal ?? e.href ?? e.src ?? e.action),
        hits: window.hit,
    }));
    assert.deepEqual({ alien: seen.alien, deeds: seen.deeds, hits: seen.hits }, { alien: [], deeds: [], hits: undefined });
    assert.deepEqual(seen.links.filter((to) => !/^https?:\/\//.test(to)), []);
}

export const either = true;

export const stories = {
    'what looks like markup is words, from either side': {
        settings: { 'limits.messages_per_second': '0' },
        async tell(world) {
            const { stack } = world;
            const { server, url } = await elsewhere();
            try {
                await stack.end(stack.gateway);
                stack.allow(url.replace(/\/$/, ''));
                await stack.startGateway();
                const room = stack.make(...NAMES);
                const abhi = await world.person();
                const anny = await world.person();
                await enter(anny, room.seats[1]);
                const { cable } = abhi;
                abhi.cable = null;
                await visit(abhi, url);
                await abhi.evaluate(connect, [cable.url, stack.domain]);
                await until(abhi, () => window.line === 'CONNECTED');
                await abhi.evaluate(joins, [room.room, room.seats[0].code]);
                await reads(anny, NAMES[0]);

                const said = [...MARKUP, ...ADDRESSES];
                const heard = [...MARKUP, ...ADDRESSES.map((address) => `${address}Opens outside; not deleted with this chat`)];
                await abhi.evaluate(saysAll, [room.room, [
                    ...MARKUP.map((body, n) => ({ id: `m${n}`, body })),
                    ...ADDRESSES.map((address, n) => ({ id: `u${n}`, body: address, url: address })),
                ]]);
                await shows(anny, heard.at(-1));
                await until(abhi, idOf, MARKUP[0]);
                const first = await abhi.evaluate(idOf, MARKUP[0]);
                await abhi.evaluate(saysAll, [room.room, [
                    ...['<img src=x onerror=hit()>', '<svg onload=hit()>'].map((sign, n) => ({ id: `s${n}`, sign, answers: first })),
                    { id: 'q', answers: first, body: '> <img src=x onerror=hit()>\n<svg onload=hit()> is my answer' },
                ]]);
                await inRow(anny, '<svg onload=hit()> is my answer', (row) => row.textContent.includes('<script>hit()</script>'));
                for (const isReplay of [false, true]) {
                    if (isReplay) await comeBack(anny);
                    await shows(anny, '<svg onload=hit()> is my answer');
                    await reads(anny, NAMES[0]);
                    /* Who comes back has fifty at first. */
                    assert.deepEqual((await bodies(anny)).slice(-45), [...heard, '<svg onload=hit()> is my answer'].slice(-45));
                    await isUnmarked(anny);
                }
                await doTo(anny, MARKUP[4], 'Reply');
                await isUnmarked(anny);

                const own = said.map((words) => `mine: ${words}`);
                await writeMany(anny, own);
                await until(abhi, `(${hears})().at(-1) === ${JSON.stringify(own.at(-1))}`);
                assert.deepEqual((await abhi.evaluate(hears)).slice(-own.length + 1), own.slice(1));
                assert.deepEqual((await bodies(anny)).slice(-own.length), own);
                await isUnmarked(anny);
            } finally {
                server.close();
            }
        },
    },
};
