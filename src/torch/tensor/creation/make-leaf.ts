// The last step of every function that makes a tensor: a handle around the value, and a leaf of the graph where asked.

import { DTypeError } from '../../../engine/core/errors';
import { isFloat } from '../../../engine/core/meta';
import type { Value } from '../../../engine/graph/value';
import { Tensor } from '../tensor';

/** A tensor of its own around a value; with `requiresGrad` a leaf. Throws for dtypes that have no gradient. */
export function makeTensor(op: string, value: Value, requiresGrad: boolean): Tensor {
  if (requiresGrad && !isFloat(value.dtype)) {
    throw new DTypeError(
      `${op}: only floating-point tensors can require gradients, but this one is ${value.dtype}; pass { dtype: 'float32' }`,
    );
  }
  return Tensor.of(value).requiresGrad_(requiresGrad);
}
