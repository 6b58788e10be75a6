// Labelled grey images: bytes on the host, packed on the device, where a batch is made with one gather.
import type { DType } from '../../compiler/meta';
import { Dataset, resolveIndex } from '../../data/dataset';
import { indexValue } from '../../data/tensor-dataset';
import { fromHost } from '../../graph/record';
import type { HostData } from '../../graph/value';
import { type ByteScale, gatherBytes, gatherRows } from '../../ops/indexing';
import { protectBy } from '../../tensor/protect';
import { Tensor } from '../../tensor/tensor';
import { Compose, Normalize, ToTensor, type TransformFunction } from '../transforms';
import type { IdxImages } from './idx';

/** How items are made of images and labels. */
export interface ItemTransforms<Image, Label> {
  readonly transform: TransformFunction<Tensor, Image> | null;
  readonly targetTransform: TransformFunction<number, Label> | null;
}

/**
 * Images with labels, as torchvision's MNIST. Item i is `[image, label]`: a uint8 tensor [H, W] and a number, or what the
 * transforms make of them.
 *
 * With `ToTensor`, or `ToTensor` and then `Normalize`, batches are gathered and scaled on the device, and only their indices are uploaded; with any
 * other transform the items are made one by one.
 */
export class ImageDataset<Image = Tensor, Label = number> extends Dataset<[Image, Label]> {
  readonly #images: IdxImages;
  readonly #labels: Int32Array;
  /** What the transforms come to for a byte, where batches can be made on the device. */
  readonly #scale: ByteScale | null;
  #data: Tensor | null = null;
  #packed: Tensor | null = null;
  #targets: Tensor | null = null;

  constructor(
    images: IdxImages,
    labels: Uint8Array,
    readonly classes: readonly string[],
    readonly transforms: ItemTransforms<Image, Label>,
  ) {
    super();
    this.#images = images;
    this.#labels = Int32Array.from(labels);
    this.#scale = transforms.targetTransform ? null : asScale(transforms.transform);
  }

  override get length(): number {
    return this.#images.count;
  }

  /** All images, uint8 [N, H, W]. Four bytes a pixel once it is on the device; the loader does not need it. */
  get data(): Tensor {
    const { count, rows, columns, pixels } = this.#images;
    this.#data ??= kept(() => Uint32Array.from(pixels), [count, rows, columns], 'uint8');
    return this.#data;
  }

  /** All labels, int64 [N]. */
  get targets(): Tensor {
    this.#targets ??= kept(() => this.#labels, [this.length], 'int64');
    return this.#targets;
  }

  override get(index: number): [Image, Label] {
    const i = resolveIndex('ImageDataset', index, this.length);
    const { rows, columns, pixels } = this.#images;
    const size = rows * columns;
    const bytes = Uint32Array.from(pixels.subarray(i * size, (i + 1) * size));
    const image = Tensor.of(fromHost(bytes, [rows, columns], 'uint8'));
    const { transform, targetTransform } = this.transforms;
    const label = this.#labels[i]!;
    return [
      transform ? transform(image) : (image as Image),
      targetTransform ? targetTransform(label) : (label as Label),
    ];
  }

  /** @internal */
  override workerCopy(): 'here' {
    return 'here';
  }

  override getBatch(indices: readonly number[]): [Tensor, Tensor] | null {
    if (!this.#scale) return null;
    const { count, rows, columns, pixels } = this.#images;
    this.#packed ??= packed(pixels, count, rows * columns);
    const index = indexValue('ImageDataset', indices, count);
    const images = gatherBytes(this.#packed.value, index, [1, rows, columns], this.#scale);
    return [Tensor.of(images), Tensor.of(gatherRows(this.targets.value, index))];
  }
}

/** A tensor that stays, wherever it is first asked for, and is made again when the device is lost. */
function kept(data: () => HostData, shape: readonly number[], dtype: DType): Tensor {
  const tensor = Tensor.of(fromHost(data(), shape, dtype)).retain();
  protectBy(tensor.storage, () => fromHost(data(), shape, dtype));
  return tensor;
}

/** Rows of bytes, four a word, the first in the lowest bits; each row begins a word. Shape: [count, words a row]. */
function packed(bytes: Uint8Array, count: number, rowBytes: number): Tensor {
  const rowWords = Math.ceil(rowBytes / 4);
  const pack = () => {
    const words = new Uint32Array(count * rowWords);
    const padded = new Uint8Array(words.buffer);
    for (let row = 0; row < count; row++) {
      padded.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * rowWords * 4);
    }
    return words;
  };
  return kept(pack, [count, rowWords], 'uint32');
}

/** What the transforms of a one-channel byte image come to, byte by byte; null where they do more than that. */
function asScale(transform: unknown): ByteScale | null {
  if (transform instanceof ToTensor) return { divisor: 255, mean: 0, std: 1 };
  if (!(transform instanceof Compose)) return null;
  const [first, second, ...rest] = transform.transforms;
  if (!(first instanceof ToTensor) || rest.length > 0) return null;
  if (second === undefined) return asScale(first);
  if (!(second instanceof Normalize) || second.mean.length !== 1) return null;
  return { divisor: 255, mean: second.mean[0]!, std: second.std[0]! };
}
