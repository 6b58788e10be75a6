// Pictures: bytes [H, W, C], as files and data sets have them. They correspond to PIL images in torchvision.

import { DTypeError, type Shape, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  fromHost,
  tensorClasses as kinds,
  parseArgs,
  showShape,
  kinds as torchKinds,
} from '../../../torch/inside';

interface ByteArguments {
  /** Values from 0 to 255. */
  bytes: ArrayLike<number>;
  shape: readonly [height: number, width: number, channels: number];
}

const isList = (value: unknown): boolean => ArrayBuffer.isView(value) || Array.isArray(value);

const byteKinds: torchKinds.Kinds<ByteArguments> = {
  bytes: { words: 'a list of bytes, or a typed array', fits: isList },
  shape: { ...torchKinds.listOf(torchKinds.whole(0), 3), words: 'a list [height, width, channels]' },
};

/**
 * A picture: a uint8 tensor [H, W, C] of 1 channel (grey), 2 (grey and alpha), 3 (red, green, blue) or 4 (alpha too).
 * Transforms of a picture return a picture; `ToTensor` and `ToImage` convert it to tensors [C, H, W]. All other methods
 * return plain tensors.
 *
 *     const picture = new Picture(torch.zeros(28, 28, { dtype: 'uint8' }));   // [28, 28, 1]
 *
 * @throws DTypeError for other dtypes, ShapeError for other shapes
 */
export class Picture extends Tensor {
  static {
    kinds.set('Picture', { properties: [], make: (data) => new Picture(data) });
  }

  /** Shares memory with `data`: [H, W, C], or [H, W] for one channel. */
  constructor(...args: Arguments<{ data: Tensor }, ['data']>) {
    const { data } = parseArgs<{ data: Tensor }>('Picture', ['data'], {}, args, { data: aTensor });
    const pixels = data.shape.length === 2 ? data.unsqueeze(2) : data;
    checkPicture(pixels);
    const { value, storage, strides, offset } = pixels;
    super(value, { storage, strides, offset });
  }

  /** Makes a picture of bytes, row by row and pixel by pixel. */
  static fromBytes(...args: Arguments<ByteArguments, ['bytes', 'shape']>): Picture {
    const { bytes, shape } = parseArgs<ByteArguments>('Picture.fromBytes', ['bytes', 'shape'], {}, args, byteKinds);
    if (bytes.length !== shape[0] * shape[1] * shape[2]) {
      throw new ShapeError(
        `Picture.fromBytes: expected a byte for each of ${showShape(shape)}, but got ${bytes.length} bytes`,
      );
    }
    return new Picture(Tensor.of(fromHost(new Uint8Array(bytes), shape, 'uint8')));
  }

  get height(): number {
    return this.shape[0]!;
  }

  get width(): number {
    return this.shape[1]!;
  }

  get channels(): number {
    return this.shape[2]!;
  }
}

function checkPicture({ shape, dtype }: { readonly shape: Shape; readonly dtype: string }): void {
  if (dtype !== 'uint8') {
    throw new DTypeError(`Picture: expected a tensor of dtype uint8, but got ${dtype}; ToPILImage makes one of floats`);
  }
  if (shape.length !== 3 || shape[2]! < 1 || shape[2]! > 4) {
    throw new ShapeError(
      `Picture: expected a tensor [H, W, C] of 1 to 4 channels, but got shape ${showShape(shape)}; ToPILImage makes one of [C, H, W]`,
    );
  }
}
