// Other gradients in the place of modules' own, while a network is explained.
import { mode } from '../../graph/mode';
import type { Interceptor } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import { withGradient } from '../../ops/custom';
import { grad } from '../../tensor/grad';
import { Tensor } from '../../tensor/tensor';

/** What a rule has to go by, at one call of a module. */
export interface Passage {
  readonly x: Tensor;
  readonly y: Tensor;
  /** The gradient of the module's result. */
  readonly dy: Tensor;
  /** That of its argument, as the module has it. */
  plain(): Tensor;
}

/** Gives the gradient of the argument. */
export type Rule = (passage: Passage) => Tensor;

/** Has the gradient of a module's argument be what `rule` says. */
export const ruling =
  (module: Module, rule: Rule): Interceptor =>
  (args, run) => {
    const [x, ...rest] = args;
    if (!(x instanceof Tensor) || !mode.grad || !x.requiresGrad) return run(args);
    const leaf = x.detach().requiresGrad_();
    // A module that works in place may not write to a leaf.
    const result = run([(module as { inplace?: unknown }).inplace === true ? leaf.clone() : leaf, ...rest]);
    if (!(result instanceof Tensor)) return result;
    const passage = (dy: Tensor): Passage => ({
      x: leaf.detach(),
      y: result.detach(),
      dy,
      plain: () => grad(result, leaf, { gradOutputs: dy, retainGraph: true })[0]!,
    });
    const [through] = withGradient([x.value], [result.detach().value], ([dy]) => [
      dy ? rule(passage(Tensor.of(dy))).value : null,
    ]);
    return Tensor.of(through!);
  };
