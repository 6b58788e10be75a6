// Adafactor.

import { listOf, number, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import type { DType, Shape } from '../../engine/core/meta';
import { expectKind, shown } from '../../engine/core/options';
import type { Tensor } from '../tensor/tensor';
import { checkNotNegative } from './checks';
import { eachParameter } from './each';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Adafactor. */
export interface AdafactorOptions {
  /** Upper bound of the learning rate, relative to the size of the parameters; default 0.01. */
  lr: number;
  /** Exponent of the step number in the decay of the running averages, at most 0; default -0.8. */
  beta2Decay: number;
  /**
   * Lower bounds on the square root of the estimated squared gradients (null: the dtype's epsilon) and on the root mean
   * square of a parameter. Default [null, 1e-3].
   */
  eps: readonly [number | null, number];
  /** The maximum root mean square of an update, beyond which it is scaled down; at least 1; default 1. */
  d: number;
  /** Decoupled weight decay: a step multiplies a parameter by 1 − lr · weightDecay; default 0. */
  weightDecay: number;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const ROWS = 'row_var';
const COLUMNS = 'col_var';
const VARIANCE = 'variance';

/** Machine epsilon of the dtypes that parameters may have. */
const EPSILON: Partial<Record<DType, number>> = { float32: 2 ** -23, float16: 2 ** -10 };

const pair = listOf(orNull(number), 2);

const isMatrix = (shape: Shape): boolean => shape.length > 1;

const rms = (x: Tensor): Tensor => x.square().mean().sqrt();

const stateShape = (name: string, shape: Shape): Shape =>
  name === VARIANCE ? shape : shape.with(name === ROWS ? -1 : -2, 1);

const settings: OptimizerSettings<AdafactorOptions> = {
  defaults: { lr: 1e-2, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false },
  kinds: { eps: pair },
  check(name, { lr, beta2Decay, eps, d, weightDecay }) {
    expectKind(name, 'eps', eps, pair);
    const least = { lr, weightDecay, 'eps[0]': eps[0] ?? 0, 'eps[1]': eps[1] };
    checkNotNegative(name, least, Object.keys(least));
    if (!(beta2Decay <= 0)) throw new ArgumentError(`${name}: expected beta2Decay ≤ 0, but got ${shown(beta2Decay)}`);
    if (!(d >= 1)) throw new ArgumentError(`${name}: expected d ≥ 1, but got ${shown(d)}`);
  },
  stateNames: (_, { shape }) => (isMatrix(shape) ? [ROWS, COLUMNS] : [VARIANCE]),
  stateShape,
  kindOf: ({ shape }) => isMatrix(shape),
  step(update, { lr, beta2Decay, eps, d, weightDecay, maximize }) {
    const { step } = update;
    const weight = step ** beta2Decay;
    const rate = Math.min(lr, 1 / Math.sqrt(step));
    return eachParameter(update, stateShape, ([param, given, ...states]) => {
      const grad = maximize ? given.neg() : given;
      const least = eps[0] ?? EPSILON[param.dtype]!;
      const size = rms(param).clamp(eps[1]).mul(rate);
      const kept = weightDecay === 0 ? param : param.mul(1 - lr * weightDecay);
      const squares = grad.square();
      const means = isMatrix(param.shape)
        ? [squares.mean(-1, { keepdim: true }), squares.mean(-2, { keepdim: true })]
        : [squares];
      const averages = states.map((before, i) => before.add(means[i]!.sub(before).mul(weight)));
      const [rows, columns] = averages as [Tensor, Tensor | undefined];
      const variance = columns ? rows.mul(columns).div(rows.mean(-2, { keepdim: true }).clamp(least)) : rows;
      const direction = variance
        .clamp(least * least)
        .rsqrt()
        .mul(grad);
      const clipped = direction.mul(size.div(rms(direction).div(d).clamp(1)));
      return [kept.sub(clipped), ...averages];
    });
  },
};

/**
 * Adafactor (Shazeer & Stern 2018). To keep its state small, it stores only the row and column means of a matrix's
 * squared gradients.
 *
 *     R ← R + t^beta2Decay (mean of ∇² in each row − R);   C likewise for columns;   V = R C / max(mean of R, eps₁)
 *     U = ∇ / max(√V, eps₁);   p ← (1 − lr · weightDecay) p − max(eps₂, rms(p)) · min(lr, 1/√t) · U / max(1, rms(U) /
 *     d)
 *
 * For parameters with fewer than two dimensions, the full V is stored.
 *
 *     const optimizer = new optim.Adafactor(model.parameters());
 */
export class Adafactor extends optimizerClass<
  AdafactorOptions,
  [lr: 'lr', beta2Decay: 'beta2Decay', eps: 'eps', d: 'd', weightDecay: 'weightDecay', maximize: 'maximize']
>('Adafactor', settings) {}
