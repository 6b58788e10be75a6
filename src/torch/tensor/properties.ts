// Attributes of tensors that are getters and not methods: transposes, sizes in bytes; and iteration over slices.

import { ShapeError } from '../../engine/core/errors';
import { showShape } from '../../engine/core/meta';
import { ReadableTensor } from './reading/readable';
import type { Tensor } from './tensor';
import { several, turned } from './views';

export abstract class TensorProperties extends ReadableTensor {
  /** A view with the dimensions in reverse order. */
  get T(): Tensor {
    return this.#self.permute(this.shape.map((_, d) => this.shape.length - 1 - d));
  }

  /** Transposed matrices: a view with the last two dimensions exchanged. */
  get mT(): Tensor {
    return turned('mT', this.#self);
  }

  /** Conjugate transposes of matrices; for real numbers the same as `mT`. */
  get mH(): Tensor {
    return turned('mH', this.#self);
  }

  /** The conjugate transpose of a matrix; for real numbers the same as `t()`. */
  get H(): Tensor {
    const rank = this.shape.length;
    if (rank !== 2 && rank !== 0) {
      throw new ShapeError(`H: expected a matrix, but got shape ${showShape(this.shape)}; use mH for batches of them`);
    }
    return this.#self.t();
  }

  /** The real part: the tensor itself, since all tensors are real. */
  get real(): Tensor {
    return this.#self;
  }

  /** The size of an element in bytes, as in PyTorch. */
  get itemsize(): number {
    return this.#self.elementSize();
  }

  /** The size of all elements in bytes, as in PyTorch. */
  get nbytes(): number {
    return this.numel() * this.itemsize;
  }

  /** Iterates over the slices along dimension 0. */
  *[Symbol.iterator](): Generator<Tensor> {
    if (this.shape.length === 0) throw new ShapeError('a 0-d tensor cannot be iterated over');
    for (let i = 0; i < this.shape[0]!; i++) yield several(this.#self.select(0, i));
  }

  get #self(): Tensor {
    return this as unknown as Tensor;
  }
}
