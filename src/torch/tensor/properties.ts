// Owns the attributes of tensors that are no calls: their transposes, the bytes that they take, and their slices one by one.

import { ShapeError } from '../../engine/core/errors';
import { showShape } from '../../engine/core/meta';
import { ReadableTensor } from './reading/readable';
import type { Tensor } from './tensor';
import { several, turned } from './views';

export abstract class TensorProperties extends ReadableTensor {
  /** Dimensions in reverse order. */
  get T(): Tensor {
    return this.#self.permute(this.shape.map((_, d) => this.shape.length - 1 - d));
  }

  /** Matrices transposed: the last two dimensions exchanged. */
  get mT(): Tensor {
    return turned('mT', this.#self);
  }

  /** Matrices transposed and conjugated, which for real numbers is `mT`. */
  get mH(): Tensor {
    return turned('mH', this.#self);
  }

  /** A matrix transposed and conjugated, which for real numbers is `t()`. */
  get H(): Tensor {
    const rank = this.shape.length;
    if (rank !== 2 && rank !== 0) {
      throw new ShapeError(`H: expected a matrix, but got shape ${showShape(this.shape)}; use mH for batches of them`);
    }
    return this.#self.t();
  }

  /** This tensor, as its numbers are real. */
  get real(): Tensor {
    return this.#self;
  }

  /** The bytes of an element. */
  get itemsize(): number {
    return this.#self.elementSize();
  }

  /** Bytes of all elements, as PyTorch counts them. */
  get nbytes(): number {
    return this.numel() * this.itemsize;
  }

  /** Slices along dimension 0. */
  *[Symbol.iterator](): Generator<Tensor> {
    if (this.shape.length === 0) throw new ShapeError('a 0-d tensor cannot be iterated over');
    for (let i = 0; i < this.shape[0]!; i++) yield several(this.#self.select(0, i));
  }

  get #self(): Tensor {
    return this as unknown as Tensor;
  }
}
