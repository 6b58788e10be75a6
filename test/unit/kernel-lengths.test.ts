// The lengths that kernels for processors declare their arrays with: those of the operands, however they lie.
import { describe, expect, test } from 'vitest';
import { withEpilogue } from '../../src/engine/compiler/fusion/inline';
import type { Lowering, Pass } from '../../src/engine/compiler/ir';
import { passWithTexts } from '../../src/engine/compiler/texts';
import type { Meta, Shape } from '../../src/engine/core/meta';
import { forwardPasses } from '../../src/engine/kernels/conv/forward';
import { matmulPasses, type Product } from '../../src/engine/kernels/matmul/passes';
import { BATCH_DIMS } from '../../src/engine/ops/linalg/matmul-sizes';
import { adapterOf } from '../support/adapter';
import { geometryOf } from '../support/geometry';

const software = adapterOf('software', { architecture: 'swiftshader', features: new Set(['subgroups']) });

const firstOf = (lowering: Lowering): Pass => (lowering as Extract<Lowering, { kind: 'passes' }>).passes[0]!;

const none = { size: 1, a: 0, b: 0 };
const product = (fields: Partial<Product> = {}): Product => ({
  m: 96,
  k: 64,
  n: 80,
  batch: 1,
  transposeA: false,
  transposeB: false,
  sums: false,
  bias: false,
  steps: { m: 64, ka: 1, kb: 80, n: 1 },
  dims: Array.from({ length: BATCH_DIMS }, () => none),
  ...fields,
});

describe('products', () => {
  const lengthsOf = (fields?: Partial<Product>) =>
    firstOf(matmulPasses(product(fields), software)).variants?.layerLengths;

  test('of rows and columns, and of transposed matrices', () => {
    const whole = { p: 96 * 64, q: 64 * 80, y: 96 * 80 };
    expect(lengthsOf()).toEqual(whole);
    expect(lengthsOf({ transposeA: true, steps: { m: 1, ka: 96, kb: 80, n: 1 } })).toEqual(whole);
    expect(lengthsOf({ transposeB: true, steps: { m: 64, ka: 1, kb: 1, n: 64 } })).toEqual(whole);
  });

  test('of a batch of which one operand stays', () => {
    const dims = [none, none, none, { size: 5, a: 96 * 64, b: 0 }];
    expect(lengthsOf({ batch: 5, dims })).toEqual({ p: 5 * 96 * 64, q: 64 * 80, y: 5 * 96 * 80 });
  });

  test('of the pixels of images', () => {
    const images = { cols: 20, step: 64 * 20 };
    expect(lengthsOf({ images, bias: 'rows', steps: { m: 64, ka: 1, kb: 20, n: 1 } })).toMatchObject({
      q: 4 * 64 * 20,
    });
  });

  test('of the pixels of images that a stride leaves', () => {
    const images = { cols: 20, step: 64 * 99, rows: { cols: 5, step: 22 } };
    expect(lengthsOf({ images, bias: 'rows', steps: { m: 64, ka: 1, kb: 99, n: 2 } })).toMatchObject({
      q: 3 * 64 * 99 + 63 * 99 + 3 * 22 + 4 * 2 + 1,
    });
  });

  test('small ones have a kernel for all lengths', () => {
    expect(lengthsOf({ m: 4, n: 4, steps: { m: 64, ka: 1, kb: 4, n: 1 } })).toBeUndefined();
  });
});

const geometry = geometryOf({ batch: 2, groupIn: 8, groupOut: 12, size: [20, 24] });

describe('convolutions', () => {
  test('of groups of channels, with what follows them', () => {
    const pass = passWithTexts(firstOf(forwardPasses(geometry({ groups: 3 }), false, software)));
    const lengths = { x: 2 * 24 * 480, w: 36 * 8 * 9, y: 2 * 36 * 480 };
    expect(pass.variants?.layerLengths).toEqual(lengths);
    const meta = (shape: Shape): Meta => ({ shape, dtype: 'float32' });
    const shape = [2, 36, 20, 24];
    const sum = { name: 'add', body: { expr: 'a0 + a1' }, scalars: [], result: meta(shape) };
    const member = { ...sum, inputs: ['stored', { external: 0, meta: meta(shape) }] as const };
    const fused = withEpilogue(pass, { members: [member], externals: [meta(shape)], main: 0, others: [0] }, 2, 1);
    expect(fused.variants?.layerLengths).toEqual({ ...lengths, epilogue_x0: lengths.y, epilogue_y0: lengths.y });
  });

  test('of channels one by one', () => {
    const each = geometry({ groups: 8, groupIn: 1, groupOut: 1 });
    expect(firstOf(forwardPasses(each, false, software)).variants?.layerLengths).toEqual({ x: 7680, w: 72, y: 7680 });
  });

  test('of which a pooling keeps the greatest of each window', () => {
    const { pooled } = forwardPasses(geometry(), false, software) as Extract<Lowering, { kind: 'passes' }>;
    expect(firstOf(pooled!({ size: [20, 24], window: [2, 2] })!).variants?.layerLengths).toMatchObject({
      y: 2 * 12 * 120,
    });
  });
});
