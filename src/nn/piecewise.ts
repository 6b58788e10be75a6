// Owns the further activations: thresholds, shrinking, gates, and the kin of ELU.

import { integer, real } from '../core/argument-kinds';
import { ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { pythonFloat, pythonText } from '../core/printing';
import { full } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { expectTensors } from './callable';
import { softsign } from './functional/activation';
import * as F from './functional/piecewise';
import { UnaryLayer } from './layer';
import { Parameter } from './parameter';
import { wholeNumber } from './sizes';

interface InplaceArguments {
  /** Write the result into the input, default false. */
  inplace?: boolean;
}

type InplaceOrder = Arguments<InplaceArguments, ['inplace']>;

abstract class PlainActivation extends UnaryLayer {
  inplace: boolean;

  constructor(layer: string, args: readonly unknown[]) {
    super();
    this.inplace = parseArgs<InplaceArguments>(layer, [], { inplace: false }, args).inplace;
  }
}

/** As those that print whether they work in place. */
abstract class PrintedActivation extends PlainActivation {
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** min(max(x / 6 + 1/2, 0), 1). Shape: any, kept. */
export class Hardsigmoid extends PlainActivation {
  constructor(...args: InplaceOrder) {
    super('Hardsigmoid', args);
  }

  forward(x: Tensor): Tensor {
    return F.hardsigmoid(x, { inplace: this.inplace });
  }
}

/** x min(max(x / 6 + 1/2, 0), 1). Shape: any, kept. */
export class Hardswish extends PlainActivation {
  constructor(...args: InplaceOrder) {
    super('Hardswish', args);
  }

  forward(x: Tensor): Tensor {
    return F.hardswish(x, { inplace: this.inplace });
  }
}

/** x tanh(ln(1 + eˣ)). Shape: any, kept. */
export class Mish extends PrintedActivation {
  constructor(...args: InplaceOrder) {
    super('Mish', args);
  }

  forward(x: Tensor): Tensor {
    return F.mish(x, { inplace: this.inplace });
  }
}

/** ELU with the constants of self-normalising networks (Klambauer et al. 2017). Shape: any, kept. */
export class SELU extends PrintedActivation {
  constructor(...args: InplaceOrder) {
    super('SELU', args);
  }

  forward(x: Tensor): Tensor {
    return F.selu(x, { inplace: this.inplace });
  }
}

interface CELUArguments extends InplaceArguments {
  /** Default 1. */
  alpha?: number;
}

/** x for x > 0, alpha (e^(x / alpha) − 1) elsewhere. Shape: any, kept. */
export class CELU extends UnaryLayer {
  alpha: number;
  inplace: boolean;

  constructor(...args: Arguments<CELUArguments, ['alpha', 'inplace']>) {
    super();
    const { alpha, inplace } = parseArgs<CELUArguments>('CELU', [], { alpha: 1, inplace: false }, args);
    this.alpha = alpha;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    return F.celu(x, { alpha: this.alpha, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

interface ThresholdArguments extends InplaceArguments {
  threshold: number;
  /** In place of what is not over the threshold. */
  value: number;
}

/** x where it is over the threshold, `value` elsewhere. Shape: any, kept. */
export class Threshold extends UnaryLayer {
  threshold: number;
  value: number;
  inplace: boolean;

  constructor(...args: Arguments<ThresholdArguments, ['threshold', 'value', 'inplace']>) {
    super();
    const o = parseArgs<ThresholdArguments>('Threshold', ['threshold', 'value'], { inplace: false }, args, {
      threshold: real,
      value: real,
    });
    this.threshold = o.threshold;
    this.value = o.value;
    this.inplace = o.inplace;
  }

  forward(x: Tensor): Tensor {
    return F.threshold(x, { threshold: this.threshold, value: this.value, inplace: this.inplace });
  }

  override extraRepr(): string {
    const { threshold, value, inplace } = this;
    return `threshold=${pythonText(threshold)}, value=${pythonText(value)}${inplace ? ', inplace=True' : ''}`;
  }
}

/** x / (1 + |x|). Shape: any, kept. */
export class Softsign extends UnaryLayer {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** x − tanh x. Shape: any, kept. */
export class Tanhshrink extends UnaryLayer {
  forward(x: Tensor): Tensor {
    return F.tanhshrink(x);
  }
}

interface ShrinkArguments {
  /** Default 0.5. */
  lambd?: number;
}

/** x, and 0 where |x| ≤ lambd. Shape: any, kept. */
export class Hardshrink extends UnaryLayer {
  lambd: number;

  constructor(...args: Arguments<ShrinkArguments, ['lambd']>) {
    super();
    this.lambd = parseArgs<ShrinkArguments>('Hardshrink', [], { lambd: 0.5 }, args).lambd;
  }

  forward(x: Tensor): Tensor {
    return F.hardshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return pythonText(this.lambd);
  }
}

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. Shape: any, kept. */
export class Softshrink extends UnaryLayer {
  lambd: number;

  constructor(...args: Arguments<ShrinkArguments, ['lambd']>) {
    super();
    this.lambd = parseArgs<ShrinkArguments>('Softshrink', [], { lambd: 0.5 }, args).lambd;
  }

  forward(x: Tensor): Tensor {
    return F.softshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return pythonText(this.lambd);
  }
}

interface PReLUArguments {
  /** 1, or as many as there are channels (dimension 1); default 1. */
  numParameters?: number;
  /** What they start at, default 0.25. */
  init?: number;
}

/** x for x > 0, weight · x elsewhere, the weight learnt. Shape: any, kept. `weight` has shape [numParameters]. */
export class PReLU extends UnaryLayer {
  numParameters: number;
  /** What the weight starts with. */
  init: number;
  weight!: Parameter;

  constructor(...args: Arguments<PReLUArguments, ['numParameters', 'init']>) {
    super();
    const o = parseArgs<PReLUArguments>('PReLU', [], { numParameters: 1, init: 0.25 }, args);
    this.numParameters = wholeNumber('PReLU', 'numParameters', o.numParameters, 1);
    this.init = o.init;
    this.registerParameter('weight', new Parameter(full([this.numParameters], o.init, { dtype: 'float32' })));
  }

  forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

/** a σ(b) for the halves a and b of the input along `dim`. Shape: half as long there. */
export class GLU extends UnaryLayer {
  dim: number;

  constructor(...args: Arguments<{ dim?: number }, ['dim']>) {
    super();
    this.dim = parseArgs<{ dim?: number }>('GLU', [], { dim: -1 }, args, { dim: integer }).dim;
  }

  forward(x: Tensor): Tensor {
    return F.glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Softmax over the channels of each pixel. Shape: [N, C, H, W] or [C, H, W], kept. */
export class Softmax2d extends UnaryLayer {
  forward(x: Tensor): Tensor {
    expectTensors('Softmax2d', x);
    if (x.shape.length !== 3 && x.shape.length !== 4) {
      throw new ShapeError(`Softmax2d: expected 4-D or 3-D input, but got ${showShape(x.shape)}`);
    }
    return x.softmax(-3);
  }
}

interface RReLUArguments extends InplaceArguments {
  /** Default 1/8. */
  lower?: number;
  /** Default 1/3. */
  upper?: number;
}

/** x for x > 0, slope · x elsewhere: in training each slope drawn from U(lower, upper), else their mean. Shape: any, kept. */
export class RReLU extends UnaryLayer {
  lower: number;
  upper: number;
  inplace: boolean;

  constructor(...args: Arguments<RReLUArguments, ['lower', 'upper', 'inplace']>) {
    super();
    const defaults = { lower: 1 / 8, upper: 1 / 3, inplace: false };
    const { lower, upper, inplace } = parseArgs<RReLUArguments>('RReLU', [], defaults, args);
    this.lower = lower;
    this.upper = upper;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    const { lower, upper, training, inplace } = this;
    return F.rrelu(x, { lower, upper, training, inplace });
  }

  override extraRepr(): string {
    const { lower, upper, inplace } = this;
    return `lower=${pythonText(lower)}, upper=${pythonText(upper)}${inplace ? ', inplace=True' : ''}`;
  }
}
