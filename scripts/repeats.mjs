// Counts pairs of places in `src` that share six or more lines: `node scripts/repeats.mjs [--src FOLDER] [--most N] [--letters]`.
//
// The rule. Blank lines, comments, imports, re-exports and lines of punctuation alone are set aside, and white space is folded. Two lines are of one shape if
// they are equal but for their names, strings and numbers. Six lines of one shape in a row are a run; those that hold fewer than two statements (lists of
// fields and of names look alike without saying the same) count only if the lines are equal to the letter, and runs that stand in more than eight places
// not at all. Two files that share runs, or one file with two places apart, are one pair. `--letters` counts pairs of equal lines alone.
// At 987fdb5, where the review of the house counted 256 pairs, this rule finds 252.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parsed, runCommand } from './options.mjs';

const usage = 'Usage: node scripts/repeats.mjs [--src FOLDER] [--most N] [--letters]';
const lengthOfRun = 6;
const placesAtMost = 8;
const statements = /^(if|for|while|return|let|var|const|else|try|catch|throw|yield|await|do|continue|break)\b/;
const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_$][\w$]*|\d[\w.]*|\S/g;

/**
 * A line of code: its number, its text, and its text with names, strings and numbers replaced.
 * @typedef {{ at: number, text: string, shape: string, isStatement: boolean }} Line
 */

/**
 * The first and the last line of a run in a file.
 * @typedef {{ file: string, first: number, last: number }} Place
 */

/** @param {string} text @returns {Line} */
function line(text, at = 0) {
  const tokens = text.match(token) ?? [];
  const shape = tokens
    .map((word) => (/^["']/.test(word) ? 's' : /^[A-Za-z_$]/.test(word) ? 'x' : /^\d/.test(word) ? '0' : word))
    .join(' ');
  return { at, text, shape, isStatement: statements.test(text) || / = /.test(text) || tokens.length >= 8 };
}

/**
 * The lines of a text that count.
 * @param {string} source
 */
export function linesOf(source) {
  /** @type {Line[]} */
  const lines = [];
  let end = '';
  for (const [index, raw] of source.split('\n').entries()) {
    const text = raw.trim().replace(/\s+/g, ' ');
    const aside = end || asideFrom(text);
    if (aside) end = text.includes(aside) ? '' : aside;
    else if (/[^\s{}()[\];,:.]/.test(text)) lines.push(line(text, index + 1));
  }
  return lines;
}

/** @param {string} text */
function asideFrom(text) {
  if (text.startsWith('//')) return '//';
  if (text.startsWith('/*')) return '*/';
  return /^(import\b(?!\()|export (type )?(\{|\*))/.test(text) ? ';' : '';
}

/**
 * The pairs of files that share runs, longest first.
 * @param {ReadonlyMap<string, string>} files Texts by path.
 * @param {boolean} [letters] Whether only equal lines count.
 */
export function repeats(files, letters = false) {
  const lines = new Map([...files].map(([file, source]) => [file, linesOf(source)]));
  /** @type {Map<string, { from: string, to: string, hits: [number, number][] }>} */
  const shared = new Map();
  for (const places of runs(lines, letters)) {
    for (const [i, from] of places.entries()) {
      for (const to of places.slice(i + 1)) {
        if (from.file === to.file && to.index < from.index + lengthOfRun) continue;
        const key = `${from.file}\n${to.file}`;
        const pair = shared.get(key) ?? { from: from.file, to: to.file, hits: [] };
        shared.set(key, pair);
        pair.hits.push([from.index, to.index]);
      }
    }
  }
  const pairs = [...shared.values()].map(({ from, to, hits }) => {
    const [a, b, count] = longest(hits);
    const one = (lines.get(from) ?? []).slice(a, a + count);
    const other = (lines.get(to) ?? []).slice(b, b + count);
    return { from: place(from, one), to: place(to, other), isEqual: isRunEqual(one, other), lines: count };
  });
  return pairs.sort((a, b) => b.lines - a.lines);
}

/**
 * The places of each run that stands in several.
 * @param {ReadonlyMap<string, Line[]>} files
 * @param {boolean} letters
 */
function runs(files, letters) {
  /** @type {Map<string, { file: string, index: number }[]>} */
  const found = new Map();
  for (const [file, lines] of files) {
    for (let index = 0; index + lengthOfRun <= lines.length; index++) {
      const run = lines.slice(index, index + lengthOfRun);
      const isThin = letters || run.filter(({ isStatement }) => isStatement).length < 2;
      const key = run.map(({ text, shape }) => (isThin ? text : shape)).join('\n');
      const places = found.get(key) ?? [];
      if (places.push({ file, index }) === 1) found.set(key, places);
    }
  }
  return [...found.values()].filter(({ length }) => length > 1 && length <= placesAtMost);
}

/**
 * The longest stretch that runs of two files make, by the lines where it begins and how many it has.
 * @param {[number, number][]} hits
 * @returns {[number, number, number]}
 */
function longest(hits) {
  const all = new Set(hits.map(String));
  const stretches = hits.map(([a, b]) => {
    let count = 1;
    while (all.has(String([a + count, b + count]))) count++;
    return /** @type {[number, number, number]} */ ([a, b, count + lengthOfRun - 1]);
  });
  return stretches.reduce((most, next) => (next[2] > most[2] ? next : most));
}

/**
 * @param {string} file
 * @param {Line[]} lines
 * @returns {Place}
 */
const place = (file, lines) => ({ file, first: lines.at(0)?.at ?? 0, last: lines.at(-1)?.at ?? 0 });

/**
 * Whether six lines in a row are equal to the letter.
 * @param {Line[]} from
 * @param {Line[]} to
 */
function isRunEqual(from, to) {
  let equal = 0;
  return from.some(({ text }, i) => {
    equal = text === to[i]?.text ? equal + 1 : 0;
    return equal === lengthOfRun;
  });
}

/**
 * The texts of a folder's TypeScript, by path.
 * @param {string} folder
 */
export function sources(folder) {
  return new Map(
    readdirSync(folder, { encoding: 'utf8', recursive: true })
      .filter((file) => file.endsWith('.ts'))
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

/** @param {Place} place */
const printed = ({ file, first, last }) => `${file}:${first}-${last}`;

/** @param {string[]} args */
function options(args) {
  const names = /** @type {const} */ ({
    src: { type: 'string', default: 'src' },
    most: { type: 'string', default: '20' },
    letters: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  const { values } = parsed(usage, () => parseArgs({ args, options: names }));
  return values.help ? undefined : values;
}

if (process.argv[1] === import.meta.filename) {
  await runCommand(usage, options, async ({ src, most, letters }) => {
    const pairs = repeats(sources(src), letters);
    const equal = pairs.filter(({ isEqual }) => isEqual).length;
    console.log(`${pairs.length} pairs of places share six or more lines, ${equal} of them to the letter.`);
    for (const { from, to, lines, isEqual } of pairs.slice(0, Number(most))) {
      console.log(`${String(lines).padStart(4)}  ${printed(from)}  ${printed(to)}${isEqual ? '' : '  (shape)'}`);
    }
    return 0;
  });
}
