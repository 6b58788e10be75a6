// Resampled images: Resize if it reads the same elements as we do. Otherwise Gather, or matrix products for means over
// windows.
import { type OpAttrs, tapsAt } from '../../../../torch/inside';
import { f, type Wire } from '../builder';
import type { Site, Size, Translator, Translators } from '../site';

const isFixed = (size: Size): boolean => size.every((n) => n === size[0]);

const single = Math.fround;

type Pair = OpAttrs['resample']['scale'];

const resample: Translator = (site) => {
  const { mode, scale, by, center } = site.attrs<OpAttrs['resample']>();
  if (mode === 'area') return windowMeans(site);
  const half = center === 0.5;
  const aligned = mode !== 'nearest' && !half;
  const coordinates = aligned ? 'align_corners' : half ? 'half_pixel' : 'asymmetric';
  const attributes = {
    coordinate_transformation_mode: coordinates,
    mode,
    ...(mode === 'cubic' && { cubic_coeff_a: f(-0.75) }),
    ...(mode === 'nearest' && { nearest_mode: half ? 'round_prefer_ceil' : 'floor' }),
  };
  const sizes = site.sizes(({ outputs: [y] }) => y!.shape);
  const bySizes = () => site.op('Resize', [site.in(0), null, null, site.list(sizes)], attributes);
  const byScales = ([height, width]: Pair) =>
    site.op('Resize', [site.in(0), null, site.builder.constant('float32', [4], [1, 1, height, width])], attributes);
  const [from, to] = [site.shape().slice(2) as unknown as Pair, site.result().slice(2) as unknown as Pair];
  const open = ![...sizes.slice(2), ...site.sizesOf(site.value(0)).slice(2)].every(isFixed);
  if (open || aligned) {
    const same = by && site.twins.every(({ attrs }) => (attrs as OpAttrs['resample']).by?.join() === by.join());
    return same && !aligned ? byScales([1 / by[0], 1 / by[1]]) : bySizes();
  }
  const axes = ([0, 1] as const).map((d) => ({ from: from[d], to: to[d], scale: scale[d], mode, half }));
  const ways = axes.map(waysOf);
  // onnxruntime copies the input if its shape stays the same, whatever the factors are.
  const copies = axes.every((axis) => axis.from === axis.to) && axes.some((axis) => axis.scale !== 1);
  if (!copies && ways.every(({ sizes: fits }) => fits)) return bySizes();
  if (!copies && ways.every(({ factor }) => factor !== null)) return byScales([ways[0]!.factor!, ways[1]!.factor!]);
  return mode === 'nearest' ? picked(site, ways) : cubicProducts(site, axes);
};

/** Nearest neighbours, gathered by index. */
const picked = (site: Site, ways: readonly Ways[]): Wire =>
  ways.reduce((x, { places }, d) => {
    const stays = places.length === site.shape()[d + 2] && places.every((place, i) => place === i);
    return stays ? x : site.op('Gather', [x, site.builder.ints(places)], { axis: d + 2 });
  }, site.in(0));

/** Cubic interpolation, as products with the matrices of weights. */
const cubicProducts = (site: Site, axes: readonly Axis[]): Wire =>
  products(
    site,
    axes.map(({ from, to, scale }) =>
      Array.from({ length: to }, (_, i) => tapsAt(scale * (i + 0.5) - 0.5, from, 'cubic')),
    ),
  );

interface Axis {
  readonly from: number;
  readonly to: number;
  /** Old elements per new element, as our kernel uses it. */
  readonly scale: number;
  readonly mode: OpAttrs['resample']['mode'];
  readonly half: boolean;
}

interface Ways {
  /** Whether Resize with target sizes gives our result. */
  readonly sizes: boolean;
  /** The factor with which Resize gives our result; null if there is none. */
  readonly factor: number | null;
  /** For nearest neighbours: the index of each output's source element. */
  readonly places: readonly number[];
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);

/**
 * How Resize can give our result along an axis. Resize divides by a float32 factor, while we multiply by its inverse,
 * as PyTorch does, so another element may be nearest. Resize also computes the new size from the factor, and may round
 * to another size.
 */
function waysOf({ from, to, scale, mode, half }: Axis): Ways {
  const nearest = mode === 'nearest';
  const inside = (place: number) => Math.min(Math.max(place, 0), from - 1);
  const places = Array.from({ length: nearest ? to : 0 }, (_, i) =>
    inside(Math.floor(single(single(scale) * (i + (half ? 0.5 : 0))))),
  );
  const fits = (factor: number) =>
    places.every((place, i) => {
      const at = half ? single(single((i + 0.5) / factor) - 0.5) : single(i / factor);
      // Some versions of onnxruntime treat coordinates up to 1e-6 below a half as a half.
      return (half ? [0.5, 0.5 + 1e-6] : [0]).every((more) => place === inside(Math.floor(at + more)));
    });
  const exact = single(1 / scale);
  // The neighbouring float32 numbers, for sizes that the exact factor misses.
  const factors = [exact, exact * (1 - 2 ** -23), exact * (1 + 2 ** -23)].map(single);
  const factor = factors.find((each) => Math.floor(single(each * from)) === to && fits(each));
  return { sizes: near(scale, from / to) && fits(single(to / from)), factor: factor ?? null, places };
}

/** Means over windows of unequal sizes, as products with the matrices of weights. */
function windowMeans(site: Site): Wire {
  const [height, width, rows, columns] = site.fixed('windows', ({ inputs: [x], outputs: [y] }) => [
    ...x!.shape.slice(2),
    ...y!.shape.slice(2),
  ]) as [number, number, number, number];
  const shares = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      const [start, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
      return new Map(Array.from({ length: end - start }, (_, k) => [start + k, 1 / (end - start)] as const));
    });
  return products(site, [shares(height, rows), shares(width, columns)]);
}

/** Weighted sums along rows, then columns. `taps` gives for each new element the old elements and their weights. */
function products(site: Site, taps: readonly (readonly ReadonlyMap<number, number>[])[]): Wire {
  const matrix = (d: 0 | 1): Wire => {
    const [from, to] = [site.shape()[d + 2]!, site.result()[d + 2]!];
    const numbers = new Float32Array(from * to);
    taps[d]!.forEach((shares, i) => {
      for (const [place, share] of shares) numbers[d === 1 ? place * to + i : i * from + place] = share;
    });
    return site.builder.constant('float32', d === 1 ? [from, to] : [to, from], numbers);
  };
  return site.op('MatMul', [site.op('MatMul', [matrix(0), site.in(0)]), matrix(1)]);
}

/** Filters whose width equals the distance between outputs. */
const filtered: Translator = (site) => {
  const { filter, kind, own } = site.attrs<OpAttrs['pictureResample']>();
  if (!filter || own || kind !== 'float') return site.fail('resizes pictures as ONNX has no node for');
  if (site.opset < 18) return site.fail('needs opsetVersion 18 or later');
  const attributes = {
    antialias: 1,
    exclude_outside: 1,
    coordinate_transformation_mode: 'half_pixel',
    ...(filter.mode === 'bicubic' ? { mode: 'cubic', cubic_coeff_a: f(-0.5) } : { mode: 'linear' }),
  };
  const { by } = filter;
  const sizes = site.sizes(({ outputs: [y] }) => y!.shape);
  const same =
    by && site.twins.every(({ attrs }) => (attrs as OpAttrs['pictureResample']).filter?.by?.join() === by.join());
  if (!same) return site.op('Resize', [site.in(0), null, null, site.list(sizes)], attributes);
  const factors = by.map((each, d) => {
    const exact = single(1 / each);
    const near = [exact, exact * (1 - 2 ** -23), exact * (1 + 2 ** -23)].map(single);
    return near.find((one) => Math.floor(single(one * site.shape()[d + 2]!)) === site.result()[d + 2]) ?? exact;
  });
  return site.op('Resize', [site.in(0), null, site.builder.constant('float32', [4], [1, 1, ...factors])], attributes);
};

export const resizing: Translators = { resample2d: resample, pictureResample: filtered };
