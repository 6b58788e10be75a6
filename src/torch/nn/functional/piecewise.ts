// F's further activation functions: thresholds, shrinking, gates, and the relatives of ELU.

import { integer, real } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { expectFloat, expectOfWeight } from '../../../engine/graph/record';
import { where } from '../../../engine/ops/pointwise/compare';
import * as ops from '../../../engine/ops/pointwise/piecewise';
import { reshape } from '../../../engine/ops/shape/cast';
import { uniform53 } from '../../../engine/storage/random/distributions';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { callable } from '../../tensor/calling/callable';
import { tensor, zeros } from '../../tensor/creation/creation';
import { Tensor } from '../../tensor/tensor';
import { leakyRelu } from './activation';
import { type AlphaArguments, activation, apply, type InplaceArguments, plain, withSettings } from './elementwise';

/** min(max(x / 6 + 1/2, 0), 1). */
export const hardsigmoid = plain('hardsigmoid', ops.hardsigmoid);

/** x min(max(x / 6 + 1/2, 0), 1). */
export const hardswish = plain('hardswish', ops.hardswish);

/** x tanh(ln(1 + e^x)). */
export const mish = plain('mish', ops.mish);

/** scale · x for x > 0, scale · alpha (eˣ − 1) elsewhere, with the constants of self-normalising networks. */
export const selu = plain('selu', ops.selu);

export const celuSettings: Settings<AlphaArguments> = { defaults: { alpha: 1, inplace: false } };

/** x for x > 0, alpha (e^(x / alpha) − 1) elsewhere; alpha 1 by default. */
export const celu = activation<AlphaArguments, ['alpha', 'inplace']>('celu', celuSettings, (x, { alpha, inplace }) => {
  if (alpha === 0) throw new ArgumentError('celu: expected alpha other than 0, but got 0');
  return ops.celu(x, alpha, inplace);
});

export interface ThresholdArguments extends InplaceArguments {
  /** Elements above this are kept. */
  threshold: number;
  /** Replaces the elements that are not above the threshold. */
  value: number;
}

export const thresholdSettings: Settings<ThresholdArguments> = {
  required: ['threshold', 'value'],
  defaults: { inplace: false },
  kinds: { threshold: real, value: real },
};

/** x where x > threshold, `value` elsewhere. */
export const threshold = callable(
  'threshold(input, ...)',
  (input: Tensor, ...args: Arguments<ThresholdArguments, ['threshold', 'value', 'inplace']>): Tensor => {
    const o = parseSettings('threshold', thresholdSettings, args);
    return apply(input, o.inplace, (value) => ops.threshold(value, o.threshold, o.value));
  },
);

/** x − tanh x. */
export const tanhshrink = callable('tanhshrink(input)', (input: Tensor): Tensor => input.sub(input.tanh()));

export interface ShrinkArguments {
  /** The function is 0 up to |x| = lambd, default 0.5. */
  lambd?: number;
}

export const shrinkSettings: Settings<ShrinkArguments> = { defaults: { lambd: 0.5 } };

/** x, and 0 where |x| ≤ lambd. */
export const hardshrink = withSettings<ShrinkArguments, ['lambd']>('hardshrink', shrinkSettings, (x, { lambd }) =>
  Tensor.of(ops.hardshrink(x.value, lambd)),
);

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. */
export const softshrink = withSettings<ShrinkArguments, ['lambd']>('softshrink', shrinkSettings, (x, { lambd }) => {
  if (!(lambd >= 0)) throw new ArgumentError(`softshrink: expected lambd ≥ 0, but got ${lambd}`);
  return Tensor.of(ops.softshrink(x.value, lambd));
});

/** x for x > 0, weight · x elsewhere. `weight` has one number, or one per channel (dimension 1). */
export const prelu = callable('prelu(input, weight)', (input: Tensor, weight: Tensor): Tensor => {
  const channels = input.shape[1] ?? 1;
  const count = weight.numel();
  if (weight.shape.length > 1 || (count !== 1 && count !== channels)) {
    throw new ShapeError(
      `prelu: expected a weight of 1 number or one for each of ${channels} channels, but got shape ${showShape(weight.shape)}`,
    );
  }
  expectOfWeight('prelu', input, weight, true);
  const along = input.shape.map((_, d) => (d === 1 ? count : 1));
  return Tensor.of(ops.prelu(input.value, reshape(weight.value, count === 1 ? [] : along)));
});

export interface GluArguments {
  /** The axis of the halves, default −1. */
  dim?: number;
}

export const gluSettings: Settings<GluArguments> = { defaults: { dim: -1 }, kinds: { dim: integer } };

/** a σ(b) for the halves a and b of x along `dim`, the last by default. Shape: half the size in `dim`. */
export const glu = withSettings<GluArguments, ['dim']>('glu', gluSettings, (x, { dim }) => {
  expectFloat('glu', 'input', x);
  const size = x.size(dim);
  if (size % 2 !== 0) {
    throw new ShapeError(`glu: expected an even size in dimension ${dim}, but got ${showShape(x.shape)}`);
  }
  return x.narrow(dim, 0, size / 2).mul(x.narrow(dim, size / 2, size / 2).sigmoid());
});

/** The options that a layer keeps. The function also takes `training`, which a layer knows of itself. */
export interface RReluArguments extends InplaceArguments {
  /** The least slope, default 1/8. */
  lower?: number;
  /** The greatest slope, default 1/3. */
  upper?: number;
}

export interface RReluCallArguments extends RReluArguments {
  /** Draw a slope for each element; if false, use the mean of the bounds. Default false. */
  training?: boolean;
}

const slopes = { lower: 1 / 8, upper: 1 / 3 };

export const rreluSettings: Settings<RReluArguments> = { defaults: { ...slopes, inplace: false } };

export const rreluCallSettings: Settings<RReluCallArguments> = {
  defaults: { ...slopes, training: false, inplace: false },
};

/**
 * x for x > 0, slope · x elsewhere; in training, each element's slope is drawn from U(lower, upper) (Xu et al. 2015).
 * After the same `torch.manualSeed` the slopes are PyTorch's, but later draws differ: PyTorch draws only for elements
 * that are not positive. Only the device knows how many there are, so here a number is drawn for every element.
 */
export const rrelu = withSettings<RReluCallArguments, ['lower', 'upper', 'training', 'inplace']>(
  'rrelu',
  rreluCallSettings,
  (x, { lower, upper, training, inplace }) => {
    if (!(lower <= upper)) throw new ArgumentError(`rrelu: expected lower ≤ upper, but got ${lower} and ${upper}`);
    if (!training) return leakyRelu(x, { negativeSlope: (lower + upper) / 2, inplace });
    expectFloat('rrelu', 'input', x);
    const generator = defaultGenerator();
    const drawn = Float64Array.from({ length: x.numel() }, () => lower + uniform53(generator) * (upper - lower));
    if (drawn.length === 0) return inplace ? x : x.clone();
    const each = tensor(drawn, { dtype: x.dtype });
    return apply(x, inplace, (value) => {
      const now = Tensor.of(value);
      // The k-th number drawn belongs to the k-th element that is not positive.
      const takes = now.detach().le(0).flatten();
      const turn = takes.to('int64').cumsum(0).sub(1).clamp({ min: 0 });
      const slope = each.gather(0, turn).reshape([...now.shape]);
      return where(takes.reshape([...now.shape]).value, now.mul(slope).value, value);
    });
  },
);

interface GumbelSoftmax {
  /** Temperature, default 1. */
  tau?: number;
  /** Return one-hot samples, whose gradient is that of the soft ones; default false. */
  hard?: boolean;
  /** Default 1e-10; without effect, as in PyTorch. */
  eps?: number;
  /** Default −1. */
  dim?: number;
}

/** Samples of softmax((logits + g) / tau), g from the Gumbel distribution (Jang et al. 2017). Shape: kept. */
export const gumbelSoftmax = callable(
  'gumbelSoftmax(logits, ...)',
  (
    /** Logarithms of probabilities, which need not be normalised. */ logits: Tensor,
    ...args: Arguments<GumbelSoftmax, ['tau', 'hard', 'eps', 'dim']>
  ): Tensor => {
    const defaults = { tau: 1, hard: false, eps: 1e-10, dim: -1 };
    const { tau, hard, dim } = parseArgs<GumbelSoftmax>('gumbelSoftmax', [], defaults, args);
    const noise = zeros(logits.shape, { dtype: logits.dtype }).exponential_().log().neg();
    const soft = logits.add(noise).div(tau).softmax(dim);
    if (!hard) return soft;
    const picked = soft.detach();
    const most = picked.argmax(dim, { keepdim: true });
    return picked.mul(0).scatter(dim, most, 1).sub(picked).add(soft);
  },
);
