// Stochastic depth: skips residual branches at random in training.

import { ArgumentError, empty, type Tensor } from '../../../torch';
import {
  type Arguments,
  callable,
  expectKind,
  kinds,
  parseArgs,
  pythonFloat,
  shown,
  UnaryLayer,
} from '../../../torch/inside';

/** Whether to skip the branch for the whole batch at once, or for each row separately. */
export type StochasticDepthMode = 'batch' | 'row';

interface DepthArguments {
  /** Probability that a row, or the batch, is zeroed. */
  p: number;
  mode: StochasticDepthMode;
}

/** @throws ArgumentError if the probability is outside [0, 1], or the mode does not exist */
function checked(name: string, { p, mode }: DepthArguments): void {
  if (typeof p !== 'number' || !(p >= 0 && p <= 1)) {
    throw new ArgumentError(`${name}: expected a probability p from 0 to 1, but got ${shown(p)}`);
  }
  if (mode !== 'batch' && mode !== 'row') {
    throw new ArgumentError(`${name}: expected mode 'batch' or 'row', but got ${shown(mode)}`);
  }
}

/**
 * Zeroes rows of `input`, or all of it, with probability `p`, and divides the others by 1 − p (Huang et al. 2016,
 * arXiv:1603.09382).
 *
 * @throws ArgumentError if the probability is outside [0, 1], or the mode does not exist
 */
export const stochasticDepth = callable(
  'stochasticDepth(input, p: value, mode: value, training?: value)',
  (
    input: Tensor,
    p: number,
    mode: StochasticDepthMode,
    /** Whether the model is being trained. */ training = true,
  ): Tensor => {
    checked('stochasticDepth', { p, mode });
    expectKind('stochasticDepth', 'training', training, kinds.flag);
    if (!training || p === 0) return input;
    const survival = 1 - p;
    const ones = input.shape.slice(1).map(() => 1);
    const noise = empty([mode === 'row' ? input.shape[0]! : 1, ...ones], { dtype: input.dtype }).bernoulli_(survival);
    return input.mul(survival > 0 ? noise.div_(survival) : noise);
  },
);

/** `stochasticDepth` as a module: active in training only. */
export class StochasticDepth extends UnaryLayer {
  readonly p: number;
  readonly mode: StochasticDepthMode;

  constructor(...args: Arguments<DepthArguments, ['p', 'mode']>) {
    super();
    const o = parseArgs<DepthArguments>('StochasticDepth', ['p', 'mode'], {}, args);
    checked('StochasticDepth', o);
    this.p = o.p;
    this.mode = o.mode;
  }

  override forward(input: Tensor): Tensor {
    return stochasticDepth(input, this.p, this.mode, this.training);
  }

  override toString(): string {
    return `StochasticDepth(p=${pythonFloat(this.p)}, mode=${this.mode})`;
  }
}
