// The activation family, element by element, and softmax.

import { integer, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { keywords, pythonFloat } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/activation';
import { type AlphaArguments, type InplaceArguments, inplaceSettings } from '../functional/elementwise';
import { activationLayer, orInplace } from './activation-layer';
import { UnaryLayer } from './layer';

const float = (value: unknown): string => pythonFloat(value as number);

/* @__NO_SIDE_EFFECTS__ */
const plainLayer = (name: string, call: (x: Tensor, named: never) => Tensor) =>
  activationLayer<InplaceArguments, ['inplace']>(name, inplaceSettings, call);

/** max(x, 0). Shape: any, kept. */
export class ReLU extends plainLayer('ReLU', F.relu) {
  declare inplace: boolean;
}

/** min(max(x, 0), 6). Shape: any, kept. */
export class ReLU6 extends plainLayer('ReLU6', F.relu6) {
  declare inplace: boolean;
}

const HardtanhLayer = /* @__PURE__ */ activationLayer<F.HardtanhArguments, ['minVal', 'maxVal', 'inplace']>(
  'Hardtanh',
  {
    ...F.hardtanhSettings,
    check(name, { minVal, maxVal }) {
      if (minVal < maxVal) return;
      throw new ArgumentError(`${name}: expected minVal < maxVal, but got ${minVal} and ${maxVal}`);
    },
  },
  F.hardtanh,
  (layer) => orInplace(keywords(layer, ['minVal', 'maxVal'], float), layer),
);

/** min(max(x, minVal), maxVal). Shape: any, kept. */
export class Hardtanh extends HardtanhLayer {
  declare minVal: number;
  declare maxVal: number;
  declare inplace: boolean;
}

/** x σ(x), also called swish. Shape: any, kept. */
export class SiLU extends plainLayer('SiLU', F.silu) {
  declare inplace: boolean;
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

const LeakyReLULayer = /* @__PURE__ */ activationLayer<F.LeakyReluArguments, ['negativeSlope', 'inplace']>(
  'LeakyReLU',
  F.leakyReluSettings,
  F.leakyRelu,
  (layer) => orInplace(keywords(layer, ['negativeSlope']), layer),
);

/** x for x ≥ 0, negativeSlope · x elsewhere. Shape: any, kept. */
export class LeakyReLU extends LeakyReLULayer {
  declare negativeSlope: number;
  declare inplace: boolean;
}

const ELULayer = /* @__PURE__ */ activationLayer<AlphaArguments, ['alpha', 'inplace']>(
  'ELU',
  F.eluSettings,
  F.elu,
  (layer) => orInplace(keywords(layer, ['alpha'], float), layer),
);

/** x for x > 0, alpha (eˣ − 1) elsewhere. Shape: any, kept. */
export class ELU extends ELULayer {
  declare alpha: number;
  declare inplace: boolean;
}

const GELULayer = /* @__PURE__ */ activationLayer<F.GeluArguments, ['approximate']>(
  'GELU',
  F.geluSettings,
  F.gelu,
  (layer) => keywords(layer, ['approximate'], (value) => `'${value}'`),
);

/** x Φ(x), Φ the standard normal's distribution function. Shape: any, kept. */
export class GELU extends GELULayer {
  declare approximate: 'none' | 'tanh';
}

const SoftplusLayer = /* @__PURE__ */ activationLayer<F.SoftplusArguments, ['beta', 'threshold']>(
  'Softplus',
  F.softplusSettings,
  F.softplus,
  (layer) => keywords(layer, ['beta', 'threshold'], float),
);

/** ln(1 + e^(beta x)) / beta. Shape: any, kept. */
export class Softplus extends SoftplusLayer {
  declare beta: number;
  declare threshold: number;
}

interface DimArguments {
  /** The axis whose elements sum to 1; default: 0 for 0-, 1- and 3-D inputs, else 1. */
  dim?: number | null;
}

/* @__NO_SIDE_EFFECTS__ */
function rowLayer(name: string, call: (x: Tensor, named: never) => Tensor) {
  const settings: Settings<DimArguments> = { defaults: { dim: null }, kinds: { dim: orNull(integer) } };
  return activationLayer<DimArguments, ['dim']>(name, settings, call, (layer) => keywords(layer, ['dim']));
}

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. Shape: any, kept. */
export class Softmax extends rowLayer('Softmax', F.softmax) {
  declare dim: number | null;
}

/** xᵢ − ln Σⱼ e^xⱼ along `dim`. Shape: any, kept. */
export class LogSoftmax extends rowLayer('LogSoftmax', F.logSoftmax) {
  declare dim: number | null;
}

/** `Softmax` of −x: the smallest element gets the largest share. Shape: any, kept. */
export class Softmin extends rowLayer('Softmin', F.softmin) {
  declare dim: number | null;
}
