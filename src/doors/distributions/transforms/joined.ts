// Transforms of parts of a tensor: one for each range, or for each slice, of a dimension.

import { ArgumentError, cat, type Shape, ShapeError, stack, type Tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs, showShape } from '../../../torch/inside';
import { type Constraint, cat as catConstraint, stack as stackConstraint } from '../constraints/constraints';
import { sumRightmost } from '../parameters';
import { type Caching, cacheSizes, expectTransforms, sameTransforms, Transform } from './transform';

interface SequenceArguments extends Caching {
  /** The transforms, in their order. */
  tseq: readonly Transform[];
  /** The dimension along which the parts lie. Default 0. */
  dim?: number;
}

interface CatTransformArguments extends SequenceArguments {
  /** The sizes of the parts. Default: 1 each. */
  lengths?: readonly number[] | null;
}

/** @throws ShapeError unless the dimension has `size` elements */
function expectLength(op: string, { shape }: { readonly shape: Shape }, dim: number, size: number): void {
  if (shape.at(dim < 0 ? dim : dim - shape.length) === size && dim < shape.length) return;
  throw new ShapeError(`${op}: expected ${size} elements in dimension ${dim}, but got shape ${showShape(shape)}`);
}

/** Base class of transforms that apply other transforms to parts of a tensor. */
abstract class Joined extends Transform {
  readonly transforms: readonly Transform[];
  readonly dim: number;

  constructor(transforms: readonly Transform[], dim: number, cacheSize: 0 | 1) {
    super({ cacheSize });
    this.transforms = transforms.map((each) => each.withCache(cacheSize));
    this.dim = dim;
  }

  /** The parts of x or y. */
  protected abstract parts(x: Tensor): readonly Tensor[];

  protected abstract joined(parts: readonly Tensor[]): Tensor;

  override get bijective(): boolean {
    return this.transforms.every((each) => each.bijective);
  }

  override equals(other: unknown): boolean {
    return other instanceof Joined && this.dim === other.dim && sameTransforms(this.transforms, other.transforms);
  }

  protected forward(x: Tensor): Tensor {
    return this.joined(this.parts(x).map((part, i) => this.transforms[i]!.of(part)));
  }

  protected override inverse(y: Tensor): Tensor {
    return this.joined(this.parts(y).map((part, i) => this.transforms[i]!.back(part)));
  }
}

/** Applies transforms to consecutive parts of dimension `dim`. */
export class CatTransform extends Joined {
  readonly lengths: readonly number[];

  constructor(...args: Arguments<CatTransformArguments, ['tseq', 'dim', 'lengths', 'cacheSize']>) {
    const { tseq, dim, lengths, cacheSize } = parseArgs<CatTransformArguments>(
      'CatTransform',
      ['tseq'],
      { dim: 0, lengths: null, cacheSize: 0 },
      args,
      { ...cacheSizes, dim: kinds.integer, lengths: kinds.orNull(kinds.listOf(kinds.whole(0))) },
    );
    expectTransforms('CatTransform', tseq);
    const sizes = lengths ?? tseq.map(() => 1);
    if (sizes.length !== tseq.length) {
      throw new ArgumentError(
        `CatTransform: expected as many lengths as transforms, ${tseq.length}, but got ${sizes.length}`,
      );
    }
    super(tseq, dim, cacheSize);
    this.lengths = [...sizes];
  }

  get domain(): Constraint {
    return catConstraint(
      this.transforms.map((each) => each.domain),
      this.dim,
      this.lengths,
    );
  }

  get codomain(): Constraint {
    return catConstraint(
      this.transforms.map((each) => each.codomain),
      this.dim,
      this.lengths,
    );
  }

  override get eventDim(): number {
    return Math.max(...this.transforms.map((each) => each.eventDim));
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new CatTransform(this.transforms, this.dim, this.lengths, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return other instanceof CatTransform && String(this.lengths) === String(other.lengths) && super.equals(other);
  }

  protected parts(x: Tensor): Tensor[] {
    expectLength(
      'CatTransform',
      x,
      this.dim,
      this.lengths.reduce((a, b) => a + b, 0),
    );
    return x.split(this.lengths, this.dim);
  }

  protected joined(parts: readonly Tensor[]): Tensor {
    return cat([...parts], this.dim);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    const ys = this.parts(y);
    const terms = this.parts(x).map((part, i) => {
      const each = this.transforms[i]!;
      return sumRightmost(each.logAbsDetJacobian(part, ys[i]!), this.eventDim - each.eventDim);
    });
    const dim = (this.dim < 0 ? this.dim : this.dim - x.shape.length) + this.eventDim;
    return dim < 0 ? cat(terms, dim) : terms.reduce((a, b) => a.add(b));
  }
}

/** Applies a transform to each slice of dimension `dim`. */
export class StackTransform extends Joined {
  constructor(...args: Arguments<SequenceArguments, ['tseq', 'dim', 'cacheSize']>) {
    const { tseq, dim, cacheSize } = parseArgs<SequenceArguments>(
      'StackTransform',
      ['tseq'],
      { dim: 0, cacheSize: 0 },
      args,
      { ...cacheSizes, dim: kinds.integer },
    );
    expectTransforms('StackTransform', tseq);
    super(tseq, dim, cacheSize);
  }

  get domain(): Constraint {
    return stackConstraint(
      this.transforms.map((each) => each.domain),
      this.dim,
    );
  }

  get codomain(): Constraint {
    return stackConstraint(
      this.transforms.map((each) => each.codomain),
      this.dim,
    );
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new StackTransform(this.transforms, this.dim, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return other instanceof StackTransform && super.equals(other);
  }

  protected parts(x: Tensor): Tensor[] {
    expectLength('StackTransform', x, this.dim, this.transforms.length);
    return x.unbind(this.dim);
  }

  protected joined(parts: readonly Tensor[]): Tensor {
    return stack([...parts], this.dim);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    const ys = this.parts(y);
    return this.joined(this.parts(x).map((part, i) => this.transforms[i]!.logAbsDetJacobian(part, ys[i]!)));
  }
}
