// Constructors from before PyTorch 0.4 that old scripts call: FloatTensor and the like, and Variable; also Size.

import type { Kind } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import type { DType, Shape } from '../../../engine/core/meta';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import type { NestedData } from '../../../engine/storage/host-data';
import { isTensor } from '../calling/callable';
import { expectSize } from '../calling/sizes';
import type { Tensor } from '../tensor';
import { empty, tensor } from './creation';

type LegacyArguments = [data: Exclude<NestedData, number | boolean> | Tensor] | number[];

/** `torch.FloatTensor([1, 2])` has these numbers; `torch.FloatTensor(2, 3)` has this size and is filled with zeros. */
export interface LegacyTensor {
  (...args: LegacyArguments): Tensor;
  new (...args: LegacyArguments): Tensor;
  readonly dtype: DType;
}

function legacy(name: string, dtype: DType): LegacyTensor {
  const make = (...args: readonly unknown[]): Tensor => {
    const [first] = args;
    if (isTensor(first)) {
      if (first.dtype === dtype) return first.detach();
      throw new DTypeError(
        `${name}: expected a tensor of dtype ${dtype}, but got ${first.dtype}; write x.to('${dtype}')`,
      );
    }
    if (args.length === 1 && (Array.isArray(first) || ArrayBuffer.isView(first))) {
      return tensor(first as NestedData, { dtype });
    }
    if (args.length === 0) return empty([0], { dtype });
    if (!args.every((size) => typeof size === 'number')) {
      throw new ArgumentError(
        `${name}: expected numbers in a list, sizes, or a tensor, but got ${kindOf(first)}; write torch.tensor(data, { dtype: torch.${dtype} })`,
      );
    }
    return empty(expectSize(name, args), { dtype });
  };
  return Object.assign(callableOrNew(make), { dtype }) as LegacyTensor;
}

/** A function that returns the same with and without `new`. */
function callableOrNew(make: (...args: readonly unknown[]) => unknown): object {
  return function made(...args: readonly unknown[]) {
    return make(...args);
  };
}

/** Makes a tensor of dtype float32; prefer `torch.tensor(data, { dtype: torch.float32 })`. */
export const FloatTensor = /* @__PURE__ */ legacy('FloatTensor', 'float32');
/** Makes a tensor of dtype float16. */
export const HalfTensor = /* @__PURE__ */ legacy('HalfTensor', 'float16');
/** Makes a tensor of dtype int64. */
export const LongTensor = /* @__PURE__ */ legacy('LongTensor', 'int64');
/** Makes a tensor of dtype int32. */
export const IntTensor = /* @__PURE__ */ legacy('IntTensor', 'int32');
/** Makes a tensor of dtype uint8. */
export const ByteTensor = /* @__PURE__ */ legacy('ByteTensor', 'uint8');
/** Makes a tensor of dtype bool. */
export const BoolTensor = /* @__PURE__ */ legacy('BoolTensor', 'bool');

/** The type of `x.shape`, a list of sizes. */
export type Size = Shape;

interface SizeCall {
  (sizes?: readonly number[]): Size;
  new (/** The sizes of the dimensions. */ sizes?: readonly number[]): Size;
}

const sizesKind: Kind = {
  words: 'a list of whole numbers',
  fits: (value) => Array.isArray(value) && value.every(Number.isInteger),
};

/** Checks a list of sizes and returns it. A shape is a plain list of numbers, so `[2, 3]` does as well. */
export const Size = /* @__PURE__ */ callableOrNew((...args) => {
  const defaults = { sizes: [] };
  const { sizes } = parseArgs<{ sizes?: readonly number[] }>('Size', [], defaults, args, { sizes: sizesKind });
  return expectSize('Size', sizes);
}) as SizeCall;

interface VariableOptions {
  /** Default: false. */
  requiresGrad?: boolean;
}

interface VariableParameters extends VariableOptions {
  data: Tensor;
}

interface VariableCall {
  (...args: Arguments<VariableParameters, ['data', 'requiresGrad']>): Tensor;
  new (...args: Arguments<VariableParameters, ['data', 'requiresGrad']>): Tensor;
}

/**
 * A leaf that shares the memory of `data`. Since PyTorch 0.4, tensors have gradients themselves, so new code does not
 * need it.
 */
export const Variable = /* @__PURE__ */ callableOrNew((...args) => {
  const { data, requiresGrad } = parseArgs<VariableParameters>('Variable', ['data'], { requiresGrad: false }, args);
  if (!isTensor(data)) {
    throw new ArgumentError(`Variable: expected a tensor, but got ${kindOf(data)}; write torch.tensor(data)`);
  }
  return data.detach().requiresGrad_(requiresGrad);
}) as VariableCall;

/**
 * There is no NumPy in JavaScript: use `torch.tensor(array)`, which takes typed and nested arrays.
 * @throws ArgumentError always
 * @param _array What NumPy would hold.
 */
export function fromNumpy(
  _array: 'there is no NumPy: write torch.tensor(array) for a typed array or nested ones',
): never {
  throw new ArgumentError(
    'fromNumpy: expected a JavaScript array, since there is no NumPy; write torch.tensor(array) for a typed array or nested ones',
  );
}
