// Batches whose items were all made in the same way: the operations run once for the whole batch, not once for each item.

import { fromHost, record } from '../graph/record';
import { sameAttrs } from '../graph/signature';
import type { HostData, Node, Op, Value } from '../graph/value';
import { reshape } from './shape/cast';
import { batch } from './shape/join';

const togetherOp: Op<undefined> = {
  name: 'batch',
  takesHalf: true,
  remakes: 'joined',
  run: () => 0,
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
};

const ofDataSetOp: Op<undefined> = { ...togetherOp, name: 'ofDataSet', remakes: 'batch' };

/**
 * Marks a batch of a data set: it can be recomputed from its items at any time, so no step has to keep it in memory.
 */
export const ofDataSet = (batch: Value): Value => record(ofDataSetOp, [batch], undefined);

/**
 * Stacks items of one shape, without gradients, along a new first dimension. `Op.remakes` says when the batch is kept.
 */
export const together = (items: readonly Value[]): Value => record(togetherOp, [lifted(items)], undefined);

/**
 * Like `batch(items)`, but if all items end in the same elementwise operations or reshapes, the inputs are joined first
 * and the operation runs once on the whole batch.
 */
function lifted(items: readonly Value[]): Value {
  const nodes = commonNodes(items);
  if (!nodes) return joinedOnHost(items) ?? batch(items);
  const [{ op, attrs, scalars, inputs }] = nodes as [Node, ...Node[]];
  const { shape } = items[0]!;
  if (!op.elementwise) return reshape(lifted(nodes.map((node) => node.inputs[0]!)), [items.length, ...shape]);
  const operands = inputs.map((shared, k) => {
    const each = nodes.map((node) => node.inputs[k]!);
    if (each.every((x) => x === shared)) return shared;
    const missing = new Array<number>(shape.length - shared.shape.length).fill(1);
    const joined = lifted(each);
    return missing.length > 0 ? reshape(joined, [items.length, ...missing, ...shared.shape]) : joined;
  });
  return record(op, operands, attrs, scalars);
}

/**
 * Items whose data is still on the host, as one value, so that one upload suffices; null if any item is elsewhere.
 * Items that already lie side by side in one buffer, as a worker delivers them, are not copied.
 */
function joinedOnHost(items: readonly Value[]): Value | null {
  const [{ shape, dtype }] = items as [Value, ...Value[]];
  const parts: HostData[] = [];
  for (const { host, state } of items) {
    if (host === null || state.kind !== 'onHost' || state.uploaded || state.memory || host instanceof Uint16Array)
      return null;
    parts.push(host);
  }
  const [first] = parts as [HostData, ...HostData[]];
  if (parts.some((part) => part.constructor !== first.constructor)) return null;
  const { buffer, byteOffset, byteLength, length } = first;
  const inRow = parts.every((part, i) => part.buffer === buffer && part.byteOffset === byteOffset + i * byteLength);
  const OfKind = first.constructor as Float32ArrayConstructor;
  const data = inRow ? new OfKind(buffer, byteOffset, parts.length * length) : new OfKind(parts.length * length);
  if (!inRow) for (const [i, part] of parts.entries()) data.set(part, i * length);
  return fromHost(data, [items.length, ...shape], dtype);
}

/**
 * The nodes that made the items, if all are the same operation with the same attributes on different inputs; else null.
 */
function commonNodes(items: readonly Value[]): readonly Node[] | null {
  const nodes: Node[] = [];
  const first = items[0]!.node;
  if (!first || (first.inputs.length === 0 && first.op.elementwise)) return null;
  for (const x of items) {
    const { node } = x;
    if (!node || x.available || node.bare || node.op !== first.op) return null;
    if (!(node.op.elementwise || (node.op.run && !node.op.placed && node.op.run(node) === 0))) return null;
    if (!sameAttrs(node.attrs, first.attrs) || !node.scalars.every((s, i) => Object.is(s, first.scalars[i])))
      return null;
    if (!node.inputs.every((input, k) => sameMeta(input, first.inputs[k]!))) return null;
    nodes.push(node);
  }
  // If all items come from the very same inputs, there is nothing to join.
  const shared = first.inputs.every((input, k) => nodes.every((node) => node.inputs[k] === input));
  return shared ? null : nodes;
}

const sameMeta = (a: Value, b: Value): boolean => a.metaId === b.metaId;
