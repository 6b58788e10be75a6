import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KernelOp, StridedView } from '../../src/engine/compiler/ir';
import { compose, composeViews } from '../../src/engine/compiler/passes/compose-views';
import { shareEqual } from '../../src/engine/compiler/passes/share-equal';
import { contiguousStrides, numel, type Shape } from '../../src/engine/core/meta';
import { described, kernelOp, lowered } from '../support/programs';

/** The places in memory of a view's elements, in order. */
function places({ shape, strides, offset }: StridedView): number[] {
  return Array.from({ length: numel(shape) }, (_, i) => {
    let rest = i;
    let at = offset;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (rest % shape[d]!) * strides[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return at;
  });
}

const permuted = (shape: Shape, order: readonly number[]): StridedView => ({
  shape: order.map((d) => shape[d]!),
  strides: order.map((d) => contiguousStrides(shape)[d]!),
  offset: 0,
});

/** Any view of a contiguous shape that permutes, slices, flips and repeats. */
const viewOf = (shape: Shape): fc.Arbitrary<StridedView> =>
  fc
    .tuple(
      fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
      fc.array(fc.record({ start: fc.nat(), length: fc.nat(), step: fc.constantFrom(-2, -1, 1, 2, 0) }), {
        minLength: shape.length,
        maxLength: shape.length,
      }),
    )
    .map(([order, cuts]) => {
      const strides = contiguousStrides(shape);
      let offset = 0;
      const dims = order.map((d) => {
        const { start, length, step } = cuts[d]!;
        const first = start % shape[d]!;
        const room = step > 0 ? Math.ceil((shape[d]! - first) / step) : step < 0 ? Math.floor(first / -step) + 1 : 3;
        offset += first * strides[d]!;
        return { size: 1 + (length % room), stride: step * strides[d]! };
      });
      return { shape: dims.map(({ size }) => size), strides: dims.map(({ stride }) => stride), offset };
    });

describe('compose', () => {
  test('gives the elements that the two views give one after the other', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    const pairs = shapes.chain((shape) =>
      viewOf(shape).chain((inner) => viewOf(inner.shape).map((outer) => ({ inner, outer }))),
    );
    let composed = 0;
    fc.assert(
      fc.property(pairs, ({ inner, outer }) => {
        const view = compose(inner, outer);
        if (!view) return;
        composed++;
        const seen = places(inner);
        expect(places(view)).toEqual(places(outer).map((i) => seen[i]));
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(composed).toBeGreaterThan(400);
  });

  test('refuses what no strides describe', () => {
    // The rows of a transposed matrix, end to end.
    expect(compose(permuted([2, 3], [1, 0]), { shape: [6], strides: [1], offset: 0 })).toBeNull();
  });
});

const viewing = (view: StridedView): KernelOp => ({
  name: `view ${view.shape}`,
  lower: () => ({ kind: 'passes', passes: [], viewing: { view, lower: (other) => viewing(other).lower({} as never) } }),
});

describe('composeViews', () => {
  test('a permutation of a permutation reads the first one’s input', () => {
    const there = permuted([2, 3, 4], [2, 0, 1]);
    const back = permuted([4, 2, 3], [1, 2, 0]);
    const { program, lowerings } = composeViews(
      lowered(
        [[2, 3, 4]],
        [
          [viewing(there), [0], [4, 2, 3]],
          [viewing(back), [1], [2, 3, 4]],
        ],
        [2],
      ),
    );
    expect(program.nodes[1]!.inputs).toEqual([0]);
    expect(lowerings[1]).toMatchObject({ viewing: { view: { shape: [2, 3, 4], strides: [12, 4, 1], offset: 0 } } });
  });

  test('a view of a kernel’s result stays', () => {
    const view = viewing(permuted([2, 3], [1, 0]));
    const result = composeViews(
      lowered(
        [[2, 3]],
        [
          [kernelOp('k'), [0], [2, 3]],
          [view, [1], [3, 2]],
        ],
        [2],
      ),
    );
    expect(described(result)).toEqual(['k(0) -> 1', 'view 3,2(1) -> 2']);
  });

  test('nodes of one operation that come to see different elements do not pass for equal', () => {
    const half = (offset: number): StridedView => ({ shape: [2], strides: [1], offset });
    const flip: KernelOp = { ...viewing({ shape: [2], strides: [-1], offset: 1 }), name: 'flip' };
    const composed = composeViews(
      lowered(
        [[4]],
        [
          [viewing(half(0)), [0], [2]],
          [viewing(half(2)), [0], [2]],
          [flip, [1], [2]],
          [flip, [2], [2]],
          [kernelOp('both'), [3, 4], [2]],
        ],
        [5],
      ),
    );
    expect(described(shareEqual(composed)).slice(2)).toEqual(['flip(0) -> 3', 'flip(0) -> 4', 'both(3,4) -> 5']);
  });
});
