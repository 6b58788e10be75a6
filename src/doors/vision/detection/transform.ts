import { ArgumentError, DTypeError, nn, ShapeError, stack, type Tensor } from '../../../torch';
import {
  type Arguments,
  fillUniform,
  inputs,
  isTensorObject as isTensor,
  kindOf,
  Module,
  parseArgs,
  pythonFloat,
  pythonText,
} from '../../../torch/inside';
import { detectorKinds } from './detector-kinds';
import { fittedBatch } from './fitted';
import { boxRatios, type DetectionTarget, tensorOf } from './host';
import { ImageList, type ImageSize } from './image-list';

/** Options of `GeneralizedRCNNTransform`. */
export interface TransformOptions {
  /**
   * Length of the shorter side in pixels. If several are given, training draws one for each picture, and evaluation
   * takes the last.
   */
  minSize: number | readonly number[];
  /** Upper limit of the longer side. Where it applies, the shorter side becomes less than `minSize`. */
  maxSize: number;
  /** Mean of each channel. */
  imageMean: readonly number[];
  /** Standard deviation of each channel. */
  imageStd: readonly number[];
  /** The batch's sides are multiples of this. Default: 32. */
  sizeDivisible?: number;
  /** Width and height to which all pictures are resized, instead of `minSize` and `maxSize`. Default: null. */
  fixedSize?: readonly [width: number, height: number] | null;
}

type DetectionTransformOrder = ['minSize', 'maxSize', 'imageMean', 'imageStd', 'sizeDivisible', 'fixedSize'];

/** The detections in a picture. */
export interface Detection {
  /** float32 [N, 4], as (x1, y1, x2, y2) in pixels of the original picture. */
  boxes: Tensor;
  /** int64 [N] */
  labels: Tensor;
  /** float32 [N], descending */
  scores: Tensor;
  /** Only from detectors with masks: float32 [N, 1, H, W], the probability of every pixel. */
  masks?: Tensor;
}

/**
 * Prepares pictures for a detector: (x − mean) / std, then resizing, then padding with zeros at the right and at the
 * bottom to one batch. The boxes of targets are resized with their pictures.
 *
 *     const [list, targets] = transform([torch.rand(3, 300, 400)], null);
 */
export class GeneralizedRCNNTransform extends Module {
  readonly minSize: readonly number[];
  readonly maxSize: number;
  readonly imageMean: readonly number[];
  readonly imageStd: readonly number[];
  readonly sizeDivisible: number;
  readonly fixedSize: readonly [width: number, height: number] | null;

  constructor(...args: Arguments<TransformOptions, DetectionTransformOrder>) {
    super();
    const name = 'GeneralizedRCNNTransform';
    const required = ['minSize', 'maxSize', 'imageMean', 'imageStd'] as const;
    const o = parseArgs<TransformOptions>(name, required, { sizeDivisible: 32, fixedSize: null }, args, detectorKinds);
    this.minSize = typeof o.minSize === 'number' ? [o.minSize] : o.minSize;
    if (o.imageMean.length !== o.imageStd.length) {
      throw new ArgumentError(
        `${name}: expected imageMean and imageStd of the same length, but got ${o.imageMean.length} and ${o.imageStd.length}`,
      );
    }
    this.maxSize = o.maxSize;
    this.imageMean = o.imageMean;
    this.imageStd = o.imageStd;
    this.sizeDivisible = o.sizeDivisible;
    this.fixedSize = o.fixedSize;
  }

  override get [inputs]() {
    return ['images', 'targets?'] as const;
  }

  override forward(
    images: readonly Tensor[] | Tensor,
    targets: readonly DetectionTarget[] | null = null,
  ): [images: ImageList, targets: DetectionTarget[] | null] {
    const pictures = listOfPictures('GeneralizedRCNNTransform', images);
    const sizes = pictures.map(({ shape }) => this.sizeOf(shape.slice(1) as unknown as ImageSize));
    const list = new ImageList(this.batchImages(pictures, sizes), sizes);
    if (targets === null) return [list, null];
    const resized = targets.map((target, i) => {
      const [y, x] = boxRatios(pictures[i]!.shape.slice(1), sizes[i]!);
      return { ...target, boxes: target.boxes.mul(tensorOf(Float32Array.of(x, y, x, y), [4], 'float32')) };
    });
    return [list, resized];
  }

  /**
   * The size [height, width] to which a picture is resized. Training draws a random number even if there is only one
   * `minSize`, because torchvision does, too.
   */
  private sizeOf([height, width]: ImageSize): ImageSize {
    const [drawn] = this.training ? fillUniform(new Float32Array(1), 0, this.minSize.length) : [this.minSize.length];
    if (this.fixedSize) return [this.fixedSize[1], this.fixedSize[0]];
    const shorter = this.minSize[Math.min(Math.floor(drawn!), this.minSize.length - 1)]!;
    const factor = Math.min(shorter / Math.min(height, width), this.maxSize / Math.max(height, width));
    return [Math.floor(height * factor), Math.floor(width * factor)];
  }

  /** (x − mean) / std of pictures [..., C, H, W]. */
  normalize(images: Tensor): Tensor {
    const { imageMean, imageStd } = this;
    const channels = images.shape.at(-3);
    if (imageMean.length !== channels || imageStd.length !== channels) {
      throw new ShapeError(
        `GeneralizedRCNNTransform: expected pictures of ${imageMean.length} channels, one a mean, but got shape [${images.shape.join(', ')}]`,
      );
    }
    const each = (numbers: readonly number[]) =>
      tensorOf(Float32Array.from(numbers), [channels, 1, 1], 'float32').to(images.dtype);
    return images.sub(each(imageMean)).div(each(imageStd));
  }

  /** Resizes pictures into the upper left corners of a batch of zeros. */
  private batchImages(pictures: readonly Tensor[], sizes: readonly ImageSize[]): Tensor {
    const divisible = (side: number) => Math.ceil(side / this.sizeDivisible) * this.sizeDivisible;
    const height = divisible(Math.max(...sizes.map(([h]) => h)));
    const width = divisible(Math.max(...sizes.map(([, w]) => w)));
    const { imageMean: mean, imageStd: std } = this;
    const fitted = fittedBatch(pictures, sizes, [height, width], { mean, std });
    if (fitted) return fitted;
    const prepared = (batch: Tensor, [h, w]: ImageSize): Tensor => {
      const [was, given] = [batch.shape.slice(-2), this.normalize(batch)];
      const isSame = was[0] === h && was[1] === w;
      const resized = isSame ? given : nn.functional.interpolate(given, { size: [h, w], mode: 'bilinear' });
      return h === height && w === width ? resized : resized.pad([0, width - w, 0, height - h]);
    };
    const first = pictures[0]!.shape.join();
    const areAlike = pictures.every(({ shape }, i) => shape.join() === first && sizes[i]!.join() === sizes[0]!.join());
    if (areAlike) return prepared(stack([...pictures], 0), sizes[0]!);
    return stack(
      pictures.map((picture, i) => prepared(picture.unsqueeze(0), sizes[i]!).squeeze(0)),
      0,
    );
  }

  /**
   * Scales detections to pixels of the original pictures. Sizes are [height, width].
   * @param result The detections of each picture.
   * @param imageShapes Height and width of each picture, and those that its boxes belong to.
   * @param originalImageSizes Height and width of each picture before it was resized.
   */
  postprocess(
    result: readonly Detection[],
    imageShapes: readonly ImageSize[],
    originalImageSizes: readonly ImageSize[],
  ): Detection[] {
    if (this.training) return [...result];
    return result.map((found, i) => {
      const [y, x] = boxRatios(imageShapes[i]!, originalImageSizes[i]!);
      return { ...found, boxes: found.boxes.mul(tensorOf(Float32Array.of(x, y, x, y), [4], 'float32')) };
    });
  }

  override toString(): string {
    const list = (values: readonly number[]) => `[${values.map(pythonFloat).join(', ')}]`;
    return [
      'GeneralizedRCNNTransform(',
      `    Normalize(mean=${list(this.imageMean)}, std=${list(this.imageStd)})`,
      `    Resize(min_size=${pythonText([...this.minSize])}, max_size=${pythonText(this.maxSize)}, mode='bilinear')`,
      ')',
    ].join('\n');
  }
}

/** Splits a batch or list into its pictures [C, H, W] of floats; there must be at least one. */
export function listOfPictures(name: string, images: unknown): Tensor[] {
  const given: unknown = isTensor(images) && images.dim() === 4 ? images.unbind(0) : images;
  if (!Array.isArray(given) || given.length === 0) {
    const got = Array.isArray(given) ? 'an empty list' : kindOf(given);
    throw new ArgumentError(`${name}: expected a list of pictures [C, H, W], but got ${got}`);
  }
  for (const picture of given as readonly unknown[]) {
    if (!isTensor(picture)) {
      throw new ArgumentError(`${name}: expected a list of tensors [C, H, W], but got ${kindOf(picture)} in it`);
    }
    if (picture.dim() !== 3 || picture.numel() === 0) {
      throw new ShapeError(
        `${name}: expected a list of pictures [C, H, W], but got shape [${picture.shape.join(', ')}]`,
      );
    }
    if (!picture.isFloatingPoint()) {
      throw new DTypeError(
        `${name}: expected pictures of a float dtype, from 0 to 1, but got ${picture.dtype}; convert them with .to('float32').div(255)`,
      );
    }
  }
  return given as Tensor[];
}

/** Checks the pictures of a detector that does not resize, which must all have one size. */
export function picturesOfOneSize(name: string, images: unknown): Tensor[] {
  const pictures = listOfPictures(name, images);
  const [first] = pictures as [Tensor];
  const other = pictures.find(({ shape }) => shape.join() !== first.shape.join());
  if (!other) return pictures;
  throw new ShapeError(
    `${name}: expected pictures of one size, but got shapes [${first.shape.join(', ')}] and [${other.shape.join(', ')}]; resize them, or give one at a time`,
  );
}
