// Puts what several pages show alike into each, as it is served and as it is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * `<!-- fragment: lamp -->` stands for `lamp.html` of the folder, which may hold fragments itself. Words after the name are given to it:
 * with `root=../`, `{root}` in the fragment stands for `../`; with `here=demos`, what has `data-part="demos"` is the current part of the site.
 */
export function fragments(folder: string): Plugin {
  return {
    name: 'lamplight:fragments',
    transformIndexHtml: { order: 'pre', handler: (html) => filledIn(html, folder) },
  };
}

/** The HTML of a page with the fragments of `folder` in it. */
export function filledIn(html: string, folder: string): string {
  return html.replace(/<!-- fragment: ([\w-]+)((?: \w+=\S+)*) -->/g, (_, name: string, given: string) => {
    const words = Object.fromEntries(
      [...given.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [`${key}`, `${value}`]),
    );
    const text = readFileSync(join(folder, `${name}.html`), 'utf8').trimEnd();
    const current = text
      .replace(/ data-part="(\w+)"/g, (_found, part: string) => (part === words.here ? ' aria-current="true"' : ''))
      .replace(/\{(\w+)\}/g, (found, key: string) => words[key] ?? found);
    return filledIn(current, folder);
  });
}
