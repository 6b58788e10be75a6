// A static host for a built site, as such hosts are: below a folder, text compressed, contents checked by their tags.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.gz': 'application/gzip',
};

/** The folder below which the site lies. */
const PREFIX = '/some/folder/';

export class Host {
  private server: Server | undefined;
  private port = 0;
  private readonly compressed = new Map<string, Buffer>();

  /**
   * @param heard is told each path below the folder that was asked for, and the bytes of contents that were sent, before compression
   * @param own headers of this host's own
   */
  constructor(
    private readonly folder: string,
    private readonly heard: (path: string, bytes: number) => void = () => {},
    private readonly own: Readonly<Record<string, string>> = {},
  ) {}

  get url(): string {
    return `http://localhost:${this.port}${PREFIX}`;
  }

  /** Serves, at the address that it had before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const path = decodeURIComponent(pathname).slice(PREFIX.length);
      const file = join(this.folder, path === '' || path.endsWith('/') ? `${path}index.html` : path);
      if (!pathname.startsWith(PREFIX) || !existsSync(file) || !statSync(file).isFile()) {
        response.writeHead(404).end();
        return;
      }
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      const contents = readFileSync(file);
      const tag = `"${createHash('sha256').update(contents).digest('hex')}"`;
      const headers = { 'Content-Type': type, ETag: tag, 'Cache-Control': 'max-age=600', ...this.own };
      const isKnown = request.headers['if-none-match'] === tag;
      this.heard(path, isKnown ? 0 : contents.length);
      if (isKnown) {
        response.writeHead(304, headers).end();
      } else if (/^(text|application\/json|image\/svg)/.test(type)) {
        const body = this.compressed.get(tag) ?? gzipSync(contents);
        this.compressed.set(tag, body);
        response.writeHead(200, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': body.length }).end(body);
      } else {
        response.writeHead(200, { ...headers, 'Content-Length': contents.length }).end(contents);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, 'localhost', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
