// DeepLIFT's rules: by how much a module multiplies the difference of an input from its baseline. Batches hold inputs, then baselines.

import { ELU, LeakyReLU, ReLU, Sigmoid, Softmax, Softplus, Tanh } from '../../nn/activation';
import { MaxPool1d } from '../../nn/adaptive-pooling';
import { maxPool1d } from '../../nn/functional/adaptive-pooling';
import { maxPool2d } from '../../nn/functional/pooling';
import { maxPool3d } from '../../nn/functional/pooling-3d';
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../../nn/functional/unpooling';
import type { Interceptor } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import { MaxPool2d } from '../../nn/pooling';
import { MaxPool3d } from '../../nn/pooling-3d';
import { cat, where } from '../../tensor/functions';
import type { Tensor } from '../../tensor/tensor';
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
const rescaled = ({ x, y, dy, plain }: Passage, eps: number): Tensor => {
  const dx = difference(x);
  return where(dx.abs().lt(eps), plain(), dy.mul(difference(y)).div(dx));
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

/** What is read of a max pooling. */
interface Pool {
  readonly kernelSize: number | readonly number[];
  readonly stride: number | readonly number[];
  readonly padding: number | readonly number[];
  readonly dilation: number | readonly number[];
  readonly ceilMode: boolean;
}

type PoolOptions = Pool & { returnIndices: true };
type Pooling = (x: Tensor, options: PoolOptions) => readonly [Tensor, Tensor];
type Unpooling = (
  x: Tensor,
  indices: Tensor,
  options: Pick<Pool, 'kernelSize' | 'stride' | 'padding'> & { outputSize: readonly number[] },
) => Tensor;

/** What the larger of both outputs differs by goes to the element that each of them was taken from. */
const pooled =
  (module: Module, pool: Pooling, unpool: Unpooling) =>
  (eps: number): Rule =>
  ({ x, y, dy, plain }) => {
    const { kernelSize, stride, padding, dilation, ceilMode } = module as unknown as Pool;
    const dx = difference(x);
    const [output, baseline] = halves(y);
    const most = output.maximum(baseline);
    const dOut = cat([most.sub(baseline), output.sub(most)], 0);
    const [, indices] = pool(x, { kernelSize, stride, padding, dilation, ceilMode, returnIndices: true });
    const unpooled = unpool(dy.mul(dOut), indices, { kernelSize, stride, padding, outputSize: x.shape });
    const [ofInput, ofBaseline] = halves(unpooled);
    return where(dx.abs().lt(eps), plain(), twice(ofInput.add(ofBaseline)).div(dx));
  };

const RESCALED: ReadonlySet<unknown> = new Set<unknown>([ReLU, ELU, LeakyReLU, Sigmoid, Tanh, Softplus]);

function ruleOf(module: Module): ((eps: number) => Rule) | null {
  const kind: unknown = module.constructor;
  if (RESCALED.has(kind)) return rescale;
  if (kind === Softmax) return softmax;
  if (kind === MaxPool1d) return pooled(module, maxPool1d as Pooling, maxUnpool1d as Unpooling);
  if (kind === MaxPool2d) return pooled(module, maxPool2d as Pooling, maxUnpool2d as Unpooling);
  if (kind === MaxPool3d) return pooled(module, maxPool3d as Pooling, maxUnpool3d as Unpooling);
  return null;
}

/** The rules for the modules of a model that are not linear, `except` one. */
export const deepLiftRules = (model: Module, eps: number, except: Module | null): ReadonlyMap<object, Interceptor> =>
  new Map(
    model.modules().flatMap((module) => {
      const rule = module === except ? null : ruleOf(module);
      return rule ? [[module, ruling(module, rule(eps))]] : [];
    }),
  );
