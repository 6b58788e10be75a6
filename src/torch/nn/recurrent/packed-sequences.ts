// Packed sequences: sequences of several lengths as the rows of one tensor, time step by time step, for recurrent
// layers.

import { either, flag, iterable, listOf, orNull, real, whole } from '../../../engine/core/argument-kinds';
import { closeMethods } from '../../../engine/core/arity';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type DType, showShape } from '../../../engine/core/meta';
import { expectKind } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { type Args, or, takes, typed } from '../../../engine/core/takes';
import { tensor, tensors } from '../../tensor/calling/tensor-kinds';
import type { ToArgs } from '../../tensor/calling/to-args';
import { tensor as makeTensor } from '../../tensor/creation/creation';
import { cat } from '../../tensor/joining/cat-stack';
import { valuesAtHand } from '../../tensor/reading/shown';
import { holdsTensors } from '../../tensor/scope';
import { Tensor } from '../../tensor/tensor';
import { laidOut, type PackedRows } from './packed-rows';

/** Lengths or indices as numbers, or as a tensor that was made from numbers, which needs no read-back. */
type Numbers = Tensor | readonly number[];

const numbersKind = either(tensor, listOf(whole(0)));

const indices = (values: readonly number[]): Tensor => makeTensor(values, { dtype: 'int64' });

/** @throws ArgumentError if a tensor's numbers would have to be read back */
function numbersOf(name: string, key: string, given: Numbers): readonly number[] {
  if (!(given instanceof Tensor)) return given;
  const values = given.shape.length === 1 ? valuesAtHand(given) : null;
  if (values) return Array.from(values);
  const got =
    given.shape.length === 1
      ? `a tensor that the GPU has yet to compute; pass await ${key}.tolist()`
      : `shape ${showShape(given.shape)}; pass await ${key}.flatten().tolist()`;
  throw new ArgumentError(`${name}: expected ${key} as numbers, or as a vector of them, but got ${got}`);
}

/** For lengths in descending order: how many sequences have an element at each time step. */
const batchSizesOf = (lengths: readonly number[]): number[] =>
  Array.from({ length: lengths[0]! }, (_, t) => lengths.filter((length) => length > t).length);

const packedSequenceTable = takes('PackedSequence', {
  /** The elements of all sequences: the first of each, then the second of each, …; longer sequences first. Shape: [sum of lengths, *]. */
  data: tensor,
  /** How many sequences have an element at each time step. */
  batchSizes: typed<Numbers>(numbersKind),
  /** For each packed sequence, its index among those that were given; null (default) if they were already sorted. */
  sortedIndices: or(typed<Numbers | null>(orNull(numbersKind)), null),
  /** The inverse of `sortedIndices`; computed from them by default. */
  unsortedIndices: or(typed<Numbers | null>(orNull(numbersKind)), null),
});

type PackedOrder = ['data', 'batchSizes', 'sortedIndices', 'unsortedIndices'];

/**
 * Sequences of several lengths, packed: `packPaddedSequence` and `packSequence` make it, `nn.RNN`, `nn.LSTM` and
 * `nn.GRU` read it, and `padPackedSequence` and `unpackSequence` take it apart.
 *
 * `data` holds the elements, [sum of lengths, *]; `batchSizes`, [longest length], how many sequences have an element at
 * each time step. `sortedIndices` and `unsortedIndices`, [N], are the order of the sequences by length and its inverse,
 * or null if they were already sorted.
 *
 * @throws ArgumentError if the batch sizes increase
 * @throws ShapeError if their sum is not the number of rows of `data`
 */
export class PackedSequence extends Printable {
  readonly data: Tensor;
  readonly batchSizes: Tensor;
  readonly sortedIndices: Tensor | null;
  readonly unsortedIndices: Tensor | null;
  /** Tells scopes that this object holds tensors, so that they survive when a module returns it. */
  readonly [holdsTensors] = true;
  readonly #sizes: readonly number[];
  readonly #order: readonly number[] | null;

  static {
    closeMethods(PackedSequence.prototype, ['cuda', 'cpu', 'float', 'half', 'long', 'int', 'toString']);
  }

  constructor(...args: Args<typeof packedSequenceTable, PackedOrder>) {
    super();
    const name = 'PackedSequence';
    const { data, batchSizes, sortedIndices, unsortedIndices } = packedSequenceTable.read(args);
    const sizes = numbersOf(name, 'batchSizes', batchSizes);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length === 0 || sizes.at(-1)! < 1 || sizes.some((size, t) => size > (sizes[t - 1] ?? size))) {
      throw new ArgumentError(`${name}: expected descending batch sizes of at least 1, but got [${sizes.join(', ')}]`);
    }
    if (data.shape[0] !== total) {
      throw new ShapeError(
        `${name}: expected data of ${total} rows, as the batch sizes say, but got shape ${showShape(data.shape)}`,
      );
    }
    const restored = unsortedIndices && numbersOf(name, 'unsortedIndices', unsortedIndices);
    this.#order = sortedIndices
      ? numbersOf(name, 'sortedIndices', sortedIndices)
      : restored && reverseOf(name, restored, sizes[0]!);
    const back = restored ?? (this.#order && reverseOf(name, this.#order, sizes[0]!));
    this.#sizes = sizes;
    this.data = data;
    this.batchSizes = indices(sizes);
    this.sortedIndices = this.#order && indices(this.#order);
    this.unsortedIndices = back && indices(back);
  }

  /** The lengths of the packed sequences, the longest first. */
  get #lengths(): number[] {
    const sizes = this.#sizes;
    return Array.from({ length: sizes[0]! }, (_, n) => sizes.filter((size) => size > n).length);
  }

  /** The lengths of the sequences in the order in which they were given. */
  get lengths(): readonly number[] {
    return givenOrder(this.#lengths, this.#order);
  }

  /** For each sequence in the order in which it was given, the rows of `data` that are its elements. */
  get rows(): readonly (readonly number[])[] {
    const starts = startsOf(this.#sizes);
    const each = this.#lengths.map((length, n) => Array.from({ length }, (_, t) => starts[t]! + n));
    return givenOrder(each, this.#order);
  }

  /** @internal */
  [laidOut](): PackedRows {
    const [lengths, batch, longest] = [this.#lengths, this.#sizes[0]!, this.#sizes.length];
    const starts = startsOf(this.#sizes);
    const places = (of: (t: number, n: number) => number) =>
      indices(Array.from({ length: longest * batch }, (_, i) => of(Math.floor(i / batch), i % batch)));
    const turned = places((t, n) => (t < lengths[n]! ? lengths[n]! - 1 - t : t) * batch + n);
    const taken = (x: Tensor, from: Tensor) => x.flatten(0, 1).indexSelect(0, from);
    const { sortedIndices, unsortedIndices } = this;
    return {
      x: this.data
        .indexSelect(
          0,
          places((t, n) => starts[Math.min(t, lengths[n]! - 1)]! + n),
        )
        .reshape([longest, batch, ...this.data.shape.slice(1)]),
      reversed: (x) => taken(x, turned).reshape(x.shape),
      last: (x) => taken(x, indices(lengths.map((length, n) => (length - 1) * batch + n))),
      filled: (x, value) => {
        const behind = lengths.map((length) => Array.from({ length: longest }, (_, t) => (t < length ? 0 : 1)));
        return x.maskedFill(makeTensor(behind, { dtype: 'bool' }).t().unsqueeze(-1), value);
      },
      sorted: (state) => (sortedIndices ? state.indexSelect(-2, sortedIndices) : state),
      unsorted: (state) => (unsortedIndices ? state.indexSelect(-2, unsortedIndices) : state),
      packed: (x) => {
        const rows = this.#sizes.flatMap((size, t) => Array.from({ length: size }, (_, n) => t * batch + n));
        return this.#with(taken(x, indices(rows)));
      },
    };
  }

  #with(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.#sizes, this.#order);
  }

  /** The same sequences with `data.to(…)`, of another dtype. */
  to(...args: ToArgs): PackedSequence {
    return this.#with(this.data.to(...args));
  }

  /** Returns this sequence: there is one device. */
  cuda(): PackedSequence {
    return this;
  }

  /** Returns this sequence, as `cuda()` does. */
  cpu(): PackedSequence {
    return this;
  }

  /** `to('float32')`. */
  float(): PackedSequence {
    return this.to('float32');
  }

  /** `to('float16')`. */
  half(): PackedSequence {
    return this.to('float16');
  }

  /** `to('int64')`. */
  long(): PackedSequence {
    return this.to('int64');
  }

  /** `to('int32')`. */
  int(): PackedSequence {
    return this.to('int32');
  }

  /** The dtype of `data`. */
  get dtype(): DType {
    return this.data.dtype;
  }

  /** The lengths, and the shape and dtype of the data. */
  override toString(): string {
    const { lengths, data } = this;
    return `PackedSequence(lengths=[${lengths.join(', ')}], data=${showShape(data.shape)}, dtype=${data.dtype})`;
  }
}

/** The row of `data` at which each time step begins. */
function startsOf(sizes: readonly number[]): number[] {
  let total = 0;
  return sizes.map((size) => {
    total += size;
    return total - size;
  });
}

/** Values of the sorted sequences, in the order in which the sequences were given. */
function givenOrder<T>(sorted: readonly T[], order: readonly number[] | null): readonly T[] {
  if (!order) return sorted;
  const given = new Array<T>(sorted.length);
  order.forEach((n, i) => {
    given[n] = sorted[i]!;
  });
  return given;
}

/** @throws ArgumentError if `order` is not an order of `count` sequences */
function reverseOf(name: string, order: readonly number[], count: number): number[] {
  const reverse = order.map((_, n) => order.indexOf(n));
  if (order.length === count && !reverse.includes(-1)) return reverse;
  throw new ArgumentError(
    `${name}: expected the indices to be an order of the ${count} sequences, but got [${order.join(', ')}]`,
  );
}

/** The order of sequences by descending length, or null if they must already be sorted. */
function orderOf(name: string, lengths: readonly number[], enforceSorted: boolean): number[] | null {
  if (lengths.length === 0 || lengths.some((length) => length < 1)) {
    throw new ArgumentError(
      `${name}: expected at least one sequence, each of at least 1 element, but got lengths [${lengths.join(', ')}]`,
    );
  }
  if (!enforceSorted) return lengths.map((_, n) => n).sort((a, b) => lengths[b]! - lengths[a]!);
  if (lengths.every((length, n) => n === 0 || length <= lengths[n - 1]!)) return null;
  throw new ArgumentError(
    `${name}: expected descending lengths, but got [${lengths.join(', ')}]; pass enforceSorted: false`,
  );
}

/** Packs sequences whose elements are rows of `rows`; `row` gives the row of element t of the given sequence n. */
function pack(
  rows: Tensor,
  lengths: readonly number[],
  order: readonly number[] | null,
  row: (t: number, n: number) => number,
): PackedSequence {
  const sorted = order ?? lengths.map((_, n) => n);
  const sizes = batchSizesOf(sorted.map((n) => lengths[n]!));
  const places = sizes.flatMap((size, t) => sorted.slice(0, size).map((n) => row(t, n)));
  return new PackedSequence(rows.indexSelect(0, indices(places)), sizes, order);
}

const packPaddedSequenceTable = takes('packPaddedSequence', {
  /** Sequences side by side, padded on the right. Shape: [L, N, *], with `batchFirst` [N, L, *]. */
  input: tensor,
  /** The length of each sequence: numbers, or a tensor that was made from numbers. */
  lengths: typed<Numbers>(numbersKind),
  /** The input is [N, L, *], default false. */
  batchFirst: or(flag, false),
  /**
   * Require descending lengths, default true; with false the sequences are sorted here, and `padPackedSequence`
   * restores their order.
   */
  enforceSorted: or(flag, true),
});

/**
 * Sequences that were padded on the right, packed for a recurrent layer. Shape: [L, N, *] → data [sum of lengths, *].
 *
 *     const packed = nn.utils.rnn.packPaddedSequence(torch.randn(2, 5, 3), [5, 2], { batchFirst: true });
 *
 * @throws ArgumentError if a length is under 1, or if lengths increase without `enforceSorted: false`
 */
export function packPaddedSequence(
  ...args: Args<typeof packPaddedSequenceTable, ['input', 'lengths', 'batchFirst', 'enforceSorted']>
): PackedSequence {
  const name = 'packPaddedSequence';
  const { input, lengths, batchFirst, enforceSorted } = packPaddedSequenceTable.read(args);
  if (input.shape.length < 2) {
    throw new ShapeError(
      `${name}: expected input [${batchFirst ? 'N, L' : 'L, N'}, *], but got shape ${showShape(input.shape)}`,
    );
  }
  const counts = numbersOf(name, 'lengths', lengths);
  const [batch, longest] = (batchFirst ? input.shape : [input.shape[1]!, input.shape[0]!]) as [number, number];
  const most = Math.max(...counts);
  if (counts.length !== batch || most > longest) {
    throw new ShapeError(
      `${name}: expected ${batch} lengths of at most ${longest}, as input of shape ${showShape(input.shape)} has, but got [${counts.join(', ')}]`,
    );
  }
  const order = orderOf(name, counts, enforceSorted);
  const place = batchFirst ? (t: number, n: number) => n * longest + t : (t: number, n: number) => t * batch + n;
  return pack(input.flatten(0, 1), counts, order, place);
}

const packedKind = {
  words: 'a PackedSequence',
  fits: (value: unknown): boolean => value instanceof PackedSequence,
};

const padPackedSequenceTable = takes('padPackedSequence', {
  /** The packed sequences. */
  sequence: typed<PackedSequence>(packedKind),
  /** The result is [N, L, *] instead of [L, N, *], default false. */
  batchFirst: or(flag, false),
  /** Default 0. */
  paddingValue: or(real, 0),
  /** The length to pad to; null (default) means the longest sequence's. */
  totalLength: or(orNull(whole(1)), null),
});

/**
 * The inverse of `packPaddedSequence`: the sequences side by side in the order in which they were given, each padded on
 * the right, and their lengths as an int64 tensor [N]. Shape: data [sum of lengths, *] → [L, N, *], with `batchFirst`
 * [N, L, *].
 *
 * @throws ArgumentError if `totalLength` is shorter than a sequence
 */
export function padPackedSequence(
  ...args: Args<typeof padPackedSequenceTable, ['sequence', 'batchFirst', 'paddingValue', 'totalLength']>
): [padded: Tensor, lengths: Tensor] {
  const name = 'padPackedSequence';
  const { sequence, batchFirst, paddingValue, totalLength } = padPackedSequenceTable.read(args);
  const { data, lengths } = sequence;
  const longest = Math.max(...lengths);
  const length = totalLength ?? longest;
  if (length < longest) {
    throw new ArgumentError(
      `${name}: expected totalLength of at least ${longest}, the longest sequence's length, but got ${totalLength}`,
    );
  }
  const rest = data.shape.slice(1);
  const before = rest.flatMap(() => [0, 0]);
  // One extra row at the end holds the padding.
  const more = data.pad([...before, 0, 1], { value: paddingValue });
  const { rows } = sequence;
  const [padding, count] = [data.shape[0]!, rows.length];
  const places = batchFirst
    ? rows.flatMap((row) => Array.from({ length: longest }, (_, t) => row[t] ?? padding))
    : Array.from({ length: longest * count }, (_, i) => rows[i % count]![Math.floor(i / count)] ?? padding);
  const padded = more
    .indexSelect(0, indices(places))
    .reshape([...(batchFirst ? [count, longest] : [longest, count]), ...rest]);
  const behind = [...before, ...(batchFirst ? [] : [0, 0]), 0, length - longest];
  return [length > longest ? padded.pad(behind, { value: paddingValue }) : padded, indices(lengths)];
}

const packSequenceTable = takes('packSequence', {
  /** The sequences, [L_i, *] each. */
  sequences: typed<Iterable<Tensor>>(iterable),
  /** Require descending lengths, default true; with false the sequences are sorted here. */
  enforceSorted: or(flag, true),
});

/**
 * Sequences of several lengths, packed without padding. Shape: [L_i, *] each → data [sum of lengths, *].
 *
 * @throws ArgumentError if a sequence has no elements, or if lengths increase without `enforceSorted: false`
 * @throws ShapeError if sequences differ in more than their lengths
 */
export function packSequence(...args: Args<typeof packSequenceTable, ['sequences', 'enforceSorted']>): PackedSequence {
  const name = 'packSequence';
  const { sequences, enforceSorted } = packSequenceTable.read(args);
  const all = [...sequences];
  expectKind(name, 'sequences', all, tensors);
  const other = all.find((x) => x.shape.length === 0 || x.shape.slice(1).join() !== all[0]!.shape.slice(1).join());
  if (other) {
    throw new ShapeError(
      `${name}: expected sequences that differ only in length, but got ${showShape(all[0]!.shape)} and ${showShape(other.shape)}`,
    );
  }
  const lengths = all.map((x) => x.shape[0]!);
  const order = orderOf(name, lengths, enforceSorted);
  const starts = startsOf(lengths);
  return pack(cat(all), lengths, order, (t, n) => starts[n]! + t);
}

const unpackSequenceTable = takes('unpackSequence', {
  packedSequences: typed<PackedSequence>(packedKind),
});

/** The sequences of a packed one, in the order in which they were given. Shape: data [sum of lengths, *] → [L_i, *] each. */
export function unpackSequence(...args: Args<typeof unpackSequenceTable, ['packedSequences']>): Tensor[] {
  const { packedSequences: packed } = unpackSequenceTable.read(args);
  return packed.data.indexSelect(0, indices(packed.rows.flat())).split([...packed.lengths]);
}
