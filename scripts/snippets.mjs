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
 * A program. `line` is that of its first line of code, from 1. `name` is the file that it stands for, which later ones of its text may import;
 * `heading` that of the part of the text that it stands in, and `text` the sentence above it.
 * @typedef {{ file: string, line: number, kind: Kind, name: string | null, heading: string, text: string, code: string }} Snippet
 */

/** Words that a fence's `ts` is followed by, as the program's kind and file. @param {string} words */
export function toldOf(words) {
  const list = words.split(/\s+/).filter(Boolean);
  const named = list.find((word) => word.startsWith('file='));
  const kind = /** @type {Kind} */ (list.find((word) => ['page', 'node', 'static'].includes(word)) ?? 'cell');
  return { kind, name: named ? named.slice('file='.length) : null };
}

/** The programs of one text. @param {string} file @param {string} source @returns {Snippet[]} */
export function snippetsOf(file, source) {
  const lines = source.split(/\r?\n/);
  /** @type {Snippet[]} */
  const found = [];
  let heading = '';
  let text = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, ticks, words = ''] = /^(`{3,})(.*)$/.exec(line) ?? [];
    if (ticks !== undefined) {
      const end = lines.indexOf(ticks, i + 1);
      if (end < 0) throw new Error(`${file}:${i + 1}: expected the fence to end with ${ticks}`);
      const [language, ...rest] = words.trim().split(/\s+/);
      const code = lines.slice(i + 1, end).join('\n');
      if (language === 'ts') found.push({ file, line: i + 2, ...toldOf(rest.join(' ')), heading, text, code });
      i = end;
    } else if (/^#+ /.test(line)) {
      heading = line.replace(/^#+ /, '');
      text = '';
    } else if (line.trim() !== '') text = line.trim();
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
