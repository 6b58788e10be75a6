// Recipes kept on purpose: how a value is made out of data on the host, for when the GPU that held it is gone.
import { type HostData, LateData } from '../compiler/contents';
import { byteLength, isFloat, numel } from '../core/meta';
import { withMode } from './mode';
import { fromHost, recordAll } from './record';
import type { Node, Value } from './value';

/** Nodes of the longest recipe that is kept: an initialisation has a few, a training step has many. */
const MAX_NODES = 32;
/** A recipe may keep this many times the bytes of its result alive, and some more. */
const MAX_BYTES_RATIO = 2;
const MORE_BYTES = 1 << 16;

/** Makes a value of the same contents, without a gradient; needs nothing that is on a GPU. */
export type Recipe = () => Value;

/** What the nodes of a recipe have made in one go. */
type Made = Map<object, readonly Value[]>;

type Part = (made: Made) => Value;

/** A walk: the nodes it may still enter, and the values it has met. */
interface Walk {
  nodes: number;
  bytes: number;
  readonly known: Map<Node, readonly Part[]>;
  readonly without: Value | null;
}

/** The recipe of a value whose graph begins with data on the host; null where it begins elsewhere, or holds `without`, or is long. */
export function recipeOf(value: Value, without: Value | null = null): Recipe | null {
  const bytes = MAX_BYTES_RATIO * byteLength(value) + MORE_BYTES;
  const part = partOf(value, { nodes: MAX_NODES, bytes, known: new Map(), without });
  return part && (() => withMode({ grad: false }, () => part(new Map())));
}

function partOf(value: Value, walk: Walk): Part | null {
  const { node, shape, dtype } = value;
  if (value === walk.without) return null;
  const data = dataOf(value);
  if (data) {
    walk.bytes -= data.byteLength;
    return walk.bytes < 0 ? null : () => fromHost(data, shape, dtype);
  }
  if (!isOpen(value)) return null;
  // However large it is, it takes no memory before it is read.
  if (node!.op.constant) return () => fromHost(new LateData(byteLength(value), () => filled(value)), shape, dtype);
  const seen = walk.known.get(node!);
  if (seen) return seen[value.index]!;
  if (--walk.nodes < 0) return null;
  const { op, attrs, scalars, reads } = node!;
  const parts: Part[] = [];
  for (const x of reads) {
    const part = partOf(x, walk);
    if (!part) return null;
    parts.push(part);
  }
  const key = {};
  const outputs = node!.outputs.map((_, i) => (made: Made) => {
    let values = made.get(key);
    if (!values) {
      const given = parts.map((part) => part(made));
      values = recordAll(op, given, attrs, scalars);
      made.set(key, values);
    }
    return values[i]!;
  });
  walk.known.set(node!, outputs);
  return outputs[value.index]!;
}

/** Whether what the value is made of can still be told. */
const isOpen = ({ node, gone, failure }: Value): boolean => node !== null && !node.cut && gone === null && !failure;

/** The host data that a value is another name for. */
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
