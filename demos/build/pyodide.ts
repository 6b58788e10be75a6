// Serves Pyodide's files, and ships them with the built site, under `pyodide/`: cells of Python load CPython from there.
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const folder = fileURLToPath(new URL('../../node_modules/pyodide/', import.meta.url));

/** The interpreter with the standard library, and their types of content. */
const files: ReadonlyMap<string, string> = new Map([
  ['pyodide.mjs', 'text/javascript'],
  ['pyodide.asm.mjs', 'text/javascript'],
  ['pyodide.asm.wasm', 'application/wasm'],
  ['pyodide-lock.json', 'application/json'],
  ['python_stdlib.zip', 'application/zip'],
]);

export function pyodide(): Plugin {
  return {
    name: 'lamplight:pyodide',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [, name = ''] = /^\/pyodide\/([\w.-]+)$/.exec((request.url ?? '').split('?')[0] ?? '') ?? [];
        const type = files.get(name);
        if (!type) return next();
        response.setHeader('Content-Type', type);
        createReadStream(join(folder, name)).pipe(response);
      });
    },
    generateBundle() {
      for (const name of files.keys())
        this.emitFile({ type: 'asset', fileName: `pyodide/${name}`, source: readFileSync(join(folder, name)) });
    },
  };
}
