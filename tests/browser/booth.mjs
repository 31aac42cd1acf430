/* booth.mjs - looks at a page at several widths, light and dark: is it wider
 * than the window, what has axe-core to say; and takes a picture of it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pause } from './stack.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [[320, 640], [768, 900], [1440, 900]];
const SCHEMES = ['light', 'dark'];
/* As at 200 %: half the room, drawn twice as large. */
const ZOOMED = [[384, 450], [720, 450]];

/* Forced colours are the system's own; axe-core takes ours for them. */
async function axe(page, isForced) {
    const rules = { 'color-contrast': { enabled: !isForced } };
    return page.evaluate(async (source, rules) => {
        if (!window.axe) (0, eval)(source);
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'], rules });
        return violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 120)} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
    }, AXE, rules);
}

/* What a scene is given. */
export class Booth {
    faults = [];
    count = 0; /* looks */
    silence = '4m'; /* of a chat whose end is waited for */

    /* `invite` brings somebody new; `folder` is where pictures go, or null. */
    constructor(stack, invite, folder = null, widths = WIDTHS) {
        Object.assign(this, { stack, invite, folder, widths });
    }

    async someone(languages = null) {
        const page = await this.invite();
        /* So that axe-core can be put in. */
        await page.setBypassCSP(true);
        if (languages !== null)
            await page.evaluateOnNewDocument((all) => Object.defineProperty(navigator, 'languages', { value: all }), languages);
        return page;
    }

    async look(page, name, viewport, features) {
        await page.setViewport(viewport);
        page.lens ??= await page.createCDPSession();
        await page.lens.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }, ...features] });
        await pause(120);
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) this.faults.push(`${name} is wider than the window`);
        for (const line of await axe(page, features.some(({ name }) => name === 'forced-colors'))) this.faults.push(`${name}: ${line}`);
        if (this.folder !== null) await page.screenshot({ path: join(this.folder, `${name}.png`) });
        this.count++;
    }

    async shoot(page, name) {
        await page.bringToFront();
        for (const [width, height] of this.widths)
            for (const scheme of SCHEMES)
                await this.look(page, `${name}-${width}-${scheme}`, { width, height }, [{ name: 'prefers-color-scheme', value: scheme }]);
    }

    async shootZoomed(page, name) {
        await page.bringToFront();
        for (const [width, height] of ZOOMED)
            await this.look(page, `${name}-zoom-${width * 2}`, { width, height, deviceScaleFactor: 2 }, []);
    }

    async shootForced(page, name) {
        await page.bringToFront();
        for (const scheme of SCHEMES)
            await this.look(page, `${name}-forced-${scheme}`, { width: 768, height: 900 }, [{ name: 'forced-colors', value: 'active' }, { name: 'prefers-color-scheme', value: scheme }]);
    }
}
