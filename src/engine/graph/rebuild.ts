// Rebuilds: functions that survive a lost GPU device, and make a value again from data on the host.
import { type HostData, LateData } from '../compiler/contents';
import { byteLength, isFloat, numel } from '../core/meta';
import { withMode } from './mode';
import { fromHost, recordAll } from './record';
import type { Node, Value } from './value';

/** The maximum number of nodes of a rebuild. An initialisation has a few nodes, a training step has many. */
const MAX_NODES = 32;
/** The host data of a rebuild may take this many times the bytes of its result, and MORE_BYTES besides. */
const MAX_BYTES_RATIO = 2;
const MORE_BYTES = 1 << 16;

/** Makes a value with the same contents, without a gradient. Needs nothing that is on a GPU. */
export type Rebuild = () => Value;

/** The values that one rebuild has recorded so far, by node, so that each node is recorded once. */
type Made = Map<object, readonly Value[]>;

type Maker = (made: Made) => Value;

/** A walk: how many nodes and bytes it may still take, the nodes that it has met, and a value that it must not meet. */
interface Walk {
  nodes: number;
  bytes: number;
  readonly known: Map<Node, readonly Maker[]>;
  readonly without: Value | null;
}

/**
 * The rebuild of a value whose graph begins with data on the host. Null if the graph begins elsewhere, contains
 * `without`, or is too long.
 */
export function rebuildOf(value: Value, without: Value | null = null): Rebuild | null {
  const bytes = MAX_BYTES_RATIO * byteLength(value) + MORE_BYTES;
  const maker = makerOf(value, { nodes: MAX_NODES, bytes, known: new Map(), without });
  return maker && (() => withMode({ grad: false }, () => maker(new Map())));
}

function makerOf(value: Value, walk: Walk): Maker | null {
  const { node, shape, dtype } = value;
  if (value === walk.without) return null;
  const data = dataOf(value);
  if (data) {
    walk.bytes -= data.byteLength;
    return walk.bytes < 0 ? null : () => fromHost(data, shape, dtype);
  }
  if (!isOpen(value)) return null;
  // However large a constant is, it takes no memory before it is read.
  if (node!.op.constant) return () => fromHost(new LateData(byteLength(value), () => filled(value)), shape, dtype);
  const seen = walk.known.get(node!);
  if (seen) return seen[value.index]!;
  if (--walk.nodes < 0) return null;
  const { op, attrs, scalars, reads } = node!;
  const makers: Maker[] = [];
  for (const x of reads) {
    const maker = makerOf(x, walk);
    if (!maker) return null;
    makers.push(maker);
  }
  const key = {};
  const outputs = node!.outputs.map((_, i) => (made: Made) => {
    let values = made.get(key);
    if (!values) {
      const given = makers.map((make) => make(made));
      values = recordAll(op, given, attrs, scalars);
      made.set(key, values);
    }
    return values[i]!;
  });
  walk.known.set(node!, outputs);
  return outputs[value.index]!;
}

/** Whether the graph that makes the value is still there. */
const isOpen = ({ node, gone, failure }: Value): boolean => node !== null && !node.cut && gone === null && !failure;

/**
 * The host data that has the same bits as the value, since the value is that data or an alias of it; null if there is
 * none.
 */
function dataOf(value: Value): HostData | LateData | null {
  for (let from = value; ; from = from.node!.inputs[0]!) {
    const { contents } = from;
    if (contents) return contents;
    if (!isOpen(from) || !from.node!.op.sameBits) return null;
  }
}

function filled({ node, shape, dtype }: Value): HostData {
  const count = numel(shape);
  const [number] = node!.scalars as readonly [number];
  if (isFloat(dtype)) return new Float32Array(count).fill(number);
  return new Int32Array(count).fill(number);
}
