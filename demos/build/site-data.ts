// Ships what lies in `demos/data` with the built site, at addresses of its own: programs ask for it by these. A server serves the folder as it is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** `folder`: of the site's pages. */
export function siteData(folder: string): Plugin {
  return {
    name: 'lamplight:site-data',
    generateBundle() {
      for (const entry of readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const fileName = path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '');
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
      }
    },
  };
}
