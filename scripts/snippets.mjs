// Finds the programs in texts: each fence of `ts` in README.md, docs/guide and docs/examples, with how it is run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * How a program is run: `cell` in the worker of the page that shows it, `page` as a module of a page, `node` in Node, and `static` not at all.
 * @typedef {'cell' | 'page' | 'node' | 'static'} Kind
 */

/**
 * `line` is that of the fence's first line of code, from 1. `name` is the file that the program stands for, which later ones of its text may import.
 * @typedef {{ file: string, line: number, kind: Kind, name: string | null, code: string }} Snippet
 */

/** Words that a fence's `ts` is followed by, as the program's kind and file. @param {string} words */
export function toldOf(words) {
  const list = words.split(/\s+/).filter(Boolean);
  const named = list.find((word) => word.startsWith('file='));
  const kind = /** @type {Kind} */ (list.find((word) => ['page', 'node', 'static'].includes(word)) ?? 'cell');
  return { kind, name: named ? named.slice('file='.length) : null };
}

const FENCE = /^(`{3,})(ts|typescript)(?: +(.*?))? *$/;

/** The programs of one text. @param {string} file @param {string} text @returns {Snippet[]} */
export function snippetsOf(file, text) {
  const lines = text.split(/\r?\n/);
  /** @type {Snippet[]} */
  const found = [];
  for (let i = 0; i < lines.length; i++) {
    const [, ticks, , words = ''] = FENCE.exec(lines[i] ?? '') ?? [];
    if (ticks === undefined) continue;
    const end = lines.indexOf(ticks, i + 1);
    if (end < 0) throw new Error(`${file}:${i + 1}: expected the fence to end with ${ticks}`);
    found.push({ file, line: i + 2, ...toldOf(words), code: lines.slice(i + 1, end).join('\n') });
    i = end;
  }
  return found;
}

/** The texts that hold programs, by their paths in the repository. @returns {string[]} */
export function texts() {
  const inFolder = (/** @type {string} */ folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  return ['README.md', ...inFolder('docs/guide'), ...inFolder('docs/examples')];
}

/** @returns {Snippet[]} */
export const allSnippets = () => texts().flatMap((file) => snippetsOf(file, readFileSync(join(root, file), 'utf8')));
