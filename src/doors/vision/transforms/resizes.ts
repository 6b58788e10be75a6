// Transforms that resize: Resize, RandomResizedCrop, ScaleJitter, RandomShortestSize, RandomResize.

import { ArgumentError, type Generator, type Tensor } from '../../../torch';
import { type Arguments, defaultGenerator, parseArgs, roundHalfEven, shown } from '../../../torch/inside';
import type { BoundingBoxes } from '../tv-tensors';
import {
  checkInterpolation,
  checkNumbers,
  type Interpolation,
  isSide,
  type PictureSize as Size,
  type SizeLike,
  sizeOf,
} from './arguments';
import { type BatchKind, GeometricTransform } from './base';
import { checkUnchanged } from './crops';
import { type NumberRange, randomInt, randomSides, scaledRand } from './draws';
import { scaledBoxes } from './functional/boxes';
import {
  checkAntialias,
  checkMaxSize,
  type Resampled,
  type ResizeArguments,
  resizedCrop,
  resizedSize,
  resizeOf,
  sampling,
} from './functional/resize';
import type { PictureInfo } from './info';
import { type Box, boxesResized, PackedPictures, type Pictures, sizesOf } from './pictures';
import { floats, list, plain, printed, tuple } from './printed';

/** Base of resizing transforms: their interpolation. */
abstract class Resampler<Draw> extends GeometricTransform<Draw> {
  readonly interpolation: Interpolation;
  readonly antialias: boolean | null;

  constructor(op: string, { interpolation, antialias }: Required<Resampled>) {
    super();
    checkInterpolation(op, interpolation);
    checkAntialias(op, interpolation, antialias);
    this.interpolation = interpolation;
    this.antialias = antialias;
  }

  /** Masks use a nearest mode. PIL's nearest mode reads the pixel at the centre, so pictures use 'nearest-exact'. */
  protected interpolationFor(kind: BatchKind): Interpolation {
    if (kind === 'picture' && this.interpolation === 'nearest') return 'nearest-exact';
    return kind === 'mask' && this.interpolation !== 'nearest-exact' ? 'nearest' : this.interpolation;
  }

  protected resizedTo(pictures: Pictures, out: Size, kind: BatchKind): Tensor {
    const how = { out, interpolation: this.interpolationFor(kind), antialias: this.antialias ?? false };
    const sizes = sizesOf(pictures);
    const boxes = sizes.map(([height, width]): Box => ({ top: 0, left: 0, height, width }));
    const isShared = sizes.every(([height, width]) => height === sizes[0]![0] && width === sizes[0]![1]);
    return boxesResized(pictures, isShared ? boxes[0]! : boxes, how);
  }
}

/** A transform to one size, which is drawn or follows from the picture's size. */
abstract class Resizer<Draw> extends Resampler<Draw> {
  protected abstract sizeFor(from: Size, draw: Draw | null): Size;

  override apply(batch: Tensor, draws: readonly (Draw | null)[], kind: BatchKind): Tensor {
    return this.applyTo(batch, draws, kind);
  }

  override applyTo(pictures: Pictures, draws: readonly (Draw | null)[], kind: BatchKind): Tensor {
    const sizes = sizesOf(pictures);
    const [out] = sizes.map((size, n) => this.sizeFor(size, draws[n] ?? null));
    const other = sizes.findIndex((size, n) => String(this.sizeFor(size, draws[n] ?? null)) !== String(out));
    if (other >= 0) {
      throw new ArgumentError(
        `${this.constructor.name}: expected one size for all pictures of a batch, but got ${sizes[0]!.join('×')} and ${sizes[other]!.join('×')}; give it [height, width]`,
      );
    }
    const unchanged = sizes.every((size) => size[0] === out![0] && size[1] === out![1]);
    return unchanged && !(pictures instanceof PackedPictures) ? pictures : this.resizedTo(pictures, out!, kind);
  }

  protected override transformBoxes(boxes: BoundingBoxes, draw: Draw): BoundingBoxes {
    return scaledBoxes(boxes, this.sizeFor(boxes.canvasSize, draw));
  }

  override outputInfo(info: PictureInfo, draw: Draw | null): PictureInfo {
    const [height, width] = this.sizeFor([info.height, info.width], draw);
    return { ...info, height, width };
  }
}

const resampling = { interpolation: 'bilinear', antialias: true } as const;

/** Resizes pictures. */
export class Resize extends Resizer<object> {
  readonly size: readonly number[] | null;
  readonly maxSize: number | null;

  constructor(...args: Arguments<ResizeArguments, ['size', 'interpolation', 'maxSize', 'antialias']>) {
    const { size, maxSize, ...how } = resizeOf('Resize', args);
    super('Resize', how);
    if (size === null && maxSize === null) {
      throw new ArgumentError('Resize: expected maxSize to be a whole number where size is null, but got null');
    }
    if (size !== null) sizeOf('Resize', size);
    this.size = size === null ? null : ([size].flat() as number[]);
    this.maxSize = maxSize;
  }

  override makeParams(): object {
    return {};
  }

  override get bringsToOne(): this {
    return this;
  }

  protected sizeFor(from: Size): Size {
    return resizedSize('Resize', from, this.size, this.maxSize);
  }

  override extraRepr(): string {
    return printed(this, { size: list, interpolation: plain, maxSize: plain, antialias: plain });
  }
}

interface RandomResizedCropArguments extends Resampled {
  size: SizeLike;
  /** Smallest and largest fraction of the picture's area. Default: 0.08 to 1. */
  scale?: readonly number[];
  /** Smallest and largest ratio of width to height. Default: 3/4 to 4/3. */
  ratio?: readonly number[];
}

type RandomResizedCropOrder = ['size', 'scale', 'ratio', 'interpolation', 'antialias'];

/** Crops a part of random area, shape and place, and resizes it. */
export class RandomResizedCrop extends Resampler<Box> {
  readonly size: Size;
  readonly scale: readonly number[];
  readonly ratio: readonly number[];

  constructor(...args: Arguments<RandomResizedCropArguments, RandomResizedCropOrder>) {
    const name = 'RandomResizedCrop';
    const defaults = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], ...resampling };
    const o = parseArgs<RandomResizedCropArguments>(name, ['size'], defaults, args, sampling);
    super(name, o);
    this.size = sizeOf(name, o.size);
    this.scale = checkNumbers(name, 'scale', o.scale, [2]);
    this.ratio = checkNumbers(name, 'ratio', o.ratio, [2]);
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): Box {
    for (let attempt = 0; attempt < 10; attempt++) {
      const [w, h] = randomSides(height * width, this.scale as NumberRange, this.ratio as NumberRange, generator);
      if (w <= 0 || w > width || h <= 0 || h > height) continue;
      const top = randomInt(0, height - h + 1, generator);
      const left = randomInt(0, width - w + 1, generator);
      return { top, left, height: h, width: w };
    }
    const own = width / height;
    const [least, most] = [Math.min(...this.ratio), Math.max(...this.ratio)];
    const h = own < least ? roundHalfEven(width / least) : height;
    const w = own > most ? roundHalfEven(height * most) : width;
    return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
  }

  override apply(batch: Tensor, draws: readonly (Box | null)[], kind: BatchKind): Tensor {
    return this.applyTo(batch, draws, kind);
  }

  override applyTo(pictures: Pictures, draws: readonly (Box | null)[], kind: BatchKind): Tensor {
    checkUnchanged('RandomResizedCrop', pictures, draws, this.size);
    const whole = { top: 0, left: 0, height: this.size[0], width: this.size[1] };
    // torchvision does not pass the interpolation on for masks.
    const interpolation = kind === 'mask' ? 'nearest' : this.interpolationFor(kind);
    const boxes = draws.map((draw) => draw ?? whole);
    return boxesResized(pictures, boxes, { out: this.size, interpolation, antialias: this.antialias ?? false });
  }

  override get bringsToOne(): this {
    return this;
  }

  protected override transformBoxes(boxes: BoundingBoxes, box: Box): BoundingBoxes {
    return resizedCrop(boxes, { ...box, size: this.size });
  }

  override outputInfo(info: PictureInfo, draw: Box | null): PictureInfo {
    return draw ? { ...info, height: this.size[0], width: this.size[1] } : info;
  }

  override extraRepr(): string {
    return printed(this, { size: tuple, scale: floats, ratio: floats, interpolation: plain, antialias: plain });
  }
}

/** A size that was drawn. */
interface SizeDraw {
  readonly size: Size;
}

/** A transform to a random size, drawn for each picture, so the pictures of a batch would differ in size. */
abstract class RandomResizer extends Resizer<SizeDraw> {
  protected sizeFor(from: Size, draw: SizeDraw | null): Size {
    return draw?.size ?? from;
  }

  override batchKind(): null {
    return null;
  }
}

interface ScaleJitterArguments extends Resampled {
  /** Height and width before the jitter. */
  targetSize: readonly number[];
  /** Default: 0.1 to 2. */
  scaleRange?: readonly number[];
}

/** Resizes to a random multiple of the largest size that fits into a target: large-scale jitter, arXiv:2012.07177. */
export class ScaleJitter extends RandomResizer {
  readonly targetSize: readonly number[];
  readonly scaleRange: readonly number[];

  constructor(...args: Arguments<ScaleJitterArguments, ['targetSize', 'scaleRange', 'interpolation', 'antialias']>) {
    const defaults = { scaleRange: [0.1, 2], ...resampling };
    const o = parseArgs<ScaleJitterArguments>('ScaleJitter', ['targetSize'], defaults, args, sampling);
    super('ScaleJitter', o);
    this.targetSize = checkNumbers('ScaleJitter', 'targetSize', o.targetSize, [2]);
    this.scaleRange = checkNumbers('ScaleJitter', 'scaleRange', o.scaleRange, [2]);
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): SizeDraw {
    const f = Math.fround;
    const scale = scaledRand(this.scaleRange as NumberRange, generator);
    const ratio = f(f(Math.min(this.targetSize[1]! / height, this.targetSize[0]! / width)) * scale);
    return { size: [Math.trunc(f(height * ratio)), Math.trunc(f(width * ratio))] };
  }

  override extraRepr(): string {
    return printed(this, { targetSize: tuple, scaleRange: floats, interpolation: plain, antialias: plain });
  }
}

interface RandomShortestSizeArguments extends Resampled {
  /** One length of the shorter edge, or several. */
  minSize: number | readonly number[];
  /** Upper limit of the longer edge. Default: none. */
  maxSize?: number | null;
}

/** Resizes the shorter edge to one of several lengths, chosen at random. */
export class RandomShortestSize extends RandomResizer {
  readonly minSize: readonly number[];
  readonly maxSize: number | null;

  constructor(...args: Arguments<RandomShortestSizeArguments, ['minSize', 'maxSize', 'interpolation', 'antialias']>) {
    const name = 'RandomShortestSize';
    const defaults = { maxSize: null, ...resampling };
    const o = parseArgs<RandomShortestSizeArguments>(name, ['minSize'], defaults, args, sampling);
    super(name, o);
    const { minSize, maxSize } = o;
    checkMaxSize(name, maxSize);
    this.minSize = [minSize].flat() as number[];
    if (this.minSize.length === 0 || !this.minSize.every(isSide)) {
      throw new ArgumentError(`${name}: expected minSize, one whole number or several, but got ${shown(minSize)}`);
    }
    this.maxSize = maxSize;
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): SizeDraw {
    const minSize = this.minSize[randomInt(0, this.minSize.length, generator)]!;
    const ratio = Math.min(
      minSize / Math.min(height, width),
      this.maxSize === null ? Number.POSITIVE_INFINITY : this.maxSize / Math.max(height, width),
    );
    return { size: [Math.trunc(height * ratio), Math.trunc(width * ratio)] };
  }

  override extraRepr(): string {
    return printed(this, { minSize: list, maxSize: plain, interpolation: plain, antialias: plain });
  }
}

interface RandomResizeArguments extends Resampled {
  /** The shortest side of a box that stays, or of a picture. */
  minSize: number;
  /** Not included in the range. */
  maxSize: number;
}

/** Resizes the shorter edge to a random length. */
export class RandomResize extends RandomResizer {
  readonly minSize: number;
  readonly maxSize: number;

  constructor(...args: Arguments<RandomResizeArguments, ['minSize', 'maxSize', 'interpolation', 'antialias']>) {
    const name = 'RandomResize';
    const o = parseArgs<RandomResizeArguments>(name, ['minSize', 'maxSize'], resampling, args, sampling);
    super(name, o);
    const { minSize, maxSize } = o;
    if (!isSide(minSize) || !isSide(maxSize) || minSize >= maxSize) {
      const got = `${shown(minSize)} and ${shown(maxSize)}`;
      throw new ArgumentError(`${name}: expected whole numbers minSize < maxSize, but got ${got}`);
    }
    this.minSize = minSize;
    this.maxSize = maxSize;
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): SizeDraw {
    const length = randomInt(this.minSize, this.maxSize, generator);
    return { size: resizedSize('RandomResize', [height, width], length, null) };
  }

  override extraRepr(): string {
    return printed(this, { minSize: plain, maxSize: plain, interpolation: plain, antialias: plain });
  }
}
