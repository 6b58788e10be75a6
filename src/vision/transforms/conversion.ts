// Transforms between representations: pictures, tensors of bytes and of floats, normalised ones.
import { isFloat, showShape } from '../../compiler/meta';
import { ArgumentError, DTypeError, ShapeError } from '../../errors';
import { tensor } from '../../tensor/creation';
import { type Arguments, kindOf, parseArgs } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';
import { fromPixels, isPixelSource, type PixelSource } from '../from-pixels';
import { Picture } from '../picture';
import { type BatchKind, list, PictureTransform, printed } from './base';
import { imageOf } from './batch';
import { isPureTensor } from './sample';

/**
 * An image as a float32 tensor [C, H, W]. Bytes are scaled from 0…255 to 0…1; other dtypes are only converted.
 *
 * Takes pictures, tensors [H, W] or [H, W, C], and what the browser can draw (an image, canvas, video frame, ImageData, …), which becomes
 * [3, H, W] on the GPU: see `vision.io.fromPixels`.
 */
export class ToTensor extends PictureTransform<object, Tensor | PixelSource> {
  protected override handles(input: unknown): boolean {
    return input instanceof Picture || isPureTensor(input) || isPixelSource(input);
  }

  override makeParams(): object {
    return {};
  }

  override transform(image: Tensor | PixelSource): Tensor {
    if (isPixelSource(image)) return fromPixels(image);
    const rank = image.shape.length;
    if (rank !== 2 && rank !== 3) {
      throw new ShapeError(`ToTensor: expected an image [H, W] or [H, W, C], but got shape ${showShape(image.shape)}`);
    }
    return this.apply(imageOf(image));
  }

  override apply(batch: Tensor): Tensor {
    const floats = batch.to('float32');
    return batch.dtype === 'uint8' ? floats.div(255) : floats;
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kind === 'picture' ? 'tensor' : null;
  }
}

interface NormalizeArguments {
  /** One for each channel, or one for all. */
  mean: readonly number[];
  /** One for each mean, other than 0. */
  std: readonly number[];
  /** Write the result over the input. Default: false. */
  inplace?: boolean;
}

/** (x - mean) / std, channel by channel, for float tensors [..., C, H, W]. */
export class Normalize extends PictureTransform {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;

  /** @throws ArgumentError when a std is 0, or the two lists differ in length */
  constructor(...args: Arguments<NormalizeArguments, ['mean', 'std', 'inplace']>) {
    super();
    const { mean, std, inplace } = parseArgs<NormalizeArguments>(
      'Normalize',
      ['mean', 'std'],
      { inplace: false },
      args,
    );
    checkStatistics('Normalize', mean, std);
    this.mean = mean;
    this.std = std;
    this.inplace = inplace;
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    if (!leaves.some((leaf) => leaf instanceof Picture)) return;
    throw new ArgumentError('Normalize: expected tensors, but got a picture; apply ToTensor first');
  }

  override makeParams(): object {
    return {};
  }

  override apply(batch: Tensor): Tensor {
    return normalized('Normalize', batch, this);
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kind === 'picture' ? null : kind;
  }

  override extraRepr(): string {
    return printed({ mean: list(this.mean), std: list(this.std), inplace: this.inplace });
  }
}

interface Statistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;
}

/** @throws ArgumentError unless these are means and as many stds other than 0 */
export function checkStatistics(op: string, mean: readonly number[], std: readonly number[]): void {
  if (!Array.isArray(mean) || !Array.isArray(std)) {
    throw new ArgumentError(
      `${op}: expected a list of means and a list of stds, but got ${kindOf(mean)} and ${kindOf(std)}`,
    );
  }
  if (mean.length === 0 || mean.length !== std.length) {
    throw new ArgumentError(`${op}: expected one mean and one std a channel, but got ${mean.length} and ${std.length}`);
  }
  if (std.includes(0)) throw new ArgumentError(`${op}: expected std other than 0, but got 0: it would divide by zero`);
}

/** (x - mean) / std for x[..., C, H, W]. */
export function normalized(op: string, image: Tensor, { mean, std, inplace }: Statistics): Tensor {
  if (!isFloat(image.dtype)) {
    throw new DTypeError(`${op}: expected an image of floats, but got ${image.dtype}; apply ToTensor first`);
  }
  const channels = image.shape.at(-3);
  if (channels === undefined || (mean.length !== 1 && mean.length !== channels)) {
    throw new ShapeError(
      `${op}: expected an image [..., ${mean.length}, H, W], but got shape ${showShape(image.shape)}`,
    );
  }
  const perChannel = (values: readonly number[]) => tensor([...values], { dtype: image.dtype }).reshape([-1, 1, 1]);
  if (inplace) return image.sub_(perChannel(mean)).div_(perChannel(std));
  return image.sub(perChannel(mean)).div(perChannel(std));
}
