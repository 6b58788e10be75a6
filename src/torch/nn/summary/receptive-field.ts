// Receptive fields: which part of the input each element of a tensor depends on, followed through every operation
// while a network runs.
import { type CallWatcher, watchedBy } from '../../../engine/core/calls';
import { isPlainObject } from '../../../engine/core/options';
import type { Value } from '../../../engine/graph/value';
import { tensorsIn } from '../../tensor/calling/tensor-trees';
import type { Tensor } from '../../tensor/tensor';

/** One spatial axis: element i depends on the input's positions left + i · jump … right + i · jump. */
interface Axis {
  /** The dimension, counted from the end: the last one is -1. */
  readonly dim: number;
  readonly left: number;
  readonly right: number;
  readonly jump: number;
}

/** One entry for each spatial axis; null if every element depends on the whole input. */
type Field = readonly Axis[] | null;

/** The part of the input that a layer's unit sees, axis by axis (height, width). */
export interface ReceptiveField {
  /** How many positions of the input a unit sees along each axis. Positions beyond the border are padding. */
  readonly size: readonly number[];
  /** The distance between the fields of neighbouring units, in positions of the input. */
  readonly stride: readonly number[];
  /** Where the field of the first unit begins; negative in the padding. */
  readonly start: readonly number[];
  /** Whether every unit sees the whole input. */
  readonly isGlobal: boolean;
}

type Sizes = number | readonly number[] | null | undefined;
type Values = Readonly<Record<string, unknown>>;

const list = (sizes: Sizes, count: number): readonly number[] =>
  typeof sizes === 'number'
    ? Array<number>(count).fill(sizes)
    : (sizes ?? []).length === 1
      ? Array<number>(count).fill(sizes![0]!)
      : (sizes ?? []);

/** Arguments by name, whether they were given by position or by name. */
function named(args: readonly unknown[], names: readonly string[]): Values {
  const last = args.at(-1);
  const options = isPlainObject(last) ? last : {};
  const placed = isPlainObject(last) ? args.slice(0, -1) : args;
  return { ...Object.fromEntries(placed.map((value, i) => [names[i] ?? `${i}`, value])), ...options };
}

/**
 * Changes each spatial axis by `step` if it is among the last `count` axes, on which the operation works; `i` is its
 * index among these.
 */
function along(field: Field, count: number, step: (axis: Axis, i: number) => Axis): Field {
  return field === null ? null : field.map((axis) => (axis.dim >= -count ? step(axis, axis.dim + count) : axis));
}

/** Windows of `kernel` elements: a convolution, or pooling. */
const windows = (axis: Axis, kernel: number, stride: number, before: number, dilation: number): Axis => ({
  dim: axis.dim,
  left: axis.left - before * axis.jump,
  right: axis.right + ((kernel - 1) * dilation - before) * axis.jump,
  jump: axis.jump * stride,
});

/** The adjoint of windows: output o depends on those inputs i for which o = i · stride - before + t · dilation. */
const spread = (axis: Axis, kernel: number, stride: number, before: number, dilation: number): Axis => ({
  dim: axis.dim,
  left: axis.left + ((before - (kernel - 1) * dilation) / stride) * axis.jump,
  right: axis.right + (before / stride) * axis.jump,
  jump: axis.jump / stride,
});

/** Computes the field of an operation's result from that of its input. */
type Rule = (field: Field, values: Values, input: Tensor, result: Tensor) => Field;

const beforeOf = (padding: unknown, i: number, count: number, reach: number): number => {
  if (padding === 'same') return Math.floor(reach / 2);
  if (padding === 'valid') return 0;
  const given: readonly unknown[] = Array.isArray(padding) ? padding : [padding];
  // One amount for all dimensions, one for each, or one before and one after for each, as layers give it.
  const amount = given[given.length === 1 ? 0 : given.length === 2 * count ? 2 * i : i];
  return typeof amount === 'number' && i < count ? amount : 0;
};

const convolution =
  (count: number, step: typeof windows): Rule =>
  (field, { weight, stride = 1, padding = 0, dilation = 1 }) =>
    along(field, count, (axis, i) => {
      const kernel = (weight as Tensor).shape.at(i - count)!;
      const by = list(dilation as Sizes, count)[i]!;
      const before = beforeOf(padding, i, count, (kernel - 1) * by);
      return step(axis, kernel, list(stride as Sizes, count)[i]!, before, by);
    });

const pooling =
  (count: number): Rule =>
  (field, { kernelSize, stride, padding = 0, dilation = 1 }) =>
    along(field, count, (axis, i) => {
      const by = list((stride ?? kernelSize) as Sizes, count)[i]!;
      const kernel = list(kernelSize as Sizes, count)[i]!;
      return windows(axis, kernel, by, beforeOf(padding, i, count, 0), list(dilation as Sizes, count)[i]!);
    });

/** With n inputs and m outputs, output o covers the inputs from ⌊o · n / m⌋ to ⌈(o + 1) · n / m⌉. */
const adaptive: Rule = (field, _values, input, result) =>
  field === null
    ? null
    : field.map((axis) => {
        const [from, to] = [input.shape.at(axis.dim)!, result.shape.at(axis.dim)!];
        if (from === to) return axis;
        const kernel = from % to === 0 ? from / to : Math.ceil(from / to) + 1;
        return windows(axis, Math.min(kernel, from), from / to, 0, 1);
      });

/**
 * With n inputs and m outputs, output o lies at input o · n / m. Linear modes also read the next input; cubic ones one
 * before and two after.
 */
const resized: Rule = (field, { mode = 'nearest', alignCorners = false }, input, result) =>
  field === null
    ? null
    : field.map((axis) => {
        const [from, to] = [input.shape.at(axis.dim)!, result.shape.at(axis.dim)!];
        if (from === to) return axis;
        const step = alignCorners === true && to > 1 ? (from - 1) / (to - 1) : from / to;
        const nearest = mode === 'nearest' || mode === 'nearest-exact';
        const shift = nearest || alignCorners === true ? 0 : step / 2 - 0.5;
        const reach = mode === 'area' ? Math.ceil(step) - 1 : nearest ? 0 : mode === 'bicubic' ? 2 : 1;
        const early = mode === 'bicubic' ? 1 : 0;
        return {
          dim: axis.dim,
          left: axis.left + (Math.floor(shift) - early) * axis.jump,
          right: axis.right + (Math.floor(shift) + reach) * axis.jump,
          jump: axis.jump * step,
        };
      });

const padded: Rule = (field, { pad, mode = 'constant' }) => {
  const amounts = pad as readonly number[];
  // An element that is wrapped round comes from the other side, so no window describes it.
  if (mode === 'circular' && amounts.some((amount) => amount !== 0)) return null;
  return along(field, amounts.length / 2, (axis) => {
    const shift = amounts[2 * (-axis.dim - 1)]! * axis.jump;
    return { ...axis, left: axis.left - shift, right: axis.right - shift };
  });
};

/** Reorders the axes; `order` gives the input's dimension for each dimension of the result. */
const permuted =
  (order: (values: Values, rank: number) => readonly number[]): Rule =>
  (field, values, input) => {
    const rank = input.dim();
    const from = order(values, rank).map((dim) => (dim < 0 ? dim + rank : dim));
    return field === null ? null : field.map((axis) => ({ ...axis, dim: from.indexOf(axis.dim + rank) - rank }));
  };

const swapped = ({ dim0, dim1 }: Values, rank: number): number[] => {
  const order = Array.from({ length: rank }, (_, i) => i);
  const [a, b] = [dim0, dim1].map((dim) => ((dim as number) + rank) % rank) as [number, number];
  [order[a], order[b]] = [b, a];
  return order;
};

const conv = ['input', 'weight', 'bias', 'stride', 'padding', 'dilation'];
const convTranspose = ['input', 'weight', 'bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'];
const maxPool = ['input', 'kernelSize', 'stride', 'padding', 'dilation'];
const avgPool = ['input', 'kernelSize', 'stride', 'padding'];
const swap = ['input', 'dim0', 'dim1'];
const whole: Rule = () => null;
const wholeOf = (...names: readonly string[]): [string, readonly [readonly string[], Rule]][] =>
  names.map((name) => [name, [[], whole]]);

/**
 * For each operation, the names of its parameters and its rule; all other operations keep the positions of their
 * inputs.
 */
const rules = new Map<string, readonly [readonly string[], Rule]>([
  ...[1, 2, 3].flatMap((count): [string, readonly [readonly string[], Rule]][] => [
    [`conv${count}d`, [conv, convolution(count, windows)]],
    [`convTranspose${count}d`, [convTranspose, convolution(count, spread)]],
    [`maxPool${count}d`, [maxPool, pooling(count)]],
    [`avgPool${count}d`, [avgPool, pooling(count)]],
    [`lpPool${count}d`, [['input', 'normType', 'kernelSize', 'stride'], pooling(count)]],
    [`adaptiveAvgPool${count}d`, [[], adaptive]],
    [`adaptiveMaxPool${count}d`, [[], adaptive]],
    [`maxUnpool${count}d`, [[], resized]],
  ]),
  ['interpolate', [['input', 'size', 'scaleFactor', 'mode', 'alignCorners'], resized]],
  ['pixelShuffle', [[], resized]],
  ['pixelUnshuffle', [[], adaptive]],
  ['pad', [['input', 'pad', 'mode'], padded]],
  ['permute', [[], whole]],
  ...['transpose', 'swapaxes', 'swapdims'].map((name): [string, readonly [readonly string[], Rule]] => [
    name,
    [swap, permuted(swapped)],
  ]),
  ['linear', [[], (field) => (field?.some(({ dim }) => dim === -1) ? null : field)]],
  ...wholeOf('matmul', 'mm', 'bmm', 'einsum', 'scaledDotProductAttention', 'flip', 'roll', 'rot90', 'sort', 'cumsum'),
  ...wholeOf('gridSample', 'fold', 'unfold', 'gather', 'indexSelect', 'fft', 'tensordot', 'baddbmm', 'addmm'),
]);

/** The dimensions of a call of `permute`, given one by one or in a list. */
function permutation(args: readonly unknown[]): readonly number[] {
  const [, first, ...rest] = args;
  if (Array.isArray(first)) return first as readonly number[];
  if (isPlainObject(first)) return first.dims as readonly number[];
  return [first as number, ...(rest as number[])];
}

/** The least and the greatest position of both; the whole input if their steps differ. */
function union(a: Field, b: Field): Field {
  if (a === null || b === null || a.length !== b.length) return null;
  const axes = a.map((axis, i): Axis | null => {
    const other = b[i]!;
    if (axis.dim !== other.dim || axis.jump !== other.jump) return null;
    return { ...axis, left: Math.min(axis.left, other.left), right: Math.max(axis.right, other.right) };
  });
  return axes.every((axis) => axis !== null) ? (axes as Axis[]) : null;
}

/**
 * Follows receptive fields through a call of a network: give it the inputs, run the network within `watch`, then ask
 * for the field of a result. No values need to be computed. A field holds the positions that windows reach; the
 * statistics of normalisation layers are ignored.
 */
export class FieldTracker implements CallWatcher {
  readonly #fields = new WeakMap<Value, Field>();
  #sizes: readonly number[] = [];

  /** Registers an input; all dimensions after batch and channels are spatial. */
  input(tensor: Tensor): void {
    const sizes = tensor.shape.slice(2);
    if (this.#sizes.length === 0) this.#sizes = sizes;
    const axes = sizes.map((_, i): Axis => ({ dim: i - sizes.length, left: 0, right: 0, jump: 1 }));
    this.#fields.set(tensor.value, axes);
  }

  watch<T>(run: () => T): T {
    return watchedBy(this, run);
  }

  /** The field of a tensor; null if it does not depend on an input with spatial dimensions. */
  of(tensor: Tensor): ReceptiveField | null {
    const field = this.#fieldOf(tensor.value);
    if (field === undefined || this.#sizes.length === 0) return null;
    if (field === null) {
      const none = this.#sizes.map(() => 0);
      return { size: this.#sizes, stride: none, start: none, isGlobal: true };
    }
    return {
      size: field.map(({ left, right }) => Math.floor(right - left + 1e-9) + 1),
      stride: field.map(({ jump }) => jump),
      // Adding 0 turns -0 into 0.
      start: field.map(({ left }) => Math.ceil(left - 1e-9) + 0),
      isGlobal: false,
    };
  }

  operation(name: string, args: readonly unknown[], run: () => unknown): unknown {
    // Read the fields before the operation runs: in place, it gives its input another value.
    const given = tensorsIn(args);
    const fields = given.map((tensor) => this.#fieldOf(tensor.value));
    const result = watchedBy(null, run);
    const known = fields.filter((field): field is Field => field !== undefined);
    if (known.length === 0) return result;
    for (const tensor of tensorsIn([result])) {
      this.#fields.set(tensor.value, this.#ruled(name, args, given, fields, tensor));
    }
    return result;
  }

  #ruled(
    name: string,
    args: readonly unknown[],
    given: readonly Tensor[],
    fields: readonly (Field | undefined)[],
    result: Tensor,
  ): Field {
    const plain = name.endsWith('_') ? name.slice(0, -1) : name;
    const [first] = fields;
    if (plain === 'permute' && first !== undefined)
      return permuted(() => permutation(args))(first, {}, given[0]!, result);
    const rule = rules.get(plain);
    if (rule && first !== undefined) {
      const [names, step] = rule;
      return step(first, named(args, names), given[0]!, result);
    }
    return kept(
      given.map(({ shape }) => shape),
      fields,
      result.shape,
    );
  }

  /** The field of a value: known, or derived from the recorded graph, for modules that call no operation by name. */
  #fieldOf(value: Value): Field | undefined {
    const known = this.#fields.get(value);
    if (known !== undefined || this.#fields.has(value)) return known;
    const { node } = value;
    if (!node) return undefined;
    const fields = node.inputs.map((input) => this.#fieldOf(input));
    if (fields.every((field) => field === undefined)) return undefined;
    const field = kept(
      node.inputs.map(({ shape }) => shape),
      fields,
      value.shape,
    );
    this.#fields.set(value, field);
    return field;
  }

  module(_module: object, run: () => unknown): unknown {
    return run();
  }

  note(): void {}

  read(): void {}
}

/**
 * The field of a result whose positions are those of its inputs. If an input broadcasts along an axis, or its size
 * there differs, the field is the whole input.
 */
function kept(
  shapes: readonly (readonly number[])[],
  fields: readonly (Field | undefined)[],
  shape: readonly number[],
): Field {
  let all: Field | undefined;
  fields.forEach((field, i) => {
    if (field === undefined) return;
    const fits =
      field === null || field.every(({ dim }) => shapes[i]!.at(dim) === shape.at(dim) && -dim <= shape.length);
    const now = fits ? field : null;
    all = all === undefined ? now : union(all, now);
  });
  return all ?? null;
}
