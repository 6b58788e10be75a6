// The passes that sort indices along a dimension: a merge sort, for argsort and for other operations that need an
// order.
import { grid, gridFor, type Operand, type Pass } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import type { Scalar } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';

const source: Text = '#sort/argsort';
const blocksSource: Text = '#sort/argsortBlocks';
export const keyLib: Text = '#sort/libSortKey';

const WORKGROUP = 64;
export const kinds: Record<Scalar, number> = { f32: 0, i32: 1, u32: 2 };

/** The shape of the sorted elements: `count` in all, `n` along the dimension, `inner` apart. */
export interface Sorted {
  readonly x: Operand;
  readonly scalar: Scalar;
  readonly count: number;
  readonly n: number;
  readonly inner: number;
  readonly descending?: boolean;
}

/**
 * The pairs of key and index that fit into a workgroup's 16 KiB of memory, and the invocations that every device allows
 * in one.
 */
export const MAX_BLOCK = 2048;
export const MAX_BLOCK_WORKGROUP = 256;
/** Up to this length, merging alone is as fast as sorting blocks first. */
const SHORT = 16;

export const doublings = (n: number): number => Math.ceil(Math.log2(Math.max(n, 1)));

/**
 * The size of the blocks that workgroups sort before they are merged; 1 (no blocks) on CPUs, where barriers cost more
 * than passes.
 */
const blockOf = (n: number, { kind }: AdapterProfile): number =>
  kind === 'gpu' && n > SHORT ? Math.min(2 ** doublings(n), MAX_BLOCK) : 1;

/** The number of passes that sort n elements. */
export function sortSteps(n: number, adapter: AdapterProfile): number {
  const block = blockOf(n, adapter);
  return Math.max((block > 1 ? 1 : 0) + doublings(n / block), 1);
}

/** The passes of a sort, one per step. Step s writes to `buffer(s)`, which step s + 1 reads. */
export function argsortPasses(sorted: Sorted, adapter: AdapterProfile, buffer: (step: number) => Operand): Pass[] {
  const { x, scalar, count, n, inner, descending = false } = sorted;
  const block = blockOf(n, adapter);
  const order = { DESCENDING: descending ? 1 : 0, KIND: kinds[scalar] };
  const merge = (step: number, width: number): Pass => ({
    source: [keyLib, source],
    label: 'argsort',
    overrides: { FIRST: step === 0 ? 1 : 0, ...order },
    reads: [x, step === 0 ? x : buffer(step - 1)],
    writes: [buffer(step)],
    params: { count, n, inner, width },
    grid: gridFor(count, WORKGROUP),
  });
  const steps = Array.from({ length: sortSteps(n, adapter) }, (_, step) => step);
  if (block === 1) return steps.map((step) => merge(step, 2 ** step));
  const blocks = Math.ceil(n / block);
  const columns = n > 0 ? count / n : 0;
  const first: Pass = {
    source: [keyLib, blocksSource],
    label: 'argsort',
    consts: { BLOCK: block, WORKGROUP: Math.min(block / 2, MAX_BLOCK_WORKGROUP) },
    overrides: order,
    reads: [x],
    writes: [buffer(0)],
    params: { columns, n, inner, blocks },
    grid: grid(columns * blocks),
  };
  return [first, ...steps.slice(1).map((step) => merge(step, block * 2 ** (step - 1)))];
}
