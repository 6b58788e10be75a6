// DeepLIFT's rules: by how much a module multiplies the difference of an input from its baseline. Batches hold inputs, then baselines.

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

/** Rescale: Δy / Δx, and the gradient where Δx is next to nothing. */
const rescaled = ({ x, y, dy, backward }: Passage, eps: number): Tensor => {
  const dx = difference(x);
  return where(dx.abs().lt(eps), backward(dy), dy.mul(difference(y)).div(dx));
};

const rescale =
  (eps: number): Rule =>
  (passage) =>
    rescaled(passage, eps);

/** Rescale, less the mean over the whole batch. */
const softmax =
  (eps: number): Rule =>
  (passage) => {
    const multipliers = rescaled(passage, eps);
    return multipliers.sub(multipliers.mean());
  };

/**
 * What the larger of both outputs differs by goes to the element that each of them was taken from, which gets that of all windows in which
 * it is the largest.
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

/** The rules for the modules of a model that are not linear. */
export const deepLiftRules = (model: Module, eps: number): ReadonlyMap<object, Interceptor> =>
  new Map(
    model.modules().flatMap((module) => {
      const rule = RULES.get(module.constructor);
      return rule ? [[module, ruling(module, rule(eps))]] : [];
    }),
  );
