// Signal processing: windows, discrete Fourier transforms as matrix products, and mel filter banks.

import { cat, stack, type Tensor, tensor, zeros } from '../../../../torch';
import { DATA } from '../../proto/messages';
import { axisOf, boundedList } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { expectType } from '../element-type';

/** A window of cosines: Σ coefficients[k] · cos(2 π k i / N). */
const windowOf =
  (coefficients: readonly number[]): Operator =>
  (call) => {
    const size = call.number(0);
    boundedList(call, size);
    const period = call.int('periodic', 1) === 1 ? size : size - 1;
    const numbers = Float32Array.from({ length: size }, (_, i) =>
      coefficients.reduce((sum, a, k) => sum + a * Math.cos((2 * Math.PI * k * i) / period), 0),
    );
    return tensor(numbers).to(expectType(call, call.int('output_datatype', DATA.float32)));
  };

/** Matrices [rows, columns] of cos and sin of 2 π i j / n, with each row scaled by `weigh`. */
function waves(rows: number, columns: number, n: number, weigh: (row: number) => number): [cos: Tensor, sin: Tensor] {
  const made = (wave: (angle: number) => number) =>
    tensor(
      Float32Array.from({ length: rows * columns }, (_, at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        return weigh(i) * wave((2 * Math.PI * ((i * j) % n)) / n);
      }),
      { shape: [rows, columns] },
    );
  return [made(Math.cos), made(Math.sin)];
}

interface Transform {
  readonly length: number;
  readonly inverse: boolean;
  readonly onesided: boolean;
}

/** Transforms the last dimension of a real and an imaginary part; the latter may be null. */
function transformed(call: Call, real: Tensor, imaginary: Tensor | null, { length, inverse, onesided }: Transform) {
  const half = Math.floor(length / 2) + 1;
  const back = inverse && onesided;
  const rows = back ? half : length;
  const columns = onesided && !inverse ? half : length;
  // Allows matrices of up to 2^24 numbers.
  boundedList(call, (rows * columns) / 16 < 1 ? 1 : Math.floor((rows * columns) / 16));
  // In half a spectrum, each element counts twice, except the first, and the last of an even length.
  const twice = (row: number) => (row > 0 && !(length % 2 === 0 && row === half - 1) ? 2 : 1);
  const weigh = inverse ? (row: number) => (back ? twice(row) : 1) / length : () => 1;
  const [cos, sin] = waves(rows, columns, length, weigh);
  const [re, im] = [fitted(real.float(), rows), imaginary && fitted(imaginary.float(), rows)];
  const sign = inverse ? -1 : 1;
  const y = re.matmul(cos);
  const outReal = im ? y.add(im.matmul(sin).mul(sign)) : y;
  if (back) return outReal.unsqueeze(-1);
  const z = re.matmul(sin).mul(-sign);
  return stack([outReal, im ? z.add(im.matmul(cos)) : z], -1);
}

/** The last dimension cropped or zero-padded to a length. */
function fitted(x: Tensor, length: number): Tensor {
  const own = x.shape.at(-1)!;
  if (own >= length) return own === length ? x : x.narrow(-1, 0, length);
  return cat([x, zeros([...x.shape.slice(0, -1), length - own])], -1);
}

/** The axis is an attribute before version 20, and an input since. */
const DFT: Operator = (call) => {
  const x = call.tensor(0);
  const rank = x.dim();
  const given = call.opset >= 20 ? (call.has(2) ? call.number(2) : -2) : call.int('axis', 1);
  const axis = axisOf(call, given, rank);
  const inverse = call.int('inverse', 0) === 1;
  const onesided = call.int('onesided', 0) === 1;
  const natural = inverse && onesided ? 2 * (x.shape[axis]! - 1) : x.shape[axis]!;
  const length = call.has(1) ? call.number(1) : natural;
  const real = x.select(-1, 0).transpose(axis, -1);
  const imaginary = x.shape.at(-1) === 2 ? x.select(-1, 1).transpose(axis, -1) : null;
  return transformed(call, real, imaginary, { length, inverse, onesided }).transpose(axis, -2).to(x.dtype);
};

/** Splits the signal into windows, and transforms each. */
const STFT: Operator = (call) => {
  const given = call.tensor(0);
  const signal = given.dim() === 3 ? given : given.unsqueeze(-1);
  const step = call.number(1);
  const window = call.optionalTensor(2);
  const length = call.has(3) ? call.number(3) : (window?.shape[0] ?? call.fail('expected a window or frame_length'));
  const count = Math.floor((signal.shape[1]! - length) / step) + 1;
  if (!(step >= 1 && count >= 1))
    call.fail(`expected a step of at least 1 and a signal of at least ${length} elements`);
  const frames = (part: number) => {
    const x = signal.select(-1, part);
    const taken = stack(
      Array.from({ length: boundedList(call, count) }, (_, i) => x.narrow(1, i * step, length)),
      1,
    );
    return window ? taken.mul(window) : taken;
  };
  const onesided = call.int('onesided', 1) === 1;
  const imaginary = signal.shape[2] === 2 ? frames(1) : null;
  return transformed(call, frames(0), imaginary, { length, inverse: false, onesided }).to(signal.dtype);
};

/** Triangular filters over the bins of a spectrum, equally spaced on the mel scale. */
const MelWeightMatrix: Operator = (call) => {
  const [bands, length, rate] = [call.number(0), call.number(1), call.number(2)];
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const [low, high] = [mel(call.number(3)), mel(call.number(4))];
  const bins = Math.floor(length / 2) + 1;
  boundedList(call, bins * bands);
  const step = (high - low) / (bands + 2);
  const places = Array.from({ length: bands + 2 }, (_, i) => {
    const hertz = 700 * (10 ** ((i * step + low) / 2595) - 1);
    return Math.floor(((length + 1) * hertz) / rate);
  });
  const weights = new Float32Array(bins * bands);
  for (let band = 0; band < bands; band++) {
    const [left, middle, right] = [places[band]!, places[band + 1]!, places[band + 2]!];
    for (let bin = left; bin <= middle; bin++)
      weights[bin * bands + band] = middle === left ? 1 : (bin - left) / (middle - left);
    for (let bin = middle; bin < right; bin++) weights[bin * bands + band] = (right - bin) / (right - middle);
  }
  const type = call.int('output_datatype', DATA.float32);
  return tensor(weights, { shape: [bins, bands] }).to(expectType(call, type));
};

export const signals: Operators = {
  HannWindow: windowOf([0.5, -0.5]),
  HammingWindow: windowOf([25 / 46, -21 / 46]),
  BlackmanWindow: windowOf([0.42, -0.5, 0.08]),
  DFT,
  STFT,
  MelWeightMatrix,
};
