import { describe, expect, test } from 'vitest';
import { schedule } from '../../src/engine/compiler/passes/schedule';
import { kernelOp, type Line, lowered, operation } from '../support/programs';

const k = (name: string) => kernelOp(name);
const names = (inputs: number[][], lines: readonly Line[], exports: readonly number[]) =>
  schedule(lowered(inputs, lines, exports)).program.nodes.map(({ op }) => op.name);

const LARGE = [1 << 16];
const SMALL = [4];

describe('schedule', () => {
  test('a weight gradient runs when its activation can go', () => {
    // Two layers forward, then dx and dw of each: dw frees the layer's input.
    const lines: Line[] = [
      [k('y1'), [0], LARGE],
      [k('y2'), [1], LARGE],
      [k('dy2'), [2], LARGE],
      [k('dy1'), [3], LARGE],
      [k('dx'), [4], LARGE],
      [k('dw2'), [1, 3], SMALL],
      [k('dw1'), [0, 4], SMALL],
    ];
    expect(names([LARGE], lines, [5, 6, 7])).toEqual(['y1', 'y2', 'dy2', 'dw2', 'dy1', 'dx', 'dw1']);
  });

  test('an order that is as good stays as it was recorded', () => {
    const lines: Line[] = [
      [k('a'), [0], SMALL],
      [k('b'), [1], SMALL],
      [k('c'), [0], SMALL],
      [k('d'), [2, 3], SMALL],
    ];
    expect(names([SMALL], lines, [4])).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what overwrites a value waits for those who read it before', () => {
    const update = kernelOp('update', { inPlace: () => [[0, 0]] });
    const lines: Line[] = [
      [k('a'), [1], LARGE],
      [k('b'), [2], LARGE],
      [k('c'), [3, 0], SMALL],
      [update, [0], LARGE],
      [k('d'), [2], SMALL],
    ];
    const order = names([LARGE, SMALL], lines, [4, 5, 6]);
    expect(order.indexOf('update')).toBeGreaterThan(order.indexOf('c'));
    expect([...order].sort()).toEqual(['a', 'b', 'c', 'd', 'update']);
  });

  test('aliases count as what they share memory with', () => {
    const alias = operation('alias', { kind: 'alias', byteOffset: 0 });
    const lines: Line[] = [
      [k('a'), [0], LARGE],
      [alias, [1], [256, 256]],
      [k('b'), [0], LARGE],
      [k('c'), [2], SMALL],
      [k('d'), [3], SMALL],
    ];
    expect(names([SMALL], lines, [4, 5])).toEqual(['a', 'alias', 'c', 'b', 'd']);
  });
});
