// Tensor methods that make another tensor of the same dtype.

import { either, flag, real } from '../core/argument-kinds';
import type { Shape } from '../core/meta';
import { expectKind } from '../core/options';
import { fromHost } from '../graph/record';
import type { Value } from '../graph/value';
import { cast, clone, full } from '../ops/cast';
import { type NestedData, readHostData } from '../storage/host-data';
import { ReadableTensor } from './readable';
import {
  type CompleteOptions,
  expectSize,
  type SizeArguments,
  splitSizes,
  type TensorOptions,
  tensorOptions,
  withTensorOptions,
} from './sizes';
import type { Tensor } from './tensor';

export abstract class NewMethods extends ReadableTensor {
  /** A tensor of its own; `requiresGrad` makes it a leaf. */
  private fresh(value: Value, { requiresGrad }: CompleteOptions): Tensor {
    return this.make(value).requiresGrad_(requiresGrad);
  }

  private filled(op: string, size: Shape, number: number | boolean, given?: TensorOptions): Tensor {
    const options = tensorOptions(op, given, this.dtype);
    return this.fresh(full(size, number, options.dtype, op), options);
  }

  private filledAs(op: string, args: SizeArguments<TensorOptions>, number: number): Tensor {
    const { size, options } = splitSizes<TensorOptions>(op, args);
    return this.filled(op, size, number, options);
  }

  /** Zeros of another shape, and of this tensor's dtype by default: `x.newZeros(2, 3)`. */
  newZeros(...args: SizeArguments<TensorOptions>): Tensor {
    return this.filledAs('newZeros', args, 0);
  }

  /** Ones of another shape, and of this tensor's dtype by default. */
  newOnes(...args: SizeArguments<TensorOptions>): Tensor {
    return this.filledAs('newOnes', args, 1);
  }

  /** A tensor whose contents are meant to be overwritten, of this one's dtype by default; they are zeros. */
  newEmpty(...args: SizeArguments<TensorOptions>): Tensor {
    return this.filledAs('newEmpty', args, 0);
  }

  /** `fillValue` everywhere, in another shape, and of this tensor's dtype by default. */
  newFull(
    ...args:
      | [size: readonly number[], fillValue: number | boolean, options?: TensorOptions]
      | [named: TensorOptions & { size: readonly number[]; fillValue: number | boolean }]
  ): Tensor {
    const { given, options } = withTensorOptions<{ size: readonly number[]; fillValue: number | boolean }>(
      'newFull',
      ['size', 'fillValue'],
      {},
      args,
    );
    const { size, fillValue } = given;
    expectKind('newFull', 'fillValue', fillValue, either(real, flag));
    return this.filled('newFull', expectSize('newFull', size), fillValue, options);
  }

  /** A copy of `data`, as `torch.tensor` takes it, of this tensor's dtype by default. */
  newTensor(
    ...args:
      | [data: NestedData | Tensor, options?: TensorOptions]
      | [named: TensorOptions & { data: NestedData | Tensor }]
  ): Tensor {
    const parsed = withTensorOptions<{ data: NestedData | Tensor }>('newTensor', ['data'], {}, args);
    const { data } = parsed.given;
    const options = tensorOptions('newTensor', parsed.options, this.dtype);
    if (data instanceof ReadableTensor) {
      const copy = data.detach().value;
      return this.fresh(copy.dtype === options.dtype ? clone(copy) : cast(copy, options.dtype), options);
    }
    const read = readHostData('newTensor', data, options.dtype);
    return this.fresh(fromHost(read.data, read.shape, read.dtype), options);
  }
}
