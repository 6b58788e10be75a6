// Gives the search of the site what it reads: the texts of the guide, the courses, the gallery and the other pages, taken apart at their headings.
// The names of the reference come with the reference.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { TEXTS } from '../search/addresses.ts';
import type { Page } from '../search/finder.ts';
import { galleryTexts } from './gallery.ts';
import { guideTexts } from './guide.ts';
import { notebookTexts } from './notebooks.ts';
import { partsOf, textOf } from './parts.ts';

/** Pages that stand in a file of their own. */
const PAGES = ['mnist', 'playground', 'courses', 'gallery', 'notebook'];

function pageTexts(folder: string, name: string): Page {
  const html = readFileSync(join(folder, name, 'index.html'), 'utf8');
  const [, title = ''] = /<title>(.*?) · Lamplight<\/title>/.exec(html) ?? [];
  const [, description = ''] = /<meta\s+name="description"\s+content="([^"]*)"/.exec(html) ?? [];
  const [, main = ''] = /<main\b[^>]*>([\s\S]*)<\/main>/.exec(html) ?? [];
  return {
    kind: 'Page',
    address: `${name}/`,
    title: textOf(title),
    parts: [['', '', '', textOf(`${description} ${main.replace(/<h1[\s\S]*?<\/h1>/, '')}`), '']],
  };
}

/** All pages whose texts are found. `root` is that of the checkout. */
export function texts(root: string): Page[] {
  const site = join(root, 'demos');
  const told = [...guideTexts(root), ...notebookTexts(site), ...galleryTexts(join(site, 'gallery'))];
  const pages = told.map(({ html, opening, ...page }): Page => ({ ...page, parts: partsOf(html, textOf(opening)) }));
  return [...pages, ...PAGES.map((name) => pageTexts(site, name))];
}

export function search(root: string): Plugin {
  return {
    name: 'lamplight:search',
    configureServer(server) {
      server.middlewares.use(`/${TEXTS}`, (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(texts(root)));
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: TEXTS, source: JSON.stringify(texts(root)) });
    },
  };
}
