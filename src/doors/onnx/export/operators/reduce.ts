// Reductions, moments, normalisations, running sums and sorting.
import type { Shape } from '../../../../torch';
import { numelOf as numel, type OpAttrs, type Value } from '../../../../torch/inside';
import { f, type Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

interface Reduced {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

const reduced =
  (opType: string): Translator =>
  (site) => {
    const { dims, keepdim } = site.attrs<Reduced>();
    return site.reduce(opType, site.in(0), dims, keepdim);
  };

/** Bools are cast to numbers for the reduction. */
const ofBools =
  (opType: string): Translator =>
  (site) => {
    const { dims, keepdim } = site.attrs<Reduced>();
    const y = site.reduce(opType, site.builder.cast(site.in(0), 'int32'), dims, keepdim);
    return site.builder.cast(y, 'bool');
  };

/** The maximum or minimum; along a single dimension, its index too. */
const extreme =
  (opType: string, place: string): Translator =>
  (site) => {
    const { dims, keepdim } = site.attrs<Reduced>();
    const wide = site.dtype === 'bool' ? site.builder.cast(site.in(0), 'int32') : site.in(0);
    const y = site.builder.cast(site.reduce(opType, wide, dims, keepdim), site.dtype);
    if (site.node.outputs.length === 1) return y;
    const [dim] = dims;
    if (dim === undefined) return [y, site.scalar(0, 'int64')];
    return [y, site.op(place, [wide], { axis: dim, keepdims: keepdim ? 1 : 0 }, 'int64')];
  };

/** How many elements are reduced to one, as a float32. */
function countOf(site: Site, dims: readonly number[]): Wire {
  const sizes = site.sizesOf(site.value(0));
  const counts = dims.map((d) => sizes[d]!);
  if (counts.every((size) => size.every((n) => n === size[0]))) {
    return site.scalar(counts.reduce((product, [n]) => product * n!, 1));
  }
  const all = site.op('ReduceProd', [site.list(counts)], { keepdims: 0 });
  return site.builder.cast(all, 'float32');
}

const moments: Translator = (site) => {
  const { dims, correction } = site.attrs<{ dims: readonly number[]; correction: number }>();
  const x = site.in(0);
  const mean = site.reduce('ReduceMean', x, dims, true);
  const apart = site.op('Sub', [x, mean]);
  const squares = site.op('Mul', [apart, apart]);
  if (correction === 0) return [mean, site.reduce('ReduceMean', squares, dims, true)];
  const rest = site.op('Max', [site.op('Sub', [countOf(site, dims), site.scalar(correction)]), site.scalar(0)]);
  return [mean, site.op('Div', [site.reduce('ReduceSum', squares, dims, true), rest])];
};

const layerNorm: Translator = (site) => {
  const { lead, weight, bias } = site.attrs<OpAttrs['layerNorm']>();
  const eps = site.scalars[0]!;
  const x = site.in(0);
  const rows = [null, null];
  if (weight && site.opset >= 17) {
    const inputs = bias ? [x, site.in(1), site.in(2)] : [x, site.in(1)];
    return [site.op('LayerNormalization', inputs, { axis: lead, epsilon: f(eps) }), ...rows];
  }
  const dims = site.shape().flatMap((_, d) => (d >= lead ? [d] : []));
  const apart = site.op('Sub', [x, site.reduce('ReduceMean', x, dims, true)]);
  const variance = site.reduce('ReduceMean', site.op('Mul', [apart, apart]), dims, true);
  let y = site.op('Div', [apart, site.op('Sqrt', [site.op('Add', [variance, site.scalar(eps)])])]);
  if (weight) y = site.op('Mul', [y, site.in(1)]);
  if (bias) y = site.op('Add', [y, site.in(2)]);
  return [y, ...rows];
};

interface BatchNorm {
  readonly dims: readonly number[];
  readonly own: boolean;
  readonly weight: boolean;
  readonly bias: boolean;
}

/** If the value is a list of one number per channel, reshaped to [1, C, 1, …], returns the list. */
function channels(site: Site, value: Value): Wire | null {
  let at = value;
  while (at.node && at.node.op.name === 'reshape' && numel(at.shape) === at.node.inputs[0]!.numel) {
    at = at.node.inputs[0]!;
    if (at.shape.length === 1) return site.wire(at);
  }
  return null;
}

/** The same, with a Reshape node if the list cannot be found. */
const asChannels = (site: Site, value: Value): Wire =>
  channels(site, value) ?? site.op('Reshape', [site.wire(value), site.builder.ints([-1])]);

const batchNorm: Translator = (site) => {
  const attrs = site.attrs<BatchNorm>();
  const { inputs } = site.node;
  const rank = site.shape().length;
  const count = site.shape()[1] ?? 0;
  const ofChannels = rank >= 2 && attrs.dims.length === rank - 1 && !attrs.dims.includes(1);
  const plain = inputs.slice(1).every((value) => value.dtype === 'float32' && value.numel === count);
  const kept = attrs.own ? running(site, [count]) : inputs.slice(1, 3).map((value) => asChannels(site, value));
  if (!ofChannels || !plain || site.dtype !== 'float32' || (attrs.own && site.opset < 14)) return composed(site, attrs);
  const vector = (given: boolean, i: number, otherwise: number) =>
    given ? asChannels(site, inputs[i]!) : site.builder.constant('float32', [count], new Array(count).fill(otherwise));
  const wires = [site.in(0), vector(attrs.weight, 3, 1), vector(attrs.bias, 4, 0), ...kept];
  const epsilon = f(site.scalars[0]!);
  if (!attrs.own) return site.op('BatchNormalization', wires, { epsilon });
  const dtypes = ['float32', 'float32', 'float32'] as const;
  return site.builder.node('BatchNormalization', wires, { epsilon, momentum: f(0.9), training_mode: 1 }, dtypes)[0]!;
};

/** The module's running statistics, or the initial ones if it keeps none. */
function running(site: Site, shape: Shape): Wire[] {
  return (['running_mean', 'running_var'] as const).map((name, i) => {
    const known = site.context.named(site.place === '' ? name : `${site.place}.${name}`);
    if (known && known.shape.join() === shape.join()) return known.wire;
    return site.builder.constant('float32', shape, new Array(shape[0]).fill(i));
  });
}

/** (x − mean) / √(variance + eps) · weight + bias */
function composed(site: Site, { weight, bias }: BatchNorm): Wire {
  const like = (i: number) => site.builder.cast(site.in(i), site.dtype);
  const root = site.op('Sqrt', [site.op('Add', [like(2), site.scalar(site.scalars[0]!, site.dtype)])]);
  let y = site.op('Div', [site.op('Sub', [site.in(0), like(1)]), root]);
  if (weight) y = site.op('Mul', [y, like(3)]);
  return bias ? site.op('Add', [y, like(4)]) : y;
}

const cumsum: Translator = (site) => {
  const { dim, reverse } = site.attrs<{ dim: number; reverse: boolean }>();
  return site.op('CumSum', [site.in(0), site.scalar(dim, 'int64')], { reverse: reverse ? 1 : 0 });
};

/** The indices that sort a dimension. */
const argsort: Translator = (site) => {
  const { dim, descending } = site.attrs<{ dim: number; descending: boolean }>();
  const x = site.in(0);
  const wide = x.dtype === 'bool' || x.dtype === 'uint8' ? site.builder.cast(x, 'int32') : x;
  if (site.shape().length === 0) return site.scalar(0, 'int64');
  const k = site.list([site.sizesOf(site.value(0))[dim]!]);
  const attributes = { axis: dim, largest: descending ? 1 : 0, sorted: 1 };
  return site.builder.node('TopK', [wide, k], attributes, [wide.dtype, 'int64'])[1]!;
};

export const reduce: Translators = {
  sum: reduced('ReduceSum'),
  mean: reduced('ReduceMean'),
  prod: reduced('ReduceProd'),
  var: moments,
  std(site) {
    const [mean, variance] = moments(site) as readonly Wire[];
    return [mean!, site.op('Sqrt', [variance!])];
  },
  cumsum,
  argsort,
  amax: extreme('ReduceMax', 'ArgMax'),
  amin: extreme('ReduceMin', 'ArgMin'),
  max: extreme('ReduceMax', 'ArgMax'),
  min: extreme('ReduceMin', 'ArgMin'),
  nativeLayerNorm: layerNorm,
  nativeBatchNorm: batchNorm,
  frozenBatchNorm: batchNorm,
  any: ofBools('ReduceMax'),
  all: ofBools('ReduceMin'),
};
