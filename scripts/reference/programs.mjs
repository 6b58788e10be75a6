// The programs of README.md, docs/guide and docs/examples: what the reference shows beside the names that they use.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { root } from './paths.mjs';

/**
 * A fence of TypeScript. `kind` is the word behind `ts`, if any; `heading` that of the part of the page it stands in, `text` the sentence above it.
 * @typedef {{ file: string, line: number, kind: '' | 'page' | 'node' | 'static', heading: string, text: string, code: string }} Program
 */

/** @returns {{ file: string, source: string }[]} the pages, by their names in the checkout */
export function pagesWithPrograms() {
  const inFolder = (/** @type {string} */ folder) =>
    existsSync(root + folder)
      ? readdirSync(root + folder)
          .filter((name) => name.endsWith('.md'))
          .map((name) => `${folder}/${name}`)
      : [];
  return ['README.md', ...inFolder('docs/guide'), ...inFolder('docs/examples')].map((file) => ({
    file,
    source: readFileSync(root + file, 'utf8'),
  }));
}

/** @param {{ file: string, source: string }} page @returns {Program[]} */
export function programsOf({ file, source }) {
  /** @type {Program[]} */
  const programs = [];
  let heading = '';
  let text = '';
  /** @type {{ line: number, lang: string, code: string[] } | undefined} */
  let fence;
  for (const [i, line] of source.split('\n').entries()) {
    if (fence) {
      if (line !== '```') {
        fence.code.push(line);
        continue;
      }
      const [language, word = ''] = fence.lang.split(/\s+/);
      const kind = word === 'page' || word === 'node' || word === 'static' ? word : '';
      if (language === 'ts')
        programs.push({ file, line: fence.line, kind, heading, text, code: fence.code.join('\n') });
      fence = undefined;
    } else if (line.startsWith('```')) fence = { line: i + 2, lang: line.slice(3).trim(), code: [] };
    else if (/^#+ /.test(line)) {
      heading = line.replace(/^#+ /, '');
      text = '';
    } else if (line.trim() !== '') text = line.trim();
  }
  return programs;
}

/** @returns {Program[]} */
export const allPrograms = () => pagesWithPrograms().flatMap(programsOf);
