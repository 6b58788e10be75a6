// Transforms of colours with a random change for each picture: ColorJitter, RandomPhotometricDistort, RandomGrayscale, …
import { ArgumentError, type Generator, type Tensor, tensor } from '../../../torch';
import { type Arguments, defaultGenerator, parseArgs, drawPermutation as randperm, shown } from '../../../torch/inside';
import { checkNumber } from './arguments';
import { checkProbability, PictureTransform, type Probability, RandomTransform } from './base';
import { happens, type NumberRange, uniform } from './draws';
import {
  expectBits,
  expectOneOrThree,
  expectThreshold,
  type GrayscaleArguments,
  grayed,
  grayscaleToRgb,
} from './functional/color';
import type { PictureInfo } from './info';
import { float, floats, plain, printed } from './printed';
import { Recolor, type Recoloring, type RecolorPlan, type RecolorRow, recolored } from './recoloring';

interface ColorJitterArguments {
  /** Factors are drawn from max(0, 1 − brightness) to 1 + brightness, or from [min, max]. */
  brightness?: number | readonly number[] | null;
  /** Like `brightness`. */
  contrast?: number | readonly number[] | null;
  /** Like `brightness`. */
  saturation?: number | readonly number[] | null;
  /** Hue shifts, as fractions of a full turn, are drawn from −hue to hue, at most ½, or from [min, max]. */
  hue?: number | readonly number[] | null;
}

/** A range around a centre; null if nothing would change. */
function rangeAround(name: string, value: unknown, centre: number, [least, most]: NumberRange): NumberRange | null {
  if (value === null) return null;
  let range: NumberRange;
  if (typeof value === 'number') {
    if (!(value >= 0)) throw new ArgumentError(`ColorJitter: expected ${name} of at least 0, but got ${value}`);
    range = [centre === 1 ? Math.max(centre - value, 0) : centre - value, centre + value];
  } else if (Array.isArray(value) && value.length === 2) {
    range = [Number(value[0]), Number(value[1])];
  } else {
    throw new ArgumentError(`ColorJitter: expected ${name}, a number or [min, max], but got ${shown(value)}`);
  }
  if (!(least <= range[0] && range[0] <= range[1] && range[1] <= most)) {
    throw new ArgumentError(
      `ColorJitter: expected ${name} from ${least} to ${most} in rising order, but got ${shown(range)}`,
    );
  }
  return range[0] === centre && range[1] === centre ? null : range;
}

/** A row that mixes a picture with another made from it, such as its grey version. */
const mixing = (code: number, factor: number): RecolorRow => [code, factor, 1 - factor];

/**
 * Changes brightness, contrast, saturation and hue by random factors, in random order. Both are drawn for each picture.
 *
 *     new ColorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
 */
export class ColorJitter extends PictureTransform<Recoloring> {
  readonly brightness: NumberRange | null;
  readonly contrast: NumberRange | null;
  readonly saturation: NumberRange | null;
  readonly hue: NumberRange | null;

  /** @throws ArgumentError if a range is invalid */
  constructor(...args: Arguments<ColorJitterArguments, ['brightness', 'contrast', 'saturation', 'hue']>) {
    super();
    const o = parseArgs<ColorJitterArguments>(
      'ColorJitter',
      [],
      { brightness: null, contrast: null, saturation: null, hue: null },
      args,
    );
    const factors: NumberRange = [0, Number.POSITIVE_INFINITY];
    this.brightness = rangeAround('brightness', o.brightness, 1, factors);
    this.contrast = rangeAround('contrast', o.contrast, 1, factors);
    this.saturation = rangeAround('saturation', o.saturation, 1, factors);
    this.hue = rangeAround('hue', o.hue, 0, [-0.5, 0.5]);
  }

  override draw(_info: PictureInfo, generator: Generator = defaultGenerator()): Recoloring {
    const order = randperm(4, generator);
    const { brightness, contrast, saturation, hue } = this;
    const drawn = (range: NumberRange | null) => range && uniform(...range, generator);
    const b = drawn(brightness);
    const c = drawn(contrast);
    const s = drawn(saturation);
    const h = drawn(hue);
    const rows: readonly (RecolorRow | null)[] = [
      b === null ? null : [Recolor.brightness, b],
      c === null ? null : mixing(Recolor.contrast, c),
      s === null ? null : mixing(Recolor.saturation, s),
      h === null ? null : [Recolor.hue, h],
    ];
    return Array.from(order, (i) => rows[i]!).filter((row) => row !== null);
  }

  override apply(batch: Tensor, draws: readonly (Recoloring | null)[]): Tensor {
    const rounds = [this.brightness, this.contrast, this.saturation, this.hue].filter((range) => range !== null).length;
    return recolored('ColorJitter', batch, { rounds, measures: this.contrast !== null, colored: true }, draws);
  }

  override extraRepr(): string {
    return printed(this, { brightness: floats, contrast: floats, saturation: floats, hue: floats });
  }
}

interface PhotometricArguments {
  /** Smallest and largest factor; default [0.875, 1.125]. */
  brightness?: readonly number[];
  /** Default [0.5, 1.5]. */
  contrast?: readonly number[];
  /** Default [0.5, 1.5]. */
  saturation?: readonly number[];
  /** Default [-0.05, 0.05]. */
  hue?: readonly number[];
  /** The probability of each change; default 0.5. */
  p?: number;
}

/** Changes brightness, contrast, saturation, hue and the order of channels, each with probability `p`, as SSD's authors did. */
export class RandomPhotometricDistort extends PictureTransform<Recoloring> {
  readonly brightness: NumberRange;
  readonly contrast: NumberRange;
  readonly saturation: NumberRange;
  readonly hue: NumberRange;
  readonly p: number;

  constructor(...args: Arguments<PhotometricArguments, ['brightness', 'contrast', 'saturation', 'hue', 'p']>) {
    super();
    const op = 'RandomPhotometricDistort';
    const defaults = {
      brightness: [0.875, 1.125],
      contrast: [0.5, 1.5],
      saturation: [0.5, 1.5],
      hue: [-0.05, 0.05],
      p: 0.5,
    };
    const o = parseArgs<PhotometricArguments>(op, [], defaults, args);
    const pair = (name: 'brightness' | 'contrast' | 'saturation' | 'hue'): NumberRange => {
      const range = o[name];
      if (Array.isArray(range) && range.length === 2 && range[0]! <= range[1]!) return [range[0]!, range[1]!];
      throw new ArgumentError(`${op}: expected ${name} [min, max], but got ${shown(range)}`);
    };
    this.brightness = pair('brightness');
    this.contrast = pair('contrast');
    this.saturation = pair('saturation');
    this.hue = pair('hue');
    checkProbability(op, o.p);
    this.p = o.p;
  }

  override draw({ channels }: PictureInfo, generator: Generator = defaultGenerator()): Recoloring {
    const maybe = (range: NumberRange) => (happens(this.p, generator) ? uniform(...range, generator) : null);
    const b = maybe(this.brightness);
    const c = maybe(this.contrast);
    const s = maybe(this.saturation);
    const h = maybe(this.hue);
    const contrastFirst = happens(0.5, generator);
    const order = happens(this.p, generator) ? randperm(channels, generator) : null;
    const contrast = c === null ? null : mixing(Recolor.contrast, c);
    const rows: readonly (RecolorRow | null)[] = [
      b === null ? null : [Recolor.brightness, b],
      contrastFirst ? contrast : null,
      s === null ? null : mixing(Recolor.saturation, s),
      h === null ? null : [Recolor.hue, h],
      contrastFirst ? null : contrast,
      order && [Recolor.permute, ...order],
    ];
    return rows.filter((row) => row !== null);
  }

  override apply(batch: Tensor, draws: readonly (Recoloring | null)[]): Tensor {
    return recolored('RandomPhotometricDistort', batch, { rounds: 5, measures: true, colored: true }, draws);
  }

  override extraRepr(): string {
    return printed(this, { brightness: floats, contrast: floats, hue: floats, saturation: floats, p: float });
  }
}

/** Puts channels in random order, drawn for each picture. */
export class RandomChannelPermutation extends PictureTransform<readonly number[]> {
  override draw({ channels }: PictureInfo, generator: Generator = defaultGenerator()): readonly number[] {
    return [...randperm(channels, generator)];
  }

  override apply(batch: Tensor, draws: readonly (readonly number[] | null)[]): Tensor {
    const [pictures, channels, height, width] = batch.shape as [number, number, number, number];
    const rows = draws.flatMap((draw, i) =>
      Array.from({ length: channels }, (_, c) => i * channels + (draw?.[c] ?? c)),
    );
    const planes = batch.reshape([pictures * channels, height, width]);
    return planes.indexSelect(0, tensor(rows, { dtype: 'int64' })).reshape([pictures, channels, height, width]);
  }
}

/** Makes pictures grey, with 1 or 3 channels. */
export class Grayscale extends PictureTransform {
  readonly numOutputChannels: number;

  constructor(...args: Arguments<GrayscaleArguments, ['numOutputChannels']>) {
    super();
    const o = parseArgs<GrayscaleArguments>('Grayscale', [], { numOutputChannels: 1 }, args);
    expectOneOrThree('Grayscale', o.numOutputChannels);
    this.numOutputChannels = o.numOutputChannels;
  }

  override apply(batch: Tensor): Tensor {
    return grayed('Grayscale', batch, this.numOutputChannels);
  }

  override outputInfo(info: PictureInfo): PictureInfo {
    return { ...info, channels: this.numOutputChannels };
  }

  override extraRepr(): string {
    return printed(this, { numOutputChannels: plain });
  }
}

/** Makes pictures of three channels: repeats grey pictures three times, and leaves others unchanged. */
export class RGB extends PictureTransform {
  override apply(batch: Tensor): Tensor {
    return grayscaleToRgb(batch);
  }

  override outputInfo(info: PictureInfo): PictureInfo {
    return { ...info, channels: Math.max(info.channels, 3) };
  }
}

/** Base of recolourings that apply with probability `p`. */
abstract class RandomRecoloring extends RandomTransform<Recoloring> {
  /** The operation and its numbers. */
  protected abstract readonly row: RecolorRow;
  protected readonly plan: RecolorPlan = { rounds: 1, measures: false, colored: false };

  protected override drawn(): Recoloring {
    return [this.row];
  }

  override apply(batch: Tensor, draws: readonly (Recoloring | null)[]): Tensor {
    return recolored(this.constructor.name, batch, this.plan, draws);
  }
}

interface GrayArguments {
  /** Default 0.1. */
  p?: number;
}

/** Makes pictures grey with probability `p`; the number of channels stays. */
export class RandomGrayscale extends RandomRecoloring {
  protected readonly row: RecolorRow = [Recolor.gray];
  protected override readonly plan = { rounds: 1, measures: false, colored: true };

  constructor(...args: Arguments<GrayArguments, ['p']>) {
    super(parseArgs<GrayArguments>('RandomGrayscale', [], { p: 0.1 }, args).p);
  }
}

/** Inverts values with probability `p`. */
export class RandomInvert extends RandomRecoloring {
  protected readonly row: RecolorRow = [Recolor.invert];
}

/** Stretches each channel's values over the whole range, with probability `p`. */
export class RandomAutocontrast extends RandomRecoloring {
  protected readonly row: RecolorRow = [Recolor.autocontrast];
  protected override readonly plan = { rounds: 1, measures: true, colored: true };
}

/** Equalizes each channel's histogram, so that about equally many pixels have each value, with probability `p`. */
export class RandomEqualize extends RandomRecoloring {
  protected readonly row: RecolorRow = [Recolor.equalize];
  protected override readonly plan = { rounds: 1, measures: true, colored: false };
}

interface PosterizeArguments extends Probability {
  /** How many of the highest bits of each value to keep: 0 to 8. */
  bits: number;
}

/** Reduces the number of distinct values, with probability `p`. */
export class RandomPosterize extends RandomRecoloring {
  readonly bits: number;
  protected readonly row: RecolorRow;

  constructor(...args: Arguments<PosterizeArguments, ['bits', 'p']>) {
    const { bits, p } = parseArgs<PosterizeArguments>('RandomPosterize', ['bits'], { p: 0.5 }, args);
    super(p);
    expectBits('RandomPosterize', bits);
    this.bits = bits;
    this.row = [Recolor.posterize, bits];
  }

  override extraRepr(): string {
    return printed(this, { p: float, bits: plain });
  }
}

interface SolarizeArguments extends Probability {
  /** Values of at least this are inverted. */
  threshold: number;
}

/** Inverts bright values, with probability `p`. */
export class RandomSolarize extends RandomRecoloring {
  readonly threshold: number;
  protected readonly row: RecolorRow;

  constructor(...args: Arguments<SolarizeArguments, ['threshold', 'p']>) {
    const { threshold, p } = parseArgs<SolarizeArguments>('RandomSolarize', ['threshold'], { p: 0.5 }, args);
    super(p);
    checkNumber('RandomSolarize', 'threshold', threshold);
    this.threshold = threshold;
    this.row = [Recolor.solarize, threshold];
  }

  override apply(batch: Tensor, draws: readonly (Recoloring | null)[]): Tensor {
    expectThreshold('RandomSolarize', this.threshold, batch);
    return super.apply(batch, draws);
  }

  override extraRepr(): string {
    return printed(this, { p: float, threshold: plain });
  }
}

interface SharpnessArguments extends Probability {
  /** 0 gives a smooth picture, 1 the picture itself, above 1 a sharper one. */
  sharpnessFactor: number;
}

/** Sharpens or smooths, with probability `p`. */
export class RandomAdjustSharpness extends RandomRecoloring {
  readonly sharpnessFactor: number;
  protected readonly row: RecolorRow;
  protected override readonly plan = { rounds: 1, measures: false, colored: true };

  constructor(...args: Arguments<SharpnessArguments, ['sharpnessFactor', 'p']>) {
    const o = parseArgs<SharpnessArguments>('RandomAdjustSharpness', ['sharpnessFactor'], { p: 0.5 }, args);
    super(o.p);
    checkNumber('RandomAdjustSharpness', 'sharpnessFactor', o.sharpnessFactor);
    if (o.sharpnessFactor < 0) {
      throw new ArgumentError(
        `RandomAdjustSharpness: expected sharpnessFactor of at least 0, but got ${o.sharpnessFactor}`,
      );
    }
    this.sharpnessFactor = o.sharpnessFactor;
    this.row = mixing(Recolor.sharpness, o.sharpnessFactor);
  }

  override extraRepr(): string {
    return printed(this, { p: float, sharpnessFactor: plain });
  }
}
