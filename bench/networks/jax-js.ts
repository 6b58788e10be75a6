// A network in jax-js's words; every value is owned, and given away at its last use.
import type * as jaxJs from 'peer:jax-js';
import type { Jax } from '../rows/row';
import { type Convolution, type Graph, type Layer, type Norm, type Pool, uses } from './graph';
import type { Mode } from './tfjs';
import { poolingMatrix } from './weights';

type Arr = jaxJs.Array;

/** [C] beside [N, C, H, W]. */
const overMaps = (x: Arr): Arr => x.reshape([1, -1, 1, 1]);

function convolve({ lax }: Jax, layer: Convolution, p: jaxJs.Tree, x: Arr): Arr {
  const padding = layer.padding.map((size) => [size, size] as const);
  const y =
    layer.op === 'conv'
      ? lax.convGeneralDilated(x, p[layer.weight]!, layer.stride, padding, { featureGroupCount: layer.groups })
      : lax.convTranspose(x, p[layer.weight]!, layer.stride, padding, { transposeKernel: true });
  return layer.bias === null ? y : y.add(overMaps(p[layer.bias]!));
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
    return np.array(data, { shape });
  };
  return np.matmul(np.matmul(matrix(height, rows), x), matrix(width, columns).transpose([1, 0]));
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
      return convolve(jax, layer, p, x);
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
