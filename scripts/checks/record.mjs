// `npm run check -- record`: runs courses and pages of the guide in a headless browser, and keeps what their cells put out: pages show it before anything runs.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../options.mjs';
import { folderOf, keys, RECORDED_GUIDE, RECORDING, recordingIn } from '../recordings.mjs';
import { setup } from '../setup.mjs';
import { snippetsOf } from '../snippets.mjs';

/** @typedef {import('./record/in-page').Given} Given */
/** @typedef {import('../../packages/notebook/outputs/still').Still} Still */

/** @typedef {{ name: string, markdown: string, folder(language: string): string }} Text a course or a page of the guide */

const courses = fileURLToPath(new URL('../../demos/notebook/courses', import.meta.url));
const guide = fileURLToPath(new URL('../../docs/guide', import.meta.url));
const inPage = fileURLToPath(new URL('record/in-page.ts', import.meta.url));
/** @type {readonly Text[]} */
const texts = [
  ...textsIn(courses).map(({ name, markdown }) => ({
    name,
    markdown,
    folder: (/** @type {string} */ language) => folderOf(name, language),
  })),
  ...textsIn(guide)
    .filter(({ name, markdown }) => snippetsOf(name, markdown).some(({ kind }) => kind === 'cell'))
    .map(({ name, markdown }) => ({
      name: `guide/${name}`,
      markdown,
      folder: (/** @type {string} */ language) => folderOf(name, language, RECORDED_GUIDE),
    })),
];
const LANGUAGES = /** @type {const} */ (['typescript', 'python']);

const usage = `Usage: npm run check -- record [TEXT …] [options]

Runs the code cells of courses at the short setting, and those of the guide, and writes what they put out into demos/notebook/recorded and
demos/guide/recorded, in place of what lay there. Without a name it records all: ${texts.map(({ name }) => name).join(', ')}.

  --language L  one of a course's languages, typescript or python; default: all that it has
  --panels      runs nothing: draws the panels that were recorded anew, after what draws them has changed
  --help        show this text`;

await runCommand(usage, options, main);

/** The texts in a folder, by the names of their files. @param {string} folder */
function textsIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ name: file.slice(0, -'.md'.length), markdown: readFileSync(join(folder, file), 'utf8') }));
}

/** @param {string[]} args */
function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      language: { type: 'string' },
      panels: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const chosen = positionals.map((given) => {
    const text = texts.find(({ name }) => name === given);
    if (text) return text;
    throw new UsageError(`expected one of ${texts.map(({ name }) => name).join(', ')}, but got '${given}'`);
  });
  const language = LANGUAGES.find((one) => one === values.language);
  if (values.language !== undefined && !language) {
    throw new UsageError(`--language: expected typescript or python, but got '${values.language}'`);
  }
  return { chosen: chosen.length > 0 ? chosen : texts, language, isPanels: values.panels };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ chosen, language, isPanels }) {
  setup();
  const { openPages } = await import('./notebook/pages.mjs');
  const pages = await openPages(inPage);
  let failed = 0;
  try {
    for (const text of chosen) {
      for (const own of languagesOf(text).filter((one) => language === undefined || one === language)) {
        if (isPanels) await drawPanels(pages, text, own);
        else failed += await record(pages, text, own);
      }
    }
  } finally {
    await pages.close();
  }
  return failed === 0 ? 0 : 1;
}

/** As `languagesOf` of demos/build/recorded.ts, from the front's own line. @param {Text} text */
function languagesOf({ markdown }) {
  const line = /^languages: *(.*)$/m.exec(markdown)?.[1] ?? '';
  const own = LANGUAGES.filter((language) => line.includes(language));
  return own.length > 0 ? own : [LANGUAGES[0]];
}

/** @param {import('../recordings.mjs').Recording} recording */
function textOf({ cells, styles }) {
  return `${JSON.stringify({ cells, styles }, null, 2)}\n`;
}

/**
 * Draws the panels of a recording anew.
 * @param {import('./notebook/pages.mjs').Pages} pages
 * @param {Text} text
 * @param {string} language
 */
async function drawPanels(pages, { name, ...text }, language) {
  const folder = text.folder(language);
  const recording = recordingIn(folder);
  if (!recording) return;
  const cells = await pages.evaluate('panelsAnew', recording.cells, {});
  const changed = Object.keys(cells).filter((key) => cells[key] !== recording.cells[key]);
  writeFileSync(join(folder, RECORDING), textOf({ ...recording, cells }));
  console.log(`${name} in ${language}: panels of ${changed.length} cells drawn anew`);
}

/**
 * Records a text in a language; the number of cells that failed, of which nothing is kept.
 * @param {import('./notebook/pages.mjs').Pages} pages
 * @param {Text} text
 * @param {typeof LANGUAGES[number]} language
 */
async function record(pages, { name, markdown, ...text }, language) {
  const begun = performance.now();
  const keyOf = keys();
  /** @type {Record<string, string>} */
  const cells = {};
  /** @type {Map<string, Buffer>} */
  const pictures = new Map();
  /** @type {Record<string, string>} */
  const styles = {};
  let count = 0;
  const isShown = process.stdout.isTTY;
  /** @type {Given} */
  const given = { markdown, language, site: pages.site };
  const failed = await pages.evaluate('recordGiven', given, {
    keepPicture: (/** @type {string} */ bytes) => {
      const picture = Buffer.from(bytes, 'base64');
      const file = `${createHash('sha256').update(picture).digest('hex').slice(0, 12)}.webp`;
      pictures.set(file, picture);
      return file;
    },
    ended: (
      /** @type {string} */ source,
      /** @type {Still} */ still,
      /** @type {string} */ how,
      /** @type {string} */ problem,
    ) => {
      const key = keyOf(source);
      if (isShown) process.stdout.write(`\r${name} in ${language}: cell ${++count}`);
      if (how === 'done') {
        cells[key] = still.html;
        Object.assign(styles, still.styles);
      } else console.error(`\n${name} in ${language}: a cell ${how}: ${problem}\n${source.split('\n', 3).join('\n')}`);
    },
  });
  const folder = text.folder(language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const outputs = textOf({ cells, styles });
  const html = Object.values(cells).join('');
  let bytes = outputs.length;
  for (const [file, picture] of pictures) {
    // Those of a cell that failed are of no use.
    if (!html.includes(file)) continue;
    writeFileSync(join(folder, file), picture);
    bytes += picture.length;
  }
  writeFileSync(join(folder, RECORDING), outputs);
  const seconds = (performance.now() - begun) / 1000;
  const parts = [`${Object.keys(cells).length} cells`, `${pictures.size} pictures`, `${Math.round(bytes / 1000)} kB`];
  console.log(`${isShown ? '\r' : ''}${name} in ${language}: ${parts.join(', ')}, ${seconds.toFixed(1)} s`);
  return failed;
}
