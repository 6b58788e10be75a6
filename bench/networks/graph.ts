// A network as a list of layers with the names of their weights: what our modules do when they are called, for libraries that have none of them.
// A new kind of layer is a case here, in tfjs.ts, in jax-js.ts and in onnx.ts.
import * as torch from 'lamplight';
import { nn, Tensor } from 'lamplight';
import { type CallWatcher, watchedBy } from '../../src/engine/core/calls';

export type Pair = readonly [number, number];

/** A convolution, or a transposed one. */
export interface Convolution {
  readonly op: 'conv' | 'convTranspose';
  readonly weight: string;
  readonly bias: string | null;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly groups: number;
}

export interface Pool {
  readonly op: 'maxPool' | 'avgPool';
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** Rows and columns past the lower right padding that the last windows reach over, where sizes are rounded up. */
  readonly overhang: Pair;
}

export interface Norm {
  readonly op: 'batchNorm';
  /** Before `.weight`, `.bias`, `.running_mean` and `.running_var`. */
  readonly path: string;
  readonly eps: number;
}

export interface Linear {
  readonly op: 'linear';
  readonly weight: string;
  readonly bias: string | null;
  /** [C, H, W] of the map that was flattened before it; null where there was none, or of one pixel. */
  readonly flattened: readonly [number, number, number] | null;
}

export interface Plain {
  readonly op: 'relu' | 'relu6' | 'flatten' | 'adaptiveAvgPool' | 'cat' | 'add';
}

/** `y = layer(inputs)`; values are numbered, the images are 0. */
export type Layer = (Convolution | Pool | Norm | Linear | Plain) & {
  readonly inputs: readonly number[];
  readonly output: number;
};

export interface Graph {
  readonly layers: readonly Layer[];
  /** Of every value, in PyTorch's layout. */
  readonly shapes: readonly (readonly number[])[];
  /** The value that the network gives. */
  readonly output: number;
  /** Of everything in the state dict that layers read, by its name there. */
  readonly weights: ReadonlyMap<string, readonly number[]>;
  /** Names of those that are trained. */
  readonly trained: ReadonlySet<string>;
}

type LayerKind = Layer extends infer L ? (L extends Layer ? Omit<L, 'inputs' | 'output'> : never) : never;

const pair = (size: number | readonly number[]): Pair =>
  typeof size === 'number' ? [size, size] : [size[0]!, size[1]!];

/** How far windows reach over the end. */
function overhang(from: readonly number[], to: readonly number[], kernel: Pair, stride: Pair, padding: Pair): Pair {
  const past = (axis: 0 | 1) =>
    Math.max(0, (to[2 + axis]! - 1) * stride[axis] + kernel[axis] - from[2 + axis]! - 2 * padding[axis]);
  return [past(0), past(1)];
}

class Recorder implements CallWatcher {
  readonly layers: Layer[] = [];
  readonly shapes: (readonly number[])[] = [];
  readonly weights = new Map<string, readonly number[]>();
  readonly #values = new WeakMap<Tensor, number>();
  readonly #paths: ReadonlyMap<unknown, string>;
  /** Of values that are flattened maps, the maps' shapes. */
  readonly #maps = new Map<number, readonly [number, number, number]>();

  /** What the module that is running as a whole was called with. */
  #within: { x: Tensor | null } | null = null;

  constructor(model: nn.Module, images: Tensor) {
    this.#paths = new Map(model.namedModules().map(([path, module]) => [module, path]));
    this.#values.set(images, 0);
    this.shapes.push(images.shape);
  }

  valueOf(tensor: Tensor): number {
    const value = this.#values.get(tensor);
    if (value === undefined) throw new Error('bench: a layer reads what no layer before it has made');
    return value;
  }

  /** What a module does, where it is a layer as a whole; others are seen as the functions that they call. */
  #moduleLayer(module: object, x: Tensor, y: Tensor): void {
    const path = this.#paths.get(module)!;
    if (module instanceof nn.Conv2d || module instanceof nn.ConvTranspose2d) {
      const { kernelSize, stride, padding, groups } = module;
      this.#add(
        {
          op: module instanceof nn.Conv2d ? 'conv' : 'convTranspose',
          ...this.#weightAndBias(path, module),
          kernel: pair(kernelSize),
          stride: pair(stride),
          padding: pair(padding as number | readonly number[]),
          groups,
        },
        [x],
        y,
      );
    } else if (module instanceof nn.BatchNorm2d) {
      for (const [name, tensor] of Object.entries(module.stateDict())) {
        if (name !== 'num_batches_tracked') this.weights.set(`${path}.${name}`, tensor.shape);
      }
      this.#add({ op: 'batchNorm', path, eps: module.eps }, [x], y);
    } else if (module instanceof nn.MaxPool2d || module instanceof nn.AvgPool2d) {
      const kernel = pair(module.kernelSize);
      const stride = pair(module.stride);
      const padding = pair(module.padding);
      const over = overhang(x.shape, y.shape, kernel, stride, padding);
      const op = module instanceof nn.MaxPool2d ? 'maxPool' : 'avgPool';
      this.#add({ op, kernel, stride, padding, overhang: over }, [x], y);
    } else if (module instanceof nn.Linear) {
      const flattened = this.#maps.get(this.valueOf(x)) ?? null;
      this.#add({ op: 'linear', ...this.#weightAndBias(path, module), flattened }, [x], y);
    } else if (module instanceof nn.Dropout) {
      this.#values.set(y, this.valueOf(x));
    }
  }

  #weightAndBias(path: string, module: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) {
    this.weights.set(`${path}.weight`, module.weight.shape);
    if (module.bias) this.weights.set(`${path}.bias`, module.bias.shape);
    return { weight: `${path}.weight`, bias: module.bias ? `${path}.bias` : null };
  }

  #add(layer: LayerKind, inputs: readonly Tensor[], y: Tensor): void {
    const numbers = inputs.map((x) => this.valueOf(x));
    const output = this.shapes.push(y.shape) - 1;
    this.layers.push({ ...layer, inputs: numbers, output });
    this.#values.set(y, output);
    if (layer.op !== 'flatten') return;
    const [, channels, height, width] = this.shapes[numbers[0]!]!;
    if (height! * width! > 1) this.#maps.set(output, [channels!, height!, width!]);
  }

  module(module: object, run: () => unknown): unknown {
    if (!wholeLayers.some((layer) => module instanceof layer)) return run();
    const within: { x: Tensor | null } = { x: null };
    this.#within = within;
    const y = run();
    this.#within = null;
    // In evaluation, dropout calls nothing.
    if (within.x && y instanceof Tensor) this.#moduleLayer(module, within.x, y);
    return y;
  }

  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean): unknown {
    const first = args[0];
    const given = (Array.isArray(first) ? first : args).filter((arg): arg is Tensor => arg instanceof Tensor);
    const inputs = given.filter((x) => this.#values.has(x));
    if (this.#within) {
      // Hooks would tell what a module is called with, too, but what they see is kept, and so computed.
      this.#within.x ??= inputs[0] ?? null;
      return watchedBy(null, run);
    }
    // An operation in place gives the tensor that it was given, which so far is the value before it.
    const result = watchedBy(null, run);
    if (isGetter || !(result instanceof Tensor) || inputs.length === 0) return result;
    const plain = plainLayers[name];
    if (plain) this.#add({ op: plain }, given, result);
    return result;
  }

  note(): void {}

  read(): void {}
}

/** Modules that are a layer as a whole. */
const wholeLayers = [nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d, nn.MaxPool2d, nn.AvgPool2d, nn.Linear, nn.Dropout];

/** Functions by their names here. */
const plainLayers: Readonly<Record<string, Plain['op']>> = {
  relu: 'relu',
  relu_: 'relu',
  relu6: 'relu6',
  flatten: 'flatten',
  adaptiveAvgPool2d: 'adaptiveAvgPool',
  cat: 'cat',
  add: 'add',
  add_: 'add',
};

/** The layers of a network in evaluation, for images of a shape. Nothing is computed. */
export function graphOf(build: () => nn.UnaryModule, shape: readonly number[]): Graph {
  return torch.scope(() => {
    const model = build().eval();
    const images = torch.zeros(shape);
    const recorder = new Recorder(model, images);
    const result = torch.noGrad(() => watchedBy(recorder, () => model(images)));
    const trained = new Set(model.namedParameters().map(([name]) => name));
    const { layers, shapes, weights } = recorder;
    return { layers, shapes, weights, trained, output: recorder.valueOf(result) };
  }) as Graph;
}

/** How often layers read each value, the network's own result included. */
export function uses({ layers, shapes, output }: Graph): number[] {
  const counts = shapes.map(() => 0);
  for (const value of layers.flatMap(({ inputs }) => inputs)) counts[value]!++;
  counts[output]!++;
  return counts;
}
