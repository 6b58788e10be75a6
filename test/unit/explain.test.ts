// Proves that an explained plan tells kernels, fused operations, free ones and memory as they are, without a GPU.
import { expect, test } from 'vitest';
import { compile } from '../../src/engine/compiler/compile';
import { explainPlan, showBytes } from '../../src/engine/compiler/explain';
import { input, type KernelOp, output, type Program, type ProgramNode, u32 } from '../../src/engine/compiler/ir';
import type { Meta } from '../../src/engine/core/meta';
import { adapterOf, roomy } from '../support/adapter';

const adapter = adapterOf('gpu', roomy);

const heavy: KernelOp = {
  name: 'matmul',
  lower: () => ({
    kind: 'passes',
    passes: [
      {
        label: 'matmul',
        source: ['const TILE: u32 = 1;\nfn store(at: u32, value: f32) { y[at] = value; }'],
        consts: { TILE: 8 },
        reads: [input(0), input(1)],
        writes: [output()],
        params: [u32(1), u32(2)],
        grid: [70, 2, 1],
      },
    ],
  }),
};
const pointwise = (name: string, expr: string): KernelOp => ({
  name,
  lower: () => ({ kind: 'pointwise', body: { expr } }),
});
const reshape: KernelOp = { name: 'reshape', lower: () => ({ kind: 'alias', byteOffset: 0 }) };

const SIZE = 40_000;
const values: Meta[] = [
  { shape: [SIZE], dtype: 'float32' },
  { shape: [3], dtype: 'float32' },
  { shape: [SIZE], dtype: 'float32' },
  { shape: [200, 200], dtype: 'float32' },
  { shape: [200, 200], dtype: 'float32' },
  { shape: [SIZE], dtype: 'float32' },
];
const node = (op: KernelOp, place: string, inputs: number[], out: number, scalarCount = 0): ProgramNode => ({
  op,
  attrs: undefined,
  inputs,
  outputs: [out],
  scalarBase: 0,
  scalarCount,
  place,
});
/** matmul → reshape → scale and relu, then another matmul. */
const program: Program = {
  values,
  inputCount: 2,
  nodes: [
    node(heavy, 'fc', [0, 1], 2),
    node(reshape, 'Net', [2], 3),
    node(pointwise('relu', 'max(a0 * s0, 0.0)'), 'Net', [3], 4, 1),
    node(heavy, 'Adam', [4, 1], 5),
  ],
  exports: [5],
};
const explained = explainPlan(compile(program, adapter), { program, uploads: [true, false], cached: false, runs: 2 });

test('kernels come in order with what was fused into each', () => {
  expect(explained.dispatches).toBe(2);
  expect(explained.kernels.map(({ label }) => label)).toEqual(['matmul relu', 'matmul']);
  expect(explained.kernels[0]!.ops.map(({ place, name }) => `${place} ${name}`)).toEqual(['fc matmul', 'Net relu']);
  expect(explained.kernels[1]!.ops).toEqual([{ place: 'Adam', name: 'matmul', shape: [SIZE] }]);
  expect(explained.kernels[0]!.grid).toEqual([70, 2, 1]);
  expect(explained.kernels[0]!.bindings).toEqual([
    { kind: 'read', bytes: 4 * SIZE },
    { kind: 'read', bytes: 12 },
    { kind: 'write', bytes: 4 * SIZE },
    { kind: 'uniform', bytes: 8 },
    { kind: 'uniform', bytes: 4 },
  ]);
  expect(explained.kernels[0]!.code).toContain('const TILE: u32 = 8u;');
});

test('what costs nothing, what is uploaded and which memory is taken is told', () => {
  expect(explained.free).toEqual([{ name: 'reshape', place: 'Net', shape: [200, 200] }]);
  expect(explained.uploads).toEqual([4 * SIZE]);
  expect(explained.scalars).toBe(1);
  expect(explained.copies).toBe(1);
  expect(explained.peakBytes).toBe(4 * SIZE);
  expect(explained.buffers).toEqual([
    { kind: 'input', bytes: 4 * SIZE, first: 0, last: 1 },
    { kind: 'input', bytes: 12, first: 0, last: 2 },
    { kind: 'intermediate', bytes: 4 * SIZE, first: 1, last: 2 },
    { kind: 'export', bytes: 4 * SIZE, first: 2, last: 2 },
  ]);
});

test('the text is for reading', () => {
  expect(`${explained}`).toBe(
    `2 dispatches in 1 submit, 1 copy, not compiled yet, ran 2 times
   1  matmul relu  70×2  160 kB + 12 B → 160 kB
      fc: matmul [40000]; Net: relu [200, 200]
   2  matmul       70×2  160 kB + 12 B → 160 kB
      Adam: matmul [40000]
free  Net: reshape [200, 200]
mem   2 inputs 160 kB; 1 of them uploaded, 160 kB; 1 result in memory of their own 160 kB; 1 intermediate 160 kB, at most 160 kB at once; 1 dynamic number
       160 kB from kernel 1 to 2`,
  );
});

test('sizes have a unit that fits', () => {
  expect([0, 999, 1000, 12_345, 999_499, 999_500, 3_210_000, 4e9, 5e12].map(showBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '12 kB',
    '999 kB',
    '1.0 MB',
    '3.2 MB',
    '4.0 GB',
    '5000 GB',
  ]);
});
