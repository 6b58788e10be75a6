// Transform, the base class of invertible functions with their log-determinants; and inverse and composed transforms.

import { ArgumentError, type Shape, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  Callable,
  closeInherited,
  type Defaults,
  expectSize,
  kindOf,
  kinds,
  type Parsed,
  parseArgs,
  sameShape,
  shown,
  showShape,
} from '../../../torch/inside';
import { type Constraint, independent, real } from '../constraints/constraints';
import { expectTensor, filledLike, sumRightmost } from '../parameters';

export interface Caching {
  /** If 1, the last pair of x and y is cached, so that a transformed value need not be inverted. Default: 0. */
  cacheSize?: 0 | 1;
}

type CachingArguments = Arguments<Caching, ['cacheSize']>;
export type PairArguments = Arguments<{ x: Tensor; y: Tensor }, ['x', 'y']>;
type ShapeArguments = Arguments<{ shape: Shape }, ['shape']>;

/** The kind of the option `cacheSize`. */
export const cacheSizes = { cacheSize: kinds.oneOf(0, 1) };

/** Parses the arguments of the transform `name`: required parameters, and the cache size. */
export const cachingArgs = <O extends Caching>(
  name: string,
  required: Parameters<typeof parseArgs<O>>[1],
  args: readonly unknown[],
): Parsed<O> =>
  parseArgs<O>(name, required, { cacheSize: 0 } as unknown as Defaults<O>, args, cacheSizes as kinds.Kinds<O>);

export interface Transform {
  /** y = f(x). */
  (x: Tensor): Tensor;
  (named: { x: Tensor }): Tensor;
}

/**
 * Base class of transforms y = f(x). A transform is called as a function; `inv` is the inverse transform. Your own
 * subclass defines `forward`, `inverse`, `logAbsDetJacobianOf`, `domain` and `codomain`.
 *
 *     const { ExpTransform } = torch.distributions.transforms;
 *     const t = new ExpTransform();
 *     const y = t(x);
 *     t.inv(y);                        // x
 *     t.logAbsDetJacobian(x, y);       // ln |dy / dx|
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export abstract class Transform extends Callable {
  /** @internal */
  readonly cacheSize: 0 | 1;
  private cached: readonly [x: Tensor, y: Tensor] | null = null;
  private inverted: Transform | null = null;

  constructor(...args: CachingArguments) {
    super((self, given) => (self as Transform).applied(given));
    this.cacheSize = parseArgs<Caching>(this.constructor.name, [], { cacheSize: 0 }, args, cacheSizes).cacheSize;
    closeInherited(Object.getPrototypeOf(this) as object, Callable.prototype, ['equals']);
  }

  /** The constraint on x. */
  abstract get domain(): Constraint;
  /** The constraint that y satisfies. */
  abstract get codomain(): Constraint;
  /** y = f(x). */
  protected abstract forward(x: Tensor): Tensor;

  /** An x with f(x) = y; any one if there are several. */
  protected inverse(_y: Tensor): Tensor {
    throw new ArgumentError(`${this.constructor.name}: there is no inverse`);
  }

  /** ln |det dy / dx|. The result has no event dimensions. */
  protected logAbsDetJacobianOf(_x: Tensor, _y: Tensor): Tensor {
    throw new ArgumentError(
      `${this.constructor.name}: logAbsDetJacobian is not defined, since the transform is not bijective`,
    );
  }

  /** Whether the transform is one-to-one. */
  get bijective(): boolean {
    return false;
  }

  /** 1 if y increases with x, -1 if it decreases. Defined for bijective transforms of single numbers. */
  get sign(): number | Tensor {
    throw new ArgumentError(`${this.constructor.name}: sign is not defined for this transform`);
  }

  /** The number of trailing dimensions that are transformed together. */
  get eventDim(): number {
    if (this.domain.eventDim === this.codomain.eventDim) return this.domain.eventDim;
    throw new ArgumentError(`${this.constructor.name}: eventDim differs; use domain.eventDim or codomain.eventDim`);
  }

  /** The inverse transform. */
  get inv(): Transform {
    this.inverted ??= new InverseTransform(this);
    return this.inverted;
  }

  /** The same transform, with or without a cache. */
  withCache(...args: CachingArguments): Transform {
    const { cacheSize } = parseArgs<Caching>('withCache', [], { cacheSize: 1 as 0 | 1 }, args, cacheSizes);
    return cacheSize === this.cacheSize ? this : this.cachedBy(cacheSize);
  }

  /** The same transform with another cache size. By default, a new one is constructed. */
  protected cachedBy(cacheSize: 0 | 1): Transform {
    return new (this.constructor as new (options: Caching) => Transform)({ cacheSize });
  }

  /** Whether another transform computes the same function, as far as the host knows. */
  equals(other: unknown): boolean {
    return this === other;
  }

  private applied(args: readonly unknown[]): Tensor {
    const { x } = parseArgs<{ x: Tensor }>(this.constructor.name, ['x'], {}, args);
    expectTensor(this.constructor.name, 'x', x);
    return this.of(x);
  }

  /** @internal */
  of(x: Tensor): Tensor {
    if (this.cached?.[0] === x) return this.cached[1];
    const y = this.forward(x);
    if (this.cacheSize === 1) this.cached = [x, y];
    return y;
  }

  /** @internal */
  back(y: Tensor): Tensor {
    if (this.cached?.[1] === y) return this.cached[0];
    const x = this.inverse(y);
    if (this.cacheSize === 1) this.cached = [x, y];
    return x;
  }

  /** ln |det dy / dx| for x and y = f(x). Shape: [...batch, ...event] → [...batch]. */
  logAbsDetJacobian(...args: PairArguments): Tensor {
    const { x, y } = parseArgs<{ x: Tensor; y: Tensor }>('logAbsDetJacobian', ['x', 'y'], {}, args);
    expectTensor('logAbsDetJacobian', 'x', x);
    expectTensor('logAbsDetJacobian', 'y', y);
    return this.logAbsDetJacobianOf(x, y);
  }

  /** The shape of y for a shape of x. */
  forwardShape(...args: ShapeArguments): Shape {
    return this.shapeOf(shapeFrom('forwardShape', args));
  }

  /** The shape of x for a shape of y. */
  inverseShape(...args: ShapeArguments): Shape {
    return this.shapeBack(shapeFrom('inverseShape', args));
  }

  protected shapeOf(shape: Shape): Shape {
    return shape;
  }

  protected shapeBack(shape: Shape): Shape {
    return this.shapeOf(shape);
  }

  override toString(): string {
    return `${this.constructor.name}()`;
  }
}

function shapeFrom(op: string, args: readonly unknown[]): Shape {
  return expectSize(op, parseArgs<{ shape: Shape }>(op, ['shape'], {}, args).shape);
}

/** @throws ArgumentError if the value is not a transform */
export function expectTransform(op: string, transform: unknown): asserts transform is Transform {
  if (!(transform instanceof Transform)) {
    throw new ArgumentError(`${op}: expected a transform, but got ${kindOf(transform)}`);
  }
}

/** @throws ArgumentError if the value is not a list of transforms */
export function expectTransforms(op: string, transforms: unknown): asserts transforms is readonly Transform[] {
  if (!Array.isArray(transforms)) {
    throw new ArgumentError(`${op}: expected a list of transforms, but got ${kindOf(transforms)}`);
  }
  for (const each of transforms) expectTransform(op, each);
}

/** @throws ShapeError if the shape has fewer dimensions than the transform needs */
export function expectRank(op: string, shape: Shape, rank: number): void {
  if (shape.length >= rank) return;
  throw new ShapeError(
    `${op}: expected at least ${rank} dimension${rank === 1 ? '' : 's'}, but got shape ${showShape(shape)}`,
  );
}

/** The inverse of a transform. */
class InverseTransform extends Transform {
  private readonly original: Transform;

  constructor(original: Transform) {
    super({ cacheSize: original.cacheSize });
    this.original = original;
  }

  get domain(): Constraint {
    return this.original.codomain;
  }

  get codomain(): Constraint {
    return this.original.domain;
  }

  override get bijective(): boolean {
    return this.original.bijective;
  }

  override get sign(): number | Tensor {
    return this.original.sign;
  }

  override get inv(): Transform {
    return this.original;
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return this.original.withCache(cacheSize).inv;
  }

  override equals(other: unknown): boolean {
    return other instanceof InverseTransform && this.original.equals(other.original);
  }

  // The cache of the original serves both directions.
  override of(x: Tensor): Tensor {
    return this.original.back(x);
  }

  override back(y: Tensor): Tensor {
    return this.original.of(y);
  }

  protected forward(x: Tensor): Tensor {
    return this.original.back(x);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    return this.original.logAbsDetJacobian(y, x).neg();
  }

  protected override shapeOf(shape: Shape): Shape {
    return this.original.inverseShape(shape);
  }

  protected override shapeBack(shape: Shape): Shape {
    return this.original.forwardShape(shape);
  }

  override toString(): string {
    return `_InverseTransform(${this.original})`;
  }
}

interface ComposeArguments extends Caching {
  /** The parts, in their order. */
  parts: readonly Transform[];
}

/** Several transforms, applied in order. An empty list is the identity. */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[];
  private turned: ComposeTransform | null = null;

  constructor(...args: Arguments<ComposeArguments, ['parts', 'cacheSize']>) {
    const { parts, cacheSize } = cachingArgs<ComposeArguments>('ComposeTransform', ['parts'], args);
    expectTransforms('ComposeTransform', parts);
    super({ cacheSize });
    this.parts = cacheSize === 0 ? [...parts] : parts.map((part) => part.withCache(cacheSize));
  }

  get domain(): Constraint {
    const [first] = this.parts;
    if (!first) return real;
    let dims = this.parts.at(-1)!.codomain.eventDim;
    for (const { domain, codomain } of [...this.parts].reverse()) {
      dims = Math.max(dims + domain.eventDim - codomain.eventDim, domain.eventDim);
    }
    return widened(first.domain, dims);
  }

  get codomain(): Constraint {
    const last = this.parts.at(-1);
    if (!last) return real;
    let dims = this.parts[0]!.domain.eventDim;
    for (const { domain, codomain } of this.parts) {
      dims = Math.max(dims + codomain.eventDim - domain.eventDim, codomain.eventDim);
    }
    return widened(last.codomain, dims);
  }

  override get bijective(): boolean {
    return this.parts.every((part) => part.bijective);
  }

  override get sign(): number | Tensor {
    return productOf(this.parts.map(({ sign }) => sign));
  }

  override get inv(): Transform {
    if (this.turned) return this.turned;
    const turned = new ComposeTransform([...this.parts].reverse().map((part) => part.inv));
    turned.turned = this;
    this.turned = turned;
    return turned;
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new ComposeTransform(this.parts, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return other instanceof ComposeTransform && sameTransforms(this.parts, other.parts);
  }

  // The parts have their own caches.
  override of(x: Tensor): Tensor {
    return this.forward(x);
  }

  override back(y: Tensor): Tensor {
    return this.inv.of(y);
  }

  protected forward(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.of(value), x);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    if (this.parts.length === 0) return filledLike(x, 0);
    let dims = this.domain.eventDim;
    let from = x;
    const terms = this.parts.map((part, i) => {
      const to = i === this.parts.length - 1 ? y : part.of(from);
      const term = sumRightmost(part.logAbsDetJacobian(from, to), dims - part.domain.eventDim);
      dims += part.codomain.eventDim - part.domain.eventDim;
      from = to;
      return term;
    });
    return terms.reduce((a, b) => a.add(b));
  }

  protected override shapeOf(shape: Shape): Shape {
    return this.parts.reduce((at, part) => part.forwardShape(at), shape);
  }

  protected override shapeBack(shape: Shape): Shape {
    return this.parts.reduceRight((at, part) => part.inverseShape(at), shape);
  }

  override toString(): string {
    return `ComposeTransform(\n    ${this.parts.join(',\n    ')}\n)`;
  }
}

const widened = (constraint: Constraint, dims: number): Constraint =>
  dims > constraint.eventDim ? independent(constraint, dims - constraint.eventDim) : constraint;

/** The product of the transforms' signs. */
export function productOf(signs: readonly (number | Tensor)[]): number | Tensor {
  let product: number | Tensor = 1;
  for (const sign of signs) {
    if (typeof sign !== 'number') product = sign.mul(product);
    else product = typeof product === 'number' ? product * sign : product.mul(sign);
  }
  return product;
}

/** Whether two lists of transforms compute the same functions. */
export const sameTransforms = (these: readonly Transform[], those: readonly Transform[]): boolean =>
  these.length === those.length && these.every((each, i) => each.equals(those[i]));

/** The identity. */
export const identityTransform: Transform = /* @__PURE__ */ new ComposeTransform([]);

interface IndependentTransformArguments extends Caching {
  /** The transform of each element. */
  baseTransform: Transform;
  /** How many dimensions of the batch belong to the event. */
  reinterpretedBatchNdims: number;
}

/** A transform whose last batch dimensions become event dimensions, so that log-determinants are summed over them. */
export class IndependentTransform extends Transform {
  readonly baseTransform: Transform;
  readonly reinterpretedBatchNdims: number;

  constructor(
    ...args: Arguments<IndependentTransformArguments, ['baseTransform', 'reinterpretedBatchNdims', 'cacheSize']>
  ) {
    const { baseTransform, reinterpretedBatchNdims, cacheSize } = cachingArgs<IndependentTransformArguments>(
      'IndependentTransform',
      ['baseTransform', 'reinterpretedBatchNdims'],
      args,
    );
    expectTransform('IndependentTransform', baseTransform);
    if (!Number.isInteger(reinterpretedBatchNdims) || reinterpretedBatchNdims < 0) {
      throw new ArgumentError(
        `IndependentTransform: expected reinterpretedBatchNdims to be a whole number of at least 0, but got ${shown(reinterpretedBatchNdims)}`,
      );
    }
    super({ cacheSize });
    this.baseTransform = baseTransform.withCache(cacheSize);
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }

  get domain(): Constraint {
    return independent(this.baseTransform.domain, this.reinterpretedBatchNdims);
  }

  get codomain(): Constraint {
    return independent(this.baseTransform.codomain, this.reinterpretedBatchNdims);
  }

  override get bijective(): boolean {
    return this.baseTransform.bijective;
  }

  override get sign(): number | Tensor {
    return this.baseTransform.sign;
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new IndependentTransform(this.baseTransform, this.reinterpretedBatchNdims, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof IndependentTransform &&
      this.reinterpretedBatchNdims === other.reinterpretedBatchNdims &&
      this.baseTransform.equals(other.baseTransform)
    );
  }

  protected forward(x: Tensor): Tensor {
    expectRank('IndependentTransform', x.shape, this.domain.eventDim);
    return this.baseTransform.of(x);
  }

  protected override inverse(y: Tensor): Tensor {
    expectRank('IndependentTransform', y.shape, this.codomain.eventDim);
    return this.baseTransform.back(y);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    return sumRightmost(this.baseTransform.logAbsDetJacobian(x, y), this.reinterpretedBatchNdims);
  }

  protected override shapeOf(shape: Shape): Shape {
    return this.baseTransform.forwardShape(shape);
  }

  protected override shapeBack(shape: Shape): Shape {
    return this.baseTransform.inverseShape(shape);
  }

  override toString(): string {
    return `IndependentTransform(${this.baseTransform}, ${this.reinterpretedBatchNdims})`;
  }
}

interface ReshapeArguments extends Caching {
  /** The shape of a sample that comes in. */
  inShape: Shape;
  /** The shape of a sample in the result. */
  outShape: Shape;
}

/** Reshapes the last dimensions. */
export class ReshapeTransform extends Transform {
  readonly inShape: Shape;
  readonly outShape: Shape;

  constructor(...args: Arguments<ReshapeArguments, ['inShape', 'outShape', 'cacheSize']>) {
    const { inShape, outShape, cacheSize } = cachingArgs<ReshapeArguments>(
      'ReshapeTransform',
      ['inShape', 'outShape'],
      args,
    );
    const [from, to] = [expectSize('ReshapeTransform', inShape), expectSize('ReshapeTransform', outShape)];
    const count = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
    if (count(from) !== count(to)) {
      throw new ShapeError(
        `ReshapeTransform: expected shapes with equal numbers of elements, but got ${showShape(from)} and ${showShape(to)}`,
      );
    }
    super({ cacheSize });
    this.inShape = from;
    this.outShape = to;
  }

  get domain(): Constraint {
    return independent(real, this.inShape.length);
  }

  get codomain(): Constraint {
    return independent(real, this.outShape.length);
  }

  override get bijective(): boolean {
    return true;
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new ReshapeTransform(this.inShape, this.outShape, { cacheSize });
  }

  protected forward(x: Tensor): Tensor {
    return x.reshape([...this.shapeOf(x.shape)]);
  }

  protected override inverse(y: Tensor): Tensor {
    return y.reshape([...this.shapeBack(y.shape)]);
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return filledLike(x, 0, x.shape.slice(0, x.shape.length - this.inShape.length));
  }

  protected override shapeOf(shape: Shape): Shape {
    return exchanged(shape, this.inShape, this.outShape);
  }

  protected override shapeBack(shape: Shape): Shape {
    return exchanged(shape, this.outShape, this.inShape);
  }
}

/** Replaces the trailing dimensions `from` of a shape with `to`. */
function exchanged(shape: Shape, from: Shape, to: Shape): Shape {
  const kept = shape.length - from.length;
  if (kept >= 0 && sameShape(shape.slice(kept), from)) return [...shape.slice(0, kept), ...to];
  throw new ShapeError(
    `ReshapeTransform: expected a shape that ends in ${showShape(from)}, but got ${showShape(shape)}`,
  );
}
