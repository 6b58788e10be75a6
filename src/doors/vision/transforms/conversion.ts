// Transforms between representations: pictures, tensors of bytes and of floats, normalized tensors.

import { ArgumentError, type DType, ShapeError, Tensor } from '../../../torch';
import { type Arguments, expectDType, isPlainObject, kinds, parseArgs, shown, showShape } from '../../../torch/inside';
import { fromPixels, isPixelSource, type PixelSource } from '../pictures/from-pixels';
import { Picture } from '../pictures/picture';
import { BoundingBoxes, Image, Mask, TVTensor } from '../tv-tensors';
import { type BatchKind, PictureTransform } from './base';
import { imageOf } from './batch';
import {
  asBytes,
  imageDtypeOf,
  modeOf,
  pilToTensor,
  retyped,
  scaledTo,
  toImage,
  toPilImage,
} from './functional/conversion';
import { type MeanAndStd, normalized, statisticsOf } from './functional/normalize';
import { list, plain, printed } from './printed';
import { isPureTensor } from './sample';

/** Whether an input has pixels, but no `tvTensors` class that says what they are. */
const isPixels = (input: unknown): boolean => input instanceof Picture || isPureTensor(input) || isPixelSource(input);

/** A step that changes the representation of values, not their look. It draws nothing. */
abstract class Conversion<In = Tensor> extends PictureTransform<object, In> {
  override makeParams(): object {
    return {};
  }

  override apply(batch: Tensor): Tensor {
    return batch;
  }
}

/**
 * Converts an image to a float32 tensor [C, H, W]. Bytes are scaled from 0…255 to 0…1; other dtypes are only converted.
 *
 * Takes pictures, tensors [H, W] or [H, W, C], and sources that the browser can draw (an image, canvas, video frame,
 * ImageData, …), which become [3, H, W] on the GPU: see `vision.io.fromPixels`.
 */
export class ToTensor extends Conversion<Tensor | PixelSource> {
  protected override handles(input: unknown): boolean {
    return isPixels(input);
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

/** (x - mean) / std, channel by channel, for float tensors [..., C, H, W]. */
export class Normalize extends Conversion {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;

  /** @throws ArgumentError if a std is 0, or the two lists differ in length */
  constructor(...args: Arguments<MeanAndStd, ['mean', 'std', 'inplace']>) {
    super();
    const { mean, std, inplace } = statisticsOf('Normalize', args);
    this.mean = mean;
    this.std = std;
    this.inplace = inplace;
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    if (!leaves.some((leaf) => leaf instanceof Picture)) return;
    throw new ArgumentError('Normalize: expected tensors, but got a picture; apply ToTensor first');
  }

  override apply(batch: Tensor): Tensor {
    return normalized('Normalize', batch, this);
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kind === 'picture' ? null : kind;
  }

  override extraRepr(): string {
    return printed(this, { mean: list, std: list, inplace: plain });
  }
}

/** Returns its input unchanged. */
export class Identity extends Conversion {
  override transform(input: unknown): unknown {
    return input;
  }
}

/**
 * Converts a picture, a tensor or a source that the browser can draw to a `tvTensors.Image` [..., C, H, W]; bytes stay
 * bytes.
 */
export class ToImage extends Conversion<Tensor | PixelSource> {
  protected override handles(input: unknown): boolean {
    return isPixels(input);
  }

  override transform(input: unknown): unknown {
    return toImage(input as Tensor | PixelSource);
  }

  override batchKind(): BatchKind {
    return 'image';
  }
}

/** Converts images, boxes and masks to plain tensors. */
export class ToPureTensor extends Conversion {
  protected override handles(input: unknown): boolean {
    return input instanceof TVTensor;
  }

  override transform(input: unknown): unknown {
    return (input as TVTensor).asTensor();
  }

  override batchKind(kind: BatchKind): BatchKind {
    return kind === 'image' ? 'tensor' : kind;
  }
}

/** Converts a picture to a tensor of bytes [C, H, W]. */
export class PILToTensor extends Conversion {
  protected override handles(input: unknown): boolean {
    return input instanceof Picture;
  }

  override transform(input: unknown): unknown {
    return pilToTensor(input as Picture);
  }

  override batchKind(kind: BatchKind): BatchKind {
    return kind === 'picture' ? 'tensor' : kind;
  }
}

/** Converts a tensor [C, H, W] or an image to a picture; floats from 0 to 1 become bytes. */
export class ToPILImage extends Conversion {
  readonly mode: string | null;

  constructor(...args: Arguments<{ mode?: string | null }, ['mode']>) {
    super();
    this.mode = modeOf('ToPILImage', args);
  }

  protected override handles(input: unknown): boolean {
    return isPureTensor(input) || input instanceof Image;
  }

  override transform(input: unknown): unknown {
    return toPilImage(input as Tensor, this.mode);
  }

  override apply(
    batch: Tensor,
    /** The random draws for each item. */ _draws: readonly unknown[] = [],
    /** Whether the batch holds tensors or pictures. */ kind: BatchKind = 'tensor',
  ): Tensor {
    return kind === 'picture' ? batch : asBytes('ToPILImage', batch);
  }

  override batchKind(): BatchKind {
    return 'picture';
  }

  override extraRepr(): string {
    return printed(this, { mode: plain });
  }
}

/**
 * A map from a class, or its name, to a dtype, with `others` for the rest; null leaves inputs of the class unchanged.
 */
type DtypeMap = ReadonlyMap<unknown, DType | null> | Readonly<Record<string, DType | null>>;

interface ToDtypeTransformArguments {
  /** The dtype of images and plain tensors, or a map with a dtype for each class. */
  dtype: DType | DtypeMap;
  /**
   * Scale images and plain tensors from the whole range of the old dtype to that of the new one: 0…255 and 0…1.
   * Default: false.
   */
  scale?: boolean;
}

const classNames = [
  [Image, 'Image'],
  [Mask, 'Mask'],
  [BoundingBoxes, 'BoundingBoxes'],
  [Tensor, 'Tensor'],
] as const;

/** The arguments with a leading object of dtypes by class, whose keys are no options, as the option `dtype`. */
function named(args: readonly unknown[]): readonly unknown[] {
  const [dtype, ...rest] = args;
  const isMap = isPlainObject(dtype) && ['others', ...classNames.map(([, name]) => name)].some((name) => name in dtype);
  return isMap ? [new Map(Object.entries(dtype)), ...rest] : args;
}

/** Converts to another dtype. */
export class ToDtype extends Conversion {
  readonly dtype: DType | DtypeMap;
  readonly scale: boolean;
  /** The dtypes by class; undefined where there is one dtype. */
  readonly #byClass?: ReadonlyMap<unknown, DType | null>;

  constructor(...args: Arguments<ToDtypeTransformArguments, ['dtype', 'scale']>) {
    super();
    const { dtype, scale } = parseArgs<ToDtypeTransformArguments>('ToDtype', ['dtype'], { scale: false }, named(args), {
      dtype: kinds.anything,
    });
    if (typeof dtype !== 'string' && !(dtype instanceof Map) && !isPlainObject(dtype)) {
      throw new ArgumentError(`ToDtype: expected dtype to be a type, or types by class, but got ${shown(dtype)}`);
    }
    if (typeof dtype === 'string') expectDType('ToDtype', dtype);
    else {
      this.#byClass = dtype instanceof Map ? dtype : new Map(Object.entries(dtype));
      if (this.#byClass.size === 0) {
        throw new ArgumentError('ToDtype: expected a dtype for at least one class, but got none');
      }
    }
    this.dtype = dtype;
    this.scale = scale;
  }

  protected override handles(input: unknown): boolean {
    return input instanceof Tensor && !(input instanceof Picture);
  }

  private dtypeOf(input: unknown): DType | null {
    const { dtype } = this;
    if (typeof dtype === 'string') return isPureTensor(input) || input instanceof Image ? dtype : null;
    const [type, name] = classNames.find(([each]) => input instanceof each)!;
    const byClass = this.#byClass!;
    const key = [type, name, 'others'].find((each) => byClass.has(each));
    if (key !== undefined) return byClass.get(key)!;
    throw new ArgumentError(`ToDtype: expected a dtype for ${name}, or for 'others', but got none`);
  }

  override transform(input: unknown): unknown {
    const dtype = this.dtypeOf(input);
    if (dtype === null) return input;
    return retyped('ToDtype', input as Tensor, dtype, this.scale);
  }

  override apply(
    batch: Tensor,
    /** The random draws for each item. */ _draws: readonly unknown[] = [],
    /** Whether the batch holds tensors or pictures. */ kind: BatchKind = 'tensor',
  ): Tensor {
    if (kind === 'picture') return batch;
    const dtype =
      typeof this.dtype === 'string' ? this.dtype : this.dtypeOf(kind === 'image' ? new Image(batch) : batch);
    return dtype === null ? batch : scaledTo('ToDtype', batch, dtype, this.scale);
  }

  override extraRepr(): string {
    return printed(this, { scale: plain });
  }
}

/** Converts to another dtype and scales: `ToDtype` with `scale`. */
export class ConvertImageDtype extends Conversion {
  readonly dtype: DType;

  constructor(...args: Arguments<{ dtype?: DType }, ['dtype']>) {
    super();
    this.dtype = imageDtypeOf('ConvertImageDtype', args);
  }

  protected override handles(input: unknown): boolean {
    return input instanceof Tensor && !(input instanceof Picture);
  }

  override transform(input: unknown): unknown {
    return retyped('ConvertImageDtype', input as Tensor, this.dtype, true);
  }

  override apply(
    batch: Tensor,
    /** The random draws for each item. */ _draws: readonly unknown[] = [],
    /** Whether the batch holds tensors or pictures. */ kind: BatchKind = 'tensor',
  ): Tensor {
    return kind === 'picture' ? batch : scaledTo('ConvertImageDtype', batch, this.dtype, true);
  }
}
