// Constraints on the parameters and values of distributions, as in torch.distributions.constraints.

import {
  ArgumentError,
  broadcastShapes,
  cat as concatenated,
  linalg,
  ShapeError,
  stack as stacked,
  type Tensor,
} from '../../../torch';
import {
  type Arguments,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
  pythonFloat,
  shown,
  valuesAtHand,
} from '../../../torch/inside';
import { Constraint, expectConstraint } from './constraint';

/** Values on the host with at least this many elements are not checked: the check would cost more than it saves. */
const MANY = 4096;

/** A bound: a number, or a tensor with one bound per element. */
export type Bound = number | Tensor;

export { Constraint };

/** @throws ArgumentError if the value is not a tensor */
function expectValue(constraint: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new ArgumentError(`${constraint}.check: expected a tensor, but got ${kindOf(value)}`);
}

function expectBound(op: string, name: string, bound: unknown): asserts bound is Bound {
  if (typeof bound === 'number' || isTensor(bound)) return;
  throw new ArgumentError(`${op}: expected ${name} to be a number or a tensor, but got ${kindOf(bound)}`);
}

/** At most one of `from` and `above` is given, and at most one of `to` and `below`. */
interface Bounds {
  /** lower ≤ x. */
  readonly from?: Bound;
  /** lower < x. */
  readonly above?: Bound;
  /** x ≤ upper. */
  readonly to?: Bound;
  /** x < upper. */
  readonly below?: Bound;
  /** Whether only whole numbers are allowed. */
  readonly whole?: boolean;
}

/** Numbers between two bounds; one bound may be missing. */
export class Range extends Constraint {
  readonly #name: string;
  readonly #bounds: Bounds;

  constructor(name: string, /** The least and the greatest value. */ bounds: Bounds) {
    super();
    this.#name = name;
    this.#bounds = bounds;
  }

  override get isDiscrete(): boolean {
    return this.#bounds.whole === true;
  }

  /** The lower bound, whether included or not. */
  get lowerBound(): Bound | undefined {
    return this.#bounds.from ?? this.#bounds.above;
  }

  get upperBound(): Bound | undefined {
    return this.#bounds.to ?? this.#bounds.below;
  }

  check(value: Tensor): Tensor {
    expectValue(this.#name, value);
    const { from, above, to, below, whole } = this.#bounds;
    const tests = [
      ...(whole ? [value.remainder(1).eq(0)] : []),
      ...(from === undefined ? [] : [value.ge(from)]),
      ...(above === undefined ? [] : [value.gt(above)]),
      ...(to === undefined ? [] : [value.le(to)]),
      ...(below === undefined ? [] : [value.lt(below)]),
    ];
    return tests.length === 0 ? value.eq(value) : tests.reduce((a, b) => a.logicalAnd(b));
  }

  override violation(value: Tensor): string | null {
    const { from, above, to, below, whole } = this.#bounds;
    const tensors = [value, from, above, to, below].filter(isTensor);
    const shape = broadcastShapes(...tensors.map((x) => x.shape));
    if (shape.reduce((a, b) => a * b, 1) > MANY) return null;
    const numbers = (x: Bound | undefined) => (isTensor(x) ? valuesAtHand(x.expand(shape)) : null);
    const values = numbers(value);
    if (!values) return null;
    const bound = (x: Bound | undefined, none: number) => {
      const known = numbers(x);
      return (i: number) => (known ? known[i]! : typeof x === 'number' ? x : none);
    };
    const least = bound(from, -Infinity);
    const floor = bound(above, -Infinity);
    const most = bound(to, Infinity);
    const ceiling = bound(below, Infinity);
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      const isIn =
        x >= least(i) &&
        (above === undefined || x > floor(i)) &&
        x <= most(i) &&
        (below === undefined || x < ceiling(i)) &&
        (!whole || x % 1 === 0);
      if (!isIn) return value.isFloatingPoint() ? pythonFloat(x) : String(x);
    }
    return null;
  }

  override toString(): string {
    const show = (bound: Bound) => {
      const number =
        typeof bound === 'number' ? bound : bound.numel() === 1 ? (valuesAtHand(bound)?.[0] ?? null) : null;
      if (number === null) return String(bound);
      return this.isDiscrete ? String(number) : pythonFloat(number);
    };
    if (this.#name === 'Boolean' || this.#name === 'Real') return `${this.#name}()`;
    const { lowerBound, upperBound } = this;
    const parts = [
      ...(lowerBound === undefined ? [] : [`lower_bound=${show(lowerBound)}`]),
      ...(upperBound === undefined ? [] : [`upper_bound=${show(upperBound)}`]),
    ];
    return `${this.#name}(${parts.join(', ')})`;
  }
}

interface Both {
  /** The least value. */
  lowerBound: Bound;
  /** The greatest value. */
  upperBound: Bound;
}

type BothOrder = ['lowerBound', 'upperBound'];

const lower = (op: string, args: readonly unknown[]): Bound => {
  const { lowerBound } = parseArgs<{ lowerBound: Bound }>(op, ['lowerBound'], {}, args);
  expectBound(op, 'lowerBound', lowerBound);
  return lowerBound;
};

const upper = (op: string, args: readonly unknown[]): Bound => {
  const { upperBound } = parseArgs<{ upperBound: Bound }>(op, ['upperBound'], {}, args);
  expectBound(op, 'upperBound', upperBound);
  return upperBound;
};

const both = (op: string, args: readonly unknown[]): Both => {
  const { lowerBound, upperBound } = parseArgs<Both>(op, ['lowerBound', 'upperBound'], {}, args);
  expectBound(op, 'lowerBound', lowerBound);
  expectBound(op, 'upperBound', upperBound);
  return { lowerBound, upperBound };
};

/** Numbers above a bound. */
export const greaterThan = (...args: Arguments<{ lowerBound: Bound }, ['lowerBound']>): Range =>
  new Range('GreaterThan', { above: lower('greaterThan', args) });

/** Numbers greater than or equal to a bound. */
export const greaterThanEq = (...args: Arguments<{ lowerBound: Bound }, ['lowerBound']>): Range =>
  new Range('GreaterThanEq', { from: lower('greaterThanEq', args) });

/** Numbers below a bound. */
export const lessThan = (...args: Arguments<{ upperBound: Bound }, ['upperBound']>): Range =>
  new Range('LessThan', { below: upper('lessThan', args) });

/** Numbers between two bounds, both included. */
export const interval = (...args: Arguments<Both, BothOrder>): Range => {
  const { lowerBound, upperBound } = both('interval', args);
  return new Range('Interval', { from: lowerBound, to: upperBound });
};

/** Numbers between two bounds, excluding the upper one. */
export const halfOpenInterval = (...args: Arguments<Both, BothOrder>): Range => {
  const { lowerBound, upperBound } = both('halfOpenInterval', args);
  return new Range('HalfOpenInterval', { from: lowerBound, below: upperBound });
};

/** Whole numbers between two bounds, both included. */
export const integerInterval = (...args: Arguments<Both, BothOrder>): Range => {
  const { lowerBound, upperBound } = both('integerInterval', args);
  return new Range('IntegerInterval', { from: lowerBound, to: upperBound, whole: true });
};

/** 0 and 1. */
export const boolean: Range = /* @__PURE__ */ new Range('Boolean', { from: 0, to: 1, whole: true });
/** Every number except NaN. */
export const real: Range = /* @__PURE__ */ new Range('Real', {});
/** Numbers greater than 0. */
export const positive: Range = /* @__PURE__ */ new Range('GreaterThan', { above: 0 });
/** Numbers greater than or equal to 0. */
export const nonnegative: Range = /* @__PURE__ */ new Range('GreaterThanEq', { from: 0 });
/** Numbers from 0 to 1. */
export const unitInterval: Range = /* @__PURE__ */ new Range('Interval', { from: 0, to: 1 });
/** Whole numbers of at least 0. */
export const nonnegativeInteger: Range = /* @__PURE__ */ new Range('IntegerGreaterThan', { from: 0, whole: true });
/** Whole numbers of at least 1. */
export const positiveInteger: Range = /* @__PURE__ */ new Range('IntegerGreaterThan', { from: 1, whole: true });

/**
 * A constraint on events. The last `reinterpretedBatchNdims` batch dimensions of `baseConstraint` become event
 * dimensions, and all elements must satisfy it.
 */
export class IndependentConstraint extends Constraint {
  readonly baseConstraint: Constraint;
  readonly reinterpretedBatchNdims: number;

  constructor(
    /** The constraint of each element. */ baseConstraint: Constraint,
    /** How many dimensions of the batch belong to the event. */ reinterpretedBatchNdims: number,
  ) {
    super();
    this.baseConstraint = baseConstraint;
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }

  override get isDiscrete(): boolean {
    return this.baseConstraint.isDiscrete;
  }

  override get eventDim(): number {
    return this.baseConstraint.eventDim + this.reinterpretedBatchNdims;
  }

  check(value: Tensor): Tensor {
    const result = this.baseConstraint.check(value);
    const { length } = result.shape;
    if (length < this.reinterpretedBatchNdims) {
      throw new ShapeError(
        `${this}.check: expected a value of at least ${this.eventDim} dimensions, but got shape [${value.shape.join(', ')}]`,
      );
    }
    return allOf(result, length - this.reinterpretedBatchNdims);
  }

  override violation(value: Tensor): string | null {
    return this.baseConstraint.violation(value);
  }

  override toString(): string {
    return `IndependentConstraint(${this.baseConstraint}, ${this.reinterpretedBatchNdims})`;
  }
}

/** Whether all elements beyond the first `kept` dimensions are true. */
function allOf(x: Tensor, kept: number): Tensor {
  return kept === x.shape.length ? x : x.flatten(kept).all(-1);
}

interface IndependentConstraintArguments {
  /** The constraint of each element. */
  baseConstraint: Constraint;
  /** How many dimensions of the batch belong to the event. */
  reinterpretedBatchNdims: number;
}

/** A constraint on events, whose elements (or parts) must all satisfy `baseConstraint`. */
export function independent(
  ...args: Arguments<IndependentConstraintArguments, ['baseConstraint', 'reinterpretedBatchNdims']>
): Constraint {
  const { baseConstraint, reinterpretedBatchNdims } = parseArgs<IndependentConstraintArguments>(
    'independent',
    ['baseConstraint', 'reinterpretedBatchNdims'],
    {},
    args,
  );
  expectConstraint('independent', baseConstraint);
  if (!Number.isInteger(reinterpretedBatchNdims) || reinterpretedBatchNdims < 0) {
    throw new ArgumentError(
      `independent: expected reinterpretedBatchNdims to be a whole number of at least 0, but got ${shown(reinterpretedBatchNdims)}`,
    );
  }
  return new IndependentConstraint(baseConstraint, reinterpretedBatchNdims);
}

/** Vectors of real numbers. */
export const realVector: Constraint = /* @__PURE__ */ new IndependentConstraint(real, 1);

/** A constraint defined by a check function. */
class Special extends Constraint {
  readonly #name: string;
  readonly #eventDim: number;
  readonly #isDiscrete: boolean;
  readonly #check: (value: Tensor) => Tensor;

  constructor(name: string, eventDim: number, check: (value: Tensor) => Tensor, isDiscrete = false) {
    super();
    this.#name = name;
    this.#eventDim = eventDim;
    this.#check = check;
    this.#isDiscrete = isDiscrete;
  }

  override get isDiscrete(): boolean {
    return this.#isDiscrete;
  }

  override get eventDim(): number {
    return this.#eventDim;
  }

  check(value: Tensor): Tensor {
    expectValue(this.#name, value);
    if (value.shape.length < this.#eventDim) {
      throw new ShapeError(
        `${this}.check: expected a value of at least ${this.#eventDim} dimensions, but got shape [${value.shape.join(', ')}]`,
      );
    }
    return this.#check(value);
  }

  override toString(): string {
    return `${this.#name}()`;
  }
}

/** Probability vectors: no element is negative, and the sum is 1 within 10⁻⁶. */
export const simplex: Constraint = /* @__PURE__ */ new Special('Simplex', 1, (value) =>
  value.ge(0).all(-1).logicalAnd(value.sum(-1).sub(1).abs().lt(1e-6)),
);

/** Vectors of zeros with a single 1. */
export const oneHot: Constraint = /* @__PURE__ */ new Special(
  'OneHot',
  1,
  (value) => value.eq(0).logicalOr(value.eq(1)).all(-1).logicalAnd(value.sum(-1).eq(1)),
  true,
);

/** Vectors of counts whose sum is at most `upperBound`. */
export const multinomial = (...args: Arguments<{ upperBound: Bound }, ['upperBound']>): Constraint => {
  const bound = upper('multinomial', args);
  return new Special('Multinomial', 1, (value) => value.ge(0).all(-1).logicalAnd(value.sum(-1).le(bound)), true);
};

const isLower = (value: Tensor): Tensor => allOf(value.tril().eq(value), value.shape.length - 2);

const isLowerCholesky = (value: Tensor): Tensor => isLower(value).logicalAnd(value.diagonal(0, -2, -1).gt(0).all(-1));

const isSquare = ({ shape }: Tensor): boolean => shape.at(-1) === shape.at(-2);

/** Matrices that are 0 above the diagonal. */
export const lowerTriangular: Constraint = /* @__PURE__ */ new Special('LowerTriangular', 2, isLower);

/** Lower triangular matrices with a positive diagonal. */
export const lowerCholesky: Constraint = /* @__PURE__ */ new Special('LowerCholesky', 2, isLowerCholesky);

/** Lower triangular matrices with a positive diagonal and rows of length 1. */
export const corrCholesky: Constraint = /* @__PURE__ */ new Special('CorrCholesky', 2, (value) => {
  const tolerance = 2 ** -23 * value.shape.at(-1)! * 10;
  const lengths = value.detach().square().sum(-1).sqrt();
  return isLowerCholesky(value).logicalAnd(lengths.sub(1).abs().le(tolerance).all(-1));
});

const squareness = (value: Tensor): Tensor =>
  value.newFull(value.shape.slice(0, -2), isSquare(value), { dtype: 'bool' });

/** Square matrices. */
export const square: Constraint = /* @__PURE__ */ new Special('Square', 2, squareness);

/** Square matrices that equal their transpose within 10⁻⁶. */
export const symmetric: Constraint = /* @__PURE__ */ new Special('Symmetric', 2, (value) =>
  isSquare(value) ? value.isclose(value.mT, { atol: 1e-6 }).all(-2).all(-1) : squareness(value),
);

const isPositive = (value: Tensor, above: (eigenvalues: Tensor) => Tensor): Tensor =>
  isSquare(value) ? symmetric.check(value).logicalAnd(above(linalg.eigvalsh(value)).all(-1)) : squareness(value);

/** Symmetric matrices without negative eigenvalues. */
export const positiveSemidefinite: Constraint = /* @__PURE__ */ new Special('PositiveSemidefinite', 2, (value) =>
  isPositive(value, (eigenvalues) => eigenvalues.ge(0)),
);

/** Symmetric matrices with positive eigenvalues. */
export const positiveDefinite: Constraint = /* @__PURE__ */ new Special('PositiveDefinite', 2, (value) =>
  isPositive(value, (eigenvalues) => eigenvalues.gt(0)),
);

function constraintsOf(op: string, cseq: unknown): Constraint[] {
  if (!Array.isArray(cseq) || cseq.length === 0) {
    throw new ArgumentError(`${op}: expected a list of constraints, but got ${kindOf(cseq)}`);
  }
  for (const each of cseq) expectConstraint(op, each);
  return [...(cseq as Constraint[])];
}

interface CatConstraintArguments {
  cseq: readonly Constraint[];
  dim?: number;
  /** The sizes of the parts. */
  lengths?: readonly number[] | null;
}

/** Constraints on consecutive parts of a dimension. */
export class Cat extends Constraint {
  readonly cseq: readonly Constraint[];
  readonly dim: number;
  readonly lengths: readonly number[];

  constructor(cseq: readonly Constraint[], dim: number, /** The sizes of the parts. */ lengths: readonly number[]) {
    super();
    this.cseq = cseq;
    this.dim = dim;
    this.lengths = lengths;
  }

  override get isDiscrete(): boolean {
    return this.cseq.some((each) => each.isDiscrete);
  }

  override get eventDim(): number {
    return Math.max(...this.cseq.map((each) => each.eventDim));
  }

  check(value: Tensor): Tensor {
    expectValue('Cat', value);
    return concatenated(
      value.split(this.lengths, this.dim).map((part, i) => this.cseq[i]!.check(part)),
      this.dim,
    );
  }

  override toString(): string {
    return 'Cat()';
  }
}

/** Constraints on consecutive parts of dimension `dim` (default 0), with sizes `lengths` (default 1 each). */
export function cat(...args: Arguments<CatConstraintArguments, ['cseq', 'dim', 'lengths']>): Constraint {
  const { cseq, dim, lengths } = parseArgs<CatConstraintArguments>('cat', ['cseq'], { dim: 0, lengths: null }, args, {
    dim: kinds.integer,
    lengths: kinds.orNull(kinds.listOf(kinds.whole(0))),
  });
  const all = constraintsOf('cat', cseq);
  const sizes = lengths ?? all.map(() => 1);
  if (sizes.length !== all.length) {
    throw new ArgumentError(`cat: expected as many lengths as constraints, ${all.length}, but got ${sizes.length}`);
  }
  return new Cat(all, dim, sizes);
}

/** Constraints on each slice of a dimension. */
export class Stack extends Constraint {
  readonly cseq: readonly Constraint[];
  readonly dim: number;

  constructor(cseq: readonly Constraint[], dim: number) {
    super();
    this.cseq = cseq;
    this.dim = dim;
  }

  override get isDiscrete(): boolean {
    return this.cseq.some((each) => each.isDiscrete);
  }

  override get eventDim(): number {
    const dim = Math.max(...this.cseq.map((each) => each.eventDim));
    return this.dim + dim < 0 ? dim + 1 : dim;
  }

  check(value: Tensor): Tensor {
    expectValue('Stack', value);
    return stacked(
      value.unbind(this.dim).map((slice, i) => this.cseq[i]!.check(slice)),
      this.dim,
    );
  }

  override toString(): string {
    return 'Stack()';
  }
}

/** One constraint for each slice of dimension `dim` (default 0). */
export function stack(...args: Arguments<{ cseq: readonly Constraint[]; dim?: number }, ['cseq', 'dim']>): Constraint {
  const { cseq, dim } = parseArgs<Omit<CatConstraintArguments, 'lengths'>>('stack', ['cseq'], { dim: 0 }, args, {
    dim: kinds.integer,
  });
  return new Stack(constraintsOf('stack', cseq), dim);
}
