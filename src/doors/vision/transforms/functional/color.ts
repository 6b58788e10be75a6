// Functions on the colours of pictures, tensors [..., C, H, W] and images: brightness, contrast, saturation, hue,
// gamma, sharpness, grey and the like. Floats are from 0 to 1. Bytes are rounded as torchvision rounds them. Masks and
// boxes stay unchanged.

import { ArgumentError, ShapeError, type Tensor, tensor } from '../../../../torch';
import { checked, isFloat, kindOf, numelOf as numel, parseArgs, shown } from '../../../../torch/inside';
import { BoundingBoxes, Mask } from '../../tv-tensors';
import { onBatch } from '../batch';
import { expectImage, Recolor, type RecolorRow, recolored } from '../recoloring';

interface Asked {
  readonly measures?: boolean;
  readonly colored?: boolean;
}

/** Applies `work` to pictures; inputs without colours stay unchanged. */
export function ofColors<T extends Tensor>(op: string, input: T, work: (batch: Tensor) => Tensor): T {
  return (input instanceof BoundingBoxes || input instanceof Mask ? input : onBatch(op, input, work)) as T;
}

function byRow<T extends Tensor>(
  op: string,
  input: T,
  row: RecolorRow,
  { measures = false, colored = true }: Asked = {},
): T {
  return ofColors(op, input, (batch) => recolored(op, batch, { rounds: 1, measures, colored }, [[row]]));
}

function expectFactor(op: string, name: string, factor: unknown): asserts factor is number {
  if (typeof factor === 'number' && factor >= 0) return;
  throw new ArgumentError(`${op}: expected ${name} of at least 0, but got ${kindOf(factor)}`);
}

/**
 * Recolours the first argument by the second, a number called `name`: a factor of at least 0 unless `check` says
 * otherwise.
 */
function adjusted<T extends Tensor>(
  op: string,
  name: string,
  args: readonly [input: T, ...unknown[]],
  row: (value: number) => RecolorRow,
  {
    check = (value) => expectFactor(op, name, value),
    ...asked
  }: Asked & { check?: (value: number, input: T) => void } = {},
): T {
  const { input, [name]: value } = parseArgs<{ input: T; [name: string]: unknown }>(op, ['input', name], {}, args);
  check(value as number, input);
  return byRow(op, input, row(value as number), asked);
}

/** Brightens if the factor is above 1; 0 gives black: x · factor. */
export const adjustBrightness = checked(
  'adjustBrightness(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, brightnessFactor: number]
      | [
          input: T,
          named: {
            /** The factor of the brightness: 0 is black, 1 changes nothing. */
            brightnessFactor: number;
          },
        ]
  ): T => adjusted('adjustBrightness', 'brightnessFactor', args, (factor) => [Recolor.brightness, factor]),
);

/**
 * Raises the contrast if the factor is above 1; 0 gives the mean of the grey picture everywhere: x · factor + mean · (1
 * - factor).
 */
export const adjustContrast = checked(
  'adjustContrast(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, contrastFactor: number]
      | [
          input: T,
          named: {
            /** The factor of the contrast: 0 is grey, 1 changes nothing. */
            contrastFactor: number;
          },
        ]
  ): T =>
    adjusted('adjustContrast', 'contrastFactor', args, (factor) => [Recolor.contrast, factor, 1 - factor], {
      measures: true,
    }),
);

/** Raises the saturation if the factor is above 1; 0 gives grey: x · factor + grey · (1 - factor). */
export const adjustSaturation = checked(
  'adjustSaturation(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, saturationFactor: number]
      | [
          input: T,
          named: {
            /** The factor of the saturation: 0 is grey, 1 changes nothing. */
            saturationFactor: number;
          },
        ]
  ): T => adjusted('adjustSaturation', 'saturationFactor', args, (factor) => [Recolor.saturation, factor, 1 - factor]),
);

/** Shifts hues around the colour circle by a fraction of a turn, from −½ to ½. */
export const adjustHue = checked(
  'adjustHue(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, hueFactor: number]
      | [
          input: T,
          named: {
            /** The turn of the hue, in [-0.5, 0.5] of the circle. */
            hueFactor: number;
          },
        ]
  ): T =>
    adjusted('adjustHue', 'hueFactor', args, (hue) => [Recolor.hue, hue], {
      check(hue: unknown) {
        if (typeof hue === 'number' && hue >= -0.5 && hue <= 0.5) return;
        throw new ArgumentError(`adjustHue: expected hueFactor from -0.5 to 0.5, but got ${kindOf(hue)}`);
      },
    }),
);

/**
 * Sharpens if the factor is above 1; 0 gives the smoothed picture: x · factor + smooth · (1 - factor). The border stays
 * unchanged.
 */
export const adjustSharpness = checked(
  'adjustSharpness(input, ...)',
  <T extends Tensor>(
    ...args: [input: T, sharpnessFactor: number] | [input: T, named: { sharpnessFactor: number }]
  ): T => adjusted('adjustSharpness', 'sharpnessFactor', args, (factor) => [Recolor.sharpness, factor, 1 - factor]),
);

interface GammaArguments<T> {
  input: T;
  /** At least 0; a gamma above 1 makes shadows darker. */
  gamma: number;
  /** Default 1. */
  gain?: number;
}

/** gain · x^gamma, of values from 0 to 1. */
export const adjustGamma = checked(
  'adjustGamma(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, gamma: number, gain?: number]
      | [input: T, gamma: number, named: { gain?: number }]
      | [input: T, named: Omit<GammaArguments<T>, 'input'>]
  ): T => {
    const { input, gamma, gain } = parseArgs<GammaArguments<T>>('adjustGamma', ['input', 'gamma'], { gain: 1 }, args);
    expectFactor('adjustGamma', 'gamma', gamma);
    return ofColors('adjustGamma', input, (batch) => {
      expectImage('adjustGamma', batch);
      if (isFloat(batch.dtype)) {
        const powered = batch.pow(gamma);
        return gain === 1 ? powered : powered.mul(gain).clamp(0, 1);
      }
      const table = Int32Array.from({ length: 256 }, (_, level) => gammaLevel(level, gamma, gain));
      return tensor(table, { dtype: 'uint8' })
        .indexSelect(0, batch.flatten().to('int64'))
        .reshape([...batch.shape]);
    });
  },
);

const { fround } = Math;

/** The new value of a byte, computed in float32 as PyTorch does. */
function gammaLevel(level: number, gamma: number, gain: number): number {
  const powered = fround(fround(level * fround(1 / 255)) ** fround(gamma));
  const scaled = gain === 1 ? powered : Math.min(Math.max(fround(powered * fround(gain)), 0), 1);
  return Math.trunc(fround(scaled * fround(255.999))) & 255;
}

/** Inverts values. */
export const invert = checked('invert(input)', <T extends Tensor>(input: T): T => {
  return byRow('invert', input, [Recolor.invert], { colored: false });
});

/** Keeps the highest `bits` of each value and sets the others to 0. Floats get as many distinct values. */
export const posterize = checked(
  'posterize(input, ...)',
  <T extends Tensor>(...args: [input: T, bits: number] | [input: T, named: { bits: number }]): T =>
    adjusted('posterize', 'bits', args, (bits) => [Recolor.posterize, bits], {
      check: (bits) => expectBits('posterize', bits),
      colored: false,
    }),
);

/** @throws ArgumentError unless `bits` is a whole number from 0 to 8 */
export function expectBits(op: string, bits: number): void {
  if (Number.isInteger(bits) && bits >= 0 && bits <= 8) return;
  throw new ArgumentError(`${op}: expected bits, a whole number from 0 to 8, but got ${shown(bits)}`);
}

/** Inverts values of at least the threshold. */
export const solarize = checked(
  'solarize(input, ...)',
  <T extends Tensor>(...args: [input: T, threshold: number] | [input: T, named: { threshold: number }]): T =>
    adjusted('solarize', 'threshold', args, (threshold) => [Recolor.solarize, threshold], {
      check: (threshold, input) => expectThreshold('solarize', threshold, input),
      colored: false,
    }),
);

/** @throws ArgumentError if the threshold is above the largest value of the dtype */
export function expectThreshold(op: string, threshold: number, { dtype }: Tensor): void {
  const bound = isFloat(dtype) ? 1 : 255;
  if (typeof threshold === 'number' && threshold <= bound) return;
  throw new ArgumentError(`${op}: expected a threshold of at most ${bound} for ${dtype}, but got ${shown(threshold)}`);
}

/** Stretches values, channel by channel, so that the smallest becomes 0 and the largest 255, or 1 for floats. */
export const autocontrast = checked('autocontrast(input)', <T extends Tensor>(input: T): T => {
  return byRow('autocontrast', input, [Recolor.autocontrast], { measures: true });
});

/**
 * Equalizes the histogram of each channel, so that about equally many pixels have each value. As in PyTorch, the result
 * has no gradient.
 */
export const equalize = checked('equalize(input)', <T extends Tensor>(input: T): T => {
  return byRow('equalize', input, [Recolor.equalize], { measures: true, colored: false });
});

/** Options of grey pictures. */
export interface GrayscaleArguments {
  /** 1, or 3 equal channels. Default 1. */
  numOutputChannels?: number;
}

/**
 * Converts to grey by perceived brightness: .2989 red + .587 green + .114 blue. A picture of one channel is grey
 * already.
 */
export const rgbToGrayscale = checked(
  'rgbToGrayscale(input, ...)',
  <T extends Tensor>(
    ...args: [input: T, numOutputChannels?: number] | [input: T, named: { numOutputChannels?: number }]
  ): T => {
    const name = 'rgbToGrayscale';
    const o = parseArgs<GrayscaleArguments & { input: T }>(name, ['input'], { numOutputChannels: 1 }, args);
    expectOneOrThree(name, o.numOutputChannels);
    return ofColors(name, o.input, (batch) => grayed(name, batch, o.numOutputChannels));
  },
);

export { rgbToGrayscale as toGrayscale };

/** @throws ArgumentError unless there are 1 or 3 channels */
export function expectOneOrThree(op: string, channels: number): void {
  if (channels === 1 || channels === 3) return;
  throw new ArgumentError(`${op}: expected numOutputChannels of 1 or 3, but got ${shown(channels)}`);
}

/** Converts pictures [N, C, H, W] to grey with 1 or 3 channels. */
export function grayed(op: string, batch: Tensor, channels: number): Tensor {
  if (batch.shape[1] === 1) return channels === 1 ? batch.clone() : batch.repeat(1, channels, 1, 1);
  const gray = recolored(op, batch, { rounds: 1, measures: false, colored: true }, [[[Recolor.gray]]]);
  return channels === 1 ? gray.narrow(1, 0, 1) : gray;
}

/** Repeats a grey picture in three equal channels; a picture of three or more channels stays unchanged. */
export const grayscaleToRgb = checked('grayscaleToRgb(input)', <T extends Tensor>(input: T): T => {
  return ofColors('grayscaleToRgb', input, (batch) => {
    if (batch.shape[1]! >= 3) return batch;
    if (batch.shape[1] !== 1)
      throw new ShapeError(`grayscaleToRgb: expected an image of 1 channel, or 3 or more, but got ${batch.shape[1]}`);
    return batch.repeat(1, 3, 1, 1);
  });
});

/** Reorders channels: output channel i is input channel `permutation[i]`. */
export const permuteChannels = checked(
  'permuteChannels(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, permutation: readonly number[]]
      | [
          input: T,
          named: {
            /** Which channel comes to each place. */
            permutation: readonly number[];
          },
        ]
  ): T => {
    const { input, permutation } = parseArgs<{ input: T; permutation: readonly number[] }>(
      'permuteChannels',
      ['input', 'permutation'],
      {},
      args,
    );
    if (!Array.isArray(permutation)) {
      throw new ArgumentError(`permuteChannels: expected permutation to be a list, but got ${kindOf(permutation)}`);
    }
    return ofColors('permuteChannels', input, (batch) => {
      const channels = batch.shape[1]!;
      const all = new Set(permutation);
      const fits =
        permutation.length === channels &&
        all.size === channels &&
        permutation.every((at) => Number.isInteger(at) && at >= 0 && at < channels);
      if (!fits) {
        throw new ArgumentError(
          `permuteChannels: expected a permutation of the ${channels} channels, but got ${shown(permutation)}`,
        );
      }
      return numel(batch.shape) === 0 ? batch : batch.indexSelect(1, tensor([...permutation], { dtype: 'int64' }));
    });
  },
);
