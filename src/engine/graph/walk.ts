// Walks: find the nodes that must run so that given values get contents, and the order in which they run.
import { TensorReleasedError } from '../core/errors';
import { type Slice, sliceOf } from './slices';
import { type Node, newMark, type Value } from './value';

export type Slices = Map<Value, Slice>;

/** The nodes of a run, and the slices that they read. */
export interface Walk {
  readonly order: Node[];
  readonly slices: Slices;
  readonly mark: number;
}

export const newWalk = (): Walk => ({ order: [], slices: new Map(), mark: newMark() });

/**
 * Collects the nodes that must run for `value`, and the slices that they read. @throws TensorReleasedError if a value
 * that they need is gone; or the error of the failed run that should have computed such a value
 */
export function visit(value: Value, { order, slices, mark }: Walk): void {
  const stack: Value[] = [value];
  const before = order.length;
  while (stack.length > 0) {
    const next = stack.pop()!;
    const { node } = next;
    const isLeaving = next.owners.hold === 'leaving';
    if (next.available && !isLeaving && !next.failure) continue;
    if (next.failure || next.gone || isLeaving || !node || node.bare) {
      for (const n of order.splice(before)) n.mark = 0;
      throw next.failure ?? releasedError(value, next);
    }
    if (node.mark === mark) continue;
    node.mark = mark;
    order.push(node);
    for (const x of node.reads) if (!isSlice(x, slices)) stack.push(x);
  }
}

function isSlice(x: Value, slices: Slices): boolean {
  if (x.available) return false;
  if (slices.has(x)) return true;
  const slice = sliceOf(x);
  if (slice) slices.set(x, slice);
  return slice !== null;
}

const whyOf = ({ gone, owners: { hold } }: Value): string => {
  if (gone) return gone;
  if (hold === 'leaving') return 'its memory was given back, or went to what an in-place write put in its place';
  return hold === 'returned' ? 'it was stored for a gradient, which has been taken' : 'it was not kept';
};

function releasedError(value: Value, missing: Value): Error {
  const name = value.node?.op.name ?? 'a tensor';
  const what =
    missing === value
      ? 'its value is gone'
      : `it would be made again from a value of ${missing.node?.op.name ?? 'a tensor'} that is gone`;
  return new TensorReleasedError(
    `the result of ${name}, of shape [${value.shape.join(', ')}], can no longer be had: ${what} (${whyOf(missing)}). ` +
      'Tensors made inside a module, backward() or torch.scope() live no longer than it: call .retain() where it is made, or return it',
  );
}

/**
 * Sorts nodes in recording order, except that aliases and views of values with contents come right before their first
 * readers. A parameter gets an alias when it is first used, and the moment of that first use must not change the
 * program.
 */
export function inSequence(order: Node[]): Node[] {
  order.sort((a, b) => a.id - b.id);
  const names = new Set(order.filter(({ op, reads }) => (op.views || op.run) && reads[0]!.available));
  // If a node overwrites a value in place, the recording order must be kept.
  if (names.size === 0 || order.some(({ op }) => op.inPlace)) return order;
  const sorted = order.splice(0);
  const late = new Set(names);
  for (const node of sorted) {
    if (names.has(node)) continue;
    for (const { node: maker } of node.reads) if (maker && late.delete(maker)) order.push(maker);
    order.push(node);
  }
  order.push(...late);
  return order;
}
