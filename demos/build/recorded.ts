// Puts the outputs that were recorded of a course, or of a page of the guide, below its cells, with the styles that they need.
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { CodeCell, Language, Notebook } from '../../packages/notebook/file/notebook.ts';
import { codeCells, inLanguage } from '../../packages/notebook/file/notebook.ts';
import { folderOf, keys, type Recording, recordingIn } from '../../scripts/recordings.mjs';

/** The languages that a notebook is recorded in: each that a reader chooses from, or else the one that all its cells run under. */
export const languagesOf = ({ front }: Notebook): readonly Language[] =>
  front.languages.length > 0 ? front.languages : ['typescript'];

/** The cells that run at the short setting in a language, with the keys of their recordings. */
export function keyed(notebook: Notebook, language: Language): Map<CodeCell, string> {
  const keyOf = keys();
  return new Map(codeCells(inLanguage(notebook, language), { short: true }).map((cell) => [cell, keyOf(cell.text)]));
}

/** The style sheet of what was recorded, beside the page. */
const STYLES = 'recorded.css';

/** The link to it, for the page's head. */
export const recordedLink = (recorded: Recorded): string =>
  recorded.isEmpty ? '' : `<link rel="stylesheet" href="./${STYLES}" />`;

/**
 * Makes these style sheets for the pages in a folder of the site, whether or not there are such files.
 * @param site the folder of the site
 * @param folder that of the pages in it, as `notebook`
 * @param of what was recorded of a page, by its name; undefined where there is no such page
 */
export function recordedStyles(site: string, folder: string, of: (name: string) => Recorded | undefined): Plugin {
  const sheet = new RegExp(`(?:^|/)${folder}/([\\w-]+)/recorded\\.css(?:\\?|$)`);
  const pageOf = (id: string) => sheet.exec(id.replaceAll('\\', '/'))?.[1];
  return {
    name: `lamplight:recorded-${folder}`,
    enforce: 'pre',
    config: () => ({
      // Within the page they would come at once, wherever they stand, and a sheet once for each of its pictures.
      build: { assetsInlineLimit: (path) => (/\/(?:notebook|guide)\/recorded\//.test(path) ? false : undefined) },
    }),
    resolveId(id, importer) {
      const path = id === `./${STYLES}` && importer ? join(importer, '..', STYLES) : id;
      const name = pageOf(path);
      return name !== undefined && of(name)
        ? join(site, folder, name, path.slice(path.lastIndexOf(STYLES)))
        : undefined;
    },
    load(id) {
      const name = pageOf(id);
      return name === undefined ? undefined : of(name)?.css;
    },
  };
}

/** What was recorded of a notebook, all languages together. */
export class Recorded {
  readonly #html = new Map<CodeCell, string>();
  readonly #styles = new Map<string, string>();

  /** `to` leads from the page to the folder of all recordings. */
  constructor(name: string, notebook: Notebook, to: string, recorded?: string) {
    for (const language of languagesOf(notebook)) {
      const recording = recordingIn(folderOf(name, language, recorded));
      if (recording) this.#add(notebook, language, recording, `${to}${name}.${language}/`);
    }
  }

  #add(notebook: Notebook, language: Language, { cells, styles }: Recording, address: string): void {
    for (const [cell, key] of keyed(notebook, language)) {
      const html = cells[key];
      if (html) this.#html.set(cell, html.replace(/(<img [^>]*?\bsrc=")(?=[\w-]+\.webp")/g, `$1${address}`));
    }
    for (const [name, declarations] of Object.entries(styles)) this.#styles.set(name, declarations);
  }

  get isEmpty(): boolean {
    return this.#html.size === 0;
  }

  /** What stands below the cell in the page; '' for nothing. */
  below(cell: CodeCell, label: string): string {
    const html = this.#html.get(cell);
    if (!html) return '';
    return `<div class="outputs" data-recorded="page" role="group" aria-label="Recorded output of ${label}"><p class="recorded-mark">Recorded</p>${html}</div>`;
  }

  /** A style sheet with what is used of the recordings. */
  get css(): string {
    const text = [...this.#html.values()].join('');
    const used = new Set(text.match(/\blook-[\da-f]{8}\b/g) ?? []);
    return [...this.#styles]
      .filter(([name]) => used.has(name))
      .map(([name, declarations]) => `.${name} { ${declarations} }\n`)
      .join('');
  }
}

/**
 * The code cells that run at the short setting and of which nothing was recorded; none where the language has no recording at all. Checks show
 * nothing, so none is missed of them.
 */
export function unrecorded(name: string, notebook: Notebook, language: Language, recorded?: string): CodeCell[] {
  const recording = recordingIn(folderOf(name, language, recorded));
  if (!recording) return [];
  return [...keyed(notebook, language)].flatMap(([cell, key]) => (cell.check || key in recording.cells ? [] : [cell]));
}
