/* looks.mjs - what axe-core finds on each screen and state, and whether all of
 * it is inside the window: smallest and widest, light and dark; with --short
 * the smallest alone. */
import assert from 'node:assert/strict';
import { Booth } from '../booth.mjs';
import { scenes } from '../scenes.mjs';

const WIDTHS = [[320, 640], [1440, 900]];

const looksAt = (scene) => ({
    only: 'chrome', /* which shows forced colours, and lets axe-core in */
    async tell(world) {
        const booth = new Booth(world.stack, () => world.person(), null, world.isShort ? WIDTHS.slice(0, 1) : WIDTHS);
        booth.silence = '100s';
        await scene(booth);
        world.note(`${booth.count} looks`);
        assert.deepEqual(booth.faults, []);
        assert.ok(booth.count > 0);
    },
});

export const stories = Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [`accessible: ${name}`, { ...looksAt(scene), slow: name === 'ending' }]));
