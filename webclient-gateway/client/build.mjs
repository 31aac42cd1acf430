/* build.mjs - src to dist: one script, one style sheet, one page; each named
 * by its content, and packed beside. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.env.DUOLOGUE_DIST ?? join(here, 'dist');
const FIRST_LOAD_MAX = 60 * 1024;

async function bundle(entry, kind) {
    const { outputFiles } = await build({
        entryPoints: [join(here, 'src', entry)],
        bundle: true,
        minify: true,
        format: 'esm',
        target: ['es2020', 'chrome90', 'firefox90', 'safari15.4'],
        legalComments: 'none',
        write: false,
        outdir: dist,
        logLevel: 'warning',
    });
    return outputFiles.find((f) => f.path.endsWith(kind)).contents;
}

function write(name, contents) {
    const packed = gzipSync(contents, { level: 9 });
    writeFileSync(join(dist, name), contents);
    writeFileSync(join(dist, `${name}.gz`), packed);
    console.log(`${name}  ${contents.length} B, ${packed.length} B packed`);
    return packed.length;
}

function named(stem, kind, contents) {
    const hash = createHash('sha256').update(contents).digest('hex');
    return `${stem}-${hash.slice(0, 10)}.${kind}`;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const js = Buffer.from(await bundle('main/main.ts', '.js'));
const css = Buffer.from(await bundle('style.css', '.css'));
const icon = readFileSync(join(here, 'src', 'icon.svg'));
const names = {
    js: named('app', 'js', js),
    css: named('app', 'css', css),
    icon: named('icon', 'svg', icon),
};
const page = readFileSync(join(here, 'src', 'index.html'), 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, name) => names[name],
);
let total = write('index.html', Buffer.from(page));
total += write(names.js, js);
total += write(names.css, css);
total += write(names.icon, icon);
console.log(`first load: ${total} B packed`);
if (total > FIRST_LOAD_MAX) {
    console.error(`more than ${FIRST_LOAD_MAX} B`);
    process.exit(1);
}
