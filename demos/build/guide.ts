// Makes a page of each text in docs/guide, and one of the changelog, with their programs as cells; lists them; and tells readers that are programs of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { readFront } from '../../packages/notebook/file/front.ts';
import { fromMarkdown } from '../../packages/notebook/file/markdown.ts';
import { codeCells, labelsOf, type Notebook } from '../../packages/notebook/file/notebook.ts';
import { escaped, highlighted } from '../../packages/notebook/render/code.ts';
import { type Heading, type Rendered, renderText } from '../../packages/notebook/render/text.ts';
import { RECORDED_GUIDE } from '../../scripts/recordings.mjs';
import { repository } from '../../scripts/reference/paths.mjs';
import { toldExports } from '../../scripts/reference/told.mjs';
import { type Kind, toldOf } from '../../scripts/snippets.mjs';
import type { SearchedPage } from './parts.ts';
import { Recorded, recordedLink, recordedStyles } from './recorded.ts';

const LIST = '<!-- guide -->';
const PAGES = '<!-- guide: pages -->';
const CHANGELOG = 'CHANGELOG.md';
/** From a page to the folder of recordings. */
const TO_RECORDED = '../recorded/';

interface Page {
  /** The name of the file without its ending, and of the page's folder. */
  readonly name: string;
  /** The file in the repository. */
  readonly file: string;
  readonly title: string;
  readonly summary: string;
  readonly order: number;
  /** The text below the front. */
  readonly text: string;
}

/** `root` is that of the checkout; pages lie in `demos/guide/<name>/` of the site, whether or not there is such a folder. */
export function guide(root: string): Plugin[] {
  const site = join(root, 'demos');
  const template = () => readFileSync(join(site, 'guide/page.html'), 'utf8');
  const nameOf = (path: string) =>
    /^guide\/([\w-]+)\/index\.html$/.exec(relative(site, path).replaceAll('\\', '/'))?.[1];
  const known = (name: string | undefined) =>
    name === undefined ? undefined : pagesOf(root).find((page) => page.name === name);
  const html = (page: Page) => laidOut(template(), page, root);
  const recorded = recordedStyles(site, 'guide', (name) => {
    const page = known(name);
    return page && new Recorded(page.name, fromMarkdown(page.text), TO_RECORDED, RECORDED_GUIDE);
  });

  const plugin: Plugin = {
    name: 'lamplight:guide',
    enforce: 'pre',
    config: (_, { command }) =>
      command === 'build'
        ? {
            build: {
              rolldownOptions: { input: pagesOf(root).map(({ name }) => join(site, 'guide', name, 'index.html')) },
            },
          }
        : undefined,
    resolveId: (id) => (known(nameOf(id)) ? id : undefined),
    load(id) {
      const page = known(nameOf(id));
      if (!page) return;
      this.addWatchFile(join(root, page.file));
      return html(page);
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (text) =>
        text.includes(LIST) || text.includes(PAGES)
          ? text.replace(LIST, () => list(pagesOf(root))).replace(PAGES, () => links(pagesOf(root), './'))
          : text,
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        const [, name, rest] = /^\/guide\/([\w-]+)\/(index\.html)?$/.exec(path) ?? [];
        const [, text] = /^\/(llms(?:-full)?\.txt)$/.exec(path) ?? [];
        const page = known(name);
        if (text !== undefined) {
          response.setHeader('Content-Type', 'text/plain; charset=utf-8');
          response.end(forPrograms(pagesOf(root), root)[text]);
        } else if (page) {
          response.setHeader('Content-Type', 'text/html; charset=utf-8');
          response.end(await server.transformIndexHtml(`/guide/${name}/${rest ?? 'index.html'}`, html(page)));
        } else next();
      });
    },
    generateBundle() {
      for (const [fileName, source] of Object.entries(forPrograms(pagesOf(root), root))) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
  return [plugin, recorded];
}

/** What the search reads of the pages; of the changelog, which has a line on everything, only that it is there. */
export const guideTexts = (root: string): SearchedPage[] =>
  pagesOf(root).map(({ name, file, title, summary, text }) => ({
    kind: 'Guide',
    address: `guide/${name}/`,
    title,
    opening: escaped(summary),
    html: file === CHANGELOG ? '' : renderText(text).html,
  }));

/** The pages in their order; that of the changelog is the last. */
function pagesOf(root: string): Page[] {
  const written = readdirSync(join(root, 'docs/guide'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => read(root, `docs/guide/${name}`));
  const changes = readFileSync(join(root, CHANGELOG), 'utf8').replace(/^# .*\n+/, '');
  const changelog: Page = {
    name: 'changelog',
    file: CHANGELOG,
    title: 'Changelog',
    summary: 'What each version brings, changes and mends.',
    order: Number.POSITIVE_INFINITY,
    text: changes,
  };
  return [...written, changelog].sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));
}

function read(root: string, file: string): Page {
  const lines = readFileSync(join(root, file), 'utf8').split(/\r?\n/);
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  const front = end < 0 ? null : readFront(lines.slice(1, end));
  const { title, summary, order } = front ?? {};
  if (!title || !summary || !Number.isFinite(Number(order))) {
    throw new Error(`${file}: expected lines with a title, an order and a summary between --- and --- at its top`);
  }
  const name = file.replace(/^.*\/|\.md$/g, '');
  return { name, file, title, summary, order: Number(order), text: lines.slice(end + 1).join('\n') };
}

function laidOut(template: string, page: Page, root: string): string {
  const all = pagesOf(root);
  const notebook = fromMarkdown(page.text);
  const recorded = new Recorded(page.name, notebook, TO_RECORDED, RECORDED_GUIDE);
  const { html, headings } = rendered(page, outputsOf(notebook, recorded), all, root);
  const at = all.findIndex(({ name }) => name === page.name);
  const onward = (other: Page | undefined, word: string, rel: string) =>
    other
      ? `<a class="${rel}" rel="${rel}" href="../${other.name}/"><small>${word}</small> ${escaped(other.title)}</a>`
      : '';
  const fields: Record<string, string> = {
    title: escaped(page.title),
    summary: escaped(page.summary),
    pages: links(all, '../', page.name),
    contents: contents(headings),
    styles: recordedLink(recorded),
    text: html,
    edit: `${repository}/edit/main/${page.file}`,
    onward: onward(all[at - 1], 'Before', 'prev') + onward(all[at + 1], 'Next', 'next'),
  };
  return template.replace(/\{(\w+)\}/g, (found, key: string) => fields[key] ?? found);
}

const contents = (headings: readonly Heading[]): string =>
  headings
    .filter(({ depth }) => depth === 2 || depth === 3)
    .map(({ id, title, depth }) => `<li class="depth-${depth}"><a href="#${id}">${title}</a></li>`)
    .join('\n');

const links = (pages: readonly Page[], to: string, here?: string): string =>
  pages
    .map(({ name, title }) => {
      const current = name === here ? ' aria-current="page"' : '';
      return `<li><a href="${to}${name}/"${current}>${escaped(title)}</a></li>`;
    })
    .join('\n');

const list = (pages: readonly Page[]): string =>
  pages
    .map(
      ({ name, title, summary }) =>
        `<li><a class="card" href="./${name}/"><strong>${escaped(title)}</strong> <span>${escaped(summary)}</span></a></li>`,
    )
    .join('\n');

const kinds: Readonly<Record<Exclude<Kind, 'cell'>, string>> = {
  page: 'In a page',
  node: 'In Node',
  static: '',
};

/** What stands below each cell of a page in turn, by its code. */
function outputsOf(notebook: Notebook, recorded: Recorded): (code: string) => string {
  const cells = codeCells(notebook, { short: true });
  const labels = labelsOf(cells);
  let next = 0;
  return (code) => {
    const at = next++;
    const cell = cells[at];
    return cell?.text.trim() === code.trim() ? recorded.below(cell, labels[at]!) : '';
  };
}

/** The text of a page as HTML; `outputs` gives what was recorded of its next cell. */
function rendered(page: Page, outputs: (code: string) => string, all: readonly Page[], root: string): Rendered {
  const address = (href: string): string => addressOf(href, page, all, root);
  const code = (text: string, words: string): string | undefined => {
    const [language = '', ...rest] = words.split(' ');
    if (language !== 'ts' && language !== 'typescript') return;
    const { kind, name } = toldOf(rest.join(' '));
    const shown = `<pre><code>${highlighted(text)}</code></pre>`;
    if (kind === 'cell') return `<lamplight-cell site="../../">${shown}${outputs(text)}</lamplight-cell>\n`;
    const label = [name ?? '', kinds[kind]].filter(Boolean).map(escaped).join(' · ');
    return `<figure class="program">${label ? `<figcaption>${label}</figcaption>` : ''}<pre class="wide"><code>${highlighted(text)}</code></pre></figure>\n`;
  };
  const image = (href: string, text: string): string | undefined => {
    if (!href.endsWith('.svg')) return;
    const drawing = readFileSync(join(root, 'docs/guide', href), 'utf8').replace(/^<\?xml[^>]*>\s*/, '');
    return `<span class="drawing" role="img" aria-label="${escaped(text)}">${drawing.replace('<svg ', '<svg aria-hidden="true" ')}</span>`;
  };
  const { html, headings } = renderText(page.text, new Set(), { code, address, image });
  const linked = html.replace(
    /<h([23]) id="([^"]+)">([\s\S]*?)<\/h\1>/g,
    (_, depth: string, id: string, title: string) =>
      `<h${depth} id="${id}">${title}<a class="anchor" href="#${id}" aria-label="Link to “${title.replace(/<[^>]*>/g, '')}”">#</a></h${depth}>`,
  );
  return { html: linked, headings };
}

let exported: ReadonlySet<string> | undefined;

/** Every name that a link to the reference may have. */
function names(): ReadonlySet<string> {
  exported ??= new Set([...toldExports().keys()].map((name) => name.replace(/^functional\./, 'nn.functional.')));
  return exported;
}

/** Where a link of a page leads, seen from the page's own folder. @throws Error for one that leads nowhere */
export function addressOf(href: string, page: Page, all: readonly Page[], root: string): string {
  const nowhere = (what: string) => new Error(`${page.file}: expected ${what}, but got a link to ${href}`);
  const [, scheme, rest = ''] = /^(ref|site|repo):(.*)$/.exec(href) ?? [];
  if (scheme === 'site') return `../../${rest}`;
  if (scheme === 'repo') return `${repository}/blob/main/${rest}`;
  if (scheme === 'ref') return `../../reference/${referenceFile(rest, () => nowhere('a name of the library'))}`;
  const [, file, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (file !== undefined) {
    const other = all.find(({ name }) => name === file);
    if (!other) throw nowhere('a page of the guide');
    if (anchor && other !== page) {
      const { headings } = renderText(other.text);
      if (!headings.some(({ id }) => `#${id}` === anchor)) throw nowhere('a heading of that page');
    }
    return `../${file}/${anchor}`;
  }
  // Files of the repository, as the changelog names them.
  if (!/^(https?:|#)/.test(href)) {
    if (page.file !== CHANGELOG) throw nowhere('ref:, site:, repo: or a page');
    return `${repository}/blob/main/${relative(root, join(root, href))}`;
  }
  return href;
}

/** Names that differ in letters' case alone have numbers, since files of some systems do not: `AlexNet.html`, `alexnet-2.html`. */
function fileOf(space: string, name: string, all: ReadonlySet<string>): string {
  const inSpace = (each: string) => each.toLowerCase() === `${space ? `${space}.` : ''}${name}`.toLowerCase();
  const place = [...all]
    .filter(inSpace)
    .sort()
    .findIndex((each) => each.endsWith(name));
  return `${space || 'torch'}/${name}${place === 0 ? '' : `-${place + 1}`}.html`;
}

/** The page of the reference on a name such as `nn.Linear`, `Tensor.sum` or `vision.ops`. */
function referenceFile(given: string, nowhere: () => Error): string {
  const name = given.replace(/^functional(?=\.|$)/, 'nn.functional').replace(/^torch(\.|$)/, '');
  const all = names();
  if (name === '') return 'torch/index.html';
  const parts = name.split('.');
  const last = parts.pop()!;
  const space = parts.join('.');
  if (all.has(name) && space !== 'Tensor') return fileOf(space, last, all);
  if ([...all].some((each) => each.startsWith(`${name}.`)) && name !== 'Tensor') return `${name}/index.html`;
  // A member of a class.
  if (!all.has(space)) throw nowhere();
  if (space === 'Tensor' && !all.has(name)) throw nowhere();
  const owner = parts.pop()!;
  return `${fileOf(parts.join('.'), owner, all)}#${last}`;
}

/** `llms.txt`, as llmstxt.org describes it, and the whole guide as one text. */
function forPrograms(pages: readonly Page[], root: string): Record<string, string> {
  const about: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).description;
  const lines = pages.map(({ name, title, summary }) => `- [${title}](guide/${name}/): ${summary}`);
  const index = `# Lamplight

> ${about} PyTorch's modules, names and numbers in camelCase; only reading values back awaits.

The whole guide is one text in [llms-full.txt](llms-full.txt).

## Guide

${lines.join('\n')}

## Reference

- [Every export, with its parameters](reference/): by door and namespace, PyTorch's name beside each
- [Courses](courses/): notebooks that run in the page

## Optional

- [Source](${repository})
`;
  const whole = pages
    .filter(({ name }) => name !== 'changelog')
    .map(({ title, text }) => `# ${title}\n\n${text.trim()}\n`);
  return { 'llms.txt': index, 'llms-full.txt': whole.join('\n') };
}
