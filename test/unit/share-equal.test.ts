import { expect, test } from 'vitest';
import { shareEqual } from '../../src/engine/compiler/passes/share-equal';
import { described, kernelOp, lowered, type Options, pointwiseOp } from '../support/programs';

const a = pointwiseOp('a');
const k = kernelOp('k');
const read = kernelOp('read');

/** Two nodes of `op` over input 0, and a reader of both. */
const twice = (op: ReturnType<typeof kernelOp>, options: Options = {}, exports = [3], second = 0) =>
  described(
    shareEqual(
      lowered(
        [[4], [4]],
        [
          [op, [0], [4]],
          [op, [second], [4]],
          [read, [2, 3], [4]],
        ],
        exports.map((v) => v + 1),
        options,
      ),
    ),
  );

test.each([a, k])('equal nodes are computed once: $name', (op) => {
  expect(twice(op)).toEqual([`${op.name}(0) -> 2`, 'read(2,2) -> 4']);
});

test('chains of equal nodes shrink to one chain', () => {
  const { program } = shareEqual(
    lowered(
      [[4]],
      [
        [a, [0], [4]],
        [k, [1], [4]],
        [a, [0], [4]],
        [k, [3], [4]],
        [read, [2, 4], [4]],
      ],
      [5],
    ),
  );
  expect(program.nodes.map(({ op }) => op.name)).toEqual(['a', 'k', 'read']);
});

test('other inputs or attributes are other nodes', () => {
  expect(twice(k, {}, [3], 1)).toHaveLength(3);
  expect(twice(k, { attrs: { 0: { dim: 0 }, 1: { dim: 1 } } })).toHaveLength(3);
  expect(twice(k, { attrs: { 0: { dim: 1 }, 1: { dim: 1 } } })).toHaveLength(2);
});

test('what has dynamic scalars stays, as random draws must', () => {
  expect(twice(k, { scalars: { 0: 2, 1: 2 } })).toHaveLength(3);
});

test('what overwrites an input stays', () => {
  expect(twice(kernelOp('k', { inPlace: () => [[0, 0]] }))).toHaveLength(3);
});

test('what is exported keeps memory of its own', () => {
  expect(twice(k, {}, [2, 3])).toHaveLength(3);
  expect(twice(k, {}, [1, 3])).toEqual(['k(0) -> 2', 'read(2,2) -> 4']);
});
