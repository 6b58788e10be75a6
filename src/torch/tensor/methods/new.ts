// Methods that make new tensors of the tensor's dtype.

import { either, flag, real } from '../../../engine/core/argument-kinds';
import type { Shape } from '../../../engine/core/meta';
import { expectKind } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { cast, clone, full } from '../../../engine/ops/shape/cast';
import { type NestedData, readHostData } from '../../../engine/storage/host-data';
import { TensorBase } from '../base';
import {
  type CompleteOptions,
  expectSize,
  type SizeArguments,
  splitSizes,
  type TensorOptions,
  tensorOptions,
  withTensorOptions,
} from '../calling/sizes';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** A new tensor around a value; `requiresGrad` makes it a leaf. */
function fresh(value: Value, { requiresGrad }: CompleteOptions): Tensor {
  return made(value).requiresGrad_(requiresGrad);
}

function filled(input: Tensor, op: string, size: Shape, number: number | boolean, given?: TensorOptions): Tensor {
  const options = tensorOptions(op, given, input.dtype);
  return fresh(full(size, number, options.dtype, op), options);
}

function filledAs(input: Tensor, op: string, args: SizeArguments<TensorOptions>, number: number): Tensor {
  const { size, options } = splitSizes<TensorOptions>(op, args);
  return filled(input, op, size, number, options);
}

/** Zeros of another shape, and of the tensor's dtype by default: `x.newZeros(2, 3)`. */
export const newZeros = op(
  'newZeros(input, ...)',
  (input: Tensor, ...args: SizeArguments<TensorOptions>): Tensor => filledAs(input, 'newZeros', args, 0),
);

/** Ones of another shape, and of the tensor's dtype by default. */
export const newOnes = op(
  'newOnes(input, ...)',
  (input: Tensor, ...args: SizeArguments<TensorOptions>): Tensor => filledAs(input, 'newOnes', args, 1),
);

/**
 * A tensor whose contents you mean to overwrite, of the tensor's dtype by default. Unlike in PyTorch, they are zeros.
 */
export const newEmpty = op(
  'newEmpty(input, ...)',
  (input: Tensor, ...args: SizeArguments<TensorOptions>): Tensor => filledAs(input, 'newEmpty', args, 0),
);

/** A tensor of another shape filled with `fillValue`, of the tensor's dtype by default. */
export const newFull = op(
  'newFull(input, ...)',
  (
    input: Tensor,
    ...args:
      | [size: readonly number[], fillValue: number | boolean, options?: TensorOptions]
      | [
          named: TensorOptions & {
            size: readonly number[];
            /** The number that every element is. */
            fillValue: number | boolean;
          },
        ]
  ): Tensor => {
    const { given, options } = withTensorOptions<{ size: readonly number[]; fillValue: number | boolean }>(
      'newFull',
      ['size', 'fillValue'],
      {},
      args,
    );
    const { size, fillValue } = given;
    expectKind('newFull', 'fillValue', fillValue, either(real, flag));
    return filled(input, 'newFull', expectSize('newFull', size), fillValue, options);
  },
);

/** `torch.tensor(data)`, but of the tensor's dtype by default. */
export const newTensor = op(
  'newTensor(input, ...)',
  (
    input: Tensor,
    ...args:
      | [data: NestedData | Tensor, options?: TensorOptions]
      | [named: TensorOptions & { data: NestedData | Tensor }]
  ): Tensor => {
    const parsed = withTensorOptions<{ data: NestedData | Tensor }>('newTensor', ['data'], {}, args);
    const { data } = parsed.given;
    const options = tensorOptions('newTensor', parsed.options, input.dtype);
    if (data instanceof TensorBase) {
      const copy = data.detach().value;
      return fresh(copy.dtype === options.dtype ? clone(copy) : cast(copy, options.dtype), options);
    }
    const read = readHostData('newTensor', data, options.dtype);
    return fresh(fromHost(read.data, read.shape, read.dtype), options);
  },
);
