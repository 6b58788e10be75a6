// Owns how rooms below the class of tensors make tensors of it.

import type { Tensor } from '../../torch/tensor/tensor';
import type { Value } from '../graph/value';

let make: (value: Value) => Tensor;

/** The class says once how its tensors are made. */
export function makeBy(how: (value: Value) => Tensor): void {
  make = how;
}

/** A tensor around a value of the graph. */
export const made = (value: Value): Tensor => make(value);
