// The reference under `npm start`: answered at once, by a page that says how far it is, and then by what was made.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { folders } from '../../../demos/build/folders';
import { fragments } from '../../../demos/build/fragments';
import { reference } from '../../../demos/build/reference';
import type { Making } from '../../../demos/making/main';

const demos = fileURLToPath(new URL('../../../demos', import.meta.url));

/** Makes a page once a file `go` is there, and fails where it says so. */
const SCRIPT = `
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const [, , , out] = process.argv;
const go = new URL('./go', import.meta.url);
process.send({ doing: 'Reading', share: 0.1, until: 0.5, seconds: 0.2 });
while (!existsSync(go)) await new Promise((resolve) => setTimeout(resolve, 10));
if (readFileSync(go, 'utf8') === 'fail') process.exit(3);
mkdirSync(out + '/nn', { recursive: true });
writeFileSync(out + '/nn/Conv2d.html', '<h1>Conv2d</h1>');
`;

let folder = '';
let server: ViteDevServer;
let url = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'making-'));
  await writeFile(join(folder, 'script.mjs'), SCRIPT);
  server = await createServer({
    configFile: false,
    root: demos,
    cacheDir: join(folder, 'cache'),
    appType: 'mpa',
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true },
    server: { port: 0, hmr: false, ws: false, watch: null },
    plugins: [
      folders(demos, ['/reference']),
      fragments(join(demos, 'ui/fragments')),
      reference(join(folder, 'script.mjs'), join(folder, 'out'), join(demos, 'making/page.html')),
    ],
  });
  await server.listen();
  url = server.resolvedUrls!.local[0]!;
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const opened = async (path: string) => {
  const answer = await fetch(url + path);
  return { status: answer.status, text: await answer.text() };
};
const making = async () => (await (await fetch(`${url}reference/making.json`)).json()) as Making;

test('a page of it says that it is being made and how far that is, until it is there', async () => {
  const first = await opened('reference/nn/Conv2d.html');
  expect([first.status, first.text]).toEqual([202, expect.stringContaining('The reference is being made')]);
  // The site's own header, and a way on without JavaScript.
  expect(first.text).toContain('aria-label="Lamplight, home"');
  expect(first.text).toMatch(/<noscript><meta http-equiv="refresh"/);
  await vi.waitFor(async () => expect(await making()).toMatchObject({ state: 'making', doing: 'Reading' }), 60_000);
  const shares = [(await making()).share, (await making()).share];
  expect(shares[0]).toBeGreaterThan(0.1);
  expect(shares[1]).toBeGreaterThan(shares[0]!);
  expect(shares[1]).toBeLessThanOrEqual(0.5);
  // What is no page waits.
  const waiting = opened('reference/names.json');
  await writeFile(join(folder, 'go'), '');
  expect((await waiting).status).toBe(404);
  expect(await making()).toEqual({ state: 'made', share: 1, doing: 'It is there' });
  expect(await opened('reference/nn/Conv2d.html')).toEqual({ status: 200, text: '<h1>Conv2d</h1>' });
});

test('where that fails, the page says so, and the next visit tries again', async () => {
  await writeFile(join(folder, 'go'), 'fail');
  expect((await opened('reference/')).status).toBe(202);
  await vi.waitFor(async () => expect((await making()).state).toBe('failed'), 60_000);
  expect((await making()).doing).toMatch(/It could not be made.*open this page again/);
  await rm(join(folder, 'go'));
  expect((await opened('reference/')).status).toBe(202);
  expect((await making()).state).toBe('making');
});

test('the address of a folder without its slash leads to the folder', async () => {
  for (const path of ['gallery', 'reference', 'courses', 'gallery/inside']) {
    const answer = await fetch(`${url}${path}?a=1`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/${path}/?a=1`]);
  }
  expect((await fetch(`${url}nowhere`, { redirect: 'manual' })).status).toBe(404);
});
