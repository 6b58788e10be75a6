// Serves the page, its modules and the library's browser files as they are, under a policy that lets it run these and nothing else: no eval, no inline script
// but the import map, which is allowed by its hash.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const read = (url) => readFileSync(fileURLToPath(url), 'utf8');
const page = read(new URL('index.html', import.meta.url));
const library = new URL('browser/', import.meta.resolve('lamplight'));
const files = readdirSync(library, { recursive: true }).filter((name) => name.endsWith('.js'));
const modules = {
  '/page/main.js': read(new URL('main.js', import.meta.url)),
  '/train.js': read(new URL('../train.js', import.meta.url)),
  ...Object.fromEntries(files.map((name) => [`/lamplight/${name}`, read(new URL(name, library))])),
};
const [, importMap] = page.match(/<script type="importmap">([\s\S]*?)<\/script>/);
const hash = createHash('sha256').update(importMap).digest('base64');
const policy = `default-src 'none'; script-src 'self' 'sha256-${hash}'`;

const server = createServer(({ url }, response) => {
  const text = url === '/' ? page : modules[url];
  response.writeHead(text ? 200 : 404, {
    'Content-Type': url === '/' ? 'text/html' : 'text/javascript',
    'Content-Security-Policy': policy,
  });
  response.end(text);
});
server.listen(Number(process.env.PORT ?? 8080), 'localhost', () => {
  console.log(`http://localhost:${server.address().port}/`);
});
