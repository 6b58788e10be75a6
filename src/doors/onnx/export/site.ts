// A site: a recorded node as its translator sees it, with its inputs as wires and its sizes in each trace.
import { ArgumentError, type DType, type Shape } from '../../../torch';
import type { Node, Value } from '../../../torch/inside';
import type { Attributes, Builder, Wire } from './builder';
import { nodeTitle } from './reads';

/** A size: one number per trace. */
export type Size = readonly number[];

/**
 * Writes a recorded node as ONNX nodes, and returns the wires of its outputs; null for an output that nothing can read.
 */
export type Translator = (site: Site) => Wire | readonly (Wire | null)[];

export type Translators = Readonly<Record<string, Translator>>;

/** The state that all sites of an export share. */
export interface Context {
  readonly builder: Builder;
  /** The wire of a value of the first trace. */
  wire(value: Value): Wire;
  /** The value of another trace that corresponds to this value of the first trace. */
  twin(value: Value, trace: number): Value;
  /** The number of traces: one, unless there are dynamic sizes. */
  readonly traces: number;
  /** The dynamic dimensions of the inputs. */
  readonly open: readonly { readonly value: Value; readonly dim: number; readonly size: Size }[];
  /** The parameter or buffer of this name. */
  named(name: string): { readonly wire: Wire; readonly shape: Shape } | null;
  /** The name of the parameter or buffer that this value is; null if it is neither. */
  nameOf(value: Value): string | null;
  /** Whether a value depends on the inputs and already has a wire. */
  isMade(value: Value): boolean;
  /** How often a value is read or returned as an output. */
  uses(value: Value): number;
  /** The path of the module in which a node was recorded. */
  placeOf(node: Node): string;
  /** A weight or bias with its rows reordered by gate for ONNX, as one of several directions. */
  rows(site: Site, value: Value, gates: Gates): Wire;
  /** The sizes that translators have asked for, by value and dimension: each a list of one number. */
  readonly dims: Map<Value, Map<number, Wire>>;
  /** By recurrent node: its states after each element, and the last state of each kind. */
  readonly ends: Map<Node, { readonly all: Wire; readonly last: readonly Wire[] }>;
}

export interface Gates {
  /** For each place in ONNX's order: the index of that gate in our order. */
  readonly order: readonly number[];
  /** The number of rows per gate. */
  readonly size: number;
  /** The end of the weight's name. */
  readonly suffix: string;
}

/** How many values are searched at most for one that a size can be read from. */
const MOST_BEFORE = 48;

/** The largest int64, which as the end of a slice means "to the end". */
const END = 2n ** 63n - 1n;

const isFixed = (size: Size): boolean => size.every((n) => n === size[0]);

export class Site {
  constructor(
    readonly node: Node,
    /** The same node in each trace, including the first. */
    readonly twins: readonly Node[],
    readonly context: Context,
  ) {}

  get builder(): Builder {
    return this.context.builder;
  }

  get opset(): number {
    return this.context.builder.opset;
  }

  get scalars(): readonly number[] {
    return this.node.scalars;
  }

  /** The path of the module in which the node was recorded. */
  get place(): string {
    return this.context.placeOf(this.node);
  }

  attrs<A>(): A {
    return this.node.attrs as A;
  }

  value(i: number): Value {
    return this.node.inputs[i]!;
  }

  has(i: number): boolean {
    return i < this.node.inputs.length;
  }

  shape(i = 0): Shape {
    return this.value(i).shape;
  }

  /** The shape of output i. */
  result(i = 0): Shape {
    return this.node.outputs[i]!.shape;
  }

  get dtype(): DType {
    return this.node.outputs[0]!.dtype;
  }

  /** Input i. */
  in(i: number): Wire {
    return this.context.wire(this.value(i));
  }

  wire(value: Value): Wire {
    return this.context.wire(value);
  }

  op(opType: string, inputs: readonly (Wire | null)[], attributes: Attributes = {}, dtype?: DType): Wire {
    return this.builder.op(opType, inputs, attributes, dtype);
  }

  scalar(number: number, dtype: DType = 'float32'): Wire {
    return this.builder.scalar(number, dtype);
  }

  /** Scalar argument i of the node, cast to a dtype. It may depend on a dynamic size. */
  number(i: number, dtype: DType): Wire {
    const size = this.twins.map(({ scalars }) => scalars[i]!);
    if (isFixed(size)) return this.builder.scalar(size[0]!, dtype);
    const list = size.every(Number.isInteger) ? this.findSize(size) : null;
    if (!list) return this.fail(`takes a number that depends on dynamic sizes: it was ${size.join(', then ')}`);
    return this.builder.cast(this.op('Squeeze', [list, this.builder.ints([0])]), dtype);
  }

  /** A list of the node's numbers in each trace, as one size per number. */
  sizes(of: (node: Node) => readonly number[]): Size[] {
    const lists = this.twins.map(of);
    const [first] = lists as [readonly number[]];
    if (lists.some(({ length }) => length !== first.length)) return this.fail('has another rank at other sizes');
    return first.map((_, i) => lists.map((list) => list[i]!));
  }

  /** The shape of a value in each trace. */
  sizesOf(value: Value): Size[] {
    const shapes = Array.from({ length: this.context.traces }, (_, t) => this.context.twin(value, t).shape);
    return value.shape.map((_, d) => shapes.map((shape) => shape[d]!));
  }

  /** Numbers that must not depend on dynamic sizes. */
  fixed(what: string, of: (node: Node) => readonly number[]): readonly number[] {
    const sizes = this.sizes(of);
    if (!sizes.every(isFixed))
      this.fail(`depends on a dynamic size through its ${what}, which a file stores as fixed numbers`);
    return sizes.map(([n]) => n!);
  }

  /** Fails for an operation that cannot be exported; the error names its module. */
  fail(why: string): never {
    throw new ArgumentError(`onnx.export: ${this.title} ${why}`);
  }

  get title(): string {
    return nodeTitle(this.node, this.place);
  }

  // ── Shapes ──

  /** A list of sizes as an int64 tensor. */
  list(sizes: readonly Size[]): Wire {
    if (sizes.every(isFixed)) return this.builder.ints(sizes.map(([n]) => n!));
    const parts: Wire[] = [];
    let run: number[] = [];
    const end = () => {
      if (run.length > 0) parts.push(this.builder.ints(run));
      run = [];
    };
    for (const size of sizes) {
      if (isFixed(size)) run.push(size[0]!);
      else {
        end();
        parts.push(this.size(size));
      }
    }
    end();
    return parts.length === 1 ? parts[0]! : this.op('Concat', parts, { axis: 0 });
  }

  /** A dynamic size as a list of one number. */
  size(size: Size): Wire {
    return (
      this.findSize(size) ??
      this.fail(`has a size that was ${size.join(', then ')}, which is not a sum or multiple of one dynamic size`)
    );
  }

  /** A size as a formula of the sizes of values before the node, or of the model's inputs; null if no formula fits. */
  findSize(size: Size): Wire | null {
    if (isFixed(size)) return this.builder.ints([size[0]!]);
    const all = [...this.before().flatMap((value) => this.dimsOf(value)), ...this.context.open];
    for (const each of all) if (sameSize(each.size, size)) return this.dim(each.value, each.dim);
    for (const each of all) {
      const way = linear(each.size, size);
      if (!way) continue;
      let wire = this.dim(each.value, each.dim);
      if (way.times !== 1) wire = this.op('Mul', [wire, this.builder.ints([way.times])]);
      if (way.over !== 1) wire = this.op('Div', [wire, this.builder.ints([way.over])]);
      return way.plus === 0 ? wire : this.op('Add', [wire, this.builder.ints([way.plus])]);
    }
    for (const a of all) {
      for (const b of all) {
        if (!a.size.every((n, t) => size[t]! % (n * b.size[t]!) === 0)) continue;
        const rest = size.map((n, t) => n / (a.size[t]! * b.size[t]!));
        if (!isFixed(rest)) continue;
        const product = this.op('Mul', [this.dim(a.value, a.dim), this.dim(b.value, b.dim)]);
        return rest[0] === 1 ? product : this.op('Mul', [product, this.builder.ints([rest[0]!])]);
      }
    }
    return null;
  }

  /** The inputs of the node and the values before them, nearest first. */
  private before(): readonly Value[] {
    const found = new Set<Value>(this.node.inputs);
    for (const value of found) {
      if (found.size >= MOST_BEFORE) break;
      for (const x of value.node?.inputs ?? []) if (this.context.isMade(x)) found.add(x);
    }
    return [...found].filter((value) => this.context.isMade(value));
  }

  private dimsOf(value: Value) {
    return this.sizesOf(value).flatMap((size, dim) => (isFixed(size) ? [] : [{ value, dim, size }]));
  }

  /** One size of a value, as a list of one. */
  dim(value: Value, dim: number): Wire {
    const known = this.context.dims.get(value) ?? new Map<number, Wire>();
    this.context.dims.set(value, known);
    const wire =
      known.get(dim) ??
      this.op('Gather', [this.op('Shape', [this.wire(value)], {}, 'int64'), this.builder.ints([dim])], { axis: 0 });
    known.set(dim, wire);
    return wire;
  }

  /** x, whose shape is `from`, in another shape. */
  reshape(x: Wire, from: readonly Size[], to: readonly Size[]): Wire {
    if (from.length === to.length && from.every((size, d) => sameSize(size, to[d]!))) return x;
    const empty = to.some((size) => isFixed(size) && size[0] === 0);
    const open = to.flatMap((size, d) => (isFixed(size) ? [] : [d]));
    if (open.length === 0) return this.op('Reshape', [x, this.list(to)], empty ? { allowzero: 1 } : {});
    // In ONNX, 0 copies the size of the same dimension of x, and -1 (once) takes the rest.
    const copied = (d: number) => d < from.length && !empty && sameSize(from[d]!, to[d]!);
    const others = open.filter((d) => !copied(d));
    const rest = empty ? -1 : (others.find((d) => this.findSize(to[d]!) === null) ?? others.at(-1) ?? -1);
    const parts = to.map((size, d): number | Wire => {
      if (d === rest) return -1;
      if (isFixed(size)) return size[0]!;
      return copied(d) ? 0 : this.size(size);
    });
    if (parts.every((part) => typeof part === 'number')) return this.op('Reshape', [x, this.builder.ints(parts)]);
    const wires = parts.map((part) => (typeof part === 'number' ? this.builder.ints([part]) : part));
    return this.op('Reshape', [x, this.op('Concat', wires, { axis: 0 })], empty ? { allowzero: 1 } : {});
  }

  /** x expanded to a shape that it broadcasts to. */
  expand(x: Wire, to: readonly Size[]): Wire {
    return this.op('Expand', [x, this.list(to)]);
  }

  transpose(x: Wire, order: readonly number[]): Wire {
    return order.every((d, i) => d === i) ? x : this.op('Transpose', [x], { perm: order });
  }

  /** A slice of x: for each listed dimension, `count` elements from `start`, `step` apart. */
  slice(x: Wire, from: readonly Size[], parts: readonly { start: Size; count: Size; step: number }[]): Wire {
    const cut = parts.flatMap((part, d) => {
      const all = part.step === 1 && part.start.every((n) => n === 0) && sameSize(part.count, from[d]!);
      return all ? [] : [{ ...part, d, size: from[d]! }];
    });
    if (cut.length === 0) return x;
    const starts = cut.map(({ start, size }) => {
      // The same position counted from the end.
      const back = start.map((n, t) => n - size[t]!);
      return !isFixed(start) && isFixed(back) ? back : start;
    });
    const ends = cut.map(({ start, count, step, size }) => {
      const toEnd = count.every((n, t) => Math.ceil((size[t]! - start[t]!) / step) === n);
      return toEnd ? null : start.map((n, t) => n + (count[t]! - 1) * step + 1);
    });
    return this.op('Slice', [
      x,
      this.list(starts),
      this.ends(ends, cut),
      this.builder.ints(cut.map(({ d }) => d)),
      ...(cut.some(({ step }) => step !== 1) ? [this.builder.ints(cut.map(({ step }) => step))] : []),
    ]);
  }

  private ends(ends: readonly (Size | null)[], cut: readonly { size: Size }[]): Wire {
    const fromBack = ends.map((end, i) => {
      if (end === null || isFixed(end)) return end;
      const back = end.map((n, t) => n - cut[i]!.size[t]!);
      return isFixed(back) && back[0]! < 0 ? back : end;
    });
    if (fromBack.every((end) => end === null || isFixed(end)))
      return this.builder.wide(fromBack.map((end) => (end === null ? END : BigInt(end[0]!))));
    const parts = fromBack.map((end) => (end === null ? this.builder.wide([END]) : this.size(end)));
    return parts.length === 1 ? parts[0]! : this.op('Concat', parts, { axis: 0 });
  }

  /**
   * A reduction over dimensions. Newer versions of ONNX take the dimensions as an input, older ones as an attribute.
   */
  reduce(opType: string, x: Wire, dims: readonly number[], keepdim: boolean): Wire {
    const since = opType === 'ReduceSum' ? 13 : 18;
    const keepdims = keepdim ? 1 : 0;
    if (dims.length === 0) return this.op('Identity', [x]);
    if (this.opset >= since) return this.op(opType, [x, this.builder.ints(dims)], { keepdims });
    return this.op(opType, [x], { axes: dims, keepdims });
  }
}

const sameSize = (a: Size, b: Size): boolean => a.every((n, t) => n === b[t]);

/**
 * The formula to = from · times / over + plus in integers, checked on three sizes or more. A quotient is used only
 * without a sum: with both, as for the number of windows, it is not known that sizes that do not divide round down.
 */
function linear(from: Size, to: Size): { times: number; over: number; plus: number } | null {
  const other = from.findIndex((n) => n !== from[0]);
  const [rise, run] = [to[other]! - to[0]!, from[other]! - from[0]!];
  const divisor = gcd(Math.abs(rise), Math.abs(run));
  if (divisor === 0 || rise === 0) return null;
  const sign = run < 0 ? -1 : 1;
  const [times, over] = [(sign * rise) / divisor, Math.abs(run) / divisor];
  const plus = to[0]! - Math.floor((from[0]! * times) / over);
  const fits = from.every((n, t) => (n * times) % over === 0 && to[t] === (n * times) / over + plus);
  return fits && (over === 1 || plus === 0) ? { times, over, plus } : null;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
