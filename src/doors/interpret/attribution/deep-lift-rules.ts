// DeepLIFT's rules: the multiplier of a module, by which it scales the difference of an input from its baseline. A
// batch holds the inputs in its first half and the baselines in its second.

import { cat, nn, type Tensor, where } from '../../../torch';
import type { Interceptor, Module } from '../../../torch/inside';
import { type Passage, type Rule, ruling } from './rules';

const halves = (x: Tensor): readonly [Tensor, Tensor] => {
  const [input, baseline] = x.chunk(2, 0);
  return [input!, baseline!];
};

const twice = (x: Tensor): Tensor => cat([x, x], 0);

/** x − x', for both halves of the batch. */
const difference = (x: Tensor): Tensor => {
  const [input, baseline] = halves(x);
  return twice(input.sub(baseline));
};

/** The rescale rule: Δy / Δx, or the gradient where |Δx| < eps. */
const rescaled = ({ x, y, dy, backward }: Passage, eps: number): Tensor => {
  const dx = difference(x);
  return where(dx.abs().lt(eps), backward(dy), dy.mul(difference(y)).div(dx));
};

const rescale =
  (eps: number): Rule =>
  (passage) =>
    rescaled(passage, eps);

/** The rescale rule, minus the mean of the multipliers over the whole batch. */
const softmax =
  (eps: number): Rule =>
  (passage) => {
    const multipliers = rescaled(passage, eps);
    return multipliers.sub(multipliers.mean());
  };

/**
 * The rule for max pooling. The difference of the outputs is sent back to the element that was the maximum of its
 * window, in the half whose output is larger. An element that is the maximum of several windows collects the
 * differences of all of them.
 */
const pooled =
  (eps: number): Rule =>
  ({ x, y, dy, backward }) => {
    const dx = difference(x);
    const [output, baseline] = halves(y);
    const most = output.maximum(baseline);
    const [ofInput, ofBaseline] = halves(backward(dy.mul(cat([most.sub(baseline), output.sub(most)], 0))));
    return where(dx.abs().lt(eps), backward(dy), twice(ofInput.add(ofBaseline)).div(dx));
  };

const RULES: ReadonlyMap<unknown, (eps: number) => Rule> = new Map<unknown, (eps: number) => Rule>([
  ...[nn.ReLU, nn.ELU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.Softplus].map((kind) => [kind, rescale] as const),
  [nn.Softmax, softmax],
  ...[nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d].map((kind) => [kind, pooled] as const),
]);

/** The interceptors that apply the rules to the nonlinear modules of a model. */
export const deepLiftRules = (model: Module, eps: number): ReadonlyMap<object, Interceptor> =>
  new Map(
    model.modules().flatMap((module) => {
      const rule = RULES.get(module.constructor);
      return rule ? [[module, ruling(module, rule(eps))]] : [];
    }),
  );
