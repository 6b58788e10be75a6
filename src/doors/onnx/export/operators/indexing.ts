// Gathers and scatters by indices, pooling over regions, and dropout.
import { isFloat } from '../../../../torch/inside';
import { f, type Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

interface Dim {
  readonly dim: number;
}

const gather: Translator = (site) =>
  site.op('GatherElements', [site.in(0), site.builder.cast(site.in(1), 'int64')], { axis: site.attrs<Dim>().dim });

/** Indices as a list of int64. */
const listed = (site: Site, i: number): Wire => {
  const index = site.builder.cast(site.in(i), 'int64');
  return site.shape(i).length === 0 ? site.op('Reshape', [index, site.builder.ints([1])]) : index;
};

const indexSelect: Translator = (site) =>
  site.op('Gather', [site.in(0), listed(site, 1)], { axis: site.attrs<Dim>().dim });

/** Expands a list of indices along a dimension to one index for each element of the source. */
function spread(site: Site, i: number, source: number, dim: number): Wire {
  const sizes = site.sizesOf(site.value(source));
  const one = sizes[0]?.map(() => 1) ?? [1];
  const list = listed(site, i);
  const column = site.reshape(
    list,
    [sizes[dim]!],
    sizes.map((size, d) => (d === dim ? size : one)),
  );
  return site.expand(column, sizes);
}

interface Scatter extends Dim {
  readonly shared: boolean;
  readonly replace?: boolean;
  readonly size?: number;
}

function scattered(site: Site, base: Wire, index: Wire, source: Wire, dim: number, reduction: string): Wire {
  if (reduction !== 'none' && site.opset < 16) site.fail('needs opsetVersion 16 or later, which adds what it scatters');
  const attributes = { axis: dim, ...(reduction !== 'none' && { reduction }) };
  return site.op('ScatterElements', [base, index, source], attributes);
}

const scatterAdd: Translator = (site) => {
  const { dim, shared, replace } = site.attrs<Scatter>();
  const index = shared ? spread(site, 1, 2, dim) : site.builder.cast(site.in(1), 'int64');
  return scattered(site, site.in(0), index, site.in(2), dim, replace ? 'none' : 'add');
};

const scatterSum: Translator = (site) => {
  const { dim, shared } = site.attrs<Scatter>();
  const index = shared ? spread(site, 0, 1, dim) : site.builder.cast(site.in(0), 'int64');
  const zeros = site.expand(
    site.scalar(0, site.dtype),
    site.sizes(({ outputs: [y] }) => y!.shape),
  );
  return scattered(site, zeros, index, site.in(1), dim, 'add');
};

/** How several elements with the same index are combined: ONNX's name, and the neutral number. */
const reductions: Readonly<Record<string, readonly [reduction: string, neutral: number]>> = {
  sum: ['add', 0],
  mean: ['add', 0],
  prod: ['mul', 1],
  amax: ['max', Number.NEGATIVE_INFINITY],
  amin: ['min', Number.POSITIVE_INFINITY],
};

const scatterReduce: Translator = (site) => {
  const { dim, shared, kind, includeSelf } = site.attrs<Scatter & { kind: string; includeSelf: boolean }>();
  const [reduction, neutral] =
    reductions[kind] ?? site.fail(`puts elements in place by '${kind}', which ONNX has no node for`);
  if ((reduction === 'max' || reduction === 'min') && site.opset < 18) site.fail('needs opsetVersion 18 or later');
  const index = shared ? spread(site, 1, 2, dim) : site.builder.cast(site.in(1), 'int64');
  const sizes = site.sizesOf(site.value(2));
  const like = (number: number): Wire => site.expand(site.scalar(number, site.dtype), sizes);
  if (!includeSelf && !isFloat(site.dtype))
    site.fail('reduces integers with includeSelf: false, which ONNX has no node for');
  const onto = (base: Wire): Wire => (includeSelf ? base : scattered(site, base, index, like(neutral), dim, 'none'));
  const y = scattered(site, onto(site.in(0)), index, site.in(2), dim, reduction);
  if (kind !== 'mean') return y;
  const ones = site.expand(site.scalar(1, site.dtype), site.sizesOf(site.value(0)));
  return site.op('Div', [y, scattered(site, onto(ones), index, like(1), dim, 'add')]);
};

const oneHot: Translator = (site) => {
  const depth = site.builder.ints([site.attrs<{ classes: number }>().classes]);
  const values = site.builder.ints([0, 1]);
  return site.op('OneHot', [site.builder.cast(site.in(0), 'int64'), depth, values], { axis: -1 }, 'int64');
};

/** Zeros, with the elements of x scattered to indices that count through each plane. */
const maxUnpool: Translator = (site) => {
  const zeros = site.expand(
    site.scalar(0),
    site.sizes(({ outputs: [y] }) => y!.shape),
  );
  return site.op('ScatterElements', [zeros, site.in(1), site.in(0)], { axis: 1 });
};

// ── Regions ──

interface Pooling {
  readonly kind: string;
  readonly out: readonly [number, number];
  readonly ratio: number;
}

/** ONNX's coordinate modes, by whether pixel centres lie half a pixel from the pixels' corners. */
const coordinates: Readonly<Record<string, string>> = { align: 'output_half_pixel', alignHalf: 'half_pixel' };

/** Inputs: regions [K, 5], each beginning with the index of its image, and a feature map. */
const roiAlign: Translator = (site) => {
  const { kind, out, ratio } = site.attrs<Pooling>();
  const mode = coordinates[kind];
  if (mode === undefined || site.node.inputs.length !== 2) return site.fail('pools regions as ONNX has no node for');
  if (site.opset < 16) return site.fail('needs opsetVersion 16 or later');
  const { builder } = site;
  const regions = site.in(0);
  const column = site.op('Gather', [regions, site.scalar(0, 'int64')], { axis: 1 });
  const boxes = site.op('Slice', [regions, builder.ints([1]), builder.ints([5]), builder.ints([1])]);
  return site.op('RoiAlign', [site.in(1), boxes, builder.cast(column, 'int64')], {
    coordinate_transformation_mode: mode,
    output_height: out[0],
    output_width: out[1],
    sampling_ratio: ratio,
    spatial_scale: f(site.scalars[0]!),
  });
};

// ── Dropout ──

/**
 * Scalars: the two words of the key, the bound below which a draw keeps its element, scale, shift, and the value of
 * dropped elements.
 */
const dropout: Translator = (site) => {
  const { inner } = site.attrs<{ inner: number }>();
  const [, , bound, scale, shift, dropped] = site.scalars as [number, number, number, number, number, number];
  const ratio = site.scalar(Number((1 - bound / 2 ** 32).toPrecision(7)));
  const drop = (x: Wire): Wire => site.op('Dropout', [x, ratio, site.scalar(1, 'bool')]);
  const x = site.in(0);
  if (inner === 1 && shift === 0 && dropped === 0) return drop(x);
  const sizes = site.sizesOf(site.value(0));
  const one = sizes[0]!.map(() => 1);
  let left = inner;
  const masked = sizes.map((size) => size);
  for (let d = sizes.length - 1; d >= 0 && left > 1; d--) {
    left /= sizes[d]![0]!;
    masked[d] = one;
  }
  const kept = site.op('Greater', [drop(site.expand(site.scalar(1), masked)), site.scalar(0)], {}, 'bool');
  const scaled = site.op('Mul', [x, site.scalar(scale)]);
  const shifted = shift === 0 ? scaled : site.op('Add', [scaled, site.scalar(shift)]);
  return site.op('Where', [kept, shifted, site.scalar(dropped)], {}, 'float32');
};

export const indexing: Translators = {
  gather,
  sort: gather,
  indexSelect,
  gatherRows: indexSelect,
  scatterAdd,
  scatter: scatterAdd,
  scatterSum,
  scatterReduce,
  oneHot,
  maxUnpool2d: maxUnpool,
  roiAlign,
  nativeDropout: dropout,
};
