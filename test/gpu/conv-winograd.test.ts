// Convolution by Winograd's filtering, with the kernels of both classes, against sums on the host; and when it is chosen.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AdapterProfile } from '../../src/engine/gpu/device';
import type { Correlation } from '../../src/engine/kernels/conv/forward';
import { choosesWinograd, winogradPasses } from '../../src/engine/kernels/conv/winograd';
import { adapterOf } from '../support/adapter';
import { expectNumbers } from '../support/close';
import { runPasses } from '../support/passes';
import { sampled } from '../support/sample';

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
});
afterAll(() => device?.destroy());

interface Case {
  readonly batch?: number;
  readonly ins: number;
  readonly outs: number;
  readonly size: readonly [number, number];
  readonly pads: readonly [top: number, left: number];
  /** As the gradient by the input has it. */
  readonly transposed?: boolean;
  readonly bias?: boolean;
}

const cases: readonly Case[] = [
  { ins: 1, outs: 1, size: [3, 3], pads: [0, 0] },
  { batch: 2, ins: 5, outs: 6, size: [7, 9], pads: [1, 1], bias: true },
  { batch: 3, ins: 4, outs: 17, size: [8, 6], pads: [2, 0] },
  { batch: 2, ins: 18, outs: 3, size: [5, 11], pads: [1, 2], transposed: true },
];

/** Whole numbers, so that all the arithmetic is exact. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7 + seed * 13) % 11) - 5);

function correlationOf({ batch = 1, ins, outs, size, pads, transposed = false, bias = false }: Case): Correlation {
  return {
    batch,
    groups: 1,
    groupIn: ins,
    groupOut: outs,
    size,
    outSize: [size[0] + 2 * pads[0] - 2, size[1] + 2 * pads[1] - 2],
    kernel: [3, 3],
    stride: [1, 1],
    dilation: [1, 1],
    padTop: pads[0],
    padLeft: pads[1],
    weight: transposed
      ? { group: ins * outs * 9, out: 9, in: outs * 9 }
      : { group: ins * outs * 9, out: ins * 9, in: 9 },
    flip: transposed,
    bias,
  };
}

function expected(c: Correlation, x: Float32Array, w: Float32Array, b: Float32Array): Float32Array {
  const [rows, cols] = c.size;
  const [outRows, outCols] = c.outSize;
  const y = new Float32Array(c.batch * c.groupOut * outRows * outCols);
  for (let at = 0; at < y.length; at++) {
    const [j, i] = [at % outCols, Math.floor(at / outCols) % outRows];
    const o = Math.floor(at / (outRows * outCols)) % c.groupOut;
    const n = Math.floor(at / (outRows * outCols * c.groupOut));
    let sum = c.bias ? b[o]! : 0;
    for (let ic = 0; ic < c.groupIn; ic++) {
      for (let tap = 0; tap < 9; tap++) {
        const [iy, ix] = [i + Math.floor(tap / 3) - c.padTop, j + (tap % 3) - c.padLeft];
        if (iy < 0 || iy >= rows || ix < 0 || ix >= cols) continue;
        const weight = w[o * c.weight.out + ic * c.weight.in + (c.flip ? 8 - tap : tap)]!;
        sum += weight * x[((n * c.groupIn + ic) * rows + iy) * cols + ix]!;
      }
    }
    y[at] = sum;
  }
  return y;
}

const onBoth = cases.flatMap((given) => (['software', 'gpu'] as const).map((kind) => ({ kind, ...given })));

test.for(sampled(onBoth, 3))(
  '$kind: $ins to $outs channels on $size with padding $pads',
  async ({ kind, ...given }) => {
    const c = correlationOf(given);
    const x = numbers(c.batch * c.groupIn * c.size[0] * c.size[1], 1);
    const w = numbers(c.groupIn * c.groupOut * 9, 2);
    const b = numbers(c.groupOut, 3);
    const y = expected(c, x, w, b);
    const [got] = await runPasses(device, winogradPasses(c, adapterOf(kind)), c.bias ? [x, w, b] : [x, w], [y.length]);
    expectNumbers(got!, y);
  },
);

test('is a candidate where a kernel of 3 × 3 moves by single steps over many channels, and is taken if it was measured to be the best', () => {
  const asked: string[] = [];
  const tuning = { choose: (kernel: string) => asked.push(kernel) && { winograd: true } };
  const tuned = { ...adapterOf('gpu'), tuning } as unknown as AdapterProfile;
  const many = correlationOf({ ins: 32, outs: 64, size: [14, 14], pads: [1, 1] });
  expect(choosesWinograd(many, adapterOf('gpu'))).toBe(false);
  expect(choosesWinograd(many, tuned)).toBe(true);
  expect(asked).toEqual(['conv2d method']);
  for (const other of [
    { groupIn: 8 },
    { stride: [2, 1] },
    { dilation: [1, 2] },
    { kernel: [3, 5] },
    { groups: 2 },
    { batch: 9999 },
  ]) {
    expect(choosesWinograd({ ...many, ...other } as Correlation, tuned)).toBe(false);
  }
  expect(asked).toHaveLength(1);
});
