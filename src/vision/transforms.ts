// Transforms of images, with torchvision's names and printed text. Each is an object that is called.

import { showShape } from '../compiler/meta';
import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { Callable } from '../nn/callable';
import { tensor } from '../tensor/creation';
import { kindOf } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { fromPixels, isPixelSource, type PixelSource } from './from-pixels';

/** A step from one representation of an item to another: a transform of this module, or any function. */
export type TransformFunction<In, Out> = (input: In) => Out;

/** Base of transforms: a subclass defines `forward`, and its objects are functions. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what Callable gives every object.
export abstract class Transform<In, Out> extends Callable {
  constructor() {
    super((self, [input]) => (self as Transform<In, Out>).forward(input as In));
  }

  abstract forward(input: In): Out;

  /** What stands between the parentheses of the printed transform. */
  extraRepr(): string {
    return '';
  }

  override toString(): string {
    return `${this.constructor.name}(${this.extraRepr()})`;
  }
}

export interface Transform<In, Out> {
  /** The result of `forward`. */
  (input: In): Out;
  toString(): string;
}

/**
 * An image as a float32 tensor [C, H, W]. A uint8 image is scaled from 0…255 to 0…1; other dtypes are only converted.
 *
 * Takes [H, W] or [H, W, C], and what the browser can draw (an image, canvas, video frame, ImageData, …), which becomes [3, H, W]
 * on the GPU: see `vision.io.fromPixels`.
 */
export class ToTensor extends Transform<Tensor | PixelSource, Tensor> {
  override forward(image: Tensor | PixelSource): Tensor {
    if (isPixelSource(image)) return fromPixels(image);
    const rank = image.shape.length;
    if (rank !== 2 && rank !== 3) {
      throw new ShapeError(`ToTensor: expected an image [H, W] or [H, W, C], but got shape ${showShape(image.shape)}`);
    }
    const channelsFirst = rank === 2 ? image.unsqueeze(0) : image.permute(2, 0, 1);
    const floats = channelsFirst.to('float32');
    return image.dtype === 'uint8' ? floats.div(255) : floats;
  }
}

/** (x - mean) / std, channel by channel, for float tensors [..., C, H, W]. */
export class Normalize extends Transform<Tensor, Tensor> {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  /** @throws ArgumentError when a std is 0, or the two lists differ in length */
  constructor(mean: readonly number[], std: readonly number[]) {
    super();
    if (!Array.isArray(mean) || !Array.isArray(std)) {
      throw new ArgumentError(
        `Normalize: expected a list of means and a list of stds, but got ${kindOf(mean)} and ${kindOf(std)}`,
      );
    }
    if (mean.length === 0 || mean.length !== std.length) {
      throw new ArgumentError(
        `Normalize: expected one mean and one std a channel, but got ${mean.length} and ${std.length}`,
      );
    }
    if (std.includes(0))
      throw new ArgumentError('Normalize: expected std other than 0, but got 0: it would divide by zero');
    this.mean = mean;
    this.std = std;
  }

  override forward(image: Tensor): Tensor {
    if (image.dtype !== 'float32') {
      throw new DTypeError(`Normalize: expected a float32 image, but got ${image.dtype}; apply ToTensor first`);
    }
    const channels = image.shape.at(-3);
    if (channels === undefined || (this.mean.length !== 1 && this.mean.length !== channels)) {
      throw new ShapeError(
        `Normalize: expected an image [..., ${this.mean.length}, H, W], but got shape ${showShape(image.shape)}`,
      );
    }
    const perChannel = (values: readonly number[]) => tensor([...values], { dtype: 'float32' }).reshape([-1, 1, 1]);
    return image.sub(perChannel(this.mean)).div(perChannel(this.std));
  }

  override extraRepr(): string {
    return `mean=[${this.mean.join(', ')}], std=[${this.std.join(', ')}]`;
  }
}

/** Any function as a transform. */
export class Lambda<In, Out> extends Transform<In, Out> {
  readonly lambda: TransformFunction<In, Out>;

  constructor(lambda: TransformFunction<In, Out>) {
    super();
    if (typeof lambda !== 'function') {
      throw new ArgumentError(`Lambda: expected a function, but got ${lambda === null ? 'null' : typeof lambda}`);
    }
    this.lambda = lambda;
  }

  override forward(input: In): Out {
    return this.lambda(input);
  }
}

/** The steps of `Compose`: the first takes what the whole takes, all of them make tensors. */
type Steps<In> =
  | readonly [first: TransformFunction<In, Tensor>, ...rest: TransformFunction<Tensor, Tensor>[]]
  | readonly TransformFunction<Tensor, Tensor>[];

/** Transforms one after another. */
export class Compose<In = Tensor> extends Transform<In, Tensor> {
  readonly transforms: Steps<In>;

  constructor(transforms: Steps<In>) {
    super();
    this.transforms = transforms;
  }

  override forward(image: In): Tensor {
    const steps = this.transforms as readonly TransformFunction<unknown, Tensor>[];
    return steps.reduce<unknown>((result, transform) => transform(result), image) as Tensor;
  }

  override toString(): string {
    const lines = this.transforms.map((transform) => `\n    ${transform}`);
    return `Compose(${lines.join('')}\n)`;
  }
}
