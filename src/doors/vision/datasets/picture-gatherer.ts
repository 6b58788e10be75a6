// Pictures of one size as packed bytes, kept on the device if they fit; one gather makes a batch.
import { type DType, gpu, Tensor } from '../../../torch';
import { fromHost, gatherBytes, protect, type Value } from '../../../torch/inside';

/** Pictures of one size: `count × height × width × channels` bytes. They can be sent to a worker. */
export interface PictureBytes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** How bytes become floats; null: they stay bytes. */
export type ByteScale = Parameters<typeof gatherBytes>[3];

/** The size that every device can bind, used until there is a device to ask: WebGPU's default limit. */
const BINDING_BYTES = 2 ** 27;
/** A larger data set stays on the host, because it would leave too little memory for training. */
const MOST_BYTES = 2 ** 29;

/** Gathers batches of pictures, on the device if all pictures fit there. */
export class PictureGatherer {
  readonly #pictures: PictureBytes;
  #words: Tensor | null = null;

  constructor(pictures: PictureBytes) {
    this.#pictures = pictures;
  }

  /** The pictures at `rows`, whose tensor is `index`: [n, C, H, W], as floats if there is a scale, else uint8. */
  gather(rows: ArrayLike<number>, index: Value, scale: ByteScale): Tensor {
    const { channels, height, width } = this.#pictures;
    const shape = [channels, height, width];
    if (this.#fits()) {
      this.#words ??= kept(
        () => words(this.#pictures, null),
        [this.#pictures.count, rowWords(this.#pictures)],
        'uint32',
      );
      return Tensor.of(gatherBytes(this.#words.value, index, shape, scale));
    }
    return this.#upload(rows, scale);
  }

  #upload(rows: ArrayLike<number>, scale: ByteScale): Tensor {
    const { channels, height, width } = this.#pictures;
    const batch = fromHost(words(this.#pictures, rows), [rows.length, rowWords(this.#pictures)], 'uint32');
    const inOrder = fromHost(
      Int32Array.from(rows, (_, i) => i),
      [rows.length],
      'int64',
    );
    return Tensor.of(gatherBytes(batch, inOrder, [channels, height, width], scale));
  }

  /** All pictures, uint8 [N, C, H, W]; for pictures that were read for a single batch. */
  gatherAll(): Tensor {
    const { count } = this.#pictures;
    const rows = Array.from({ length: count }, (_, i) => i);
    return this.#upload(rows, null);
  }

  #fits(): boolean {
    const bytes = 4 * this.#pictures.count * rowWords(this.#pictures);
    return bytes <= Math.min(gpu.adapterInfo()?.maxStorageBufferBindingSize ?? BINDING_BYTES, MOST_BYTES);
  }
}

/** A tensor that outlives scopes, and is uploaded again if the device is lost. */
export function kept(data: () => Uint32Array | Int32Array, shape: readonly number[], dtype: DType): Tensor {
  const tensor = Tensor.of(fromHost(data(), shape, dtype)).retain();
  protect(tensor.storage, () => fromHost(data(), shape, dtype));
  return tensor;
}

const rowBytes = ({ height, width, channels }: PictureBytes): number => height * width * channels;
const rowWords = (pictures: PictureBytes): number => Math.ceil(rowBytes(pictures) / 4);

/**
 * Packs four bytes per word, the first in the lowest bits; each picture starts a new word. Packs all pictures, or those
 * at `rows`.
 */
function words(pictures: PictureBytes, rows: ArrayLike<number> | null): Uint32Array {
  const size = rowBytes(pictures);
  const step = 4 * rowWords(pictures);
  const count = rows?.length ?? pictures.count;
  const packed = new Uint8Array(count * step);
  if (rows === null && step === size) packed.set(pictures.pixels);
  else {
    for (let i = 0; i < count; i++) {
      const from = (rows?.[i] ?? i) * size;
      packed.set(pictures.pixels.subarray(from, from + size), i * step);
    }
  }
  return new Uint32Array(packed.buffer);
}
