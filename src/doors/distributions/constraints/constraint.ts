// The base class of constraints.
import { ArgumentError, type Tensor } from '../../../torch';
import { kindOf, Printable } from '../../../torch/inside';

/** Base class of constraints: a region of numbers, or of tensors with `eventDim` dimensions. */
export abstract class Constraint extends Printable {
  /** Whether the region consists of isolated points. */
  get isDiscrete(): boolean {
    return false;
  }

  /** The number of trailing dimensions that the constraint checks together. */
  get eventDim(): number {
    return 0;
  }

  /** Whether a value satisfies the constraint. Shape: [...batch, ...event] → bool [...batch]. */
  abstract check(value: Tensor): Tensor;

  /**
   * @internal Describes how the value violates the constraint; null if the host knows of no violation without waiting
   * for the device.
   */
  violation(_value: Tensor): string | null {
    return null;
  }

  abstract override toString(): string;
}

/** @throws ArgumentError if the value is not a constraint */
export function expectConstraint(op: string, constraint: unknown): asserts constraint is Constraint {
  if (!(constraint instanceof Constraint)) {
    throw new ArgumentError(`${op}: expected a constraint, but got ${kindOf(constraint)}`);
  }
}
