// A registry of the subclasses of Tensor, by name, so that a tensor that crosses from a worker keeps its class.
import type { Tensor } from '../tensor';

export interface Kind {
  /** The properties that an object of the class has besides its numbers. */
  readonly properties: readonly string[];
  make(data: Tensor, properties: Readonly<Record<string, unknown>>): Tensor;
}

/** The registry. Each class adds itself. */
export const kinds = new Map<string, Kind>();
