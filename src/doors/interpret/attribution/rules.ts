// Replaces the gradients of modules by those of a rule, while a network is explained.

import { autograd, isGradEnabled, Tensor } from '../../../torch';
import { type Interceptor, type Module, withGradient } from '../../../torch/inside';
import { withNames } from './named-calls';

/** The data that a rule works on: one call of a module, for one of its arguments. */
export interface Passage {
  readonly x: Tensor;
  readonly y: Tensor;
  /** The gradient of the module's result. */
  readonly dy: Tensor;
  /**
   * The module's own backward pass: the argument's gradient for a gradient of the result.
   * @param dy The gradient by the output.
   */
  backward(dy: Tensor): Tensor;
}

/** Returns the gradient of the argument. */
export type Rule = (passage: Passage) => Tensor;

const isExplained = (x: unknown): x is Tensor => x instanceof Tensor && x.requiresGrad;

/**
 * Replaces the gradients of a module's arguments by the results of `rule`. If `again` is given, the rule differentiates
 * its result, which must have the module's output shape, instead of the module's own result. If the module returns a
 * list, only its first tensor carries a gradient.
 */
export const ruling =
  (module: Module, rule: Rule, again: ((args: readonly unknown[]) => unknown) | null = null): Interceptor =>
  (given, run) => {
    const { values: args, formed } = withNames(given);
    const places = isGradEnabled() ? args.flatMap((x, i) => (isExplained(x) ? [i] : [])) : [];
    if (places.length === 0) return run(given);
    const leaves = new Map(places.map((i) => [i, (args[i] as Tensor).detach().requiresGrad_()]));
    // A module that works in place must not write to a leaf.
    const writes = (module as { inplace?: unknown }).inplace === true;
    const own = formed(
      args.map((arg, i) => {
        const leaf = leaves.get(i);
        return leaf && writes ? leaf.clone() : (leaf ?? arg);
      }),
    );
    const result = run(own);
    const [first, ...others]: unknown[] = Array.isArray(result) ? result : [result];
    if (!(first instanceof Tensor)) return result;
    const seen = again ? (again(own) as Tensor) : first;
    const passages = (dy: Tensor): Passage[] =>
      [...leaves.values()].map((leaf) => ({
        x: leaf.detach(),
        y: seen.detach(),
        dy,
        backward: (by) => autograd.grad(seen, leaf, { gradOutputs: by, retainGraph: true })[0]!,
      }));
    const inputs = places.map((i) => (args[i] as Tensor).value);
    const [through] = withGradient(inputs, [first.detach().value], ([dy]) =>
      dy ? passages(Tensor.of(dy)).map((passage) => rule(passage).value) : places.map(() => null),
    );
    const ruled = Tensor.of(through!);
    return Array.isArray(result) ? [ruled, ...others] : ruled;
  };
