// Re-initializes the weights of whole networks, after every layer has drawn its own.
import { nn } from '../../../torch';
import type { Module } from '../../../torch/inside';

type Convolution = nn.Conv2d;

interface Rules {
  convolution?(layer: Convolution): void;
  linear?(layer: nn.Linear): void;
}

/**
 * Draws the weights of the model's layers by the given rules, in the order of `modules()`. Norms keep their initial 1
 * and 0.
 */
export function initialize(model: Module, { convolution, linear }: Rules): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) convolution?.(module);
    else if (module instanceof nn.Linear) linear?.(module);
  }
}

/** He et al. 2015 for ReLU, scaled by the number of outputs; biases are 0. */
export function fanOut({ weight, bias }: Convolution): void {
  nn.init.kaimingNormal_(weight, { mode: 'fan_out', nonlinearity: 'relu' });
  if (bias) nn.init.zeros_(bias);
}

/** Uniform around 0, within 1 / √outputs; biases are 0. */
export function byOutputs({ weight, bias, outFeatures }: nn.Linear): void {
  const range = 1 / Math.sqrt(outFeatures);
  nn.init.uniform_(weight, -range, range);
  if (bias) nn.init.zeros_(bias);
}

/** Normal around 0; biases are 0. */
export const normal =
  (std: number) =>
  ({ weight, bias }: nn.Linear): void => {
    nn.init.normal_(weight, 0, std);
    if (bias) nn.init.zeros_(bias);
  };
