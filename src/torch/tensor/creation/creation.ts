// Makes tensors: from data on the host, filled with one number, and ranges of numbers (arange).

import { either, flag, real } from '../../../engine/core/argument-kinds';
import { expectSettled } from '../../../engine/core/arity';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type DType, numel, type Shape, showShape } from '../../../engine/core/meta';
import { isPlainObject, parseArgs } from '../../../engine/core/options';
import { withMode } from '../../../engine/graph/mode';
import { fromHost } from '../../../engine/graph/record';
import { dtypeOfScalar } from '../../../engine/ops/promotion';
import { cast, clone, full as fullValue, reshape } from '../../../engine/ops/shape/cast';
import { allocated } from '../../../engine/storage/allocate';
import { hostArray, type NestedData, readHostData } from '../../../engine/storage/host-data';
import { noteWhole } from '../../../engine/storage/whole-numbers';
import { callable } from '../calling/callable';
import { expectNumbers } from '../calling/expect-numbers';
import {
  expectSize,
  type SizeArguments,
  splitSizes,
  type TensorOptions,
  tensorOptions,
  withTensorOptions,
} from '../calling/sizes';
import { Tensor } from '../tensor';
import { makeTensor } from './make-leaf';

/**
 * A tensor with a copy of `data`: a number, a boolean, nested arrays, a typed array, or a tensor.
 *
 *     torch.tensor([[1, 2], [3, 4]]);                        // int64, shape [2, 2]
 *     torch.tensor([1, 2.5], { requiresGrad: true });        // float32, a leaf
 *
 * Without `dtype`: whole numbers become int64, numbers with any fraction float32, booleans bool; Uint8Array uint8,
 * Int32Array int32, Float32Array and Float64Array float32, BigInt64Array int64. int64 is held in 32 bits. `shape`
 * arranges the numbers: `torch.tensor(new Float32Array(6), { shape: [2, 3] })`, or `torch.tensor(numbers, [2, 3])`.
 * @throws ShapeError if arrays are ragged or `shape` has another number of elements; DTypeError if a number is out of
 * the dtype's range
 */
export function tensor(data: NestedData | Tensor, options?: ShapedOptions): Tensor;
export function tensor(named: ShapedOptions & { data: NestedData | Tensor }): Tensor;
export function tensor(data: NestedData | Tensor, shape: Shape, options?: TensorOptions): Tensor;
export function tensor(...args: readonly unknown[]): Tensor {
  const defaults = { shape: null };
  const { given, options } = withTensorOptions<Data & Pick<ShapedOptions, 'shape'>>('tensor', ['data'], defaults, args);
  const { data, shape } = given;
  const { requiresGrad } = tensorOptions('tensor', options, 'float32');
  if (data instanceof Tensor) {
    const dtype = options.dtype ?? data.dtype;
    const copy = withMode({ grad: false }, () => {
      const own = dtype === data.dtype ? clone(data.value) : cast(data.value, dtype);
      return shape === null ? own : reshape(own, fitting(shape, data.shape));
    });
    return makeTensor('tensor', copy, requiresGrad);
  }
  const read = readHostData('tensor', data, options.dtype);
  const size = shape === null ? read.shape : fitting(shape, read.shape);
  const made = makeTensor('tensor', fromHost(read.data, size, read.dtype), requiresGrad);
  return read.dtype === 'int64' && options.dtype === undefined && !ArrayBuffer.isView(data) ? noteWhole(made) : made;
}

interface Data {
  data: NestedData | Tensor;
}

interface ShapedOptions extends TensorOptions {
  /** The shape in which the elements are arranged, row by row. Default: that of the nested arrays. */
  shape?: Shape | null;
}

/** The shape that the user wants, checked to have as many elements as the data. */
function fitting(shape: Shape, given: Shape): Shape {
  const size = expectSize('tensor', shape);
  if (numel(size) === numel(given)) return size;
  throw new ShapeError(
    `tensor: expected ${numel(size)} elements for shape ${showShape(size)}, but got ${numel(given)} of shape ${showShape(given)}`,
  );
}

/**
 * `data` as a tensor. A tensor of the wanted dtype is returned as it is; a conversion between floats passes the
 * gradient on.
 */
export function asTensor(data: NestedData | Tensor, options?: Pick<TensorOptions, 'dtype' | 'device'>): Tensor;
export function asTensor(named: Data & Pick<TensorOptions, 'dtype' | 'device'>): Tensor;
export function asTensor(...args: readonly unknown[]): Tensor {
  const { given, options } = withTensorOptions<Data>('asTensor', ['data'], {}, args);
  const { data } = given;
  const { dtype } = tensorOptions('asTensor', options, 'float32');
  if (!(data instanceof Tensor)) return tensor(data, options);
  return options.dtype === undefined || dtype === data.dtype ? data : data.to(dtype);
}

/** A tensor without dimensions that holds one number; float32 by default. */
export function scalarTensor(
  ...args:
    | [s: number | boolean, options?: TensorOptions]
    | [
        named: TensorOptions & {
          /** The number. */
          s: number | boolean;
        },
      ]
): Tensor {
  const { given, options } = withTensorOptions<{ s: number | boolean }>('scalarTensor', ['s'], {}, args);
  return filled('scalarTensor', [], given.s, options, 'float32', 's');
}

function filled(
  op: string,
  size: Shape,
  value: number | boolean,
  options: TensorOptions | undefined,
  dtype: DType,
  name = 'fillValue',
): Tensor {
  const o = tensorOptions(op, options, dtype);
  expectNumbers(op, { [name]: value });
  return makeTensor(op, fullValue(size, value, o.dtype, op), o.requiresGrad);
}

/** A tensor of zeros, float32 by default: `zeros(2, 3)`, `zeros([2, 3], { dtype: 'int64' })`. */
export function zeros(...args: SizeArguments<TensorOptions>): Tensor {
  const { size, options } = splitSizes<TensorOptions>('zeros', args);
  return filled('zeros', size, 0, options, 'float32');
}

/** A tensor of ones, float32 by default. */
export function ones(...args: SizeArguments<TensorOptions>): Tensor {
  const { size, options } = splitSizes<TensorOptions>('ones', args);
  return filled('ones', size, 1, options, 'float32');
}

/** A tensor whose contents you mean to overwrite. Unlike in PyTorch, they are zeros. float32 by default. */
export function empty(...args: SizeArguments<TensorOptions>): Tensor {
  const { size, options } = splitSizes<TensorOptions>('empty', args);
  return filled('empty', size, 0, options, 'float32');
}

interface Filling extends TensorOptions {
  fillValue: number | boolean;
}

type FullArgs =
  | [size: readonly number[], fillValue: number | boolean, options?: TensorOptions]
  | [size: readonly number[], named: Filling]
  | [named: Filling & { size: readonly number[] }];

/** A tensor filled with `fillValue`. Default dtype: that of `tensor(fillValue)`. */
export function full(...args: FullArgs): Tensor {
  const order = ['size', 'fillValue'] as const;
  const { given, options } = withTensorOptions<{ size: readonly number[]; fillValue: number | boolean }>(
    'full',
    order,
    {},
    args,
  );
  const { size, fillValue } = given;
  return filled('full', expectSize('full', size), fillValue, options, dtypeOfScalar(fillValue));
}

/** Zeros of the input's shape, and of its dtype by default. */
export const zerosLike = callable(
  'zerosLike(input, ...)',
  (input: Tensor, options?: TensorOptions): Tensor => filled('zerosLike', input.shape, 0, options, input.dtype),
);

/** Ones of the input's shape, and of its dtype by default. */
export const onesLike = callable(
  'onesLike(input, ...)',
  (input: Tensor, options?: TensorOptions): Tensor => filled('onesLike', input.shape, 1, options, input.dtype),
);

/** `empty` of the input's shape, and of its dtype by default. */
export const emptyLike = callable(
  'emptyLike(input, ...)',
  (input: Tensor, options?: TensorOptions): Tensor => filled('emptyLike', input.shape, 0, options, input.dtype),
);

/** A tensor of the input's shape filled with `fillValue`; of the input's dtype by default. */
export const fullLike = callable(
  'fullLike(input, ...)',
  (input: Tensor, ...args: [fillValue: number | boolean, options?: TensorOptions] | [named: Filling]): Tensor => {
    const { given, options } = withTensorOptions<{ fillValue: number | boolean }>('fullLike', ['fillValue'], {}, args);
    return filled('fullLike', input.shape, given.fillValue, options, input.dtype);
  },
);

interface EyeSizes {
  n: number;
  /** The number of columns; default n. */
  m?: number | null;
}

type EyeArgs =
  | [n: number, m: number, options?: TensorOptions]
  | [
      n: number,
      options?: TensorOptions & {
        /** The number of columns; that of rows without it. */
        m?: number;
      },
    ]
  | [named: TensorOptions & { n: number; m?: number }];

/** The n × m matrix with ones on its diagonal and zeros elsewhere; m is n by default. Shape: [n, m]. */
export function eye(...args: EyeArgs): Tensor {
  const { given, options } = withTensorOptions<EyeSizes>('eye', ['n'], { m: null as number | null }, args);
  const { n, m: columns } = given;
  const { dtype, requiresGrad } = tensorOptions('eye', options, 'float32');
  const m = columns ?? n;
  const size = expectSize('eye', [n, m]);
  const data = hostArray(dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) data[i * (m + 1)] = 1;
  return makeTensor('eye', fromHost(data, size, dtype), requiresGrad);
}

interface RangeParameters extends TensorOptions {
  /** The first number; default 0. */
  start?: number;
  /** The bound at which the numbers stop; it is not included. */
  end?: number;
  /** The step from one number to the next; default 1. */
  step?: number;
}

/**
 * The numbers start, start + step, … up to but not including `end`: `arange(end)`, `arange(start, end)`, `arange(start,
 * end, step)`, or by name. Shape: [⌈(end - start) / step⌉]. int64 if all three are whole, else float32.
 * @throws ArgumentError if the step is 0 or leads away from `end`
 */
export function arange(
  ...args:
    | [named: RangeParameters & { end: number }]
    | [end: number, options?: TensorOptions]
    | [start: number, named: RangeParameters & { end: number }]
    | [start: number, end: number, named?: Omit<RangeParameters, 'start' | 'end'>]
    | [start: number, end: number, step: number, options?: TensorOptions]
): Tensor {
  expectSettled('arange', args);
  const last: unknown = args.at(-1);
  const named = isPlainObject(last) ? last : {};
  const positional = (isPlainObject(last) ? args.slice(0, -1) : args) as number[];
  const onlyEnd = positional.length === 1 && named.end === undefined;
  const { dtype: given, requiresGrad, device, ...rest } = named as RangeParameters;
  const kind = either(real, flag);
  const bounds = parseArgs<{ end: number; start?: number; step?: number }>(
    'arange',
    ['end'],
    { start: 0, step: 1 },
    [{ ...rest, ...byPosition(onlyEnd ? ['end'] : ['start', 'end', 'step'], positional, rest) }],
    { end: kind, start: kind, step: kind },
  );
  const [start, end, step] = [+bounds.start, +bounds.end, +bounds.step];
  if (![start, end, step].every(Number.isFinite)) {
    throw new ArgumentError(`arange: expected finite numbers, but got start ${start}, end ${end} and step ${step}`);
  }
  if (step === 0 || (end - start) / step < 0) {
    throw new ArgumentError(`arange: expected a step from start ${start} towards end ${end}, but got ${step}`);
  }
  const whole = [start, end, step].every(Number.isInteger);
  const o = tensorOptions('arange', { dtype: given, requiresGrad, device }, whole ? 'int64' : 'float32');
  const n = Math.ceil((end - start) / step);
  const numbers = allocated(Float64Array, n).map((_, i) => start + step * i);
  const { data, shape } = readHostData('arange', numbers, o.dtype);
  return makeTensor('arange', fromHost(data, shape, o.dtype), o.requiresGrad);
}

function byPosition(names: readonly string[], values: readonly number[], named: object): Record<string, number> {
  if (values.length > names.length)
    throw new ArgumentError(`arange: expected at most 3 numbers, but got ${values.length}`);
  const given: Record<string, number> = {};
  values.forEach((value, i) => {
    if (names[i] in named) throw new ArgumentError(`arange: got argument '${names[i]}' twice, by position and by name`);
    given[names[i]] = value;
  });
  return given;
}
