// The passes of a stable sort of indices along one dimension: on processors runs are merged by pairs, on GPUs workgroups sort blocks,
// and several are merged at once.
import { grid, gridFor, type Operand, type Pass, scratch, spare } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, type Scalar } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';

const source: Text = '#sort/argsort';
const blocksSource: Text = '#scatter/argsortBlocks';
const mergeSource: Text = '#scatter/argsortMerge';
export const keyLib: Text = '#sort/libSortKey';

export const networkLib: Text = '#scatter/libSortNetwork';
export const pairLib: Text = '#scatter/libSortPair';
const packedLib: Text = '#scatter/libSortPacked';

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
  /** The greatest element, if they are whole numbers from 0 and it is known. */
  readonly greatest?: number;
}

/** Where a sort writes. */
interface Places {
  readonly order: Operand;
  /** On GPUs the sorted keys go here, column after column. */
  readonly keys?: Operand;
  /** The number of the first scratch buffer that is free. */
  readonly firstScratch?: number;
}

interface SortPasses {
  readonly passes: readonly Pass[];
  /** The bytes of the scratch buffers that it takes. */
  readonly scratch: readonly number[];
}

/** The pairs of key and index that fit into a workgroup's 16 KiB of memory. */
export const MAX_BLOCK = 2048;

export const doublings = (n: number): number => Math.ceil(Math.log2(Math.max(n, 1)));

/** The passes of a sort. */
export const argsortPasses = (sorted: Sorted, adapter: AdapterProfile, places: Places): SortPasses =>
  adapter.kind === 'gpu' ? inBlocks(sorted, places) : byPairs(sorted, places);

/** On processors, where barriers cost more than passes. */
function byPairs(sorted: Sorted, { order, firstScratch = 0 }: Places): SortPasses {
  const { x, scalar, count, n, inner, descending = false } = sorted;
  const steps = Math.max(doublings(n), 1);
  const buffer = (step: number): Operand => (step === steps - 1 ? order : scratch(firstScratch + (step % 2)));
  const passes = Array.from({ length: steps }, (_, step) => ({
    source: [keyLib, source],
    label: 'argsort',
    overrides: { FIRST: step === 0 ? 1 : 0, DESCENDING: descending ? 1 : 0, KIND: kinds[scalar] },
    reads: [x, step === 0 ? x : buffer(step - 1)],
    writes: [buffer(step)],
    params: { count, n, inner, width: 2 ** step },
    grid: gridFor(count, WORKGROUP),
  }));
  return { passes, scratch: Array.from({ length: Math.min(steps - 1, 2) }, () => count * BYTES_PER_ELEMENT) };
}

/** The pairs that a lane holds in registers. */
const HELD = 8;
/** Shorter rows share a kernel. */
const LEAST_BLOCK = 32;

/** The elements of the rows that one block holds: a power of two. */
export const longestBlock = (n: number): number => Math.min(Math.max(2 ** doublings(n), LEAST_BLOCK), MAX_BLOCK);

/** The invocations that sort a block, or several, and their workgroups for so many blocks. */
export function blockGroups(block: number, blocks: number) {
  const workgroup = Math.max(block / HELD, WORKGROUP);
  return { workgroup, grid: grid(Math.ceil((blocks * block) / (workgroup * HELD))) };
}

/** Blocks are smaller if there would be fewer of them than keep a GPU busy, unless that takes another pass. */
const SMALL_BLOCK = 512;
const ENOUGH_BLOCKS = 160;
/**
 * The runs that are merged at once, and so many where more than `MANY` elements keep a GPU busy: searches in more runs
 * take longer then than another pass.
 */
const WAYS = 8;
const WAYS_OF_MANY = 4;
const MANY = 2 ** 18;

/** In how many passes runs of `width` are merged, and how many runs at once. */
function mergesOf({ count, n }: Sorted, width: number): { readonly passes: number; readonly ways: number } {
  const halvings = doublings(n / width);
  const passes = Math.ceil(halvings / doublings(count > MANY ? WAYS_OF_MANY : WAYS));
  return { passes, ways: 2 ** Math.ceil(halvings / Math.max(passes, 1)) };
}

function blockOf(sorted: Sorted): number {
  const { count, n } = sorted;
  const columns = count / Math.max(n, 1);
  let block = longestBlock(n);
  while (
    block > SMALL_BLOCK &&
    columns * Math.ceil(n / block) < ENOUGH_BLOCKS &&
    mergesOf(sorted, block / 2).passes === mergesOf(sorted, block).passes
  )
    block /= 2;
  return block;
}

function inBlocks(sorted: Sorted, { order, keys = spare, firstScratch = 0 }: Places): SortPasses {
  const { x, scalar, count, n, inner, descending = false, greatest = 2 ** 32 } = sorted;
  const block = blockOf(sorted);
  const blocks = Math.ceil(n / block);
  const columns = n > 0 ? count / n : 0;
  const { workgroup, grid } = blockGroups(block, columns * blocks);
  const { passes: merges, ways } = mergesOf(sorted, block);
  const between = (step: number): [Operand, Operand] => {
    const first = firstScratch + 2 * (step % 2);
    return [scratch(first), scratch(first + 1)];
  };
  const isLast = (step: number): boolean => step === merges;
  const rest = (step: number) => ({
    label: 'argsort',
    writes: isLast(step) ? [order, keys] : between(step),
  });
  const flags = (step: number) => ({ KEYS: isLast(step) && keys === spare ? 0 : 1, MERGED: isLast(step) ? 0 : 1 });
  const first: Pass = {
    ...rest(0),
    // The last number is that of what fills up a block.
    source: [keyLib, (greatest + 2) * block <= 2 ** 32 ? packedLib : pairLib, networkLib, blocksSource],
    consts: { BLOCK: block, WORKGROUP: workgroup },
    overrides: { DESCENDING: descending ? 1 : 0, KIND: kinds[scalar], ...flags(0) },
    reads: [x],
    params: { columns, n, inner, blocks },
    grid,
  };
  const merged = Array.from({ length: merges }, (_, m): Pass => {
    const [runs, sortedKeys] = between(m);
    return {
      ...rest(m + 1),
      source: [mergeSource],
      consts: { OTHERS: ways - 1 },
      overrides: flags(m + 1),
      reads: [sortedKeys, runs],
      params: { count, n, inner, width: block * ways ** m },
      grid: gridFor(count, WORKGROUP),
    };
  });
  const bytes = count * BYTES_PER_ELEMENT;
  return { passes: [first, ...merged], scratch: Array.from({ length: 2 * Math.min(merges, 2) }, () => bytes) };
}
