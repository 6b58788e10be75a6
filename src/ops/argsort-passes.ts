// The passes that sort indices along a dimension: a merge sort, for argsort and for whatever needs an order on its way.
import source from '../../shaders/argsort.wgsl?raw';
import { type Operand, type Pass, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import type { Scalar } from '../compiler/meta';

const WORKGROUP = 64;
const kinds: Record<Scalar, number> = { f32: 0, i32: 1, u32: 2 };

/** What is sorted: `count` elements, `n` along the dimension, `inner` apart. */
export interface Sorted {
  readonly x: Operand;
  readonly scalar: Scalar;
  readonly count: number;
  readonly n: number;
  readonly inner: number;
  readonly descending?: boolean;
}

/** Steps of a merge sort of n elements. */
export const sortSteps = (n: number): number => Math.max(Math.ceil(Math.log2(Math.max(n, 1))), 1);

/** One pass a step; `buffer(step)` says where it writes, and the next one reads. */
export function argsortPasses(sorted: Sorted, buffer: (step: number) => Operand): Pass[] {
  const { x, scalar, count, n, inner, descending = false } = sorted;
  return Array.from(
    { length: sortSteps(n) },
    (_, step): Pass => ({
      source: [source],
      label: 'argsort',
      overrides: { FIRST: step === 0 ? 1 : 0, DESCENDING: descending ? 1 : 0, KIND: kinds[scalar] },
      reads: [x, step === 0 ? x : buffer(step - 1)],
      writes: [buffer(step)],
      params: [count, n, inner, 2 ** step].map(u32),
      grid: gridFor(count, WORKGROUP),
    }),
  );
}
