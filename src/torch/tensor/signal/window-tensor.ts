// The tensor of a window's numbers, of the dtype that its options say.

import { fromHost } from '../../../engine/graph/record';
import { cast } from '../../../engine/ops/shape/cast';
import { type TensorOptions, tensorOptions } from '../calling/sizes';
import { makeTensor } from '../creation/make-leaf';
import type { Tensor } from '../tensor';

/** A tensor of the numbers. */
export function windowTensor(op: string, numbers: Float32Array, options: TensorOptions): Tensor {
  const { dtype, requiresGrad } = tensorOptions(op, options, 'float32');
  return makeTensor(op, cast(fromHost(numbers, [numbers.length], 'float32'), dtype), requiresGrad);
}
