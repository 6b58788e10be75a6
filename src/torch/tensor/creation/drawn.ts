// Owns where random numbers come from, and how they hang on the values by which they were drawn.

import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { drawnFrom as drawnBy } from '../../../engine/ops/shape/cast';
import type { Generator } from '../../../engine/storage/random/generator';

/** Where random numbers come from; default: the default generator, as seeded by `torch.manualSeed`. */
export interface Drawing {
  generator?: Generator | null;
}

/** Numbers drawn by the values of `inputs`, which get a gradient of 0. */
export function drawnFrom(inputs: readonly Value[], numbers: Value, name: string): Value {
  const sources = inputs.filter((x) => x.requiresGrad);
  return sources.length > 0 ? named(drawnBy(sources, numbers), `${name}Backward0`) : numbers;
}
