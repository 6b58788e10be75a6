// bijectTo and transformTo: transforms from unconstrained numbers to numbers that satisfy a constraint.
import { ArgumentError } from '../../../torch';
import { type Arguments, isTensorObject as isTensor, parseArgs } from '../../../torch/inside';
import { ComposeTransform, IndependentTransform, identityTransform, type Transform } from '../transforms/transform';
import {
  AffineTransform,
  CatTransform,
  CorrCholeskyTransform,
  ExpTransform,
  LowerCholeskyTransform,
  SigmoidTransform,
  SoftmaxTransform,
  StackTransform,
  StickBreakingTransform,
} from '../transforms/transforms';
import { type Constraint, expectConstraint } from './constraint';
import type { Bound } from './constraints';
import * as constraints from './constraints';

type ConstraintArguments = Arguments<{ constraint: Constraint }, ['constraint']>;

function constraintFrom(op: string, args: readonly unknown[]): Constraint {
  const { constraint } = parseArgs<{ constraint: Constraint }>(op, ['constraint'], {}, args);
  expectConstraint(op, constraint);
  return constraint;
}

/**
 * A bijection from unconstrained numbers or vectors to those that satisfy a constraint, for densities.
 * @throws ArgumentError if there is no such bijection
 */
export function bijectTo(...args: ConstraintArguments): Transform {
  const constraint = constraintFrom('bijectTo', args);
  if (constraint === constraints.simplex) return new StickBreakingTransform();
  return found('bijectTo', constraint, bijectTo);
}

/**
 * A transform from unconstrained numbers or tensors to those that satisfy a constraint, for optimisation. It need not
 * be a bijection.
 *
 *     const scale = transformTo(constraints.positive)(unconstrained);
 *
 * @throws ArgumentError if there is no such transform
 */
export function transformTo(...args: ConstraintArguments): Transform {
  const constraint = constraintFrom('transformTo', args);
  if (constraint === constraints.simplex) return new SoftmaxTransform();
  if (constraint === constraints.lowerCholesky) return new LowerCholeskyTransform();
  return found('transformTo', constraint, transformTo);
}

/** The transforms that both functions share. `part` finds the transforms of the constraints inside a constraint. */
function found(op: string, constraint: Constraint, part: (constraint: Constraint) => Transform): Transform {
  if (constraint === constraints.real) return identityTransform;
  if (constraint === constraints.corrCholesky) return new CorrCholeskyTransform();
  if (constraint instanceof constraints.IndependentConstraint) {
    return new IndependentTransform(part(constraint.baseConstraint), constraint.reinterpretedBatchNdims);
  }
  if (constraint instanceof constraints.Cat) {
    return new CatTransform(
      constraint.cseq.map((each) => part(each)),
      constraint.dim,
      constraint.lengths,
    );
  }
  if (constraint instanceof constraints.Stack)
    return new StackTransform(
      constraint.cseq.map((each) => part(each)),
      constraint.dim,
    );
  const transform = constraint instanceof constraints.Range && !constraint.isDiscrete ? toRange(constraint) : null;
  if (transform) return transform;
  throw new ArgumentError(`${op}: there is no transform to ${constraint}`);
}

function toRange({ lowerBound, upperBound }: constraints.Range): Transform | null {
  if (lowerBound !== undefined && upperBound !== undefined) {
    if (lowerBound === 0 && upperBound === 1) return new SigmoidTransform();
    return new ComposeTransform([
      new SigmoidTransform(),
      new AffineTransform(lowerBound, less(upperBound, lowerBound)),
    ]);
  }
  if (lowerBound !== undefined) return new ComposeTransform([new ExpTransform(), new AffineTransform(lowerBound, 1)]);
  if (upperBound !== undefined) return new ComposeTransform([new ExpTransform(), new AffineTransform(upperBound, -1)]);
  return null;
}

function less(a: Bound, b: Bound): Bound {
  if (isTensor(a)) return a.sub(b);
  return isTensor(b) ? b.neg().add(a) : a - b;
}
