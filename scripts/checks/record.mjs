// `npm run check -- record`: runs courses in a headless browser, and keeps what their cells put out: pages show it before anything runs.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../options.mjs';
import { folderOf, keys, RECORDING, recordingIn } from '../recordings.mjs';
import { setup } from '../setup.mjs';

/** @typedef {import('./record/in-page').Given} Given */
/** @typedef {import('../../packages/notebook/outputs/still').Still} Still */

const courses = fileURLToPath(new URL('../../demos/notebook/courses', import.meta.url));
const inPage = fileURLToPath(new URL('record/in-page.ts', import.meta.url));
const names = readdirSync(courses)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -'.md'.length));
const LANGUAGES = /** @type {const} */ (['typescript', 'python']);

const usage = `Usage: npm run check -- record [COURSE …] [options]

Runs the code cells of courses at the short setting, and writes what they put out into demos/notebook/recorded, in place of what lay there.
Without a name it records all courses: ${names.join(', ')}.

  --language L  one of a course's languages, typescript or python; default: all that it has
  --panels      runs nothing: draws the panels that were recorded anew, after what draws them has changed
  --help        show this text`;

await runCommand(usage, options, main);

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
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`expected one of ${names.join(', ')}, but got '${unknown}'`);
  const language = LANGUAGES.find((one) => one === values.language);
  if (values.language !== undefined && !language) {
    throw new UsageError(`--language: expected typescript or python, but got '${values.language}'`);
  }
  return { chosen: positionals.length > 0 ? positionals : names, language, isPanels: values.panels };
}

/** @param {NonNullable<ReturnType<typeof options>>} chosen */
async function main({ chosen, language, isPanels }) {
  setup();
  const { openPages } = await import('./notebook/pages.mjs');
  const pages = await openPages(inPage);
  let failed = 0;
  try {
    for (const name of chosen) {
      const markdown = readFileSync(join(courses, `${name}.md`), 'utf8');
      for (const own of languagesOf(markdown).filter((one) => language === undefined || one === language)) {
        if (isPanels) await drawPanels(pages, name, own);
        else failed += await record(pages, name, markdown, own);
      }
    }
  } finally {
    await pages.close();
  }
  return failed === 0 ? 0 : 1;
}

/** As `languagesOf` of demos/build/recorded.ts, from the front's own line. @param {string} markdown */
function languagesOf(markdown) {
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
 * @param {string} name
 * @param {string} language
 */
async function drawPanels(pages, name, language) {
  const folder = folderOf(name, language);
  const recording = recordingIn(folder);
  if (!recording) return;
  const cells = await pages.evaluate('panelsAnew', recording.cells, {});
  const changed = Object.keys(cells).filter((key) => cells[key] !== recording.cells[key]);
  writeFileSync(join(folder, RECORDING), textOf({ ...recording, cells }));
  console.log(`${name} in ${language}: panels of ${changed.length} cells drawn anew`);
}

/**
 * Records a course in a language; the number of cells that failed, of which nothing is kept.
 * @param {import('./notebook/pages.mjs').Pages} pages
 * @param {string} name
 * @param {string} markdown
 * @param {typeof LANGUAGES[number]} language
 */
async function record(pages, name, markdown, language) {
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
  const folder = folderOf(name, language);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const text = textOf({ cells, styles });
  const html = Object.values(cells).join('');
  let bytes = text.length;
  for (const [file, picture] of pictures) {
    // Those of a cell that failed are of no use.
    if (!html.includes(file)) continue;
    writeFileSync(join(folder, file), picture);
    bytes += picture.length;
  }
  writeFileSync(join(folder, RECORDING), text);
  const seconds = (performance.now() - begun) / 1000;
  const parts = [`${Object.keys(cells).length} cells`, `${pictures.size} pictures`, `${Math.round(bytes / 1000)} kB`];
  console.log(`${isShown ? '\r' : ''}${name} in ${language}: ${parts.join(', ')}, ${seconds.toFixed(1)} s`);
  return failed;
}
