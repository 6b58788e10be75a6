// Muon.

import { finite, listOf, oneOf, whole } from '../../engine/core/argument-kinds';
import { ShapeError } from '../../engine/core/errors';
import { type Shape, showShape } from '../../engine/core/meta';
import { expectKind } from '../../engine/core/options';
import type { Tensor } from '../tensor/tensor';
import type { GroupArguments } from './arguments';
import { eachParameter } from './each';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Muon. */
export interface MuonOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Decoupled weight decay: a step multiplies a parameter by 1 − lr · weightDecay; default 0.1. */
  weightDecay: number;
  /** Decay rate of the running average of gradients, default 0.95. */
  momentum: number;
  /** Whether to use Nesterov momentum, default true. */
  nesterov: boolean;
  /** The coefficients a, b and c of the iteration, default [3.4445, -4.775, 2.0315]. */
  nsCoefficients: readonly [number, number, number];
  /** The minimum norm that a matrix is divided by, default 1e-7. */
  eps: number;
  /** Number of iterations, fewer than 100; default 5. */
  nsSteps: number;
  /**
   * The factor of the learning rate for a matrix [A, B]: √max(1, A/B) for 'original' and null (default), 0.2 √max(A, B)
   * for 'match_rms_adamw', so that updates are as large as those of AdamW, and √(A/B) for 'spectral_unclamped'.
   */
  adjustLrFn: 'original' | 'match_rms_adamw' | 'spectral_unclamped' | null;
}

/** From https://kellerjordan.github.io/posts/muon, as in PyTorch. */
const coefficients = [3.4445, -4.775, 2.0315] as const;

/** a + weight (b − a) */
const mixed = (a: Tensor, b: Tensor, weight: number): Tensor => a.add(b.sub(a).mul(weight));

/** Approximately U Vᵀ, for a matrix U S Vᵀ. */
function orthogonal(matrix: Tensor, { nsCoefficients: [a, b, c], nsSteps, eps }: MuonOptions): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const wide = rows > columns ? matrix.t() : matrix;
  let x = wide.div(wide.square().sum().sqrt().clamp(eps));
  for (let i = 0; i < nsSteps; i++) {
    const gram = x.matmul(x.t());
    const update = gram.mul(b).add(gram.matmul(gram).mul(c));
    x = x.mul(a).add(update.matmul(x));
  }
  return rows > columns ? x.t() : x;
}

function ratio(shape: Shape, kind: MuonOptions['adjustLrFn']): number {
  const [rows, columns] = shape as [number, number];
  if (kind === 'match_rms_adamw') return 0.2 * Math.sqrt(Math.max(rows, columns));
  return Math.sqrt(kind === 'spectral_unclamped' ? rows / columns : Math.max(1, rows / columns));
}

const settings: OptimizerSettings<MuonOptions> = {
  defaults: {
    lr: 1e-3,
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: true,
    nsCoefficients: coefficients,
    eps: 1e-7,
    nsSteps: 5,
    adjustLrFn: null,
  },
  notNegative: ['lr', 'weightDecay', 'momentum', 'eps'],
  check(name, { nsCoefficients, nsSteps, adjustLrFn }) {
    expectKind(name, 'nsCoefficients', nsCoefficients, listOf(finite, 3));
    expectKind(name, 'nsSteps', nsSteps, whole(0, 99));
    expectKind(name, 'adjustLrFn', adjustLrFn, oneOf('original', 'match_rms_adamw', 'spectral_unclamped', null));
  },
  stateNames: () => ['momentum_buffer'],
  step(update, options) {
    const { lr, weightDecay, momentum, nesterov } = options;
    const sameShape = (_: string, shape: Shape) => shape;
    return eachParameter(update, sameShape, ([param, grad, before]) => {
      const buffer = mixed(before!, grad, 1 - momentum);
      const direction = orthogonal(nesterov ? mixed(grad, buffer, momentum) : buffer, options);
      const kept = weightDecay === 0 ? param : param.mul(1 - lr * weightDecay);
      return [kept.sub(direction.mul(lr * ratio(param.shape, options.adjustLrFn))), buffer];
    });
  },
};

type MuonOrder = [
  lr: 'lr',
  weightDecay: 'weightDecay',
  momentum: 'momentum',
  nesterov: 'nesterov',
  nsCoefficients: 'nsCoefficients',
  eps: 'eps',
  nsSteps: 'nsSteps',
  adjustLrFn: 'adjustLrFn',
];

/**
 * Muon (Jordan 2024), for the weights of hidden layers, which are matrices. Use another optimizer for biases,
 * embeddings and the last layer, such as `optim.AdamW`. The average of gradients is made nearly orthogonal by
 * Newton–Schulz iterations in float32, where PyTorch uses bfloat16.
 *
 *     B ← μ B + (1 − μ) ∇;   X ← (1 − μ) ∇ + μ B, or B without nesterov;   X ← X / max(‖X‖, eps)
 *     nsSteps times:   A ← X Xᵀ;   X ← a X + (b A + c A²) X
 *     p ← (1 − lr · weightDecay) p − lr · adjusted · X
 *
 *     const matrices = model.parameters().filter((p) => p.dim() === 2);
 *     const optimizer = new optim.Muon(matrices, { lr: 0.02 });
 *
 * @throws ShapeError if a parameter is not a matrix
 */
export class Muon extends optimizerClass<MuonOptions, MuonOrder>('Muon', settings) {
  override addParamGroup(...args: GroupArguments<MuonOptions>): void {
    super.addParamGroup(...args);
    const other = this.paramGroups.at(-1)!.params.find(({ shape }) => shape.length !== 2);
    if (!other) return;
    this.paramGroups.pop();
    throw new ShapeError(
      `Muon: expected matrices, but got a parameter of shape ${showShape(other.shape)}; give it to another optimizer, such as optim.AdamW`,
    );
  }
}
