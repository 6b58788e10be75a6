// Periods: finds where the nodes of a flush repeat one small subgraph on the same weights, as in an episode or an
// unrolled recurrence. A plan for the whole loop would fit only loops of the same length. If the loop is cut into parts
// of a few fixed sizes, loops of other lengths can share the plans of those parts. repeated-programs.ts says which loops
// are cut.
import type { Node, Value } from './value';

/** The minimum number of repetitions for which cutting is worthwhile, since each part costs a submit. */
export const MIN_TIMES = 8;
/**
 * A loop without kernels needs so many nodes to be worth cutting: as a recurrence, or as expressions that do not read
 * each other's results. Fewer are fused into a few kernels anyway.
 */
const MIN_RECURRENCE = 128;
const MIN_EXPRESSIONS = 1024;
/**
 * The minimum number of nodes in a repeated subgraph. A single repeated node does not count, because it is part of an
 * expression.
 */
const MIN_PERIOD = 2;
/**
 * Sizes of parts, in periods. Every long loop uses one to four parts of each smaller size, so the plans of all sizes
 * exist after the first long loop.
 */
const PARTS = [1, 4, 16] as const;
const RATIO = 4;
/** The number of distances between equal nodes that are tried as periods. */
const MAX_CANDIDATES = 8;
const MULTIPLES = [1, 2, 3, 4];
/**
 * For this many of the rarest kinds of nodes, the distances to the 2nd, 3rd, … (`LAGS`) preceding equal node are also
 * tried as periods.
 */
const MAX_RARE = 4;
const LAGS = [2, 3, 4, 5, 6];

/** Nodes `start` to `start + period * times` repeat the first `period` of them. */
export interface Stretch {
  readonly start: number;
  readonly period: number;
  readonly times: number;
}

/** Nodes, and a number for each. Nodes with equal numbers count as equal. */
interface Sequence {
  readonly nodes: readonly Node[];
  readonly kinds: readonly number[];
}

/** The set of values that are slices of values with contents. */
type Slices = Pick<ReadonlyMap<Value, unknown>, 'has' | 'size'>;

/** Where a part begins. */
export interface Cut {
  /** The index of its first node. */
  readonly at: number;
  /** The part repeats a subgraph. */
  readonly loops: boolean;
}

/** Where to cut: at the first node of each part. The nodes before the first cut form a part as well. */
export function cutsOf(stretches: readonly Stretch[], nodes: number): readonly Cut[] {
  const cuts = new Map<number, boolean>();
  for (const { start, period, times } of stretches) {
    let at = start;
    for (const part of partSizes(times)) {
      cuts.set(at, true);
      at += part * period;
    }
    if (!cuts.has(at)) cuts.set(at, false);
  }
  return [...cuts]
    .map(([at, loops]) => ({ at, loops }))
    .filter(({ at }) => at < nodes)
    .sort((a, b) => a.at - b.at);
}

/**
 * The index at which to cut nodes while more are still being recorded. The nodes before the index (sent now) and the
 * nodes after it (left for the next flush) each have enough repetitions to be worth cutting. 0 if there are too few
 * repetitions for both. Null if nothing repeats, or if a node overwrites a value in place.
 */
export function boundIn(nodes: readonly Node[], slices: Slices): number | null {
  if (nodes.some(({ op }) => op.inPlace)) return null;
  let bound: number | null = null;
  for (const stretch of stretchesOf(nodes, slices)) {
    const { start, period, times } = stretch;
    // One extra repetition, because the first repetition left may begin with aliases of weights, which make it differ
    // from the others.
    const left = 1 + leastTimes(nodes, stretch);
    if (times > left + MIN_TIMES) bound = start + (times - left) * period;
    else bound ??= 0;
  }
  return bound;
}

/** The number of repetitions from which on a stretch is worth cutting. */
export function leastTimes(nodes: readonly Node[], stretch: Stretch): number {
  const { start, period } = stretch;
  const isKernel = ({ op }: Node) => !op.elementwise && !op.views && !op.run && op.remakes !== true;
  if (nodes.slice(start, start + period).some(isKernel)) return MIN_TIMES;
  const least = isRecurrence(nodes, stretch) ? MIN_RECURRENCE : MIN_EXPRESSIONS;
  return Math.max(MIN_TIMES, Math.ceil(least / period));
}

/** Whether each period reads a result of the period before it. */
function isRecurrence(nodes: readonly Node[], { start, period, times }: Stretch): boolean {
  for (let n = start + period; n < start + 2 * period; n++) {
    for (const [i, x] of nodes[n]!.reads.entries()) {
      const from = x.node ? nodes.indexOf(x.node, start) : -1;
      if (from < start || from >= start + period) continue;
      let each = true;
      for (let t = 1; t + 1 < times && each; t++)
        each = nodes[n + t * period]!.reads[i]!.node === nodes[from + t * period];
      if (each) return true;
    }
  }
  return false;
}

/**
 * The stretches of nodes in execution order, without overlaps. They depend on the structure alone, not on scalars or
 * contents.
 */
export function stretchesOf(nodes: readonly Node[], slices: Slices): readonly Stretch[] {
  // A node that overwrites a value must run after all readers of that value, so nothing is cut from that node on.
  const overwriting = nodes.findIndex(({ op }) => op.inPlace);
  const end = overwriting < 0 ? nodes.length : overwriting;
  return stretchesIn({ nodes, kinds: kindsOf(nodes, slices) }, 0, end);
}

/**
 * A number for each node. Nodes with equal numbers are interchangeable in a program. A node that reads a slice differs
 * from a node that reads a whole value.
 */
function kindsOf(nodes: readonly Node[], slices: Slices): readonly number[] {
  if (slices.size === 0) return nodes.map(({ signature }) => signature);
  const kinds = new Map<string, number>();
  return nodes.map(({ signature, reads }) => {
    const places = [...reads.keys()].filter((i) => slices.has(reads[i]!));
    if (places.length === 0) return signature;
    const key = [signature, ...places].join();
    const kind = kinds.get(key) ?? -1 - kinds.size;
    kinds.set(key, kind);
    return kind;
  });
}

/**
 * The sizes of the parts, in periods. They add up to `times`. The first period is a separate part, since it may begin
 * with constants. The largest parts come next.
 */
function partSizes(times: number): number[] {
  const parts: number[] = [];
  let left = times - 1;
  PARTS.forEach((size, i) => {
    const count = i + 1 < PARTS.length && left > 0 ? ((left - 1) % RATIO) + 1 : left;
    for (let n = 0; n < count; n++) parts.unshift(size);
    left = (left - count) / RATIO;
  });
  return [1, ...parts];
}

/** The stretches between two nodes, in order and without overlaps. */
function stretchesIn(sequence: Sequence, from: number, to: number): Stretch[] {
  if (to - from < MIN_TIMES * MIN_PERIOD) return [];
  let longest: Stretch | undefined;
  for (const period of candidatesIn(sequence, from, to)) {
    for (const stretch of stretchesBy(period, sequence, from, to)) {
      if (!longest || lengthOf(stretch) > lengthOf(longest)) longest = stretch;
    }
  }
  if (!longest) return [];
  const { start } = longest;
  const behind = start + lengthOf(longest);
  return [...stretchesIn(sequence, from, start), longest, ...stretchesIn(sequence, behind, to)];
}

const lengthOf = ({ period, times }: Stretch): number => period * times;

/**
 * Possible periods: the most frequent distances between equal nodes, and multiples of them, since one period may
 * contain several equal layers.
 */
function candidatesIn({ kinds }: Sequence, from: number, to: number): Set<number> {
  const places = new Map<number, number[]>();
  for (let n = from; n < to; n++) {
    const kind = kinds[n]!;
    const before = places.get(kind);
    if (before) before.push(n);
    else places.set(kind, [n]);
  }
  const repeated = [...places.values()].filter(({ length }) => length >= MIN_TIMES).sort((a, b) => a.length - b.length);
  const distances = frequent(repeated, 1).slice(0, MAX_CANDIDATES);
  const periods = new Set(MULTIPLES.flatMap((times) => distances.map((distance) => times * distance)));
  // If every node occurs several times in a period, the period is the distance from one of the rarest nodes to the
  // second or third equal node after it.
  const rarest = repeated.slice(0, MAX_RARE);
  for (const lag of LAGS) for (const distance of frequent(rarest, lag).slice(0, MAX_RARE)) periods.add(distance);
  for (const period of periods) if (period < MIN_PERIOD || period * MIN_TIMES > to - from) periods.delete(period);
  return periods;
}

/** The common distances from a node to the `lag`-th equal node after it, the most common first. */
function frequent(places: readonly (readonly number[])[], lag: number): number[] {
  const counts = new Map<number, number>();
  for (const equal of places) {
    for (let i = lag; i < equal.length; i++) {
      const distance = equal[i]! - equal[i - lag]!;
      counts.set(distance, (counts.get(distance) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([, count]) => count >= MIN_TIMES - 1)
    .sort(([a, many], [b, more]) => more - many || a - b)
    .map(([distance]) => distance);
}

/** The stretches with this period. */
function stretchesBy(period: number, { nodes, kinds }: Sequence, from: number, to: number): Stretch[] {
  const found: Stretch[] = [];
  let equal = 0;
  for (let n = from + period; n <= to; n++) {
    if (n < to && kinds[n] === kinds[n - period]) {
      equal++;
      continue;
    }
    const stretch = { start: n - equal - period, period, times: Math.floor(equal / period) + 1 };
    if (stretch.times >= MIN_TIMES && isRepeated(nodes, stretch)) found.push(stretch);
    equal = 0;
  }
  return found;
}

/**
 * Whether the periods compute the same expression and read the same weights, if any. Periods that consist only of views
 * do not count, since they do no work.
 */
function isRepeated(nodes: readonly Node[], { start, period, times }: Stretch): boolean {
  const first = nodes.slice(start, start + period);
  if (first.every(({ op }) => op.views || op.run)) return false;
  return first.every(({ reads }, k) =>
    reads.every((x, i) => {
      for (let t = 1; t < times; t++) {
        const other = nodes[start + k + t * period]!.reads[i]!;
        if (other !== x && (x.sink || other.sink)) return false;
      }
      return true;
    }),
  );
}
