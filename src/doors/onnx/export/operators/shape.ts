// Operations that move elements without changing them: views, concatenation, padding, windows.
import type { Shape } from '../../../../torch';
import { contiguousStrides, countOf, type Node, numelOf as numel, type OpAttrs } from '../../../../torch/inside';
import type { Wire } from '../builder';
import type { Site, Size, Translator, Translators } from '../site';
import { statesOf } from './recurrent';

/** The input itself. */
const through: Translator = (site) => site.in(0);

const outputSizes = (site: Site): Size[] => site.sizes(({ outputs: [y] }) => y!.shape);

const reshape: Translator = (site) => site.reshape(site.in(0), site.sizesOf(site.value(0)), outputSizes(site));

const permute: Translator = (site) => site.transpose(site.in(0), site.attrs<{ order: number[] }>().order);

interface Strided {
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** The start and step of a view in each dimension of x; null if the view is not a slice of the dimensions of x. */
function startsAndSteps(node: Node): { starts: number[]; steps: number[] } | null {
  const { shape, strides } = node.attrs as Strided;
  const x = node.inputs[0]!.shape;
  if (shape.length !== x.length || numel(x) === 0) return null;
  const own = contiguousStrides(x);
  let rest = node.scalars[0]!;
  const starts: number[] = [];
  const steps: number[] = [];
  for (let d = 0; d < x.length; d++) {
    const step = strides[d]! / own[d]!;
    starts.push(Math.floor(rest / own[d]!));
    rest %= own[d]!;
    if (shape[d] !== 1 && (!Number.isInteger(step) || step < 1)) return null;
    if (starts[d]! + (shape[d]! - 1) * step >= x[d]! && shape[d] !== 1) return null;
    steps.push(shape[d] === 1 ? 1 : step);
  }
  return { starts, steps };
}

/** A view that slices the dimensions of x in their order; null for other views. */
function sliced(site: Site): Wire | null {
  const parts = site.twins.map(startsAndSteps);
  if (!parts.every((part) => part !== null)) return null;
  const counts = outputSizes(site);
  const ranges = counts.map((count, d) => ({
    start: parts.map(({ starts }) => starts[d]!),
    count,
    step: parts[0]!.steps[d]!,
  }));
  if (parts.some(({ steps }) => steps.some((step, d) => step !== ranges[d]!.step))) return null;
  return site.slice(site.in(0), site.sizesOf(site.value(0)), ranges);
}

/**
 * How a view walks through x. As far as the view's dimensions do not overlap, they slice a grid over x's elements; the
 * rest is gathered element by element.
 */
interface Walk {
  /** The view's dimensions that each slice one dimension of the grid, by falling stride. */
  readonly dims: readonly number[];
  /** The view's dimensions that are gathered from the last dimension of the grid. */
  readonly picked: readonly number[];
  readonly grid: readonly number[];
  /** Where each slice begins; in the last dimension, the first element that is gathered. */
  readonly starts: readonly number[];
}

function walkOf(node: Node): Walk {
  const { shape, strides } = node.attrs as Strided;
  const count = numel(node.inputs[0]!.shape);
  const all = shape.flatMap((size, d) => (size === 1 || strides[d] === 0 ? [] : [d]));
  all.sort((a, b) => strides[b]! - strides[a]!);
  const reach = (dims: readonly number[]) => dims.reduce((sum, d) => sum + (shape[d]! - 1) * strides[d]!, 0);
  let rest = node.scalars[0]!;
  let outer = count;
  const grid: number[] = [];
  const starts: number[] = [];
  for (const d of all) {
    const [stride, size] = [strides[d]!, shape[d]!];
    const start = Math.floor(rest / stride);
    if (stride < 1 || outer % stride !== 0 || start + size > outer / stride) break;
    grid.push(outer / stride);
    starts.push(start);
    rest %= stride;
    outer = stride;
  }
  const picked = all.slice(grid.length);
  if (rest + reach(picked) < outer) {
    return { dims: all.slice(0, grid.length), picked, grid: [...grid, outer], starts: [...starts, rest] };
  }
  return { dims: [], picked: all, grid: [count], starts: [node.scalars[0]!] };
}

/** Any view: reshape x to the grid, slice, permute to the view's order, and repeat where strides are 0. */
const strided: Translator = (site) => {
  const simple = statesOf(site) ?? sliced(site);
  if (simple) return simple;
  const walks = site.twins.map(walkOf);
  const [{ dims, picked, grid: first }] = walks as [Walk, ...Walk[]];
  if (walks.some((walk) => walk.dims.join() !== dims.join() || walk.picked.join() !== picked.join()))
    return site.fail('is another kind of view at other sizes');
  const shape = outputSizes(site);
  const strides = (site.node.attrs as Strided).strides;
  const grid = first.map((_, i) => walks.map((walk) => walk.grid[i]!));
  const one = walks.map(() => 1);
  const parts = grid.map((size, i) => {
    const start = walks.map(({ starts }) => starts[i]!);
    if (i < dims.length) return { start, count: shape[dims[i]!]!, step: 1 };
    return picked.length > 0 ? { start: walks.map(() => 0), count: size, step: 1 } : { start, count: one, step: 1 };
  });
  let y = site.slice(site.reshape(site.in(0), site.sizesOf(site.value(0)), grid), grid, parts);
  if (picked.length > 0) {
    const own = (node: Node) => node.attrs as Strided;
    site.fixed('view', (node) => [
      ...picked.flatMap((d) => [own(node).shape[d]!, own(node).strides[d]!]),
      walkOf(node).starts.at(-1)!,
    ]);
    const sizes = picked.map((d) => site.result()[d]!);
    const places = placesOf(
      sizes,
      picked.map((d) => strides[d]!),
      walks[0]!.starts.at(-1)!,
    );
    y = site.op('Gather', [y, site.builder.constant('int64', sizes, places)], { axis: dims.length });
  }
  const there = [...dims, ...picked];
  const rest = picked.length > 0 ? [] : [there.length];
  const order = there.map((_, i) => i).sort((a, b) => there[a]! - there[b]!);
  y = site.transpose(y, [...order, ...rest]);
  const single = shape.map((size, d) => (there.includes(d) ? size : one));
  y = site.reshape(y, [...order.map((i) => shape[there[i]!]!), ...rest.map(() => one)], single);
  return shape.some((size, d) => strides[d] === 0 && size.some((n) => n !== 1)) ? site.expand(y, shape) : y;
};

function placesOf(shape: Shape, strides: readonly number[], offset: number): Int32Array {
  const own = contiguousStrides(shape);
  return Int32Array.from({ length: numel(shape) }, (_, i) =>
    shape.reduce((at, size, d) => at + (Math.floor(i / own[d]!) % size) * strides[d]!, offset),
  );
}

/** Flipped dimensions, as slices with negative steps. */
const flip: Translator = (site) => {
  const { strides } = site.attrs<Strided>();
  const dims = strides.flatMap((stride, d) => (stride < 0 ? [d] : []));
  const all = (n: number | bigint) => dims.map(() => BigInt(n));
  return site.op('Slice', [
    site.in(0),
    site.builder.ints(dims.map(() => -1)),
    site.builder.wide(all(-(2n ** 63n) + 1n)),
    site.builder.ints(dims),
    site.builder.ints(dims.map(() => -1)),
  ]);
};

interface Scattered {
  readonly shape: Shape;
  readonly window: Strided;
}

/** If the window is a slice of the frame, it is padded; other windows are scattered by element index. */
const stridedScatter: Translator = (site) => {
  const { shape, window } = site.attrs<Scattered>();
  return (site.has(1) ? null : padded(site)) ?? scattered(site, shape, window);
};

function padded(site: Site): Wire | null {
  const frames = site.twins.map((node) => {
    const { shape, window } = node.attrs as Scattered;
    const own = contiguousStrides(shape);
    if (window.shape.length !== shape.length) return null;
    if (window.strides.some((stride, d) => stride !== own[d] && window.shape[d] !== 1)) return null;
    let rest = node.scalars[0]!;
    return shape.map((size, d) => {
      const before = Math.floor(rest / own[d]!);
      rest %= own[d]!;
      return [before, size - before - window.shape[d]!] as const;
    });
  });
  const [first] = frames;
  if (!first || frames.some((frame) => `${frame}` !== `${first}`)) return null;
  if (first.some((sides) => sides.some((n) => n < 0))) return null;
  const x = site.in(0);
  const pads = site.builder.ints([...first.map(([before]) => before), ...first.map(([, after]) => after)]);
  return site.op('Pad', [x, pads, site.scalar(site.scalars[1]!, x.dtype)], { mode: 'constant' });
}

function scattered(site: Site, shape: Shape, window: Strided): Wire {
  site.fixed('window', ({ attrs, scalars }) => {
    const { shape, window } = attrs as Scattered;
    return [...shape, ...window.shape, ...window.strides, scalars[0]!];
  });
  const x = site.in(0);
  const count = numel(shape);
  const filled = (): Wire => site.op('Expand', [site.scalar(site.scalars[1]!, x.dtype), site.builder.ints([count])]);
  const base = site.has(1) ? site.op('Reshape', [site.in(1), site.builder.ints([-1])]) : filled();
  const places = placesOf(window.shape, window.strides, site.scalars[0]!);
  const indices = site.builder.constant('int64', [places.length], places);
  const source = site.op('Reshape', [x, site.builder.ints([-1])]);
  const y = site.op('ScatterElements', [base, indices, source], { axis: 0 });
  return site.op('Reshape', [y, site.builder.ints(shape)]);
}

const cat: Translator = (site) =>
  site.op(
    'Concat',
    site.node.inputs.map((_, i) => site.in(i)),
    { axis: site.attrs<{ dim: number }>().dim },
  );

const expand: Translator = (site) => site.expand(site.in(0), outputSizes(site));

/** Windows along a dimension, gathered by element index. */
const unfold: Translator = (site) => {
  const attrs = site.attrs<OpAttrs['windows']>();
  const { dim, size, dilation, step, order } = attrs;
  const [count] = site.fixed('number of windows', (node) => [countOf(node.attrs as OpAttrs['windows'])]) as [number];
  const places = Int32Array.from(
    { length: count * size },
    (_, i) => Math.floor(i / size) * step + (i % size) * dilation,
  );
  const index = site.builder.constant('int64', [count, size], places);
  const y = site.op('Gather', [site.in(0), index], { axis: dim });
  // [..., windows, elements, ...] with the elements moved to the end.
  const rank = site.shape().length;
  const plain = [...Array(rank + 1).keys()].filter((d) => d !== dim + 1);
  plain.push(dim + 1);
  return site.transpose(
    y,
    order.map((d) => plain[d]!),
  );
};

/** The adjoint of `unfold`: a product with the matrix that says which elements are added where. */
const overlapAdd: Translator = (site) => {
  const attrs = site.attrs<OpAttrs['windows']>();
  const { dim, size, dilation, step, order } = attrs;
  const [length, count] = site.fixed('number of windows', (node) => {
    const own = node.attrs as OpAttrs['windows'];
    return [own.length, countOf(own)];
  }) as [number, number];
  const rank = order.length - 1;
  const sizes = site.sizesOf(site.value(0));
  const at = (d: number) => order.indexOf(d);
  const others = [...Array(rank).keys()].filter((d) => d !== dim);
  const moved = site.transpose(site.in(0), [...others.map(at), at(dim), at(rank)]);
  const lead = others.map((d) => sizes[at(d)]!);
  const fixed = (n: number): Size => site.twins.map(() => n);
  const columns = site.reshape(moved, [...lead, fixed(count), fixed(size)], [...lead, fixed(count * size)]);
  const matrix = new Float32Array(count * size * length);
  for (let i = 0; i < count * size; i++) {
    matrix[i * length + Math.floor(i / size) * step + (i % size) * dilation] = 1;
  }
  const summed = site.op('MatMul', [columns, site.builder.constant('float32', [count * size, length], matrix)]);
  const back = [...Array(rank).keys()].map((d) => (d === dim ? rank - 1 : others.indexOf(d)));
  return site.transpose(summed, back);
};

const window: Translator = (site) => {
  const { offset, shape } = site.attrs<{ offset: number; shape: Shape }>();
  const end = BigInt(offset + numel(shape));
  const starts = site.builder.ints([offset]);
  const part = site.op('Slice', [site.in(0), starts, site.builder.wide([end]), site.builder.ints([0])]);
  return site.op('Reshape', [part, site.builder.ints(shape)]);
};

export const shape: Translators = {
  clone: through,
  detach: through,
  identity: through,
  rewritten: through,
  recomputed: through,
  custom: through,
  drawn: through,
  implicitSlope: through,
  batch: through,
  ofDataSet: through,
  wrapIndex: through,
  within: through,
  withinRange: through,
  reshape,
  permute,
  slice: strided,
  asStrided: strided,
  flip,
  stridedScatter,
  cat,
  expand,
  unfold,
  overlapAdd,
  window,
};
