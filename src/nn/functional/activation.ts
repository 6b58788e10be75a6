// Owns F's activation functions: thin over the ops.

import { orNull, text } from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import type { DType } from '../../core/meta';
import { type Arguments, parseArgs } from '../../core/options';
import { expectFloat } from '../../graph/record';
import type { Value } from '../../graph/value';
import * as ops from '../../ops/activation';
import { clamp } from '../../ops/compare';
import { softsign as softsignOf } from '../../ops/elementary';
import { callable } from '../../tensor/callable';
import { Tensor } from '../../tensor/tensor';

interface Inplace {
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

type InplaceArguments = Arguments<Inplace, ['inplace']>;

/** y = f(x), into x itself where asked. */
function apply(x: Tensor, inplace: boolean, f: (x: Value) => Value): Tensor {
  return inplace ? x.overwrite(f(x.before().value)) : Tensor.of(f(x.value));
}

/** An activation whose only option is `inplace`. */
function plain(name: string, f: (x: Value) => Value) {
  return callable(
    `${name}(input, ...)` as 'plain(input, ...)',
    (x: Tensor, ...args: InplaceArguments): Tensor =>
      apply(x, parseArgs<Inplace>(name, [], { inplace: false }, args).inplace, f),
  );
}

/** max(x, 0). */
export const relu = plain('relu', ops.relu);

/** min(max(x, 0), 6). */
export const relu6 = plain('relu6', (x) => clamp(x, 0, 6));

/** x σ(x). */
export const silu = plain('silu', ops.silu);

/** tanh x. */
export const tanh = callable('tanh(input)', (x: Tensor): Tensor => Tensor.of(ops.tanh(x.value)));

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = callable('sigmoid(input)', (x: Tensor): Tensor => Tensor.of(ops.sigmoid(x.value)));

/** ln σ(x). */
export const logsigmoid = callable('logsigmoid(input)', (x: Tensor): Tensor => Tensor.of(ops.logSigmoid(x.value)));

interface LeakyRelu extends Inplace {
  negativeSlope?: number;
}

/** x for x ≥ 0, negativeSlope · x elsewhere; slope 0.01 by default. */
export const leakyRelu = callable(
  'leakyRelu(input, ...)',
  (x: Tensor, ...args: Arguments<LeakyRelu, ['negativeSlope', 'inplace']>): Tensor => {
    const o = parseArgs<LeakyRelu>('leakyRelu', [], { negativeSlope: 0.01, inplace: false }, args);
    return apply(x, o.inplace, (value) => ops.leakyRelu(value, o.negativeSlope));
  },
);

interface Hardtanh extends Inplace {
  minVal?: number;
  maxVal?: number;
}

/** min(max(x, minVal), maxVal); −1 and 1 by default. */
export const hardtanh = callable(
  'hardtanh(input, ...)',
  (x: Tensor, ...args: Arguments<Hardtanh, ['minVal', 'maxVal', 'inplace']>): Tensor => {
    const o = parseArgs<Hardtanh>('hardtanh', [], { minVal: -1, maxVal: 1, inplace: false }, args);
    if (o.minVal > o.maxVal) {
      throw new ArgumentError(`hardtanh: expected minVal ≤ maxVal, but got ${o.minVal} and ${o.maxVal}`);
    }
    return apply(x, o.inplace, (value) => clamp(value, o.minVal, o.maxVal));
  },
);

interface Elu extends Inplace {
  alpha?: number;
}

/** x for x > 0, alpha (eˣ − 1) elsewhere; alpha 1 by default. */
export const elu = callable('elu(input, ...)', (x: Tensor, ...args: Arguments<Elu, ['alpha', 'inplace']>): Tensor => {
  const o = parseArgs<Elu>('elu', [], { alpha: 1, inplace: false }, args);
  return apply(x, o.inplace, (value) => ops.elu(value, o.alpha, o.inplace));
});

/** x Φ(x); `approximate: 'tanh'` takes its approximation. */
export const gelu = callable(
  'gelu(input, ...)',
  (x: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor => {
    const { approximate } = parseArgs<typeof options>('gelu', [], { approximate: 'none' }, [options]);
    if (approximate !== 'none' && approximate !== 'tanh') {
      throw new ArgumentError(`gelu: expected approximate 'none' or 'tanh', but got '${approximate}'`);
    }
    return Tensor.of(ops.gelu(x.value, approximate));
  },
);

/** x / (1 + |x|). */
export const softsign = callable('softsign(input)', (x: Tensor): Tensor => Tensor.of(softsignOf(x.value)));

interface Softplus {
  beta?: number;
  threshold?: number;
}

/** ln(1 + e^(beta x)) / beta, and x itself where beta x is over the threshold; 1 and 20 by default. */
export const softplus = callable(
  'softplus(input, ...)',
  (x: Tensor, ...args: Arguments<Softplus, ['beta', 'threshold']>): Tensor => {
    const { beta, threshold } = parseArgs<Softplus>('softplus', [], { beta: 1, threshold: 20 }, args);
    return Tensor.of(ops.softplus(x.value, beta, threshold));
  },
);

interface Row {
  dim?: number | null;
  /** What the elements are cast to first, and the dtype of the result. */
  dtype?: DType | null;
}

type RowArgs = Arguments<Row, ['dim', 'dtype']>;

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. */
export const softmax = callable('softmax(input, ...)', (x: Tensor, ...args: RowArgs): Tensor => {
  return x.softmax(row('softmax', x, args));
});

/** xᵢ − ln Σⱼ e^xⱼ along `dim`. */
export const logSoftmax = callable('logSoftmax(input, ...)', (x: Tensor, ...args: RowArgs): Tensor => {
  return x.logSoftmax(row('logSoftmax', x, args));
});

/** `softmax` of −x: the least element has the most. */
export const softmin = callable('softmin(input, ...)', (x: Tensor, ...args: RowArgs): Tensor => {
  const given = row('softmin', x, args);
  if (!given.dtype) expectFloat('softmin', 'input', x);
  return x.neg().softmax(given);
});

/** Without `dim` the axis is PyTorch's: 0 for 0-, 1- and 3-D inputs, else 1. */
function row(name: string, x: Tensor, args: RowArgs): { dim: number; dtype: DType | null } {
  const { dim, dtype } = parseArgs<Row>(name, [], { dim: null, dtype: null }, args, { dtype: orNull(text) });
  const rank = x.shape.length;
  return { dim: dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), dtype };
}
