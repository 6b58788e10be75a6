// Owns metrics of pictures: signal to noise, structural similarity, total variation.

import * as kinds from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, parseArgs, shown } from '../core/options';
import { avgPool2d, avgPool3d, conv2d, conv3d, pad } from '../nn/functional';
import { scope } from '../storage/scope';
import { full, tensor } from '../tensor/creation';
import { cat, stack } from '../tensor/functions';
import type { Tensor } from '../tensor/tensor';
import { type BatchArguments, batchOf, expectSameShape, expectTensors, oneOf } from './classification/arguments';
import { functional } from './classification/task';
import { Metric } from './metric';
import { OfSamples, type SampleReduction } from './regression';
import { concatenated, withoutState } from './state';
import type { Parts } from './summed';

/** How figures of pictures become one. */
export type ImageReduction = 'elementwise_mean' | 'elementwiseMean' | 'sum' | 'none' | null;
/** The range of values, or the least and the greatest, between which values are clamped. */
export type DataRange = number | readonly [least: number, greatest: number];

const reductions: readonly ImageReduction[] = ['elementwise_mean', 'elementwiseMean', 'sum', 'none', null];

/** As samples are reduced. */
function reductionOf(metric: string, given: ImageReduction): SampleReduction {
  const own = oneOf(metric, 'reduction', given, reductions);
  return own === 'elementwise_mean' || own === 'elementwiseMean' ? 'mean' : own;
}

function rangeOf(metric: string, given: unknown): DataRange {
  const isPair = Array.isArray(given) && given.length === 2 && given.every(Number.isFinite);
  if (isPair || kinds.positive.fits(given)) return given as DataRange;
  throw new ArgumentError(
    `${metric}: expected dataRange to be a number above 0 or [least, greatest], but got ${shown(given)}`,
  );
}

const clamped = (x: Tensor, range: DataRange | null): Tensor =>
  Array.isArray(range) ? x.clamp(range[0] as number, range[1] as number) : x;
const widthOf = (range: DataRange): number => (typeof range === 'number' ? range : range[1] - range[0]);

interface NoiseArguments {
  dataRange: DataRange;
  /** Of the logarithm; default 10. */
  base?: number;
  /** Of figures along `dim`; default 'elementwise_mean'. */
  reduction?: ImageReduction;
  /** Dimensions of one figure; default null: all numbers together. */
  dim?: number | readonly number[] | null;
}
const noiseOrder = ['dataRange', 'base', 'reduction', 'dim'] as const;

/** 10 log_base(range² / mean squared error), the errors of all batches together before the logarithm. */
export class PeakSignalNoiseRatio extends Metric {
  override higherIsBetter: boolean | null = true;
  override isDifferentiable: boolean | null = true;
  override fullStateUpdate: boolean | null = false;
  override plotLowerBound: number | null = 0;
  declare sumSquaredError: Tensor | Tensor[];
  declare total: Tensor | Tensor[];
  readonly dataRange: DataRange;
  readonly base: number;
  readonly reduction: SampleReduction;
  readonly dim: readonly number[] | null;

  constructor(...args: Arguments<NoiseArguments, typeof noiseOrder>) {
    super();
    const name = this.constructor.name;
    const defaults = { base: 10, reduction: 'elementwise_mean', dim: null } as const;
    const o = parseArgs<NoiseArguments>(name, ['dataRange'], defaults, args, {
      base: kinds.positive,
      dim: kinds.orNull(kinds.either(kinds.integer, kinds.listOf(kinds.integer))),
    });
    this.dataRange = rangeOf(name, o.dataRange);
    this.base = o.base;
    this.reduction = reductionOf(name, o.reduction);
    this.dim = typeof o.dim === 'number' ? [o.dim] : o.dim;
    const isList = this.dim !== null;
    const number = () => full([], 0, { dtype: 'float32' });
    const options = { distReduceFx: isList ? 'cat' : 'sum' } as const;
    this.addState('sumSquaredError', isList ? [] : number(), { ...options, key: 'sum_squared_error' });
    this.addState('total', isList ? [] : number(), options);
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const [sum, count] = this.parts(preds, target);
    if (Array.isArray(this.sumSquaredError) || Array.isArray(this.total)) {
      (this.sumSquaredError as Tensor[]).push(sum.reshape(-1));
      (this.total as Tensor[]).push(count.reshape(-1));
    } else {
      this.sumSquaredError.add_(sum);
      this.total.add_(count);
    }
  }

  compute(): Tensor {
    const all = (state: Tensor | Tensor[]) => (Array.isArray(state) ? concatenated(state) : state);
    return this.figureOf(all(this.sumSquaredError), all(this.total));
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    return this.figureOf(...this.parts(preds, target));
  }

  private parts(preds: Tensor, target: Tensor): [sum: Tensor, count: Tensor] {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectSameShape(name, preds, target);
    const [p, t] = [preds, target].map((x) => clamped(x.float(), this.dataRange)) as [Tensor, Tensor];
    const squares = p.sub(t).square();
    const sum = this.dim === null ? squares.sum() : squares.sum([...this.dim]);
    return [sum, full([...sum.shape], p.numel() / Math.max(sum.numel(), 1), { dtype: 'float32' })];
  }

  private figureOf(sum: Tensor, count: Tensor): Tensor {
    const error = sum.div(count).log();
    const figures = error
      .neg()
      .add(2 * Math.log(widthOf(this.dataRange)))
      .mul(10 / Math.log(this.base));
    return this.reduction === 'mean' ? figures.mean() : this.reduction === 'sum' ? figures.sum() : figures;
  }
}

/** Σ |differences of neighbours| of pictures [N, C, H, W]; their sum unless `reduction` says otherwise. */
export class TotalVariation extends OfSamples<[img: Tensor]> {
  override higherIsBetter: boolean | null = false;
  override plotLowerBound: number | null = 0;

  constructor(...args: Arguments<{ reduction?: SampleReduction }, ['reduction']>) {
    super(
      parseArgs<{ reduction?: SampleReduction }>(new.target.name, [], { reduction: 'sum' }, args).reduction,
      'score',
    );
  }

  protected override get batchNames(): readonly string[] {
    return ['img'];
  }

  protected valuesOf(img: Tensor): Tensor {
    const name = this.constructor.name;
    expectTensors(name, img, img);
    if (img.shape.length !== 4)
      throw new ShapeError(`${name}: expected img [N, C, H, W], but got ${showShape(img.shape)}`);
    const steps = (dim: number) => {
      const size = img.shape[dim]!;
      return img
        .narrow(dim, 1, size - 1)
        .sub(img.narrow(dim, 0, size - 1))
        .abs()
        .sum([1, 2, 3]);
    };
    return steps(2).add(steps(3));
  }
}

interface SimilarityArguments {
  /** Weights of a bell, rather than equal ones; default true. */
  gaussianKernel?: boolean;
  /** Of the bell, for all dimensions or for each; default 1.5. Its window has 2 ⌊3.5 σ + 0.5⌋ + 1 values. */
  sigma?: number | readonly number[];
  /** Of the window of equal weights; default 11. */
  kernelSize?: number | readonly number[];
  /** Default 'elementwise_mean'. */
  reduction?: ImageReduction;
  /** Default null: the greater range of both, of each batch. */
  dataRange?: DataRange | null;
  k1?: number;
  k2?: number;
}

const similarityDefaults = {
  gaussianKernel: true,
  sigma: 1.5,
  kernelSize: 11,
  reduction: 'elementwise_mean',
  dataRange: null,
  k1: 0.01,
  k2: 0.03,
} as const;
const similarityOrder = ['gaussianKernel', 'sigma', 'kernelSize', 'reduction', 'dataRange', 'k1', 'k2'] as const;

/** Of a bell, whose window then has 1,793 values along each dimension. */
const MOST_SIGMA = 256;
const sigmaKind: kinds.Kind = {
  words: `a number above 0 and up to ${MOST_SIGMA}`,
  fits: (value) => kinds.positive.fits(value) && (value as number) <= MOST_SIGMA,
};
const kernelKind = kinds.whole(1, 7 * MOST_SIGMA + 1);

const windowKinds = {
  gaussianKernel: kinds.flag,
  sigma: kinds.either(sigmaKind, kinds.listOf(sigmaKind)),
  kernelSize: kinds.either(kernelKind, kinds.listOf(kernelKind)),
  k1: kinds.finite,
  k2: kinds.finite,
};

interface Window {
  readonly gaussianKernel: boolean;
  readonly sigma: readonly number[];
  readonly kernelSize: readonly number[];
  readonly dataRange: DataRange | null;
  readonly k1: number;
  readonly k2: number;
}

/** A bell of `size` values that sum to 1. */
function bell(size: number, sigma: number): number[] {
  const values = Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / sigma) ** 2) / 2));
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

/** Weights [C, 1, …] of a window, the product of those of its dimensions. */
function windowOf(channels: number, lines: readonly (readonly number[])[]): Tensor {
  const flat = lines.reduce<number[]>((all, line) => all.flatMap((a) => line.map((b) => a * b)), [1]);
  const sizes = lines.map((line) => line.length);
  return tensor(Float32Array.from(flat), { shape: [1, 1, ...sizes] })
    .expand(channels, 1, ...sizes)
    .contiguous();
}

/** Similarity and contrast of each picture [N], and the similarity around each pixel (Wang et al. 2004). */
function similarity(preds: Tensor, target: Tensor, o: Window): [similarity: Tensor, contrast: Tensor, full: Tensor] {
  const spatial = preds.shape.length - 2;
  const sizes = o.gaussianKernel ? o.sigma.map((s) => Math.floor(3.5 * s + 0.5) * 2 + 1) : o.kernelSize;
  const lines = sizes.map((size, d) =>
    o.gaussianKernel ? bell(size, o.sigma[d]!) : new Array<number>(size).fill(1 / size),
  );
  const margins = sizes.map((size) => (size - 1) / 2);
  const around = [...margins].reverse().flatMap((margin) => [margin, margin]);
  const [p, t] = [preds, target].map((x) => clamped(x, o.dataRange)) as [Tensor, Tensor];
  const spread = (x: Tensor) => x.max().sub(x.min());
  const range =
    o.dataRange === null ? spread(p).maximum(spread(t)) : full([], widthOf(o.dataRange), { dtype: 'float32' });
  const [c1, c2] = [range.mul(o.k1).square(), range.mul(o.k2).square()];
  const [a, b] = [p, t].map((x) => pad(x, around, { mode: 'reflect' })) as [Tensor, Tensor];
  const channels = p.shape[1]!;
  const weight = windowOf(channels, lines);
  const all = cat([a, b, a.square(), b.square(), a.mul(b)]);
  const means = spatial === 3 ? conv3d(all, weight, { groups: channels }) : conv2d(all, weight, { groups: channels });
  const [ma, mb, maa, mbb, mab] = means.chunk(5) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [aa, bb, ab] = [ma.square(), mb.square(), ma.mul(mb)];
  const variance = maa.sub(aa).clamp(0).add(mbb.sub(bb).clamp(0));
  const contrast = mab.sub(ab).mul(2).add(c2).div(variance.add(c2));
  const whole = ab.mul(2).add(c1).div(aa.add(bb).add(c1)).mul(contrast);
  // Of pictures no larger than a window nothing is left, whose mean is NaN; the similarity counts its border too.
  const inner = margins.reduce((x, margin, d) => {
    const size = x.shape[d + 2]!;
    return x.narrow(d + 2, Math.min(margin, size), Math.max(size - 2 * margin, 0));
  }, contrast);
  const mean = (x: Tensor) => x.flatten(1).mean(-1);
  return [mean(whole), mean(inner), whole];
}

abstract class OfSimilarity<Result = Tensor> extends OfSamples<[preds: Tensor, target: Tensor], Result> {
  override higherIsBetter: boolean | null = true;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  readonly gaussianKernel: boolean;
  readonly sigma: number | readonly number[];
  readonly kernelSize: number | readonly number[];
  readonly dataRange: DataRange | null;
  readonly k1: number;
  readonly k2: number;

  constructor(name: string, o: Required<SimilarityArguments>) {
    super(reductionOf(name, o.reduction), 'similarity');
    this.gaussianKernel = o.gaussianKernel;
    const each = (given: number | readonly number[]) => (typeof given === 'number' ? [given] : given);
    if (each(o.kernelSize).some((size) => size % 2 === 0)) {
      throw new ArgumentError(`${name}: expected odd kernelSize, but got ${shown(o.kernelSize)}`);
    }
    this.sigma = o.sigma;
    this.kernelSize = o.kernelSize;
    this.dataRange = o.dataRange === null ? null : rangeOf(name, o.dataRange);
    this.k1 = o.k1;
    this.k2 = o.k2;
  }

  /** Both as floats, and the window for their dimensions. */
  protected checked(preds: Tensor, target: Tensor): [Tensor, Tensor, Window] {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectSameShape(name, preds, target);
    const rank = preds.shape.length;
    if (rank !== 4 && rank !== 5) {
      throw new ShapeError(
        `${name}: expected preds [N, C, H, W] or [N, C, D, H, W], but got ${showShape(preds.shape)}`,
      );
    }
    const each = (option: string, given: number | readonly number[]) => {
      const list = typeof given === 'number' ? new Array<number>(rank - 2).fill(given) : given;
      if (list.length === rank - 2) return list;
      throw new ArgumentError(`${name}: expected ${rank - 2} numbers as ${option}, but got ${shown(given)}`);
    };
    const window = {
      ...this.window,
      sigma: each('sigma', this.sigma),
      kernelSize: each('kernelSize', this.kernelSize),
    };
    return [preds.float(), target.float(), window];
  }

  private get window(): Omit<Window, 'sigma' | 'kernelSize'> {
    const { gaussianKernel, dataRange, k1, k2 } = this;
    return { gaussianKernel, dataRange, k1, k2 };
  }
}

interface ReturnedArguments<Full extends boolean = boolean, Contrast extends boolean = boolean>
  extends SimilarityArguments {
  /** Whether the similarity around each pixel is given as well, in the shape of the pictures; default false. */
  returnFullImage?: Full;
  /** Whether the contrast of each picture [N] is given as well; default false. One of both at most. */
  returnContrastSensitivity?: Contrast;
}

const returnedOrder = [...similarityOrder, 'returnFullImage', 'returnContrastSensitivity'] as const;

/** The figure, or with it what is asked for beside it. */
type Similarity<Full extends boolean, Contrast extends boolean> = true extends Full | Contrast
  ? [similarity: Tensor, returned: Tensor]
  : Tensor;

/**
 * Structural similarity (Wang et al. 2004) of pictures [N, C, H, W] or volumes [N, C, D, H, W], over windows whose border is reflected;
 * their mean unless `reduction` says otherwise. With `returnFullImage` or `returnContrastSensitivity` a list: the figure, and those of all pictures.
 */
export class StructuralSimilarityIndexMeasure<
  Full extends boolean = false,
  Contrast extends boolean = false,
> extends OfSimilarity<Similarity<Full, Contrast>> {
  readonly returnFullImage: boolean;
  readonly returnContrastSensitivity: boolean;

  constructor(...args: Arguments<ReturnedArguments<Full, Contrast>, typeof returnedOrder>) {
    const name = new.target.name;
    const defaults = { ...similarityDefaults, returnFullImage: false, returnContrastSensitivity: false };
    const o = parseArgs<ReturnedArguments>(name, [], defaults, args, windowKinds);
    super(name, o);
    if (o.returnFullImage && o.returnContrastSensitivity) {
      throw new ArgumentError(
        `${name}: expected returnFullImage or returnContrastSensitivity, but got both; use a metric for each`,
      );
    }
    this.returnFullImage = o.returnFullImage;
    this.returnContrastSensitivity = o.returnContrastSensitivity;
    if (this.givesMore) this.addSums({ returned: { key: 'image_return', isList: true } } as never);
  }

  private get givesMore(): boolean {
    return this.returnFullImage || this.returnContrastSensitivity;
  }

  protected valuesOf(preds: Tensor, target: Tensor): Tensor {
    return similarity(...this.checked(preds, target))[0];
  }

  protected override parts(preds: Tensor, target: Tensor): Returned {
    if (!this.givesMore) return super.parts(preds, target);
    const [values, contrast, full] = similarity(...this.checked(preds, target));
    return { ...this.partsOf(values), returned: this.returnFullImage ? full : contrast };
  }

  protected override figureOf(parts: Returned): Similarity<Full, Contrast> {
    const figure = this.reduced(parts);
    return (parts.returned ? [figure, parts.returned] : figure) as Similarity<Full, Contrast>;
  }
}

type Returned = Parts<'values' | 'total'> & { readonly returned?: Tensor };

interface ScaleArguments extends SimilarityArguments {
  /** The exponent of each scale, the finest first; default: the five of the paper. */
  betas?: readonly number[];
  /** What keeps figures from being negative: 'relu' (default), 'simple' for (x + 1) / 2, null for nothing. */
  normalize?: 'relu' | 'simple' | null;
}

const scaleOrder = [
  ...(['gaussianKernel', 'kernelSize', 'sigma', 'reduction', 'dataRange', 'k1', 'k2', 'betas', 'normalize'] as const),
] as const;
const scaleDefaults = {
  ...{
    gaussianKernel: true,
    kernelSize: 11,
    sigma: 1.5,
    reduction: 'elementwise_mean',
    dataRange: null,
    k1: 0.01,
    k2: 0.03,
  },
  // Wang, Simoncelli & Bovik 2003, section 3.2.
  betas: [0.0448, 0.2856, 0.3001, 0.2363, 0.1333],
  normalize: 'relu',
} as const;

/** Structural similarity over several scales (Wang, Simoncelli & Bovik 2003): Π contrast^β, the coarsest with luminance. */
export class MultiScaleStructuralSimilarityIndexMeasure extends OfSimilarity {
  readonly betas: readonly number[];
  readonly normalize: 'relu' | 'simple' | null;

  constructor(...args: Arguments<ScaleArguments, typeof scaleOrder>) {
    const name = new.target.name;
    const o = parseArgs<ScaleArguments>(name, [], scaleDefaults as never, args, {
      ...windowKinds,
      betas: kinds.nonEmpty(kinds.finite),
    });
    super(name, o);
    this.betas = o.betas;
    this.normalize = oneOf(name, 'normalize', o.normalize, ['relu', 'simple', null]);
  }

  protected valuesOf(preds: Tensor, target: Tensor): Tensor {
    let [p, t, window] = this.checked(preds, target);
    const name = this.constructor.name;
    const [h, w] = preds.shape.slice(-2) as [number, number];
    const scales = this.betas.length;
    const divisor = Math.max(1, scales - 1) ** 2;
    const fits = (size: number, d: number) =>
      size >= 2 ** scales && Math.floor(size / divisor) > window.kernelSize[d]! - 1;
    if (!fits(h, 0) || !fits(w, 1)) {
      throw new ShapeError(
        `${name}: expected pictures large enough for ${scales} scales and windows of ${shown(window.kernelSize)}, but got ${showShape(preds.shape)}`,
      );
    }
    const parts = this.betas.map((beta, i) => {
      const [whole, contrast] = similarity(p, t, window);
      if (i < scales - 1) [p, t] = [halved(p), halved(t)];
      const part = i === scales - 1 ? whole : contrast;
      const own = this.normalize === 'relu' ? part.relu() : this.normalize === 'simple' ? part.add(1).div(2) : part;
      return own.pow(beta);
    });
    return stack(parts).prod(0);
  }
}

const halved = (x: Tensor): Tensor => (x.shape.length === 5 ? avgPool3d(x, 2) : avgPool2d(x, 2));

/** `PeakSignalNoiseRatio` of one batch. */
export const peakSignalNoiseRatio = functional(
  'peakSignalNoiseRatio',
  (o: NoiseArguments) => new PeakSignalNoiseRatio(o),
  noiseOrder,
);
/** `StructuralSimilarityIndexMeasure` of one batch. */
export const structuralSimilarityIndexMeasure = functional(
  'structuralSimilarityIndexMeasure',
  (o: ReturnedArguments) => new StructuralSimilarityIndexMeasure(o),
  returnedOrder,
) as <Full extends boolean = false, Contrast extends boolean = false>(
  ...args: Arguments<
    { preds: Tensor; target: Tensor } & ReturnedArguments<Full, Contrast>,
    readonly ['preds', 'target', ...typeof returnedOrder]
  >
) => Similarity<Full, Contrast>;
/** `MultiScaleStructuralSimilarityIndexMeasure` of one batch. */
export const multiscaleStructuralSimilarityIndexMeasure = functional(
  'multiscaleStructuralSimilarityIndexMeasure',
  (o: ScaleArguments) => new MultiScaleStructuralSimilarityIndexMeasure(o),
  scaleOrder,
);
/** `TotalVariation` of one batch. */
export const totalVariation = (
  ...args: Arguments<{ img: Tensor; reduction?: SampleReduction }, ['img', 'reduction']>
): Tensor => {
  type Given = { img: Tensor; reduction?: SampleReduction };
  const { img, reduction } = parseArgs<Given>('totalVariation', ['img'], { reduction: 'sum' }, args);
  return scope(() => withoutState(() => new TotalVariation({ reduction })).figure(img));
};
