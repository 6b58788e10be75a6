// The passes that find the indices of the first k elements of a dimension in sorted order, without sorting the others: for GPUs.
import { input, type LowerContext, type Lowering, output, type Pass, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT, numel, scalarOf } from '../../core/meta';
import type { TopkAttrs } from '../../ops/reduction/sort';
import { blockGroups, doublings, keyLib, kinds, longestBlock, MAX_BLOCK, networkLib, pairLib } from './argsort';

const source: Text = '#scatter/topkBlocks';

/** Blocks are smaller if there would be fewer of them than keep a GPU busy, but a pass leaves a quarter of them at most. */
const ENOUGH_BLOCKS = 160;
const SMALLEST_BLOCK = 512;
const LEAST_REDUCTION = 4;

/** A lane's pairs are in one run. */
const LEAST_BITS = 3;

/** How many elements a block has of which `keep` are left. */
function blockFor(columns: number, count: number, keep: number): number {
  const whole = longestBlock(count);
  const isMany = columns * Math.ceil(count / MAX_BLOCK) >= ENOUGH_BLOCKS;
  const least = isMany ? MAX_BLOCK : Math.max(SMALLEST_BLOCK, LEAST_REDUCTION * keep);
  return Math.max(keep, Math.min(whole, least));
}

/** Output: the indices of the first k elements of a dimension as they are sorted. */
export function topk({ inputs: [x], attrs: { dim, k, descending } }: LowerContext<TopkAttrs>): Lowering {
  const n = x!.shape[dim]!;
  const inner = numel(x!.shape.slice(dim + 1));
  const columns = numel(x!.shape) / n;
  const bits = Math.max(LEAST_BITS, doublings(k));
  const keep = 2 ** bits;
  const passes: Pass[] = [];
  const bytes: number[] = [];
  for (let count = n; ; ) {
    const block = blockFor(columns, count, keep);
    const blocks = Math.ceil(count / block);
    const { workgroup, grid } = blockGroups(block, columns * blocks);
    const isLast = blocks === 1;
    const step = passes.length;
    if (!isLast && step < 2) bytes.push(columns * blocks * keep * BYTES_PER_ELEMENT);
    passes.push({
      source: [keyLib, pairLib, networkLib, source],
      label: 'topk',
      consts: { BLOCK: block, KEEP: keep, KEEP_BITS: bits, WORKGROUP: workgroup },
      overrides: {
        FIRST: step === 0 ? 1 : 0,
        LAST: isLast ? 1 : 0,
        DESCENDING: descending ? 1 : 0,
        KIND: kinds[scalarOf(x!.dtype)],
      },
      reads: [input(0), step === 0 ? input(0) : scratch((step - 1) % 2)],
      writes: [isLast ? output() : scratch(step % 2)],
      params: { columns, n, inner, count, blocks, k },
      grid,
    });
    if (isLast) break;
    count = blocks * keep;
  }
  return { kind: 'passes', passes, scratch: bytes };
}
