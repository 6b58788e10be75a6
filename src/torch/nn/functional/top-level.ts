// The functions whose parameters have another order in `torch` than in F.
import { flag } from '../../../engine/core/argument-kinds';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import * as norms from './batch-norm';
import * as dropouts from './dropout';
import * as lookups from './embedding';

/**
 * `F.batchNorm` in the order of `torch.batch_norm`, which has no defaults: null parameters are left out.
 *
 * Shape: input [N, C, …], kept; the others [C].
 *
 *     torch.batchNorm(x, null, null, null, null, true, 0.1, 1e-5);
 *
 * @param input x[N, C, …]
 * @param weight γ[C], which the result is multiplied by; null for 1
 * @param bias β[C], which is added to it; null for 0
 * @param runningMean the mean to use if `training` is false; updated if it is true
 * @param runningVar the variance likewise
 * @param training normalise by the statistics of the input
 * @param momentum the share of the input's statistics in the new running ones
 * @param eps added to the variance
 */
export const batchNorm = callable(
  'batchNorm(input, weight?, bias?, runningMean?, runningVar?, training: value, momentum: number, eps: number)',
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    /** The running mean, [C]. */
    runningMean: Tensor | null,
    /** The running variance, [C]. */
    runningVar: Tensor | null,
    /** Whether the model is being trained. */
    training: boolean,
    /** The share of the newest value. */
    momentum: number,
    /** Added to the denominator, so that it is not 0. */
    eps: number,
  ): Tensor => norms.batchNorm(input, runningMean, runningVar, { weight, bias, training, momentum, eps }),
);

/**
 * `F.dropout` in the form of `torch.dropout`, which has no defaults: elements become 0 with probability p, and the
 * others are divided by 1 − p.
 * Shape: kept.
 *
 * @param input x of any shape
 * @param p the probability that an element is dropped
 * @param train if false, the input is returned unchanged
 */
export const dropout = callable(
  'dropout(input, p: number, train: value)',
  (
    input: Tensor,
    p: number,
    /** Whether elements are dropped; without it, nothing changes. */ train: boolean,
  ): Tensor => {
    expectKind('dropout', 'train', train, flag);
    return dropouts.dropout(input, { p, training: train });
  },
);

interface TopLevelEmbeddingArguments {
  /** The row that gets no gradient; −1, the default, stands for none. */
  paddingIdx?: number;
  /** Divide the gradient of each row by how often it is looked up, default false. */
  scaleGradByFreq?: boolean;
  /** Must be false: there are no sparse gradients here. */
  sparse?: boolean;
}

/**
 * `F.embedding` in the order of `torch.embedding`: rows of `weight` [rows, width] by index. Shape: int64 [*] → [*,
 * width].
 *
 * @param weight the table, [rows, width]
 * @param indices row indices, int64
 */
export const embedding = callable(
  'embedding(weight, indices, ...)',
  (
    weight: Tensor,
    indices: Tensor,
    ...args: Arguments<TopLevelEmbeddingArguments, ['paddingIdx', 'scaleGradByFreq', 'sparse']>
  ): Tensor => {
    const defaults = { paddingIdx: -1, scaleGradByFreq: false, sparse: false };
    const { paddingIdx, ...o } = parseArgs<TopLevelEmbeddingArguments>('embedding', [], defaults, args);
    return lookups.embedding(indices, weight, { ...o, paddingIdx: paddingIdx < 0 ? null : paddingIdx });
  },
);
