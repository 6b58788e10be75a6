// Kernels that stand in for others whatever the sizes are compute what these compute, bit for bit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lowering, type Pass, varied } from '../../src/engine/compiler/ir';
import { forwardPasses, registerPass } from '../../src/engine/kernels/conv/forward';
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';
import { inputGradPasses } from '../../src/engine/kernels/conv/input-grad';
import type { CorrelationTile } from '../../src/engine/kernels/conv/register-tiles';
import { weightGradPasses } from '../../src/engine/kernels/conv/weight-grad';
import type { SegmentGradTile } from '../../src/engine/kernels/conv/weight-grad-segment-tiles';
import type { WeightGradTile } from '../../src/engine/kernels/conv/weight-grad-tiles';
import { winogradPasses } from '../../src/engine/kernels/conv/winograd';
import { matmulPasses, type Product } from '../../src/engine/kernels/matmul/passes';
import { adapterOf } from '../support/adapter';
import { allParts } from '../support/all-parts';
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

const adapterHere = () => ({
  ...adapterOf('software', { features: new Set(device.features as Set<GPUFeatureName>) }),
  architecture: 'swiftshader',
});

/** Numbers whose sums are rounded, another way in each order. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * 43.5);

/** A pass, what takes its place where it runs often, and what stands in for it, the most general last. */
const kernelsOf = (pass: Pass): Pass[] => {
  const { general, often } = pass.variants ?? {};
  return [pass, ...(often ? [often()] : []), ...(general ? kernelsOf(general) : [])];
};

/** Bits of all outputs, by the passes' own kernels and with each of those that stand in for one of them. */
async function allBits(lowering: Lowering, inputs: readonly Float32Array[], outputs: readonly number[]) {
  if (lowering.kind !== 'passes') throw new Error('expected passes');
  const variants = lowering.passes.flatMap((pass, p) =>
    kernelsOf(pass)
      .slice(p === 0 ? 0 : 1)
      .map((kernel) => ({ ...lowering, passes: lowering.passes.map((other) => (other === pass ? kernel : other)) })),
  );
  const results = await Promise.all(variants.map((variant) => runPasses(device, variant, inputs, outputs)));
  return results.map((values) => values.map(({ buffer }) => new Uint32Array(buffer as ArrayBuffer)));
}

async function expectSameBits(lowering: Lowering, inputs: readonly Float32Array[], outputs: readonly number[]) {
  const [own, ...generals] = await allBits(lowering, inputs, outputs);
  expect(generals.length).toBeGreaterThan(0);
  for (const bits of generals) expect(bits).toEqual(own);
}

const geometry = geometryOf({ batch: 3, groupIn: 5, groupOut: 6, size: [11, 15] });

const shapes: readonly Partial<ConvGeometry>[] = [
  {},
  { groups: 2, stride: [2, 1], padding: [0, 2, 3, 0] },
  { kernel: [5, 5], padding: [2, 2, 2, 2], groupIn: 1 },
  { kernel: [4, 3], stride: [2, 2], dilation: [2, 1], padding: [0, 0, 0, 0], groupIn: 2 },
  { kernel: [1, 1], padding: [0, 0, 0, 0], groupIn: 37, groupOut: 41 },
];

describe.for(partOf(shapes, 8))('a convolution %o', (given) => {
  test.concurrent('forward and gradient by the input', async () => {
    const g = geometry(given);
    const { x, y, w, b } = sizesOf(g);
    const [images, weight, bias, dy] = [numbers(x, 1), numbers(w, 2), numbers(b, 3), numbers(y, 4)];
    await expectSameBits(forwardPasses(g, true, adapterHere()), [images, weight, bias], [y]);
    await expectSameBits(inputGradPasses(g, false, adapterHere()), [dy, weight], [x]);
  });

  const tiles: readonly WeightGradTile[] = [
    { outs: 2, ins: 1, kernelRows: 1, kernelCols: geometry(given).kernel[1], shifted: false },
    { outs: 4, ins: 1, cols: 4 },
    { outs: 4, ins: 1, cols: 7 },
  ];
  test.concurrent.for(tiles)('gradient by the weight, tile %o', async (tile, { skip }) => {
    if ('cols' in tile && !device.features.has('subgroups')) skip('this device has no subgroups');
    const g = geometry(given);
    const { x, y, w, b } = sizesOf(g);
    await expectSameBits(weightGradPasses(g, adapterHere(), tile), [numbers(x, 1), numbers(y, 4)], [w, b]);
  });
});

const bySegments: readonly (readonly [Partial<ConvGeometry>, Partial<SegmentGradTile>])[] = [
  [
    { stride: [2, 1], padding: [0, 2, 3, 0] },
    { slices: 3, lineLanes: 10, chunks: 4 },
  ],
  [
    { groups: 2, kernel: [2, 9], dilation: [1, 2], padding: [1, 0, 8, 8] },
    { pixels: 7, lines: 1 },
  ],
  [
    { kernel: [4, 4], stride: [4, 4], padding: [0, 0, 0, 0], groupIn: 9 },
    { slices: 2, lineLanes: 16, chunks: 3 },
  ],
];
test.concurrent.for(partOf(bySegments, 6))(
  "a convolution's gradient by the weight on a GPU, %o by %o",
  async ([given, tile]) => {
    await allParts();
    const g = geometry(given);
    const { x, y, w, b } = sizesOf(g);
    const usual = { outLanes: 2, lineLanes: 32, slices: 1, channels: 4, lines: 2, pixels: 4, chunks: 1 };
    const lowering = weightGradPasses(g, adapterOf('gpu'), { ...usual, ...tile });
    await expectSameBits(lowering, [numbers(x, 1), numbers(y, 4)], [w, b]);
  },
);

test('a convolution that is pooled, by larger tiles where it runs often', async () => {
  const g = geometry({ groupIn: 1, groupOut: 6, size: [28, 28], kernel: [5, 5], padding: [2, 2, 2, 2] });
  const { x, y, w, b } = sizesOf(g);
  const own = forwardPasses(g, true, adapterHere()) as Extract<Lowering, { kind: 'passes' }>;
  const pooled = own.pooled!({ size: [28, 28], window: [2, 2] })! as typeof own;
  const [pass] = pooled.passes as [Pass];
  expect(pass.variants!.often!().consts!.ACC!).toBeGreaterThan(pass.consts!.ACC!);
  await expectSameBits(pooled, [numbers(x, 1), numbers(w, 2), numbers(b, 3)], [y / 4, y / 4]);
});

test('a convolution of single taps, by larger tiles where it runs often', async () => {
  const g = geometry({ batch: 1, groupIn: 192, groupOut: 32, size: [8, 8], kernel: [1, 1], padding: [0, 0, 0, 0] });
  const { x, y, w, b } = sizesOf(g);
  const lowering = forwardPasses(g, true, adapterHere()) as Extract<Lowering, { kind: 'passes' }>;
  const [pass] = lowering.passes as [Pass];
  const often = pass.variants!.often!();
  expect(often.consts!.ACC!).toBeGreaterThan(pass.consts!.ACC!);
  expect([often.label, often.reads]).toEqual([pass.label, pass.reads]);
  await expectSameBits(lowering, [numbers(x, 1), numbers(w, 2), numbers(b, 3)], [y]);
});

test("a convolution by Winograd's filtering, whose products read what other passes wrote", async () => {
  const g = geometry({ groupIn: 20, groupOut: 24, size: [12, 10] });
  const { x, y, w, b } = sizesOf(g);
  const weight = { group: 0, out: g.groupIn * 9, in: 9 };
  const c = { ...g, padTop: g.padding[0], padLeft: g.padding[2], weight, flip: false, bias: true };
  await expectSameBits(winogradPasses(c, adapterHere()), [numbers(x, 1), numbers(w, 2), numbers(b, 3)], [y]);
});

const smallMaps: readonly (readonly [Partial<ConvGeometry>, Pick<CorrelationTile, 'rows' | 'cols' | 'channels'>])[] = [
  [
    { batch: 1, groupIn: 9, groupOut: 40, size: [2, 2] },
    { rows: 2, cols: 2, channels: 2 },
  ],
  [
    { groups: 2, groupOut: 11, size: [4, 5], kernel: [3, 2], stride: [2, 3], padding: [2, 1, 0, 3] },
    { rows: 4, cols: 4, channels: 3 },
  ],
  [
    { groupOut: 17, size: [3, 4], dilation: [2, 1], padding: [2, 2, 3, 0] },
    { rows: 4, cols: 7, channels: 4 },
  ],
  [
    { groupIn: 1, size: [1, 1], kernel: [3, 3], padding: [3, 3, 3, 3] },
    { rows: 7, cols: 7, channels: 1 },
  ],
];
describe.for(partOf(smallMaps, 8))('a convolution %o without its border, by %o', ([given, sizes]) => {
  test.concurrent.for(['patch', 'weights', 'nothing'] as const)('whose lanes share %s', async (shares, { skip }) => {
    if (shares !== 'nothing' && !device.features.has('subgroups')) skip('this device has no subgroups');
    const g = geometry(given);
    const { x, y, w, b } = sizesOf(g);
    const [kernelRows, kernelCols] = g.kernel;
    const taps = kernelRows * kernelCols;
    const weight = { group: g.groupOut * g.groupIn * taps, out: g.groupIn * taps, in: taps };
    const c = { ...g, padTop: g.padding[0], padLeft: g.padding[2], weight, flip: false, bias: true };
    const tile = { images: 1, depth: 1, kernelRows, kernelCols, shares, ...sizes };
    const often = registerPass(c, tile, { ...adapterHere(), often: true });
    expect(often.consts).toMatchObject({ EDGE_TOP: c.padTop, EDGE_LEFT: c.padLeft });
    const passes = [varied(registerPass(c, tile, adapterHere()), { often: () => often })];
    await expectSameBits({ kind: 'passes', passes }, [numbers(x, 1), numbers(w, 2), numbers(b, 3)], [y]);
  });
});

const none = { size: 1, a: 0, b: 0 };
const product = (m: number, k: number, n: number): Product => ({
  ...{ m, k, n, batch: 1, transposeA: false, transposeB: false, sums: true, bias: false },
  steps: { m: k, ka: 1, kb: n, n: 1 },
  dims: [none, none, none, none],
});

test.concurrent.for([
  [1, 150, 70],
  [90, 70, 1],
  [37, 130, 130],
  [9, 9000, 9],
  [130, 300, 140],
] as const)('a product of %o', async ([m, k, n]) => {
  await expectSameBits(
    matmulPasses(product(m, k, n), adapterHere()),
    [numbers(m * k, 1), numbers(k * n, 2)],
    [m * n, m],
  );
});
