// Tensor: the class that users hold. Its methods come in layers, one family a file.
import { fromHost } from '../graph/record';
import type { Value } from '../graph/value';
import { LinearAlgebraMethods } from './linear-algebra-methods';

/** An n-dimensional array on the GPU. Operations are recorded and run later; only reading values back waits. */
export class Tensor extends LinearAlgebraMethods {
  /** A tensor around a value of the graph. */
  static of(value: Value): Tensor {
    return new Tensor(value);
  }

  protected make(value: Value): Tensor {
    return new Tensor(value);
  }

  protected makeView(value: Value, strides: readonly number[], offset: number, detached = this.detached): Tensor {
    const base = detached ? null : this.viewBase;
    return new Tensor(value, { storage: this.storage, strides, offset, base, detached });
  }

  protected indexList(indices: readonly number[]): Value {
    return fromHost(Int32Array.from(indices), [indices.length], 'int64');
  }
}
