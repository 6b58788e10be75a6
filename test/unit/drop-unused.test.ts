import { expect, test } from 'vitest';
import { dropUnused } from '../../src/engine/compiler/passes/drop-unused';
import { described, kernelOp, lowered } from '../support/programs';

const k = kernelOp('k');

test('what no export depends on is left out, a whole chain at a time', () => {
  const result = dropUnused(
    lowered(
      [[4]],
      [
        [k, [0], [4]],
        [k, [1], [4]],
        [k, [0], [4]],
        [k, [3], [4], [4]],
      ],
      [5],
    ),
  );
  expect(described(result)).toEqual(['k(0) -> 3', 'k(3) -> 4,5']);
  expect(result.lowerings).toHaveLength(2);
});

test('a program without dead nodes stays as it is', () => {
  const program = lowered([[4]], [[k, [0], [4]]], [1]);
  expect(dropUnused(program)).toEqual(program);
});
