// Makes the pages of the gallery of their panels and programs, and lists them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { fromMarkdown } from '../../packages/notebook/file/markdown.ts';
import type { Notebook } from '../../packages/notebook/file/notebook.ts';
import { escaped } from '../../packages/notebook/render/code.ts';
import { emblem } from './emblems.ts';
import { cells } from './notebooks.ts';
import { type SearchedPage, textOf } from './parts.ts';

const PROGRAM = 'program.md';
/** What the page that learns to write reads by default, at an address of its own. */
const TEXT = 'gallery/write/guide.txt';

export interface GalleryEntry {
  /** The name of the page's folder. */
  readonly name: string;
  readonly program: Notebook;
}

/** The pages of the gallery in their order; each folder holds a page and its program. */
export function galleryEntries(folder: string): GalleryEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes(PROGRAM))
    .map(({ name }) => ({ name, program: fromMarkdown(readFileSync(join(folder, name, PROGRAM), 'utf8')) }))
    .sort((a, b) => a.program.front.order - b.program.front.order);
}

/** Files of weights in the folders of pages, which programs read at addresses of their own. */
const weightsIn = (folder: string): string[] =>
  galleryEntries(folder).flatMap(({ name }) =>
    readdirSync(join(folder, name)).flatMap((file) => (file.endsWith('.safetensors') ? [`${name}/${file}`] : [])),
  );

/** Lines of code in each program of a page: a cell is one. */
export const linesOf = ({ cells: all }: Notebook): number[] =>
  all.flatMap((cell) => (cell.kind === 'code' ? [cell.text.split('\n').length] : []));

/** The prose of the guide and of the courses as plain text: no code, no formulas, a paragraph a line. */
function proseOf(folders: readonly string[]): string {
  const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return (
    paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        readFileSync(path, 'utf8')
          .replace(/^---\n[\s\S]*?^---$|^```[\s\S]*?^```$|\$\$[\s\S]*?\$\$/gm, '')
          .split('\n'),
      )
      // A paragraph or an item of a list ends with a full stop or a colon; headings and tables do not.
      .filter((line) => /^[-\w*`“"].*[.:]$/.test(line))
      .map((line) =>
        line
          .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
          .replace(/[*`$\\]|^- /g, '')
          .replace(/[^ -~“”’]/g, ''),
      )
      .join('\n')
  );
}

/**
 * The file of a gallery's page begins with `<!-- description: … -->` and holds its panels; `page.html` is put around them, with the cells of the
 * `program.md` beside it. `<!-- plot: TITLE -->` stands for the panel of a curve, `<!-- wide plot: TITLE -->` for a wide one.
 * In any page `<!-- gallery: ../ -->` stands for the list of all of them, with the way to the site's own folder; `<!-- gallery with pictures: ../ -->`
 * for the same with the pictures that were recorded of them.
 */
export function gallery(folder: string): Plugin {
  const text = () => proseOf([join(folder, '../../docs/guide'), join(folder, '../notebook/courses')]);
  return {
    name: 'lamplight:gallery',
    configureServer(server) {
      server.middlewares.use(`/${TEXT}`, (_request, response) => {
        response.setHeader('Content-Type', 'text/plain; charset=utf-8');
        response.end(text());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: TEXT, source: text() });
      for (const path of weightsIn(folder)) {
        this.emitFile({ type: 'asset', fileName: `gallery/${path}`, source: readFileSync(join(folder, path)) });
      }
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { filename }) =>
        framed(html, filename, folder).replace(
          /<!-- gallery( with pictures)?: (\S+) -->/,
          (_, pictures: string | undefined, root: string) =>
            list(galleryEntries(folder), root, pictures === undefined ? emblem : recordedAt(root)),
        ),
    },
  };
}

/** What the search reads of the pages. */
export const galleryTexts = (folder: string): SearchedPage[] =>
  galleryEntries(folder).map(({ name, program }) => {
    const panels = readFileSync(join(folder, name, 'index.html'), 'utf8');
    return {
      kind: 'Gallery',
      address: `gallery/${name}/`,
      title: program.front.title,
      opening: `${program.front.summary} ${textOf(panels)}`,
      html: '',
    };
  });

/** A page around what its file holds; any other file as it is. */
function framed(html: string, path: string, folder: string): string {
  const [, description, panels] = /^<!-- description: (.*?) -->\n(.*)$/s.exec(html) ?? [];
  if (description === undefined || panels === undefined) return html;
  const program = fromMarkdown(readFileSync(join(dirname(path), PROGRAM), 'utf8'));
  const fields: Record<string, string> = {
    description,
    panels: panels.replace(/<!-- (wide )?plot: (.*?) -->/, (_, wide: string | undefined, title: string) =>
      plot(title, wide ? 'panel wide' : 'panel'),
    ),
    name: basename(dirname(path)),
    title: escaped(program.front.title),
    program: cells(program).html,
  };
  return readFileSync(join(folder, 'page.html'), 'utf8').replace(
    /\{(\w+)\}/g,
    (found, key: string) => fields[key] ?? found,
  );
}

/** The panel of a curve: the key beside its title, the chart below. */
const plot = (title: string, className: string) => `<section class="${className}" aria-labelledby="plot-title">
      <header>
        <h2 id="plot-title">${title}</h2>
        <div class="keys" id="keys"></div>
      </header>
      <div class="plot" id="plot"></div>
    </section>`;

/** Of a page, its recorded picture, beside its name and what it shows: nothing that would have to be read out. */
const recordedAt = (root: string) => (name: string) =>
  `<img src="${root}gallery/${name}/recorded.webp" alt="" loading="lazy" />`;

function list(all: readonly GalleryEntry[], root: string, pictureOf: (name: string) => string): string {
  const card = ({
    name,
    program,
  }: GalleryEntry) => `<li><a class="card" href="${root}gallery/${name}/">${pictureOf(name)}
<strong>${escaped(program.front.title)}</strong>
<span>${escaped(program.front.summary)}</span>
<small>${linesOf(program).reduce((sum, lines) => sum + lines, 0)} lines of code</small></a></li>`;
  return all.map(card).join('\n');
}
