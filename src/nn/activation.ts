// Owns the activation family, element by element, and softmax.

import { integer, oneOf, orNull } from '../core/argument-kinds';
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import { pythonFloat, pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import * as F from './functional/activation';
import { UnaryLayer } from './layer';

interface InplaceArguments {
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

/** Activations whose only option is `inplace`. */
abstract class PlainActivation extends UnaryLayer {
  inplace: boolean;

  constructor(layer: string, args: readonly unknown[]) {
    super();
    this.inplace = parseArgs<InplaceArguments>(layer, [], { inplace: false }, args).inplace;
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** max(x, 0). Shape: any, kept. */
export class ReLU extends PlainActivation {
  constructor(...args: Arguments<InplaceArguments, ['inplace']>) {
    super('ReLU', args);
  }

  forward(x: Tensor): Tensor {
    return F.relu(x, { inplace: this.inplace });
  }
}

/** min(max(x, 0), 6). Shape: any, kept. */
export class ReLU6 extends PlainActivation {
  constructor(...args: Arguments<InplaceArguments, ['inplace']>) {
    super('ReLU6', args);
  }

  forward(x: Tensor): Tensor {
    return F.relu6(x, { inplace: this.inplace });
  }
}

interface HardtanhArguments extends InplaceArguments {
  /** Default −1. */
  minVal?: number;
  /** Default 1. */
  maxVal?: number;
}

/** min(max(x, minVal), maxVal). Shape: any, kept. */
export class Hardtanh extends UnaryLayer {
  minVal: number;
  maxVal: number;
  inplace: boolean;

  constructor(...args: Arguments<HardtanhArguments, ['minVal', 'maxVal', 'inplace']>) {
    super();
    const o = parseArgs<HardtanhArguments>('Hardtanh', [], { minVal: -1, maxVal: 1, inplace: false }, args);
    if (!(o.minVal < o.maxVal)) {
      throw new ArgumentError(`Hardtanh: expected minVal < maxVal, but got ${o.minVal} and ${o.maxVal}`);
    }
    this.minVal = o.minVal;
    this.maxVal = o.maxVal;
    this.inplace = o.inplace;
  }

  forward(x: Tensor): Tensor {
    return F.hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal, inplace: this.inplace });
  }

  override extraRepr(): string {
    const text = `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
    return `${text}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** x σ(x), also called swish. Shape: any, kept. */
export class SiLU extends PlainActivation {
  constructor(...args: Arguments<InplaceArguments, ['inplace']>) {
    super('SiLU', args);
  }

  forward(x: Tensor): Tensor {
    return F.silu(x, { inplace: this.inplace });
  }
}

/** tanh x. Shape: any, kept. */
export class Tanh extends UnaryLayer {
  forward(x: Tensor): Tensor {
    return F.tanh(x);
  }
}

/** 1 / (1 + e⁻ˣ). Shape: any, kept. */
export class Sigmoid extends UnaryLayer {
  forward(x: Tensor): Tensor {
    return F.sigmoid(x);
  }
}

/** ln σ(x). Shape: any, kept. */
export class LogSigmoid extends UnaryLayer {
  forward(x: Tensor): Tensor {
    return F.logsigmoid(x);
  }
}

interface LeakyReLUArguments extends InplaceArguments {
  /** Default 0.01. */
  negativeSlope?: number;
}

/** x for x ≥ 0, negativeSlope · x elsewhere. Shape: any, kept. */
export class LeakyReLU extends UnaryLayer {
  negativeSlope: number;
  inplace: boolean;

  constructor(...args: Arguments<LeakyReLUArguments, ['negativeSlope', 'inplace']>) {
    super();
    const o = parseArgs<LeakyReLUArguments>('LeakyReLU', [], { negativeSlope: 0.01, inplace: false }, args);
    this.negativeSlope = o.negativeSlope;
    this.inplace = o.inplace;
  }

  forward(x: Tensor): Tensor {
    return F.leakyRelu(x, { negativeSlope: this.negativeSlope, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `negative_slope=${pythonText(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

interface ELUArguments extends InplaceArguments {
  /** Default 1. */
  alpha?: number;
}

/** x for x > 0, alpha (eˣ − 1) elsewhere. Shape: any, kept. */
export class ELU extends UnaryLayer {
  alpha: number;
  inplace: boolean;

  constructor(...args: Arguments<ELUArguments, ['alpha', 'inplace']>) {
    super();
    const o = parseArgs<ELUArguments>('ELU', [], { alpha: 1, inplace: false }, args);
    this.alpha = o.alpha;
    this.inplace = o.inplace;
  }

  forward(x: Tensor): Tensor {
    return F.elu(x, { alpha: this.alpha, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

interface GELUArguments {
  /** 'tanh' for the approximation by tanh, default 'none'. */
  approximate?: 'none' | 'tanh';
}

/** x Φ(x), Φ the standard normal's distribution function. Shape: any, kept. */
export class GELU extends UnaryLayer {
  approximate: 'none' | 'tanh';

  constructor(...args: Arguments<GELUArguments, ['approximate']>) {
    super();
    this.approximate = parseArgs<GELUArguments>('GELU', [], { approximate: 'none' }, args, {
      approximate: oneOf('none', 'tanh'),
    }).approximate;
  }

  forward(x: Tensor): Tensor {
    return F.gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

interface SoftplusArguments {
  /** Default 1. */
  beta?: number;
  /** Above beta · x = threshold the function is x itself, default 20. */
  threshold?: number;
}

/** ln(1 + e^(beta x)) / beta. Shape: any, kept. */
export class Softplus extends UnaryLayer {
  beta: number;
  threshold: number;

  constructor(...args: Arguments<SoftplusArguments, ['beta', 'threshold']>) {
    super();
    const { beta, threshold } = parseArgs<SoftplusArguments>('Softplus', [], { beta: 1, threshold: 20 }, args);
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    return F.softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${pythonFloat(this.beta)}, threshold=${pythonFloat(this.threshold)}`;
  }
}

interface DimArguments {
  /** The axis whose elements sum to 1; left out, the second one (the first of 0-, 1- and 3-D inputs). */
  dim?: number | null;
}

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. Shape: any, kept. */
export class Softmax extends UnaryLayer {
  dim: number | null;

  constructor(...args: Arguments<DimArguments, ['dim']>) {
    super();
    this.dim = parseArgs<DimArguments>('Softmax', [], { dim: null }, args, { dim: orNull(integer) }).dim;
  }

  forward(x: Tensor): Tensor {
    return F.softmax(x, { dim: this.dim });
  }

  override extraRepr(): string {
    return `dim=${pythonText(this.dim)}`;
  }
}

/** xᵢ − ln Σⱼ e^xⱼ along `dim`. Shape: any, kept. */
export class LogSoftmax extends UnaryLayer {
  dim: number | null;

  constructor(...args: Arguments<DimArguments, ['dim']>) {
    super();
    this.dim = parseArgs<DimArguments>('LogSoftmax', [], { dim: null }, args, { dim: orNull(integer) }).dim;
  }

  forward(x: Tensor): Tensor {
    return F.logSoftmax(x, { dim: this.dim });
  }

  override extraRepr(): string {
    return `dim=${pythonText(this.dim)}`;
  }
}

/** `Softmax` of −x: the least element has the most. Shape: any, kept. */
export class Softmin extends UnaryLayer {
  dim: number | null;

  constructor(...args: Arguments<DimArguments, ['dim']>) {
    super();
    this.dim = parseArgs<DimArguments>('Softmin', [], { dim: null }, args, { dim: orNull(integer) }).dim;
  }

  forward(x: Tensor): Tensor {
    return F.softmin(x, { dim: this.dim });
  }

  override extraRepr(): string {
    return `dim=${pythonText(this.dim)}`;
  }
}
