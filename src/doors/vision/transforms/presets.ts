// The transforms that prepare pictures for trained networks, with torchvision's names, defaults and printed text.

import type { Tensor } from '../../../torch';
import { parseArgs, pythonFloat } from '../../../torch/inside';
import type { Picture } from '../pictures/picture';
import type { Interpolation } from './arguments';
import { Compose } from './containers';
import { ConvertImageDtype, Normalize, PILToTensor } from './conversion';
import { CenterCrop } from './crops';
import { sampling } from './functional/resize';
import { Resize } from './resizes';

/** Mean and standard deviation of ImageNet's pictures, by channel. */
const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

export interface PresetOptions {
  /** Side of the square that is cropped from the middle; only for classification. */
  cropSize?: number;
  /** Length of the shorter edge after resizing, before the crop. For segmentation, null keeps the size. */
  resizeSize?: number | null;
  /** Mean to subtract from each channel. Default: that of ImageNet. */
  mean?: readonly number[];
  /** Standard deviation to divide each channel by. Default: that of ImageNet. */
  std?: readonly number[];
  /** Default: bilinear. */
  interpolation?: Interpolation;
  /** Default: true. */
  antialias?: boolean | null;
}

/**
 * Converts pictures, or tensors [C, H, W] or [N, C, H, W], to floats and normalizes them; except for detectors, which
 * normalize by themselves.
 */
export type Preset = ImageClassification | SemanticSegmentation | ObjectDetection;

type Shared = Required<Omit<PresetOptions, 'cropSize'>>;

const sizes = (list: readonly number[] | null): string => (list === null ? 'None' : `[${list.join(', ')}]`);

/** Shared by classification and segmentation: pictures may be resized, and are normalized. */
abstract class Normalized extends Compose<Tensor | Picture> {
  readonly resizeSize: readonly number[] | null;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly interpolation: Interpolation;
  readonly antialias: boolean | null;

  constructor({ resizeSize, interpolation, antialias, mean, std }: Shared, cropSize: number | null) {
    super([
      ...(resizeSize === null ? [] : [new Resize([resizeSize], { interpolation, antialias })]),
      ...(cropSize === null ? [] : [new CenterCrop([cropSize])]),
      new PILToTensor(),
      new ConvertImageDtype('float32'),
      new Normalize(mean, std),
    ]);
    this.resizeSize = resizeSize === null ? null : [resizeSize];
    this.mean = [...mean];
    this.std = [...std];
    this.interpolation = interpolation;
    this.antialias = antialias;
  }

  protected printedWith(name: string, crop: string): string {
    const floats = (list: readonly number[]) => `[${list.map(pythonFloat).join(', ')}]`;
    const mode = this.interpolation.toUpperCase().replace('-', '_');
    return `${name}(${crop}\n    resize_size=${sizes(this.resizeSize)}\n    mean=${floats(this.mean)}\n    std=${floats(this.std)}\n    interpolation=InterpolationMode.${mode}\n)`;
  }
}

/**
 * For classifiers: resizes the shorter edge to `resizeSize`, crops the middle to `cropSize`, scales values to 0 to 1,
 * then applies (x − mean) / std by channel.
 *
 * `cropSize` must be given; `resizeSize` is 256 by default.
 */
export class ImageClassification extends Normalized {
  readonly cropSize: readonly number[];
  declare readonly resizeSize: readonly number[];

  constructor(options: PresetOptions & { cropSize: number }) {
    const defaults = { resizeSize: 256, mean: MEAN, std: STD, interpolation: 'bilinear', antialias: true } as const;
    const o = parseArgs<PresetOptions & { cropSize: number }>(
      'ImageClassification',
      ['cropSize'],
      defaults,
      [options],
      sampling,
    );
    super(o as Shared, o.cropSize);
    this.cropSize = [o.cropSize];
  }

  override toString(): string {
    return this.printedWith('ImageClassification', `\n    crop_size=${sizes(this.cropSize)}`);
  }

  /** Describes the effect in a sentence. */
  describe(): string {
    const { resizeSize, interpolation, cropSize, mean, std } = this;
    return `Accepts pictures, batched (B, C, H, W) and single (C, H, W) images. They are resized to [${resizeSize}] with ${interpolation} interpolation, cropped to [${cropSize}] in the middle, rescaled to [0.0, 1.0] and normalized with mean [${mean.join(', ')}] and std [${std.join(', ')}].`;
  }
}

/**
 * For segmentation: resizes the shorter edge to `resizeSize` (null keeps the size), scales values to 0 to 1, then
 * applies (x − mean) / std by channel.
 */
export class SemanticSegmentation extends Normalized {
  constructor(options: Omit<PresetOptions, 'cropSize'>) {
    const defaults = { mean: MEAN, std: STD, interpolation: 'bilinear', antialias: true } as const;
    const o = parseArgs<PresetOptions>(
      'SemanticSegmentation',
      ['resizeSize'] as never,
      defaults as never,
      [options],
      sampling,
    );
    super(o as Shared, null);
  }

  override toString(): string {
    return this.printedWith('SemanticSegmentation', '');
  }

  /** Describes the effect in a sentence. */
  describe(): string {
    const { resizeSize, interpolation, mean, std } = this;
    return `Accepts pictures, batched (B, C, H, W) and single (C, H, W) images. They are resized to ${sizes(resizeSize)} with ${interpolation} interpolation, rescaled to [0.0, 1.0] and normalized with mean [${mean.join(', ')}] and std [${std.join(', ')}].`;
  }
}

/** For detectors: scales values to 0 to 1, and nothing else, because detectors resize and normalize by themselves. */
export class ObjectDetection extends Compose<Tensor | Picture> {
  constructor() {
    super([new PILToTensor(), new ConvertImageDtype('float32')]);
  }

  override toString(): string {
    return 'ObjectDetection()';
  }

  /** Describes the effect in a sentence. */
  describe(): string {
    return 'Accepts pictures, batched (B, C, H, W) and single (C, H, W) images. The images are rescaled to [0.0, 1.0].';
  }
}
