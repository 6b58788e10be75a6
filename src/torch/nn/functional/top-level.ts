// The functions whose parameters have another order in `torch` than in F.
import { flag } from '../../../engine/core/argument-kinds';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import type { SizePerDim } from '../layers/sizes';
import * as pools from './adaptive-pooling';
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
 * `F.instanceNorm` in the order of `torch.instance_norm`, which has no defaults: null parameters are left out.
 *
 * Shape: input [N, C, …], kept; the others [C].
 *
 * @param input x[N, C, …]
 * @param weight γ[C], which the result is multiplied by; null for 1
 * @param bias β[C], which is added to it; null for 0
 * @param runningMean the mean to use if `useInputStats` is false; updated if it is true
 * @param runningVar the variance likewise
 * @param useInputStats normalise by the statistics of the input
 * @param momentum the share of the input's statistics in the new running ones
 * @param eps added to the variance
 */
export const instanceNorm = callable(
  'instanceNorm(input, weight?, bias?, runningMean?, runningVar?, useInputStats: value, momentum: number, eps: number)',
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    /** The running mean, [C]. */
    runningMean: Tensor | null,
    /** The running variance, [C]. */
    runningVar: Tensor | null,
    /** Normalise by the input's own statistics. */
    useInputStats: boolean,
    /** The share of the newest value. */
    momentum: number,
    /** Added to the denominator, so that it is not 0. */
    eps: number,
  ): Tensor => {
    expectKind('instanceNorm', 'useInputStats', useInputStats, flag);
    return norms.instanceNorm(input, runningMean, runningVar, weight, bias, { useInputStats, momentum, eps });
  },
);

/** The maxima of `F.adaptiveMaxPool1d` and their places. Shape: [N, C, L] or [C, L] → two of [N, C, outputSize]. */
export const adaptiveMaxPool1d = callable(
  'adaptiveMaxPool1d(input, outputSize: value)',
  (input: Tensor, outputSize: SizePerDim<1>): [maxima: Tensor, indices: Tensor] =>
    pools.adaptiveMaxPool1d(input, { outputSize, returnIndices: true }),
);

type Dropout = (input: Tensor, options: { p: number; training: boolean; inplace: boolean }) => Tensor;

/** A dropout of F in the form of torch, which has no defaults. A name that ends in an underscore writes into the input. */
const dropped = <const Name extends string>(name: Name, of: Dropout) =>
  callable(
    `${name}(input, p: number, train: value)`,
    (
      input: Tensor,
      /** The probability that an element is dropped. */
      p: number,
      /** Whether elements are dropped; without it, nothing changes. */
      train: boolean,
    ): Tensor => {
      expectKind(name, 'train', train, flag);
      return of(input, { p, training: train, inplace: name.endsWith('_') });
    },
  );

/**
 * `F.dropout` in the form of `torch.dropout`, which has no defaults: elements become 0 with probability p, and the
 * others are divided by 1 − p. Shape: kept.
 */
export const dropout = dropped('dropout', dropouts.dropout);
/** `dropout`, into the input. */
export const dropout_ = dropped('dropout_', dropouts.dropout);
/** `dropout` of whole channels. Shape: [N, C, …], kept. */
export const featureDropout = dropped('featureDropout', dropouts.featureDropout);
/** `featureDropout`, into the input. */
export const featureDropout_ = dropped('featureDropout_', dropouts.featureDropout);
/** `F.alphaDropout` without defaults: dropped elements get SELU's least value; mean 0 and variance 1 are kept. */
export const alphaDropout = dropped('alphaDropout', dropouts.alphaDropout);
/** `alphaDropout`, into the input. */
export const alphaDropout_ = dropped('alphaDropout_', dropouts.alphaDropout);
/** `alphaDropout` of whole channels. Shape: [N, C, …], kept. */
export const featureAlphaDropout = dropped('featureAlphaDropout', dropouts.featureAlphaDropout);
/** `featureAlphaDropout`, into the input. */
export const featureAlphaDropout_ = dropped('featureAlphaDropout_', dropouts.featureAlphaDropout);

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
