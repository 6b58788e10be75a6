// Sums up the gradients of one backward. Gradients of slices wait until the gradient of the whole value is needed.

import type { StridedView } from '../compiler/ir';
import { compose } from '../compiler/passes/compose-views';
import { castFloat } from '../graph/record';
import type { Value } from '../graph/value';
import { fitting } from '../ops/custom';
import { add } from '../ops/pointwise/arithmetic';
import { assemble, type WindowedValue } from '../ops/shape/assemble';

/** The gradients of values, by value. */
export class Gradients {
  private readonly sums = new Map<Value, Value>();
  /**
   * Gradients of slices of a value. They are put into place together, because each alone would take as long as the
   * whole value.
   */
  private readonly ofSlices = new Map<Value, WindowedValue[]>();

  /** Adds a gradient, which may have the shape that the value was broadcast to. */
  add(value: Value, gradient: Value): void {
    const given = fitting(gradient, value);
    const before = this.sums.get(value);
    this.sums.set(value, before ? add(before, given) : given);
  }

  /** Adds the gradient of a slice of the value. */
  addSlice(value: Value, gradient: Value, view: StridedView): void {
    const part = { value: gradient.dtype === value.dtype ? gradient : castFloat(gradient, value.dtype), view };
    const others = this.ofSlices.get(value);
    if (others) others.push(part);
    else this.ofSlices.set(value, [part]);
  }

  /** If only slices of `from`, a view of `to`, have gradients, hands these on to `to`. Returns whether it did. */
  passOn(from: Value, to: Value, view: StridedView): boolean {
    const parts = this.ofSlices.get(from);
    if (!parts || this.sums.has(from)) return false;
    const views = parts.map((part) => compose(view, part.view));
    if (views.includes(null)) return false;
    this.ofSlices.delete(from);
    parts.forEach(({ value }, i) => {
      this.addSlice(to, value, views[i]!);
    });
    return true;
  }

  /** The gradient of a value so far. */
  of(value: Value): Value | undefined {
    const parts = this.ofSlices.get(value);
    if (parts) {
      this.ofSlices.delete(value);
      this.add(value, assemble(parts, value.shape));
    }
    return this.sums.get(value);
  }

  /** Replaces the gradient of a value. */
  replace(value: Value, gradient: Value): void {
    this.sums.set(value, gradient);
  }

  /** The values that it holds. */
  readonly alive = (): Value[] => [
    ...this.sums.values(),
    ...[...this.ofSlices.values()].flatMap((parts) => parts.map(({ value }) => value)),
  ];

  /** The gradients of all values. */
  all(): Map<Value, Value> {
    for (const value of [...this.ofSlices.keys()]) this.of(value);
    return this.sums;
  }
}
