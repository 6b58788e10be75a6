// The windows that PyTorch has at its top level, under the names of before torch.signal.

import { flag, type Kinds, MOST_FEATURES, number, whole } from '../../../engine/core/argument-kinds';
import { expectKind } from '../../../engine/core/options';
import { type TensorOptions, withTensorOptions } from '../calling/sizes';
import type { Tensor } from '../tensor';
import { BLACKMAN, cosines, kaiserOf, triangle, weights } from './shapes';
import { windowTensor } from './window-tensor';

interface Length {
  /** The number of samples. */
  windowLength: number;
}

interface Periodic {
  /** Whether the window is one period of repeated windows (default), as spectra want it, or symmetric. */
  periodic?: boolean;
}

type WindowArgs<O = unknown> =
  | [windowLength: number, periodic: boolean, options?: TensorOptions & O]
  | [windowLength: number, options?: TensorOptions & Periodic & O]
  | [named: TensorOptions & Periodic & O & Length];

type Weight = Parameters<typeof weights>[2];
type Own = Readonly<Record<string, unknown>>;

function window(
  name: string,
  args: readonly unknown[],
  weightOf: (given: Readonly<Record<string, number>>) => Weight,
  defaults: Readonly<Record<string, number>> = {},
): Tensor {
  const kinds: Kinds<Own> = {
    periodic: flag,
    ...Object.fromEntries(Object.keys(defaults).map((key) => [key, number])),
  };
  const all = { periodic: true, ...defaults };
  const { given, options } = withTensorOptions<Own>(name, ['windowLength'], all as Own, args, kinds);
  const { windowLength, periodic, ...rest } = given as unknown as Required<Length & Periodic> & Record<string, number>;
  expectKind(name, 'windowLength', windowLength, whole(0, MOST_FEATURES));
  return windowTensor(name, weights(windowLength, !periodic, weightOf(rest)), options);
}

/** A triangle from 0 to 1 and back. Shape: [windowLength]. */
export const bartlettWindow = (...args: WindowArgs): Tensor => window('bartlettWindow', args, () => triangle);

/** Blackman's sum of three cosines. Shape: [windowLength]. */
export const blackmanWindow = (...args: WindowArgs): Tensor => window('blackmanWindow', args, () => cosines(BLACKMAN));

interface HammingFactors {
  /** The constant part. Default: 0.54. */
  alpha?: number;
  /** The factor of the cosine. Default: 0.46. */
  beta?: number;
}

/** alpha − beta cos(2πk / windowLength). Shape: [windowLength]. */
export const hammingWindow = (...args: WindowArgs<HammingFactors>): Tensor =>
  window('hammingWindow', args, ({ alpha, beta }) => cosines([alpha!, beta!]), { alpha: 0.54, beta: 0.46 });

/** ½ − ½ cos(2πk / windowLength), as spectra of parts of a signal want it. Shape: [windowLength]. */
export const hannWindow = (...args: WindowArgs): Tensor => window('hannWindow', args, () => cosines([0.5, 0.5]));

interface KaiserFactor {
  /** How narrow the window is; 0: all weights are 1. Default: 12. */
  beta?: number;
}

/** Kaiser's window, by the modified Bessel function I₀. Shape: [windowLength]. */
export const kaiserWindow = (...args: WindowArgs<KaiserFactor>): Tensor =>
  window('kaiserWindow', args, ({ beta }) => kaiserOf(beta!), { beta: 12 });
