// The second pass of sums that were split into chunks for parallelism.
import { grid, gridFor, type Operand, output, type Pass, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import type { AdapterProfile } from '../../gpu/device';

const source: Text = '#conv/sumChunks';
const pairSource: Text = '#conv/sumChunksPair';

const aheadSource: Text = '#convWorkgroup/sumChunksAhead';
const lanesSource: Text = '#convWorkgroup/sumChunksLanes';

const WORKGROUP = 64;

/** With so many chunks of an element, lanes share it. Each has about as many to add as it loads at once. */
const MANY_CHUNKS = 12;
const LANES = 256;
const AHEAD = 4;
const PARTS = [4, 8, 16, 32] as const;

/** to[i] = bias[i div run mod cols] + Σ_s from[s, i] for `count` elements; deterministic, and in the same order wherever it is computed. */
export function sumChunks(
  from: Operand,
  to: Operand,
  count: number,
  chunks: number,
  bias: false | { readonly operand: Operand; readonly cols: number; readonly run: number },
  kind: AdapterProfile['kind'],
): Pass {
  return {
    source: [kind === 'gpu' ? aheadSource : source],
    label: 'sum chunks',
    consts: { BIAS: bias ? 1 : 0, ...(kind === 'gpu' && { AHEAD: Math.min(16, 2 ** Math.ceil(Math.log2(chunks))) }) },
    reads: [from, bias ? bias.operand : from],
    writes: [to],
    params: { count, chunks, cols: bias ? bias.cols : 1, run: bias ? bias.run : 1 },
    grid: gridFor(count, WORKGROUP),
  };
}

/**
 * Two such sums over the same chunks, without a bias. `from`, `to` and `counts` are pairs: one item for each sum.
 * `wide`: a workgroup adds the chunks of a result, which a GPU needs where chunks are many.
 */
export function sumChunkPairs(
  from: readonly [Operand, Operand],
  to: readonly [Operand, Operand],
  counts: readonly [number, number],
  chunks: number,
  wide = false,
): Pass {
  const count = counts[0] + counts[1];
  return {
    source: [pairSource],
    label: 'sum chunks',
    reads: from,
    writes: to,
    params: { xCount: counts[0], uCount: counts[1], chunks },
    ...(wide ? { entry: 'wide', grid: grid(count) } : { grid: gridFor(count, WORKGROUP) }),
  };
}

/** The same on a GPU, where one lane for each element keeps few loads under way. */
export function sumChunkPairsOnGpu(
  from: readonly [Operand, Operand],
  to: readonly [Operand, Operand],
  counts: readonly [number, number],
  chunks: number,
): Pass {
  const usual = sumChunkPairs(from, to, counts, chunks);
  if (chunks < MANY_CHUNKS) return usual;
  const parts = PARTS.find((n) => n * AHEAD >= chunks) ?? PARTS.at(-1)!;
  const cols = LANES / parts;
  return {
    ...usual,
    source: [lanesSource],
    consts: { THREADS: LANES, AHEAD },
    params: { xCount: counts[0], uCount: counts[1], chunks, parts, cols },
    grid: gridFor(counts[0] + counts[1], cols),
  };
}

/** The `besides` of a pass whose two sums are not split at this size, but are at others. */
export const pairsBeside: readonly Pass[] = [
  sumChunkPairs([scratch(0), scratch(1)], [output(0), output(1)], [1, 1], 2),
];

/** The same for kernels whose sums `sumChunkPairsOnGpu` adds: of few chunks, and of many. */
export const pairsBesideOnGpu: readonly Pass[] = [2, MANY_CHUNKS].map((chunks) =>
  sumChunkPairsOnGpu([scratch(0), scratch(1)], [output(0), output(1)], [1, 1], chunks),
);
