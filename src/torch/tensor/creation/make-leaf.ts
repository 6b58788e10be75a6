// The last step of every function that makes a tensor: wraps the value in a Tensor, and makes it a leaf if asked.

import { DTypeError } from '../../../engine/core/errors';
import { isFloat } from '../../../engine/core/meta';
import type { Value } from '../../../engine/graph/value';
import { Tensor } from '../tensor';

/**
 * A new tensor around a value, with `requiresGrad` a leaf.
 * @throws DTypeError if `requiresGrad` is set but the dtype is not a float
 */
export function makeTensor(op: string, value: Value, requiresGrad: boolean): Tensor {
  if (requiresGrad && !isFloat(value.dtype)) {
    throw new DTypeError(
      `${op}: only floating-point tensors can require gradients, but this one is ${value.dtype}; pass { dtype: 'float32' }`,
    );
  }
  return Tensor.of(value).requiresGrad_(requiresGrad);
}
