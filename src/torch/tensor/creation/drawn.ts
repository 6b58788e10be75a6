// The generator option of functions that draw random numbers, and the graph from draws to the parameters of their
// distribution.

import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { drawnFrom as drawnBy } from '../../../engine/ops/shape/cast';
import type { Generator } from '../../../engine/storage/random/generator';

/** The generator of the random numbers. Default: the default generator, which `torch.manualSeed` seeds. */
export interface DrawnWith {
  generator?: Generator | null;
}

/** Random numbers whose distribution depends on `inputs`. As in PyTorch, the inputs get a gradient of 0. */
export function drawnFrom(inputs: readonly Value[], numbers: Value, name: string): Value {
  const sources = inputs.filter((x) => x.requiresGrad);
  return sources.length > 0 ? named(drawnBy(sources, numbers), `${name}Backward0`) : numbers;
}
