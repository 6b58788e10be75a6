// Puts what several pages show alike into each, as it is served and as it is built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** `<!-- fragment: lamp -->` stands for `lamp.html` of the folder. */
export function fragments(folder: string): Plugin {
  return {
    name: 'lamplight:fragments',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace(/<!-- fragment: ([\w-]+) -->/g, (_, name: string) =>
          readFileSync(join(folder, `${name}.html`), 'utf8').trimEnd(),
        ),
    },
  };
}
