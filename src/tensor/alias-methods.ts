// Tensor methods by the second names that PyTorch has for them, and what it calls the sizes of tensors.

import { ShapeError } from '../core/errors';
import { type DType, isFloat, type Shape, sameShape, showShape } from '../core/meta';
import { cast, clone, full } from '../ops/cast';
import { angle } from '../ops/parts';
import { sumTo } from '../ops/reduce';
import type { Operandish } from './pointwise-methods';
import { SpecialMethods } from './special-methods';
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

export abstract class AliasMethods extends SpecialMethods {
  // ── Arithmetic ──

  absolute(): Tensor {
    return this.abs();
  }

  absolute_(): this {
    return this.abs_();
  }

  negative(): Tensor {
    return this.neg();
  }

  negative_(): this {
    return this.neg_();
  }

  subtract(...args: Parameters<Tensor['sub']>): Tensor {
    return this.sub(...args);
  }

  subtract_(...args: Parameters<Tensor['sub_']>): this {
    return this.sub_(...args);
  }

  multiply(other: Operandish): Tensor {
    return this.mul(other);
  }

  multiply_(other: Operandish): this {
    return this.mul_(other);
  }

  divide(...args: Parameters<Tensor['div']>): Tensor {
    return this.div(...args);
  }

  divide_(...args: Parameters<Tensor['div_']>): this {
    return this.div_(...args);
  }

  trueDivide(other: Operandish): Tensor {
    return this.div(other);
  }

  trueDivide_(other: Operandish): this {
    return this.div_(other);
  }

  clip(...args: Parameters<Tensor['clamp']>): Tensor {
    return this.clamp(...args);
  }

  clip_(...args: Parameters<Tensor['clamp_']>): this {
    return this.clamp_(...args);
  }

  fix(): Tensor {
    return this.trunc();
  }

  fix_(): this {
    return this.trunc_();
  }

  // ── Inverse circular and hyperbolic functions ──

  arccos(): Tensor {
    return this.acos();
  }

  arccos_(): this {
    return this.acos_();
  }

  arcsin(): Tensor {
    return this.asin();
  }

  arcsin_(): this {
    return this.asin_();
  }

  arctan(): Tensor {
    return this.atan();
  }

  arctan_(): this {
    return this.atan_();
  }

  arctan2(other: Tensor): Tensor {
    return this.atan2(other);
  }

  arctan2_(other: Tensor): this {
    return this.atan2_(other);
  }

  arccosh(): Tensor {
    return this.acosh();
  }

  arccosh_(): this {
    return this.acosh_();
  }

  arcsinh(): Tensor {
    return this.asinh();
  }

  arcsinh_(): this {
    return this.asinh_();
  }

  arctanh(): Tensor {
    return this.atanh();
  }

  arctanh_(): this {
    return this.atanh_();
  }

  // ── Comparisons ──

  greater(other: Operandish): Tensor {
    return this.gt(other);
  }

  greater_(other: Operandish): this {
    return this.gt_(other);
  }

  greaterEqual(other: Operandish): Tensor {
    return this.ge(other);
  }

  greaterEqual_(other: Operandish): this {
    return this.ge_(other);
  }

  less(other: Operandish): Tensor {
    return this.lt(other);
  }

  less_(other: Operandish): this {
    return this.lt_(other);
  }

  lessEqual(other: Operandish): Tensor {
    return this.le(other);
  }

  lessEqual_(other: Operandish): this {
    return this.le_(other);
  }

  notEqual(other: Operandish): Tensor {
    return this.ne(other);
  }

  notEqual_(other: Operandish): this {
    return this.ne_(other);
  }

  // ── Shapes ──

  moveaxis(...args: Parameters<Tensor['movedim']>): Tensor {
    return this.movedim(...args);
  }

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

  conjPhysical(): Tensor {
    return this as unknown as Tensor;
  }

  conjPhysical_(): this {
    return this;
  }

  resolveConj(): Tensor {
    return this as unknown as Tensor;
  }

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

  isComplex(): boolean {
    return false;
  }

  isConj(): boolean {
    return false;
  }

  isNeg(): boolean {
    return false;
  }

  // ── What is known of a tensor ──

  ndimension(): number {
    return this.dim();
  }

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
