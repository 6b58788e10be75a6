// Feature maps of layers, and units that never respond.

import { ArgumentError, data, nn, noGrad, scope, Tensor } from '../../../torch';
import { type Arguments, kinds, type Module, parseArgs, shown } from '../../../torch/inside';
import { type PictureScale, scaled } from './filters';
import { expectModule, type Layer, moduleOf, Probe } from './layers';

interface FeatureMapArguments<L> {
  model: Module;
  /** The input of the model. */
  input: Tensor;
  /** A layer, or several. */
  layer: L;
  /** Scale to 0…1: 'each' map by itself, or all 'together'. Default null: unscaled values. */
  normalize?: PictureScale;
}

type FeatureMapOrder = ['model', 'input', 'layer', 'normalize'];

/**
 * The output of a layer for an input, [N, C, h, w] for a convolution; for several layers a list. The model runs in
 * evaluation mode, without gradients, and only as far as the last of the layers.
 *
 * With `normalize`, returns the maps of the first example as pictures [C, 1, h, w] for `utils.makeGrid`.
 *
 * @throws ArgumentError for a layer that the model does not have, or does not call
 */
export function featureMaps(...args: Arguments<FeatureMapArguments<Layer>, FeatureMapOrder>): Tensor;
export function featureMaps(...args: Arguments<FeatureMapArguments<readonly Layer[]>, FeatureMapOrder>): Tensor[];
export function featureMaps(...args: unknown[]): Tensor | Tensor[] {
  const o = parseArgs<FeatureMapArguments<Layer | readonly Layer[]>>(
    'featureMaps',
    ['model', 'input', 'layer'],
    { normalize: null },
    args,
  );
  const layers = Array.isArray(o.layer) ? (o.layer as readonly Layer[]) : [o.layer as Layer];
  const probe = new Probe('featureMaps', o.model, layers);
  const maps = scope(() => noGrad(() => probe.run(o.input).map((map) => asPictures(map, o.normalize))));
  return Array.isArray(o.layer) ? maps : maps[0]!;
}

function asPictures(map: Tensor, normalize: PictureScale): Tensor {
  if (normalize === null) return map.detach();
  const [channels, ...sizes] = (map.dim() > 1 ? map.at(0) : map).shape;
  const first = map.dim() > 1 ? map.at(0) : map;
  const [height, width] = sizes.length === 0 ? [1, 1] : sizes.length === 1 ? [1, sizes[0]!] : sizes.slice(-2);
  return scaled(
    'featureMaps',
    first.reshape([channels! * (first.numel() / (channels! * height! * width!)), 1, height!, width!]),
    normalize,
  );
}

/** Inputs in batches; each batch is a tensor, or a list that begins with one. */
export type Batches =
  | Tensor
  | AsyncIterable<unknown>
  | Iterable<unknown>
  | { readonly length: number; get(i: number): unknown };

/** Yields the inputs in batches; they are given as a single tensor, a data set or a loader. */
export async function* batchesOf(op: string, inputs: Batches, batchSize: number): AsyncGenerator<Tensor> {
  if (inputs instanceof Tensor) {
    const [count] = inputs.shape as [number];
    for (let i = 0; i < count; i += batchSize) yield inputs.narrow(0, i, Math.min(batchSize, count - i));
    return;
  }
  const from = Object(inputs) as Record<PropertyKey, unknown>;
  const isDataset = typeof from.get === 'function';
  const gives = typeof inputs === 'object' && (isDataset || from[Symbol.iterator] || from[Symbol.asyncIterator]);
  if (!gives || inputs === null)
    throw new ArgumentError(`${op}: expected inputs to be a tensor, a data set or batches, but got ${shown(inputs)}`);
  const batches = isDataset ? new data.DataLoader(inputs as never, { batchSize }) : inputs;
  for await (const batch of batches as AsyncIterable<unknown>) {
    const input: unknown = Array.isArray(batch) ? batch[0] : batch;
    if (!(input instanceof Tensor)) {
      throw new ArgumentError(
        `${op}: expected batches that are, or begin with, a tensor; give a data set or a DataLoader`,
      );
    }
    yield input;
  }
}

interface DeadUnitArguments {
  model: Module;
  /** A tensor of inputs, a data set or a loader. */
  inputs: Batches;
  /** Default: every nn.ReLU. */
  layers?: readonly Layer[] | null;
  /** A unit is dead if it never exceeds this. Default 0. */
  threshold?: number;
  /** Default 64. */
  batchSize?: number;
  signal?: AbortSignal | null;
}

/** The dead units and the activity of a layer. */
export interface DeadUnits {
  /** The layer's name in the model. */
  readonly layer: string;
  readonly units: number;
  /** The indices of the channels, or features, that exceed the threshold nowhere on any input. */
  readonly dead: readonly number[];
  /** For each unit, the share of its values that exceed the threshold. */
  readonly activity: readonly number[];
}

/**
 * Finds the units of layers that never exceed a threshold on the given inputs: channels of maps, features of vectors
 * (dimension 1 of the output). A dead ReLU has no gradient either, so training does not revive it.
 *
 * @throws ArgumentError if there are no layers, or no inputs
 */
export async function deadUnits(
  ...args: Arguments<DeadUnitArguments, ['model', 'inputs', 'layers', 'threshold', 'batchSize', 'signal']>
): Promise<DeadUnits[]> {
  const o = parseArgs<DeadUnitArguments>(
    'deadUnits',
    ['model', 'inputs'],
    { layers: null, threshold: 0, batchSize: 64, signal: null },
    args,
    { layers: kinds.orNull(kinds.listOf(kinds.anything)), threshold: kinds.number, batchSize: kinds.whole(1) },
  );
  expectModule('deadUnits', o.model);
  const named = o.model.namedModules();
  const layers =
    o.layers?.map((layer) => moduleOf('deadUnits', o.model, layer)) ??
    named.flatMap(([, module]) => (module instanceof nn.ReLU ? [module] : []));
  if (layers.length === 0) {
    throw new ArgumentError('deadUnits: expected layers, but the model holds no nn.ReLU; pass { layers }');
  }
  const probe = new Probe('deadUnits', o.model, layers);
  let sums: Tensor[] | null = null;
  let values: number[] = [];
  for await (const input of batchesOf('deadUnits', o.inputs, o.batchSize)) {
    o.signal?.throwIfAborted();
    const before: Tensor[] | null = sums;
    const [now, counts] = scope((): [Tensor[], number[]] =>
      noGrad((): [Tensor[], number[]] => {
        const maps = probe.run(input);
        const active = maps.map((map, i) => {
          const over = (map.dim() > 1 ? map : map.unsqueeze(0)).gt(o.threshold).to('float32');
          const dims = over.shape.map((_, d) => d).filter((d) => d !== 1);
          const sum = over.sum(dims);
          return before ? before[i]!.add(sum) : sum;
        });
        return [active, maps.map((map) => map.numel() / map.shape[map.dim() > 1 ? 1 : 0]!)];
      }),
    );
    values = counts.map((count, i) => count + (values[i] ?? 0));
    sums = now;
  }
  if (sums === null) throw new ArgumentError('deadUnits: expected inputs, but got none');
  const counted = await Promise.all(sums.map((sum) => sum.data()));
  return layers.map((layer, i) => {
    const active = Array.from(counted[i]!);
    return {
      layer: named.find(([, module]) => module === layer)![0],
      units: active.length,
      dead: active.flatMap((count, unit) => (count === 0 ? [unit] : [])),
      activity: active.map((count) => count / values[i]!),
    };
  });
}
