// Runs notebooks from their first cells to their last in a headless browser, by the worker of their page: one server and one browser for all.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPages } from './pages.mjs';

/** @typedef {import('lamplight-notebook/protocol').Ended} Ended */
/** @typedef {import('./in-page').Given} Given */
/** @typedef {import('./in-page').Seen} Seen */
/**
 * @typedef {object} Chosen
 * @property {string} path the notebook: Markdown, or a file of Jupyter's
 * @property {boolean} [full] the full setting of a course; default: the short one
 * @property {boolean} [python] the cells of Python of a course that has both
 * @property {string} [pictures] writes pictures into this folder
 * @property {string} [saves] writes the files that cells offer into this folder
 * @property {readonly string[]} [file] files that cells read by their names
 * @property {boolean} [untrusted] runs the cells as those of a stranger, without storage
 * @property {boolean} [exercises] tries each exercise: what it begins with must fail, and its solution must pass
 * @property {boolean} [bail] ends behind the first cell that fails
 */

/**
 * Opens a server and a browser. `run` gives the number of cells that failed, and tells `log` what each puts out, how long it took and how much
 * GPU memory it held.
 * @returns {Promise<{ run(chosen: Chosen, log: (text: string) => unknown): Promise<number>, close(): Promise<void> }>}
 */
export async function openRunner() {
  const pages = await openPages(inPage);
  return { run: (chosen, log) => runIn(pages, chosen, log), close: () => pages.close() };
}

const inPage = fileURLToPath(new URL('in-page.ts', import.meta.url));

/**
 * @param {import('./pages.mjs').Pages} pages
 * @param {Chosen} chosen
 * @param {(text: string) => unknown} log
 */
async function runIn(pages, chosen, log) {
  const begun = performance.now();
  const { path, full = false, python = false, untrusted = false, bail = false, exercises = false, file = [] } = chosen;
  /** @type {Given} */
  const given = {
    text: readFileSync(path, 'utf8'),
    short: !full,
    language: python ? 'python' : 'typescript',
    trusted: !untrusted,
    bail,
    exercises,
    site: pages.site,
    files: file.map((each) => ({ name: basename(each), bytes: readFileSync(each).toString('base64') })),
  };
  const host = {
    began: (/** @type {string} */ label, /** @type {string} */ source) =>
      log(`\n── ${label} ${'─'.repeat(60)}\n${firstLines(source)}`),
    ended: (/** @type {number} */ index, /** @type {Seen[]} */ outputs, /** @type {Ended} */ ended) => {
      outputs.forEach((seen, i) => {
        if (!seen.inGrid) print(seen, log);
        const { output, bytes } = seen;
        if (bytes === null) return;
        if (output.kind === 'file') keep(chosen.saves, basename(output.name), bytes);
        else keep(chosen.pictures, `cell-${index + 1}-${i + 1}.png`, bytes);
      });
      const { how, milliseconds, memory } = ended;
      log(`   ${how} in ${(milliseconds / 1000).toFixed(2)} s, peak ${(memory.peak / 1e6).toFixed(1)} MB`);
    },
    exercise: (/** @type {string} */ name, /** @type {string | null} */ problem, /** @type {string} */ told) => {
      const unchanged = told === '' ? '' : `\n   unchanged: ${told}`;
      log(`\n── exercise ${name}: ${problem ?? 'its solution passes'}${unchanged}`);
    },
    note: (/** @type {string} */ text) => log(`   (${text})`),
  };
  const failed = await pages.evaluate('runGiven', given, host, log);
  const seconds = (performance.now() - begun) / 1000;
  log(`\n${basename(path, extname(path))}: ${failed} failed, ${seconds.toFixed(1)} s in all`);
  return failed;
}

/** @param {string | undefined} folder undefined: nowhere @param {string} name @param {string} bytes */
function keep(folder, name, bytes) {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), Buffer.from(bytes, 'base64'));
}

/** @param {string} source */
function firstLines(source) {
  const lines = source.split('\n');
  const more = lines.length > 3 ? ` … (${lines.length} lines)` : '';
  return `${lines
    .slice(0, 3)
    .map((line) => `   │ ${line}`)
    .join('\n')}${more}`;
}

/** @param {Seen} seen @param {(text: string) => unknown} log */
function print({ output }, log) {
  const write = (/** @type {string} */ text) => log(text.replace(/^/gm, '   '));
  switch (output.kind) {
    case 'text':
      return write(
        output.stream === 'warn' || output.stream === 'error' ? `${output.stream}: ${output.text}` : output.text,
      );
    case 'picture':
      return write(
        `[picture ${output.width} × ${output.height}${output.title ? `: ${output.title}` : ''}] ${output.alt}`,
      );
    case 'file':
      return write(`[file ${output.name}, ${(output.size ?? 0).toLocaleString('en')} bytes]`);
    case 'grid':
      return write(
        `[${output.items.length} pictures${output.title ? `: ${output.title}` : ''}] ${output.items
          .map(({ caption }) => caption)
          .filter(Boolean)
          .join(', ')}`,
      );
    case 'plot':
      return write(
        `[plot ${output.title}] ${output.lines.map(({ name, y }) => `${name}: ${Object.values(y).length} points, last ${Object.values(y).at(-1)}`).join('; ')}`,
      );
    case 'table':
      return write(
        [output.title, output.columns.join(' | '), ...output.rows.map((row) => row.join(' | '))]
          .filter(Boolean)
          .join('\n'),
      );
    case 'panel':
      return write(
        `[panel ${output.data.panel}${output.data.panel === 'reel' ? `, ${output.data.frames.length} frames of ${output.data.width} × ${output.data.height}` : ''}]`,
      );
    case 'bars':
      return write(output.bars.map(({ text }) => text).join('\n'));
    case 'error':
      return write(
        [
          `${output.name}: ${output.message}`,
          output.remedy ?? '',
          output.line === null ? '' : `${output.cell}, line ${output.line}`,
          ...output.stack.slice(1),
        ]
          .filter(Boolean)
          .join('\n'),
      );
  }
}
