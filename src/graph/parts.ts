// Parts: a flush that repeats a subgraph runs as several programs, of kinds that flushes of other lengths share.
import { cutsOf } from './periods';
import type { Node, Value } from './value';

/** Some of a flush's nodes, which run together. */
export interface Part {
  /** Values made here that users, gradients or later parts read. */
  readonly stores: readonly Value[];
  /** Values that earlier parts stored for later ones, of which this is the last. */
  readonly spends: readonly Value[];
}

/** The parts of a flush, whose nodes these are, in order; none where it runs as one. */
export function partsOf(nodes: readonly Node[], exports: { has(value: Value): boolean }): readonly Part[] {
  const repeated = cutsOf(nodes);
  if (repeated.length === 0) return [];
  const cuts = [...offsetsIn(nodes.slice(0, repeated[0]), exports), ...repeated];
  const partOf = new Map<Node, number>();
  let part = 0;
  nodes.forEach((node, n) => {
    if (n === cuts[part]) part++;
    partOf.set(node, part);
  });
  const stored = new Set<Value>();
  const lastPart = new Map<Value, number>();
  for (const [node, p] of partOf) {
    for (const read of node.reads) {
      const x = shownBy(read, partOf, exports);
      const made = x.node ? partOf.get(x.node) : undefined;
      if (made === undefined || made === p || isMadeAgain(x.node!)) continue;
      stored.add(x);
      if (!exports.has(x)) lastPart.set(x, p);
    }
  }
  const parts = Array.from({ length: part + 1 }, (): { stores: Value[]; spends: Value[] } => ({
    stores: [],
    spends: [],
  }));
  for (const [{ outputs }, p] of partOf) {
    for (const y of outputs) if (exports.has(y) || stored.has(y)) parts[p]!.stores.push(y);
  }
  for (const [value, p] of lastPart) parts[p]!.spends.push(value);
  // Views alone are no work.
  return parts.filter(({ stores }) => stores.length > 0);
}

/**
 * Where to cut before the first repetition: a view of a value that is stored anyway, as of the probability of an action, is a window of
 * it once it stands, so that its offset is no part of a plan.
 */
function offsetsIn(nodes: readonly Node[], exports: { has(value: Value): boolean }): readonly number[] {
  const here = new Set(nodes);
  const at = nodes.findIndex(({ op, reads }) => {
    const base = op.placed ? shownBy(reads[0]!, here, exports) : null;
    return base !== null && exports.has(base) && here.has(base.node!);
  });
  return at > 0 ? [at] : [];
}

/** The value that a view shows elements of, as far as that is computed here and the view is not stored. */
function shownBy(x: Value, here: { has(node: Node): boolean }, exports: { has(value: Value): boolean }): Value {
  let at = x;
  while (!exports.has(at) && at.node?.op.run?.(at.node) !== undefined && here.has(at.node)) at = at.node.reads[0]!;
  return at;
}

/** Constants are not stored. */
const isMadeAgain = ({ op, reads }: Node): boolean => op.cheap === true && reads.length === 0;
