// Convolutions and their gradients by the input by every way in which lanes share what they load, against sums on the host.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lowering } from '../../src/engine/compiler/ir';
import type { BlockTile } from '../../src/engine/kernels/conv/block-tiles';
import { forwardPasses } from '../../src/engine/kernels/conv/forward';
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';
import { inputGradPasses } from '../../src/engine/kernels/conv/input-grad';
import type { CorrelationTile } from '../../src/engine/kernels/conv/register-tiles';
import { weightGradPasses } from '../../src/engine/kernels/conv/weight-grad';
import { hasSmallMaps } from '../../src/engine/kernels/conv/weight-grad-maps';
import { adapterOf } from '../support/adapter';
import { eachProduct, numbers } from '../support/conv-sums';
import { geometryOf, sizesOf } from '../support/geometry';
import { runPasses } from '../support/passes';
import { partOf } from '../support/sample';

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const requiredFeatures = (['subgroups'] as const).filter((feature) => adapter!.features.has(feature));
  device = await adapter!.requestDevice({ requiredFeatures });
});
afterAll(() => device?.destroy());

const geometry = geometryOf({ batch: 1, groupIn: 5, groupOut: 9, size: [4, 4] });

/** The adapter of this test, where one kernel's tile is the given one. */
const adapterWith = (kernel: string, tile: object) => ({
  ...adapterOf('software', { features: new Set(device.features as Set<GPUFeatureName>) }),
  architecture: 'swiftshader',
  tuning: { choose: <T>(asked: string, _: unknown, __: unknown, usual: T) => (asked === kernel ? (tile as T) : usual) },
});

interface Case<Tile> {
  readonly of: Partial<ConvGeometry>;
  readonly tile: Partial<Tile>;
}

const forward: readonly Case<CorrelationTile>[] = [
  { of: {}, tile: { rows: 4, cols: 4, channels: 2, shares: 'patch' } },
  { of: { batch: 7, size: [2, 2] }, tile: { images: 4, rows: 2, cols: 2, channels: 4, shares: 'patch' } },
  { of: { batch: 3, size: [3, 2], groupIn: 1 }, tile: { images: 2, rows: 4, cols: 4, channels: 8, shares: 'weights' } },
  { of: { groups: 6, groupIn: 2, groupOut: 1, size: [7, 7], batch: 2 }, tile: { rows: 4, cols: 7 } },
  { of: { groups: 2, groupOut: 8, size: [5, 6] }, tile: { rows: 2, cols: 4, channels: 2, shares: 'patch' } },
  {
    of: { size: [9, 5], stride: [2, 2], groupIn: 4 },
    tile: { rows: 3, cols: 3, depth: 2, channels: 3, shares: 'patch' },
  },
  {
    of: { size: [8, 9], dilation: [2, 3], padding: [2, 1, 0, 3] },
    tile: { rows: 2, cols: 4, channels: 1, kernelRows: 1, shares: 'patch' },
  },
  { of: { size: [1, 1], batch: 9 }, tile: { images: 8, rows: 1, cols: 1, channels: 3, shares: 'patch' } },
  { of: { size: [16, 13], kernel: [5, 2] }, tile: { rows: 4, cols: 8, channels: 4, shares: 'weights' } },
  { of: { size: [6, 6], groups: 3, groupOut: 2, stride: [1, 2] }, tile: { rows: 2, cols: 2, channels: 2 } },
  { of: { size: [4, 4], batch: 3, groupOut: 4 }, tile: { images: 2, rows: 4, cols: 4, channels: 1, shares: 'patch' } },
];

const strided: readonly Case<BlockTile>[] = [
  { of: { size: [4, 4], groupIn: 9 }, tile: { rows: 2, cols: 2, channels: 2, shares: 'patch' } },
  { of: { size: [5, 3], batch: 2, groupOut: 4 }, tile: { rows: 1, cols: 2, depth: 2, channels: 1, shares: 'patch' } },
  { of: { groups: 5, groupIn: 1, groupOut: 1, size: [7, 8] }, tile: { rows: 2, cols: 4, channels: 1 } },
  { of: { groups: 2, groupIn: 8, size: [6, 6] }, tile: { rows: 1, cols: 1, channels: 2, shares: 'patch' } },
  { of: { size: [9, 8], batch: 3, padding: [0, 1, 2, 0] }, tile: { rows: 2, cols: 2, channels: 4, shares: 'weights' } },
];

describe('tiles', () => {
  test.concurrent.for(partOf(forward, 16))('forward $of by $tile', async ({ of, tile }, { skip }) => {
    if (tile.shares && !device.features.has('subgroups')) skip('this device has no subgroups');
    const g = geometry(of);
    const { x, y, w, b } = sizesOf(g);
    const [images, weight, bias] = [numbers(x, 1), numbers(w, 2), numbers(b, 3)];
    const sums = Float32Array.from({ length: y }, (_, i) => bias[Math.floor(i / (g.outSize[0] * g.outSize[1])) % b]!);
    eachProduct(g, (to, from, by) => {
      sums[to]! += images[from]! * weight[by]!;
    });
    const whole = {
      images: 1,
      depth: 1,
      kernelRows: g.kernel[0],
      kernelCols: g.kernel[1],
      channels: 1,
      shares: 'nothing',
      ...tile,
    };
    const passes = forwardPasses(g, true, adapterWith('conv2d', whole));
    expect((await runPasses(device, passes, [images, weight, bias], [y]))[0]).toEqual(sums);
  });

  test.concurrent.for(partOf(strided, 16))('strided gradient of $of by $tile', async ({ of, tile }, { skip }) => {
    if (tile.shares && !device.features.has('subgroups')) skip('this device has no subgroups');
    const g = geometry({ stride: [2, 2], ...of });
    const { x, y, w } = sizesOf(g);
    const [dy, weight] = [numbers(y, 1), numbers(w, 2)];
    const sums = new Float32Array(x);
    eachProduct(g, (from, to, by) => {
      sums[to]! += dy[from]! * weight[by]!;
    });
    const whole = { depth: 1, shares: 'nothing', ...tile };
    const passes = inputGradPasses(g, false, adapterWith('conv2d input gradient', whole));
    expect((await runPasses(device, passes, [dy, weight], [x]))[0]).toEqual(sums);
  });

  const maps: readonly Partial<ConvGeometry>[] = [
    { batch: 3, groupIn: 9, groupOut: 10, size: [2, 2] },
    { batch: 2, groupIn: 8, groupOut: 19, size: [7, 5], stride: [2, 3], padding: [0, 1, 2, 0] },
    { batch: 5, groupIn: 8, groupOut: 8, groups: 2, size: [5, 5], dilation: [2, 1], padding: [1, 0, 0, 0] },
  ];
  test.concurrent.for(maps)('gradients by weight and bias over small maps, of %o', async (of) => {
    const g = geometry(of);
    const { x, y, w, b } = sizesOf(g);
    const [images, dy] = [numbers(x, 1), numbers(y, 4)];
    const sums = new Float32Array(w);
    eachProduct(g, (from, by, to) => {
      sums[to]! += dy[from]! * images[by]!;
    });
    const plane = g.outSize[0] * g.outSize[1];
    const biases = new Float32Array(b);
    for (const [i, d] of dy.entries()) biases[Math.floor(i / plane) % b]! += d;
    const adapter = adapterWith('', {});
    expect(hasSmallMaps(g, adapter)).toBe(true);
    const lowering = weightGradPasses(g, adapter) as Extract<Lowering, { kind: 'passes' }>;
    const [own, ...others] = lowering.passes;
    const [chosen, general] = await Promise.all([
      runPasses(device, lowering, [images, dy], [w, b]),
      runPasses(device, { ...lowering, passes: [own!.variants!.general!, ...others] }, [images, dy], [w, b]),
    ]);
    expect(chosen).toEqual([sums, biases]);
    expect(general).toEqual(chosen);
  });

  /** Whole numbers for a convolution and its gradient by the input, and what they give. */
  function aheadAndBack(g: ConvGeometry) {
    const { x, y, w, b } = sizesOf(g);
    const [images, weight, bias, dy] = [numbers(x, 1), numbers(w, 2), numbers(b, 3), numbers(y, 4)];
    const sums = Float32Array.from({ length: y }, (_, i) => bias[Math.floor(i / (g.outSize[0] * g.outSize[1])) % b]!);
    const back = new Float32Array(x);
    eachProduct(g, (to, from, by) => {
      sums[to]! += images[from]! * weight[by]!;
      back[from]! += dy[to]! * weight[by]!;
    });
    return { x, y, images, weight, bias, dy, sums, back };
  }

  const products: readonly Partial<ConvGeometry>[] = [
    { groupIn: 6, groupOut: 7, batch: 5, size: [2, 3] },
    { groupIn: 300, groupOut: 70, batch: 2, size: [3, 3] },
    { groupIn: 33, groupOut: 130, size: [9, 17] },
    { groupIn: 40, groupOut: 70, batch: 3, size: [9, 8], stride: [2, 3] },
    { groupIn: 300, groupOut: 64, size: [13, 15], stride: [2, 2] },
    { groupIn: 64, groupOut: 64, batch: 2, size: [40, 1], stride: [1, 2] },
    { groupIn: 64, groupOut: 64, batch: 2, size: [1, 83], stride: [5, 2] },
    { groupIn: 6, groupOut: 7, batch: 2, size: [4, 5], stride: [2, 1] },
    { groupIn: 6, groupOut: 7, batch: 2, size: [4, 5], stride: [2, 2], padding: [0, 1, 0, 1] },
    { groupIn: 6, groupOut: 7, batch: 2, size: [5, 5], stride: [2, 2], padding: [0, 1, 0, 1] },
    { groupIn: 8, groupOut: 8, groups: 2, size: [5, 5], stride: [2, 2] },
  ];
  test.concurrent.for(products)('a single tap of %o, forward and back', async (of) => {
    const g = geometry({ kernel: [1, 1], padding: [0, 0, 0, 0], ...of });
    const { x, y, images, weight, bias, dy, sums, back } = aheadAndBack(g);
    const adapter = adapterWith('', {});
    const lowering = forwardPasses(g, true, adapter) as Extract<Lowering, { kind: 'passes' }>;
    const general = { ...lowering, passes: lowering.passes.map((pass) => pass.variants?.general ?? pass) };
    const [ahead, anyhow, behind] = await Promise.all([
      runPasses(device, lowering, [images, weight, bias], [y]),
      runPasses(device, general, [images, weight, bias], [y]),
      runPasses(device, inputGradPasses(g, false, adapter), [dy, weight], [x]),
    ]);
    expect(ahead[0]).toEqual(sums);
    expect(anyhow[0]).toEqual(sums);
    expect(behind[0]).toEqual(back);
  });

  const strips: readonly Partial<ConvGeometry>[] = [
    { batch: 2, size: [7, 7] },
    { groups: 3, groupOut: 2, size: [3, 2], padding: [0, 1, 2, 0] },
    { groups: 70, size: [9, 11], kernel: [5, 3], stride: [2, 1], padding: [2, 2, 0, 1] },
    { groupOut: 2, size: [8, 9], kernel: [2, 4], stride: [1, 2] },
    { groups: 131, size: [4, 4] },
    { groups: 45, batch: 3, size: [2, 2], kernel: [5, 5], padding: [2, 2, 2, 2] },
    { groups: 70, groupOut: 2, size: [7, 6], stride: [2, 3], padding: [0, 1, 2, 0] },
    { groups: 128, size: [3, 1], kernel: [4, 2], stride: [2, 1], padding: [3, 4, 0, 5] },
    { groups: 129, size: [6, 7], kernel: [3, 2], padding: [0, 0, 0, 0] },
  ];
  test.concurrent.for(strips)('channels one by one, of %o, forward and back', async (of) => {
    const g = geometry({ groups: 5, groupIn: 1, groupOut: 1, ...of });
    const { x, y, images, weight, bias, dy, sums, back } = aheadAndBack(g);
    const adapter = adapterWith('', {});
    const lowering = forwardPasses(g, true, adapter) as Extract<Lowering, { kind: 'passes' }>;
    const general = { ...lowering, passes: lowering.passes.map((pass) => pass.variants!.general!) };
    const [ahead, anyhow, behind] = await Promise.all([
      runPasses(device, lowering, [images, weight, bias], [y]),
      runPasses(device, general, [images, weight, bias], [y]),
      runPasses(device, inputGradPasses(g, false, adapter), [dy, weight], [x]),
    ]);
    expect(ahead[0]).toEqual(sums);
    expect(anyhow[0]).toEqual(sums);
    expect(behind[0]).toEqual(back);
  });
});
