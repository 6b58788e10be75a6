// The layers that rearrange or enlarge images: Upsample, PixelShuffle, PixelUnshuffle, ChannelShuffle.
import { text } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { keywords, pythonFloat, pythonText } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import {
  type InterpolateMode,
  interpolate,
  newSize,
  type UpsampleArguments,
  type UpsampleOrder,
  upsampleDefaults,
} from '../functional/interpolate';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from '../functional/pixel-shuffle';
import { settingsOf, type UnaryClass, unaryLayer } from './layer';
import { wholeNumber } from './sizes';

function upsampleText(layer: object): string {
  const { size, scaleFactor, mode } = settingsOf(layer, upsampleSettings);
  const floats = (given: number | readonly number[]) =>
    typeof given === 'number' ? pythonFloat(given) : `(${given.map(pythonFloat).join(', ')})`;
  const by = scaleFactor === null ? `size=${pythonText(size)}` : `scale_factor=${floats(scaleFactor)}`;
  return `${by}, mode='${mode}'`;
}

const upsampleSettings: Settings<UpsampleArguments> = {
  defaults: upsampleDefaults,
  kinds: { ...newSize, mode: text },
};

const UpsampleLayer = /* @__PURE__ */ unaryLayer('Upsample', upsampleSettings, interpolate, upsampleText) as UnaryClass<
  UpsampleArguments,
  UpsampleOrder
>;

/**
 * The input at another size, by `F.interpolate`.
 *
 * Shape: [N, C, L] → [N, C, L'], [N, C, H, W] → [N, C, H', W'] or [N, C, D, H, W] → [N, C, D', H', W'], by `size` or
 * ⌊size · scaleFactor⌋.
 */
export class Upsample extends UpsampleLayer {
  declare size: number | readonly number[] | null;
  declare scaleFactor: number | readonly number[] | null;
  declare mode: InterpolateMode;
  declare alignCorners: boolean | null;
  declare recomputeScaleFactor: boolean | null;
}

interface FixedArguments {
  size?: number | readonly number[] | null;
  /** The factor of each size. */
  scaleFactor?: number | readonly number[] | null;
}

/** `Upsample` for images, by the nearest element. */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: Arguments<FixedArguments, ['size', 'scaleFactor']>) {
    super(parseArgs<FixedArguments>('UpsamplingNearest2d', [], { size: null, scaleFactor: null }, args, newSize));
  }
}

/** `Upsample` for images, bilinear with corners aligned. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: Arguments<FixedArguments, ['size', 'scaleFactor']>) {
    const o = parseArgs<FixedArguments>('UpsamplingBilinear2d', [], { size: null, scaleFactor: null }, args, newSize);
    super({ ...o, mode: 'bilinear', alignCorners: true });
  }
}

/** Makes a layer that reorders elements by the function `call`, whose only option is the positive integer `by`. */
/* @__NO_SIDE_EFFECTS__ */
function shuffleLayer<By extends string>(name: string, by: By, call: (x: Tensor, named: never) => Tensor) {
  const settings: Settings<Record<string, number>> = {
    required: [by],
    defaults: {},
    check: (_, given) => wholeNumber(name, by, given[by]!, 1),
  };
  return unaryLayer(name, settings, call, (layer) => keywords(layer, [by])) as UnaryClass<{ [K in By]: number }, [By]>;
}

/**
 * Moves channels into pixels. Shape: [*, C · r², H, W] → [*, C, H · r, W · r] for r = upscaleFactor (Shi et al. 2016).
 */
export class PixelShuffle extends shuffleLayer('PixelShuffle', 'upscaleFactor', pixelShuffle) {
  declare upscaleFactor: number;
}

/** Moves pixels into channels, the inverse of `PixelShuffle`. Shape: [*, C, H · r, W · r] → [*, C · r², H, W]. */
export class PixelUnshuffle extends shuffleLayer('PixelUnshuffle', 'downscaleFactor', pixelUnshuffle) {
  declare downscaleFactor: number;
}

/** Interleaves the channels of `groups` groups (Zhang et al. 2018). Shape: [N, C, …], kept. */
export class ChannelShuffle extends shuffleLayer('ChannelShuffle', 'groups', channelShuffle) {
  declare groups: number;
}
