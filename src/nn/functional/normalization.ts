// Owns F.layerNorm: thin over the op.
import * as ops from '../../ops/norm';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';

interface LayerNormArguments {
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Added to the variance, default 1e-5. */
  eps?: number;
}

/** (x − E[x]) / √(Var[x] + eps) · weight + bias over the trailing dimensions `normalizedShape`. Shape: kept. */
export function layerNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  ...args: Arguments<LayerNormArguments, ['weight', 'bias', 'eps']>
): Tensor {
  const defaults = { weight: null, bias: null, eps: 1e-5 };
  const { weight, bias, eps } = parseArgs<LayerNormArguments>('layerNorm', [], defaults, args);
  return Tensor.of(ops.layerNorm(x.value, normalizedShape, weight?.value ?? null, bias?.value ?? null, eps));
}
