// Parts: a flush that repeats a subgraph is cut into several programs, so that loops of other lengths can reuse them.
import { type Cut, cutsOf, leastTimes, MIN_TIMES, type Stretch, stretchesOf } from './periods';
import type { Node, Op, Value } from './value';

/** Consecutive nodes of a flush, which run as one program. */
export interface Part {
  /** Values made here that users, gradients or later parts read. */
  readonly stores: readonly Value[];
  /** Values that earlier parts stored, and that no part after this one reads. */
  readonly spends: readonly Value[];
  /** The part repeats a subgraph. */
  readonly loops: boolean;
}

/** The parts of a flush, in order; empty if the flush runs as one program. */
export interface Parts {
  readonly parts: readonly Part[];
  /**
   * The row counts that depend on how often a subgraph repeats: the rows of its concatenated results, and of the values
   * that its repetitions slice.
   */
  readonly lengths: ReadonlySet<number>;
}

/** Values that are stored even if nothing reads them. */
type Exports = { has(value: Value): boolean };

const whole: Parts = { parts: [], lengths: new Set() };

/** A loop of so many nodes is always cut: its program would take too long to compile. */
const LONG = 1024;

/** For each subgraph that flushes have repeated: how often; null if flushes have repeated it different numbers of times. */
const known = new Map<string, number | null>();
const MAX_KNOWN = 4096;

/**
 * Cuts the nodes of a flush into parts if it has a loop whose length varies, or a long one. `varies` tells, and remembers,
 * whether the length of a loop does; all else depends on the nodes alone.
 */
export function cutWhereRepeated(
  nodes: readonly Node[],
  slices: ReadonlyMap<Value, unknown>,
  exports: Exports,
  varies = lengthVaries,
): Parts {
  const stretches = stretchesOf(nodes, slices);
  if (stretches.length === 0) return whole;
  const varying = stretches.filter((stretch) => varies(nodes, stretch) && stretch.times >= leastTimes(nodes, stretch));
  if (varying.length === 0 && stretches.every(({ period, times }) => period * times < LONG)) return whole;
  const repeated = cutsOf(stretches, nodes.length);
  const begins = offsetsIn(nodes.slice(0, repeated[0]!.at), exports).map((at): Cut => ({ at, loops: false }));
  const sequence = new Sequence(nodes, [...begins, ...repeated], exports);
  const lengths = sequence.lengths();
  if (lengths.size > 0) sequence.addDerived(lengths);
  const { partOf, loops } = sequence.cutWhereLong(lengths);
  const stored = new Set<Value>();
  const lastPart = new Map<Value, number>();
  for (const [node, p] of partOf) {
    for (const read of node.reads) {
      const x = shownBy(read, partOf, exports);
      const made = x.node ? partOf.get(x.node) : undefined;
      if (made === undefined || made === p || x.node!.op.constant) continue;
      stored.add(x);
      if (!exports.has(x)) lastPart.set(x, p);
    }
  }
  const parts = loops.map((loops): Part & { stores: Value[]; spends: Value[] } => ({ stores: [], spends: [], loops }));
  for (const [{ outputs }, p] of partOf) {
    for (const y of outputs) if (exports.has(y) || stored.has(y)) parts[p]!.stores.push(y);
  }
  for (const [value, p] of lastPart) parts[p]!.spends.push(value);
  // A part that stores nothing has only views, which need no run.
  return { parts: parts.filter(({ stores }) => stores.length > 0), lengths };
}

/** Remembers how often a flush repeats a subgraph. Returns whether the number has differed between flushes. */
function lengthVaries(nodes: readonly Node[], { start, period, times }: Stretch): boolean {
  // A stretch may begin anywhere in the subgraph.
  const key = `${period},${Math.min(...nodes.slice(start, start + period).map(({ signature }) => signature))}`;
  const before = known.get(key);
  if (known.size >= MAX_KNOWN) known.clear();
  const varies = before !== undefined && before !== times;
  known.set(key, varies ? null : times);
  return varies;
}

/**
 * Where to cut before the first repetition: at a view of a value that is stored anyway, such as the probability of one
 * action. After the cut, that value has contents, so the view is a slice of it, and its offset is not part of the plan.
 */
function offsetsIn(nodes: readonly Node[], exports: Exports): readonly number[] {
  const here = new Set(nodes);
  const at = nodes.findIndex(({ op, reads }) => {
    const base = op.placed ? shownBy(reads[0]!, here, exports) : null;
    return base !== null && exports.has(base) && here.has(base.node!);
  });
  return at > 0 ? [at] : [];
}

/** Nodes in order, cut into parts. */
class Sequence {
  private readonly places: ReadonlyMap<Node, number>;
  /** For each node, the cut that begins its part. */
  private readonly parts: Cut[] = [];

  constructor(
    private readonly nodes: readonly Node[],
    private readonly cuts: readonly Cut[],
    private readonly exports: Exports,
  ) {
    this.places = new Map(nodes.map((node, n) => [node, n]));
    this.parts = this.partsBy(cuts);
  }

  /** The row counts that depend on the number of repetitions. */
  lengths(): Set<number> {
    const lengths = new Set<number>();
    const taken = new Map<Value, number>();
    for (const [n, node] of this.nodes.entries()) {
      const { loops } = this.parts[n]!;
      const slice = this.sliced(node);
      const x = loops ? slice : isJoin(node) ? node.outputs[0]! : slice;
      const made = x && this.placeOf(x);
      if (made === null || this.parts[made]!.loops) continue;
      const rows = rowsOf(x!);
      if (rows >= MIN_TIMES && (loops || slice !== x)) lengths.add(rows);
      // The row count of a value is also a length if nodes read every row one by one, from the value itself or from a
      // view of it.
      for (const y of slice === x ? new Set([x!, node.reads[0]!]) : []) {
        const isRow = node.outputs[0]!.numel * rowsOf(y) === y.numel;
        const count = (taken.get(y) ?? 0) + (isRow ? 1 : 0);
        taken.set(y, count);
        if (count === rowsOf(y) && count >= MIN_TIMES) lengths.add(count);
      }
    }
    return lengths;
  }

  /**
   * Adds the lengths that follow from known lengths. They are the rows of a slice or a join that has at least half the
   * rows of a long value and the same row size, or of a reshape that splits or merges the rows of a long value.
   */
  addDerived(lengths: Set<number>): void {
    const add = ({ op, reads, outputs, attrs }: Pick<Node, 'op' | 'reads' | 'outputs' | 'attrs'>): void => {
      const [y] = outputs;
      const rows = rowsOf(y!);
      const regrouped = reads[0] ? regroupedRows(op, reads[0], y!) : null;
      if (regrouped && lengths.has(regrouped[0]) && rows >= MIN_TIMES) lengths.add(rows);
      if (!op.placed && !op.joins?.({ attrs, outputs })) return;
      const isLike = (x: Value) =>
        lengths.has(rowsOf(x)) && 2 * rows >= rowsOf(x) && x.numel * rows === y!.numel * rowsOf(x);
      if (rows >= MIN_TIMES && reads.some(isLike)) lengths.add(rows);
    };
    for (const [n, node] of this.nodes.entries()) {
      if (this.parts[n]!.loops) continue;
      // If a view's base has contents, the view is an input of the program, and its node is not in the sequence.
      for (const { node: view } of node.reads) if (view?.op.placed && !this.places.has(view)) add(view);
      add(node);
    }
  }

  /**
   * Also cuts before long joins, and before slices of long values that the same part computes, so that their inputs
   * have contents.
   */
  cutWhereLong(lengths: ReadonlySet<number>): { partOf: ReadonlyMap<Node, number>; loops: readonly boolean[] } {
    const cuts = [...this.cuts];
    let begun = 0;
    for (const [n, node] of this.nodes.entries()) {
      const { at, loops } = this.parts[n]!;
      begun = Math.max(begun, at);
      if (loops) continue;
      const slice = this.sliced(node);
      const read = isJoin(node) ? node.reads : slice && lengths.has(rowsOf(slice)) ? [slice] : [];
      if (!read.some((x) => (this.placeOf(shownBy(x, this.places, this.exports)) ?? -1) >= begun)) continue;
      cuts.push({ at: n, loops: false });
      begun = n;
    }
    const loops: boolean[] = [];
    const partOf = new Map<Node, number>();
    let before: Cut | null = null;
    this.partsBy(cuts.sort((a, b) => a.at - b.at)).forEach((cut, n) => {
      if (cut !== before) loops.push(cut.loops);
      before = cut;
      partOf.set(this.nodes[n]!, loops.length - 1);
    });
    return { partOf, loops };
  }

  private partsBy(cuts: readonly Cut[]): Cut[] {
    let cut: Cut = { at: 0, loops: false };
    let next = 0;
    return this.nodes.map((_, n) => {
      for (; cuts[next]?.at === n; next++) cut = cuts[next]!;
      return cut;
    });
  }

  /** The index of the node that computes a value; null if that node is not in the sequence. */
  private placeOf({ node }: Value): number | null {
    return (node && this.places.get(node)) ?? null;
  }

  /** The value that a node slices; null if the node is not a slice. */
  private sliced({ op, reads }: Node): Value | null {
    return op.placed ? shownBy(reads[0]!, this.places, this.exports) : null;
  }
}

/** Whether a node concatenates many values. */
const isJoin = (node: Node): boolean => node.reads.length >= MIN_TIMES && node.op.joins?.(node) === true;

const rowsOf = ({ shape }: Value): number => shape.find((size) => size !== 1) ?? 1;

/**
 * If y is x with each row split into several, or with several rows merged into one: the row counts of x and y.
 * Otherwise null.
 */
export function regroupedRows(op: Op, x: Value, y: Value): readonly [number, number] | null {
  const [from, to] = [rowsOf(x), rowsOf(y)];
  const isWhole = from % to === 0 || to % from === 0;
  return op.sameBits && from !== to && x.numel === y.numel && isWhole ? [from, to] : null;
}

/**
 * Follows a chain of views back to the value whose elements they show. Stops at the first value that is stored or that
 * no node of `here` computes.
 */
export function shownBy(x: Value, here: { has(node: Node): boolean }, exports: Exports): Value {
  let at = x;
  while (!exports.has(at) && at.node?.op.run?.(at.node) !== undefined && here.has(at.node)) at = at.node.reads[0]!;
  return at;
}
