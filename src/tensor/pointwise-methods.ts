// Tensor methods that work element by element, with PyTorch's type promotion and in-place forms.

import { ShapeError } from '../core/errors';
import { numel, sameShape, showShape } from '../core/meta';
import { parseArgs } from '../core/options';
import { mode } from '../graph/mode';
import { named } from '../graph/record';
import type { Value } from '../graph/value';
import * as arithmetic from '../ops/arithmetic';
import { cast, clone, full } from '../ops/cast';
import { expand } from '../ops/reduce';
import { distinctView } from '../ops/shape';
import { TensorBase } from '../storage/base';
import { combined, replaced } from './operand';
import { type FillArgs, type FillOptions, numberOf, type Operandish } from './pointwise-args';
import { RandomMethods } from './random-methods';
import type { Tensor } from './tensor';
import { parseTo, type ToArgs } from './to-args';

export type { FillArgs, MaskedFillArgs, Operandish } from './pointwise-args';
export type { ToArgs } from './to-args';

type BinaryOp = (a: Value, b: Value | number) => Value;

export abstract class PointwiseMethods extends RandomMethods {
  // ── Conversion ──

  /**
   * The numbers in another dtype, or that of another tensor; this tensor itself where it has that dtype already, unless `copy` is
   * true. Any device of PyTorch's may be named: `x.to('cuda')` is x, `x.to('cuda', 'int64')` is `x.to('int64')`.
   */
  to(...args: ToArgs): Tensor {
    const { dtype, copy } = parseTo(args);
    if (dtype !== null && dtype !== this.dtype) return this.make(cast(this.value, dtype));
    return copy ? this.make(named(clone(this.value), 'ToCopyBackward0')) : (this as unknown as Tensor);
  }

  /** The numbers in the dtype of another tensor. */
  typeAs(other: Tensor): Tensor {
    return this.to(other.dtype);
  }

  /** The numbers as uint8: `to('uint8')`. */
  byte(): Tensor {
    return this.to('uint8');
  }

  /** The numbers as float32: `to('float32')`. */
  float(): Tensor {
    return this.to('float32');
  }

  /** The numbers as float16: `to('float16')`. */
  half(): Tensor {
    return this.to('float16');
  }

  /** The numbers as int32: `to('int32')`. */
  int(): Tensor {
    return this.to('int32');
  }

  /** The numbers as int64: `to('int64')`. */
  long(): Tensor {
    return this.to('int64');
  }

  /** True where elements are other than 0: `to('bool')`. */
  bool(): Tensor {
    return this.to('bool');
  }

  /** A copy in memory of its own, which the gradient passes through. */
  clone(): Tensor {
    return this.make(clone(this.value));
  }

  // ── In place ──

  /** Overwrites this tensor with `source`, broadcast and cast to fit. */
  copy_(source: Tensor): this {
    return this.fit('copy_', source.value);
  }

  /** Overwrites every element with one number, or with a tensor of a single one. */
  fill_(...args: FillArgs): this {
    const { value } = parseArgs<FillOptions>('fill_', ['value'], {}, args);
    const place = this.distinct();
    if (!(value instanceof TensorBase)) {
      place.assign(full(place.shape, numberOf('fill_', value), this.dtype, 'fill_'));
    } else if (value.shape.length === 0) place.fit('fill_', value.value);
    else {
      throw new ShapeError(
        `fill_: expected a number or a 0-d tensor, but got shape ${showShape(value.shape)}; use copy_`,
      );
    }
    return this;
  }

  /** A view of the same elements, each once, where dimensions of this one repeat them or overlap. */
  private distinct(): PointwiseMethods {
    const view = distinctView(this);
    if (view === null || numel(view.shape) === this.numel()) return this;
    return (this as unknown as Tensor).asStrided(view.shape, view.strides, view.offset);
  }

  /** `zero`, in place. */
  zero_(): this {
    return this.fill_(0);
  }

  /**
   * @internal What an operation reads that is about to overwrite this tensor: a copy where a gradient may ask for the old
   * contents, as PyTorch keeps one.
   */
  before(other?: Operandish): Tensor {
    const needed = this.value.requiresGrad || (other instanceof TensorBase && other.value.requiresGrad);
    if (!needed || !mode.grad) return this as unknown as Tensor;
    return this.makeView(clone(this.value), this.strides, this.offset);
  }

  // ── How operands meet ──

  protected plus(other: Value): Value {
    return arithmetic.add(this.value, other);
  }

  protected combine(name: string, other: Operandish, op: BinaryOp, division = false): Tensor {
    return combined(name, this, other, op, division);
  }

  protected replace(name: string, value: Value): this {
    return replaced(name, this, value);
  }

  private fit(name: string, source: Value): this {
    const { shape } = this;
    const lead = shape.length - source.shape.length;
    if (lead < 0 || source.shape.some((size, d) => size !== 1 && size !== shape[lead + d])) {
      throw new ShapeError(
        `${name}: expected a source that broadcasts to ${showShape(shape)}, but got ${showShape(source.shape)}`,
      );
    }
    const value = cast(source, this.dtype);
    return this.assign(sameShape(value.shape, shape) ? value : expand(value, shape), true);
  }
}
