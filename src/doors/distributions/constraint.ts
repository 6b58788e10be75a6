// Owns the base of constraints.
import { ArgumentError, type Tensor } from '../../torch';
import { kindOf, Printable } from '../../torch/inside';

/** Base of constraints: a region of numbers, or of tensors of `eventDim` dimensions. */
export abstract class Constraint extends Printable {
  /** Whether the region is one of separate points. */
  get isDiscrete(): boolean {
    return false;
  }

  /** How many of the last dimensions are looked at together. */
  get eventDim(): number {
    return 0;
  }

  /** Whether a value satisfies the constraint. Shape: [...batch, ...event] → bool [...batch]. */
  abstract check(value: Tensor): Tensor;

  /** @internal What breaks the constraint, as far as the host knows without waiting; null where nothing is known to. */
  violation(_value: Tensor): string | null {
    return null;
  }

  abstract override toString(): string;
}

/** @throws ArgumentError where no constraint stands in the place of one */
export function expectConstraint(op: string, constraint: unknown): asserts constraint is Constraint {
  if (!(constraint instanceof Constraint)) {
    throw new ArgumentError(`${op}: expected a constraint, but got ${kindOf(constraint)}`);
  }
}
