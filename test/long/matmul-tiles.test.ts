// Tiles that a matrix product can have (in test/long every one), in both classes of kernels, against sums on the host; and which tiles are chosen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdapterProfile } from '../../src/engine/gpu/device';
import { matmulPasses, type Product } from '../../src/engine/kernels/matmul/passes';
import { matmul } from '../../src/engine/kernels/matmul/products';
import {
  chooseTile,
  chunkOf,
  invocationsOf,
  isVectorTile,
  isWorkgroupTile,
  type MatmulShape,
  type MatmulTile,
  matmulTiles,
  probeTiles,
  tilesOf,
} from '../../src/engine/kernels/matmul/tiles';
import { adapterOf } from '../support/adapter';
import { expectNumbers } from '../support/close';
import { runPasses } from '../support/passes';
import { partOf } from '../support/sample';

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const requiredFeatures = (['subgroups'] as const).filter((feature) => adapter!.features.has(feature));
  device = await adapter!.requestDevice({ requiredFeatures });
});
afterAll(() => device?.destroy());

const profile = (kind: AdapterProfile['kind'], architecture = '', features: string[] = []) =>
  adapterOf(kind, { architecture, features: new Set(features) });
const adapters = {
  gpu: profile('gpu'),
  intel: adapterOf('gpu', { vendor: 'intel' }),
  software: profile('software'),
  swiftshader: profile('software', 'swiftshader', ['subgroups']),
};
type Adapter = keyof typeof adapters;

interface Options extends Partial<MatmulShape> {
  readonly bias?: boolean;
}

/** A product of contiguous operands. */
function productOf(m: number, k: number, n: number, options: Options = {}): Product {
  const { batch = 1, transposeA = false, transposeB = false, sums = false, bias = false } = options;
  const none = { size: 1, a: 0, b: 0 };
  return {
    ...{ m, k, n, batch, transposeA, transposeB, sums, bias },
    steps: {
      ...(transposeA ? { m: 1, ka: m } : { m: k, ka: 1 }),
      ...(transposeB ? { kb: 1, n: k } : { kb: n, n: 1 }),
    },
    dims: [none, none, none, { size: batch, a: m * k, b: k * n }],
  };
}

/** Whole numbers, so that sums are exact in any order. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7 + seed * 13) % 11) - 5);

/** Runs a product with the tile and compares it with sums on the host. */
async function check(product: Product, adapter: AdapterProfile, tile: MatmulTile) {
  const { m, k, n, batch, steps, sums, bias } = product;
  const [a, b, c] = [numbers(batch * m * k, 1), numbers(batch * k * n, 2), numbers(n, 3)] as const;
  const forced = { ...adapter, tuning: { choose: () => tile } } as unknown as AdapterProfile;
  const lengths = sums ? [batch * m * n, m] : [batch * m * n];
  const [y, total] = await runPasses(device, matmulPasses(product, forced), bias ? [a, b, c] : [a, b], lengths);
  const expected = new Float32Array(batch * m * n);
  const expectedSums = new Float32Array(m);
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      const line = z * m * k + i * steps.m;
      for (let u = 0; u < k; u++) expectedSums[i] += a[line + u * steps.ka]!;
      for (let j = 0; j < n; j++) {
        let sum = bias ? c[j]! : 0;
        for (let u = 0; u < k; u++) sum += a[line + u * steps.ka]! * b[z * k * n + u * steps.kb + j * steps.n]!;
        expected[(z * m + i) * n + j] = sum;
      }
    }
  }
  expectNumbers(y!, expected);
  if (sums) expectNumbers(total!, expectedSums);
}

const name = (tile: MatmulTile) => JSON.stringify(tile).replaceAll('"', '');
const every = (product: MatmulShape, kinds: readonly Adapter[]) =>
  kinds.flatMap((kind) =>
    matmulTiles(product, adapters[kind]).map((tile) => ({ kind, tile, title: `${kind} ${name(tile)}` })),
  );

// Tests run side by side, so that the kernels of several are compiled at once.
describe.concurrent('a tile, in products that it does not divide', () => {
  const products = [
    productOf(37, 45, 41, { batch: 2, transposeA: true }),
    productOf(70, 32, 5, { bias: true, transposeB: true }),
    productOf(37, 600, 18, { sums: true }),
  ];
  // Both classes can have the tiles that share nothing; they run once.
  const cases = every(products[0]!, ['swiftshader', 'gpu']).filter(
    ({ tile }, i, all) => all.findIndex((other) => name(other.tile) === name(tile)) === i,
  );
  const canHave = (product: MatmulShape, kind: Adapter, tile: MatmulTile) =>
    matmulTiles(product, adapters[kind]).includes(tile);
  const numbered = cases.map((one, i) => ({ ...one, i }));
  test.for(partOf(numbered, 24))('$title', async ({ kind, tile, i }, { skip }) => {
    if (kind === 'swiftshader' && !device.features.has('subgroups')) skip('this device has no subgroups');
    // Kernels of workgroups take a second or two to compile on a processor: there the products take turns.
    const all = !isVectorTile(tile) && isWorkgroupTile(tile) ? [i % 3] : [0, 1 + (i % 2)];
    for (const product of all.map((at) => products[at]!).filter((one) => canHave(one, kind, tile)))
      await check(product, adapters[kind], tile);
  });

  // Whose operands GPUs load in fours, along K or across it, alone and beside one that they cannot; K in two chunks, short panels first.
  const fours = [
    productOf(36, 600, 40, { bias: true }),
    productOf(40, 300, 36, { batch: 3, transposeA: true, transposeB: true }),
    productOf(72, 44, 34, { transposeB: true, bias: true }),
    productOf(33, 40, 72, { batch: 2 }),
    productOf(1, 12, 8, { batch: 2, transposeB: true }),
    productOf(136, 20, 132, { transposeA: true, sums: true }),
  ];
  const shared = every(fours[0]!, ['gpu']).filter(({ tile }) => !isVectorTile(tile) && isWorkgroupTile(tile));
  const loads = shared
    .flatMap((one) => fours.map((product, j) => ({ ...one, product, j })))
    .filter(({ product, tile }) => canHave(product, 'gpu', tile));
  test.for(partOf(loads, 22))('$title, in fours, product $j', async ({ tile, product }) =>
    check(product, adapters.gpu, tile),
  );

  test('steps that are not written out, for few registers', async () => {
    const [tile, ...others] = matmulTiles(fours[0]!, adapters.intel).filter(
      (one) => !isVectorTile(one) && one.side > 2,
    );
    for (const one of [tile!, ...others]) expect(isVectorTile(one) || one.tm * one.tn).toBeLessThanOrEqual(16);
    await check(fours[3]!, adapters.intel, tile!);
  });

  test('operands that are views: heads of queries, and of keys the other way round', async () => {
    const [size, queries, keys, heads, width] = [2, 18, 12, 3, 20] as const;
    const meta = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
    const inputs = [meta(size, heads, queries, width), meta(size, heads, width, keys)];
    const attrs = { transposeA: false, transposeB: false };
    const context = { inputs, outputs: [meta(size, heads, queries, keys)], attrs, adapter: adapters.gpu };
    const [q, k] = [numbers(size * queries * heads * width, 1), numbers(size * keys * heads * width, 2)];
    const stride = heads * width;
    const views = [
      { shape: inputs[0]!.shape, strides: [queries * stride, width, stride, 1], offset: 0 },
      { shape: inputs[1]!.shape, strides: [keys * stride, width, 1, stride], offset: 0 },
    ];
    const lowering = matmul(context, null);
    const [y] = await runPasses(
      device,
      lowering.kind === 'passes' ? lowering.viewed!(views)! : lowering,
      [q, k],
      [size * heads * queries * keys],
    );
    const expected = Float32Array.from({ length: y!.length }, (_, i) => {
      const [j, row, h] = [i % keys, Math.floor(i / keys) % queries, Math.floor(i / keys / queries) % heads];
      const z = Math.floor(i / keys / queries / heads);
      let sum = 0;
      for (let u = 0; u < width; u++)
        sum += q[(z * queries + row) * stride + h * width + u]! * k[(z * keys + j) * stride + h * width + u]!;
      return sum;
    });
    expectNumbers(y!, expected);
  });

  const column = productOf(301, 45, 1);
  const vectors = every(column, ['gpu']).filter(({ tile }) => isVectorTile(tile));
  test.for(partOf(vectors, 16))('$title', async ({ tile }) => {
    await check(column, adapters.gpu, tile);
    await check(productOf(1, 45, 301, { batch: 3, bias: true }), adapters.gpu, tile);
    await check(productOf(1, 20000, 3, { transposeB: true, bias: true }), adapters.gpu, tile);
    await check(productOf(3, 20000, 1, { transposeA: true }), adapters.gpu, tile);
  });
});

describe.concurrent('tiles among which an adapter may prefer one', () => {
  const product = productOf(50, 70, 35, { transposeB: true });
  const random = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + 1));
  const operands = [random(50 * 70), random(70 * 35)];
  const bitsOf = async (adapter: AdapterProfile, tile: MatmulTile) => {
    const forced = { ...adapter, tuning: { choose: () => tile } } as unknown as AdapterProfile;
    const [y] = await runPasses(device, matmulPasses(product, forced), operands, [50 * 35]);
    return new Uint32Array(y!.buffer);
  };

  test.for<Adapter>(['software', 'swiftshader', 'gpu'])('compute the same bits: %s', async (kind, { skip }) => {
    if (kind === 'swiftshader' && !device.features.has('subgroups')) skip('this device has no subgroups');
    const tiles = probeTiles(adapters[kind]);
    expect(tiles.every((tile) => matmulTiles(product, adapters[kind]).includes(tile))).toBe(true);
    // Kernels of workgroups take a second or two to compile on a processor: those that differ in depth and side will do.
    const tried = kind === 'gpu' ? [tiles[0]!, tiles[3]!, tiles[4]!] : tiles;
    const [first, ...others] = await Promise.all(tried.map((tile) => bitsOf(adapters[kind], tile)));
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('the choice', () => {
  const choice = (kind: Adapter, m: number, k: number, n: number, options: Options = {}) =>
    chooseTile(productOf(m, k, n, options), adapters[kind]);

  test('is one of the candidates, of any shape', () => {
    for (const kind of Object.keys(adapters) as Adapter[]) {
      for (const [m, k, n] of [
        [1, 1, 1],
        [0, 3, 4],
        [5, 0, 5],
        [1, 1000, 1],
        [64, 784, 128],
        [1000, 37, 3001],
        [4096, 4096, 4096],
      ] as const) {
        for (const batch of [0, 1, 100]) {
          const product = productOf(m, k, n, { batch });
          expect(matmulTiles(product, adapters[kind])).toContain(chooseTile(product, adapters[kind]));
        }
      }
    }
  });

  test('shares loads in large tiles on SwiftShader, and compiles little for small products', () => {
    expect(choice('swiftshader', 1024, 1024, 1024)).toEqual({ side: 2, tm: 8, tn: 16, depth: 4 });
    const { tm, tn } = choice('swiftshader', 64, 128, 10) as { tm: number; tn: number };
    expect(tm * tn).toBeLessThanOrEqual(16);
  });

  test('shares nothing on other processors, and workgroup memory on GPUs', () => {
    expect(choice('software', 1024, 1024, 1024)).toEqual({ side: 1, tm: 8, tn: 8, depth: 4 });
    expect((choice('gpu', 1024, 1024, 1024) as { side: number }).side).toBeGreaterThanOrEqual(8);
    expect(isVectorTile(choice('gpu', 1024, 1024, 1))).toBe(true);
  });

  test('on GPUs keeps at least 128 groups of 64 lanes busy where it can, and has large tiles where there are many', () => {
    for (const size of [256, 512, 1024, 2048]) {
      const product = productOf(size, size, size);
      const tile = chooseTile(product, adapters.gpu);
      const groups = tilesOf(product, tile) * Math.ceil(size / chunkOf(product, tile, 'gpu'));
      expect((groups * invocationsOf(tile)) / 64, `${size}`).toBeGreaterThanOrEqual(128);
    }
    const { tm, tn } = choice('gpu', 4096, 4096, 4096) as { tm: number; tn: number };
    expect(tm * tn).toBe(64);
  });

  test('is what was measured, if anything was', () => {
    const best = { side: 1, tm: 4, tn: 4, depth: 4 };
    const tuning = { choose: (kernel: string) => (kernel === 'matmul' ? best : null) };
    expect(chooseTile(productOf(9, 9, 9), { ...adapters.gpu, tuning } as unknown as AdapterProfile)).toBe(best);
  });

  test('K is split only where there are few tiles, and in chunks that kernels can walk', () => {
    const chunks = (kind: Adapter, m: number, k: number, n: number) => {
      const product = productOf(m, k, n);
      const tile = chooseTile(product, adapters[kind]);
      const chunk = chunkOf(product, tile, adapters[kind].kind);
      expect(chunk % 4).toBe(0);
      return Math.ceil(k / chunk);
    };
    expect(chunks('swiftshader', 512, 512, 512)).toBe(1);
    expect(chunks('gpu', 4096, 4096, 4096)).toBe(1);
    expect(chunks('gpu', 64, 100000, 64)).toBeGreaterThan(10);
    expect(chunks('swiftshader', 64, 100000, 64)).toBeGreaterThan(1);
  });
});
