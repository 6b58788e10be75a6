// Growing: if sizes of values depend on how often a loop repeats, the work of a flush is recorded again on padded
// values. The resulting program works for all sizes up to the padded size.

import { bytesPerElement, numel, type Shape, sameShape } from '../core/meta';
import type { Grown } from '../graph/late-growth';
import type { Slice } from '../graph/slices';
import type { Node, Value } from '../graph/value';
import type { Library } from '../ops/growth-library';
import { compacted, spread } from './compact';
import { computeWith, lib } from './lib';
import { type Rule, rules } from './rules';

/**
 * Padded row counts, in the order in which they are tried. There are only a few, because each one needs a separate
 * plan.
 */
const ROOMS = [1024, 16384, 128];

/**
 * Padded sizes for values that are padded in several dimensions. The steps are smaller, since the number of elements is
 * the product of the sizes.
 */
const PLANE_ROOMS = [128, 256, 512, 1024];

/** The maximum size of a padded value, in bytes. */
const MAX_BYTES = 1 << 22;

/** Padded row counts for large values. The steps are smaller, since such values are copied. */
const LARGE_ROOMS = [64, 128, 256, 512, 1024, 2048, 4096];

/** The maximum number of nodes, not counting views, in a program that is recorded again. */
const MAX_NODES = 1024;

/** Gives this folder its operations, and returns its entry point. */
export function grownBy(library: Library): typeof grown {
  computeWith(library);
  return grown;
}

/**
 * The entry point: records the same computations on padded values. Null if no value has a dimension of one of the
 * lengths, or if an operation cannot run on padded values.
 */
function grown(order: readonly Node[], stored: Iterable<Value>, lengths: ReadonlySet<number>): Grown | null {
  if (order.filter(({ op }) => !op.run).length > MAX_NODES) return null;
  if (!order.some(({ outputs }) => outputs.some(({ shape }) => longDims(shape, lengths).length > 0))) return null;
  const { recorded } = lib.mode;
  try {
    return lib.withMode({ grad: false }, () => new PaddedRecording(lengths).run(order, stored));
  } finally {
    lib.mode.recorded = recorded;
  }
}

/** The dimensions to pad: those whose size is one of the lengths. */
const longDims = (shape: Shape, lengths: ReadonlySet<number>): readonly number[] =>
  [...shape.keys()].filter((d) => lengths.has(shape[d]!));

class PaddedRecording {
  private readonly standIns = new Map<Value, Value>();
  private readonly pieces = new Map<Value, readonly Slice[]>();
  private readonly rooms = new Map<number, number>();

  constructor(private readonly lengths: ReadonlySet<number>) {}

  run(order: readonly Node[], stored: Iterable<Value>): Grown | null {
    if (!this.makeRoom(order)) return null;
    for (const node of order) {
      const outputs = this.grow(node);
      if (!outputs) return null;
      node.outputs.forEach((y, i) => {
        this.standIns.set(y, outputs[i]!);
      });
      if (lib.isTracing() && outputs[0]?.node) lib.moveTo(outputs[0].node, lib.placeOf(node));
    }
    return { standIns: new Map([...stored].map((y) => [y, this.stored(y)])), pieces: this.pieces };
  }

  private longDims(shape: Shape): readonly number[] {
    return longDims(shape, this.lengths);
  }

  /**
   * Chooses a padded size for each length. Returns false if a length has no suitable size, or if padded values become
   * too large.
   */
  private makeRoom(order: readonly Node[]): boolean {
    const all = new Set(order.flatMap(({ reads, outputs }) => [...reads, ...outputs]));
    const long = [...all].filter(({ shape }) => this.longDims(shape).length > 0);
    if (long.some(({ shape, dtype }) => bytesPerElement(dtype) !== 4 || shape.length > lib.MAX_RANK)) return false;
    const base = this.basesIn(order);
    const columns = new Map<number, number>();
    for (const { shape } of long) {
      const dims = this.longDims(shape);
      for (const d of dims) {
        const size = base.get(shape[d]!) ?? shape[d]!;
        const others = dims.length > 1 ? Number.POSITIVE_INFINITY : numel(shape) / size;
        columns.set(size, Math.max(columns.get(size) ?? 0, others));
      }
    }
    for (const [size, most] of columns) {
      const room = this.roomFor(size, most);
      if (room === undefined) return false;
      this.rooms.set(size, room);
    }
    for (const [size, of] of base) this.rooms.set(size, (this.rooms.get(of)! / of) * size);
    return long.every(({ shape }) => 4 * numel(this.roomy(shape)) <= MAX_BYTES);
  }

  /**
   * The padded size for a dimension of size `size`, given that values have at most `most` elements per index along it;
   * undefined if no padded size is small enough.
   */
  private roomFor(size: number, most: number): number | undefined {
    if (most === Number.POSITIVE_INFINITY) return PLANE_ROOMS.find((room) => room > size);
    return (
      ROOMS.find((room) => room > size && 4 * room * most <= lib.SMALL_BYTES) ??
      LARGE_ROOMS.find((room) => room > size && 4 * room * most <= MAX_BYTES)
    );
  }

  /**
   * For reshapes that split or merge rows: maps the larger row count to the smallest row count that reshapes connect it
   * with, so that both are padded in proportion.
   */
  private basesIn(order: readonly Node[]): ReadonlyMap<number, number> {
    const base = new Map<number, number>();
    for (const { op, reads, outputs } of order) {
      const rows = reads[0] && lib.regroupedRows(op, reads[0], outputs[0]!);
      if (!rows?.every((size) => this.lengths.has(size))) continue;
      const [least, most] = rows.toSorted((a, b) => a - b);
      base.set(most!, base.get(least!) ?? least!);
    }
    return base;
  }

  private roomy(shape: Shape): Shape {
    return this.longDims(shape).length === 0 ? shape : shape.map((size) => this.rooms.get(size) ?? size);
  }

  private grow(node: Node): readonly Value[] | null {
    const { op, reads, outputs, attrs, scalars } = node;
    if (this.longDims(outputs[0]!.shape).length > 0 && op.joins?.(node)) {
      const joined = this.leaf(outputs[0]!, reads);
      if (joined) return this.checked(lib.recordAll(op, [joined], attrs, scalars), outputs);
    }
    const inputs: Value[] = [];
    for (const x of reads) {
      const input = this.standIns.get(x) ?? (this.longDims(x.shape).length === 0 ? x : this.leaf(x, [x]));
      if (!input) return null;
      inputs.push(input);
      this.standIns.set(x, input);
    }
    if ([...reads, ...outputs].every(({ shape }) => this.longDims(shape).length === 0))
      return lib.recordAll(op, inputs, attrs, scalars);
    if (!op.growth) return op.elementwise ? this.checked(lib.recordAll(op, inputs, attrs, scalars), outputs) : null;
    const counts = reads.map(({ shape }) => shape);
    const results = outputs.map(({ shape }) => shape);
    const shapes = results.map((shape) => this.roomy(shape));
    const rule: Rule = rules[op.growth];
    return this.checked(rule({ op, inputs, attrs: attrs as never, scalars, counts, shapes, results }), outputs);
  }

  private checked(grown: readonly Value[] | null, outputs: readonly Value[]): readonly Value[] | null {
    return grown?.every(({ shape }, i) => sameShape(shape, this.roomy(outputs[i]!.shape))) ? grown : null;
  }

  /**
   * A padded input for y, into which `values` are copied one after another. Null if one of them is not a contiguous
   * piece of a value with contents.
   */
  private leaf(y: Value, values: readonly Value[]): Value | null {
    const pieces: Slice[] = [];
    for (const x of values) {
      if (x.numel === 0) continue;
      const piece = lib.pieceOf(x);
      if (!piece) return null;
      pieces.push(piece);
    }
    const shape = this.roomy(y.shape);
    const isSpread = !this.isOfRows(y.shape);
    const meta = { shape: isSpread ? [numel(shape)] : shape, dtype: y.dtype };
    const leaf = new lib.Value(lib.internMeta(meta), null, 0);
    this.pieces.set(leaf, pieces);
    return isSpread ? spread(leaf, y.shape, shape) : leaf;
  }

  /** The value that is stored instead of y. It begins with the real elements of y, in order. */
  private stored(y: Value): Value {
    const standIn = this.standIns.get(y)!;
    return this.isOfRows(y.shape) ? standIn : compacted(standIn, y.shape);
  }

  /**
   * Whether the real elements are contiguous at the front. They are if no dimension is padded except the first one
   * whose size is not 1.
   */
  private isOfRows(shape: Shape): boolean {
    const dims = this.longDims(shape);
    return dims.length === 0 || (dims.length === 1 && dims[0] === shape.findIndex((size) => size !== 1));
  }
}
