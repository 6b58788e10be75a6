// Convolutions by segments of rows, as GPUs compute them, against sums on the host.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lowering } from '../../src/engine/compiler/ir';
import { forwardPasses } from '../../src/engine/kernels/conv/forward';
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';
import { inputGradPasses } from '../../src/engine/kernels/conv/input-grad';
import { isSegmentGradTile, isSegmentTile } from '../../src/engine/kernels/conv/late-segments';
import { chooseCorrelationTile } from '../../src/engine/kernels/conv/register-tiles';
import { expectedSegmentTile, type SegmentTile } from '../../src/engine/kernels/conv/segment-tiles';
import { weightGradPasses } from '../../src/engine/kernels/conv/weight-grad';
import { chooseWeightGradTile } from '../../src/engine/kernels/conv/weight-grad-tiles';
import { adapterOf } from '../support/adapter';
import { allParts } from '../support/all-parts';
import { eachProduct, numbers } from '../support/conv-sums';
import { geometryOf, sizesOf } from '../support/geometry';
import { runPasses } from '../support/passes';
import { sampled } from '../support/sample';

// What only GPUs take comes late.
await allParts();

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
});
afterAll(() => device?.destroy());

const geometry = geometryOf({ batch: 1, groupIn: 5, groupOut: 9, size: [4, 4] });

/** A GPU for which this tile is the best for every cross-correlation. */
const gpuWith = (tile: SegmentTile) =>
  adapterOf('gpu', {
    tuning: { choose: (kernel, _, __, usual) => (kernel === 'conv2d' ? (tile as typeof usual) : usual) },
  });

interface Case {
  readonly of: Partial<ConvGeometry>;
  readonly tile?: Partial<SegmentTile>;
}

const cases: readonly Case[] = [
  { of: { batch: 3, size: [5, 7] }, tile: { depth: 1 } },
  { of: { batch: 2, size: [7, 9] }, tile: { depth: 2, chunks: 3, channels: 8, cols: 3 } },
  { of: { groupIn: 7, groupOut: 33, size: [6, 8] }, tile: { depth: 4, chunks: 2, outLanes: 4 } },
  { of: { size: [9, 11], stride: [2, 2], kernel: [7, 7], padding: [3, 3, 3, 3], groupIn: 3 }, tile: { depth: 1 } },
  { of: { size: [9, 12], stride: [2, 3], kernel: [5, 2], padding: [4, 0, 3, 1] }, tile: { depth: 2 } },
  { of: { size: [8, 9], dilation: [2, 3], padding: [2, 1, 5, 3] }, tile: { depth: 2, cols: 5 } },
  { of: { groups: 3, groupIn: 4, groupOut: 6, size: [5, 6], batch: 2 }, tile: { depth: 4, outLanes: 2 } },
  { of: { groups: 2, groupIn: 3, groupOut: 4, size: [6, 6] }, tile: { depth: 2, chunks: 2 } },
  { of: { kernel: [1, 1], padding: [0, 0, 0, 0], groupIn: 21, size: [5, 6], batch: 2 }, tile: { depth: 8, chunks: 2 } },
  { of: { kernel: [1, 1], padding: [0, 0, 0, 0], groupIn: 9, size: [7, 9], stride: [2, 2] }, tile: { depth: 8 } },
  { of: { kernel: [2, 2], padding: [0, 0, 0, 0], stride: [3, 4], size: [8, 13] }, tile: { depth: 1, cols: 3 } },
  { of: { kernel: [1, 9], padding: [0, 0, 6, 8], size: [1, 40], batch: 2 }, tile: { depth: 4, cols: 7, channels: 8 } },
  { of: { kernel: [4, 3], padding: [5, 3, 4, 2], size: [3, 2], groupIn: 1 } },
  { of: { groupIn: 40, groupOut: 20, size: [7, 7] } },
  { of: { groupIn: 16, groupOut: 1, size: [12, 14], batch: 2 } },
  { of: { groupIn: 1, groupOut: 16, size: [12, 30], batch: 2 } },
];

const usual: SegmentTile = { outLanes: 2, segmentLanes: 32, channels: 4, cols: 4, depth: 1, chunks: 1 };

test.concurrent.for(sampled(cases, 8))(
  'forward, by the input and by the weight, of $of by $tile',
  async ({ of, tile }) => {
    const g = geometry(of);
    const { x, y, w, b } = sizesOf(g);
    const [images, weight, bias, dy] = [numbers(x, 1), numbers(w, 2), numbers(b, 3), numbers(y, 4)];
    const plane = g.outSize[0] * g.outSize[1];
    const sums = Float32Array.from({ length: y }, (_, i) => bias[Math.floor(i / plane) % b]!);
    const back = new Float32Array(x);
    const weights = new Float32Array(w);
    eachProduct(g, (to, from, by) => {
      sums[to]! += images[from]! * weight[by]!;
      back[from]! += dy[to]! * weight[by]!;
      weights[by]! += dy[to]! * images[from]!;
    });
    const biases = new Float32Array(b);
    for (const [i, d] of dy.entries()) biases[Math.floor(i / plane) % b]! += d;
    const { cols: pixels, chunks } = { ...usual, ...tile };
    const gradTile = { outLanes: 2, lineLanes: 32, slices: 1, channels: 4, lines: 2, pixels, chunks };
    const adapter = tile ? gpuWith({ ...usual, ...tile }) : adapterOf('gpu');
    const lowering = forwardPasses(g, true, adapter) as Extract<Lowering, { kind: 'passes' }>;
    const general = { ...lowering, passes: lowering.passes.map((pass) => pass.variants?.general ?? pass) };
    const [ahead, anyhow, behind, gradients] = await Promise.all([
      runPasses(device, lowering, [images, weight, bias], [y]),
      runPasses(device, general, [images, weight, bias], [y]),
      runPasses(device, inputGradPasses(g, false, adapter), [dy, weight], [x]),
      runPasses(device, weightGradPasses(g, adapter, gradTile), [images, dy], [w, b]),
    ]);
    expect(ahead[0]).toEqual(sums);
    expect(anyhow[0]).toEqual(sums);
    expect(behind[0]).toEqual(back);
    expect(gradients).toEqual([weights, biases]);
  },
);

test('the sum over the channels is split where there are few workgroups', () => {
  const of = (batch: number, channels: number, size: number) => {
    const g = geometry({ batch, groupIn: channels, groupOut: channels, size: [size, size] });
    return expectedSegmentTile(g, adapterOf('gpu'))!.chunks;
  };
  expect(of(1, 512, 7)).toBeGreaterThan(4);
  expect(of(32, 64, 56)).toBe(1);
});

test("Intel's GPUs, which have few registers, take no segments", () => {
  const g = geometry({ groupIn: 64, groupOut: 64, size: [14, 14] });
  const segmentsOn = (vendor: string) => {
    const adapter = adapterOf('gpu', { vendor });
    return [isSegmentTile(chooseCorrelationTile(g, adapter)), isSegmentGradTile(chooseWeightGradTile(g, adapter))];
  };
  expect(segmentsOn('intel')).toEqual([false, false]);
  expect(segmentsOn('amd')).toEqual([true, true]);
});
