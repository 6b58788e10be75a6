// Conversions of pictures between tensors, images and dtypes.

import { ArgumentError, type DType, DTypeError, ShapeError, type Tensor } from '../../../../torch';
import {
  type Arguments,
  checked,
  expectDType,
  isFloat,
  isTensorObject as isTensor,
  kindOf,
  parseArgs,
  shown,
  showShape,
} from '../../../../torch/inside';
import { fromPixels, isPixelSource, type PixelSource } from '../../pictures/from-pixels';
import { Picture } from '../../pictures/picture';
import { Image, TVTensor } from '../../tv-tensors';
import { imageOf } from '../batch';
import { infoOf, type PictureInfo } from '../info';
import { type MeanAndStd, normalized, statisticsOf } from './normalize';

/**
 * Converts a picture, a tensor [..., C, H, W] or a source that the browser can draw to an `Image`; bytes stay bytes.
 */
export const toImage = checked('toImage(input: value)', (input: Tensor | PixelSource): Image => {
  if (isPixelSource(input)) return new Image(fromPixels(input, { dtype: 'uint8' }));
  if (!isTensor(input)) throw new ArgumentError(`toImage: expected a picture or a tensor, but got ${kindOf(input)}`);
  return new Image(input instanceof TVTensor ? input.asTensor() : input);
});

/**
 * Converts a picture, or pixels [H, W] or [H, W, C], to floats [C, H, W]. Bytes are scaled to 0 to 1; other dtypes are
 * only converted.
 */
export const toTensor = checked('toTensor(picture)', (/** The picture. */ picture: Tensor): Tensor => {
  if (!isTensor(picture)) throw new ArgumentError(`toTensor: expected a picture, but got ${kindOf(picture)}`);
  const { shape, dtype } = picture;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new ShapeError(`toTensor: expected an image [H, W] or [H, W, C], but got shape ${showShape(shape)}`);
  }
  const floats = imageOf(picture).to('float32');
  return dtype === 'uint8' ? floats.div(255) : floats;
});

/** Converts a picture to bytes [C, H, W]. */
export const pilToTensor = checked('pilToTensor(picture)', (/** The picture. */ picture: Picture): Tensor => {
  if (!(picture instanceof Picture)) {
    throw new ArgumentError(`pilToTensor: expected a picture, but got ${kindOf(picture)}`);
  }
  return picture.permute(2, 0, 1);
});

const modes: Readonly<Record<string, number>> = { L: 1, LA: 2, RGB: 3, RGBA: 4 };

/**
 * Parses the mode of `toPilImage` and `ToPILImage`.
 * @throws ArgumentError if the mode does not exist
 */
export function modeOf(op: string, args: Arguments<{ mode?: string | null }, ['mode']>): string | null {
  const { mode } = parseArgs<{ mode?: string | null }>(op, [], { mode: null }, args);
  if (mode === null || (typeof mode === 'string' && Object.hasOwn(modes, mode))) return mode;
  const remedy =
    mode === 'F' || mode === 'I' ? '; pictures hold bytes: resize the tensor itself, by functional.resize' : '';
  throw new ArgumentError(`${op}: expected mode L, LA, RGB, RGBA or null, but got ${shown(mode)}${remedy}`);
}

/**
 * Converts a tensor [C, H, W] or [H, W] to a picture. Floats from 0 to 1 are multiplied by 255 and truncated to bytes.
 * `mode` must have as many channels as the tensor.
 */
export const toPilImage = checked(
  'toPilImage(input, ...)',
  (input: Tensor, ...args: Arguments<{ mode?: string | null }, ['mode']>): Picture => {
    const mode = modeOf('toPilImage', args);
    if (!isTensor(input)) throw new ArgumentError(`toPilImage: expected a tensor, but got ${kindOf(input)}`);
    const pixels = input.shape.length === 2 ? input.unsqueeze(0) : input;
    const channels = pixels.shape[0]!;
    if (pixels.shape.length !== 3 || channels < 1 || channels > 4) {
      throw new ShapeError(
        `toPilImage: expected an image [H, W] or [C, H, W] of 1 to 4 channels, but got shape ${showShape(input.shape)}`,
      );
    }
    if (mode !== null && modes[mode] !== channels) {
      throw new ArgumentError(
        `toPilImage: expected a mode of ${channels} channels (L, LA, RGB or RGBA), but got ${mode}`,
      );
    }
    return new Picture(asBytes('toPilImage', pixels).permute(1, 2, 0));
  },
);

/** Converts floats from 0 to 1 to bytes; bytes stay unchanged. */
export function asBytes(op: string, x: Tensor): Tensor {
  if (isFloat(x.dtype)) return x.mul(255).to('uint8');
  if (x.dtype === 'uint8') return x;
  throw new DTypeError(`${op}: expected floats or uint8, but got ${x.dtype}`);
}

const bits: Partial<Record<DType, number>> = { uint8: 8, int32: 31, int64: 63 };

/** The largest value of an integer dtype. */
const largest = (dtype: DType): number => 2 ** (bits[dtype] ?? 1) - 1;

interface ToDtypeArguments {
  /** Default: float32. */
  dtype?: DType;
  /** Scale from the whole range of the old dtype to that of the new one: 0…255 and 0…1. Default: false. */
  scale?: boolean;
}

/** Converts an image to another dtype. Boxes and masks are never scaled. */
export const toDtype = checked(
  'toDtype(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<ToDtypeArguments, ['dtype', 'scale']>): T => {
    const { dtype, scale } = parseArgs<ToDtypeArguments>('toDtype', [], { dtype: 'float32', scale: false }, args);
    expectDType('toDtype', dtype);
    if (input instanceof Picture)
      throw new ArgumentError('toDtype: expected a tensor, but got a picture; apply toImage first');
    return retyped('toDtype', input, dtype, scale);
  },
);

/** `toDtype` after parsing its arguments. */
export function retyped<T extends Tensor>(op: string, input: T, dtype: DType, scale: boolean): T {
  if (!(input instanceof TVTensor)) return scaledTo(op, input, dtype, scale) as T;
  return input.wrap(scaledTo(op, input.asTensor(), dtype, scale && input instanceof Image)) as Tensor as T;
}

/** Converts numbers to another dtype; with `scale`, the whole range of the old dtype becomes that of the new one. */
export function scaledTo(op: string, x: Tensor, dtype: DType, scale: boolean): Tensor {
  if (x.dtype === dtype) return x;
  if (!scale || (isFloat(x.dtype) && isFloat(dtype))) return x.to(dtype);
  if (isFloat(x.dtype)) {
    if (dtype === 'int32' || dtype === 'int64') {
      throw new DTypeError(
        `${op}: expected uint8 as the target of a float image, but got ${dtype}, whose range float32 cannot represent`,
      );
    }
    // Almost 256 as a factor gives every byte an equal part of 0…1; with 255, only exactly 1 would become 255.
    return x.mul(largest(dtype) + 1 - 1e-3).to(dtype);
  }
  if (isFloat(dtype)) return x.to(dtype).mul(1 / largest(x.dtype));
  const [from, to] = [bits[x.dtype], bits[dtype]];
  if (from === undefined || to === undefined) {
    throw new DTypeError(
      `${op}: expected whole numbers of uint8, int32 or int64 to scale, but got ${x.dtype} and ${dtype}`,
    );
  }
  if (to > 31 || from > 31) {
    throw new DTypeError(
      `${op}: expected numbers of at most 31 bits to scale, but got ${x.dtype} and ${dtype}: int64 is held in 32 bits`,
    );
  }
  return from > to ? x.div(2 ** (from - to), { roundingMode: 'floor' }).to(dtype) : x.to(dtype).mul(2 ** (to - from));
}

/** Parses the dtype of `convertImageDtype` and `ConvertImageDtype`. */
export const imageDtypeOf = (op: string, args: Arguments<{ dtype?: DType }, ['dtype']>): DType =>
  expectDType(op, parseArgs<{ dtype?: DType }>(op, [], { dtype: 'float32' }, args).dtype);

/** Converts an image to another dtype and scales: `toDtype` with `scale`. */
export const convertImageDtype = checked(
  'convertImageDtype(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<{ dtype?: DType }, ['dtype']>): T => {
    return toDtype(input, { dtype: imageDtypeOf('convertImageDtype', args), scale: true });
  },
);

/** (x - mean) / std, channel by channel, for float tensors [..., C, H, W]. */
export const normalize = checked(
  'normalize(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<MeanAndStd, ['mean', 'std', 'inplace']>): T => {
    const made = normalized('normalize', input, statisticsOf('normalize', args));
    return (input instanceof TVTensor ? input.wrap(made) : made) as Tensor as T;
  },
);

/** Channels, height and width of an input. */
export const getDimensions = checked(
  'getDimensions(input)',
  (input: Tensor): [channels: number, height: number, width: number] => {
    const { channels, height, width } = infoOf('getDimensions', input);
    return [channels, height, width];
  },
);

/** Height and width; for boxes, those of their picture. */
export const getSize = checked('getSize(input)', (input: Tensor): [height: number, width: number] => {
  const { height, width } = infoOf('getSize', input);
  return [height, width];
});

/** Width and height: `getSize` in the other order. */
export const getImageSize = checked('getImageSize(input)', (input: Tensor): [width: number, height: number] => {
  const { height, width }: PictureInfo = infoOf('getImageSize', input);
  return [width, height];
});

/** How many channels a picture has. */
export const getNumChannels = checked('getNumChannels(input)', (input: Tensor): number => {
  return infoOf('getNumChannels', input).channels;
});

export { getNumChannels as getImageNumChannels };
