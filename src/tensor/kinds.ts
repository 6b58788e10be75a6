// The classes of tensors that say what they hold, by name: what crosses from a worker arrives as what it was.
import type { Tensor } from './tensor';

export interface Kind {
  /** What an object of the class has besides its numbers. */
  readonly properties: readonly string[];
  make(data: Tensor, properties: Readonly<Record<string, unknown>>): Tensor;
}

/** Each class adds itself. */
export const kinds = new Map<string, Kind>();
