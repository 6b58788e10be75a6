// A network in TensorFlow.js's words: channels last, activations fused into the layer before where its gradients know them.
import type * as tfjs from 'peer:tfjs';
import type { Tf } from '../rows/row';
import { type Convolution, type Graph, type Layer, type Norm, type Pool, uses } from './graph';
import { isDepthwise, poolingMatrix } from './weights';

type Tensor = tfjs.Tensor;
type Weights = Record<string, Tensor>;

/** How the network is to run: batch norm by the statistics of the batch, or by those that are stored. */
export interface Mode {
  readonly training: boolean;
}

/** The ReLUs that are the only readers of a layer that can take them, by that layer's value. */
function fusedActivations(graph: Graph): Map<number, Layer> {
  const counts = uses(graph);
  const makers = new Map(graph.layers.map((layer) => [layer.output, layer]));
  const fused = new Map<number, Layer>();
  for (const layer of graph.layers) {
    const maker = makers.get(layer.inputs[0]!);
    const takes = maker?.op === 'linear' || (maker?.op === 'conv' && maker.groups === 1 && maker.bias !== null);
    if (layer.op === 'relu' && maker && takes && counts[maker.output] === 1) fused.set(maker.output, layer);
  }
  return fused;
}

function convolve(tf: Tf, layer: Convolution, graph: Graph, p: Weights, x: Tensor, activation: 'relu' | 'linear') {
  const filter = p[layer.weight]!;
  const bias = layer.bias === null ? undefined : p[layer.bias]!;
  const [strides] = layer.stride;
  const [pad] = layer.padding;
  if (isDepthwise(layer.groups, graph.weights.get(layer.weight)!)) {
    const y = tf.depthwiseConv2d(x, filter, strides, pad, 'NHWC', 1);
    return bias ? y.add(bias) : y;
  }
  if (bias) return tf.fused.conv2d({ x, filter, strides, pad, bias, activation });
  return tf.conv2d(x, filter, strides, pad, 'NHWC', 1);
}

function transposed(tf: Tf, layer: Convolution, shape: readonly number[], p: Weights, x: Tensor): Tensor {
  const [, channels, height, width] = shape;
  const y = tf.conv2dTranspose(
    x,
    p[layer.weight]!,
    [x.shape[0]!, height!, width!, channels!],
    layer.stride[0],
    layer.padding[0],
  );
  return layer.bias === null ? y : y.add(p[layer.bias]!);
}

function pool(tf: Tf, layer: Pool, x: Tensor): Tensor {
  const rounding = layer.overhang[0] > 0 ? 'ceil' : 'floor';
  const pools = layer.op === 'maxPool' ? tf.maxPool : tf.avgPool;
  return pools(x, layer.kernel[0], layer.stride[0], layer.padding[0], rounding);
}

function norm(tf: Tf, { path, eps }: Norm, p: Weights, x: Tensor, { training }: Mode): Tensor {
  const weight = p[`${path}.weight`]!;
  const bias = p[`${path}.bias`]!;
  if (!training) return tf.batchNorm(x, p[`${path}.running_mean`]!, p[`${path}.running_var`]!, bias, weight, eps);
  const { mean, variance } = tf.moments(x, [0, 1, 2], true);
  return x.sub(mean).mul(variance.add(eps).rsqrt().mul(weight)).add(bias);
}

function adaptivePool(tf: Tf, x: Tensor, from: readonly number[], to: readonly number[]): Tensor {
  const [channels, height, width] = from.slice(1) as [number, number, number];
  const batch = x.shape[0]!;
  const [rows, columns] = to.slice(2) as [number, number];
  if (rows === height && columns === width) return x;
  if (rows === 1 && columns === 1) return tf.mean(x, [1, 2], true);
  const matrix = (length: number, windows: number) =>
    tf.tensor(poolingMatrix(length, windows).data, [1, windows, length]);
  const tall = tf.matMul(matrix(height, rows), x.reshape([batch, height, width * channels]));
  return tf
    .matMul(matrix(width, columns), tall.reshape([batch * rows, width, channels]))
    .reshape([batch, rows, columns, channels]);
}

/** What the network gives for images with their channels last. */
export function runInTfjs(tf: Tf, graph: Graph, p: Weights, images: Tensor, mode: Mode): Tensor {
  const values: Tensor[] = [images];
  const fused = fusedActivations(graph);
  const done = new Set(fused.values());
  for (const layer of graph.layers) {
    if (done.has(layer)) continue;
    const activation = fused.get(layer.output);
    const xs = layer.inputs.map((value) => values[value]!);
    values[(activation ?? layer).output] = run(tf, graph, layer, p, xs, activation ? 'relu' : 'linear', mode);
  }
  return values[graph.output]!;
}

function run(
  tf: Tf,
  graph: Graph,
  layer: Layer,
  p: Weights,
  xs: readonly Tensor[],
  activation: 'relu' | 'linear',
  mode: Mode,
): Tensor {
  const x = xs[0]!;
  switch (layer.op) {
    case 'conv':
      return convolve(tf, layer, graph, p, x, activation);
    case 'convTranspose':
      return transposed(tf, layer, graph.shapes[layer.output]!, p, x);
    case 'linear':
      return tf.fused.matMul({
        a: x,
        b: p[layer.weight]!,
        ...(layer.bias !== null && { bias: p[layer.bias]! }),
        activation,
      });
    case 'batchNorm':
      return norm(tf, layer, p, x, mode);
    case 'maxPool':
    case 'avgPool':
      return pool(tf, layer, x);
    case 'adaptiveAvgPool':
      return adaptivePool(tf, x, graph.shapes[layer.inputs[0]!]!, graph.shapes[layer.output]!);
    case 'relu':
      return x.relu();
    case 'relu6':
      return tf.relu6(x);
    case 'flatten':
      return x.reshape([x.shape[0]!, -1]);
    case 'cat':
      return tf.concat([...xs], 3);
    case 'add':
      return x.add(xs[1]!);
  }
}
