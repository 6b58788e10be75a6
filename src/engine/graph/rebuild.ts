// Rebuilds: functions that make a value again from data on the host after a GPU device was lost.
import { type HostData, LateData } from '../compiler/contents';
import { byteLength, isFloat, numel } from '../core/meta';
import { withMode } from './mode';
import { fromHost, recordAll } from './record';
import type { Node, Value } from './value';

/**
 * The maximum number of nodes in a rebuild. This allows an initialisation, which has few nodes, but not a training
 * step.
 */
const MAX_NODES = 32;
/** The host data of a rebuild may take this many times the bytes of its result, plus MORE_BYTES. */
const MAX_BYTES_RATIO = 2;
const MORE_BYTES = 1 << 16;

/** Makes a value with the same contents, without a gradient. Reads nothing from a GPU. */
export type Rebuild = () => Value;

/**
 * Maps each node to the values that one rebuild has recorded for it so far, so that each node is recorded only once.
 */
type Made = Map<object, readonly Value[]>;

type Maker = (made: Made) => Value;

/**
 * A walk: the nodes and bytes that it has left, the nodes that it has visited, and a value that must not be part of the
 * graph.
 */
interface Walk {
  nodes: number;
  bytes: number;
  readonly known: Map<Node, readonly Maker[]>;
  readonly without: Value | null;
}

/**
 * The rebuild of a value whose graph starts from data on the host. Null if the graph starts from anything else,
 * contains `without`, or is too large.
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
  // A constant takes no memory until it is read, so its size does not count.
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

/** Whether the graph that makes the value still exists. */
const isOpen = ({ node, gone, failure }: Value): boolean => node !== null && !node.bare && gone === null && !failure;

/** If the value is host data, or has the same bits as host data: that data. Otherwise null. */
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
