// Lets code below the class `Tensor` make tensors, without importing the class.

import type { Value } from '../../engine/graph/value';
import type { Tensor } from './tensor';

let make: (value: Value) => Tensor;

/** Called once by the class: sets how its tensors are made. */
export function makeBy(how: (value: Value) => Tensor): void {
  make = how;
}

/** A tensor around a value of the graph. */
export const made = (value: Value): Tensor => make(value);
