// The classes of tensors that know the meaning of their contents, by name: a tensor that crosses from a worker keeps its class.
import type { Tensor } from '../tensor';

export interface Kind {
  /** What an object of the class has besides its numbers. */
  readonly properties: readonly string[];
  make(data: Tensor, properties: Readonly<Record<string, unknown>>): Tensor;
}

/** Each class adds itself. */
export const kinds = new Map<string, Kind>();
