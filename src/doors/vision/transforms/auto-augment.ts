// Augmentation by lists of operations: AutoAugment, RandAugment, TrivialAugmentWide, AugMix. Each picture of a batch
// has its own operations, but all pictures go through a fixed number of rounds of the same kernels: in each round one
// warp and one recolouring, which leave most pictures unchanged.

import { ArgumentError, type Generator, scope, Tensor } from '../../../torch';
import { type Arguments, defaultGenerator, dirichlet, isFloat, parseArgs, shown } from '../../../torch/inside';
import { BoundingBoxes, Mask } from '../tv-tensors';
import type { FillArgument, Interpolation } from './arguments';
import { augmentationSpaces, policies, type Space } from './augmentations';
import { type BatchKind, kindOfInput, PictureTransform } from './base';
import { onBatch, perPicture, whereDrawn } from './batch';
import { randomInt, uniform24 } from './draws';
import {
  type Affine,
  type AffineChange,
  affineMatrix,
  fromMiddle,
  rotationMatrix,
  type Sampling,
  samplingsOf,
  warpedAffine,
} from './functional/warp';
import { type PictureInfo, sharedInfo } from './info';
import { float, plain, printed, printedFill } from './printed';
import { expectColors, Recolor, type RecolorRow, recolored } from './recoloring';

/** One operation on a picture: a warp, given by its matrix, or a recolouring. */
export interface Augmentation {
  readonly matrix: Affine | null;
  readonly row: RecolorRow | null;
}

/** The operations on one picture, one after another. */
type Augmentations = readonly Augmentation[];

const degrees = (radians: number): number => radians * (180 / Math.PI);

const still = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] } as const;

const mixing = (code: number, magnitude: number): RecolorRow => [code, 1 + magnitude, 1 - (1 + magnitude)];

/** The warps by name: the affine change, and its fixed point, counted from the corner; null is the middle. */
const moves: Readonly<
  Record<string, (magnitude: number) => readonly [Partial<AffineChange>, readonly number[] | null]>
> = {
  ShearX: (magnitude) => [{ shear: [degrees(Math.atan(magnitude)), 0] }, [0, 0]],
  ShearY: (magnitude) => [{ shear: [0, degrees(Math.atan(magnitude))] }, [0, 0]],
  TranslateX: (magnitude) => [{ translate: [Math.trunc(magnitude), 0] }, null],
  TranslateY: (magnitude) => [{ translate: [0, Math.trunc(magnitude)] }, null],
};

/** The recolourings by name. */
const recolorings: Readonly<Record<string, (magnitude: number) => RecolorRow>> = {
  Brightness: (magnitude) => [Recolor.brightness, 1 + magnitude],
  Color: (magnitude) => mixing(Recolor.saturation, magnitude),
  Contrast: (magnitude) => mixing(Recolor.contrast, magnitude),
  Sharpness: (magnitude) => mixing(Recolor.sharpness, magnitude),
  Posterize: (magnitude) => [Recolor.posterize, Math.trunc(magnitude)],
  Solarize: (magnitude) => [Recolor.solarize, magnitude],
  AutoContrast: () => [Recolor.autocontrast],
  Equalize: () => [Recolor.equalize],
  Invert: () => [Recolor.invert],
};

/**
 * The operation of a name and a magnitude, for a picture of a size. A threshold of Solarize is a fraction of the
 * largest value.
 */
function augmentation(name: string, magnitude: number, { height, width }: PictureInfo): Augmentation {
  const size = [height, width] as const;
  const [change, center] = moves[name]?.(magnitude) ?? [null, null];
  const rotation = name === 'Rotate' ? rotationMatrix(magnitude, size, null) : null;
  const matrix = change ? affineMatrix(fromMiddle(center, size), { ...still, ...change }) : rotation;
  return { matrix, row: recolorings[name]?.(magnitude) ?? null };
}

const coin = (generator: Generator): boolean => uniform24(generator) <= 0.5;

/**
 * An operation by name, or a random one for null, with a magnitude from its list; signed magnitudes get a random sign.
 */
function drawnFrom(
  space: Space,
  name: string | null,
  pick: (values: ArrayLike<number>) => number,
  info: PictureInfo,
  generator: Generator,
): Augmentation {
  const names = Object.keys(space);
  const chosen = name ?? names[randomInt(0, names.length, generator)]!;
  const { values, signed } = space[chosen]!;
  if (values === null) return augmentation(chosen, 0, info);
  const magnitude = values[pick(values)]!;
  return augmentation(chosen, signed && coin(generator) ? -magnitude : magnitude, info);
}

interface AugmentWarp {
  /** `nearest` or `bilinear`. */
  interpolation?: Interpolation;
  /** The colour outside the picture. Default: null. */
  fill?: FillArgument;
}

const UNCHANGED: Affine = [1, 0, 0, 0, 1, 0];

/** The printed fields of all augmentations. */
const warpFields = { interpolation: plain, fill: printedFill };

abstract class Augmenting<Draw> extends PictureTransform<Draw> {
  readonly interpolation: Interpolation;
  readonly fill: FillArgument;
  readonly #sampling: (kind: BatchKind) => Sampling;

  constructor(name: string, { interpolation, fill }: Required<AugmentWarp>) {
    super();
    this.#sampling = samplingsOf(name, { interpolation, fill });
    this.interpolation = interpolation;
    this.fill = fill;
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    if (leaves.some((leaf) => leaf instanceof BoundingBoxes || leaf instanceof Mask)) {
      throw new ArgumentError(`${this.constructor.name}: expected pictures, but got bounding boxes or masks`);
    }
  }

  /** Pictures [N, C, H, W] after `rounds` rounds, each with its own list of operations. */
  protected augmented(
    batch: Tensor,
    rounds: number,
    lists: readonly (Augmentations | null)[],
    kind: BatchKind,
  ): Tensor {
    const op = this.constructor.name;
    expectColors(op, batch);
    const sampling = this.#sampling(kind);
    const bound = isFloat(batch.dtype) ? 1 : 255;
    let made = batch;
    for (let round = 0; round < rounds; round++) {
      const now = lists.map((list) => list?.[round] ?? null);
      const matrices = now.map((each) => each?.matrix ?? null);
      const warped = warpedAffine(
        op,
        made,
        matrices.map((matrix) => matrix ?? UNCHANGED),
        sampling,
      );
      const rows = now.map((each) => each?.row && [scaled(each.row, bound)]);
      made = recolored(
        op,
        whereDrawn(matrices, warped, made),
        { rounds: 1, measures: true, colored: true },
        rows.map((row) => row ?? null),
      );
    }
    return made;
  }
}

/** Scales a threshold to the range of the picture's dtype. */
const scaled = (row: RecolorRow, bound: number): RecolorRow =>
  row[0] === Recolor.solarize ? [row[0], row[1]! * bound] : row;

/** Names of the policies that AutoAugment's authors found, by data set. */
export const AutoAugmentPolicy = { IMAGENET: 'imagenet', CIFAR10: 'cifar10', SVHN: 'svhn' } as const;
export type AutoAugmentPolicy = (typeof AutoAugmentPolicy)[keyof typeof AutoAugmentPolicy];

interface AutoAugmentArguments extends AugmentWarp {
  /** Default `'imagenet'`. */
  policy?: AutoAugmentPolicy;
}

/**
 * Applies a policy of two operations that was learned on a data set. The policy is drawn for each picture. For bytes.
 */
export class AutoAugment extends Augmenting<Augmentations> {
  readonly policy: AutoAugmentPolicy;

  constructor(...args: Arguments<AutoAugmentArguments, ['policy', 'interpolation', 'fill']>) {
    const defaults = { policy: 'imagenet', interpolation: 'nearest', fill: null } as const;
    const o = parseArgs<AutoAugmentArguments>('AutoAugment', [], defaults, args);
    super('AutoAugment', o);
    if (!Object.values(AutoAugmentPolicy).includes(o.policy)) {
      throw new ArgumentError(
        `AutoAugment: expected policy 'imagenet', 'cifar10' or 'svhn', but got ${shown(o.policy)}`,
      );
    }
    this.policy = o.policy;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): Augmentations {
    const all = policies(this.policy);
    const space = augmentationSpaces.auto(10, info);
    const drawn: Augmentation[] = [];
    for (const [name, p, index] of all[randomInt(0, all.length, generator)]!) {
      if (uniform24(generator) <= Math.fround(p)) drawn.push(drawnFrom(space, name, () => index, info, generator));
    }
    return drawn;
  }

  override apply(batch: Tensor, draws: readonly (Augmentations | null)[], kind: BatchKind): Tensor {
    return this.augmented(batch, 2, draws, kind);
  }

  override extraRepr(): string {
    return `${printed(this, warpFields)}, policy=AutoAugmentPolicy.${this.policy.toUpperCase()}`;
  }
}

interface RandAugmentArguments extends AugmentWarp {
  /** Operations per picture. Default 2. */
  numOps?: number;
  /** The index of the magnitude. Default 9. */
  magnitude?: number;
  /** The number of magnitudes. Default 31. */
  numMagnitudeBins?: number;
}

/** @throws ArgumentError unless the value is a whole number within the bounds */
function checkWhole(op: string, name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new ArgumentError(`${op}: expected ${name}, a whole number ${range}, but got ${shown(value)}`);
}

/** Applies `numOps` operations of one magnitude, drawn for each picture. For bytes. */
export class RandAugment extends Augmenting<Augmentations> {
  readonly numOps: number;
  readonly magnitude: number;
  readonly numMagnitudeBins: number;

  constructor(
    ...args: Arguments<RandAugmentArguments, ['numOps', 'magnitude', 'numMagnitudeBins', 'interpolation', 'fill']>
  ) {
    const defaults = { numOps: 2, magnitude: 9, numMagnitudeBins: 31, interpolation: 'nearest', fill: null } as const;
    const o = parseArgs<RandAugmentArguments>('RandAugment', [], defaults, args);
    super('RandAugment', o);
    checkWhole('RandAugment', 'numOps', o.numOps, 0);
    checkWhole('RandAugment', 'numMagnitudeBins', o.numMagnitudeBins, 2);
    checkWhole('RandAugment', 'magnitude', o.magnitude, 0, o.numMagnitudeBins - 1);
    this.numOps = o.numOps;
    this.magnitude = o.magnitude;
    this.numMagnitudeBins = o.numMagnitudeBins;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): Augmentations {
    const space = augmentationSpaces.rand(this.numMagnitudeBins, info);
    return Array.from({ length: this.numOps }, () => drawnFrom(space, null, () => this.magnitude, info, generator));
  }

  override apply(batch: Tensor, draws: readonly (Augmentations | null)[], kind: BatchKind): Tensor {
    return this.augmented(batch, this.numOps, draws, kind);
  }

  override extraRepr(): string {
    return printed(this, { ...warpFields, numOps: plain, magnitude: plain, numMagnitudeBins: plain });
  }
}

interface TrivialAugmentArguments extends AugmentWarp {
  /** The number of magnitudes. Default 31. */
  numMagnitudeBins?: number;
}

/** Applies one operation, with its magnitude, both drawn for each picture. For bytes. */
export class TrivialAugmentWide extends Augmenting<Augmentations> {
  readonly numMagnitudeBins: number;

  constructor(...args: Arguments<TrivialAugmentArguments, ['numMagnitudeBins', 'interpolation', 'fill']>) {
    const defaults = { numMagnitudeBins: 31, interpolation: 'nearest', fill: null } as const;
    const o = parseArgs<TrivialAugmentArguments>('TrivialAugmentWide', [], defaults, args);
    super('TrivialAugmentWide', o);
    checkWhole('TrivialAugmentWide', 'numMagnitudeBins', o.numMagnitudeBins, 2);
    this.numMagnitudeBins = o.numMagnitudeBins;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): Augmentations {
    const space = augmentationSpaces.trivial(this.numMagnitudeBins, info);
    return [drawnFrom(space, null, () => randomInt(0, this.numMagnitudeBins, generator), info, generator)];
  }

  override apply(batch: Tensor, draws: readonly (Augmentations | null)[], kind: BatchKind): Tensor {
    return this.augmented(batch, 1, draws, kind);
  }

  override extraRepr(): string {
    return printed(this, { ...warpFields, numMagnitudeBins: plain });
  }
}

interface AugMixArguments extends AugmentWarp {
  /** How strong operations can be: 1 to 10. Default 3. */
  severity?: number;
  /** Number of chains. Default 3. */
  mixtureWidth?: number;
  /** Operations per chain; −1 draws 1 to 3. Default −1. */
  chainDepth?: number;
  /** Parameter of the distributions from which the mixing weights are drawn. Default 1. */
  alpha?: number;
  /** Also use brightness, colour, contrast and sharpness. Default true. */
  allOps?: boolean;
}

/** The mixing weights: of the picture itself, and of each chain. */
interface Shares {
  readonly own: number;
  readonly chains: readonly number[];
}

/** The draws for one picture, or for several that share chains: the weights of each picture, and the chains. */
interface MixedChains {
  readonly rows: readonly Shares[];
  readonly chains: readonly Augmentations[];
}

const MAGNITUDES = 10;
const DEEPEST = 3;

/** Mixes a picture with its augmentations by several chains of operations. For bytes. */
export class AugMix extends Augmenting<MixedChains> {
  readonly severity: number;
  readonly mixtureWidth: number;
  readonly chainDepth: number;
  readonly alpha: number;
  readonly allOps: boolean;

  constructor(
    ...args: Arguments<
      AugMixArguments,
      ['severity', 'mixtureWidth', 'chainDepth', 'alpha', 'allOps', 'interpolation', 'fill']
    >
  ) {
    const defaults = {
      severity: 3,
      mixtureWidth: 3,
      chainDepth: -1,
      alpha: 1,
      allOps: true,
      interpolation: 'bilinear',
      fill: null,
    } as const;
    const o = parseArgs<AugMixArguments>('AugMix', [], defaults, args);
    super('AugMix', o);
    checkWhole('AugMix', 'severity', o.severity, 1, MAGNITUDES);
    checkWhole('AugMix', 'mixtureWidth', o.mixtureWidth, 1);
    if (!Number.isInteger(o.chainDepth)) {
      throw new ArgumentError(`AugMix: expected chainDepth, a whole number, but got ${shown(o.chainDepth)}`);
    }
    if (!(o.alpha > 0)) throw new ArgumentError(`AugMix: expected alpha above 0, but got ${shown(o.alpha)}`);
    this.severity = o.severity;
    this.mixtureWidth = o.mixtureWidth;
    this.chainDepth = o.chainDepth;
    this.alpha = o.alpha;
    this.allOps = o.allOps;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): MixedChains {
    return this.drawnFor(1, info, generator);
  }

  /** As in torchvision, each picture of a tensor [N, C, H, W] gets its own weights, but all share the same chains. */
  override makeParams(leaves: readonly unknown[]): MixedChains {
    const [image] = leaves;
    const rows = image instanceof Tensor && image.shape.length > 3 ? image.shape[0]! : 1;
    return this.drawnFor(rows, sharedInfo('AugMix', leaves), defaultGenerator());
  }

  private drawnFor(rows: number, info: PictureInfo, generator: Generator): MixedChains {
    const space = augmentationSpaces.mix(MAGNITUDES, info, this.allOps);
    const times = <T>(n: number, make: () => T) => Array.from({ length: n }, make);
    const halves = times(rows, () => dirichlet([this.alpha, this.alpha], generator) as unknown as [number, number]);
    const parts = times(rows, () => dirichlet(new Array<number>(this.mixtureWidth).fill(this.alpha), generator));
    const chains = times(this.mixtureWidth, () => {
      const depth = this.chainDepth > 0 ? this.chainDepth : randomInt(1, DEEPEST + 1, generator);
      const pick = () => randomInt(0, this.severity, generator);
      return times(depth, () => drawnFrom(space, null, pick, info, generator));
    });
    const shares = halves.map(([own, rest], i) => ({
      own,
      chains: Array.from(parts[i]!, (part) => Math.fround(part * rest)),
    }));
    return { rows: shares, chains };
  }

  override transform(input: unknown, draw: unknown): unknown {
    const { rows, chains } = draw as MixedChains;
    const work = (batch: Tensor): Tensor => {
      const each = batch.shape[0]! / rows.length;
      const draws = Array.from({ length: batch.shape[0]! }, (_, i) => ({
        rows: [rows[Math.floor(i / each)]!],
        chains,
      }));
      return this.apply(batch, draws, kindOfInput(input));
    };
    return scope(() => onBatch('AugMix', input as Tensor, work));
  }

  override apply(batch: Tensor, draws: readonly (MixedChains | null)[], kind: BatchKind): Tensor {
    const rounds = this.chainDepth > 0 ? this.chainDepth : DEEPEST;
    const share = (of: (shares: Shares) => number, without: number) =>
      perPicture(draws.map((draw) => [draw ? of(draw.rows[0]!) : without]));
    let mix = batch.to('float32').mul(share(({ own }) => own, 1));
    for (let chain = 0; chain < this.mixtureWidth; chain++) {
      const lists = draws.map((draw) => draw?.chains[chain] ?? null);
      const made = this.augmented(batch, rounds, lists, kind);
      mix = mix.add(made.to('float32').mul(share(({ chains }) => chains[chain]!, 0)));
    }
    return mix.to(batch.dtype);
  }

  override extraRepr(): string {
    return printed(this, {
      ...warpFields,
      severity: plain,
      mixtureWidth: plain,
      chainDepth: plain,
      alpha: float,
      allOps: plain,
    });
  }
}
