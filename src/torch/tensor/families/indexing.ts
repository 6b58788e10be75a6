// Functions that pick elements by index tensors and masks, and functions that write elements there.

import { either, flag, number, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../../engine/core/errors';
import { isFloat, numel, type Shape, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { fromHost, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import * as ops from '../../../engine/ops/indexing/indexing';
import * as combine from '../../../engine/ops/indexing/scatter-reduce';
import { mul } from '../../../engine/ops/pointwise/arithmetic';
import { where } from '../../../engine/ops/pointwise/compare';
import { expand } from '../../../engine/ops/reduction/reduce';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { cast, full, reshape } from '../../../engine/ops/shape/cast';
import { cat } from '../../../engine/ops/shape/join';
import { callable, isTensor } from '../calling/callable';
import { expectSize } from '../calling/sizes';
import { tensor } from '../calling/tensor-kinds';
import { family } from '../family';
import { putAt } from '../indexing/advanced-index';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, forms, changing, inPlace } = family();
export default methods;

interface PickOptions {
  dim: number;
  index: Tensor;
}

interface GatherOptions extends PickOptions {
  /** Must be false, since there are no sparse gradients. */
  sparseGrad?: false;
}

type PickArgs = Arguments<PickOptions, ['dim', 'index']>;

type GatherArgs = Arguments<GatherOptions, ['dim', 'index', 'sparseGrad']>;

interface TakeAlongOptions {
  indices: Tensor;
  dim?: number | null;
}

interface MaskedScatterOptions {
  mask: Tensor;
  source: Tensor;
}

type TakeArgs = Arguments<{ index: Tensor }, ['index']>;

type MaskedScatterArgs = Arguments<MaskedScatterOptions, ['mask', 'source']>;

type TakeAlongArgs = Arguments<TakeAlongOptions, ['indices', 'dim']>;

interface DimAndIndex {
  dim: number;
  index: Tensor;
}

interface ScatterOptions extends DimAndIndex {
  src?: Tensor | number | null;
  /** PyTorch's name for `src` if it is a number. */
  value?: number | null;
  /** How several values for one place are combined. */
  reduce?: 'add' | 'multiply' | null;
}

interface ScatterAddOptions extends DimAndIndex {
  src: Tensor;
}

interface SourceOptions extends DimAndIndex {
  source: Tensor;
}

interface ScatterReduceOptions extends ScatterAddOptions {
  /** How several values for one place are combined. */
  reduce: combine.Reduce;
  /** Whether what was there counts. */
  includeSelf?: boolean;
}

interface IndexReduceOptions extends SourceOptions {
  /** How several values for one place are combined. */
  reduce: Exclude<combine.Reduce, 'sum'>;
  /** Whether what was there counts. */
  includeSelf?: boolean;
}

interface IndexFillOptions extends DimAndIndex {
  value: number | Tensor;
}

type ScatterArgs =
  | [dim: number, index: Tensor, src: Tensor | number, options?: { reduce?: 'add' | 'multiply' | null }]
  | [dim: number, index: Tensor, options: Omit<ScatterOptions, 'dim' | 'index'>]
  | [options: ScatterOptions];

type ScatterAddArgs = Arguments<ScatterAddOptions, ['dim', 'index', 'src']>;

type IndexAddArgs = Arguments<SourceOptions & { alpha?: number }, ['dim', 'index', 'source', 'alpha']>;

type IndexCopyArgs = Arguments<SourceOptions, ['dim', 'index', 'source']>;

type ScatterReduceArgs = Arguments<ScatterReduceOptions, ['dim', 'index', 'src', 'reduce', 'includeSelf']>;

type IndexReduceArgs = Arguments<IndexReduceOptions, ['dim', 'index', 'source', 'reduce', 'includeSelf']>;

interface NonzeroStatic {
  /** The number of rows of the result. */
  size: number;
  /** The number in rows that are left over. Default: -1. */
  fillValue?: number;
}

type NonzeroStaticArgs = [options: NonzeroStatic];

type AccumulateArgs = Arguments<{ accumulate?: boolean }, ['accumulate']>;

type IndexFillArgs = Arguments<IndexFillOptions, ['dim', 'index', 'value']>;

/** The kinds of the parameters with which most of these functions begin. */
const places = { dim: number, index: tensor };
const placesAndSource = { ...places, source: tensor };

const maskAndSource = (args: MaskedScatterArgs) =>
  parseArgs<MaskedScatterOptions>('maskedScatter', ['mask', 'source'], {}, args, { mask: tensor, source: tensor });

// ── Picked ──

/** A copy of the slices along `dim` that a rank-1 tensor of indices names. */
export const indexSelect = op('indexSelect(input, ...)', (input: Tensor, ...args: PickArgs): Tensor => {
  const { dim, index } = parseArgs<PickOptions>('indexSelect', ['dim', 'index'], {}, args, places);
  return made(ops.indexSelect(input.value, dim, index.value));
});

/** y[i][j][k] = x[index[i][j][k]][j][k] for dim 0; likewise for other dimensions. Shape: that of the index. */
export const gather = op('gather(input, ...)', (input: Tensor, ...args: GatherArgs): Tensor => {
  const { dim, index, sparseGrad } = parseArgs<GatherOptions>(
    'gather',
    ['dim', 'index'],
    { sparseGrad: false },
    args,
    places,
  );
  if (sparseGrad) throw new ArgumentError('gather: expected sparseGrad false; there are no sparse gradients here');
  return made(ops.gather(input.value, dim, index.value));
});

/**
 * `gather` with an index that broadcasts with `input` in the other dimensions. Without `dim`, it picks from the
 * flattened tensor.
 */
export const takeAlongDim = op('takeAlongDim(input, ...)', (input: Tensor, ...args: TakeAlongArgs): Tensor => {
  const none = null as number | null;
  const { indices, dim } = parseArgs<TakeAlongOptions>('takeAlongDim', ['indices'], { dim: none }, args, {
    indices: tensor,
  });
  const wrapped = (size: number) => ops.wrapIndex('takeAlongDim', indices.value, size);
  if (dim === null) {
    const at = wrapped(input.numel());
    return made(ops.gather(input.flatten().value, 0, reshape(at, [numel(at.shape)])));
  }
  const d = input.wrapDim('takeAlongDim', dim);
  const others = (x: Value) => ({ shape: x.shape.map((size, k) => (k === d ? 1 : size)), dtype: x.dtype });
  const shape = broadcastShapes('takeAlongDim', [others(input.value), others(indices.value)]);
  const to = (x: Value) =>
    expand(
      x,
      shape.map((size, k) => (k === d ? (x.shape[d] ?? 1) : size)),
    );
  return made(ops.gather(to(input.value), d, to(wrapped(input.shape[d] ?? 1))));
});

/** The elements at indices of the flattened tensor, in the shape of the index. */
export const take = op('take(input, ...)', (input: Tensor, ...args: TakeArgs): Tensor => {
  const { index } = parseArgs<{ index: Tensor }>('take', ['index'], {}, args, { index: tensor });
  const wrapped = ops.wrapIndex('take', index.value, input.numel());
  const picked = ops.indexSelect(input.flatten().value, 0, reshape(wrapped, [numel(index.shape)]));
  return made(named(reshape(picked, index.shape), 'TakeBackward0'));
});

/** The flat indices at which a mask is nonzero. */
async function placesOf(mask: Tensor): Promise<Int32Array> {
  const places: number[] = [];
  (await mask.data()).forEach((holds, i) => {
    if (holds !== 0) places.push(i);
  });
  return Int32Array.from(places);
}

/**
 * A vector of the elements where a mask is true; mask and input broadcast. Asynchronous: the mask decides the shape, so
 * it is read back.
 */
export const maskedSelect = op('maskedSelect(input, mask)', maskedSelectOf);

async function maskedSelectOf(input: Tensor, mask: Tensor): Promise<Tensor> {
  if (mask.dtype !== 'bool') {
    throw new DTypeError(
      `maskedSelect: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.gt(0)`,
    );
  }
  const shape = broadcastShapes('maskedSelect', [input.value, mask.value]);
  const { value } = input;
  const chosen = await placesOf(sameShape(mask.shape, shape) ? mask : mask.expand(shape));
  const flat = reshape(expand(value, shape), [numel(shape)]);
  const picked = ops.indexSelect(flat, 0, fromHost(chosen, [chosen.length], 'int64'));
  return made(named(picked, 'MaskedSelectBackward0'));
}

interface Nonzero {
  (
    input: Tensor,
    options?: {
      /** Whether a list of indices comes for each dimension. */
      asTuple?: false;
    },
  ): Promise<Tensor>;
  (input: Tensor, options: { asTuple: true }): Promise<Tensor[]>;
  (named: { input: Tensor; asTuple?: false }): Promise<Tensor>;
  (named: { input: Tensor; asTuple: true }): Promise<Tensor[]>;
}

interface NonzeroMethod {
  (options?: {
    /** Whether a list of indices comes for each dimension. */
    asTuple?: false;
  }): Promise<Tensor>;
  (options: { asTuple: true }): Promise<Tensor[]>;
}

/**
 * The indices of the nonzero elements: a row for each, in order (int64); with `asTuple`, a tensor for each dimension.
 * Reads back.
 */
export const nonzero = forms<Nonzero, NonzeroMethod>('nonzero(input, ...)', nonzeroOf);

async function nonzeroOf(input: Tensor, options: { asTuple?: boolean } = {}): Promise<Tensor | Tensor[]> {
  const { asTuple } = parseArgs<{ asTuple?: boolean }>('nonzero', [], { asTuple: false }, [options]);
  const { shape } = input;
  const places = await placesOf(input.bool());
  const rank = shape.length;
  const rows = new Int32Array(places.length * rank);
  places.forEach((place, i) => {
    let rest = place;
    for (let d = rank - 1; d >= 0; d--) {
      rows[i * rank + d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
  });
  const table = made(fromHost(rows, [places.length, rank], 'int64'));
  if (!asTuple) return table;
  // A tensor without dimensions counts as a vector of one element.
  return rank > 0 ? table.unbind(1) : [made(fromHost(new Int32Array(places.length), [places.length], 'int64'))];
}

/**
 * Like `nonzero`, but always with `size` rows, so that nothing is read back: surplus rows are dropped, missing ones are
 * filled. Shape: [size, rank].
 */
export const nonzeroStatic = op('nonzeroStatic(input, ...)', (input: Tensor, ...args: NonzeroStaticArgs): Tensor => {
  const { size, fillValue } = parseArgs<NonzeroStatic>('nonzeroStatic', ['size'], { fillValue: -1 }, args);
  if (!Number.isInteger(size) || size < 0) {
    throw new ArgumentError(`nonzeroStatic: expected a size of at least 0, but got ${size}`);
  }
  const { shape } = input;
  if (shape.length === 0) return made(full([size, 0], 0, 'int64'));
  const holds = input.bool().flatten();
  const taken = Math.min(size, holds.numel());
  const places = holds.to('int64').argsort(0, true).narrow(0, 0, taken);
  const missing = holds.gather(0, places).logicalNot().unsqueeze(1);
  const columns = shape.map((n, d) => places.floorDivide(numel(shape.slice(d + 1))).remainder(n).value);
  const table = made(reshape(cat(columns, 0), [shape.length, taken])).t();
  return table.maskedFill(missing, fillValue).pad([0, 0, 0, size - taken], { value: fillValue });
});

/** The indices of the nonzero elements, a row for each, in order (int64). Asynchronous: it reads back. */
export const argwhere = op('argwhere(input)', (input: Tensor): Promise<Tensor> => input.nonzero());

/** Splits flat indices of elements of a tensor of `shape` into one index for each dimension. */
export const unravelIndex = callable(
  'unravelIndex(indices, shape: numbers)',
  (indices: Tensor, shape: number | Shape): Tensor[] => {
    if (indices.isFloatingPoint() || indices.dtype === 'bool') {
      throw new DTypeError(`unravelIndex: expected indices of whole numbers, but got ${indices.dtype}`);
    }
    const sizes = expectSize('unravelIndex', typeof shape === 'number' ? [shape] : shape);
    const places = indices.to('int64');
    return sizes.map((size, d) => places.floorDivide(numel(sizes.slice(d + 1))).remainder(size));
  },
);

// ── Placed ──

/**
 * A copy with src[i][j] written to [index[i][j]][j] for dim 0; likewise for other dimensions. `src` may be a number. If
 * several go to one place, the last wins; with `reduce`, all are added to, or multiplied with, the old value.
 */
export const scatter = op('scatter(input, ...)', (input: Tensor, ...args: ScatterArgs): Tensor => {
  const { dim, index, src, value, reduce } = parseArgs<ScatterOptions>(
    'scatter',
    ['dim', 'index'],
    { src: null as Tensor | number | null, value: null as number | null, reduce: null as 'add' | 'multiply' | null },
    args,
    { ...places, src: orNull(either(number, tensor)), value: orNull(number) },
  );
  const given = src ?? value;
  if (given === null) throw new ArgumentError("scatter: missing 1 required argument: 'src'");
  const source = typeof given === 'number' ? full(index.shape, given, input.dtype, 'scatter') : given.value;
  if (reduce === null) {
    const scattered = ops.scatterInto(input.value, dim, index.value, source, true);
    return made(typeof given === 'number' ? named(scattered, 'ScatterBackward1') : scattered);
  }
  if (reduce === 'add') return made(ops.scatterInto(input.value, dim, index.value, source, false));
  if (reduce === 'multiply') return made(combine.scatterReduce(input.value, dim, index.value, source, 'prod', true));
  throw new ArgumentError(`scatter: expected reduce 'add' or 'multiply', but got '${reduce}'`);
});

/** `scatter`, in place. */
export const scatter_ = inPlace(scatter, { readsOld: false });

/** A copy with src[i][j] added to [index[i][j]][j] for dim 0; likewise for other dimensions. */
export const scatterAdd = op('scatterAdd(input, ...)', (input: Tensor, ...args: ScatterAddArgs): Tensor => {
  const { dim, index, src } = parseArgs<ScatterAddOptions>('scatterAdd', ['dim', 'index', 'src'], {}, args, {
    ...places,
    src: tensor,
  });
  return made(ops.scatterInto(input.value, dim, index.value, src.value, false));
});

/** `scatterAdd`, in place. */
export const scatterAdd_ = inPlace(scatterAdd, { readsOld: false });

/** alpha · x in the dtype of x. */
function scaled(x: Value, alpha: number): Value {
  return isFloat(x.dtype) ? mul(x, alpha) : mul(x, full([], alpha, x.dtype, 'indexAdd'));
}

/** A copy with alpha times slice j of `source` added to slice index[j] along a dimension. */
export const indexAdd = op('indexAdd(input, ...)', (input: Tensor, ...args: IndexAddArgs): Tensor => {
  const { dim, index, source, alpha } = parseArgs<SourceOptions & { alpha?: number }>(
    'indexAdd',
    ['dim', 'index', 'source'],
    { alpha: 1 },
    args,
    placesAndSource,
  );
  const added = alpha === 1 ? source.value : scaled(source.value, alpha);
  return made(named(ops.indexAdd(input.value, dim, index.value, added), 'IndexAddBackward0'));
});

/** `indexAdd`, in place. */
export const indexAdd_ = inPlace(indexAdd, { readsOld: false });

/** A source of a single number may have one dimension less, or more, than an input of at most one. */
function ranked({ shape }: Tensor, { value }: Tensor): Value {
  const isOne = numel(value.shape) === 1 && shape.length < 2 && value.shape.length !== shape.length;
  return isOne ? reshape(value, shape.length === 0 ? [] : [1]) : value;
}

/** A copy with slice index[j] replaced by slice j of `source` along a dimension. */
export const indexCopy = op('indexCopy(input, ...)', (input: Tensor, ...args: IndexCopyArgs): Tensor => {
  const { dim, index, source } = parseArgs<SourceOptions>(
    'indexCopy',
    ['dim', 'index', 'source'],
    {},
    args,
    placesAndSource,
  );
  return made(named(ops.indexCopy(input.value, dim, index.value, ranked(input, source)), 'IndexCopyBackward0'));
});

/** `indexCopy`, in place. */
export const indexCopy_ = inPlace(indexCopy, { readsOld: false });

/**
 * A copy in which all src[i][j] that go to [index[i][j]][j], for dim 0 and likewise for others, are reduced there: to
 * their sum, product, mean, greatest (`'amax'`) or least (`'amin'`). The old value takes part unless `includeSelf` is
 * false.
 */
export const scatterReduce = op('scatterReduce(input, ...)', (input: Tensor, ...args: ScatterReduceArgs): Tensor => {
  const { dim, index, src, reduce, includeSelf } = parseArgs<ScatterReduceOptions>(
    'scatterReduce',
    ['dim', 'index', 'src', 'reduce'],
    { includeSelf: true },
    args,
    { ...places, src: tensor },
  );
  return made(combine.scatterReduce(input.value, dim, index.value, src.value, reduce, includeSelf));
});

/** `scatterReduce`, in place. */
export const scatterReduce_ = inPlace(scatterReduce);

/** `scatterReduce` of whole slices: slice j of `source` goes to slice index[j] along a dimension. */
export const indexReduce = op('indexReduce(input, ...)', (input: Tensor, ...args: IndexReduceArgs): Tensor => {
  const { dim, index, source, reduce, includeSelf } = parseArgs<IndexReduceOptions>(
    'indexReduce',
    ['dim', 'index', 'source', 'reduce'],
    { includeSelf: true },
    args,
    placesAndSource,
  );
  if (input.shape.length === 0) {
    const parts = [input, index, source].map((x) => x.reshape([-1]));
    if (source.shape.length > 0) {
      throw new ShapeError(
        `indexReduce: expected source without dimensions, as input is, but got ${showShape(source.shape)}`,
      );
    }
    return parts[0]!.indexReduce(dim, parts[1]!, parts[2]!, reduce, { includeSelf }).reshape([]);
  }
  const reduced = combine.indexReduce(input.value, dim, index.value, source.value, reduce, includeSelf);
  return made(named(reduced, 'IndexReduceBackward0'));
});

/** `indexReduce`, in place. */
export const indexReduce_ = inPlace(indexReduce);

/** A copy in which the slices along a dimension that a list of indices names are filled with a number. */
export const indexFill = op('indexFill(input, ...)', (input: Tensor, ...args: IndexFillArgs): Tensor => {
  const { dim, index, value } = parseArgs<IndexFillOptions>('indexFill', ['dim', 'index', 'value'], {}, args, {
    ...places,
    value: either(number, tensor, flag),
  });
  const d = input.wrapDim('indexFill', dim);
  const size = input.shape[d] ?? 1;
  if (index.shape.length > 1 || (isTensor(value) && value.shape.length > 0)) {
    throw new ShapeError(
      `indexFill: expected a list of indices and a 0-d value, but got shapes ${showShape(index.shape)} and ${showShape(isTensor(value) ? value.shape : [])}`,
    );
  }
  const filler = isTensor(value) ? cast(value.value, input.dtype) : full([], value, input.dtype, 'indexFill');
  const wrapped = reshape(ops.wrapIndex('indexFill', index.value, size), [index.numel()]);
  // By a mask, so that an index that occurs twice fills its slice once, and passes the gradient of `value` once.
  const chosen = ops.indexCopy(full([size], 0, 'bool'), 0, wrapped, full([index.numel()], 1, 'bool'));
  const mask = reshape(
    chosen,
    input.shape.map((_, k) => (k === d ? size : 1)),
  );
  const filled = where(mask, filler, input.value);
  return made(named(filled, isTensor(value) ? 'IndexFillBackward1' : 'IndexFillBackward0'));
});

/** `indexFill`, in place. */
export const indexFill_ = inPlace(indexFill, { readsOld: false });

/**
 * A copy with `values`, which broadcast, written (with `accumulate`, added) at the places that index tensors for the
 * first dimensions name together.
 */
export const indexPut = op(
  'indexPut(input, indices: tensors, values, ...)',
  (input: Tensor, indices: readonly Tensor[], values: Tensor, ...args: AccumulateArgs): Tensor => {
    const { accumulate } = parseArgs<{ accumulate?: boolean }>('indexPut', [], { accumulate: false }, args);
    if (indices.length > input.shape.length) {
      throw new IndexError(
        `indexPut: expected at most ${input.shape.length} indices for shape ${showShape(input.shape)}, but got ${indices.length}`,
      );
    }
    if (indices.every((index) => index.dtype !== 'bool')) {
      return made(named(putAt(input, indices, values, accumulate), 'IndexPutBackward0'));
    }
    const copy = input.clone();
    const places = copy.at(...indices);
    if (accumulate) places.add_(values);
    else places.copy_(values);
    return copy;
  },
);

/** `indexPut`, in place. */
export const indexPut_ = inPlace(indexPut, { readsOld: false });

/**
 * A copy in which the places where a mask is true get the first elements of `source`, in order. The mask broadcasts.
 */
export const maskedScatter = op('maskedScatter(input, ...)', (input: Tensor, ...args: MaskedScatterArgs): Tensor => {
  const { mask } = maskAndSource(args);
  const shape = broadcastShapes('maskedScatter', [input.value, mask.value]);
  return input
    .expand([...shape])
    .clone()
    .maskedScatter_(...args);
});

/** `maskedScatter`, in place. */
export const maskedScatter_ = changing(
  'maskedScatter_(input, ...)',
  (input: Tensor, ...args: MaskedScatterArgs): void => {
    const { mask, source } = maskAndSource(args);
    if (mask.dtype !== 'bool') {
      throw new DTypeError(
        `maskedScatter: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.ne(0)`,
      );
    }
    if (source.dtype !== input.dtype) {
      throw new DTypeError(
        `maskedScatter: expected a source of dtype ${input.dtype}, but got ${source.dtype}; convert it with .to('${input.dtype}')`,
      );
    }
    const fullMask = mask.expand(input.shape);
    const size = source.numel();
    const count = made(
      ops.numbersWithin(
        `maskedScatter: expected a mask of at most as many places as the source has elements, ${size}`,
        size,
        fullMask.sum().float().value,
      ),
    );
    // Append two elements: a source of one element would be broadcast to all places instead of counted.
    const elements = made(cat([source.flatten().value, full([2], 0, source.dtype)], 0));
    input.at(fullMask).copy_(elements.where(count.ge(0), 0));
  },
);
