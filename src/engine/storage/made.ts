// Lets code below the class `Tensor` make tensors, without importing the class.

import type { Tensor } from '../../torch/tensor/tensor';
import type { Value } from '../graph/value';

let make: (value: Value) => Tensor;

/** Called once by the class: sets how its tensors are made. */
export function makeBy(how: (value: Value) => Tensor): void {
  make = how;
}

/** A tensor around a value of the graph. */
export const made = (value: Value): Tensor => make(value);
