// Tensor methods of PyTorch's that concern its devices and NumPy: those that have nothing to do here, and those that say what to write instead.

import { ArgumentError, DTypeError } from '../core/errors';
import type { DType } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { type DeviceLike, expectDevice } from '../storage/device';
import { expectDType } from '../storage/host-data';
import type { LegacyTensor } from './legacy';
import type { Tensor } from './tensor';
import { ViewInPlaceMethods } from './view-in-place-methods';

const legacyNames = {
  float32: 'FloatTensor',
  float16: 'HalfTensor',
  int64: 'LongTensor',
  int32: 'IntTensor',
  uint32: 'UInt32Tensor',
  uint8: 'ByteTensor',
  bool: 'BoolTensor',
} as const satisfies Readonly<Record<DType, string>>;

/** What PyTorch calls a type: `torch.FloatTensor`, `torch.cuda.LongTensor`. */
type LegacyName = `torch.${'' | 'cuda.'}${(typeof legacyNames)[DType]}`;

interface CudaOptions {
  device?: DeviceLike | null;
  /** Nothing here waits anyway. */
  nonBlocking?: boolean;
}

interface TypeParameters {
  dtype: DType | LegacyName | LegacyTensor;
  nonBlocking?: boolean;
}

type Nullable<O> = { [K in keyof O]: O[K] | null };

export abstract class DeviceMethods extends ViewInPlaceMethods {
  /** This tensor: it is on the one device there is, `webgpu`, whatever PyTorch would call it. */
  cuda(...args: Arguments<CudaOptions, ['device', 'nonBlocking']>): this {
    const { device } = parseArgs<CudaOptions>('cuda', [], { device: null, nonBlocking: false }, args);
    if (device !== null) expectDevice('cuda', device);
    return this;
  }

  /** This tensor, as `cuda()` is. Its numbers come to JavaScript with `await x.data()`. */
  cpu(): this {
    return this;
  }

  /**
   * Not here, since there is no NumPy: `await x.data()` gives a typed array, `await x.tolist()` nested ones.
   * @throws ArgumentError always: `await x.data()` gives a typed array, `await x.tolist()` nested ones
   */
  numpy(this: 'there is no NumPy: write await x.data() for a typed array, await x.tolist() for nested arrays'): never {
    throw new ArgumentError(
      'numpy: expected a read-back of JavaScript, since there is no NumPy; write await x.data() for a typed array, or await x.tolist() for nested arrays',
    );
  }

  /**
   * `to(dtype)`, by the dtype or by the name of a type: `x.type(torch.int64)`, `x.type('torch.LongTensor')`, `x.type(torch.LongTensor)`.
   * Without an argument the name of the tensor's own type.
   */
  type(): string;
  type(...args: Arguments<TypeParameters, ['dtype', 'nonBlocking']>): Tensor;
  type(...args: readonly unknown[]): string | Tensor {
    const defaults = { dtype: null, nonBlocking: false };
    const kinds = { dtype: { words: 'a dtype', fits: (value: unknown) => !(value instanceof Promise) } };
    const { dtype } = parseArgs<Partial<Nullable<TypeParameters>>>('type', [], defaults, args, kinds);
    if (dtype === null) return `torch.${legacyNames[this.dtype]}`;
    const name = String(typeof dtype === 'function' ? dtype.dtype : dtype);
    const named = Object.keys(legacyNames).find(
      (own) => name.replace(/^torch\.(cuda\.)?/, '') === legacyNames[own as DType],
    );
    return this.to(expectDType('type', named ?? name));
  }

  /**
   * Not here, since WGSL has no 64-bit floats.
   * @throws DTypeError always: WGSL has no 64-bit floats
   */
  double(this: 'there is no float64 in WGSL: leave it out, or write x.float()'): never {
    throw noDouble('x');
  }
}

/** The error of what would convert `x` to float64. */
export const noDouble = (x: string): DTypeError =>
  new DTypeError(`double: expected float32 or float16, since WGSL has no float64; leave it out, or write ${x}.float()`);
