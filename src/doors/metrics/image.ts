// Metrics of pictures: peak signal-to-noise ratio, structural similarity, total variation.

import { ArgumentError, cat, conv2d, conv3d, full, nn, ShapeError, stack, type Tensor, tensor } from '../../torch';
import { type Arguments, kinds, shown, showShape } from '../../torch/inside';
import { type Batch, expectSameShape, expectTensors, oneOf } from './classification/arguments';
import { among } from './classification/options';
import { type Gathering, metric, ofBatch, type Parts, type State, score } from './gathering';
import {
  type NumberOptions,
  type SampleReduction,
  reductionOf as sampleReductionOf,
  samples,
  summedUp,
} from './regression';

/** How the results of pictures are reduced. */
export type ImageReduction = 'elementwise_mean' | 'elementwiseMean' | 'sum' | 'none' | null;
/** The size of the value range; or its minimum and maximum, to which values are then clamped. */
export type DataRange = number | readonly [least: number, greatest: number];

const reductions: readonly ImageReduction[] = ['elementwise_mean', 'elementwiseMean', 'sum', 'none', null];

/** The equivalent reduction of samples. */
function reductionOf(metric: string, option: string, given: ImageReduction): SampleReduction {
  const own = oneOf(metric, option, given, reductions);
  return own === 'elementwise_mean' || own === 'elementwiseMean' ? 'mean' : own;
}

function rangeOf(metric: string, _: string, given: unknown): DataRange {
  const isPair = Array.isArray(given) && given.length === 2 && given.every(Number.isFinite);
  if (isPair || kinds.positive.fits(given)) return given as DataRange;
  throw new ArgumentError(
    `${metric}: expected dataRange to be a number above 0 or [least, greatest], but got ${shown(given)}`,
  );
}

const clamped = (x: Tensor, range: DataRange | null): Tensor =>
  Array.isArray(range) ? x.clamp(range[0] as number, range[1] as number) : x;
const widthOf = (range: DataRange): number => (typeof range === 'number' ? range : range[1] - range[0]);

export interface NoiseArguments {
  /** The greatest value less the least one, or both of them, to which values are clamped. */
  dataRange: DataRange;
  /** The base of the logarithm; default 10. */
  base?: number;
  /** How results along `dim` are reduced; default 'elementwise_mean'. */
  reduction?: ImageReduction;
  /** The dimensions over which one ratio is computed; default null: all elements together. */
  dim?: number | readonly number[] | null;
}
export interface KeptNoise {
  readonly reduction: SampleReduction;
  readonly dim: readonly number[] | null;
}

/** 10 log_base(range² / mean squared error); the errors of all batches are averaged before the logarithm. */
export class PeakSignalNoiseRatio extends metric<NoiseArguments, KeptNoise>({
  defaults: { base: 10, reduction: 'elementwise_mean', dim: null },
  checks: {
    dataRange: rangeOf,
    reduction: reductionOf,
    dim: (_, __, dim: NoiseArguments['dim']) => (typeof dim === 'number' ? [dim] : dim),
  },
})({
  traits: { higherIsBetter: true, isDifferentiable: true, plotLowerBound: 0 },
  order: ['dataRange', 'base', 'reduction', 'dim'],
  kinds: { base: kinds.positive, dim: kinds.orNull(kinds.either(kinds.integer, kinds.listOf(kinds.integer))) },
  states({ dim }) {
    const of: State = dim === null ? {} : { as: 'list', keeps: (x) => x.reshape(-1) };
    return { sumSquaredError: { ...of, key: 'sum_squared_error' }, total: of };
  },
  parts(m, preds, target) {
    const { dataRange, dim } = m;
    expectTensors(m.constructor.name, preds, target);
    expectSameShape(m.constructor.name, preds, target);
    const [p, t] = [preds, target].map((x) => clamped(x.float(), dataRange)) as [Tensor, Tensor];
    const squares = p.sub(t).square();
    const sum = dim === null ? squares.sum() : squares.sum([...dim]);
    const total = full([...sum.shape], p.numel() / Math.max(sum.numel(), 1), { dtype: 'float32' });
    return { sumSquaredError: sum, total };
  },
  figure({ sumSquaredError, total }, { dataRange, base, reduction }) {
    const figures = sumSquaredError
      .div(total)
      .log()
      .neg()
      .add(2 * Math.log(widthOf(dataRange)))
      .mul(10 / Math.log(base));
    return reduction === 'mean' ? figures.mean() : reduction === 'sum' ? figures.sum() : figures;
  },
}) {}

/** Σ |differences of neighbours| of pictures [N, C, H, W]; their sum unless `reduction` says otherwise. */
export class TotalVariation extends metric<Pick<NumberOptions, 'reduction'>>({
  defaults: { reduction: 'sum' },
  checks: { reduction: sampleReductionOf },
})({
  ...samples<{ readonly reduction: SampleReduction }, [img: Tensor]>('score', ({ constructor: { name } }, img) => {
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
  }),
  traits: { higherIsBetter: false, isDifferentiable: true, plotLowerBound: 0 },
  order: ['reduction'],
  batch: ['img'],
}) {}

/** The options of structural similarity. */
export interface SimilarityOptions {
  /** Use a Gaussian window, rather than a uniform one; default true. */
  gaussianKernel?: boolean;
  /**
   * Standard deviation of the Gaussian, for all dimensions or for each; default 1.5. The window has 2 ⌊3.5 σ + 0.5⌋ + 1
   * values.
   */
  sigma?: number | readonly number[];
  /** Size of the uniform window; default 11. */
  kernelSize?: number | readonly number[];
  /** Default 'elementwise_mean'. */
  reduction?: ImageReduction;
  /** Default null: the larger range of preds and target, for each batch. */
  dataRange?: DataRange | null;
  /** The constant of the luminance. */
  k1?: number;
  /** The constant of the contrast. */
  k2?: number;
  /** Also return the similarity around each pixel, in the shape of the pictures; default false. */
  returnFullImage?: boolean;
  /** Also return the contrast of each picture, [N]; default false. Not together with `returnFullImage`. */
  returnContrastSensitivity?: boolean;
  /** The exponent of each scale, the finest first; default: the five of the paper. */
  betas?: readonly number[];
  /** How negative values are avoided: 'relu' (default), 'simple' for (x + 1) / 2, null for not at all. */
  normalize?: 'relu' | 'simple' | null;
}

/** The largest sigma; its window has 1,793 values along each dimension. */
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
  betas: kinds.nonEmpty(kinds.finite),
};

const similarityOf = metric<SimilarityOptions, { readonly reduction: SampleReduction }>({
  defaults: {
    gaussianKernel: true,
    sigma: 1.5,
    kernelSize: 11,
    reduction: 'elementwise_mean',
    dataRange: null,
    k1: 0.01,
    k2: 0.03,
    returnFullImage: false,
    returnContrastSensitivity: false,
    // Wang, Simoncelli & Bovik 2003, section 3.2.
    betas: [0.0448, 0.2856, 0.3001, 0.2363, 0.1333],
    normalize: 'relu',
  },
  checks: {
    reduction: reductionOf,
    dataRange: (name, option, range: unknown) => (range === null ? null : rangeOf(name, option, range)),
    kernelSize(name, _, given: number | readonly number[]) {
      if ([given].flat().every((size) => (size as number) % 2 !== 0)) return given;
      throw new ArgumentError(`${name}: expected odd kernelSize, but got ${shown(given)}`);
    },
    normalize: among('relu', 'simple', null),
  },
});

interface Window {
  readonly gaussianKernel: boolean;
  readonly sigma: readonly number[];
  readonly kernelSize: readonly number[];
  readonly dataRange: DataRange | null;
  readonly k1: number;
  readonly k2: number;
}

/** A Gaussian of `size` values that sum to 1. */
function bell(size: number, sigma: number): number[] {
  const values = Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / sigma) ** 2) / 2));
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

/** The weights [C, 1, …] of a window: the outer product of one line per dimension. */
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
  const [a, b] = [p, t].map((x) => nn.functional.pad(x, around, { mode: 'reflect' })) as [Tensor, Tensor];
  const channels = p.shape[1]!;
  const weight = windowOf(channels, lines);
  const all = cat([a, b, a.square(), b.square(), a.mul(b)]);
  const means = spatial === 3 ? conv3d(all, weight, { groups: channels }) : conv2d(all, weight, { groups: channels });
  const [ma, mb, maa, mbb, mab] = means.chunk(5) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [aa, bb, ab] = [ma.square(), mb.square(), ma.mul(mb)];
  const variance = maa.sub(aa).clamp(0).add(mbb.sub(bb).clamp(0));
  const contrast = mab.sub(ab).mul(2).add(c2).div(variance.add(c2));
  const whole = ab.mul(2).add(c1).div(aa.add(bb).add(c1)).mul(contrast);
  // If a picture is no larger than the window, nothing is left, and the mean is NaN. The full image keeps its border.
  const inner = margins.reduce((x, margin, d) => {
    const size = x.shape[d + 2]!;
    return x.narrow(d + 2, Math.min(margin, size), Math.max(size - 2 * margin, 0));
  }, contrast);
  const mean = (x: Tensor) => x.flatten(1).mean(-1);
  return [mean(whole), mean(inner), whole];
}

/** The window's options, where a single size may stand for all dimensions. */
type AnyWindow = Omit<Window, 'sigma' | 'kernelSize'> & {
  readonly sigma: number | readonly number[];
  readonly kernelSize: number | readonly number[];
};

/** Checks both inputs, and returns them as floats, with the window for their dimensions. */
function checked(m: AnyWindow, preds: Tensor, target: Tensor): [Tensor, Tensor, Window] {
  const { name } = m.constructor;
  expectTensors(name, preds, target);
  expectSameShape(name, preds, target);
  const rank = preds.shape.length;
  if (rank !== 4 && rank !== 5) {
    throw new ShapeError(`${name}: expected preds [N, C, H, W] or [N, C, D, H, W], but got ${showShape(preds.shape)}`);
  }
  const each = (option: string, given: number | readonly number[]) => {
    const list = typeof given === 'number' ? new Array<number>(rank - 2).fill(given) : given;
    if (list.length === rank - 2) return list;
    throw new ArgumentError(`${name}: expected ${rank - 2} numbers as ${option}, but got ${shown(given)}`);
  };
  const { gaussianKernel, dataRange, k1, k2 } = m;
  const sizes = { sigma: each('sigma', m.sigma), kernelSize: each('kernelSize', m.kernelSize) };
  return [preds.float(), target.float(), { gaussianKernel, dataRange, k1, k2, ...sizes }];
}

const traits = { ...score, isDifferentiable: true };

const returnedOrder = [
  'gaussianKernel',
  'sigma',
  'kernelSize',
  'reduction',
  'dataRange',
  'k1',
  'k2',
  'returnFullImage',
  'returnContrastSensitivity',
] as const;

type Returned = 'returnFullImage' | 'returnContrastSensitivity';
type ReturnedArguments<Full extends boolean, Contrast extends boolean> = Omit<
  Pick<SimilarityOptions, (typeof returnedOrder)[number]>,
  Returned
> & {
  /** Also return the similarity around each pixel, in the shape of the pictures; default false. */
  returnFullImage?: Full;
  /** Also return the contrast of each picture, [N]; default false. Not together with `returnFullImage`. */
  returnContrastSensitivity?: Contrast;
};

/** The result alone, or with the further result that was asked for. */
type Similarity<Full extends boolean, Contrast extends boolean> = true extends Full | Contrast
  ? [similarity: Tensor, returned: Tensor]
  : Tensor;

type Sums = Parts<'values' | 'total'> & { readonly returned?: Tensor };
const plain = samples<AnyWindow & { readonly reduction: SampleReduction }>(
  'similarity',
  (m, preds, target) => similarity(...checked(m, preds, target))[0],
);

const structural = similarityOf({
  traits,
  kinds: windowKinds,
  order: returnedOrder,
  check({ constructor: { name }, returnFullImage, returnContrastSensitivity }) {
    if (!(returnFullImage && returnContrastSensitivity)) return;
    throw new ArgumentError(
      `${name}: expected returnFullImage or returnContrastSensitivity, but got both; use a metric for each`,
    );
  },
  states(m) {
    const givesMore = m.returnFullImage || m.returnContrastSensitivity;
    return {
      ...plain.states(m),
      ...(givesMore ? { returned: { key: 'image_return', as: 'list' } } : {}),
    } as ReturnType<typeof plain.states>;
  },
  parts(m, preds, target): Sums {
    if (!m.returnFullImage && !m.returnContrastSensitivity) return plain.parts(m, preds, target);
    const [values, contrast, full] = similarity(...checked(m, preds, target));
    return { ...summedUp(m, values), returned: m.returnFullImage ? full : contrast };
  },
  figure(parts: Sums, m): Tensor | [similarity: Tensor, returned: Tensor] {
    const figure = plain.figure(parts, m);
    return parts.returned ? [figure, parts.returned] : figure;
  },
});

/** The class type, with a result type that depends on the options. */
export interface Structural {
  new <Full extends boolean = false, Contrast extends boolean = false>(
    ...args: Arguments<ReturnedArguments<Full, Contrast>, typeof returnedOrder>
  ): Gathering<[preds: Tensor, target: Tensor], Similarity<Full, Contrast>> &
    Omit<InstanceType<typeof structural>, keyof Gathering>;
}

/**
 * Structural similarity (Wang et al. 2004) of pictures [N, C, H, W] or volumes [N, C, D, H, W], over windows with
 * reflected borders; the mean over pictures unless `reduction` says otherwise. With `returnFullImage` or
 * `returnContrastSensitivity` the result is a list: the similarity, and the further result for all pictures.
 */
export class StructuralSimilarityIndexMeasure<
  Full extends boolean = false,
  Contrast extends boolean = false,
> extends (structural as unknown as Structural)<Full, Contrast> {}

/**
 * Structural similarity over several scales (Wang, Simoncelli & Bovik 2003): Π contrast^β over the scales; the coarsest
 * also has the luminance.
 */
export class MultiScaleStructuralSimilarityIndexMeasure extends similarityOf({
  ...plain,
  traits,
  kinds: windowKinds,
  order: ['gaussianKernel', 'kernelSize', 'sigma', 'reduction', 'dataRange', 'k1', 'k2', 'betas', 'normalize'],
  parts(m, preds, target) {
    let [p, t, window] = checked(m, preds, target);
    const name = m.constructor.name;
    const [h, w] = preds.shape.slice(-2) as [number, number];
    const scales = m.betas.length;
    const divisor = Math.max(1, scales - 1) ** 2;
    const fits = (size: number, d: number) =>
      size >= 2 ** scales && Math.floor(size / divisor) > window.kernelSize[d]! - 1;
    if (!fits(h, 0) || !fits(w, 1)) {
      throw new ShapeError(
        `${name}: expected pictures large enough for ${scales} scales and windows of ${shown(window.kernelSize)}, but got ${showShape(preds.shape)}`,
      );
    }
    const parts = m.betas.map((beta, i) => {
      const [whole, contrast] = similarity(p, t, window);
      if (i < scales - 1) [p, t] = [halved(p), halved(t)];
      const part = i === scales - 1 ? whole : contrast;
      const own = m.normalize === 'relu' ? part.relu() : m.normalize === 'simple' ? part.add(1).div(2) : part;
      return own.pow(beta);
    });
    return summedUp(m, stack(parts).prod(0));
  },
}) {}

const halved = (x: Tensor): Tensor =>
  x.shape.length === 5 ? nn.functional.avgPool3d(x, 2) : nn.functional.avgPool2d(x, 2);

/** `PeakSignalNoiseRatio` of one batch. */
export const peakSignalNoiseRatio = ofBatch('peakSignalNoiseRatio', PeakSignalNoiseRatio);
/** `StructuralSimilarityIndexMeasure` of one batch. */
export const structuralSimilarityIndexMeasure = ofBatch(
  'structuralSimilarityIndexMeasure',
  StructuralSimilarityIndexMeasure as unknown as typeof structural,
) as <Full extends boolean = false, Contrast extends boolean = false>(
  ...args: Arguments<Batch & ReturnedArguments<Full, Contrast>, readonly ['preds', 'target', ...typeof returnedOrder]>
) => Similarity<Full, Contrast>;
/** `MultiScaleStructuralSimilarityIndexMeasure` of one batch. */
export const multiscaleStructuralSimilarityIndexMeasure = ofBatch(
  'multiscaleStructuralSimilarityIndexMeasure',
  MultiScaleStructuralSimilarityIndexMeasure,
);
/** `TotalVariation` of one batch. */
export const totalVariation = ofBatch('totalVariation', TotalVariation, ['img']);
