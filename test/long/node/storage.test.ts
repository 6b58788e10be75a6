// Downloads and checkpoints in a real page: kept for the next visit, taken up after a break, and whole whenever the page is closed.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../../src/io/safetensors';
import { openTestPages, type TestPages } from '../../e2e/support';

const COUNT = 3_000_000;
const weights = Buffer.concat([
  ...writeSafetensors([
    ['w', { dtype: 'float32', shape: [2], data: [1.5, 2] }],
    ['rest', { dtype: 'float32', shape: [COUNT], data: new Float32Array(COUNT).fill(0.5) }],
  ]),
]);
const name = `net-${createHash('sha256').update(weights).digest('hex').slice(0, 8)}.safetensors`;

let pages: TestPages;
let context: BrowserContext;
let address = '';
let server: Server;
let other = '';
/** The ranges that the server was asked for, in order; '' for all. */
let asked: string[] = [];

beforeAll(async () => {
  // Another origin than the page's. /open/ lets pages read it, /broken/ breaks off in the middle of its first answer.
  server = createServer((request, response) => {
    if (request.method === 'HEAD') return void response.end();
    const [, start = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
    const isRange = request.headers.range !== undefined;
    asked.push(request.headers.range ?? '');
    const allowed = request.url!.startsWith('/closed/') ? {} : { 'access-control-allow-origin': '*' };
    response.writeHead(isRange ? 206 : 200, {
      ...allowed,
      'content-length': weights.length - Number(start),
      'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT',
    });
    if (request.url!.startsWith('/broken/') && !isRange) {
      response.write(weights.subarray(0, weights.length / 2), () => setTimeout(() => response.destroy(), 300));
    } else response.end(weights.subarray(Number(start)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  other = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages = await openTestPages();
  const first = await pages.open('storage', 'find');
  address = first.url();
  await first.close();
  context = await pages.browser.newContext();
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
    /^FetchError: .*does not let pages of other origins read this file \(CORS\); serve the file from your own origin$/,
  );
  await page.close();
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
