/* test.mjs - bundles each test file and runs them with Node's own runner. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'duologue-client-'));
const files = readdirSync(join(here, 'tests')).filter((f) => f.endsWith('.test.ts'));

await build({
    entryPoints: files.map((f) => join(here, 'tests', f)),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    outdir: out,
    define: {
        EXAMPLES: JSON.stringify(join(here, '../../schema/stanza')),
        TEXTS: JSON.stringify(join(here, '../../component/service/service_texts.h')),
        VECTORS: JSON.stringify(join(here, '../../schema/link-vectors/vectors.json')),
    },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
});
const { status } = spawnSync(
    process.execPath,
    ['--test', ...files.map((f) => join(out, f.replace('.ts', '.mjs')))],
    { stdio: 'inherit' },
);
rmSync(out, { recursive: true, force: true });
process.exit(status ?? 1);
