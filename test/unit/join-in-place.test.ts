import { expect, test } from 'vitest';
import type { KernelOp } from '../../src/engine/compiler/ir';
import { joinInPlace } from '../../src/engine/compiler/passes/join-in-place';
import { kernelOp, type Line, lowered, operation } from '../support/programs';

const compute = kernelOp('compute');
const cat = (...joins: number[]): KernelOp => operation('cat', { kind: 'passes', passes: [], joins });

/** Inputs: x; 1 and 2: what is computed of it. How a concatenation of some of these is lowered, which is read in turn. */
function kindOf(of: readonly number[], offsets: readonly number[], { from = 0, exports = [4] } = {}): string {
  const lines: Line[] = [
    [compute, [0], [64]],
    [compute, [from], [64]],
    [cat(...offsets), of, [128]],
    [compute, [3], [64]],
  ];
  return joinInPlace(lowered([[64]], lines, exports)).lowerings[2]!.kind;
}

test('parts that kernels compute are written where they belong', () => {
  expect(kindOf([1, 2], [0, 256])).toBe('pack');
});

test('not where a part is an input, comes twice, begins between bindings, or is computed from another part', () => {
  expect(kindOf([0, 2], [0, 256])).toBe('passes');
  expect(kindOf([1, 1], [0, 256])).toBe('passes');
  expect(kindOf([1, 2], [0, 128])).toBe('passes');
  expect(kindOf([1, 2], [0, 256], { from: 1 })).toBe('passes');
});

test('nor where the whole outlives the run', () => {
  expect(kindOf([1, 2], [0, 256], { exports: [3, 4] })).toBe('passes');
});
