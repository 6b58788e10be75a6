// torch.signal.windows: weights by which a part of a signal is multiplied before its spectrum is taken.

import {
  flag,
  type Kinds,
  MOST_FEATURES,
  nonEmpty,
  number,
  orNull,
  positive,
  whole,
} from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { expectKind } from '../../../engine/core/options';
import { type TensorOptions, withTensorOptions } from '../calling/sizes';
import type { Tensor } from '../tensor';
import { BLACKMAN, cosines, kaiserOf, NUTTALL, triangle, weights } from './shapes';
import { windowTensor } from './window-tensor';

/** Options of windows. */
export interface WindowOptions extends TensorOptions {
  /** Whether the window is symmetric (default), as filters want it, or one period of repeated windows, as spectra do. */
  sym?: boolean;
}

interface Samples {
  /** The number of samples. */
  M: number;
}

/** The arguments of a window with options O. */
type WindowArguments<O = unknown> = [M: number, options?: WindowOptions & O] | [named: WindowOptions & O & Samples];

type Own = Readonly<Record<string, unknown>>;
type Given<O> = O & Samples & { readonly sym: boolean };

function window<O extends object>(
  name: string,
  args: readonly unknown[],
  defaults: O,
  kinds: Kinds<O>,
  numbers: (given: Given<O>) => Float32Array,
  required: readonly string[] = ['M'],
): Tensor {
  const op = `signal.windows.${name}`;
  const { given, options } = withTensorOptions<Own>(op, required, { sym: true, ...defaults } as Own, args, {
    sym: flag,
    ...kinds,
  });
  const own = given as unknown as Given<O>;
  expectKind(op, 'M', own.M, whole(0, MOST_FEATURES));
  return windowTensor(op, numbers(own), options);
}

const ofCosines = (name: string, args: readonly unknown[], a: readonly number[]): Tensor =>
  window(name, args, {}, {}, ({ M, sym }) => weights(M, sym, cosines(a)));

/** A triangle: 1 − |2k / (M − 1) − 1|. Shape: [M]. */
export const bartlett = (...args: WindowArguments): Tensor =>
  window('bartlett', args, {}, {}, ({ M, sym }) => weights(M, sym, triangle));

/** Blackman's sum of three cosines: 0.42 − 0.5 cos(2πk / (M − 1)) + 0.08 cos(4πk / (M − 1)). Shape: [M]. */
export const blackman = (...args: WindowArguments): Tensor => ofCosines('blackman', args, BLACKMAN);

/** Half a wave: sin(π (k + ½) / M). Shape: [M]. */
export const cosine = (...args: WindowArguments): Tensor =>
  window('cosine', args, {}, {}, ({ M, sym }) =>
    weights(M, sym, (k) => Math.sin((Math.PI * (k + 0.5)) / (sym || M === 1 ? M : M + 1)), false),
  );

interface ExponentialOptions {
  /** Where the window is 1; symmetric windows have it in their middle. Default: the middle. */
  center?: number | null;
  /** How fast the window fades: after so many samples to 1/e. Default: 1. */
  tau?: number;
}

/** exp(−|k − center| / tau). Shape: [M]. */
export const exponential = (...args: WindowArguments<ExponentialOptions>): Tensor => {
  const kinds = { center: orNull(number), tau: positive };
  const defaults: Required<ExponentialOptions> = { center: null, tau: 1 };
  return window('exponential', args, defaults, kinds, ({ M, sym, center, tau }) => {
    if (center !== null && sym) {
      throw new ArgumentError(
        `signal.windows.exponential: expected no center of a symmetric window, but got ${center}; use sym: false`,
      );
    }
    return weights(M, sym, (k, span) => Math.exp(-Math.abs(k - (center ?? span / 2)) / tau), false);
  });
};

interface GaussianOptions {
  /** The standard deviation, in samples. Default: 1. */
  std?: number;
}

/** exp(−(k − (M − 1) / 2)² / (2 std²)). Shape: [M]. */
export const gaussian = (...args: WindowArguments<GaussianOptions>): Tensor =>
  window('gaussian', args, { std: 1 }, { std: positive }, ({ M, sym, std }) =>
    weights(M, sym, (k, span) => Math.exp(-(((k - span / 2) / std) ** 2) / 2), false),
  );

interface CosineOptions {
  /** The factors of the cosines of 0, 1, 2, … periods, with signs + − + … */
  a: readonly number[];
}

/** a₀ − a₁ cos(2πk / (M − 1)) + a₂ cos(4πk / (M − 1)) − … Shape: [M]. */
export const generalCosine = (
  ...args: [M: number, options: WindowOptions & CosineOptions] | [named: WindowOptions & CosineOptions & Samples]
): Tensor => {
  const numbers = ({ M, sym, a }: Given<CosineOptions>): Float32Array => {
    expectKind('signal.windows.generalCosine', 'a', a, nonEmpty(number));
    return weights(M, sym, cosines(a));
  };
  return window('generalCosine', args, {} as CosineOptions, { a: nonEmpty(number) }, numbers, ['M', 'a']);
};

interface HammingOptions {
  /** The constant part; the cosine has the factor 1 − alpha. Default: 0.54. */
  alpha?: number;
}

/** alpha − (1 − alpha) cos(2πk / (M − 1)). Shape: [M]. */
export const generalHamming = (...args: WindowArguments<HammingOptions>): Tensor =>
  window('generalHamming', args, { alpha: 0.54 }, { alpha: number }, ({ M, sym, alpha }) =>
    weights(M, sym, cosines([alpha, 1 - alpha])),
  );

/** 0.54 − 0.46 cos(2πk / (M − 1)). Shape: [M]. */
export const hamming = (...args: WindowArguments): Tensor => ofCosines('hamming', args, [0.54, 0.46]);

/** ½ − ½ cos(2πk / (M − 1)). Shape: [M]. */
export const hann = (...args: WindowArguments): Tensor => ofCosines('hann', args, [0.5, 0.5]);

interface KaiserOptions {
  /** How narrow the window is; 0: all weights are 1. Default: 12. */
  beta?: number;
}

/** I₀(β √(1 − (2k / (M − 1) − 1)²)) / I₀(β), of the modified Bessel function I₀. Shape: [M]. */
export const kaiser = (...args: WindowArguments<KaiserOptions>): Tensor =>
  window('kaiser', args, { beta: 12 }, { beta: number }, ({ M, sym, beta }) => weights(M, sym, kaiserOf(beta)));

/** Nuttall's sum of four cosines. Shape: [M]. */
export const nuttall = (...args: WindowArguments): Tensor => ofCosines('nuttall', args, NUTTALL);
