// Labelled pictures of one size: bytes on the host, and packed on the device, where one gather makes a batch.

import { type Generator, scope, Tensor, data as torchData } from '../../../torch';
import {
  type Arguments,
  defaultGenerator,
  drawnIn,
  fromHost,
  gatherRows,
  indexIn,
  ofDataSet,
  resolveIndex,
  withDefaultGenerator,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { type BatchTransform, batched, Compose, Normalize, ToTensor } from '../transforms';
import { type ByteScale, kept, type PictureBytes, PictureGatherer } from './picture-gatherer';
import { type ItemTransforms, StandardTransform, transformsIn, VisionDataset } from './vision-dataset';

/** The files of a data set after reading: pictures, labels, and the names of classes. */
export interface LabelledPictures {
  readonly pictures: PictureBytes;
  /** One per picture. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
}

/** The data set's name and traits, for messages and printed text. */
export interface DatasetIdentity {
  readonly name: string;
  readonly root: string | null;
  /** Further printed lines, such as `Split: Train`. */
  readonly repr: string;
  /** Whether `targets` is a list, as in torchvision's CIFAR, or a tensor, as in its MNIST. */
  readonly listsTargets: boolean;
  /** Whether `data` has a last dimension of channels. */
  readonly hasChannels: boolean;
}

/** The random numbers of one item of a batch. */
interface ItemDraw<Label> {
  readonly picture: object | null;
  /** The result of `targetTransform` for the label; null without one. */
  readonly label: Label | null;
}

/**
 * Pictures with labels. Item i is `[image, label]`: a `Picture` [H, W, C] and a number, or the results of the
 * transforms.
 *
 * If the bytes fit on the device, they stay there. Batches are gathered on the device, and transformed as a whole if
 * the transform belongs to this library, so that only indices and random numbers are uploaded. If a transform is a
 * custom function, items are made one by one.
 */
export class ImageDataset<
  Image = Picture,
  Label = number,
  Targets extends Tensor | readonly number[] = Tensor,
> extends VisionDataset<Picture, Image, Label> {
  readonly classes: readonly string[];
  readonly #pictures: PictureBytes;
  readonly #labels: Int32Array;
  readonly #gatherer: PictureGatherer;
  readonly #identity: DatasetIdentity;
  #data: Tensor | null = null;
  #labelTensor: Tensor | null = null;
  #targetList: readonly number[] | null = null;

  constructor(
    /** Further parameters, by name. */
    { pictures, labels, classes }: LabelledPictures,
    /** The name of the set, and where its files come from. */
    identity: DatasetIdentity,
    /** The items, in their order. */
    items: ItemTransforms<Picture, Image, Label>,
  ) {
    super(identity.root, { ...transformsIn(items), name: identity.name });
    this.classes = classes;
    this.#pictures = pictures;
    this.#labels = Int32Array.from(labels);
    this.#gatherer = new PictureGatherer(pictures);
    this.#identity = identity;
  }

  override get length(): number {
    return this.#pictures.count;
  }

  /** The number of each class, by its name. */
  get classToIdx(): Record<string, number> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]));
  }

  /**
   * All pictures: uint8 [N, H, W] for MNIST and its relatives, else [N, H, W, C]. On the device this tensor takes four
   * bytes per pixel; the loader does not need it.
   */
  get data(): Tensor {
    const { count, height, width, channels, pixels } = this.#pictures;
    const shape = [count, height, width, ...(this.#identity.hasChannels ? [channels] : [])];
    this.#data ??= kept(() => Uint32Array.from(pixels), shape, 'uint8');
    return this.#data;
  }

  /** All labels: int64 [N] for MNIST and its relatives, a list for CIFAR. */
  get targets(): Targets {
    if (!this.#identity.listsTargets) return this.#labelsOnDevice as Targets;
    this.#targetList ??= Array.from(this.#labels);
    return this.#targetList as Targets;
  }

  get #labelsOnDevice(): Tensor {
    this.#labelTensor ??= kept(() => this.#labels, [this.length], 'int64');
    return this.#labelTensor;
  }

  override get(...args: Arguments<{ index: number }, ['index']>): [Image, Label] {
    const i = resolveIndex(this.printedName, indexIn(this.printedName, args), this.length);
    const { height, width, channels, pixels } = this.#pictures;
    const size = height * width * channels;
    const picture = Picture.fromBytes(pixels.subarray(i * size, (i + 1) * size), [height, width, channels]);
    return this.transformed(picture, this.#labels[i]!);
  }

  /** The transform as a scale of bytes, if it does nothing else; else null. */
  get #scale(): ByteScale {
    return asScale(this.transform, this.#pictures.channels);
  }

  get #batched(): BatchTransform | null {
    return this.#scale ? null : batched(this.transform);
  }

  get #makesBatches(): boolean {
    const { transform, transforms } = this;
    if (transforms && !(transforms instanceof StandardTransform)) return false;
    return !transform || this.#scale !== null || this.#batched !== null;
  }

  override drawFor(index: number, generator: Generator): ItemDraw<Label> | undefined {
    if (!this.#makesBatches) return undefined;
    const { targetTransform } = this;
    const label = this.#labels[index < 0 ? index + this.length : index]!;
    // The picture's random numbers are drawn first, then the label's.
    return {
      picture: this.#batched?.draw([this.#pictures], generator)[0] ?? null,
      label: targetTransform ? withDefaultGenerator(generator, () => targetTransform(label)) : null,
    };
  }

  override getBatch(
    indices: readonly number[],
    draws?: readonly (ItemDraw<Label> | undefined)[],
  ): [Tensor, torchData.Collated<Label>] | null;
  override getBatch(named: {
    indices: readonly number[];
    draws?: readonly unknown[] | null;
  }): [Tensor, torchData.Collated<Label>] | null;
  override getBatch(...args: unknown[]): [Tensor, torchData.Collated<Label>] | null {
    const { indices, draws } = drawnIn(this.printedName, args);
    if (!this.#makesBatches) return null;
    const rows = indices.map((i) => resolveIndex(this.printedName, i, this.length));
    const index = fromHost(Int32Array.from(rows), [rows.length], 'int64');
    // The scope frees everything but the batch.
    return scope((): [Tensor, torchData.Collated<Label>] => {
      const scale = this.#scale;
      const transform = this.#batched;
      const pixels = this.#gatherer.gather(rows, index, scale);
      const given = draws as readonly (ItemDraw<Label> | undefined)[] | undefined;
      const drawn = given ?? rows.map((row) => this.drawFor(row, defaultGenerator()));
      const labels = this.targetTransform
        ? torchData.defaultCollate(drawn.map((each) => each!.label as Label))
        : (Tensor.of(gatherRows(this.#labelsOnDevice.value, index)) as torchData.Collated<Label>);
      if (transform) {
        const ofPictures = drawn.map((each) => each!.picture);
        return [Tensor.of(ofDataSet(transform.apply(pixels, ofPictures).value)), labels];
      }
      return [scale ? pixels : pixels.permute(0, 2, 3, 1), labels];
    });
  }

  /** All pictures are in memory, and the device makes the batches, so there is nothing to read ahead. */
  override workerCopy(): 'here' {
    return 'here';
  }

  override extraRepr(): string {
    return this.#identity.repr;
  }
}

/** The transform of a byte picture as a scale of each channel; null if the transform does more. */
function asScale(transform: unknown, channels: number): ByteScale {
  if (transform instanceof ToTensor) return { divisor: 255, mean: [0], std: [1] };
  if (!(transform instanceof Compose)) return null;
  const [first, second, ...rest] = transform.transforms;
  if (!(first instanceof ToTensor) || rest.length > 0) return null;
  if (second === undefined) return asScale(first, channels);
  if (!(second instanceof Normalize) || (second.mean.length !== 1 && second.mean.length !== channels)) return null;
  return { divisor: 255, mean: second.mean, std: second.std };
}
