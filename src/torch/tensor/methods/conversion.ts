// Conversions to other dtypes; and PyTorch's methods for devices and NumPy, which do nothing here or throw an error
// that names the method to use.

import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { cast, clone } from '../../../engine/ops/shape/cast';
import { type DeviceLike, expectDevice } from '../../../engine/storage/device';
import { expectDType } from '../../../engine/storage/host-data';
import type { Callee } from '../calling/callable';
import { parseTo, type ToArgs } from '../calling/to-args';
import type { LegacyTensor } from '../creation/legacy';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, forms, changing } = family();
export default methods;

/**
 * The numbers in another dtype, or in the dtype of another tensor. A tensor that already has the dtype is returned as
 * it is, unless `copy` is true. Device names of PyTorch are accepted: `x.to('cuda')` is x, `x.to('cuda', 'int64')` is
 * `x.to('int64')`.
 */
export const to = op('to(input, ...)', (input: Tensor, ...args: ToArgs): Tensor => {
  const { dtype, copy } = parseTo(args);
  if (dtype !== null && dtype !== input.dtype) return made(cast(input.value, dtype));
  return copy ? made(named(clone(input.value), 'ToCopyBackward0')) : input;
});

/** The numbers in the dtype of another tensor. */
export const typeAs = op('typeAs(input, other)', (input: Tensor, other: Tensor): Tensor => input.to(other.dtype));

/** The numbers as uint8: `to('uint8')`. */
export const byte = op('byte(input)', (input: Tensor): Tensor => input.to('uint8'));

/** The numbers as float32: `to('float32')`. */
export const float = op('float(input)', (input: Tensor): Tensor => input.to('float32'));

/** The numbers as float16: `to('float16')`. */
export const half = op('half(input)', (input: Tensor): Tensor => input.to('float16'));

/** The numbers as int32: `to('int32')`. */
export const int = op('int(input)', (input: Tensor): Tensor => input.to('int32'));

/** The numbers as int64: `to('int64')`. */
export const long = op('long(input)', (input: Tensor): Tensor => input.to('int64'));

/** True where elements are nonzero: `to('bool')`. */
export const bool = op('bool(input)', (input: Tensor): Tensor => input.to('bool'));

// ── Devices and NumPy: methods that do nothing, or throw an error that says what to write instead ──

const legacyNames = {
  float32: 'FloatTensor',
  float16: 'HalfTensor',
  int64: 'LongTensor',
  int32: 'IntTensor',
  uint32: 'UInt32Tensor',
  uint8: 'ByteTensor',
  bool: 'BoolTensor',
} as const satisfies Readonly<Record<DType, string>>;

/** PyTorch's name of a tensor type: `torch.FloatTensor`, `torch.cuda.LongTensor`. */
type LegacyName = `torch.${'' | 'cuda.'}${(typeof legacyNames)[DType]}`;

interface CudaOptions {
  device?: DeviceLike | null;
  /** Accepted and ignored: conversions never block. */
  nonBlocking?: boolean;
}

interface TypeParameters {
  dtype: DType | LegacyName | LegacyTensor;
  /** Accepted because PyTorch has it, without effect: nothing waits. */
  nonBlocking?: boolean;
}

type Nullable<O> = { [K in keyof O]: O[K] | null };

/** The error for a conversion of `x` to float64. */
export const noDouble = (x: string): DTypeError =>
  new DTypeError(`double: expected float32 or float16, since WGSL has no float64; leave it out, or write ${x}.float()`);

/** The tensor itself: there is only one device, `webgpu`. */
export const cuda = changing(
  'cuda(input, ...)',
  (_input: Tensor, ...args: Arguments<CudaOptions, ['device', 'nonBlocking']>): void => {
    const { device } = parseArgs<CudaOptions>('cuda', [], { device: null, nonBlocking: false }, args);
    if (device !== null) expectDevice('cuda', device);
  },
);

/** The tensor itself. To get its numbers in JavaScript, use `await x.data()`. */
export const cpu = changing('cpu(input)', (_input: Tensor): void => {});

interface TypeMethod {
  (): string;
  (...args: Arguments<TypeParameters, ['dtype', 'nonBlocking']>): Tensor;
}

/**
 * `to(dtype)` by a dtype or a type name: `x.type(torch.int64)`, `x.type('torch.LongTensor')`,
 * `x.type(torch.LongTensor)`. Without an argument, the name of the tensor's own type.
 */
export const type = forms<Callee, TypeMethod>(
  'type(input, ...)',
  (input: Tensor, ...args: readonly unknown[]): string | Tensor => {
    const defaults = { dtype: null, nonBlocking: false };
    const kinds = { dtype: { words: 'a dtype', fits: (value: unknown) => !(value instanceof Promise) } };
    const { dtype } = parseArgs<Partial<Nullable<TypeParameters>>>('type', [], defaults, args, kinds);
    if (dtype === null) return `torch.${legacyNames[input.dtype]}`;
    const name = String(typeof dtype === 'function' ? dtype.dtype : dtype);
    const named = Object.keys(legacyNames).find(
      (own) => name.replace(/^torch\.(cuda\.)?/, '') === legacyNames[own as DType],
    );
    return input.to(expectDType('type', named ?? name));
  },
);

/**
 * There is no NumPy in JavaScript: use `await x.data()` for a typed array, or `await x.tolist()` for nested arrays.
 * @throws ArgumentError always
 */
export const numpy = forms<
  Callee,
  (this: 'there is no NumPy: write await x.data() for a typed array, await x.tolist() for nested arrays') => never
>('numpy(input)', (_: Tensor): never => {
  throw new ArgumentError(
    'numpy: there is no NumPy here; write await x.data() for a typed array, or await x.tolist() for nested arrays',
  );
});

/**
 * Not supported, since WGSL has no 64-bit floats: leave it out, or use `x.float()`.
 * @throws DTypeError always
 */
export const double = forms<Callee, (this: 'there is no float64 in WGSL: leave it out, or write x.float()') => never>(
  'double(input)',
  (_: Tensor): never => {
    throw noDouble('x');
  },
);
