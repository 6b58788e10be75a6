// Crops and paddings: CenterCrop, FiveCrop, TenCrop, Pad, RandomCrop, RandomZoomOut.
import { ArgumentError, type Generator, type Tensor } from '../../../torch';
import { type Arguments, defaultGenerator, parseArgs } from '../../../torch/inside';
import { BoundingBoxes, Mask } from '../tv-tensors';
import {
  type BorderMode,
  type BorderPadding,
  checkFillChannels,
  checkNumbers,
  checkPaddingMode,
  type FillArgument,
  type Fills,
  fillsOf,
  type Sides,
  type PictureSize as Size,
  type SizeLike,
  sidesOf,
  sizeOf,
} from './arguments';
import { type BatchKind, GeometricTransform, RandomTransform, Transform } from './base';
import { type NumberRange, randomInt, scaledRand, uniform24 } from './draws';
import {
  centred,
  centredBoxes,
  checkBorder,
  crop,
  type Five,
  fiveCrop,
  paddedBatch,
  paddedBoxes,
  sizeAmong,
  type TenCropArguments,
  tenCrop,
  tenCropOf,
} from './functional/crop';
import type { PictureInfo } from './info';
import { channelsOf, type Pictures, sizesOf, windowAt, windowsOf } from './pictures';
import { float, floats, list, plain, printed, printedFill, tuple } from './printed';

interface CropSizeArguments {
  /** The side of a square, or `[height, width]`. */
  size: SizeLike;
}

/** Crops the middle. Pictures that are smaller are padded with zeros. */
export class CenterCrop extends GeometricTransform {
  readonly size: Size;

  constructor(...args: Arguments<CropSizeArguments, ['size']>) {
    super();
    this.size = sizeAmong('CenterCrop', args);
  }

  override makeParams(): object {
    return {};
  }

  override apply(batch: Tensor): Tensor {
    return centred(batch, this.size);
  }

  override applyTo(pictures: Pictures): Tensor {
    return centred(pictures, this.size);
  }

  override get bringsToOne(): this {
    return this;
  }

  protected override transformBoxes(boxes: BoundingBoxes): BoundingBoxes {
    return centredBoxes(boxes, this.size);
  }

  override outputInfo(info: PictureInfo): PictureInfo {
    return { ...info, height: this.size[0], width: this.size[1] };
  }

  override extraRepr(): string {
    return printed(this, { size: tuple });
  }
}

/** Throws if a sample has boxes or masks, which cannot follow several crops of one picture. */
function checkAlone(op: string, leaves: readonly unknown[]): void {
  if (leaves.some((leaf) => leaf instanceof BoundingBoxes || leaf instanceof Mask)) {
    throw new ArgumentError(`${op}: expected neither boxes nor masks, which it does not take`);
  }
}

/** Crops the four corners and the middle, as a list of pictures. */
export class FiveCrop extends Transform<Tensor, Five<Tensor>> {
  readonly size: Size;

  constructor(...args: Arguments<CropSizeArguments, ['size']>) {
    super();
    this.size = sizeAmong('FiveCrop', args);
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    checkAlone('FiveCrop', leaves);
  }

  override transform(input: unknown): Five<Tensor> {
    return fiveCrop(input as Tensor, this.size);
  }

  override extraRepr(): string {
    return printed(this, { size: tuple });
  }
}

/** The five crops of `FiveCrop`, and those of the mirror image. */
export class TenCrop extends Transform<Tensor, Tensor[]> {
  readonly size: Size;
  readonly verticalFlip: boolean;

  constructor(...args: Arguments<TenCropArguments, ['size', 'verticalFlip']>) {
    super();
    const { size, verticalFlip } = tenCropOf('TenCrop', args);
    this.size = size;
    this.verticalFlip = verticalFlip;
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    checkAlone('TenCrop', leaves);
  }

  override transform(input: unknown): Tensor[] {
    return tenCrop(input as Tensor, this.size, this.verticalFlip);
  }

  override extraRepr(): string {
    return printed(this, { size: tuple, verticalFlip: plain });
  }
}

interface PadTransformArguments {
  /** Left, top, right and bottom. Two numbers are left and right, then top and bottom; one number is for all sides. */
  padding: BorderPadding;
  /** The colour of the border: one number, one per channel, or one for each kind of input. Default: 0. */
  fill?: FillArgument;
  /**
   * `constant` fills with the colour; `edge` repeats the last element; `reflect` and `symmetric` mirror without and
   * with the last element. Default: constant.
   */
  paddingMode?: BorderMode;
}

/** Adds a border on all sides. */
export class Pad extends GeometricTransform {
  readonly padding: BorderPadding;
  readonly fill: FillArgument;
  readonly paddingMode: BorderMode;
  readonly #sides: Sides;
  readonly #fills: Fills;

  constructor(...args: Arguments<PadTransformArguments, ['padding', 'fill', 'paddingMode']>) {
    super();
    const defaults = { fill: 0, paddingMode: 'constant' } as const;
    const { padding, fill, paddingMode } = parseArgs<PadTransformArguments>('Pad', ['padding'], defaults, args);
    checkPaddingMode('Pad', paddingMode);
    this.#sides = sidesOf('Pad', padding);
    this.#fills = fillsOf('Pad', fill);
    this.padding = padding;
    this.fill = fill;
    this.paddingMode = paddingMode;
  }

  override makeParams(): object {
    return {};
  }

  override apply(batch: Tensor, _draws: readonly unknown[], kind: BatchKind): Tensor {
    return paddedBatch('Pad', batch, { sides: this.#sides, fill: this.#fills[kind], mode: this.paddingMode });
  }

  protected override transformBoxes(boxes: BoundingBoxes): BoundingBoxes {
    return paddedBoxes('Pad', boxes, this.#sides, this.paddingMode);
  }

  override outputInfo(info: PictureInfo): PictureInfo {
    return paddedInfo(info, this.#sides);
  }

  override extraRepr(): string {
    return printed(this, {
      padding: (sides: BorderPadding) =>
        Array.isArray(sides) ? list(sides as readonly number[]) : plain(sides as number),
      fill: printedFill,
      paddingMode: plain,
    });
  }
}

const paddedInfo = (info: PictureInfo, [left, top, right, bottom]: Sides): PictureInfo => ({
  ...info,
  height: info.height + top + bottom,
  width: info.width + left + right,
});

interface RandomCropArguments extends CropSizeArguments {
  /** A border that is added before cropping. Default: none. */
  padding?: BorderPadding | null;
  /** Pad pictures that are smaller than the crop, on both sides by the missing number of pixels. Default: false. */
  padIfNeeded?: boolean;
  /** The colour of the border: one number, one per channel, or one for each kind of input. Default: 0. */
  fill?: FillArgument;
  /** Like that of `Pad`. Default: constant. */
  paddingMode?: BorderMode;
}

/** Where a crop begins in the padded picture. */
interface CropDraw {
  readonly top: number;
  readonly left: number;
  readonly padding: Sides;
}

/** Crops a random part of the given size, after an optional padding. */
export class RandomCrop extends GeometricTransform<CropDraw> {
  readonly size: Size;
  readonly padding: Sides | null;
  readonly padIfNeeded: boolean;
  readonly fill: FillArgument;
  readonly paddingMode: BorderMode;
  readonly #fills: Fills;

  constructor(...args: Arguments<RandomCropArguments, ['size', 'padding', 'padIfNeeded', 'fill', 'paddingMode']>) {
    super();
    const defaults = { padding: null, padIfNeeded: false, fill: 0, paddingMode: 'constant' } as const;
    const { size, padding, ...rest } = parseArgs<RandomCropArguments>('RandomCrop', ['size'], defaults, args);
    checkPaddingMode('RandomCrop', rest.paddingMode);
    this.size = sizeOf('RandomCrop', size);
    this.padding = padding === null || padding === 0 ? null : sidesOf('RandomCrop', padding);
    this.padIfNeeded = rest.padIfNeeded;
    this.fill = rest.fill;
    this.paddingMode = rest.paddingMode;
    this.#fills = fillsOf('RandomCrop', rest.fill);
  }

  /** @throws ArgumentError if the padded picture is smaller than the crop */
  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): CropDraw {
    let [left, top, right, bottom] = this.padding ?? [0, 0, 0, 0];
    const [cropHeight, cropWidth] = this.size;
    let height = info.height + top + bottom;
    let width = info.width + left + right;
    if (this.padIfNeeded && height < cropHeight) {
      const missing = cropHeight - height;
      [top, bottom, height] = [top + missing, bottom + missing, height + 2 * missing];
    }
    if (this.padIfNeeded && width < cropWidth) {
      const missing = cropWidth - width;
      [left, right, width] = [left + missing, right + missing, width + 2 * missing];
    }
    if (height < cropHeight || width < cropWidth) {
      throw new ArgumentError(
        `RandomCrop: expected a crop no larger than the ${this.padding ? 'padded ' : ''}picture of ${height}×${width}, but got ${cropHeight}×${cropWidth}; padIfNeeded adds what is missing`,
      );
    }
    const padding: Sides = [left, top, right, bottom];
    checkBorder('RandomCrop', [info.height, info.width], padding, this.paddingMode);
    const row = height > cropHeight ? randomInt(0, height - cropHeight + 1, generator) : 0;
    const column = width > cropWidth ? randomInt(0, width - cropWidth + 1, generator) : 0;
    return { top: row, left: column, padding };
  }

  override apply(batch: Tensor, draws: readonly (CropDraw | null)[], kind: BatchKind): Tensor {
    return this.applyTo(batch, draws, kind);
  }

  override applyTo(pictures: Pictures, draws: readonly (CropDraw | null)[], kind: BatchKind): Tensor {
    const fill = this.#fills[kind] ?? [0];
    checkFillChannels('RandomCrop', fill, channelsOf(pictures));
    checkUnchanged('RandomCrop', pictures, draws, this.size);
    const windows = draws.map((draw) =>
      draw ? windowAt(draw.top - draw.padding[1], draw.left - draw.padding[0]) : windowAt(0, 0),
    );
    return windowsOf(pictures, windows, { out: this.size, border: this.paddingMode, fill });
  }

  override get bringsToOne(): this {
    return this;
  }

  protected override transformBoxes(boxes: BoundingBoxes, { top, left, padding }: CropDraw): BoundingBoxes {
    const around = padding.some((side) => side !== 0)
      ? paddedBoxes('RandomCrop', boxes, padding, this.paddingMode)
      : boxes;
    const [height, width] = around.canvasSize;
    if (height === this.size[0] && width === this.size[1]) return around;
    return crop(around, { top, left, height: this.size[0], width: this.size[1] });
  }

  override outputInfo(info: PictureInfo, draw: CropDraw | null): PictureInfo {
    return draw ? { ...info, height: this.size[0], width: this.size[1] } : info;
  }

  override extraRepr(): string {
    return printed(this, {
      size: tuple,
      // torchvision prints left and right first, then top and bottom.
      padding: ([left, top, right, bottom]: Sides) => list([left, right, top, bottom]),
      padIfNeeded: plain,
      fill: printedFill,
      paddingMode: plain,
    });
  }
}

/** @throws ArgumentError if a picture that stays unchanged has another size than the transformed ones */
export function checkUnchanged(op: string, pictures: Pictures, draws: readonly unknown[], [height, width]: Size): void {
  const sizes = sizesOf(pictures);
  const wrong = draws.findIndex((draw, n) => draw === null && (sizes[n]![0] !== height || sizes[n]![1] !== width));
  if (wrong < 0) return;
  throw new ArgumentError(
    `${op}: expected pictures of ${height}×${width}, as some of a batch stay as they are, but got ${sizes[wrong]!.join('×')}`,
  );
}

interface RandomZoomOutArguments {
  /** The colour around the picture. Default: 0. */
  fill?: FillArgument;
  /** Smallest and largest factor by which the sides grow. Default: 1 to 4. */
  sideRange?: readonly number[];
  /** Default: 0.5. */
  p?: number;
}

/** Places a picture at random in a larger one of one colour, with probability `p`. */
export class RandomZoomOut extends RandomTransform<{ padding: Sides }> {
  readonly fill: FillArgument;
  readonly sideRange: readonly number[];
  readonly #fills: Fills;

  constructor(...args: Arguments<RandomZoomOutArguments, ['fill', 'sideRange', 'p']>) {
    const name = 'RandomZoomOut';
    const defaults = { fill: 0, sideRange: [1, 4], p: 0.5 };
    const { fill, sideRange, p } = parseArgs<RandomZoomOutArguments>(name, [], defaults, args);
    super(p);
    const [least, most] = checkNumbers(name, 'sideRange', sideRange, [2]) as [number, number];
    if (least < 1 || least > most) {
      throw new ArgumentError(`${name}: expected sideRange from at least 1 up, but got [${least}, ${most}]`);
    }
    this.fill = fill;
    this.sideRange = sideRange;
    this.#fills = fillsOf(name, fill);
  }

  protected override drawn({ height, width }: PictureInfo, generator: Generator): { padding: Sides } {
    const f = Math.fround;
    const scale = scaledRand(this.sideRange as NumberRange, generator);
    const canvasWidth = Math.trunc(f(width * scale));
    const canvasHeight = Math.trunc(f(height * scale));
    const [right, down] = [uniform24(generator), uniform24(generator)];
    const left = Math.trunc(f((canvasWidth - width) * right));
    const top = Math.trunc(f((canvasHeight - height) * down));
    return { padding: [left, top, canvasWidth - (left + width), canvasHeight - (top + height)] };
  }

  /** Only called for pictures that all share one draw, namely those of a single input. */
  override apply(batch: Tensor, draws: readonly ({ padding: Sides } | null)[], kind: BatchKind): Tensor {
    const [draw] = draws;
    if (!draw) return batch;
    return paddedBatch('RandomZoomOut', batch, { sides: draw.padding, fill: this.#fills[kind], mode: 'constant' });
  }

  protected override transformBoxes(boxes: BoundingBoxes, { padding }: { padding: Sides }): BoundingBoxes {
    return paddedBoxes('RandomZoomOut', boxes, padding, 'constant');
  }

  protected override transformMask(mask: Mask, draw: { padding: Sides }): Mask {
    return this.applyAlike(mask, draw);
  }

  override outputInfo(info: PictureInfo, draw: { padding: Sides } | null): PictureInfo {
    return draw ? paddedInfo(info, draw.padding) : info;
  }

  /** Every picture gets its own size, so batches are not possible. */
  override batchKind(): null {
    return null;
  }

  override extraRepr(): string {
    return printed(this, { p: float, fill: printedFill, sideRange: floats });
  }
}
