// The further activations: thresholds, shrinking, gates, and the relatives of ELU.

import { ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { keywords, pythonFloat, pythonText } from '../../../engine/core/printing';
import { parseSettings } from '../../../engine/core/settings';
import { noGrad } from '../../../engine/storage/mode';
import { full } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { softsign } from '../functional/activation';
import { type AlphaArguments, type InplaceArguments, inplaceSettings } from '../functional/elementwise';
import * as F from '../functional/piecewise';
import { expectTensors } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { activationLayer, orInplace } from './activation-layer';
import { settingsOf, UnaryLayer } from './layer';
import { wholeNumber } from './sizes';

type Call = (x: Tensor, named: never) => Tensor;

/* @__NO_SIDE_EFFECTS__ */
const plainLayer = (name: string, call: Call, describe?: () => string) =>
  activationLayer<InplaceArguments, ['inplace']>(name, inplaceSettings, call, describe);

/** For layers that do not print whether they work in place. */
const silent = (): string => '';

/** min(max(x / 6 + 1/2, 0), 1). Shape: any, kept. */
export class Hardsigmoid extends plainLayer('Hardsigmoid', F.hardsigmoid, silent) {
  declare inplace: boolean;
}

/** x min(max(x / 6 + 1/2, 0), 1). Shape: any, kept. */
export class Hardswish extends plainLayer('Hardswish', F.hardswish, silent) {
  declare inplace: boolean;
}

/** x tanh(ln(1 + eˣ)). Shape: any, kept. */
export class Mish extends plainLayer('Mish', F.mish) {
  declare inplace: boolean;
}

/** ELU with the constants of self-normalising networks (Klambauer et al. 2017). Shape: any, kept. */
export class SELU extends plainLayer('SELU', F.selu) {
  declare inplace: boolean;
}

const CELULayer = /* @__PURE__ */ activationLayer<AlphaArguments, ['alpha', 'inplace']>(
  'CELU',
  F.celuSettings,
  F.celu,
  (layer) =>
    orInplace(
      keywords(layer, ['alpha'], (value) => pythonFloat(value as number)),
      layer,
    ),
);

/** x for x > 0, alpha (e^(x / alpha) − 1) elsewhere. Shape: any, kept. */
export class CELU extends CELULayer {
  declare alpha: number;
  declare inplace: boolean;
}

/** x where x > threshold, `value` elsewhere. Shape: any, kept. */
export class Threshold extends UnaryLayer {
  threshold: number;
  value: number;
  inplace: boolean;

  /**
   * @param threshold Elements above this are kept.
   * @param value Replaces the elements that are not above the threshold.
   * @param options inplace: write the result into the input, default false.
   */
  constructor(threshold: number, value: number, options?: InplaceArguments);
  constructor(...args: Arguments<F.ThresholdArguments, ['threshold', 'value', 'inplace']>);
  constructor(...args: unknown[]) {
    super();
    const o = parseSettings('Threshold', F.thresholdSettings, args);
    this.threshold = o.threshold;
    this.value = o.value;
    this.inplace = o.inplace;
  }

  forward(x: Tensor): Tensor {
    return F.threshold(x, settingsOf(this, F.thresholdSettings));
  }

  override extraRepr(): string {
    return orInplace(keywords(this, ['threshold', 'value']), this);
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

/* @__NO_SIDE_EFFECTS__ */
const shrinkLayer = (name: string, call: Call) =>
  activationLayer<F.ShrinkArguments, ['lambd']>(name, F.shrinkSettings, call, (layer) =>
    pythonText(Reflect.get(layer, 'lambd')),
  );

/** x, and 0 where |x| ≤ lambd. Shape: any, kept. */
export class Hardshrink extends shrinkLayer('Hardshrink', F.hardshrink) {
  declare lambd: number;
}

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. Shape: any, kept. */
export class Softshrink extends shrinkLayer('Softshrink', F.softshrink) {
  declare lambd: number;
}

interface PReLUArguments {
  /** 1, or as many as there are channels (dimension 1); default 1. */
  numParameters?: number;
  /** The initial value of the parameters, default 0.25. */
  init?: number;
}

/** x for x > 0, weight · x elsewhere, with a learnt weight. Shape: any, kept. `weight` has shape [numParameters]. */
export class PReLU extends UnaryLayer {
  numParameters: number;
  /** The initial value of the weight. */
  init: number;
  weight!: Parameter;

  constructor(...args: Arguments<PReLUArguments, ['numParameters', 'init']>) {
    super();
    const o = parseArgs<PReLUArguments>('PReLU', [], { numParameters: 1, init: 0.25 }, args);
    this.numParameters = wholeNumber('PReLU', 'numParameters', o.numParameters, 1);
    this.init = o.init;
    this.registerParameter('weight', new Parameter(full([this.numParameters], o.init, { dtype: 'float32' })));
  }

  /** Sets the weight to `init`. */
  resetParameters(): void {
    noGrad(() => void this.weight.fill_(this.init));
  }

  forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

const GLULayer = /* @__PURE__ */ activationLayer<F.GluArguments, ['dim']>('GLU', F.gluSettings, F.glu, (layer) =>
  keywords(layer, ['dim']),
);

/** a σ(b) for the halves a and b of the input along `dim`. Shape: half the size in `dim`. */
export class GLU extends GLULayer {
  declare dim: number;
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

const RReLULayer = /* @__PURE__ */ activationLayer<F.RReluArguments, ['lower', 'upper', 'inplace']>(
  'RReLU',
  F.rreluSettings,
  F.rrelu,
  (layer) => orInplace(keywords(layer, ['lower', 'upper']), layer),
);

/**
 * x for x > 0, slope · x elsewhere; in training each slope is drawn from U(lower, upper), else it is their mean. Shape:
 * any, kept.
 */
export class RReLU extends RReLULayer {
  declare lower: number;
  declare upper: number;
  declare inplace: boolean;

  override forward(x: Tensor): Tensor {
    return F.rrelu(x, { ...settingsOf(this, F.rreluSettings), training: this.training });
  }
}
