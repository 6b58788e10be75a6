// Leads from the address of a folder without its slash to the page there, as the hosts of built sites do by themselves.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** @param made folders whose pages are no files below `root` */
export function folders(root: string, made: readonly string[]): Plugin {
  return {
    name: 'lamplight:folders',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
        const isFolder = /^(\/[\w-]+)+$/.test(pathname);
        if (!isFolder || !(made.includes(pathname) || existsSync(join(root, pathname, 'index.html')))) return next();
        response.writeHead(302, { location: `${pathname}/${search}` }).end();
      });
    },
  };
}
