/* build.mjs - src to dist: the page, its style sheet, the script of the first
 * load, and the pieces that come when they are asked for; each named by its
 * content, and packed beside. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.env.DUOLOGUE_DIST ?? join(here, 'dist');
const FIRST_LOAD_MAX = 60 * 1024;
const WHOLE_MAX = 150 * 1024;
const BEGIN = 'src/main/main.ts';

const options = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome90', 'firefox90', 'safari15.4'],
    legalComments: 'none',
    write: false,
    outdir: dist,
    logLevel: 'warning',
};

function write(name, contents) {
    const packed = gzipSync(contents, { level: 9 });
    writeFileSync(join(dist, name), contents);
    writeFileSync(join(dist, `${name}.gz`), packed);
    return packed.length;
}

function named(stem, kind, contents) {
    const hash = createHash('sha256').update(contents).digest('hex');
    return `${stem}-${hash.slice(0, 10)}.${kind}`;
}

/* The names of the script that begins and of all that it cannot begin
 * without. */
function firstOf(outputs) {
    const [begin] = Object.keys(outputs).filter(
        (path) => outputs[path].entryPoint === BEGIN,
    );
    const found = [begin];
    for (const path of found)
        for (const { path: next, kind } of outputs[path].imports)
            if (kind === 'import-statement' && !found.includes(next))
                found.push(next);
    return found.map((path) => basename(path));
}

/* The names of what is fetched when it is needed: see src/view/later.ts. */
function laterOf(outputs) {
    const begins = ({ entryPoint }) => entryPoint?.endsWith('.ts') && entryPoint !== BEGIN;
    return Object.keys(outputs).filter((path) => begins(outputs[path])).map((path) => basename(path));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const scripts = await build({
    ...options,
    entryPoints: { app: 'src/main/main.ts' },
    splitting: true,
    metafile: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
});
const styles = await build({ ...options, entryPoints: ['src/style.css'] });
const css = Buffer.from(styles.outputFiles[0].contents);
const icon = readFileSync(join(here, 'src', 'icon.svg'));
const unread = readFileSync(join(here, 'src', 'icon-unread.svg'));
const [begin, ...beside] = firstOf(scripts.metafile.outputs);
const names = {
    js: begin,
    css: named('app', 'css', css),
    icon: named('icon', 'svg', icon),
    unread: named('unread', 'svg', unread),
    beside: beside
        .map((name) => `<link rel="modulepreload" href="${name}">`)
        .join('\n'),
    parts: laterOf(scripts.metafile.outputs).join(' '),
};
/* For whoever keeps the page among the apps of a device. */
const manifest = Buffer.from(
    JSON.stringify({
        name: 'Duologue',
        start_url: './',
        display: 'standalone',
        background_color: '#FAF7F2',
        theme_color: '#FAF7F2',
        icons: [{ src: names.icon, sizes: 'any', type: 'image/svg+xml' }],
    }),
);
names.manifest = named('app', 'webmanifest', manifest);
const page = readFileSync(join(here, 'src', 'index.html'), 'utf8').replace(
    /\{\{(\w+)\}\}/g,
    (_, name) => names[name],
);

const files = new Map([
    ['index.html', Buffer.from(page)],
    [names.css, css],
    [names.icon, icon],
    [names.unread, unread],
    [names.manifest, manifest],
    ...scripts.outputFiles.map((f) => [basename(f.path), f.contents]),
]);
const atFirst = new Set(['index.html', names.css, names.icon, names.manifest, begin, ...beside]);
const total = { first: 0, later: 0 };
for (const [name, contents] of files) {
    const when = atFirst.has(name) ? 'first' : 'later';
    const size = write(name, contents);
    total[when] += size;
    console.log(`${when}  ${name}  ${contents.length} B, ${size} B packed`);
}
const whole = total.first + total.later;
console.log(`first load: ${total.first} B packed; whole: ${whole} B packed`);
if (total.first > FIRST_LOAD_MAX || whole > WHOLE_MAX) {
    console.error(`more than ${FIRST_LOAD_MAX} B or ${WHOLE_MAX} B`);
    process.exit(1);
}
