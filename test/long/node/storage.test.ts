// Downloads and checkpoints in a real page: kept for the next visit, taken up after a break, and whole whenever the page is closed.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { models } from 'lamplight/vision';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../../src/torch/io/safetensors/safetensors';
import type { DatasetKind, Opened } from '../../e2e/storage/main';
import { openTestPages, type TestPages } from '../../e2e/support';
import { datasetFacts, fixtureBytes } from '../../support/dataset-files';
import { mnistFiles } from '../../support/mnist-files';

const COUNT = 3_000_000;
const weights = Buffer.concat([
  ...writeSafetensors([
    ['w', { dtype: 'float32', shape: [2], data: [1.5, 2] }],
    ['rest', { dtype: 'float32', shape: [COUNT], data: new Float32Array(COUNT).fill(0.5) }],
  ]),
]);
const name = `net-${createHash('sha256').update(weights).digest('hex').slice(0, 8)}.safetensors`;

/** A copy of weights that have a name at torchvision, with other numbers, and the table of its folder. */
const copy = Buffer.concat([
  ...writeSafetensors(
    Object.entries(models.squeezenet1_1().stateDict()).map(([key, { shape }]) => [
      key,
      { dtype: 'float32', shape, data: new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(0.25) },
    ]),
  ),
]);
const table = Buffer.from(
  JSON.stringify({
    'squeezenet1_1-b8a52dc0.pth': {
      file: 'copy.safetensors',
      sha256: createHash('sha256').update(copy).digest('hex'),
    },
  }),
);

let pages: TestPages;
let context: BrowserContext;
let address = '';
let server: Server;
let other = '';
/** The ranges that the server was asked for, in order; '' for all. */
let asked: string[] = [];
/** What breaks an answer off, by the path that was asked for: once the page has read some of it, so that there is something to go on from. */
const whenRead = new Map<string, () => void>();
/** Files of data sets and of a mirror, by their names. */
const data: Record<string, Uint8Array> = {
  'weights.json': table,
  'copy.safetensors': copy,
  ...mnistFiles(1, 12),
  'cifar-10-python.tar.gz': await fixtureBytes('cifar-10-python.tar.gz'),
  'full_numpy_bitmap_violin.npy': await fixtureBytes('full_numpy_bitmap_violin.npy'),
  'full_numpy_bitmap_guitar.npy': await fixtureBytes('full_numpy_bitmap_guitar.npy'),
};

beforeAll(async () => {
  // Another origin than the page's. /open/ lets pages read it, /broken/ breaks off in the middle of its first answer. Of data sets, each first
  // answer breaks off in the middle.
  server = createServer((request, response) => {
    if (request.method === 'HEAD') return void response.end();
    const [, start = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
    const isRange = request.headers.range !== undefined;
    asked.push(request.headers.range ?? '');
    const file = data[request.url!.slice(request.url!.lastIndexOf('/') + 1)] ?? weights;
    if (request.url!.startsWith('/empty/') || (request.url!.startsWith('/data/') && file === weights)) {
      return void response.writeHead(404, { 'access-control-allow-origin': '*' }).end();
    }
    const allowed = request.url!.startsWith('/closed/') ? {} : { 'access-control-allow-origin': '*' };
    response.writeHead(isRange ? 206 : 200, {
      ...allowed,
      'content-length': file.length - Number(start),
      'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT',
    });
    if (/^\/(broken|data)\//.test(request.url!) && !isRange) {
      whenRead.set(request.url!, () => response.destroy());
      response.write(file.subarray(0, file.length / 2));
    } else response.end(file.subarray(Number(start)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  other = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages = await openTestPages();
  const first = await pages.open('storage', 'find');
  address = first.url();
  await first.close();
  context = await pages.browser.newContext();
  await context.exposeFunction('tellRead', (url: string, loaded: number) => {
    const { pathname } = new URL(url, address);
    if (loaded === 0) return;
    whenRead.get(pathname)?.();
    whenRead.delete(pathname);
  });
});

afterAll(async () => {
  await pages?.close();
  server?.close();
});

/** A visit: all share what the browser keeps. */
async function visit(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => 'find' in window);
  return page;
}

const fetched = (page: Page, url: string) => page.evaluate((from) => window.fetchWeights(from), url);

test('weights are downloaded once, for this visit and the next', async () => {
  asked = [];
  const first = await visit();
  expect(await fetched(first, `${other}/open/${name}`)).toEqual([1.5, 2]);
  expect(await fetched(first, `${other}/open/${name}`)).toEqual([1.5, 2]);
  await first.close();
  const second = await visit();
  expect(await fetched(second, `${other}/open/${name}`)).toEqual([1.5, 2]);
  await second.close();
  expect(asked).toEqual(['']);
});

test('a download that broke off goes on where it stopped, though another origin hides which range it gives', async () => {
  asked = [];
  const page = await visit();
  expect(await fetched(page, `${other}/broken/${name}`)).toEqual([1.5, 2]);
  await page.close();
  expect(asked.length).toBe(2);
  expect(asked[1]).toMatch(/^bytes=[1-9]\d+-$/);
});

test('a server that lets no page of another origin read says so', async () => {
  const page = await visit();
  expect(await fetched(page, `${other}/closed/${name}`)).toMatch(
    /^FetchError: .*does not let pages of other origins read this file \(CORS\); host the file on your own origin, or have it picked with <input type="file"> and pass the File$/,
  );
  await page.close();
});

test('weights come by their names from a mirror on another origin, and are there without a connection', async () => {
  asked = [];
  const first = await visit();
  expect(await first.evaluate((at) => window.networkFrom(at), `${other}/mirror/`)).toBe(0.25);
  await first.close();
  asked = [];
  const second = await visit();
  await second.route(`${other}/**`, (route) => route.abort());
  expect(await second.evaluate((at) => window.networkFrom(at), `${other}/mirror/`)).toBe(0.25);
  expect(asked).toEqual([]);
  const refused = await second.evaluate((at) => window.networkFrom(at), `${other}/closed/`);
  expect(refused).toMatch(/^FetchError: .*squeezenet1_1-b8a52dc0\.pth: .*host the file on your own origin/);
  await second.close();
});

test('data sets come by address, go on after a break, and are there on the next visit', async () => {
  const open = (page: Page, kind: DatasetKind, root = `${other}/data/`) =>
    page.evaluate(([name, at]) => window.openDataset(name, at), [kind, root] as const);
  const files: Record<DatasetKind, number> = { MNIST: 2, CIFAR10: 1, QuickDraw: 2 };
  const kinds = Object.keys(files) as DatasetKind[];
  const first = await visit();
  const opened = new Map<DatasetKind, Opened>();
  for (const kind of kinds) {
    asked = [];
    const set = await open(first, kind);
    if (typeof set === 'string') throw new Error(set);
    opened.set(kind, set);
    expect(asked.filter((range) => /^bytes=[1-9]\d*-$/.test(range))).toHaveLength(files[kind]);
    expect(set.progress).toHaveLength(files[kind]);
    for (const [loaded, total] of set.progress) expect(loaded).toBe(total);
  }
  expect(opened.get('CIFAR10')!.labels).toEqual((await datasetFacts('CIFAR10 test')).targets.slice(0, 10));
  await first.close();

  asked = [];
  const second = await visit();
  for (const kind of kinds) expect(await open(second, kind)).toEqual({ ...opened.get(kind)!, progress: [] });
  expect(asked).toEqual([]);

  // What the server lets no page read, and what is published as another file, say what to do.
  const refused = await open(second, 'MNIST', `${other}/closed/`);
  expect(refused).toMatch(
    /^FetchError: .*\(CORS\); host the file on your own origin, or have it picked with <input type="file"> and pass the File$/,
  );
  await second.route('https://www.cs.toronto.edu/**', (route) =>
    route.fulfill({ headers: { 'access-control-allow-origin': '*' }, body: Buffer.from('another file') }),
  );
  for (let visits = 0; visits < 2; visits++) {
    expect(await open(second, 'CIFAR10', `${other}/empty/`)).toMatch(
      /^FileFormatError: CIFAR10: expected cifar-10-python\.tar\.gz .* expected md5 c58f30108f718f92721af3b95e74349a, but got [\da-f]{32}; .*serve the file from your own origin, and give its folder as root$/,
    );
  }
  await second.close();
});

test('a page closed in the middle of a write leaves a whole checkpoint', async () => {
  const size = 500_000;
  const page = await visit();
  await page.evaluate((count) => {
    window.saveOn(count);
  }, size);
  await page.waitForFunction(() => window.saved > 2);
  const saved = await page.evaluate(() => window.saved);
  await page.close();
  const next = await visit();
  const found = await next.evaluate(() => window.find());
  expect(found).toMatchObject({ names: ['last'], size });
  expect(found.values).toHaveLength(1);
  expect(found.values[0]).toBeGreaterThanOrEqual(saved);
  expect(await next.evaluate(() => window.remove())).toBe(true);
  await next.close();
});
