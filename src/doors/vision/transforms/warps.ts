// Random warps: RandomRotation, RandomAffine, RandomPerspective, ElasticTransform.

import { ArgumentError, cat, type Generator, Tensor } from '../../../torch';
import {
  type Arguments,
  defaultGenerator,
  fromHost,
  kinds,
  parseArgs,
  roundHalfEven,
  shown,
} from '../../../torch/inside';
import type { BoundingBoxes, Mask } from '../tv-tensors';
import { checkNumbers, type FillArgument, type Interpolation, rangeAround } from './arguments';
import { type BatchKind, GeometricTransform, kindOfInput, RandomTransform } from './base';
import { whereDrawn } from './batch';
import { randomInt, uniform, uniform24 } from './draws';
import { gaussianBlur } from './functional/blur';
import {
  type Affine,
  type AffineChange,
  affineMatrix,
  affineOutput,
  type Coefficients,
  changed,
  displaced,
  fromMiddle,
  perspectiveCoefficients,
  projected,
  quartersOf,
  rotationMatrix,
  type Sampling,
  samplingsOf,
  turned,
  warpedAffine,
  warpedElastic,
  warpedPerspective,
} from './functional/warp';
import { infoOf, type PictureInfo } from './info';
import { float, floatList, floats, plain, printed, printedFill, tuple } from './printed';

const unchanged: Affine = [1, 0, 0, 0, 1, 0];

interface WarpArguments {
  /** `nearest` or `bilinear`. Masks always use the nearest element. */
  interpolation?: Interpolation;
  /**
   * The colour outside: one number, one per channel, or one for each kind of input. With null, pixels are mixed with
   * black at the border. Default: 0.
   */
  fill?: FillArgument;
}

interface CenteredArguments extends WarpArguments {
  /** x and y of the fixed point, counted from the corner of the picture. Default: its middle. */
  center?: readonly number[] | null;
}

interface RandomRotationArguments extends CenteredArguments {
  /** The range of degrees; one number d means −d to d. */
  degrees: number | readonly number[];
  /** Enlarge the result so that it holds the whole picture. Default: false. */
  expand?: boolean;
}

type RandomRotationOrder = ['degrees', 'interpolation', 'expand', 'center', 'fill'];

/** Turns pictures counter-clockwise by a random angle. */
export class RandomRotation extends GeometricTransform<{ angle: number }> {
  readonly degrees: readonly number[];
  readonly interpolation: Interpolation;
  readonly expand: boolean;
  readonly center: readonly number[] | null;
  readonly fill: FillArgument;
  readonly #sampling: (kind: BatchKind) => Sampling;

  constructor(...args: Arguments<RandomRotationArguments, RandomRotationOrder>) {
    super();
    const name = 'RandomRotation';
    const defaults = { interpolation: 'nearest', expand: false, center: null, fill: 0 } as const;
    const parsed = parseArgs<RandomRotationArguments>(name, ['degrees'], defaults, args);
    this.#sampling = samplingsOf(name, parsed);
    this.degrees = rangeAround(name, 'degrees', parsed.degrees, [2]);
    this.interpolation = parsed.interpolation;
    this.expand = parsed.expand;
    this.center = parsed.center === null ? null : checkNumbers(name, 'center', parsed.center, [2]);
    this.fill = parsed.fill;
  }

  override draw(_info: PictureInfo, generator: Generator = defaultGenerator()): { angle: number } {
    return { angle: uniform(this.degrees[0]!, this.degrees[1]!, generator) };
  }

  override makeParams(): { angle: number } {
    return this.draw({ channels: 0, height: 0, width: 0 });
  }

  private how(kind: BatchKind) {
    return { ...this.#sampling(kind), expand: this.expand, center: this.center };
  }

  protected override applyAlike<T extends Tensor>(input: T, { angle }: { angle: number }): T {
    return turned('RandomRotation', input, angle, this.how(kindOfInput(input)));
  }

  protected override transformBoxes(boxes: BoundingBoxes, { angle }: { angle: number }): BoundingBoxes {
    return turned('RandomRotation', boxes, angle, this.how('tensor'));
  }

  override apply(batch: Tensor, draws: readonly ({ angle: number } | null)[], kind: BatchKind): Tensor {
    const size = batch.shape.slice(-2) as [number, number];
    const matrices = draws.map((draw) => (draw ? rotationMatrix(draw.angle, size, this.center) : unchanged));
    const made = warpedAffine('RandomRotation', batch, matrices, this.#sampling(kind));
    return whereDrawn(draws, made, batch);
  }

  override outputInfo(info: PictureInfo, draw: { angle: number } | null): PictureInfo {
    if (!draw || !this.expand) return info;
    const size = [info.height, info.width] as const;
    const quarters = quartersOf(draw.angle, size, this.how('tensor'));
    if (quarters !== null) return quarters % 2 === 0 ? info : { ...info, height: info.width, width: info.height };
    const [height, width] = affineOutput(rotationMatrix(draw.angle, size, this.center), size);
    return { ...info, height, width };
  }

  /** With `expand`, every picture gets its own size, so batches are not possible. */
  override batchKind(kind: BatchKind): BatchKind | null {
    return this.expand ? null : kind;
  }

  override extraRepr(): string {
    return printed(this, { degrees: floatList, interpolation: plain, expand: plain, fill: printedFill, center: tuple });
  }
}

interface RandomAffineArguments extends CenteredArguments {
  /** The range of degrees; one number d means −d to d. */
  degrees: number | readonly number[];
  /** The largest shift in either direction, as fractions of width and height. Default: none. */
  translate?: readonly number[] | null;
  /** The smallest and largest scale. Default: no scaling. */
  scale?: readonly number[] | null;
  /**
   * Degrees of shear along x: one number s means −s to s, two are a range; four numbers also give a range along y.
   * Default: none.
   */
  shear?: number | readonly number[] | null;
}

type RandomAffineOrder = ['degrees', 'translate', 'scale', 'shear', 'interpolation', 'fill', 'center'];

/** Turns pictures clockwise, moves, scales and shears them at random. */
export class RandomAffine extends GeometricTransform<AffineChange> {
  readonly degrees: readonly number[];
  readonly translate: readonly number[] | null;
  readonly scale: readonly number[] | null;
  readonly shear: readonly number[] | null;
  readonly interpolation: Interpolation;
  readonly fill: FillArgument;
  readonly center: readonly number[] | null;
  readonly #sampling: (kind: BatchKind) => Sampling;

  constructor(...args: Arguments<RandomAffineArguments, RandomAffineOrder>) {
    super();
    const name = 'RandomAffine';
    const defaults = {
      translate: null,
      scale: null,
      shear: null,
      interpolation: 'nearest',
      fill: 0,
      center: null,
    } as const;
    const parsed = parseArgs<RandomAffineArguments>(name, ['degrees'], defaults, args);
    const { translate, scale, shear, center } = parsed;
    this.#sampling = samplingsOf(name, parsed);
    this.degrees = rangeAround(name, 'degrees', parsed.degrees, [2]);
    this.translate = translate === null ? null : checkNumbers(name, 'translate', translate, [2]);
    if (this.translate?.some((share) => share < 0 || share > 1)) {
      throw new ArgumentError(`${name}: expected translate of shares from 0 to 1, but got ${shown(translate)}`);
    }
    this.scale = scale === null ? null : checkNumbers(name, 'scale', scale, [2]);
    if (this.scale?.some((factor) => factor <= 0)) {
      throw new ArgumentError(`${name}: expected scale to be positive, but got ${shown(scale)}`);
    }
    this.shear = shear === null ? null : rangeAround(name, 'shear', shear, [2, 4]);
    this.interpolation = parsed.interpolation;
    this.fill = parsed.fill;
    this.center = center === null ? null : checkNumbers(name, 'center', center, [2]);
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): AffineChange {
    const between = ([from, to]: readonly number[]) => uniform(from!, to!, generator);
    const angle = between(this.degrees);
    const moves = this.translate && [this.translate[0]! * width, this.translate[1]! * height];
    const translate = moves ? moves.map((most) => roundHalfEven(between([-most, most]))) : [0, 0];
    const scale = this.scale ? between(this.scale) : 1;
    const along = this.shear ? between(this.shear) : 0;
    const across = this.shear?.length === 4 ? between(this.shear.slice(2)) : 0;
    return { angle, translate: translate as [number, number], scale, shear: [along, across] };
  }

  protected override applyAlike<T extends Tensor>(input: T, change: AffineChange): T {
    const sampling = this.#sampling(kindOfInput(input));
    return changed('RandomAffine', input, change, sampling, this.center);
  }

  protected override transformBoxes(boxes: BoundingBoxes, change: AffineChange): BoundingBoxes {
    return this.applyAlike(boxes, change);
  }

  override apply(batch: Tensor, draws: readonly (AffineChange | null)[], kind: BatchKind): Tensor {
    const middle = fromMiddle(this.center, batch.shape.slice(-2) as [number, number]);
    const matrices = draws.map((draw) => (draw ? affineMatrix(middle, draw) : unchanged));
    const made = warpedAffine('RandomAffine', batch, matrices, this.#sampling(kind));
    return whereDrawn(draws, made, batch);
  }

  override extraRepr(): string {
    return printed(this, {
      degrees: floatList,
      translate: floats,
      scale: floats,
      shear: floatList,
      interpolation: plain,
      fill: printedFill,
      center: tuple,
    });
  }
}

interface RandomPerspectiveArguments extends WarpArguments {
  /** How far corners may move, as a fraction of half the size. Default: 0.5. */
  distortionScale?: number;
  /** Default: 0.5. */
  p?: number;
}

type RandomPerspectiveOrder = ['distortionScale', 'p', 'interpolation', 'fill'];

/** Moves the corners of a picture inward at random, with probability `p`. */
export class RandomPerspective extends RandomTransform<{ coefficients: Coefficients }> {
  readonly distortionScale: number;
  readonly interpolation: Interpolation;
  readonly fill: FillArgument;
  readonly #sampling: (kind: BatchKind) => Sampling;

  constructor(...args: Arguments<RandomPerspectiveArguments, RandomPerspectiveOrder>) {
    const name = 'RandomPerspective';
    const defaults = { distortionScale: 0.5, p: 0.5, interpolation: 'bilinear', fill: 0 } as const;
    const { distortionScale, p, interpolation, fill } = parseArgs<RandomPerspectiveArguments>(name, [], defaults, args);
    super(p);
    this.#sampling = samplingsOf(name, { interpolation, fill });
    if (!(distortionScale >= 0 && distortionScale <= 1)) {
      throw new ArgumentError(`${name}: expected distortionScale from 0 to 1, but got ${shown(distortionScale)}`);
    }
    this.distortionScale = distortionScale;
    this.interpolation = interpolation;
    this.fill = fill;
  }

  protected override drawn({ height, width }: PictureInfo, generator: Generator): { coefficients: Coefficients } {
    const bound = (size: number) => Math.trunc(this.distortionScale * Math.floor(size / 2)) + 1;
    const near = (size: number) => randomInt(0, bound(size), generator);
    const far = (size: number) => randomInt(size - bound(size), size, generator);
    const corners = [
      [near(width), near(height)],
      [far(width), near(height)],
      [far(width), far(height)],
      [near(width), far(height)],
    ];
    const [right, bottom] = [width - 1, height - 1];
    const before = [
      [0, 0],
      [right, 0],
      [right, bottom],
      [0, bottom],
    ];
    return { coefficients: perspectiveCoefficients('RandomPerspective', before, corners) };
  }

  protected override transformBoxes(boxes: BoundingBoxes, draw: { coefficients: Coefficients }): BoundingBoxes {
    const sampling = this.#sampling('tensor');
    return projected('RandomPerspective', boxes, draw.coefficients, sampling);
  }

  protected override transformMask(mask: Mask, draw: { coefficients: Coefficients }): Mask {
    return this.applyAlike(mask, draw);
  }

  override apply(batch: Tensor, draws: readonly ({ coefficients: Coefficients } | null)[], kind: BatchKind): Tensor {
    const all = draws.map((draw): Coefficients => draw?.coefficients ?? [1, 0, 0, 0, 1, 0, 0, 0]);
    const made = warpedPerspective('RandomPerspective', batch, all, this.#sampling(kind));
    return whereDrawn(draws, made, batch);
  }

  override extraRepr(): string {
    return printed(this, { p: float, distortionScale: float, interpolation: plain, fill: printedFill });
  }
}

interface ElasticTransformArguments extends WarpArguments {
  /** Strength of the displacements, along x and y. Default: 50. */
  alpha?: number | readonly number[];
  /** Smoothness of the displacements: the standard deviation of the blur, along x and y. Default: 5. */
  sigma?: number | readonly number[];
}

/** Random numbers for every element: first for the displacements along x, then along y. */
interface ElasticDraw {
  readonly noise: Float32Array;
}

/** Displaces the elements of pictures by random smooth fields. */
export class ElasticTransform extends GeometricTransform<ElasticDraw> {
  readonly alpha: readonly number[];
  readonly sigma: readonly number[];
  readonly interpolation: Interpolation;
  readonly fill: FillArgument;
  readonly #sampling: (kind: BatchKind) => Sampling;

  constructor(...args: Arguments<ElasticTransformArguments, ['alpha', 'sigma', 'interpolation', 'fill']>) {
    super();
    const name = 'ElasticTransform';
    const defaults = { alpha: 50, sigma: 5, interpolation: 'bilinear', fill: 0 } as const;
    const { alpha, sigma, interpolation, fill } = parseArgs<ElasticTransformArguments>(name, [], defaults, args, {
      alpha: kinds.either(kinds.number, kinds.listOf(kinds.number)),
      sigma: kinds.either(kinds.number, kinds.listOf(kinds.number)),
    });
    this.#sampling = samplingsOf(name, { interpolation, fill });
    const pair = (key: string, value: number | readonly number[]): readonly number[] => {
      const [x, y = x] = checkNumbers(name, key, [value].flat(), [1, 2]);
      return [x!, y!];
    };
    this.alpha = pair('alpha', alpha);
    this.sigma = pair('sigma', sigma);
    this.interpolation = interpolation;
    this.fill = fill;
  }

  override draw({ height, width }: PictureInfo, generator: Generator = defaultGenerator()): ElasticDraw {
    return { noise: Float32Array.from({ length: 2 * height * width }, () => uniform24(generator)) };
  }

  /** The displacements of each picture, [N, H, W, 2]. */
  private displacements(draws: readonly (ElasticDraw | null)[], height: number, width: number): Tensor {
    const size = height * width;
    const noise = new Float32Array(draws.length * 2 * size).fill(0.5);
    draws.forEach((draw, n) => {
      if (draw) noise.set(draw.noise, 2 * n * size);
    });
    const fields = Tensor.of(fromHost(noise, [draws.length, 2, height, width], 'float32'))
      .mul(2)
      .sub(1);
    const along = [width, height].map((length, axis) => {
      const field = fields.narrow(1, axis, 1);
      const sigma = this.sigma[axis]!;
      const kernel = Math.trunc(8 * sigma + 1);
      const odd = kernel % 2 === 0 ? kernel + 1 : kernel;
      const smooth = sigma > 0 ? gaussianBlur(field, [odd, odd], this.sigma) : field;
      return smooth.mul(this.alpha[axis]!).div(length);
    });
    return cat(along, 1).permute(0, 2, 3, 1);
  }

  protected override applyAlike<T extends Tensor>(input: T, draw: ElasticDraw): T {
    const [height, width] = sizeOfInput(input);
    const sampling = this.#sampling(kindOfInput(input));
    return displaced('ElasticTransform', input, this.displacements([draw], height, width), sampling);
  }

  protected override transformBoxes(boxes: BoundingBoxes, draw: ElasticDraw): BoundingBoxes {
    return this.applyAlike(boxes, draw);
  }

  override apply(batch: Tensor, draws: readonly (ElasticDraw | null)[], kind: BatchKind): Tensor {
    const [height, width] = batch.shape.slice(-2) as [number, number];
    const grid = this.displacements(draws, height, width);
    const made = warpedElastic('ElasticTransform', batch, grid, this.#sampling(kind));
    return whereDrawn(draws, made, batch);
  }

  override extraRepr(): string {
    return printed(this, { alpha: floatList, sigma: floatList, interpolation: plain, fill: printedFill });
  }
}

function sizeOfInput(input: Tensor): readonly [number, number] {
  const { height, width } = infoOf('ElasticTransform', input);
  return [height, width];
}
