/* screens.mjs - node screens.mjs BUILD_DIR [OUT_DIR] [-k REGEXP]: every screen
 * and state at three widths, light and dark; some of them in German, from right
 * to left, at 200 % and in forced colours; and what axe-core has to say to
 * each. */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Booth } from './booth.mjs';
import { launch, person } from './browsers.mjs';
import { scenes } from './scenes.mjs';
import { Stack } from './stack.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { k: { type: 'string', short: 'k', default: '' } } });
const [build = '../../build/dev', out = '../../docs/screens'] = positionals;
let faults = 0;
let shots = 0;

async function take(name, scene) {
    const stack = await new Stack(build).start();
    const browser = await launch('chrome');
    let people = 0;
    const booth = new Booth(stack, () => person(browser, stack.cables[people++ % stack.cables.length]), out);
    await scene(booth).catch((error) => booth.faults.push(`${name}: ${error.stack}`));
    for (const fault of booth.faults) console.log(`FAIL  ${fault}`);
    faults += booth.faults.length;
    shots += booth.count;
    await browser.close();
    await stack.stop(false);
}

mkdirSync(out, { recursive: true });
for (const [name, scene] of Object.entries(scenes))
    if (new RegExp(options.k).test(name)) await take(name, scene);
console.log(`${shots} pictures; ${faults === 0 ? 'axe-core found nothing' : `${faults} findings`}`);
process.exit(faults === 0 && shots > 0 ? 0 : 1);
