// A network in jax-js's words; every value is owned, and given away at its last use.
import type * as jaxJs from 'peer:jax-js';
import type { Jax } from '../rows/row';
import { type Convolution, type Graph, type Layer, type Norm, type Pair, type Pool, uses } from './graph';
import type { Mode } from './tfjs';
import { poolingMatrix } from './weights';

type Arr = jaxJs.Array;

const unpadded: readonly Pair[] = [
  [0, 0],
  [0, 0],
];

/** [C] beside [N, C, H, W]. */
const overMaps = (x: Arr): Arr => x.reshape([1, -1, 1, 1]);

function convolve(
  jax: Jax,
  layer: Convolution & Pick<Layer, 'inputs'>,
  p: jaxJs.Tree,
  x: Arr,
  { training }: Mode,
): Arr {
  const w = p[layer.weight]!;
  const padding = layer.padding.map((size) => [size, size] as const);
  // Nobody asks for the gradient of the images.
  const isDifferentiated = training && layer.inputs[0] !== 0;
  const y =
    layer.op === 'convTranspose'
      ? upsample(jax, layer, w, x)
      : isDifferentiated && layer.stride.some((stride) => stride > 1)
        ? convolveByPhases(jax, layer, w, x)
        : jax.lax.convGeneralDilated(x, w, layer.stride, padding, { featureGroupCount: layer.groups });
  return layer.bias === null ? y : y.add(overMaps(p[layer.bias]!));
}

/**
 * A convolution whose windows are some pixels apart, as one whose windows are not: over the maps of every so many pixels, which become
 * channels. The gradient that jax-js 0.1.25 has on WebGPU for the maps of the former is wrong where there is more than one image or
 * channel, by as much as the largest number: simplified, an index that is divided keeps what was taken off it twice.
 */
function convolveByPhases(
  { lax, numpy: np }: Jax,
  { kernel, stride, padding, groups }: Convolution,
  w: Arr,
  x: Arr,
): Arr {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [to, from] = w.shape as [number, number];
  const [down, across] = stride;
  /** Pixels around the maps, and how many windows' strides they make. */
  const along = (axis: 0 | 1, length: number) => {
    const windows = Math.floor((length + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
    const taps = Math.ceil(kernel[axis] / stride[axis]);
    const count = windows + taps - 1;
    return { taps, count, sides: [padding[axis], count * stride[axis] - length - padding[axis]] as const };
  };
  const rows = along(0, height);
  const columns = along(1, width);
  const maps = np
    .pad(x, [[0, 0], [0, 0], rows.sides, columns.sides])
    .reshape([batch, channels, rows.count, down, columns.count, across]);
  // A window of one pixel sees one pixel of each stride.
  if (kernel[0] === 1 && kernel[1] === 1) {
    const seen = maps.slice([], [], [], 0, [], 0);
    return lax.convGeneralDilated(seen, w, [1, 1], unpadded, { featureGroupCount: groups });
  }
  const phases = maps
    .transpose([0, 1, 3, 5, 2, 4])
    .reshape([batch, channels * down * across, rows.count, columns.count]);
  const filters = np
    .pad(w, [
      [0, 0],
      [0, 0],
      [0, rows.taps * down - kernel[0]],
      [0, columns.taps * across - kernel[1]],
    ])
    .reshape([to, from, rows.taps, down, columns.taps, across])
    .transpose([0, 1, 3, 5, 2, 4])
    .reshape([to, from * down * across, rows.taps, columns.taps]);
  return lax.convGeneralDilated(phases, filters, [1, 1], unpadded, { featureGroupCount: groups });
}

/**
 * A transposed convolution whose windows lie side by side, as U-Net's do: a product, whose columns are put in their places.
 * `lax.convTranspose` of a kernel of 2² and several channels is wrong in jax-js 0.1.25, by as much as the largest number.
 */
function upsample({ numpy: np }: Jax, { kernel, stride, padding }: Convolution, w: Arr, x: Arr): Arr {
  const [rows, columns] = kernel;
  if (rows !== stride[0] || columns !== stride[1] || padding.some((size) => size > 0)) {
    throw new Error('bench: jax-js has no transposed convolution whose windows overlap');
  }
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const to = w.shape[1]!;
  // The maps come first: a matrix times a stack of them has its axes in another order than NumPy's.
  return np
    .matmul(
      x.reshape([batch, channels, height * width]).transpose([0, 2, 1]),
      w.reshape([channels, to * rows * columns]),
    )
    .reshape([batch, height, width, to, rows, columns])
    .transpose([0, 3, 1, 4, 2, 5])
    .reshape([batch, to, height * rows, width * columns]);
}

/** Zeros around the maps do for maxima: networks pool behind a ReLU. */
function pool({ lax, numpy: np }: Jax, { op, kernel, stride, padding, overhang }: Pool, x: Arr): Arr {
  const sides = padding.map((size, axis) => [size, size + overhang[axis]!] as const);
  const padded = sides.some(([, end]) => end > 0) ? np.pad(x, [[0, 0], [0, 0], ...sides]) : x;
  return lax.reduceWindow(padded, op === 'maxPool' ? np.max : np.mean, kernel, stride);
}

function norm({ nn, numpy: np }: Jax, { path, eps }: Norm, p: jaxJs.Tree, x: Arr, { training }: Mode): Arr {
  const weight = p[`${path}.weight`]!;
  const bias = p[`${path}.bias`]!;
  if (training) return nn.standardize(x, [0, 2, 3]).mul(overMaps(weight)).add(overMaps(bias));
  const scale = weight.div(np.sqrt(p[`${path}.running_var`]!.add(eps)));
  const shift = bias.sub(p[`${path}.running_mean`]!.mul(scale.ref));
  return x.mul(overMaps(scale)).add(overMaps(shift));
}

function adaptivePool({ numpy: np }: Jax, x: Arr, from: readonly number[], to: readonly number[]): Arr {
  const [height, width] = from.slice(2) as [number, number];
  const [rows, columns] = to.slice(2) as [number, number];
  if (rows === height && columns === width) return x;
  if (rows === 1 && columns === 1) return np.mean(x, [2, 3], { keepdims: true });
  const matrix = (length: number, windows: number) => {
    const { data, shape } = poolingMatrix(length, windows);
    return np.array(data, { shape }).transpose([1, 0]);
  };
  // By matrices alone: a matrix times a stack of them has its axes in another order than NumPy's (jax-js 0.1.25).
  const [batch, channels] = from as [number, number];
  const maps = batch * channels;
  const across = np.matmul(x.reshape([maps * height, width]), matrix(width, columns));
  const turned = across.reshape([maps, height, columns]).transpose([0, 2, 1]);
  return np
    .matmul(turned.reshape([maps * columns, height]), matrix(height, rows))
    .reshape([batch, channels, columns, rows])
    .transpose([0, 1, 3, 2]);
}

/** What the network gives; takes the weights and the images over. */
export function runInJax(jax: Jax, graph: Graph, p: jaxJs.Tree, images: Arr, mode: Mode): Arr {
  const values: Arr[] = [images];
  const left = uses(graph);
  const take = (value: number): Arr => (--left[value]! > 0 ? values[value]!.ref : values[value]!);
  for (const layer of graph.layers) values[layer.output] = run(jax, graph, layer, p, layer.inputs.map(take), mode);
  return take(graph.output);
}

function run(jax: Jax, graph: Graph, layer: Layer, p: jaxJs.Tree, xs: readonly Arr[], mode: Mode): Arr {
  const { nn, numpy: np } = jax;
  const x = xs[0]!;
  switch (layer.op) {
    case 'conv':
    case 'convTranspose':
      return convolve(jax, layer, p, x, mode);
    case 'linear': {
      const y = np.matmul(x, p[layer.weight]!);
      return layer.bias === null ? y : y.add(p[layer.bias]!);
    }
    case 'batchNorm':
      return norm(jax, layer, p, x, mode);
    case 'maxPool':
    case 'avgPool':
      return pool(jax, layer, x);
    case 'adaptiveAvgPool':
      return adaptivePool(jax, x, graph.shapes[layer.inputs[0]!]!, graph.shapes[layer.output]!);
    case 'relu':
      return nn.relu(x);
    case 'relu6':
      return nn.relu6(x);
    case 'flatten':
      return x.reshape([x.shape[0]!, -1]);
    case 'cat':
      return np.concatenate([...xs], 1);
    case 'add':
      return x.add(xs[1]!);
  }
}
