// Tiles that a convolution's gradient by its weight can have (in test/long every one), in both classes of kernels, against sums on the host.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdapterProfile } from '../../src/engine/gpu/device';
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';
import { isSegmentGradTile } from '../../src/engine/kernels/conv/late-segments';
import { weightGradPasses } from '../../src/engine/kernels/conv/weight-grad';
import { type SegmentGradTile, segmentGradCounts } from '../../src/engine/kernels/conv/weight-grad-segment-tiles';
import {
  chooseWeightGradTile,
  isStripTile,
  isWorkgroupTile,
  type WeightGradTile,
  weightGradTiles,
} from '../../src/engine/kernels/conv/weight-grad-tiles';
import { adapterOf } from '../support/adapter';
import { allParts } from '../support/all-parts';
import { expectNumbers } from '../support/close';
import { geometryOf } from '../support/geometry';
import { runPasses } from '../support/passes';
import { partOf } from '../support/sample';

// What only GPUs take comes late.
await allParts();

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const requiredFeatures = (['subgroups'] as const).filter((feature) => adapter!.features.has(feature));
  device = await adapter!.requestDevice({ requiredFeatures });
});
afterAll(() => device?.destroy());

const geometry = geometryOf({ batch: 2, groupIn: 3, groupOut: 5, size: [9, 11] });

/** Whole numbers, so that sums are exact in any order. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7 + seed * 13) % 11) - 5);

function expected(g: ConvGeometry, x: Float32Array, dy: Float32Array): [dw: Float32Array, db: Float32Array] {
  const [rows, cols] = g.size;
  const [outRows, outCols] = g.outSize;
  const [kh, kw] = g.kernel;
  const dw = new Float32Array(g.groups * g.groupOut * g.groupIn * kh * kw);
  const db = new Float32Array(g.groups * g.groupOut);
  dy.forEach((value, at) => {
    const [j, i] = [at % outCols, Math.floor(at / outCols) % outRows];
    const o = Math.floor(at / (outRows * outCols)) % db.length;
    const n = Math.floor(at / (outRows * outCols * db.length));
    db[o] += value;
    for (let c = 0; c < g.groupIn; c++) {
      const channel = Math.floor(o / g.groupOut) * g.groupIn + c;
      for (let tap = 0; tap < kh * kw; tap++) {
        const iy = i * g.stride[0] + Math.floor(tap / kw) * g.dilation[0] - g.padding[0];
        const ix = j * g.stride[1] + (tap % kw) * g.dilation[1] - g.padding[2];
        if (iy < 0 || iy >= rows || ix < 0 || ix >= cols) continue;
        dw[(o * g.groupIn + c) * kh * kw + tap] +=
          value * x[((n * g.groups * g.groupIn + channel) * rows + iy) * cols + ix]!;
      }
    }
  });
  return [dw, db];
}

const title = (given: object) => JSON.stringify(given).replaceAll('"', '');

const shapes: Partial<ConvGeometry>[] = [
  {},
  { groups: 2, stride: [2, 1], padding: [0, 2, 3, 0] },
  { kernel: [1, 1], padding: [0, 0, 0, 0] },
  { kernel: [2, 4], dilation: [2, 3], size: [8, 16] },
  { kernel: [1, 13], padding: [0, 0, 2, 6], size: [3, 20] },
  { kernel: [5, 2], stride: [1, 4], dilation: [1, 2], groupIn: 1 },
  { groups: 6, groupIn: 1, groupOut: 1, batch: 7 },
];

/** The tiles for a shape; but for the first, one of several of each kind, each time another. */
function tilesFor(g: ConvGeometry, shape: number) {
  const all = (kind: AdapterProfile['kind'], features: GPUFeatureName[] = []) =>
    weightGradTiles(g, adapterOf(kind, { features: new Set(features) }));
  const some = (kind: AdapterProfile['kind'], tiles: readonly WeightGradTile[], oneOf: number) =>
    tiles
      .filter((_, i) => shape === 0 || i % oneOf === shape % oneOf)
      .map((tile) => ({ kind, tile, title: title(tile) }));
  return [
    // Both classes can have the tiles of registers; they run once.
    ...some('software', all('software'), 3),
    // These take long to compile on a processor.
    ...some('gpu', all('gpu').filter(isWorkgroupTile), 5),
    ...some('gpu', all('gpu').filter(isSegmentGradTile), 6),
    ...some('software', all('software', ['subgroups']).filter(isStripTile), 3),
  ];
}

// Tests run side by side, so that the kernels of several are compiled at once.
describe.for(shapes.map((given, shape) => ({ given, shape })))('$given', ({ given, shape }) => {
  const g = geometry(given);
  const x = numbers(g.batch * g.groups * g.groupIn * g.size[0] * g.size[1], 1);
  const dy = numbers(g.batch * g.groups * g.groupOut * g.outSize[0] * g.outSize[1], 2);
  const [dw, db] = expected(g, x, dy);
  test.concurrent.for(partOf(tilesFor(g, shape), 16))('$title', async ({ kind, tile }, { skip }) => {
    if (isStripTile(tile) && !device.features.has('subgroups')) skip('this device has no subgroups');
    const [gotW, gotB] = await runPasses(
      device,
      weightGradPasses(g, adapterOf(kind), tile),
      [x, dy],
      [dw.length, db.length],
    );
    expectNumbers(gotW!, dw);
    expectNumbers(gotB!, db);
  });
});

// Few channels or groups of few: slices of a workgroup sum other segments, and many chunks are added by lanes that share an element.
const sliced: readonly (readonly [of: Partial<ConvGeometry>, tile: SegmentGradTile])[] = [
  [
    { groups: 3, groupIn: 1, groupOut: 1, size: [7, 9] },
    { outLanes: 1, lineLanes: 1, slices: 64, channels: 1, lines: 3, pixels: 9, chunks: 1 },
  ],
  [
    { groups: 2, groupIn: 1, groupOut: 2, stride: [2, 1], dilation: [2, 3], kernel: [3, 2], batch: 5 },
    { outLanes: 1, lineLanes: 3, slices: 21, channels: 2, lines: 1, pixels: 5, chunks: 3 },
  ],
  [
    { groupIn: 1, groupOut: 6, size: [14, 30], kernel: [5, 5], padding: [2, 2, 2, 2], batch: 3 },
    { outLanes: 2, lineLanes: 2, slices: 16, channels: 4, lines: 3, pixels: 4, chunks: 37 },
  ],
  [
    { groupIn: 3, groupOut: 16, size: [20, 21], kernel: [7, 7], stride: [2, 2], padding: [3, 3, 3, 3] },
    { outLanes: 4, lineLanes: 21, slices: 3, channels: 4, lines: 1, pixels: 4, chunks: 13 },
  ],
  [
    { groupIn: 2, groupOut: 5, size: [3, 2], batch: 9, padding: [0, 3, 2, 4] },
    { outLanes: 2, lineLanes: 6, slices: 10, channels: 4, lines: 1, pixels: 3, chunks: 2 },
  ],
  [
    { groupIn: 6, groupOut: 1, size: [64, 5], kernel: [1, 1], padding: [0, 0, 0, 0], stride: [1, 2] },
    { outLanes: 1, lineLanes: 3, slices: 8, channels: 1, lines: 2, pixels: 3, chunks: 140 },
  ],
];

test.concurrent.for(partOf(sliced, 8))('by slices of a workgroup: %j', async ([of, tile]) => {
  const g = geometry(of);
  const x = numbers(g.batch * g.groups * g.groupIn * g.size[0] * g.size[1], 1);
  const dy = numbers(g.batch * g.groups * g.groupOut * g.outSize[0] * g.outSize[1], 2);
  const [dw, db] = expected(g, x, dy);
  const chunks = Math.ceil(segmentGradCounts(g, tile).segments / segmentGradCounts(g, tile).chunk);
  const passes = weightGradPasses(g, adapterOf('gpu'), { ...tile, chunks });
  const [gotW, gotB] = await runPasses(device, passes, [x, dy], [dw.length, db.length]);
  expectNumbers(gotW!, dw);
  expectNumbers(gotB!, db);
});

test('a batch whose padded copy is larger than a binding may be is worked off in parts', async () => {
  const g = geometry({ batch: 5 });
  const imageBytes = 4 * g.groupIn * g.size[0] * g.size[1];
  const passes = weightGradPasses(g, adapterOf('software', { maxStorageBufferBindingSize: 4 * imageBytes }));
  expect(passes.kind === 'passes' && passes.passes.length).toBeGreaterThan(3);
  const x = numbers(g.batch * g.groupIn * g.size[0] * g.size[1], 1);
  const dy = numbers(g.batch * g.groupOut * g.outSize[0] * g.outSize[1], 2);
  const [dw, db] = expected(g, x, dy);
  const [gotW, gotB] = await runPasses(device, passes, [x, dy], [dw.length, db.length]);
  expectNumbers(gotW!, dw);
  expectNumbers(gotB!, db);
});

test('a GPU goes through workgroup memory where that is put to use, and takes what was measured', () => {
  const many = geometry({ groupIn: 64, groupOut: 64 });
  expect(isSegmentGradTile(chooseWeightGradTile(many, adapterOf('gpu')))).toBe(true);
  expect(isSegmentGradTile(chooseWeightGradTile(many, adapterOf('software')))).toBe(false);
  const depthwise = geometry({ groups: 64, groupIn: 1, groupOut: 1 });
  expect(isSegmentGradTile(chooseWeightGradTile(depthwise, adapterOf('gpu')))).toBe(true);
  const best = { outs: 8, taps: 4 };
  const tuning = { choose: () => best };
  expect(chooseWeightGradTile(many, { ...adapterOf('gpu'), tuning } as unknown as AdapterProfile)).toBe(best);
});
