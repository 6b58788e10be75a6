// Owns the layers that rearrange or enlarge images: Upsample, PixelShuffle, PixelUnshuffle, ChannelShuffle.
import { text } from '../core/argument-kinds';
import { type Arguments, parseArgs } from '../core/options';
import { pythonFloat, pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import { type InterpolateArguments, type InterpolateMode, interpolate, newSize } from './functional/interpolate';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from './functional/pixel-shuffle';
import { UnaryLayer } from './layer';
import { wholeNumber } from './sizes';

/**
 * The input at another size, by `F.interpolate`.
 *
 * Shape: [N, C, L] → [N, C, L'], [N, C, H, W] → [N, C, H', W'] or [N, C, D, H, W] → [N, C, D', H', W'], by `size` or
 * ⌊size · scaleFactor⌋.
 */
export class Upsample extends UnaryLayer {
  size: number | readonly number[] | null;
  scaleFactor: number | readonly number[] | null;
  mode: InterpolateMode;
  alignCorners: boolean | null;
  recomputeScaleFactor: boolean | null;

  constructor(
    ...args: Arguments<InterpolateArguments, ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor']>
  ) {
    super();
    const last = { alignCorners: null, recomputeScaleFactor: null };
    const defaults = { size: null, scaleFactor: null, mode: 'nearest', ...last } as const;
    const o = parseArgs<InterpolateArguments>('Upsample', [], defaults, args, { ...newSize, mode: text });
    this.size = o.size;
    this.scaleFactor = o.scaleFactor;
    this.mode = o.mode;
    this.alignCorners = o.alignCorners;
    this.recomputeScaleFactor = o.recomputeScaleFactor;
  }

  forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(x, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    const floats = (given: number | readonly number[]) =>
      typeof given === 'number' ? pythonFloat(given) : `(${given.map(pythonFloat).join(', ')})`;
    const by = scaleFactor === null ? `size=${pythonText(size)}` : `scale_factor=${floats(scaleFactor)}`;
    return `${by}, mode='${mode}'`;
  }
}

interface FixedArguments {
  size?: number | readonly number[] | null;
  scaleFactor?: number | readonly number[] | null;
}

/** `Upsample` of images by the nearest element. */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: Arguments<FixedArguments, ['size', 'scaleFactor']>) {
    super(parseArgs<FixedArguments>('UpsamplingNearest2d', [], { size: null, scaleFactor: null }, args, newSize));
  }
}

/** `Upsample` of images between elements, linearly, with corners aligned. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: Arguments<FixedArguments, ['size', 'scaleFactor']>) {
    const o = parseArgs<FixedArguments>('UpsamplingBilinear2d', [], { size: null, scaleFactor: null }, args, newSize);
    super({ ...o, mode: 'bilinear', alignCorners: true });
  }
}

/** Channels as pixels. Shape: [*, C · r², H, W] → [*, C, H · r, W · r] for r = upscaleFactor (Shi et al. 2016). */
export class PixelShuffle extends UnaryLayer {
  upscaleFactor: number;

  constructor(...args: Arguments<{ upscaleFactor: number }, ['upscaleFactor']>) {
    super();
    const { upscaleFactor } = parseArgs<{ upscaleFactor: number }>('PixelShuffle', ['upscaleFactor'], {}, args);
    this.upscaleFactor = wholeNumber('PixelShuffle', 'upscaleFactor', upscaleFactor, 1);
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** Pixels as channels, the way back of `PixelShuffle`. Shape: [*, C, H · r, W · r] → [*, C · r², H, W]. */
export class PixelUnshuffle extends UnaryLayer {
  downscaleFactor: number;

  constructor(...args: Arguments<{ downscaleFactor: number }, ['downscaleFactor']>) {
    super();
    const { downscaleFactor } = parseArgs<{ downscaleFactor: number }>('PixelUnshuffle', ['downscaleFactor'], {}, args);
    this.downscaleFactor = wholeNumber('PixelUnshuffle', 'downscaleFactor', downscaleFactor, 1);
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/** Channels of `groups` blocks dealt out in turn (Zhang et al. 2018). Shape: [N, C, …], kept. */
export class ChannelShuffle extends UnaryLayer {
  groups: number;

  constructor(...args: Arguments<{ groups: number }, ['groups']>) {
    super();
    const { groups } = parseArgs<{ groups: number }>('ChannelShuffle', ['groups'], {}, args);
    this.groups = wholeNumber('ChannelShuffle', 'groups', groups, 1);
  }

  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
