// Owns F's activation functions that write their result into the input, PyTorch's names with an underscore.

import { type Arguments, parseArgs } from '../../core/options';
import { callable } from '../../tensor/callable';
import type { Tensor } from '../../tensor/tensor';
import { elu, hardtanh, leakyRelu, relu } from './activation';
import { celu, rrelu, selu, threshold } from './piecewise';

interface Alpha {
  /** Default 1. */
  alpha?: number;
}

interface Slope {
  /** Default 0.01. */
  negativeSlope?: number;
}

interface Bounds {
  /** Default −1. */
  minVal?: number;
  /** Default 1. */
  maxVal?: number;
}

interface Over {
  threshold: number;
  /** In place of what is not over the threshold. */
  value: number;
}

interface Slopes {
  /** Default 1/8. */
  lower?: number;
  /** Default 1/3. */
  upper?: number;
  /** Draw a slope for each element, default false. */
  training?: boolean;
}

/** `relu`, into x. */
export const relu_ = callable('relu_(input)', (x: Tensor): Tensor => relu(x, { inplace: true }));

/** `selu`, into x. */
export const selu_ = callable('selu_(input)', (x: Tensor): Tensor => selu(x, { inplace: true }));

/** `elu`, into x. */
export const elu_ = callable(
  'elu_(input, ...)',
  (x: Tensor, ...args: Arguments<Alpha, ['alpha']>): Tensor =>
    elu(x, { ...parseArgs<Alpha>('elu_', [], { alpha: 1 }, args), inplace: true }),
);

/** `celu`, into x. */
export const celu_ = callable(
  'celu_(input, ...)',
  (x: Tensor, ...args: Arguments<Alpha, ['alpha']>): Tensor =>
    celu(x, { ...parseArgs<Alpha>('celu_', [], { alpha: 1 }, args), inplace: true }),
);

/** `leakyRelu`, into x. */
export const leakyRelu_ = callable(
  'leakyRelu_(input, ...)',
  (x: Tensor, ...args: Arguments<Slope, ['negativeSlope']>): Tensor =>
    leakyRelu(x, { ...parseArgs<Slope>('leakyRelu_', [], { negativeSlope: 0.01 }, args), inplace: true }),
);

/** `hardtanh`, into x. */
export const hardtanh_ = callable(
  'hardtanh_(input, ...)',
  (x: Tensor, ...args: Arguments<Bounds, ['minVal', 'maxVal']>): Tensor =>
    hardtanh(x, { ...parseArgs<Bounds>('hardtanh_', [], { minVal: -1, maxVal: 1 }, args), inplace: true }),
);

/** `threshold`, into x. */
export const threshold_ = callable(
  'threshold_(input, ...)',
  (x: Tensor, ...args: Arguments<Over, ['threshold', 'value']>): Tensor =>
    threshold(x, { ...parseArgs<Over>('threshold_', ['threshold', 'value'], {}, args), inplace: true }),
);

/** `rrelu`, into x. */
export const rrelu_ = callable(
  'rrelu_(input, ...)',
  (x: Tensor, ...args: Arguments<Slopes, ['lower', 'upper', 'training']>): Tensor => {
    const defaults = { lower: 1 / 8, upper: 1 / 3, training: false };
    return rrelu(x, { ...parseArgs<Slopes>('rrelu_', [], defaults, args), inplace: true });
  },
);
