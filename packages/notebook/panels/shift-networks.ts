// Two small networks that were trained beforehand, by scripts/shift-networks.py, computed on the processor: one dense, one convolutional.
import stored from './shift-networks.json';

/** Pixels of a side of a digit. */
export const SIDE = 28;

interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly scale: number;
  /** 8 bits a number, in base64. */
  readonly bytes: string;
}

/** Numbers of maps [channels, height, width], or of a line. */
interface Maps {
  readonly channels: number;
  readonly size: number;
  readonly values: Float32Array;
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const weightsOf = (all: readonly Stored[]): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    all.map(({ name, scale, bytes }) => [
      name,
      Float32Array.from(new Int8Array(bytesOf(bytes).buffer), (one) => one * scale),
    ]),
  );

const countOf = (all: readonly Stored[]): number =>
  all.reduce((sum, { shape }) => sum + shape.reduce((size, one) => size * one, 1), 0);

/** How many numbers each network has learnt. */
export const COUNTS = { dense: countOf(stored.dense), convolutional: countOf(stored.convolutional) };
/** Shares of the digits that each names right where all are shifted to the right by so many pixels, from none on. */
export const RIGHT: Readonly<Record<'dense' | 'convolutional', readonly number[]>> = stored.right;
export const TESTED = stored.tested;

const dense = weightsOf(stored.dense);
const conv = weightsOf(stored.convolutional);

/** A digit of MNIST, values of 0 to 1 by rows. */
export function digitOf(digit: number): number[] {
  const pairs = bytesOf(stored.digits).subarray((digit * SIDE * SIDE) / 2, ((digit + 1) * SIDE * SIDE) / 2);
  return Array.from(pairs).flatMap((pair) => [(pair >> 4) / 15, (pair & 15) / 15]);
}

/** The picture moved to the right and down; what comes in from outside is black. */
export const shifted = (picture: readonly number[], right: number, down: number): number[] =>
  picture.map((_, i) => {
    const [row, column] = [Math.floor(i / SIDE) - down, (i % SIDE) - right];
    return row >= 0 && column >= 0 && row < SIDE && column < SIDE ? (picture[row * SIDE + column] ?? 0) : 0;
  });

const relu = (values: Float32Array): Float32Array => values.map((value) => Math.max(0, value));

function linear(x: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array {
  return bias.map((start, row) => {
    let sum = start;
    for (let i = 0; i < x.length; i++) sum += x[i]! * weight[row * x.length + i]!;
    return sum;
  });
}

/** A convolution of 3 × 3 with a ring of padding. */
function convolution({ channels, size, values }: Maps, weight: Float32Array, bias: Float32Array): Maps {
  const out = new Float32Array(bias.length * size * size);
  for (let map = 0; map < bias.length; map++) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let sum = bias[map]!;
        for (let channel = 0; channel < channels; channel++) {
          for (let k = 0; k < 9; k++) {
            const [r, q] = [row + Math.floor(k / 3) - 1, column + (k % 3) - 1];
            if (r < 0 || q < 0 || r >= size || q >= size) continue;
            sum += values[(channel * size + r) * size + q]! * weight[(map * channels + channel) * 9 + k]!;
          }
        }
        out[(map * size + row) * size + column] = sum;
      }
    }
  }
  return { channels: bias.length, size, values: relu(out) };
}

/** The greatest of each 2 × 2. */
function pooled({ channels, size, values }: Maps): Maps {
  const half = size / 2;
  const out = new Float32Array(channels * half * half);
  for (let i = 0; i < out.length; i++) {
    const [map, row, column] = [Math.floor(i / (half * half)), Math.floor(i / half) % half, i % half];
    const at = (map * size + 2 * row) * size + 2 * column;
    out[i] = Math.max(values[at]!, values[at + 1]!, values[at + size]!, values[at + size + 1]!);
  }
  return { channels, size: half, values: out };
}

function softmax(scores: Float32Array): number[] {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((all, one) => all + one, 0);
  return powers.map((power) => power / sum);
}

/** Probabilities of the ten digits by the network of two dense layers. */
export function byDense(picture: readonly number[]): number[] {
  const hidden = relu(linear(Float32Array.from(picture), dense['1.weight']!, dense['1.bias']!));
  return softmax(linear(hidden, dense['3.weight']!, dense['3.bias']!));
}

/** Those by the network of three convolutions, which keeps of each map its greatest value and not where that stood. */
export function byConvolutions(picture: readonly number[]): number[] {
  const first = pooled(
    convolution(
      { channels: 1, size: SIDE, values: Float32Array.from(picture) },
      conv['conv1.weight']!,
      conv['conv1.bias']!,
    ),
  );
  const second = pooled(convolution(first, conv['conv2.weight']!, conv['conv2.bias']!));
  const { channels, size, values } = convolution(second, conv['conv3.weight']!, conv['conv3.bias']!);
  const greatest = Float32Array.from({ length: channels }, (_, map) =>
    Math.max(...values.subarray(map * size * size, (map + 1) * size * size)),
  );
  return softmax(linear(greatest, conv['fc.weight']!, conv['fc.bias']!));
}
