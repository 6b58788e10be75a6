// Programs: the numbered nodes and values of a walk, with a key that lets the compiler recognise an equal program.
import type { Job } from '../compiler/engine';
import type { Program, ProgramNode } from '../compiler/ir';
import type { Piece } from '../gpu/executable';
import { keep } from './keep';
import type { Grown } from './late-growth';
import { isTracing, placeOf } from './places';
import type { GraphRoot } from './roots';
import { offsetIsData } from './slices';
import { lastNodeId, type Node, type Value } from './value';
import { inSequence, type Slices, type Walk } from './walk';

/**
 * Separates the parts of a program's key. Signatures and indices are never negative, and slices among the inputs are
 * written as numbers below the separator.
 */
const SEPARATOR = -1;
const OFFSET = Number.NEGATIVE_INFINITY;

const noOffsets: readonly undefined[] = [];

/** The number of the first value of the next program. Numbers of a program's values follow each other. */
let nextNumber = 1;

/** The nodes that the engine runs as one program: all nodes of a flush, or one part of them. */
export interface Work<Root = GraphRoot> extends Walk {
  /** The values that the program stores. Each maps to the root that holds it, or to null. */
  readonly exports: ReadonlyMap<Value, Root | null>;
  /**
   * If the program serves several sizes: the padded value that is computed instead of each value. See late-growth.ts.
   */
  readonly long?: Grown;
}

/** The program of work: what a job says of it, and the exports in the order in which they are computed. */
export function programOf<Root>({ exports, long, ...walk }: Work<Root>) {
  const { inputs, key, scalars, numberOf, build } = number(walk);
  const standIn = (value: Value): Value => long?.standIns.get(value) ?? value;
  // A request for the same values in another order gives the same program.
  const stored = [...exports].sort(([a], [b]) => standIn(a).number - standIn(b).number);
  key.push(SEPARATOR);
  for (const [value] of stored) key.push(numberOf(standIn(value)));
  // Makes the key differ from that of an unpadded program with the same nodes, because this program also copies results
  // out of padded values.
  if (long) key.push(SEPARATOR);
  return {
    exports: stored,
    key,
    scalars,
    ...cellsOf(inputs, walk.slices, long?.pieces),
    build(): Program {
      const program = build(stored.map(([value]) => standIn(value)));
      return long ? { ...program, roomy: stored.map(([value]) => standIn(value).numel > value.numel) } : program;
    },
  };
}

/**
 * Numbers the values, inputs first, and writes the program's key. The nodes of `order`, and no others, must have the
 * walk's mark. Until another program is numbered, `numberOf` gives the numbers. `build` may be called at any time.
 */
function number({ order, slices, mark }: Walk) {
  const inputs: Value[] = [];
  const key: number[] = [];
  const last = lastNodeId();
  const first = nextNumber;
  for (const node of order) {
    for (const x of node.reads) {
      if (x.number >= first || (x.node?.mark === mark && !x.available)) continue;
      x.number = nextNumber++;
      x.used = last;
      const slice = slices.get(x);
      if (slice) slice.base.used = last;
      inputs.push(x);
      key.push(slice ? SEPARATOR - x.metaId : x.metaId);
    }
  }
  const scalars: number[] = [];
  const placed = new Set<Node>();
  for (const node of order) {
    key.push(SEPARATOR, node.signature);
    for (const x of node.reads) key.push(x.number - first);
    // If one output has contents and another output of the same node is wanted, the node computes the first one again,
    // too, and nothing reads it.
    for (const y of node.outputs) {
      if (y.number < first) y.number = nextNumber;
      nextNumber++;
    }
    if (node.op.placed && !offsetIsData(node)) {
      placed.add(node);
      key.push(OFFSET, node.scalars[0]!);
    }
    for (const s of node.scalars) scalars.push(s);
  }
  const recorded = { order, edges: order.map((node) => node.reads), inputs, slices, placed };
  return {
    inputs,
    key,
    scalars,
    numberOf: (value: Value) => value.number - first,
    build: (exports: readonly Value[]) => buildProgram(recorded, exports),
  };
}

/**
 * The numbers that `number` assigned. They are computed again here, since later flushes may have renumbered the values.
 */
function numbersOf(order: readonly Node[], inputs: readonly Value[]): Map<Value, number> {
  const numbers = new Map(inputs.map((x, i) => [x, i]));
  let next = inputs.length;
  for (const { outputs } of order) {
    for (const y of outputs) {
      if (!numbers.has(y)) numbers.set(y, next);
      next++;
    }
  }
  return numbers;
}

/**
 * Says where a program's inputs are: the value that holds each input, the byte offset of each slice, and for each
 * padded input the values that are copied into it.
 */
function cellsOf(
  inputs: readonly Value[],
  slices: Slices,
  pieces?: Grown['pieces'],
): Pick<Job, 'inputs' | 'offsets' | 'joins'> {
  if (slices.size === 0) return { inputs, offsets: noOffsets };
  const cells = inputs.map((x) => slices.get(x)?.base ?? x);
  const offsets = inputs.map((x) => slices.get(x)?.offset);
  if (!pieces) return { inputs: cells, offsets };
  const joins = new Map<number, Piece[]>();
  inputs.forEach((x, i) => {
    const parts = pieces.get(x)?.map(({ base, offset, bytes }, k) => {
      if (k === 0) return { input: i, bytes };
      base.used = lastNodeId();
      offsets.push(offset);
      return { input: cells.push(base) - 1, bytes };
    });
    if (parts) joins.set(i, parts);
  });
  return { inputs: cells, offsets, joins };
}

/** What a program is built from. The nodes may have dropped their edges by then, and bases of views may have contents. */
interface Recorded {
  readonly order: readonly Node[];
  readonly edges: readonly (readonly Value[])[];
  readonly inputs: readonly Value[];
  readonly slices: Slices;
  /** The views whose offset is part of the program's structure. */
  readonly placed: ReadonlySet<Node>;
}

function buildProgram({ order, edges, inputs, slices, placed }: Recorded, exports: readonly Value[]): Program {
  const numbers = numbersOf(order, inputs);
  const values = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  let scalarBase = 0;
  const nodes = order.map((node, n): ProgramNode => {
    const outputs = node.outputs.map(({ shape, dtype }) => values.push({ shape, dtype }) - 1);
    const built = {
      op: node.op,
      attrs: placed.has(node) ? { ...(node.attrs as object), offset: node.scalars[0] } : node.attrs,
      inputs: edges[n]!.map((x) => numbers.get(x)!),
      outputs,
      scalarBase,
      scalarCount: placed.has(node) ? 0 : node.scalars.length,
      ...(isTracing() && { place: placeOf(node) }),
    };
    scalarBase += node.scalars.length;
    return built;
  });
  return {
    values,
    inputCount: inputs.length,
    slices: inputs.map((x) => slices.has(x)),
    nodes,
    exports: exports.map((value) => numbers.get(value)!),
  };
}

/**
 * The program that would run if a pending value were read and nothing else were pending. It also stores what gradients
 * will read. Null if there is nothing to run.
 */
export function pendingProgram(value: Value) {
  const { failed, ...kept } = keep(new Set([{ value }]), [value]);
  for (const { error } of failed.values()) throw error;
  if (kept.order.length === 0) return null;
  inSequence(kept.order);
  const { key, inputs, build } = programOf(kept);
  return { key, inputs, program: build() };
}
