// torch.fft: discrete Fourier transforms, whose complex numbers are pairs in a last dimension of size 2, as torch.view_as_real
// gives them in PyTorch.

import type { Arguments } from '../../../engine/core/options';
import { callable } from '../calling/callable';
import type { Tensor } from '../tensor';
import { alongOne, alongSeveral, type Fft2Options, type FftnOptions, type FftOptions, type Kind } from './transform';

export { fftfreq, fftshift, ifftshift, rfftfreq } from './frequencies';
export type { Fft2Options, FftNorm, FftnOptions, FftOptions } from './transform';

type One = Arguments<FftOptions, ['n', 'dim', 'norm']>;
type Two = Arguments<Fft2Options, ['s', 'dim', 'norm']>;
type Several = Arguments<FftnOptions, ['s', 'dim', 'norm']>;

const forward: Kind = { form: 'pairs', positive: false, isInverse: false };
const inverse: Kind = { form: 'pairs', positive: true, isInverse: true };
const ofReal: Kind = { form: 'realToHalf', positive: false, isInverse: false };
const toReal: Kind = { form: 'halfToReal', positive: true, isInverse: true };
const ofHermitian: Kind = { form: 'halfToReal', positive: false, isInverse: false };
const toHermitian: Kind = { form: 'realToHalf', positive: true, isInverse: true };

const LAST_TWO = [-2, -1];

/**
 * The discrete Fourier transform X_k = Σ_j x_j e^(−2πi jk / n) of pairs along a dimension. Shape: [..., n, 2] → [..., n, 2].
 */
export const fft = callable(
  'fft.fft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.fft', input, args, forward),
);

/**
 * The inverse of `fft`, x_j = 1/n Σ_k X_k e^(2πi jk / n), of pairs along a dimension. Shape: [..., n, 2] → [..., n, 2].
 */
export const ifft = callable(
  'fft.ifft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.ifft', input, args, inverse),
);

/**
 * The transform of real numbers along a dimension: the first ⌊n / 2⌋ + 1 numbers of their spectrum, as pairs. The others are the conjugates of these, in reverse order. Shape: [..., n] → [..., ⌊n / 2⌋ + 1, 2].
 */
export const rfft = callable(
  'fft.rfft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.rfft', input, args, ofReal),
);

/**
 * The inverse of `rfft`: real numbers from half a spectrum of pairs. Give `n` if it is odd. Shape: [..., m, 2] → [..., n], n = 2 (m − 1) by default.
 */
export const irfft = callable(
  'fft.irfft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.irfft', input, args, toReal),
);

/**
 * The transform of half a signal of pairs, whose other half has their conjugates: real numbers. Shape: [..., m, 2] → [..., n], n = 2 (m − 1) by default.
 */
export const hfft = callable(
  'fft.hfft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.hfft', input, args, ofHermitian),
);

/**
 * The inverse of `hfft`: half a signal, as pairs, from its real spectrum. Shape: [..., n] → [..., ⌊n / 2⌋ + 1, 2].
 */
export const ihfft = callable(
  'fft.ihfft(input, ...)',
  (input: Tensor, ...args: One): Tensor => alongOne('fft.ihfft', input, args, toHermitian),
);

/** `fft` along two dimensions: [-2, -1] by default. */
export const fft2 = callable(
  'fft.fft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.fft2', input, args, forward, LAST_TWO),
);

/** `ifft` along two dimensions: [-2, -1] by default. */
export const ifft2 = callable(
  'fft.ifft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.ifft2', input, args, inverse, LAST_TWO),
);

/** `rfft` along two dimensions: [-2, -1] by default. The last of them has half a spectrum. */
export const rfft2 = callable(
  'fft.rfft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.rfft2', input, args, ofReal, LAST_TWO),
);

/** `irfft` along two dimensions: [-2, -1] by default. The last of them has half a spectrum. */
export const irfft2 = callable(
  'fft.irfft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.irfft2', input, args, toReal, LAST_TWO),
);

/** `hfft` along two dimensions: [-2, -1] by default. The last of them has half a signal. */
export const hfft2 = callable(
  'fft.hfft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.hfft2', input, args, ofHermitian, LAST_TWO),
);

/** `ihfft` along two dimensions: [-2, -1] by default. The last of them gets half a signal. */
export const ihfft2 = callable(
  'fft.ihfft2(input, ...)',
  (input: Tensor, ...args: Two): Tensor => alongSeveral('fft.ihfft2', input, args, toHermitian, LAST_TWO),
);

/** `fft` along several dimensions: all by default. */
export const fftn = callable(
  'fft.fftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.fftn', input, args, forward, null),
);

/** `ifft` along several dimensions: all by default. */
export const ifftn = callable(
  'fft.ifftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.ifftn', input, args, inverse, null),
);

/** `rfft` along several dimensions: all by default. The last of them has half a spectrum. */
export const rfftn = callable(
  'fft.rfftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.rfftn', input, args, ofReal, null),
);

/** `irfft` along several dimensions: all by default. The last of them has half a spectrum. */
export const irfftn = callable(
  'fft.irfftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.irfftn', input, args, toReal, null),
);

/** `hfft` along several dimensions: all by default. The last of them has half a signal. */
export const hfftn = callable(
  'fft.hfftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.hfftn', input, args, ofHermitian, null),
);

/** `ihfft` along several dimensions: all by default. The last of them gets half a signal. */
export const ihfftn = callable(
  'fft.ihfftn(input, ...)',
  (input: Tensor, ...args: Several): Tensor => alongSeveral('fft.ihfftn', input, args, toHermitian, null),
);
