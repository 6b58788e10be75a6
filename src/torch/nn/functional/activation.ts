// F's activation functions: thin wrappers around the ops.

import { oneOf, orNull, text } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Settings } from '../../../engine/core/settings';
import { expectFloat } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/pointwise/activation';
import { clamp } from '../../../engine/ops/pointwise/compare';
import { softsign as softsignOf } from '../../../engine/ops/pointwise/elementary';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { type AlphaArguments, activation, type InplaceArguments, plain, withSettings } from './elementwise';

/** max(x, 0). */
export const relu = plain('relu', ops.relu);

/** min(max(x, 0), 6). */
export const relu6 = plain('relu6', (x) => clamp(x, 0, 6));

/** x σ(x). */
export const silu = plain('silu', ops.silu);

/** tanh x. */
export const tanh = callable('tanh(input)', (input: Tensor): Tensor => Tensor.of(ops.tanh(input.value)));

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = callable('sigmoid(input)', (input: Tensor): Tensor => Tensor.of(ops.sigmoid(input.value)));

/** ln σ(x). */
export const logsigmoid = callable(
  'logsigmoid(input)',
  (input: Tensor): Tensor => Tensor.of(ops.logSigmoid(input.value)),
);

export interface LeakyReluArguments extends InplaceArguments {
  /** The slope below 0, default 0.01. */
  negativeSlope?: number;
}

export const leakyReluSettings: Settings<LeakyReluArguments> = { defaults: { negativeSlope: 0.01, inplace: false } };

/** x for x ≥ 0, negativeSlope · x elsewhere; slope 0.01 by default. */
export const leakyRelu = activation<LeakyReluArguments, ['negativeSlope', 'inplace']>(
  'leakyRelu',
  leakyReluSettings,
  (x, { negativeSlope }) => ops.leakyRelu(x, negativeSlope),
);

export interface HardtanhArguments extends InplaceArguments {
  /** The least value, default −1. */
  minVal?: number;
  /** The greatest value, default 1. */
  maxVal?: number;
}

export const hardtanhSettings: Settings<HardtanhArguments> = {
  defaults: { minVal: -1, maxVal: 1, inplace: false },
  check(name, { minVal, maxVal }) {
    if (minVal <= maxVal) return;
    throw new ArgumentError(`${name}: expected minVal ≤ maxVal, but got ${minVal} and ${maxVal}`);
  },
};

/** min(max(x, minVal), maxVal); −1 and 1 by default. */
export const hardtanh = activation<HardtanhArguments, ['minVal', 'maxVal', 'inplace']>(
  'hardtanh',
  hardtanhSettings,
  (x, { minVal, maxVal }) => clamp(x, minVal, maxVal),
);

export const eluSettings: Settings<AlphaArguments> = { defaults: { alpha: 1, inplace: false } };

/** x for x > 0, alpha (eˣ − 1) elsewhere; alpha 1 by default. */
export const elu = activation<AlphaArguments, ['alpha', 'inplace']>('elu', eluSettings, (x, { alpha, inplace }) =>
  ops.elu(x, alpha, inplace),
);

export interface GeluArguments {
  /** 'tanh' for the approximation by tanh, default 'none'. */
  approximate?: 'none' | 'tanh';
}

export const geluSettings: Settings<GeluArguments> = {
  defaults: { approximate: 'none' },
  kinds: { approximate: oneOf('none', 'tanh') },
};

/** x Φ(x); `approximate: 'tanh'` takes its approximation. */
export const gelu = withSettings<GeluArguments, []>('gelu', geluSettings, (x, { approximate }) =>
  Tensor.of(ops.gelu(x.value, approximate)),
);

/** x / (1 + |x|). */
export const softsign = callable('softsign(input)', (input: Tensor): Tensor => Tensor.of(softsignOf(input.value)));

export interface SoftplusArguments {
  /** Default 1. */
  beta?: number;
  /** Above beta · x = threshold the function is x itself, default 20. */
  threshold?: number;
}

export const softplusSettings: Settings<SoftplusArguments> = { defaults: { beta: 1, threshold: 20 } };

/** ln(1 + e^(beta x)) / beta, and x itself where beta x is over the threshold; 1 and 20 by default. */
export const softplus = withSettings<SoftplusArguments, ['beta', 'threshold']>(
  'softplus',
  softplusSettings,
  (x, { beta, threshold }) => Tensor.of(ops.softplus(x.value, beta, threshold)),
);

interface SoftmaxOptions {
  dim?: number | null;
  /** Cast the elements to this dtype first; the result has it, too. Default: the input's. */
  dtype?: DType | null;
}

type SoftmaxArgs = Arguments<SoftmaxOptions, ['dim', 'dtype']>;

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. */
export const softmax = callable('softmax(input, ...)', (input: Tensor, ...args: SoftmaxArgs): Tensor => {
  return input.softmax(row('softmax', input, args));
});

/** xᵢ − ln Σⱼ e^xⱼ along `dim`. */
export const logSoftmax = callable('logSoftmax(input, ...)', (input: Tensor, ...args: SoftmaxArgs): Tensor => {
  return input.logSoftmax(row('logSoftmax', input, args));
});

/** `softmax` of −x: the smallest element gets the largest share. */
export const softmin = callable('softmin(input, ...)', (input: Tensor, ...args: SoftmaxArgs): Tensor => {
  const given = row('softmin', input, args);
  if (!given.dtype) expectFloat('softmin', 'input', input);
  return input.neg().softmax(given);
});

/** If `dim` is not given, the axis is PyTorch's default: 0 for 0-, 1- and 3-D inputs, else 1. */
function row(name: string, x: Tensor, args: SoftmaxArgs): { dim: number; dtype: DType | null } {
  const { dim, dtype } = parseArgs<SoftmaxOptions>(name, [], { dim: null, dtype: null }, args, { dtype: orNull(text) });
  const rank = x.shape.length;
  return { dim: dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), dtype };
}
