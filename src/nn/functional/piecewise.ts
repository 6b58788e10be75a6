// Owns F's further activation functions: thresholds, shrinking, gates, and the kin of ELU.

import { real } from '../../core/argument-kinds';
import { ArgumentError, ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { type Arguments, parseArgs } from '../../core/options';
import { expectFloat } from '../../graph/record';
import type { Value } from '../../graph/value';
import { reshape } from '../../ops/cast';
import { where } from '../../ops/compare';
import * as ops from '../../ops/piecewise';
import { uniform53 } from '../../storage/random/distributions';
import { defaultGenerator } from '../../storage/random/generator';
import { callable } from '../../tensor/callable';
import { tensor, zeros } from '../../tensor/creation';
import { Tensor } from '../../tensor/tensor';
import { leakyRelu } from './activation';

interface Inplace {
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

/** y = f(x), into x itself where asked. */
const apply = (x: Tensor, inplace: boolean, f: (x: Value) => Value): Tensor =>
  inplace ? x.overwrite(f(x.before().value)) : Tensor.of(f(x.value));

/** An activation whose only option is `inplace`. */
function plain(name: string, f: (x: Value, inplace: boolean) => Value) {
  return callable(
    `${name}(input, ...)` as 'plain(input, ...)',
    (x: Tensor, ...args: Arguments<Inplace, ['inplace']>): Tensor => {
      const { inplace } = parseArgs<Inplace>(name, [], { inplace: false }, args);
      return apply(x, inplace, (value) => f(value, inplace));
    },
  );
}

/** min(max(x / 6 + 1/2, 0), 1). */
export const hardsigmoid = plain('hardsigmoid', ops.hardsigmoid);

/** x min(max(x / 6 + 1/2, 0), 1). */
export const hardswish = plain('hardswish', ops.hardswish);

/** x tanh(ln(1 + e^x)). */
export const mish = plain('mish', ops.mish);

/** scale · x for x > 0, scale · alpha (eˣ − 1) elsewhere, with the constants of self-normalising networks. */
export const selu = plain('selu', ops.selu);

interface Celu extends Inplace {
  alpha?: number;
}

/** x for x > 0, alpha (e^(x / alpha) − 1) elsewhere; alpha 1 by default. */
export const celu = callable(
  'celu(input, ...)',
  (x: Tensor, ...args: Arguments<Celu, ['alpha', 'inplace']>): Tensor => {
    const { alpha, inplace } = parseArgs<Celu>('celu', [], { alpha: 1, inplace: false }, args);
    if (alpha === 0) throw new ArgumentError('celu: expected alpha other than 0, but got 0');
    return apply(x, inplace, (value) => ops.celu(value, alpha, inplace));
  },
);

interface Threshold extends Inplace {
  threshold: number;
  /** In place of what is not over the threshold. */
  value: number;
}

/** x where it is over the threshold, `value` elsewhere. */
export const threshold = callable(
  'threshold(input, ...)',
  (x: Tensor, ...args: Arguments<Threshold, ['threshold', 'value', 'inplace']>): Tensor => {
    const o = parseArgs<Threshold>('threshold', ['threshold', 'value'], { inplace: false }, args, {
      threshold: real,
      value: real,
    });
    return apply(x, o.inplace, (value) => ops.threshold(value, o.threshold, o.value));
  },
);

/** x − tanh x. */
export const tanhshrink = callable('tanhshrink(input)', (x: Tensor): Tensor => x.sub(x.tanh()));

interface Shrink {
  /** Default 0.5. */
  lambd?: number;
}

/** x, and 0 where |x| ≤ lambd. */
export const hardshrink = callable(
  'hardshrink(input, ...)',
  (x: Tensor, ...args: Arguments<Shrink, ['lambd']>): Tensor => {
    const { lambd } = parseArgs<Shrink>('hardshrink', [], { lambd: 0.5 }, args);
    return Tensor.of(ops.hardshrink(x.value, lambd));
  },
);

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. */
export const softshrink = callable(
  'softshrink(input, ...)',
  (x: Tensor, ...args: Arguments<Shrink, ['lambd']>): Tensor => {
    const { lambd } = parseArgs<Shrink>('softshrink', [], { lambd: 0.5 }, args);
    if (!(lambd >= 0)) throw new ArgumentError(`softshrink: expected lambd ≥ 0, but got ${lambd}`);
    return Tensor.of(ops.softshrink(x.value, lambd));
  },
);

/** x for x > 0, weight · x elsewhere. `weight` has one number, or one a channel (dimension 1). */
export const prelu = callable('prelu(input, weight)', (x: Tensor, weight: Tensor): Tensor => {
  const channels = x.shape[1] ?? 1;
  const count = weight.numel();
  if (weight.shape.length > 1 || (count !== 1 && count !== channels)) {
    throw new ShapeError(
      `prelu: expected a weight of 1 number or one for each of ${channels} channels, but got shape ${showShape(weight.shape)}`,
    );
  }
  const along = x.shape.map((_, d) => (d === 1 ? count : 1));
  return Tensor.of(ops.prelu(x.value, reshape(weight.value, count === 1 ? [] : along)));
});

/** a σ(b) for the halves a and b of x along `dim`, the last by default. Shape: half as long there. */
export const glu = callable('glu(input, ...)', (x: Tensor, ...args: Arguments<{ dim?: number }, ['dim']>): Tensor => {
  const { dim } = parseArgs<{ dim?: number }>('glu', [], { dim: -1 }, args);
  expectFloat('glu', 'input', x);
  const size = x.size(dim);
  if (size % 2 !== 0) {
    throw new ShapeError(`glu: expected an even size in dimension ${dim}, but got ${showShape(x.shape)}`);
  }
  return x.narrow(dim, 0, size / 2).mul(x.narrow(dim, size / 2, size / 2).sigmoid());
});

interface RRelu extends Inplace {
  /** Bounds of the slope, default 1/8 and 1/3. */
  lower?: number;
  upper?: number;
  /** Draw a slope for each element; without, the mean of the bounds is taken. Default false. */
  training?: boolean;
}

/**
 * x for x > 0, slope · x elsewhere, the slope of each element drawn from U(lower, upper) in training (Xu et al. 2015). After the same
 * `torch.manualSeed` the slopes are PyTorch's, which draws for elements that are not positive only; how many those are is known on
 * the device alone, so here as many numbers are drawn as there are elements, and what is drawn afterwards differs.
 */
export const rrelu = callable(
  'rrelu(input, ...)',
  (x: Tensor, ...args: Arguments<RRelu, ['lower', 'upper', 'training', 'inplace']>): Tensor => {
    const defaults = { lower: 1 / 8, upper: 1 / 3, training: false, inplace: false };
    const { lower, upper, training, inplace } = parseArgs<RRelu>('rrelu', [], defaults, args);
    if (!(lower <= upper)) throw new ArgumentError(`rrelu: expected lower ≤ upper, but got ${lower} and ${upper}`);
    if (!training) return leakyRelu(x, { negativeSlope: (lower + upper) / 2, inplace });
    expectFloat('rrelu', 'input', x);
    const generator = defaultGenerator();
    const drawn = Float64Array.from({ length: x.numel() }, () => lower + uniform53(generator) * (upper - lower));
    if (drawn.length === 0) return inplace ? x : x.clone();
    const slopes = tensor(drawn, { dtype: x.dtype });
    return apply(x, inplace, (value) => {
      const now = Tensor.of(value);
      // The k-th number drawn belongs to the k-th element that is not positive.
      const takes = now.detach().le(0).flatten();
      const turn = takes.to('int64').cumsum(0).sub(1).clamp({ min: 0 });
      const slope = slopes.gather(0, turn).reshape([...now.shape]);
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
  (logits: Tensor, ...args: Arguments<GumbelSoftmax, ['tau', 'hard', 'eps', 'dim']>): Tensor => {
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
