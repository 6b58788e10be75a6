// Makes a page of each notebook in demos/notebook/courses, with its text and code as HTML, and lists them on other pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { foldedName, isFolded } from '../../packages/notebook/file/holds.ts';
import { fromMarkdown } from '../../packages/notebook/file/markdown.ts';
import {
  type Cell,
  type CodeCell,
  type Language,
  labelsOf,
  type Notebook,
} from '../../packages/notebook/file/notebook.ts';
import { escaped, highlighted } from '../../packages/notebook/render/code.ts';
import { type Heading, renderInline, renderText } from '../../packages/notebook/render/text.ts';
import { courseCards, courseMap, type Entry, inOrder, isCourse, told } from './course-list.ts';
import { emblem } from './emblems.ts';
import { figureOf } from './figures.ts';
import type { SearchedPage } from './parts.ts';
import { Recorded, recordedLink, recordedStyles } from './recorded.ts';

const LIST = '<!-- courses -->';
const MAP = '<!-- courses: map -->';
/** From a notebook's page to the folder of recordings. */
const TO_RECORDED = '../recorded/';

/** `folder` is that of the site; pages lie in its `notebook/<name>/`, whether or not there is such a folder. */
export function notebooks(folder: string): Plugin[] {
  const courses = join(folder, 'notebook/courses');
  const template = () => readFileSync(join(folder, 'notebook/course.html'), 'utf8');
  const all = () => entries(courses);
  const pageOf = (name: string) => join(folder, 'notebook', name, 'index.html');
  const nameOf = (path: string) =>
    /^notebook\/([\w-]+)\/index\.html$/.exec(relative(folder, path).replaceAll('\\', '/'))?.[1];
  const known = (name: string | undefined) =>
    name === undefined ? undefined : all().find((entry) => entry.name === name);
  const recorded = recordedStyles(folder, 'notebook', (name) => {
    const entry = known(name);
    return entry && recordedOf(entry);
  });

  const pages: Plugin = {
    name: 'lamplight:notebooks',
    enforce: 'pre',
    config: (_, { command }) =>
      command === 'build'
        ? {
            build: {
              rolldownOptions: { input: all().map(({ name }) => pageOf(name)) },
            },
          }
        : undefined,
    resolveId: (id) => (known(nameOf(id)) ? id : undefined),
    load(id) {
      const entry = known(nameOf(id));
      if (!entry) return;
      this.addWatchFile(join(courses, `${entry.name}.md`));
      return page(courses, template(), entry, all());
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        coloured(html)
          .replace(MAP, () => courseMap(all(), '../'))
          .replace(LIST, () => courseCards(all(), html.includes('id="courses-title"') ? './' : '../'))
          .replace(/<!-- emblem: ([\w-]+) -->/g, (_, name: string) => emblem(name)),
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        const [, name, rest = ''] = /^\/notebook\/([\w-]+)\/(index\.html|[\w-]+\.md)?$/.exec(path) ?? [];
        const entry = known(name);
        if (!entry) return next();
        if (rest.endsWith('.md')) {
          response.setHeader('Content-Type', 'text/markdown; charset=utf-8');
          response.end(entry.source);
          return;
        }
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(
          await server.transformIndexHtml(`/notebook/${name}/index.html`, page(courses, template(), entry, all())),
        );
      });
    },
    generateBundle() {
      for (const { name, source } of all()) {
        this.emitFile({ type: 'asset', fileName: `notebook/${name}/${name}.md`, source });
      }
    },
  };
  return [pages, recorded];
}

/** Code that stands in a page as text gets its colours. */
function coloured(html: string): string {
  return html.replace(/<pre><code>([^<]*)<\/code><\/pre>/g, (_, code: string) => {
    const text = code.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    return `<pre><code>${highlighted(text)}</code></pre>`;
  });
}

function entries(folder: string): Entry[] {
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      return { name: file.slice(0, -'.md'.length), source, notebook: fromMarkdown(source) };
    });
  return inOrder(found);
}

const isExercise = (title: string): boolean => title.startsWith('Exercise: ');

/** A course of fewer parts than this lists their sections, too. */
const FEW_PARTS = 8;

/** A page's list of contents. */
function contents(headings: readonly Heading[]): string {
  const parts = headings.filter(({ depth }) => depth === 2);
  const listed = parts.length < FEW_PARTS ? headings : parts;
  return listed
    .map(({ id, title, depth }) => `<li class="depth-${depth}"><a href="#${id}">${title}</a></li>`)
    .join('\n');
}

const RECORDED_HINT =
  '<p class="hint recorded-hint">Outputs that are marked as recorded were computed when this page was made. Run a cell, and yours takes that place.</p>';

const recordedOf = ({ name, notebook }: Entry): Recorded => new Recorded(name, notebook, TO_RECORDED);

function page(folder: string, template: string, entry: Entry, all: readonly Entry[]): string {
  const { notebook, name } = entry;
  const { title, summary } = notebook.front;
  const courses = all.filter(isCourse);
  const at = courses.findIndex((other) => other.name === name);
  const place = at < 0 ? 'Notebook' : `Course ${at + 1} of ${courses.length}`;
  const recorded = recordedOf(entry);
  const { html, headings } = cells(notebook, folder, recorded);
  const fields: Record<string, string> = {
    name,
    title: escaped(title),
    summary: escaped(summary),
    eyebrow: `${place} · ${told(entry)}`,
    opening: opening(folder, notebook),
    contents: contents(headings),
    cells: html,
    recorded: recorded.isEmpty ? '' : RECORDED_HINT,
    styles: recordedLink(recorded),
    onward: onward(entry, all),
    full: notebook.front.minutesFull ? String(notebook.front.minutesFull) : '',
    languages: notebook.front.languages.join(' '),
    choice: choice(notebook.front.languages),
    short: notebook.front.minutes ? String(notebook.front.minutes) : '',
  };
  return template.replace(/\{(\w+)\}/g, (found, key: string) => fields[key] ?? found);
}

/** What a course's first screen shows below its title: a picture, the question, what one will be able to do, and what one should know. */
function opening(folder: string, { front }: Notebook): string {
  const { question, able, knows, picture, pictureText } = front;
  const list = (name: string, items: readonly string[]) =>
    items.length === 0
      ? ''
      : `<h2>${name}</h2><ul>${items.map((item) => `<li>${renderInline(item)}</li>`).join('')}</ul>`;
  const drawn =
    picture === '' ? '' : `<div class="opening-picture">${figureOf(folder, picture, pictureText) ?? ''}</div>`;
  const asked = question === '' ? '' : `<p class="question">${renderInline(question)}</p>`;
  const said = [list('You will be able to', able), list('You should know', knows)].join('');
  if (drawn + asked + said === '') return '';
  return `<div class="opening">${asked}${drawn}<div class="opening-lists">${said}</div></div>`;
}

const NAMES: Readonly<Record<Language, string>> = { typescript: 'TypeScript', python: 'Python' };

/** Links to the page in each of its languages; the page's script marks the one that is shown. */
function choice(languages: readonly Language[]): string {
  if (languages.length === 0) return '';
  const links = languages.map(
    (language) => `<a href="?language=${language}" data-language="${language}">${NAMES[language]}</a>`,
  );
  return `<nav class="languages" aria-label="Language of the code">${links.join('')}</nav>`;
}

/** The code, folded behind what it holds where it is folded at first. */
function codeOf(cell: CodeCell): string {
  const code = `<pre><code>${highlighted(cell.text, cell.language)}</code></pre>`;
  return isFolded(cell)
    ? `<details class="folded"><summary>${escaped(foldedName(cell))}</summary>${code}</details>`
    : code;
}

/** What a code cell is, as attributes of its element. */
function attributes({ language, hidden, only, check, exercise }: CodeCell): string {
  return [
    language === 'python' ? ' data-language="python"' : '',
    hidden ? ' data-hidden' : '',
    only ? ` data-only="${only}"` : '',
    check ? ' data-check' : '',
    exercise ? ` data-exercise="${exercise.name}" data-part="${exercise.part}"` : '',
  ].join('');
}

/**
 * All cells; of those in other languages than the first, the page's script shows what a reader chooses.
 * @param folder that of the texts, where these have figures
 */
export function cells(
  { front: { languages }, cells: all }: Notebook,
  folder?: string,
  recorded?: Recorded,
): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const ids = new Set<string>();
  const labels = new Map<Cell, string>();
  const groups = languages.length > 0 ? languages : [null];
  for (const group of groups) {
    const own = all.filter((cell) => cell.kind === 'code').filter(({ language }) => [null, language].includes(group));
    for (const [i, label] of labelsOf(own).entries()) labels.set(own[i]!, label);
  }
  const parts = all.map((cell) => {
    if (cell.kind === 'code') {
      const { language } = cell;
      const isOther = languages.length > 0 && language !== languages[0];
      const flags = `${isOther ? ' hidden' : ''}${attributes(cell)}`;
      const label = labels.get(cell) ?? 'cell';
      const below = recorded?.below(cell, label) ?? '';
      return `<section class="cell code-cell" aria-label="${label}"${flags}>${codeOf(cell)}${below}</section>`;
    }
    const image = folder === undefined ? undefined : (href: string, words: string) => figureOf(folder, href, words);
    const text = renderText(cell.text, ids, image ? { image } : {});
    headings.push(...text.headings.filter(({ depth, title }) => depth === 2 || (depth === 3 && !isExercise(title))));
    return `<section class="cell text-cell prose">${text.html}</section>`;
  });
  return { html: parts.join('\n'), headings };
}

/** What the search reads of the notebooks: cells in both languages. */
export const notebookTexts = (folder: string): SearchedPage[] =>
  entries(join(folder, 'notebook/courses')).map((entry) => {
    const { title, summary, question, able, knows } = entry.notebook.front;
    return {
      kind: isCourse(entry) ? 'Course' : 'Notebook',
      address: `notebook/${entry.name}/`,
      title,
      opening: [question, summary, ...able, ...knows].map(renderInline).join(' '),
      html: cells(entry.notebook).html,
    };
  });

function onward({ name }: Entry, all: readonly Entry[]): string {
  const at = all.findIndex((entry) => entry.name === name);
  const link = (entry: Entry | undefined, word: string, rel: string) =>
    entry
      ? `<a class="${rel}" rel="${rel}" href="../${entry.name}/"><small>${word}</small> ${escaped(entry.notebook.front.title)}</a>`
      : '';
  return `${link(all[at - 1], 'Before', 'prev')}${link(all[at + 1], 'Next', 'next')}`;
}
