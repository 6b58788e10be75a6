// `npm run build -- reference`: the pages of the reference, made by TypeDoc from the sources' texts, into demos-dist/reference
// (`-- --out FOLDER`). It fails where an export, a method of Tensor or a parameter has no text, and so does `npm test -- reference`.
//
// TypeDoc reads the exports with their texts, and TypeScript their parameters: names and types come from signatures, defaults from `parseArgs`. The text of a
// parameter comes from its declaration, or else from the method that it overrides, or else from its name in `src/engine/core/labels.ts`. Markdown hides a text
// that begins `[N, C]:`, so let it begin with a word.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { everyTable } from './checks/coverage-api/tables.mjs';
import { doorAliases } from './doors.mjs';
import { withModule } from './in-node.mjs';
import { converted } from './reference/converted.mjs';
import { surfaceOf } from './reference/entries.mjs';
import { examples } from './reference/examples.mjs';
import { laidOut } from './reference/layout.mjs';
import { namesOf } from './reference/names.mjs';
import { Pages } from './reference/pages.mjs';
import { root } from './reference/paths.mjs';
import { TheirNames } from './reference/their-names.mjs';
import { toldExports } from './reference/told.mjs';

/** @typedef {typeof import('../demos/build/fragments')} Fragments */

try {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'demos-dist/reference') } } });
  await buildReference(resolve(values.out));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * Tells `npm start`, which shows it, what is being done, from which share of the whole to which, and in about so many seconds.
 * @param {string} doing @param {number} share @param {number} until @param {number} seconds
 */
function tell(doing, share, until, seconds) {
  process.send?.({ doing, share, until, seconds });
}

/** @param {string} out */
async function buildReference(out) {
  tell('Reading the sources with their types', 0.03, 0.6, 25);
  const surface = surfaceOf(await converted());
  tell('Laying the names beside those of PyTorch', 0.6, 0.75, 8);
  const theirs = new TheirNames(await everyTable());
  tell('Looking for examples in the guide and the courses', 0.75, 0.85, 6);
  const pages = new Pages(surface, theirs, await examples());
  const names = namesOf(surface, pages, theirs);
  const addresses = new Map(names.map(([name, space, address]) => [space === '' ? name : `${space}.${name}`, address]));
  const untold = [...toldExports()].flatMap(([name, text]) => (text !== '' && addresses.has(name) ? [] : [name]));
  if (untold.length > 0) throw new Error(`reference: expected a page and a text of ${untold.join(', ')}`);
  const all = [...pages.all(), ...theirs.pages((ours) => addresses.get(ours))];
  tell(`Writing ${all.length} pages`, 0.85, 1, 6);
  await buildAssets(out);
  await withModule('/demos/build/fragments.ts', async (/** @type {Fragments} */ { filledIn }) => {
    for (const page of all) {
      const file = join(out, page.file);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, filledIn(laidOut(page), join(root, 'demos/ui/fragments')));
    }
  });
  writeFileSync(join(out, 'names.json'), JSON.stringify(names));
  leadOn(out, surface.entries, pages);
  console.log(`${all.length} pages of the reference, ${names.length} names, in ${out}`);
}

/**
 * Other names of an export lead to its page, so that every name has an address: `torch/concat.html` to that of `cat`.
 * @param {string} out @param {readonly import('./reference/entries.mjs').Entry[]} entries @param {Pages} pages
 */
function leadOn(out, entries, pages) {
  for (const entry of entries) {
    const file = `${entry.space.name}/${entry.name}.html`;
    // Not where names differ in letters' case alone: files of some systems do not.
    if (!entry.alias || existsSync(join(out, file))) continue;
    const to = relative(dirname(file), pages.fileOf(entry));
    const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${entry.name}</title><meta http-equiv="refresh" content="0; url=${to}"><a href="${to}">${entry.name}</a></html>\n`;
    writeFileSync(join(out, file), text);
  }
}

/** The script and the style sheet of all pages, under names that stay. @param {string} out */
async function buildAssets(out) {
  await build({
    configFile: false,
    root: join(root, 'demos/reference'),
    base: './',
    publicDir: false,
    logLevel: 'warn',
    resolve: { alias: doorAliases },
    build: {
      target: 'es2022',
      outDir: out,
      emptyOutDir: true,
      modulePreload: false,
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: { reference: join(root, 'demos/reference/reference.ts') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
      },
    },
  });
  copyFileSync(join(root, 'demos/ui/lamp.svg'), join(out, 'lamp.svg'));
}
