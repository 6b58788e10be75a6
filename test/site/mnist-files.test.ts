// MNIST's files are served, whole and in pieces.
import { gunzipSync } from 'node:zlib';
import { LABELS, TEST_IMAGES, TEST_LABELS, trainPieces } from 'lamplight-notebook/mnist/pieces';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from '../e2e/support';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

test.each([
  ['train-images-idx3-ubyte', 47_040_016],
  ['train-labels-idx1-ubyte', 60_008],
  ['t10k-images-idx3-ubyte', 7_840_016],
  ['t10k-labels-idx1-ubyte', 10_008],
])('data/mnist/%s is served whole', async (name, bytes) => {
  const response = await fetch(new URL(`data/mnist/${name}`, site.url));
  expect(response.status).toBe(200);
  expect((await response.arrayBuffer()).byteLength).toBe(bytes);
});

test('and in compressed pieces, which are the same images and labels', async () => {
  const piece = async (name: string) => {
    const response = await fetch(new URL(`data/mnist/${name}`, site.url));
    expect(response.headers.get('content-encoding')).toBe(null);
    return gunzipSync(await response.arrayBuffer());
  };
  const whole = async (name: string) =>
    Buffer.from(await (await fetch(new URL(`data/mnist/${name}`, site.url))).arrayBuffer());
  for (const name of [LABELS, TEST_IMAGES, TEST_LABELS]) {
    expect((await piece(name)).equals(await whole(name.replace('.gz', ''))), name).toBe(true);
  }
  const images = await whole('train-images-idx3-ubyte');
  const pieces = trainPieces();
  expect(pieces.map(({ from }) => from)).toEqual([0, ...pieces.map(({ to }) => to).slice(0, -1)]);
  expect(pieces.at(-1)!.to).toBe(60_000);
  const { name, from, to } = pieces[7]!;
  const some = await piece(name);
  expect(some.readUInt32BE(4)).toBe(to - from);
  expect(some.subarray(16).equals(images.subarray(16 + from * 784, 16 + to * 784))).toBe(true);
});

test('a file that MNIST does not have is not found', async () => {
  expect((await fetch(new URL('data/mnist/nothing', site.url))).status).toBe(404);
});
