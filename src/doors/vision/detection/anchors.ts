// The boxes that detectors correct: the anchors of region proposals, and the default boxes of SSD.

import { ArgumentError, type Tensor } from '../../../torch';
import {
  type Arguments,
  inputs,
  kinds,
  Layer,
  parseArgs,
  pythonFloat,
  pythonText,
  roundHalfEven,
  tensors,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { lasting, stands, tensorOf } from './host';
import { ImageList } from './image-list';

const { fround } = Math;

/** A number for each feature map, or a list of them. */
type PerMap = readonly (number | readonly number[])[];

const perMap: kinds.Kind = {
  ...kinds.nonEmpty(kinds.either(kinds.positive, kinds.listOf(kinds.positive))),
  words: 'a list for each feature map, of numbers greater than 0',
};

/** The last boxes of each generator. A training loop asks for the same boxes at every step. */
const latest = new WeakMap<BoxGenerator, { readonly key: string; readonly boxes: Tensor }>();

/** Generates the boxes that a detector corrects, for each feature map of a batch of pictures. */
export abstract class BoxGenerator extends Layer {
  /** How many boxes there are at each place of each feature map. */
  abstract numAnchorsPerLocation(...none: []): number[];

  /** The boxes of pictures of one size, map by map and row by row. Sizes are [height, width]. */
  protected abstract boxesOf(imageSize: readonly number[], gridSizes: readonly (readonly number[])[]): Float32Array;

  override get [inputs]() {
    return ['imageList', 'featureMaps'] as const;
  }

  /**
   * The boxes (float32 [A, 4]) of each picture; all pictures of a batch have the same boxes.
   * @param featureMaps Feature maps, one for each level.
   * @param imageList The pictures as one batch, with their sizes.
   */
  override forward(imageList: ImageList, featureMaps: readonly Tensor[]): Tensor[] {
    expectKinds(this.constructor.name, {
      imageList: [imageList, kinds.instance(ImageList, 'an ImageList')],
      featureMaps: [featureMaps, tensors],
    });
    const imageSize = imageList.tensors.shape.slice(-2);
    const gridSizes = featureMaps.map(({ shape }) => shape.slice(-2));
    const key = [imageSize, ...gridSizes].join(' ');
    let kept = latest.get(this);
    if (kept?.key !== key || !stands(kept.boxes)) {
      const made = this.boxesOf(imageSize, gridSizes);
      kept = { key, boxes: lasting(made, [made.length / 4, 4]) };
      latest.set(this, kept);
    }
    const { boxes } = kept;
    return imageList.imageSizes.map(() => boxes);
  }
}

/** Options of `AnchorGenerator`. */
export interface AnchorGeneratorOptions {
  /** Sides of squares in pixels, a list for each feature map. Default: [[128, 256, 512]]. */
  sizes?: PerMap;
  /** Height over width, a list for each feature map, or one list for all. Default: [[0.5, 1, 2]]. */
  aspectRatios?: PerMap;
}

interface AnchorCellArguments {
  /** The scales of anchors. */
  scales: readonly number[];
  /** Height over width. */
  aspectRatios: readonly number[];
}

/**
 * Anchors of region proposals: around each place of each feature map, a box of every size and aspect ratio (height / width) that the map has.
 *
 *     new AnchorGenerator([[32], [64], [128]], [[0.5, 1, 2], [0.5, 1, 2], [0.5, 1, 2]]);
 *     anchors(imageList, featureMaps);   // [A, 4] for each picture
 */
export class AnchorGenerator extends BoxGenerator {
  readonly sizes: readonly (readonly number[])[];
  readonly aspectRatios: readonly (readonly number[])[];

  constructor(...args: Arguments<AnchorGeneratorOptions, ['sizes', 'aspectRatios']>) {
    super();
    const defaults = { sizes: [[128, 256, 512]], aspectRatios: [[0.5, 1, 2]] };
    const { sizes, aspectRatios } = parseArgs<AnchorGeneratorOptions>('AnchorGenerator', [], defaults, args, {
      sizes: perMap,
      aspectRatios: perMap,
    });
    const listed = (given: PerMap): number[][] => given.map((item) => (typeof item === 'number' ? [item] : [...item]));
    this.sizes = listed(sizes);
    const oneForAll = typeof aspectRatios[0] === 'number';
    this.aspectRatios = oneForAll ? this.sizes.map(() => listed(aspectRatios).flat()) : listed(aspectRatios);
  }

  /** Coordinates of each feature map's anchors around the origin. */
  private cells(): Float32Array[] {
    const maps = Math.min(this.sizes.length, this.aspectRatios.length);
    return Array.from({ length: maps }, (_, i) => cell(this.sizes[i]!, this.aspectRatios[i]!));
  }

  /** The anchors of each feature map (float32 [K, 4]) around the origin. */
  get cellAnchors(): Tensor[] {
    return this.cells().map((boxes) => tensorOf(boxes, [boxes.length / 4, 4], 'float32'));
  }

  /**
   * Anchors (float32 [K, 4]) around the origin, ordered by ratio first, then by scale. Coordinates are whole numbers.
   */
  generateAnchors(...args: Arguments<AnchorCellArguments, ['scales', 'aspectRatios']>): Tensor {
    const name = 'AnchorGenerator.generateAnchors';
    const numbers = kinds.nonEmpty(kinds.positive);
    const { scales, aspectRatios } = parseArgs<AnchorCellArguments>(name, ['scales', 'aspectRatios'], {}, args, {
      scales: numbers,
      aspectRatios: numbers,
    });
    const boxes = cell(scales, aspectRatios);
    return tensorOf(boxes, [boxes.length / 4, 4], 'float32');
  }

  override numAnchorsPerLocation(...none: []): number[] {
    parseArgs('numAnchorsPerLocation', [], {}, none);
    return this.cells().map((boxes) => boxes.length / 4);
  }

  protected override boxesOf(
    [height, width]: readonly number[],
    gridSizes: readonly (readonly number[])[],
  ): Float32Array {
    const cells = this.cells();
    if (gridSizes.length !== cells.length) {
      throw new ArgumentError(
        `AnchorGenerator: expected ${cells.length} feature maps, as many as there are lists of sizes and of aspectRatios, but got ${gridSizes.length}`,
      );
    }
    const count = gridSizes.reduce((sum, [h, w], i) => sum + h! * w! * cells[i]!.length, 0);
    const boxes = new Float32Array(count);
    let at = 0;
    for (const [i, [rows, columns]] of gridSizes.entries()) {
      const [stepY, stepX] = [Math.floor(height! / rows!), Math.floor(width! / columns!)];
      const around = cells[i]!;
      for (let y = 0; y < rows!; y++) {
        for (let x = 0; x < columns!; x++) {
          for (let k = 0; k < around.length; k++) boxes[at++] = around[k]! + (k % 2 === 0 ? x * stepX : y * stepY);
        }
      }
    }
    return boxes;
  }
}

/** Anchors around the origin, rounded to float32 at each step as torchvision does. */
function cell(sizes: readonly number[], aspectRatios: readonly number[]): Float32Array {
  const boxes = new Float32Array(4 * sizes.length * aspectRatios.length);
  let at = 0;
  for (const ratio of aspectRatios) {
    const byHeight = fround(Math.sqrt(fround(ratio)));
    const byWidth = fround(1 / byHeight);
    for (const size of sizes) {
      const [w, h] = [fround(byWidth * fround(size)), fround(byHeight * fround(size))];
      boxes.set(
        [-w, -h, w, h].map((side) => roundHalfEven(side / 2)),
        at,
      );
      at += 4;
    }
  }
  return boxes;
}

/** Options of `DefaultBoxGenerator`. */
export interface DefaultBoxOptions {
  /**
   * For each feature map: ratios of width to height. Each ratio gives two boxes, one with the ratio and one with its
   * inverse.
   */
  aspectRatios: readonly (readonly number[])[];
  /** Scale of the first map's boxes, as a fraction of the picture's side. Default: 0.15. */
  minRatio?: number;
  /** Scale of the last map's boxes. Default: 0.9. */
  maxRatio?: number;
  /** Scales of all maps and one more, instead of `minRatio` and `maxRatio`. */
  scales?: readonly number[] | null;
  /** Distance between neighbouring boxes of each map, in pixels. Default: the picture's side divided by the map's. */
  steps?: readonly number[] | null;
  /** Limit the boxes' widths and heights to the picture's. Default: true. */
  clip?: boolean;
}

/**
 * Default boxes of SSD (Liu et al. 2016, arXiv:1512.02325, section 2.2). Each place of a feature map has a square of
 * the map's scale s_k, a square of √(s_k · s_(k+1)), and two boxes for each aspect ratio.
 */
export class DefaultBoxGenerator extends BoxGenerator {
  readonly aspectRatios: readonly (readonly number[])[];
  readonly steps: readonly number[] | null;
  readonly clip: boolean;
  readonly scales: readonly number[];

  constructor(
    ...args: Arguments<DefaultBoxOptions, ['aspectRatios', 'minRatio', 'maxRatio', 'scales', 'steps', 'clip']>
  ) {
    super();
    const name = 'DefaultBoxGenerator';
    const defaults = { minRatio: 0.15, maxRatio: 0.9, scales: null, steps: null, clip: true };
    const o = parseArgs<DefaultBoxOptions>(name, ['aspectRatios'], defaults, args, {
      aspectRatios: kinds.nonEmpty(kinds.listOf(kinds.positive)),
      minRatio: kinds.finite,
      maxRatio: kinds.finite,
      scales: kinds.orNull(kinds.listOf(kinds.positive)),
      steps: kinds.orNull(kinds.listOf(kinds.positive)),
    });
    const { aspectRatios, steps } = o;
    const count = aspectRatios.length;
    if (steps && steps.length !== count) {
      throw new ArgumentError(
        `${name}: expected aspectRatios and steps of the same length, but got ${count} and ${steps.length}`,
      );
    }
    if (o.scales && o.scales.length <= count) {
      throw new ArgumentError(`${name}: expected ${count + 1} scales, one more than maps, but got ${o.scales.length}`);
    }
    this.aspectRatios = aspectRatios;
    this.steps = steps;
    this.clip = o.clip;
    const range = o.maxRatio - o.minRatio;
    const even = () => [...Array.from({ length: count }, (_, k) => o.minRatio + (range * k) / (count - 1)), 1];
    this.scales = o.scales ?? (count > 1 ? even() : [o.minRatio, o.maxRatio]);
  }

  override numAnchorsPerLocation(...none: []): number[] {
    parseArgs('numAnchorsPerLocation', [], {}, none);
    return this.aspectRatios.map((ratios) => 2 + 2 * ratios.length);
  }

  /** Widths and heights of the boxes of map k, as fractions of the picture's side. */
  private sidesOf(k: number): readonly (readonly [w: number, h: number])[] {
    const [scale, next] = [this.scales[k]!, this.scales[k + 1]!];
    const between = Math.sqrt(scale * next);
    const sides: (readonly [number, number])[] = [
      [scale, scale],
      [between, between],
    ];
    for (const ratio of this.aspectRatios[k]!) {
      const [w, h] = [scale * Math.sqrt(ratio), scale / Math.sqrt(ratio)];
      sides.push([w, h], [h, w]);
    }
    const side = (x: number) => fround(this.clip ? Math.min(Math.max(x, 0), 1) : x);
    return sides.map(([w, h]) => [side(w), side(h)]);
  }

  protected override boxesOf(
    [height, width]: readonly number[],
    gridSizes: readonly (readonly number[])[],
  ): Float32Array {
    if (gridSizes.length !== this.aspectRatios.length) {
      throw new ArgumentError(
        `DefaultBoxGenerator: expected ${this.aspectRatios.length} feature maps, as many as there are lists of aspectRatios, but got ${gridSizes.length}`,
      );
    }
    const boxes: number[] = [];
    for (const [k, [rows, columns]] of gridSizes.entries()) {
      const sides = this.sidesOf(k);
      const [alongX, alongY] = this.steps
        ? [fround(width! / this.steps[k]!), fround(height! / this.steps[k]!)]
        : [columns!, rows!];
      for (let y = 0; y < rows!; y++) {
        const centreY = fround((y + 0.5) / alongY!);
        for (let x = 0; x < columns!; x++) {
          const centreX = fround((x + 0.5) / alongX!);
          for (const [w, h] of sides) {
            const [halfW, halfH] = [fround(0.5 * w), fround(0.5 * h)];
            boxes.push(fround(centreX - halfW) * width!, fround(centreY - halfH) * height!);
            boxes.push(fround(centreX + halfW) * width!, fround(centreY + halfH) * height!);
          }
        }
      }
    }
    return Float32Array.from(boxes);
  }

  override toString(): string {
    const list = (values: readonly number[]) => `[${values.map(pythonFloat).join(', ')}]`;
    const ratios = `[${this.aspectRatios.map((row) => `[${row.map(pythonText).join(', ')}]`).join(', ')}]`;
    const steps = this.steps ? `[${this.steps.map(pythonText).join(', ')}]` : 'None';
    return `DefaultBoxGenerator(aspect_ratios=${ratios}, clip=${pythonText(this.clip)}, scales=${list(this.scales)}, steps=${steps})`;
  }
}
