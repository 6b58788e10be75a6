// Pictures of noise with random labels, to try out a program without any data.

import { Generator, ShapeError } from '../../../torch';
import {
  type Arguments,
  expectKind,
  fillNormal,
  fillRandint,
  indexIn,
  kinds,
  parseArgs,
  resolveIndex,
  shown,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { transformKinds } from './option-kinds';
import { type ItemTransforms, transformsIn, VisionDataset } from './vision-dataset';

/** Options of `FakeData`. */
export interface FakeDataOptions<Image, Label> extends ItemTransforms<Picture, Image, Label> {
  /** Number of pictures. Default: 1000. */
  size?: number;
  /** Channels, height and width. Default: [3, 224, 224]. */
  imageSize?: readonly [channels: number, height: number, width: number];
  /** Default: 10. */
  numClasses?: number;
  /** Added to an item's index to seed its picture. Default: 0. */
  randomOffset?: number;
}

class FakePictures<Image, Label> extends VisionDataset<Picture, Image, Label> {
  constructor(
    readonly options: Required<Omit<FakeDataOptions<Image, Label>, keyof ItemTransforms<0, 0, 0>>>,
    items: ItemTransforms<Picture, Image, Label>,
  ) {
    super(null, { ...transformsIn(items), name: 'FakeData' });
  }

  override get length(): number {
    return this.options.size;
  }

  /** An index always gives the same item: torchvision's, with PyTorch's random numbers. */
  override get(...args: Arguments<{ index: number }, ['index']>): [Image, Label] {
    const { imageSize, numClasses, randomOffset } = this.options;
    const i = resolveIndex('FakeData', indexIn('FakeData', args), this.length);
    const generator = new Generator().manualSeed(i + randomOffset);
    const [channels, height, width] = imageSize;
    const noise = fillNormal(new Float32Array(channels * height * width), 0, 1, generator);
    const [label] = fillRandint(new Int32Array(1), 0, numClasses, generator);
    const pixels = new Uint8Array(noise.length);
    for (let p = 0; p < height * width; p++) {
      // Numbers below 0 or above 255 wrap around, as in NumPy's conversion of floats to bytes.
      for (let c = 0; c < channels; c++)
        pixels[p * channels + c] = Math.trunc(Math.fround(noise[c * height * width + p]! * 255));
    }
    return this.transformed(Picture.fromBytes(pixels, [height, width, channels]), label!);
  }

  /** Items are cheap to make, so workers do not help. */
  override workerCopy(): 'here' {
    return 'here';
  }
}

/**
 * A data set of noise. An index always gives the same picture [H, W, C] and label, and these equal torchvision's.
 *
 *     const set = datasets.FakeData({ size: 100, imageSize: [3, 32, 32], transform: new transforms.ToTensor() });
 */
export function FakeData<Image = Picture, Label = number>(
  options?: FakeDataOptions<Image, Label>,
): VisionDataset<Picture, Image, Label>;
export function FakeData<Image = Picture, Label = number>(
  size: number,
  options?: FakeDataOptions<Image, Label>,
): VisionDataset<Picture, Image, Label>;
export function FakeData<Image, Label>(...args: unknown[]): VisionDataset<Picture, Image, Label> {
  const options = parseArgs<FakeDataOptions<Image, Label>>(
    'FakeData',
    [],
    {
      size: 1000,
      imageSize: [3, 224, 224],
      numClasses: 10,
      transform: null,
      targetTransform: null,
      randomOffset: 0,
      transforms: null,
    },
    args,
    transformKinds,
  );
  const { size, imageSize, numClasses } = options;
  if (size !== 0) expectKind('FakeData', 'size', size, kinds.count);
  expectKind('FakeData', 'numClasses', numClasses, kinds.count);
  if (
    !Array.isArray(imageSize) ||
    imageSize.length !== 3 ||
    !imageSize.every((n) => Number.isSafeInteger(n) && n > 0)
  ) {
    throw new ShapeError(`FakeData: expected imageSize [channels, height, width], but got ${shown(imageSize)}`);
  }
  return new FakePictures(options, options);
}
