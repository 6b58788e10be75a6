// Held-back work: the part of the pending work that an automatic flush leaves for the next one. An automatic flush
// usually comes in the middle of a repetition of a loop. A program for the repetitions so far and a fraction of the
// next one would hardly ever be used again.
import { byteLength } from '../core/meta';
import { boundIn } from './periods';
import { shownBy } from './repeated-programs';
import type { GraphRoot } from './roots';
import type { Slice } from './slices';
import type { Node, Value } from './value';

export interface HeldBack {
  /** Whether held-back work computes the value. */
  makes(value: Value): boolean;
  /** Whether held-back work reads the value. The value has contents, or gets them in this flush. */
  reads(value: Value): boolean;
  /** Values that the flush computes for the held-back work. */
  readonly needs: ReadonlySet<Value>;
  /** The bytes of all held-back values that roots hold. */
  readonly bytes: number;
}

/** The pending work. */
interface Pending {
  /** In execution order. */
  readonly nodes: readonly Node[];
  readonly slices: ReadonlyMap<Value, Slice>;
  readonly roots: ReadonlySet<GraphRoot>;
}

/**
 * Chooses the work to hold back: at most `most.nodes` nodes and `most.bytes` bytes. Returns null if the flush should
 * send everything.
 */
export function heldBackIn({ nodes, slices, roots }: Pending, most: { nodes: number; bytes: number }): HeldBack | null {
  const bound = boundIn(nodes, slices);
  if (bound === null || nodes.length - bound > most.nodes) return null;
  const later = new Set(nodes.slice(bound));
  const sent = new Set(nodes.slice(0, bound));
  const makes = ({ node, available }: Value): boolean => !available && node !== null && later.has(node);
  let bytes = 0;
  for (const { value } of roots) if (makes(value)) bytes += byteLength(value);
  if (bytes > most.bytes) return null;
  const rooted = new Set([...roots].map(({ value }) => value));
  const needs = new Set<Value>();
  const standing = new Set<Value>();
  const meet = (read: Value): void => {
    const x = baseOf(shownBy(read, sent, rooted), sent);
    const slice = slices.get(x);
    if (slice) standing.add(slice.base);
    else if (x.available) standing.add(x);
    else if (sent.has(x.node!) && !x.node!.op.constant) needs.add(x);
  };
  for (const node of later) node.reads.forEach(meet);
  // In this case, the flush would reuse the memory of a replaced value for the new value, although held-back work still
  // reads it.
  for (const { value, flushed } of roots)
    if (flushed && flushed !== value && standing.has(flushed) && !makes(value)) return null;
  const reads = (value: Value): boolean => standing.has(value) || needs.has(value);
  return { makes, reads, needs, bytes };
}

/** If `x` is an alias or a view of a value with contents, returns that value; otherwise returns `x`. */
function baseOf(x: Value, here: ReadonlySet<Node>): Value {
  let at = x;
  while (!at.available && at.node?.op.views && here.has(at.node)) at = at.node.reads[0]!;
  return at.available ? at : x;
}
