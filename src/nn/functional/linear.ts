// Owns F.linear: thin over the op.
import * as ops from '../../ops/matmul';
import { Tensor } from '../../tensor/tensor';

/** y = x Wᵀ + b. Shape: x [..., in], weight [out, in] or [in], bias [out] or null → [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return Tensor.of(ops.linear(x.value, weight.value, bias?.value ?? null));
}
