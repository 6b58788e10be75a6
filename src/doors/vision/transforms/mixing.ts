// Transforms of whole batches with their labels: MixUp, CutMix.

import { ArgumentError, DTypeError, nn, ShapeError, scope, type Tensor } from '../../../torch';
import {
  type Arguments,
  defaultGenerator,
  dirichlet,
  expectKind,
  isFloat,
  isPlainObject,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
  shown,
  showShape,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { BoundingBoxes, Image, Mask } from '../tv-tensors';
import { Transform } from './base';
import { isInside } from './batch';
import { randomInt } from './draws';
import { float, plain, printed } from './printed';
import { flatten, isPureTensor, labelsKey, type Sample } from './sample';

/** Finds the labels of a sample. */
export type LabelsGetter = (sample: never) => Tensor;

/** Options of `MixUp` and `CutMix`. */
export interface MixingOptions {
  /**
   * Parameter of the Beta distribution from which the mixing weight is drawn; a larger alpha gives weights nearer to
   * one half. Default 1.
   */
  alpha?: number;
  /** Number of classes; required unless labels are given as probabilities [N, classes]. */
  numClasses?: number | null;
  /** Default: the second input, or the entry `labels` (or similar) of a dictionary. */
  labelsGetter?: 'default' | LabelsGetter;
}

/** The draw for a batch. */
interface Mixture {
  mix(images: Tensor): Tensor;
  /** The weight of each picture's own labels. */
  readonly share: number;
}

/** Base of transforms that mix each picture of a batch, and its labels, with the previous picture. */
abstract class Mixing extends Transform<Sample, Sample> {
  readonly alpha: number;
  readonly numClasses: number | null;
  readonly #labelsOf: (sample: unknown) => unknown;

  constructor(...args: Arguments<MixingOptions, ['alpha', 'numClasses', 'labelsGetter']>) {
    super();
    const name = this.constructor.name;
    const defaults = { alpha: 1, numClasses: null, labelsGetter: 'default' as const };
    const { alpha, numClasses, labelsGetter } = parseArgs<MixingOptions>(name, [], defaults, args);
    if (!(alpha > 0)) throw new ArgumentError(`${name}: expected alpha above 0, but got ${shown(alpha)}`);
    if (labelsGetter !== 'default' && typeof labelsGetter !== 'function') {
      throw new ArgumentError(`${name}: expected labelsGetter 'default' or a function, but got ${shown(labelsGetter)}`);
    }
    if (numClasses !== null) expectKind(name, 'numClasses', numClasses, kinds.count);
    this.alpha = alpha;
    this.numClasses = numClasses;
    this.#labelsOf =
      labelsGetter === 'default'
        ? (sample) => defaultLabels(this.constructor.name, sample)
        : (labelsGetter as (sample: unknown) => unknown);
  }

  protected abstract drawn(images: readonly Tensor[]): Mixture;

  override forward(...inputs: readonly unknown[]): Sample {
    const given = inputs.length === 1 ? inputs[0] : inputs;
    const sample = flatten(given);
    const { leaves } = sample;
    const name = this.constructor.name;
    if (leaves.some((leaf) => leaf instanceof Picture || leaf instanceof BoundingBoxes || leaf instanceof Mask)) {
      throw new ArgumentError(`${name}: expected batches of tensors, but got pictures, bounding boxes or masks`);
    }
    const labels = this.#labelsOf(given);
    if (!isTensor(labels)) throw new ArgumentError(`${name}: expected labels as a tensor, but got ${kindOf(labels)}`);
    this.checkLabels(labels);
    const images = imagesAmong(leaves, labels);
    if (images.length === 0) {
      throw new ArgumentError(`${name}: expected a batch of images [N, C, H, W] beside the labels, but got none`);
    }
    for (const image of images) this.checkImages(image, labels.shape[0]!);
    return scope(() => {
      const mixture = this.drawn(images);
      const made = leaves.map((leaf) => {
        if (leaf === labels) return this.mixedLabels(labels, mixture.share);
        if (!images.includes(leaf as Tensor)) return leaf;
        return leaf instanceof Image ? leaf.wrap(mixture.mix(leaf.asTensor())) : mixture.mix(leaf as Tensor);
      });
      return sample.rebuild(made) as Sample;
    });
  }

  private checkLabels({ shape }: Tensor): void {
    const name = this.constructor.name;
    const { numClasses } = this;
    if (shape.length !== 1 && shape.length !== 2) {
      throw new ShapeError(`${name}: expected labels [N], or shares [N, classes], but got shape ${showShape(shape)}`);
    }
    if (shape.length === 2 && numClasses !== null && shape[1] !== numClasses) {
      throw new ShapeError(`${name}: expected shares of ${numClasses} classes, but got shape ${showShape(shape)}`);
    }
    if (shape.length === 1 && numClasses === null) {
      throw new ArgumentError(
        `${name}: expected numClasses, since the labels are indices of classes; give { numClasses: 10 }`,
      );
    }
  }

  private checkImages({ shape }: Tensor, labels: number): void {
    if (shape.length === 4 && shape[0] === labels) return;
    throw new ShapeError(
      `${this.constructor.name}: expected ${labels} images [N, C, H, W], as many as labels, but got shape ${showShape(shape)}`,
    );
  }

  private mixedLabels(labels: Tensor, share: number): Tensor {
    const shares = labels.shape.length === 1 ? nn.functional.oneHot(labels, { numClasses: this.numClasses! }) : labels;
    return mixed(isFloat(shares.dtype) ? shares : shares.to('float32'), share);
  }

  override extraRepr(): string {
    return printed(this, { alpha: float, numClasses: plain });
  }
}

/** Mixes each row with the previous one. */
const mixed = (x: Tensor, share: number): Tensor =>
  x
    .roll(1, 0)
    .mul(1 - share)
    .add(x.mul(share));

/** The labels of (images, labels), of (images, { labels }) or of { labels }. */
function defaultLabels(name: string, sample: unknown): unknown {
  const found: unknown = Array.isArray(sample) ? sample[1] : sample;
  if (isTensor(found)) return found;
  if (!isPlainObject(found)) {
    throw new ArgumentError(
      `${name}: expected labels as the second input or in a dictionary, but got ${kindOf(found)}`,
    );
  }
  const key = labelsKey(found);
  if (key === undefined) {
    throw new ArgumentError(
      `${name}: expected labels in the sample, but its keys are ${shown(Object.keys(found))}; tell where they are by labelsGetter`,
    );
  }
  return found[key];
}

/** The `Image` tensors among the inputs; if there are none, the first plain tensor that is not the labels. */
function imagesAmong(leaves: readonly unknown[], labels: Tensor): readonly Tensor[] {
  const images = leaves.filter((leaf): leaf is Tensor => leaf instanceof Image);
  if (images.length > 0) return images;
  const first = leaves.find((leaf): leaf is Tensor => isPureTensor(leaf) && leaf !== labels);
  return first ? [first] : [];
}

/**
 * Mixes each picture of a batch, and its labels, with the previous picture. The weight is drawn once for the batch.
 *
 *     const mixUp = new MixUp({ numClasses: 10 });
 *     for await (const batch of loader) {
 *       const [images, labels] = mixUp(...batch);   // labels: float32 [N, 10]
 */
export class MixUp extends Mixing {
  protected override drawn(images: readonly Tensor[]): Mixture {
    const wrong = images.find(({ dtype }) => !isFloat(dtype));
    if (wrong) {
      throw new DTypeError(
        `MixUp: expected images of float32, but got ${wrong.dtype}; convert them with .to('float32')`,
      );
    }
    const share = dirichlet([this.alpha, this.alpha])[0]!;
    return { share, mix: (image) => mixed(image, share) };
  }
}

/** Pastes a rectangle of the previous picture into each picture of a batch; labels are mixed by area. */
export class CutMix extends Mixing {
  protected override drawn(images: readonly Tensor[]): Mixture {
    const share = dirichlet([this.alpha, this.alpha])[0]!;
    const [height, width] = (images[0]?.shape.slice(-2) ?? [1, 1]) as [number, number];
    const generator = defaultGenerator();
    const x = randomInt(0, width, generator);
    const y = randomInt(0, height, generator);
    const side = 0.5 * Math.sqrt(1 - share);
    const [across, down] = [Math.trunc(side * width), Math.trunc(side * height)];
    const [left, right] = [Math.max(x - across, 0), Math.min(x + across, width)];
    const [top, bottom] = [Math.max(y - down, 0), Math.min(y + down, height)];
    return {
      share: 1 - ((right - left) * (bottom - top)) / (width * height),
      mix: (image) => image.roll(1, 0).where(isInside([height, width], [top, bottom, left, right]), image),
    };
  }
}
