// Serves the reference beside the demos. It is made when it is first asked for, since TypeDoc reads all sources for it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Plugin } from 'vite';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** `script` makes the reference; it goes into `folder`, which is emptied when the server starts. */
export function reference(script: string, folder: string): Plugin {
  let made: Promise<void> | undefined;
  return {
    name: 'lamplight:reference',
    apply: 'serve',
    configureServer({ middlewares, config }) {
      rmSync(folder, { recursive: true, force: true });
      middlewares.use('/reference', (request, response, next) => {
        const make = () => {
          config.logger.info('The reference is being made, which takes about a minute.');
          return run(script, folder);
        };
        made ??= make();
        made.then(
          () => {
            const { pathname } = new URL(request.url ?? '/', 'http://localhost');
            const path = join(folder, decodeURIComponent(pathname));
            const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
            if (!file.startsWith(folder) || !existsSync(file)) return next();
            response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
            response.end(readFileSync(file));
          },
          (error: unknown) => {
            made = undefined;
            next(error);
          },
        );
      });
    },
  };
}

function run(script: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--out', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`reference: expected it to be made, but it ended with ${status}`)),
    );
  });
}
