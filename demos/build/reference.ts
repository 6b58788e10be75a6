// Serves the reference beside the demos. It is made when it is first asked for, since TypeDoc reads all sources for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import type { Plugin } from 'vite';
import type { Making } from '../making/main.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** What the script tells of its work, which takes about so many seconds from one to the next. */
interface Stage {
  readonly doing: string;
  readonly share: number;
  readonly until: number;
  readonly seconds: number;
}

const FIRST: Stage = { doing: 'Starting', share: 0, until: 0.03, seconds: 3 };

/** A reference that is being made, or is there. */
class Work {
  state: Making['state'] = 'making';
  readonly end: Promise<void>;
  readonly stop: () => void;
  #stage = FIRST;
  #since = performance.now();

  constructor(script: string, folder: string) {
    const next = (stage: Stage) => {
      this.#stage = stage;
      this.#since = performance.now();
    };
    const child = spawn(process.execPath, [script, '--out', folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (stage) => next(stage as Stage));
    this.stop = () => void child.kill();
    this.end = ended(child);
    this.end.then(
      () => {
        this.state = 'made';
      },
      () => {
        this.state = 'failed';
      },
    );
  }

  /** Within a stage the share grows by the time, ever slower, so that the bar neither stands nor runs ahead of the work. */
  told(): Making {
    const { state } = this;
    const { doing, share, until, seconds } = this.#stage;
    const grown = 1 - Math.exp(-(performance.now() - this.#since) / 1000 / seconds);
    if (state === 'made') return { state, share: 1, doing: 'It is there' };
    if (state === 'failed')
      return {
        state,
        share,
        doing: 'It could not be made. The terminal of npm start says why; open this page again to try again.',
      };
    return { state, share: share + (until - share) * grown, doing };
  }
}

/**
 * `script` makes the reference; it goes into `folder`, which is emptied when the server starts. Until it is there, its pages are `waiting`, which asks
 * at `/reference/making.json` how far it is.
 */
export function reference(script: string, folder: string, waiting: string): Plugin {
  let work: Work | undefined;
  return {
    name: 'lamplight:reference',
    apply: 'serve',
    closeBundle() {
      work?.stop();
    },
    configureServer(server) {
      const { middlewares, config } = server;
      rmSync(folder, { recursive: true, force: true });
      const sendFile = (pathname: string, response: ServerResponse): boolean => {
        const path = join(folder, decodeURIComponent(pathname));
        const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
        if (!file.startsWith(folder) || !existsSync(file)) return false;
        response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
        response.end(readFileSync(file));
        return true;
      };
      middlewares.use('/reference', async (request, response, next) => {
        try {
          const { pathname } = new URL(request.url ?? '/', 'http://localhost');
          const isAsked = pathname === '/making.json';
          if (!work || (work.state === 'failed' && !isAsked)) {
            config.logger.info('The reference is being made, which takes a minute or two.');
            work = new Work(script, folder);
          }
          if (isAsked) return sendJSON(work.told(), response);
          const isPage = /(\/|\.html)$/.test(pathname);
          if (work.state === 'making' && isPage) {
            const text = await server.transformIndexHtml('/making/page.html', readFileSync(waiting, 'utf8'));
            response.writeHead(202, { 'content-type': types['.html'], 'cache-control': 'no-store' });
            return void response.end(text);
          }
          await work.end;
          if (!sendFile(pathname, response)) next();
        } catch (error) {
          next(error);
        }
      });
    },
  };
}

function sendJSON(value: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': types['.json'], 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`reference: expected it to be made, but it ended with ${status}`)),
    );
  });
}
