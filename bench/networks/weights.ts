// Weights and images by a rule, so that every library, and every run, has the same ones; and the layouts in which libraries want them.
import { elements, filter, type HostArray, image, type Layout, linear, linearAfterImage, uniform } from '../inputs';
import type { Graph } from './graph';

/** [C, 1, H, W] in PyTorch and JAX, [H, W, C, 1] in TensorFlow.js. */
const depthwiseFilter: Layout = { permute: [2, 3, 0, 1] };

/** Whether every channel has a filter of its own. */
export const isDepthwise = (groups: number, [, inputs]: readonly number[]): boolean => groups > 1 && inputs === 1;

/** Numbers in [middle - spread, middle + spread). */
function drawn(seed: number, shape: readonly number[], middle: number, spread: number): Float32Array {
  const draw = uniform(seed);
  const data = new Float32Array(elements(shape));
  for (let i = 0; i < data.length; i++) data[i] = middle + spread * (2 * draw() - 1);
  return data;
}

/** Spread as He et al. (2015, arXiv:1502.01852) have it, so that maps neither vanish nor explode; norms near the identity, but not it. */
function numbers(name: string, shape: readonly number[], seed: number): Float32Array {
  if (name.endsWith('running_var')) return drawn(seed, shape, 1, 0.2);
  if (shape.length > 1) return drawn(seed, shape, 0, Math.sqrt((6 * shape[0]!) / elements(shape)));
  return name.endsWith('weight') ? drawn(seed, shape, 1, 0.1) : drawn(seed, shape, 0, 0.1);
}

/** The layouts of the weights that others than PyTorch hold otherwise. */
function layouts(graph: Graph): Map<string, Pick<HostArray, 'tfjs' | 'jax'>> {
  const found = new Map<string, Pick<HostArray, 'tfjs' | 'jax'>>();
  for (const layer of graph.layers) {
    if (layer.op === 'linear') {
      const [out] = graph.weights.get(layer.weight)!;
      found.set(layer.weight, {
        tfjs: layer.flattened ? linearAfterImage(out!, ...layer.flattened) : linear,
        jax: linear,
      });
    } else if (layer.op === 'conv' || layer.op === 'convTranspose') {
      const depthwise = isDepthwise(layer.groups, graph.weights.get(layer.weight)!);
      found.set(layer.weight, { tfjs: depthwise ? depthwiseFilter : filter });
    }
  }
  return found;
}

/** Everything that the layers read, by PyTorch's names. */
export function weightsOf(graph: Graph): Record<string, HostArray> {
  const arranged = layouts(graph);
  return Object.fromEntries(
    [...graph.weights].map(([name, shape], i) => [
      name,
      { shape, data: numbers(name, shape, i + 1), ...arranged.get(name) },
    ]),
  );
}

/** Images [N, C, H, W]. */
export const images = (shape: readonly number[]): HostArray => ({
  shape,
  data: drawn(977, shape, 0, 1.7),
  ...(shape.length === 4 && { tfjs: image }),
});

/** [to, from]: the share of each of `from` cells in each of `to` windows of adaptive average pooling. */
export function poolingMatrix(from: number, to: number): HostArray {
  const data = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const first = Math.floor((row * from) / to);
    const end = Math.ceil(((row + 1) * from) / to);
    data.fill(1 / (end - first), row * from + first, row * from + end);
  }
  return { shape: [to, from], data };
}
