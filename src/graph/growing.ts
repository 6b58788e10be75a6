// Growing: what a flush computes of values whose rows are as many as a loop has repetitions runs by a program for more rows than there
// are, which serves every number of them. The rows that count come first, so that they lie where they would without the others.
import { bytesPerElement, type Shape, sameShape } from '../compiler/meta';
import { SMALL_BYTES } from '../gpu/memory';
import { mode, withMode } from './mode';
import { isTracing, moveTo, placeOf } from './places';
import { recordAll } from './record';
import { internMeta } from './signature';
import { type Node, Value } from './value';
import { pieceOf, type Window } from './windows';

/** Rows that there is room for: few sizes, each a plan. */
const ROOMS = [1024, 16384, 128];

/** Nodes of a program that is worth it. */
const MAX_NODES = 1024;

/** What runs in the place of some nodes. */
export interface Grown {
  /** What is computed in the place of each value, with room. */
  readonly standIns: ReadonlyMap<Value, Value>;
  /** By input with room, what lies there one after another. */
  readonly pieces: ReadonlyMap<Value, readonly Window[]>;
}

/** The same computations with room for more rows, where values have as many rows as one of `lengths`; null where none has, or one cannot. */
export function grown(order: readonly Node[], lengths: ReadonlySet<number>): Grown | null {
  if (lengths.size === 0 || order.length > MAX_NODES) return null;
  if (!order.some(({ outputs }) => outputs.some((y) => alongOf(y.shape, lengths) !== undefined))) return null;
  const { recorded } = mode;
  try {
    return withMode({ grad: false }, () => new Growing(lengths).run(order));
  } finally {
    mode.recorded = recorded;
  }
}

/** The dimension of rows: the first that is not 1, if it is of such a length. */
function alongOf(shape: Shape, lengths: ReadonlySet<number>): number | undefined {
  const d = shape.findIndex((size) => size !== 1);
  return d >= 0 && lengths.has(shape[d]!) ? d : undefined;
}

class Growing {
  private readonly standIns = new Map<Value, Value>();
  private readonly pieces = new Map<Value, readonly Window[]>();
  private readonly rooms = new Map<number, number>();

  constructor(private readonly lengths: ReadonlySet<number>) {}

  run(order: readonly Node[]): Grown | null {
    if (!this.makeRoom(order)) return null;
    for (const node of order) {
      const outputs = this.grow(node);
      if (!outputs) return null;
      node.outputs.forEach((y, i) => {
        this.standIns.set(y, outputs[i]!);
      });
      if (isTracing() && outputs[0]?.node) moveTo(outputs[0].node, placeOf(node));
    }
    return { standIns: this.standIns, pieces: this.pieces };
  }

  private along(x: Value): number | undefined {
    return alongOf(x.shape, this.lengths);
  }

  /** Finds room for each length; all that has room is small, so that it is copied to its place and from there. */
  private makeRoom(order: readonly Node[]): boolean {
    const most = new Map<number, number>();
    for (const x of order.flatMap(({ reads, outputs }) => [...reads, ...outputs])) {
      const d = this.along(x);
      if (d === undefined) continue;
      if (bytesPerElement(x.dtype) !== 4) return false;
      const rows = x.shape[d]!;
      most.set(rows, Math.max(most.get(rows) ?? 0, x.numel / rows));
    }
    for (const [rows, columns] of most) {
      const room = ROOMS.find((size) => size >= rows && 4 * size * columns <= SMALL_BYTES);
      if (room === undefined) return false;
      this.rooms.set(rows, room);
    }
    return true;
  }

  private roomy(x: Value): Shape {
    const d = this.along(x);
    return d === undefined ? x.shape : x.shape.map((size, k) => (k === d ? this.rooms.get(size)! : size));
  }

  private grow(node: Node): readonly Value[] | null {
    const { op, reads, outputs, attrs, scalars } = node;
    if (this.along(outputs[0]!) !== undefined && op.joins?.(node)) {
      const joined = this.leaf(outputs[0]!, reads);
      if (joined) return checked(recordAll(op, [joined], attrs, scalars), [joined.shape]);
    }
    const inputs: Value[] = [];
    for (const x of reads) {
      const input = this.standIns.get(x) ?? (this.along(x) === undefined ? x : this.leaf(x, [x]));
      if (!input) return null;
      inputs.push(input);
      this.standIns.set(x, input);
    }
    const along = reads.map((x) => this.along(x));
    const long = [...reads, ...outputs].filter((x) => this.along(x) !== undefined);
    if (long.length === 0) return recordAll(op, inputs, attrs, scalars);
    const counted = (x: Value) => x.shape[this.along(x) ?? -1];
    const [first, ...others] = new Set(long.map(counted));
    if (others.length > 0 && !op.mixesRows) return null;
    const shapes = outputs.map((y) => this.roomy(y));
    const rows = counted(outputs[0]!) ?? first!;
    const counts = reads.map(counted);
    if (op.grow) return checked(op.grow({ inputs, attrs, scalars, along, shapes, rows, counts }), shapes);
    const fits = op.elementwise && reads.every((x, i) => along[i] === undefined || this.isAligned(x, outputs[0]!));
    return fits ? checked(recordAll(op, inputs, attrs, scalars), shapes) : null;
  }

  /** Whether the rows of x are those of what it broadcasts to. */
  private isAligned(x: Value, y: Value): boolean {
    const d = this.along(y);
    return d !== undefined && y.shape.length - d === x.shape.length - this.along(x)!;
  }

  /** An input with room for y, which values that stand lie in one after another. */
  private leaf(y: Value, values: readonly Value[]): Value | null {
    const pieces: Window[] = [];
    for (const x of values) {
      if (x.numel === 0) continue;
      const piece = pieceOf(x);
      if (!piece) return null;
      pieces.push(piece);
    }
    const leaf = new Value(internMeta({ shape: this.roomy(y), dtype: y.dtype }), null, 0);
    this.pieces.set(leaf, pieces);
    return leaf;
  }
}

const checked = (outputs: readonly Value[] | null, shapes: readonly Shape[]): readonly Value[] | null =>
  outputs?.every(({ shape }, i) => sameShape(shape, shapes[i]!)) ? outputs : null;
