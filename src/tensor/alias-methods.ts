// Tensor methods by the second names that PyTorch has for them, and what it calls the sizes of tensors.

import { ShapeError } from '../core/errors';
import { type DType, isFloat, type Shape, sameShape, showShape } from '../core/meta';
import { cast, clone, full } from '../ops/cast';
import { angle } from '../ops/parts';
import { sumTo } from '../ops/reduce';
import { LinearAlgebraMethods } from './linear-algebra-methods';
import type { Tensor } from './tensor';

/** Bytes of an element as PyTorch counts them; on the GPU, dtypes of other sizes than 2 take 4. */
const itemSizes: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  uint32: 4,
  uint8: 1,
  bool: 1,
};

export abstract class AliasMethods extends LinearAlgebraMethods {
  // ── Shapes ──

  /** `movedim` by another name. */
  moveaxis(...args: Parameters<Tensor['movedim']>): Tensor {
    return this.movedim(...args);
  }

  /** `transpose` by another name. */
  swapdims(...args: Parameters<Tensor['transpose']>): Tensor {
    return this.transpose(...args);
  }

  /** Matrices transposed: the last two dimensions exchanged. */
  get mT(): Tensor {
    return this.transposed('mT');
  }

  /** Matrices transposed and conjugated, which for real numbers is `mT`. */
  get mH(): Tensor {
    return this.transposed('mH');
  }

  /** A matrix transposed and conjugated, which for real numbers is `t()`. */
  get H(): Tensor {
    const rank = this.shape.length;
    if (rank !== 2 && rank !== 0) {
      throw new ShapeError(`H: expected a matrix, but got shape ${showShape(this.shape)}; use mH for batches of them`);
    }
    return this.t();
  }

  /** `mH` as a method. */
  adjoint(): Tensor {
    return this.transposed('adjoint');
  }

  /** Summed over the dimensions in which `size` broadcasts to this shape, so that the result has that size. */
  sumToSize(...size: readonly number[] | [Shape]): Tensor {
    const to = (Array.isArray(size[0]) ? size[0] : size) as Shape;
    const lead = this.shape.length - to.length;
    if (lead < 0 || to.some((n, d) => n !== 1 && n !== this.shape[lead + d])) {
      throw new ShapeError(
        `sumToSize: expected a size that broadcasts to ${showShape(this.shape)}, but got ${showShape(to)}`,
      );
    }
    if (sameShape(to, this.shape) && to.length > 0) return this as unknown as Tensor;
    const wide = isFloat(this.dtype) ? this.value : cast(this.value, 'int64');
    // The sum of one element is a copy of it.
    return this.make(to.length === this.shape.length && to.length === 0 ? clone(wide) : sumTo(wide, to));
  }

  // ── What functions of complex numbers are of real ones ──

  /** This tensor, as its numbers are real. */
  get real(): Tensor {
    return this as unknown as Tensor;
  }

  /** This tensor: real numbers are their own conjugates. */
  conj(): Tensor {
    return this as unknown as Tensor;
  }

  /** The numbers themselves: real numbers are their own conjugates. */
  conjPhysical(): Tensor {
    return this as unknown as Tensor;
  }

  /** `conjPhysical`, in place. */
  conjPhysical_(): this {
    return this;
  }

  /** The numbers themselves: none waits to be conjugated. */
  resolveConj(): Tensor {
    return this as unknown as Tensor;
  }

  /** The numbers themselves: none waits to be negated. */
  resolveNeg(): Tensor {
    return this as unknown as Tensor;
  }

  /** π for negative numbers, else 0. */
  angle(): Tensor {
    return this.make(angle(this.value));
  }

  /** True everywhere. */
  isreal(): Tensor {
    return this.make(full(this.shape, 1, 'bool'));
  }

  /** False: there are no complex numbers. */
  isComplex(): boolean {
    return false;
  }

  /** False: there are no complex numbers. */
  isConj(): boolean {
    return false;
  }

  /** False: no tensor waits to be negated. */
  isNeg(): boolean {
    return false;
  }

  // ── What is known of a tensor ──

  /** How many dimensions there are: `dim()`. */
  ndimension(): number {
    return this.dim();
  }

  /** How many elements there are: `numel()`. */
  nelement(): number {
    return this.numel();
  }

  /** Where in its memory the first element lies, in elements. */
  storageOffset(): number {
    return this.offset;
  }

  /** Bytes of an element, as PyTorch counts them: 8 for int64, 1 for bool. */
  elementSize(): number {
    return itemSizes[this.dtype];
  }

  /** The bytes of an element. */
  get itemsize(): number {
    return this.elementSize();
  }

  /** Bytes of all elements, as PyTorch counts them. */
  get nbytes(): number {
    return this.numel() * this.elementSize();
  }

  /** Whether numbers of this dtype have a sign. */
  isSigned(): boolean {
    return isFloat(this.dtype) || this.dtype === 'int32' || this.dtype === 'int64';
  }

  /** Whether another tensor has this one's shape. */
  isSameSize(other: Tensor): boolean {
    return sameShape(this.shape, other.shape);
  }

  /** Whether the only element is not zero; reads it back. */
  async isNonzero(): Promise<boolean> {
    if (this.numel() !== 1) {
      throw new ShapeError(`isNonzero: expected a tensor with one element, but got shape ${showShape(this.shape)}`);
    }
    return Boolean(await this.item());
  }

  private transposed(name: string): Tensor {
    if (this.shape.length < 2) {
      throw new ShapeError(`${name}: expected matrices or batches of them, but got shape ${showShape(this.shape)}`);
    }
    return this.transpose(-2, -1);
  }
}
