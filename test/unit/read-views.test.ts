// Products read transposed and expanded operands where they are, on GPUs.
import { expect, test } from 'vitest';
import type { KernelOp, StridedView } from '../../src/engine/compiler/ir';
import { dropUnused } from '../../src/engine/compiler/passes/drop-unused';
import { readViews } from '../../src/engine/compiler/passes/read-views';
import { contiguousStrides, type Shape } from '../../src/engine/core/meta';
import { matmul } from '../../src/engine/kernels/matmul/products';
import { adapterOf } from '../support/adapter';
import { described, kernelOp, type Line, lowered, pointwiseOp } from '../support/programs';

const viewing = (view: StridedView): KernelOp => ({
  name: 'view',
  lower: () => ({ kind: 'passes', passes: [], viewing: { view, lower: (other) => viewing(other).lower({} as never) } }),
});
const permute = (shape: Shape, order: readonly number[], offset = 0) =>
  viewing({ shape: order.map((d) => shape[d]!), strides: order.map((d) => contiguousStrides(shape)[d]!), offset });
const productOn = (kind: 'gpu' | 'software'): KernelOp => ({
  name: 'matmul',
  lower: ({ inputs, outputs }) => {
    const attrs = { transposeA: false, transposeB: false };
    return matmul({ inputs, outputs, attrs, adapter: adapterOf(kind) }, null);
  },
});
const product = productOn('gpu');
const read = (inputs: Shape[], lines: Line[]) => {
  const last = inputs.length + lines.length - 1;
  return described(dropUnused(readViews(lowered(inputs, lines, [last]), (lowering) => lowering)));
};

test('a transposed operand, either or both', () => {
  const swap = permute([5, 4], [1, 0]);
  expect(
    read(
      [
        [3, 4],
        [5, 4],
      ],
      [
        [swap, [1], [4, 5]],
        [product, [0, 2], [3, 5]],
      ],
    ),
  ).toEqual(['matmul(0,1) -> 3']);
  const both: Line[] = [
    [permute([4, 3], [1, 0]), [0], [3, 4]],
    [swap, [1], [4, 5]],
    [product, [2, 3], [3, 5]],
  ];
  expect(
    read(
      [
        [4, 3],
        [5, 4],
      ],
      both,
    ),
  ).toEqual(['matmul(0,1) -> 4']);
});

test('heads, and batches that are expanded', () => {
  const heads: Line[] = [
    [permute([2, 6, 3, 8], [0, 2, 1, 3]), [0], [2, 3, 6, 8]],
    [permute([2, 6, 3, 8], [0, 2, 3, 1]), [1], [2, 3, 8, 6]],
    [product, [2, 3], [2, 3, 6, 6]],
  ];
  expect(
    read(
      [
        [2, 6, 3, 8],
        [2, 6, 3, 8],
      ],
      heads,
    ),
  ).toEqual(['matmul(0,1) -> 4']);
  const expand = pointwiseOp('expand', 'a0');
  const expanded: Line[] = [
    [expand, [0], [7, 4, 5]],
    [permute([7, 4, 5], [0, 2, 1]), [2], [7, 5, 4]],
    [product, [3, 1], [7, 5, 6]],
  ];
  expect(
    read(
      [
        [1, 4, 5],
        [7, 4, 6],
      ],
      expanded,
    ),
  ).toEqual(['matmul(0,1) -> 4']);
});

test('a copy stays where it is better to read, and where something else reads it', () => {
  const strided = viewing({ shape: [3, 4], strides: [24, 2], offset: 0 });
  const from = (view: KernelOp): Line[] => [
    [view, [0], [3, 4]],
    [product, [2, 1], [3, 5]],
  ];
  expect(
    read(
      [
        [3, 24],
        [4, 5],
      ],
      from(strided),
    ),
  ).toEqual(['view(0) -> 2', 'matmul(2,1) -> 3']);
  expect(
    read(
      [
        [9, 4],
        [4, 5],
      ],
      from(viewing({ shape: [3, 4], strides: [4, 1], offset: 8 })),
    ),
  ).toHaveLength(2);
  const swap = permute([4, 3], [1, 0]);
  expect(
    read(
      [
        [4, 3],
        [4, 5],
      ],
      [
        [swap, [0], [3, 4]],
        [productOn('software'), [2, 1], [3, 5]],
      ],
    ),
  ).toHaveLength(2);
  const kept: Line[] = [...from(swap), [kernelOp('read'), [2, 3], [1]]];
  expect(
    read(
      [
        [4, 3],
        [4, 5],
      ],
      kept,
    ),
  ).toEqual(['view(0) -> 2', 'matmul(0,1) -> 3', 'read(2,3) -> 4']);
});

test('heads that a reshape makes of transposed features', () => {
  const reshape: KernelOp = { name: 'reshape', lower: () => ({ kind: 'alias', byteOffset: 0 }) };
  const heads: Line[] = [
    [permute([12, 5], [1, 0]), [0], [5, 12]],
    [reshape, [2], [5, 3, 4]],
    [permute([5, 3, 4], [1, 0, 2]), [3], [3, 5, 4]],
    [product, [4, 1], [3, 5, 6]],
  ];
  expect(
    read(
      [
        [12, 5],
        [3, 4, 6],
      ],
      heads,
    ),
  ).toEqual(['matmul(0,1) -> 5']);
});

test('a product that is read transposed alone is computed so', () => {
  const inputs: Shape[] = [
    [2, 3, 4],
    [2, 4, 5],
  ];
  const y: Line = [product, [0, 1], [2, 3, 5]];
  const swap: Line = [permute([2, 3, 5], [0, 2, 1]), [2], [2, 5, 3]];
  expect(read(inputs, [y, swap])).toEqual(['matmul(1,0) -> 3']);
  expect(read(inputs, [y, swap, [kernelOp('read'), [2, 3], [1]]])).toHaveLength(3);
  expect(read(inputs, [[productOn('software'), [0, 1], [2, 3, 5]], swap])).toHaveLength(2);
  expect(read(inputs, [y, [permute([2, 3, 5], [1, 0, 2]), [2], [3, 2, 5]]])).toHaveLength(2);
});
