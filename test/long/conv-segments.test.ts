// Convolutions by segments of rows, as GPUs compute them, against sums on the host.
import { afterAll, beforeAll, expect, test } from 'vitest';
import patchSource from '../../shaders/conv2d-input-grad-patches.wgsl?raw';
import strideSource from '../../shaders/conv2d-input-grad-segments.wgsl?raw';
import type { Lowering } from '../../src/engine/compiler/ir';
import type { Meta } from '../../src/engine/core/meta';
import { forward, inputGrad, weightGrad } from '../../src/engine/kernels/conv/convolutions';
import { forwardPasses } from '../../src/engine/kernels/conv/forward';
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';
import { inputGradPasses } from '../../src/engine/kernels/conv/input-grad';
import { patchPasses } from '../../src/engine/kernels/conv/input-grad-patches';
import type { StrideTile } from '../../src/engine/kernels/conv/input-grad-segment-tiles';
import { isSegmentGradTile, isSegmentTile } from '../../src/engine/kernels/conv/late-segments';
import {
  type CorrelationTile,
  chooseCorrelationTile,
  correlationTiles,
  patchSize,
} from '../../src/engine/kernels/conv/register-tiles';
import { expectedSegmentTile, type SegmentTile } from '../../src/engine/kernels/conv/segment-tiles';
import { weightGradPasses } from '../../src/engine/kernels/conv/weight-grad';
import {
  chooseWeightGradTile,
  isWorkgroupTile,
  type RegisterTile,
} from '../../src/engine/kernels/conv/weight-grad-tiles';
import { adapterOf } from '../support/adapter';
import { allParts } from '../support/all-parts';
import { eachProduct, numbers } from '../support/conv-sums';
import { geometryOf, sizesOf } from '../support/geometry';
import { runPasses } from '../support/passes';
import { partOf } from '../support/sample';

// What only GPUs take comes late.
await allParts();

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
});
afterAll(() => device?.destroy());

const geometry = geometryOf({ batch: 1, groupIn: 5, groupOut: 9, size: [4, 4] });

/** A GPU for which this tile is the best for every kernel of one kind. */
const gpuWith = (tile: SegmentTile | StrideTile, of = 'conv2d') =>
  adapterOf('gpu', {
    tuning: { choose: (kernel, _, __, usual) => (kernel === of ? (tile as object as typeof usual) : usual) },
  });

/** Kernels that serve other sizes, too, in the place of those that have one. */
function withGenerals(lowering: Lowering): Lowering {
  if (lowering.kind !== 'passes') throw new Error('expected passes');
  return { ...lowering, passes: lowering.passes.map((pass) => pass.variants?.general ?? pass) };
}

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
  { of: { kernel: [1, 17], padding: [0, 0, 9, 8], size: [2, 30], dilation: [1, 2], batch: 2 }, tile: { depth: 2 } },
  // The rows of a kernel in several turns.
  {
    of: { size: [9, 11], stride: [2, 2], kernel: [7, 7], padding: [3, 3, 3, 3], groupIn: 3 },
    tile: { rows: 1, chunks: 4 },
  },
  {
    of: { size: [13, 19], stride: [4, 4], kernel: [4, 4], padding: [0, 0, 0, 0], batch: 2 },
    tile: { rows: 2, chunks: 3, cols: 3 },
  },
  {
    of: { size: [9, 8], kernel: [6, 2], dilation: [2, 3], padding: [7, 4, 2, 0], groups: 2, groupIn: 3, groupOut: 6 },
    tile: { rows: 3, chunks: 2 },
  },
  { of: { size: [40, 52], stride: [13, 16], kernel: [13, 16], padding: [0, 0, 1, 0], groupIn: 2 } },
  // Lanes that share the sums of the same outputs.
  {
    of: { kernel: [1, 1], padding: [0, 0, 0, 0], groupIn: 45, size: [5, 6], batch: 2 },
    tile: { outLanes: 2, segmentLanes: 2, slices: 16, cols: 5, depth: 32 },
  },
  {
    of: { groupIn: 7, groupOut: 13, size: [6, 8], batch: 2 },
    tile: { outLanes: 2, segmentLanes: 16, slices: 4, cols: 8, depth: 4, chunks: 2 },
  },
  {
    of: { groups: 2, groupIn: 11, groupOut: 5, size: [9, 8], stride: [2, 1], kernel: [3, 2] },
    tile: { outLanes: 1, segmentLanes: 16, slices: 8, cols: 3, depth: 8 },
  },
  { of: { groupIn: 40, groupOut: 20, size: [7, 7] } },
  { of: { groupIn: 16, groupOut: 1, size: [12, 14], batch: 2 } },
  { of: { groupIn: 1, groupOut: 16, size: [12, 30], batch: 2 } },
  // Few channels, and numbers of lanes that are no powers of two.
  {
    of: { groupIn: 1, groupOut: 1, size: [9, 11], batch: 2 },
    tile: { outLanes: 1, segmentLanes: 64, channels: 1, cols: 5 },
  },
  {
    of: { groupIn: 7, groupOut: 2, kernel: [5, 5], padding: [2, 2, 2, 2], size: [9, 11], batch: 2 },
    tile: { outLanes: 1, segmentLanes: 64, channels: 2, rows: 1, chunks: 3 },
  },
  {
    of: { groupIn: 6, groupOut: 9, kernel: [3, 5], padding: [1, 1, 2, 2], size: [7, 13], stride: [1, 2], batch: 2 },
    tile: { outLanes: 3, segmentLanes: 21, channels: 3, depth: 2, cols: 6 },
  },
  {
    of: { groupIn: 5, groupOut: 36, size: [8, 9], batch: 2 },
    tile: { outLanes: 9, segmentLanes: 7, cols: 5, depth: 2 },
  },
  { of: { groupIn: 36, groupOut: 20, size: [9, 9], batch: 2 } },
  { of: { groupIn: 16, groupOut: 2, kernel: [9, 9], padding: [4, 4, 4, 4], size: [12, 14] } },
  { of: { groupIn: 4, groupOut: 6, kernel: [5, 5], padding: [2, 2, 2, 2], size: [10, 14], batch: 3 } },
];

/** All rows of the kernel in a turn, unless the case says otherwise. */
const usual: Omit<SegmentTile, 'rows'> = {
  outLanes: 2,
  segmentLanes: 32,
  slices: 1,
  channels: 4,
  cols: 4,
  depth: 1,
  chunks: 1,
};

test.concurrent.for(partOf(cases, 24))(
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
    const adapter = tile ? gpuWith({ ...usual, rows: g.kernel[0], ...tile }) : adapterOf('gpu');
    const forward = forwardPasses(g, true, adapter);
    const byWeight = weightGradPasses(g, adapter, tile && gradTile);
    const [ahead, anyhow, behind, gradients, anyGradients] = await Promise.all([
      runPasses(device, forward, [images, weight, bias], [y]),
      runPasses(device, withGenerals(forward), [images, weight, bias], [y]),
      runPasses(device, inputGradPasses(g, false, adapter), [dy, weight], [x]),
      runPasses(device, byWeight, [images, dy], [w, b]),
      runPasses(device, withGenerals(byWeight), [images, dy], [w, b]),
    ]);
    expect(ahead[0]).toEqual(sums);
    expect(anyhow[0]).toEqual(sums);
    expect(behind[0]).toEqual(back);
    expect(gradients).toEqual([weights, biases]);
    expect(anyGradients).toEqual([weights, biases]);
  },
);

const usualStride: StrideTile = { outLanes: 2, segmentLanes: 32, channels: 4, strides: 2, lines: 1, chunks: 1 };

const strided: readonly { readonly of: Partial<ConvGeometry>; readonly tile?: Partial<StrideTile> }[] = [
  { of: { batch: 2, size: [9, 11] }, tile: { lines: 4, chunks: 2 } },
  { of: { batch: 2, size: [8, 10], kernel: [4, 4] }, tile: { lines: 8, channels: 8, strides: 4 } },
  { of: { kernel: [1, 1], padding: [0, 0, 0, 0], size: [9, 8], groupIn: 9 }, tile: { lines: 4, strides: 5 } },
  { of: { kernel: [7, 7], padding: [3, 3, 3, 3], size: [13, 14], groupIn: 3 }, tile: { lines: 4 } },
  {
    of: { kernel: [5, 4], padding: [3, 1, 0, 2], size: [10, 9], groupIn: 6, groupOut: 7 },
    tile: { lines: 9, chunks: 2 },
  },
  {
    of: { kernel: [1, 2], padding: [2, 0, 1, 0], size: [8, 11], stride: [3, 4], batch: 2 },
    tile: { lines: 2, chunks: 2 },
  },
  { of: { kernel: [2, 5], padding: [0, 2, 4, 1], size: [7, 16], stride: [3, 2] }, tile: { strides: 3, outLanes: 4 } },
  { of: { kernel: [5, 3], padding: [1, 0, 0, 4], size: [11, 9], stride: [1, 3] }, tile: { lines: 5, chunks: 3 } },
  { of: { size: [15, 13], stride: [4, 3], dilation: [2, 3], groupOut: 7 }, tile: { lines: 2, strides: 1 } },
  { of: { size: [12, 14], dilation: [3, 4], padding: [5, 1, 0, 7] }, tile: { lines: 2, chunks: 2 } },
  {
    of: { groups: 3, groupIn: 4, groupOut: 6, size: [6, 5], batch: 3 },
    tile: { lines: 2, outLanes: 1, segmentLanes: 64 },
  },
  { of: { kernel: [1, 8], padding: [0, 0, 6, 3], size: [1, 40], stride: [1, 4], batch: 2 }, tile: { lines: 8 } },
  { of: { groupIn: 33, groupOut: 40, size: [7, 7] } },
  { of: { groupIn: 3, groupOut: 16, kernel: [4, 4], size: [12, 14], batch: 2 } },
];

/** The gradient by the input plus a bias, as a sum on the host. */
function inputGradOf(g: ConvGeometry, dy: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array {
  const plane = g.size[0] * g.size[1];
  const sums = Float32Array.from({ length: sizesOf(g).x }, (_, i) => bias[Math.floor(i / plane) % bias.length]!);
  eachProduct(g, (from, to, by) => {
    sums[to]! += dy[from]! * weight[by]!;
  });
  return sums;
}

test.concurrent.for(partOf(strided, 24))('by the input, with a stride, of $of by $tile', async ({ of, tile }) => {
  const g = geometry({ stride: [2, 2], ...of });
  const { x, y, w } = sizesOf(g);
  const [dy, weight, bias] = [numbers(y, 1), numbers(w, 2), numbers(g.groups * g.groupIn, 3)];
  const sums = inputGradOf(g, dy, weight, bias);
  const adapter = tile ? gpuWith({ ...usualStride, ...tile }, 'conv2d input gradient') : adapterOf('gpu');
  const lowering = inputGradPasses(g, true, adapter) as Extract<Lowering, { kind: 'passes' }>;
  expect(lowering.passes[0]!.source).toContain(strideSource);
  const [own, anyhow] = await Promise.all([
    runPasses(device, lowering, [dy, weight, bias], [x]),
    runPasses(device, withGenerals(lowering), [dy, weight, bias], [x]),
  ]);
  expect(own[0]).toEqual(sums);
  expect(anyhow[0]).toEqual(sums);
});

const layers: readonly Partial<ConvGeometry>[] = [
  { groupIn: 8, groupOut: 16 },
  { groupIn: 1, groupOut: 8, kernel: [5, 4], padding: [2, 2, 1, 2] },
  { groupIn: 24, groupOut: 40, kernel: [1, 1], padding: [0, 0, 0, 0] },
  { groupIn: 3, groupOut: 12, kernel: [7, 7], padding: [3, 3, 3, 3] },
  { groups: 3, groupIn: 4, groupOut: 6, dilation: [1, 2] },
];
test.for(layers)(
  'images of any number and size take two kernels at most of a layer of %o: few outputs have lanes to share',
  (of) => {
    const adapter = adapterOf('gpu');
    const codes = (stride: number, lower: (g: ConvGeometry) => Lowering) => {
      const sizes = [
        [64, 28, 28],
        [1, 28, 28],
        [17, 13, 40],
        [2, 61, 33],
        [300, 7, 7],
      ] as const;
      const lowerings = sizes.map(([batch, ...size]) =>
        lower(geometry({ ...of, batch, size, stride: [stride, stride] })),
      );
      const kernels = lowerings.map(
        (lowering) => (withGenerals(lowering) as Extract<Lowering, { kind: 'passes' }>).passes[0]!,
      );
      return new Set(kernels.map(({ source, consts }) => JSON.stringify([source, consts]))).size;
    };
    for (const stride of [1, 2]) {
      expect(codes(stride, (g) => forwardPasses(g, false, adapter))).toBeLessThanOrEqual(2);
      // Pictures of few colours take other kernels where they are many.
      if (of.groupIn! > 3) expect(codes(stride, (g) => inputGradPasses(g, false, adapter))).toBeLessThanOrEqual(2);
      expect(codes(stride, (g) => weightGradPasses(g, adapter))).toBe(1);
    }
  },
);

test('patches that do not overlap are products that are laid side by side', async () => {
  const large = geometry({
    ...{ batch: 8, groupIn: 3, groupOut: 64, size: [64, 64] },
    ...{ kernel: [32, 32], stride: [32, 32], padding: [0, 0, 0, 0] },
  });
  const chosen = inputGradPasses(large, false, adapterOf('gpu')) as Extract<Lowering, { kind: 'passes' }>;
  expect(chosen.passes.at(-1)!.source).toContain(patchSource);
  const odd = [
    geometry({
      kernel: [4, 3],
      stride: [4, 5],
      padding: [0, 1, 2, 0],
      size: [13, 18],
      groups: 2,
      groupOut: 6,
      batch: 2,
    }),
    geometry({ kernel: [2, 2], stride: [3, 2], padding: [1, 0, 0, 0], size: [3, 7], groupIn: 3, groupOut: 40 }),
  ];
  for (const g of partOf(odd)) {
    const { x, y, w } = sizesOf(g);
    const [dy, weight, bias] = [numbers(y, 1), numbers(w, 2), numbers(g.groups * g.groupIn, 3)];
    const [laid] = await runPasses(device, patchPasses(g, true, adapterOf('gpu')), [dy, weight, bias], [x]);
    expect(laid).toEqual(inputGradOf(g, dy, weight, bias));
  }
});

test('a kernel as large as the image is a product, with its gradients', async () => {
  const frameless = { padding: [0, 0, 0, 0], stride: [2, 1], batch: 3 } as const;
  const whole = [
    geometry({ ...frameless, kernel: [4, 3], size: [4, 3] }),
    geometry({ ...frameless, kernel: [1, 1], size: [1, 1], groupIn: 33 }),
  ];
  for (const g of partOf(whole)) {
    const { x, y, w, b } = sizesOf(g);
    const channels = g.groupIn * g.groups;
    // A product adds a bias to columns, so that a channel of the gradient must be one.
    const isPixel = g.size[0] * g.size[1] === 1;
    const [images, weight, bias, dy] = [numbers(x, 1), numbers(w, 2), numbers(b, 3), numbers(y, 4)];
    const back = isPixel ? numbers(channels, 5) : undefined;
    const sums = Float32Array.from({ length: y }, (_, i) => bias[i % b]!);
    const byInput = Float32Array.from({ length: x }, (_, i) => back?.[i % channels] ?? 0);
    const byWeight = new Float32Array(w);
    eachProduct(g, (to, from, by) => {
      sums[to]! += images[from]! * weight[by]!;
      byInput[from]! += dy[to]! * weight[by]!;
      byWeight[by]! += dy[to]! * images[from]!;
    });
    const byBias = Float32Array.from({ length: b }, (_, o) => dy.reduce((sum, d, i) => sum + (i % b === o ? d : 0), 0));
    const metas = (...shapes: number[][]) => shapes.map((shape): Meta => ({ shape, dtype: 'float32' }));
    const [xs, ws, ys] = [
      [g.batch, channels, ...g.size],
      [g.groupOut, g.groupIn, ...g.kernel],
      [g.batch, g.groupOut, ...g.outSize],
    ];
    const of = (inputs: Meta[], outputs: Meta[]) => ({ inputs, outputs, attrs: g, adapter: adapterOf('gpu') });
    const gradients = inputGrad(of(metas(ys, ws, ...(back ? [[channels]] : [])), metas(xs)));
    const [ahead, behind, weights] = await Promise.all([
      runPasses(device, forward(of(metas(xs, ws, [b]), metas(ys))), [images, weight, bias], [y]),
      runPasses(device, gradients, [dy, weight, ...(back ? [back] : [])], [x]),
      runPasses(device, weightGrad(of(metas(xs, ys), metas(ws, [b]))), [images, dy], [w, b]),
    ]);
    expect([ahead[0], behind[0], weights]).toEqual([sums, byInput, [byWeight, byBias]]);
    expect((gradients as Extract<Lowering, { kind: 'passes' }>).passes[0]!.source).not.toContain(strideSource);
  }
});

test('the sum over the channels is split where there are few workgroups', () => {
  const of = (batch: number, channels: number, size: number) => {
    const g = geometry({ batch, groupIn: channels, groupOut: channels, size: [size, size] });
    return expectedSegmentTile(g, adapterOf('gpu'))!.chunks;
  };
  expect(of(1, 512, 7)).toBeGreaterThan(4);
  expect(of(32, 64, 56)).toBe(1);
});

test('tiles on RDNA 3, whose lanes Mesa gives 128 registers, have fewer sums than on RDNA 2', () => {
  const g = geometry({ batch: 32, groupIn: 64, groupOut: 64, size: [28, 28] });
  const sumsOn = (architecture: string) => {
    const { channels, cols } = expectedSegmentTile(g, adapterOf('gpu', { vendor: 'amd', architecture }))!;
    return channels * cols;
  };
  expect(sumsOn('rdna-3')).toBeLessThan(sumsOn('rdna-2'));
});

test('depthwise tiles and blocks on RDNA 3 have fewer sums than on RDNA 2, and sum the same', async () => {
  const pads = { padding: [1, 1, 1, 1], kernel: [3, 3] } as const;
  const depthwise = geometry({ batch: 3, groups: 256, groupIn: 1, groupOut: 1, size: [14, 21], ...pads });
  const colours = geometry({ batch: 41, groupIn: 3, groupOut: 2, size: [65, 66], stride: [2, 2], ...pads });
  const [two, three] = ['rdna-2', 'rdna-3'].map((architecture) => adapterOf('gpu', { vendor: 'amd', architecture }));
  const accOf = (lowering: Lowering) =>
    Number((lowering as Extract<Lowering, { kind: 'passes' }>).passes[0]!.consts!.ACC);
  expect(accOf(forwardPasses(depthwise, false, three!))).toBeLessThan(accOf(forwardPasses(depthwise, false, two!)));
  expect(accOf(inputGradPasses(colours, false, three!))).toBeLessThan(accOf(inputGradPasses(colours, false, two!)));
  // A block of a larger kernel has no room for its weights there.
  const large = { groupIn: 3, groupOut: 64, size: [224, 224], kernel: [7, 7], padding: [3, 3, 3, 3] } as const;
  const stem = inputGradPasses(geometry({ batch: 8, stride: [2, 2], ...large }), false, three!);
  expect(stem.kind === 'passes' && stem.passes[0]!.consts).toHaveProperty('LINES');
  const { x, y, w } = sizesOf(depthwise);
  const of = sizesOf(colours);
  const [images, weight, dy, filters] = [numbers(x, 1), numbers(w, 2), numbers(of.y, 3), numbers(of.w, 4)];
  const [sums, back] = [new Float32Array(y), new Float32Array(of.x)];
  eachProduct(depthwise, (to, from, by) => {
    sums[to]! += images[from]! * weight[by]!;
  });
  eachProduct(colours, (to, from, by) => {
    back[from]! += dy[to]! * filters[by]!;
  });
  const [ahead, behind] = await Promise.all([
    runPasses(device, forwardPasses(depthwise, false, three!), [images, weight], [y]),
    runPasses(device, inputGradPasses(colours, false, three!), [dy, filters], [of.x]),
  ]);
  expect([ahead[0], behind[0]]).toEqual([sums, back]);
});

test('a depthwise convolution with a stride keeps what it reads in the registers of a GPU', () => {
  for (const [size, taps] of [
    [112, 3],
    [28, 5],
  ] as const) {
    const g = geometry({
      ...{ groups: 240, groupIn: 1, groupOut: 1, size: [size, size], stride: [2, 2] },
      ...{ kernel: [taps, taps], padding: [taps >> 1, taps >> 1, taps >> 1, taps >> 1] },
    });
    const tile = chooseCorrelationTile(g, adapterOf('gpu')) as CorrelationTile;
    const [rows, cols] = patchSize(g, tile);
    expect(tile.images * tile.depth * rows * cols).toBeLessThan(100);
  }
});

test("Intel's GPUs, which have few registers, take no segments", () => {
  const g = geometry({ groupIn: 64, groupOut: 64, size: [14, 14] });
  const segmentsOn = (vendor: string) => {
    const adapter = adapterOf('gpu', { vendor });
    return [isSegmentTile(chooseCorrelationTile(g, adapter)), isSegmentGradTile(chooseWeightGradTile(g, adapter))];
  };
  expect(segmentsOn('intel')).toEqual([false, false]);
  expect(segmentsOn('amd')).toEqual([true, true]);
  const tile = chooseWeightGradTile(g, adapterOf('gpu', { vendor: 'intel' }));
  expect(isWorkgroupTile(tile) && tile.outs * tile.taps).toBe(16);
  // Kernels without workgroup memory keep few sums, weights and elements of x.
  const intel = adapterOf('gpu', { vendor: 'intel' });
  for (const kernel of [
    [3, 3],
    [5, 5],
    [7, 7],
    [1, 31],
  ] as const) {
    const depthwise = geometry({ groups: 8, groupIn: 1, groupOut: 1, size: [40, 40], kernel });
    for (const { rows, cols, kernelRows, kernelCols } of correlationTiles(depthwise, intel)) {
      const taps = kernelRows * kernelCols;
      expect(rows * cols + taps + (rows + kernelRows - 1) * (cols + kernelCols - 1)).toBeLessThan(36);
    }
    const gradient = chooseWeightGradTile(depthwise, intel) as RegisterTile;
    expect(gradient.kernelRows * gradient.kernelCols).toBeLessThanOrEqual(16);
  }
});

const few: readonly Partial<ConvGeometry>[] = [
  { groups: 6, groupIn: 1, groupOut: 1, size: [9, 11], batch: 2 },
  { groups: 5, groupIn: 1, groupOut: 1, size: [12, 13], kernel: [5, 5], stride: [2, 2], padding: [2, 2, 2, 2] },
  { groups: 3, groupIn: 1, groupOut: 2, size: [13, 9], kernel: [7, 7], padding: [3, 3, 3, 3] },
  { groups: 2, groupIn: 5, groupOut: 3, size: [9, 10], dilation: [2, 2], padding: [2, 2, 2, 2] },
  { groupIn: 65, groupOut: 70, size: [5, 6], stride: [2, 1] },
  { groupIn: 40, groupOut: 18, size: [7, 7] },
  { groupIn: 9, groupOut: 3, size: [8, 9], kernel: [9, 9], padding: [4, 4, 4, 4] },
  { groupIn: 3, groupOut: 40, size: [17, 19], kernel: [7, 7], stride: [2, 2], padding: [3, 3, 3, 3] },
  { groupIn: 6, groupOut: 33, size: [8, 10], kernel: [4, 4], stride: [2, 2], batch: 2 },
  { groupIn: 3, groupOut: 9, size: [16, 24], kernel: [8, 8], stride: [8, 8], padding: [0, 0, 0, 0] },
  { groupIn: 5, groupOut: 36, size: [11, 13], stride: [3, 2], dilation: [2, 3], padding: [1, 2, 4, 0] },
];

test.concurrent.for(partOf(few, 24))("forward, by the input and by the weight on Intel's GPUs, of %o", async (of) => {
  const g = geometry(of);
  const { x, y, w, b } = sizesOf(g);
  const [images, weight, bias, dy] = [numbers(x, 1), numbers(w, 2), numbers(b, 3), numbers(y, 4)];
  const added = numbers(g.groups * g.groupIn, 5);
  const plane = (pixels: readonly [number, number]) => pixels[0] * pixels[1];
  const sums = Float32Array.from({ length: y }, (_, i) => bias[Math.floor(i / plane(g.outSize)) % b]!);
  const back = Float32Array.from({ length: x }, (_, i) => added[Math.floor(i / plane(g.size)) % added.length]!);
  const weights = new Float32Array(w);
  eachProduct(g, (to, from, by) => {
    sums[to]! += images[from]! * weight[by]!;
    back[from]! += dy[to]! * weight[by]!;
    weights[by]! += dy[to]! * images[from]!;
  });
  const intel = adapterOf('gpu', { vendor: 'intel' });
  const generally = (lowering: Lowering) => {
    const { passes, ...rest } = lowering as Extract<Lowering, { kind: 'passes' }>;
    return { ...rest, passes: passes.map((pass) => pass.variants?.general ?? pass) };
  };
  const [ahead, behind] = [forwardPasses(g, true, intel), inputGradPasses(g, true, intel)];
  const [own, anyhow, gradient, generalGradient, [byWeight]] = await Promise.all([
    runPasses(device, ahead, [images, weight, bias], [y]),
    runPasses(device, generally(ahead), [images, weight, bias], [y]),
    runPasses(device, behind, [dy, weight, added], [x]),
    runPasses(device, generally(behind), [dy, weight, added], [x]),
    runPasses(device, weightGradPasses(g, intel), [images, dy], [w, b]),
  ]);
  expect([own[0], anyhow[0]]).toEqual([sums, sums]);
  expect([gradient[0], generalGradient[0]]).toEqual([back, back]);
  expect(byWeight).toEqual(weights);
});

test("sums by Intel's GPUs are split where there are few workgroups", () => {
  const intel = adapterOf('gpu', { vendor: 'intel' });
  const passesOf = (lowering: Lowering) => (lowering as Extract<Lowering, { kind: 'passes' }>).passes.length;
  const one = geometry({ groupIn: 512, groupOut: 512, size: [7, 7] });
  const many = geometry({ groupIn: 64, groupOut: 64, size: [56, 56], batch: 32 });
  const counts = ([1, 2] as const).flatMap((stride) =>
    [one, many].map((g) => passesOf(inputGradPasses(geometry({ ...g, stride: [stride, stride] }), false, intel))),
  );
  expect([passesOf(forwardPasses(one, true, intel)), ...counts]).toEqual([2, 2, 1, 2, 1]);
});
