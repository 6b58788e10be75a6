// Steps of the optimizers other than SGD and Adam, most of which adapt the rate for each element. One dispatch a step,
// in place.

import type { Text } from '../../compiler/texts';
import { recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { type FlatBuffers, flag, type StepAttrs, type Stepped, stepOp } from './optim';

const adadeltaSource: Text = '#optimMore/adadelta';
const adagradSource: Text = '#optimMore/adagrad';
const adamaxSource: Text = '#optimMore/adamax';
const asgdSource: Text = '#optimMore/asgd';
const optimLib: Text = '#optim/libOptim';
const rmspropLib: Text = '#optimMore/libRmsprop';
const nadamSource: Text = '#optimMore/nadam';
const placedSource: Text = '#optimMore/placedUpdate';
const radamSource: Text = '#optimMore/radam';
const rmspropSource: Text = '#optimMore/rmsprop';
const rmspropCenteredSource: Text = '#optimMore/rmspropCentered';
const rmspropCenteredMomentumSource: Text = '#optimMore/rmspropCenteredMomentum';
const rmspropMomentumSource: Text = '#optimMore/rmspropMomentum';
const rpropSource: Text = '#optimMore/rprop';

const rmspropSources = [rmspropSource, rmspropMomentumSource, rmspropCenteredSource, rmspropCenteredMomentumSource];

const rmspropOps = rmspropSources.map((source, i) => {
  const [centered, momentum] = [i >> 1, i & 1];
  const name = `rmsprop${centered ? 'Centered' : ''}${momentum ? 'Momentum' : ''}`;
  return stepOp(name, [optimLib, rmspropLib, source], 2 + centered + momentum, 6);
});
const adagradOp = stepOp('adagrad', [optimLib, adagradSource], 2, 3);
const adadeltaOp = stepOp('adadelta', [optimLib, adadeltaSource], 3, 5);
const adamaxOp = stepOp('adamax', [optimLib, adamaxSource], 3, 5);
const nadamOp = stepOp('nadam', [optimLib, nadamSource], 3, 8);
const radamOp = stepOp('radam', [optimLib, radamSource], 3, 7);
const asgdOp = stepOp('asgd', [optimLib, asgdSource], 2, 4);
const placedOp = stepOp('placedUpdate', [optimLib, placedSource], 1, 0);
const rpropOp = stepOp('rprop', [optimLib, rpropSource], 3, 4);

interface Direction {
  readonly maximize: boolean;
}

interface Decay extends Direction {
  readonly lr: number;
  readonly eps: number;
  readonly weightDecay: number;
}

interface Betas extends Decay {
  readonly betas: readonly [number, number];
}

interface DecoupledBetas extends Betas {
  readonly decoupledWeightDecay: boolean;
}

function run(
  op: Op<StepAttrs>,
  { param, states, grad }: FlatBuffers,
  { maximize, decoupledWeightDecay }: Direction & { readonly decoupledWeightDecay?: boolean },
  scalars: readonly number[],
): Stepped {
  const flags = { MAXIMIZE: flag(maximize), DECOUPLED: flag(decoupledWeightDecay) };
  return recordAll(op, [param, ...states, grad], { flags }, scalars);
}

/**
 * Takes a step that other operations have computed: writes new contents into the buffers of parameters and states in
 * place. The buffers may differ in length.
 */
export function placedUpdates(buffers: readonly { readonly old: Value; readonly updated: Value }[]): Stepped {
  return buffers.map(
    ({ old, updated }, i) => recordAll(placedOp, [old, updated], { flags: { COUNTED: flag(i === 0) } })[0]!,
  );
}

/** State: the average of the parameters, which moves towards them by the fraction `mu`. */
export function asgdStep(
  buffers: FlatBuffers,
  options: Direction & {
    readonly eta: number;
    readonly lambd: number;
    readonly mu: number;
    readonly weightDecay: number;
  },
): Stepped {
  const { eta, lambd, mu, weightDecay } = options;
  return run(asgdOp, buffers, options, [eta, 1 - lambd * eta, mu, weightDecay]);
}

/** States: the running mean of g², then if `centered` the running mean of g, then with momentum the momentum buffer. */
export function rmspropStep(
  buffers: FlatBuffers,
  options: Decay & { readonly alpha: number; readonly momentum: number; readonly centered: boolean },
): Stepped {
  const { lr, alpha, eps, weightDecay, momentum, centered } = options;
  const op = rmspropOps[2 * flag(centered) + flag(momentum > 0)]!;
  return run(op, buffers, options, [lr, alpha, 1 - alpha, eps, weightDecay, momentum]);
}

/** State: Σ g² over all steps. */
export function adagradStep(buffers: FlatBuffers, options: Decay & { readonly lrDecay: number }): Stepped {
  const { lr, lrDecay, eps, weightDecay } = options;
  return run(adagradOp, buffers, options, [lr / (1 + (buffers.step - 1) * lrDecay), eps, weightDecay]);
}

/** States: the running means of g² and of the squared update. */
export function adadeltaStep(buffers: FlatBuffers, options: Decay & { readonly rho: number }): Stepped {
  const { lr, rho, eps, weightDecay } = options;
  return run(adadeltaOp, buffers, options, [lr, rho, 1 - rho, eps, weightDecay]);
}

/** States: the running mean of g, and the decaying maximum of |g|. */
export function adamaxStep(buffers: FlatBuffers, options: Betas): Stepped {
  const { lr, betas, eps, weightDecay } = options;
  const [beta1, beta2] = betas;
  return run(adamaxOp, buffers, options, [lr / (1 - beta1 ** buffers.step), 1 - beta1, beta2, eps, weightDecay]);
}

/** The dynamic scalars with which the kernels of NAdam and RAdam begin. */
function momentScalars({ lr, betas, eps, weightDecay, decoupledWeightDecay }: DecoupledBetas): number[] {
  const [beta1, beta2] = betas;
  return [1 - beta1, beta2, 1 - beta2, eps, decoupledWeightDecay ? 1 - lr * weightDecay : weightDecay];
}

/**
 * States: the running means of g and g². `mu` is the momentum of this step; `product` is the product of all so far,
 * with this one.
 */
export function nadamStep(
  buffers: FlatBuffers,
  options: DecoupledBetas & { readonly mu: number; readonly muNext: number; readonly product: number },
): Stepped {
  const { lr, betas, mu, muNext, product } = options;
  return run(nadamOp, buffers, options, [
    ...momentScalars(options),
    1 - betas[1] ** buffers.step,
    (lr * (1 - mu)) / (1 - product),
    (lr * muNext) / (1 - product * muNext),
  ]);
}

/** States: running means of g and g². */
export function radamStep(buffers: FlatBuffers, options: DecoupledBetas): Stepped {
  const { step } = buffers;
  const { lr, betas } = options;
  const [beta1, beta2] = betas;
  const correction2 = 1 - beta2 ** step;
  const last = 2 / (1 - beta2) - 1;
  const length = last - (2 * step * beta2 ** step) / correction2;
  // Liu et al. 2020 rectify once the length exceeds 4; PyTorch waits until it exceeds 5.
  const rectified =
    length > 5 ? Math.sqrt((correction2 * (length - 4) * (length - 2) * last) / ((last - 4) * (last - 2) * length)) : 0;
  return run(radamOp, buffers, options, [...momentScalars(options), lr / (1 - beta1 ** step), rectified]);
}

/** States: the previous gradient, and the step size of each element. */
export function rpropStep(
  buffers: FlatBuffers,
  options: Direction & { readonly etas: readonly [number, number]; readonly stepSizes: readonly [number, number] },
): Stepped {
  return run(rpropOp, buffers, options, [...options.etas, ...options.stepSizes]);
}
