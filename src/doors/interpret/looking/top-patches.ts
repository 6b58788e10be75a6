// Finds the patches of a data set that excite units most.

import { ArgumentError, noGrad, scope, type Tensor } from '../../../torch';
import {
  type Args,
  kinds,
  type Module,
  or,
  type ReceptiveField,
  shown,
  takes,
  typed,
  value,
} from '../../../torch/inside';
import { type Batches, batchesOf } from './feature-maps';
import { type Layer, Probe } from './layers';
import { fieldOf, receptiveField } from './receptive-field';

const topPatchesTable = takes('topPatches', {
  model: value<Module>(),
  /** A tensor of inputs [N, …], a data set or a loader. */
  inputs: value<Batches>(),
  layer: value<Layer>(),
  /** Channels of maps, features of vectors: dimension 1 of the layer's output. Default: all. */
  units: or(kinds.orNull(kinds.either(kinds.whole(0), kinds.listOf(kinds.whole(0)))), null),
  /** The number of patches for each unit. Default 9. */
  k: or(kinds.whole(1), 9),
  /** Default 64. */
  batchSize: or(kinds.whole(1), 64),
  /** Called after each batch with the number of inputs seen so far. */
  onProgress: or(typed<((seen: number) => void) | null>(kinds.orNull(kinds.callback)), null),
  signal: or(value<AbortSignal | null>(), null),
});

/** A part of an input that excites a unit. */
export interface Patch {
  /** The unit's activation. */
  readonly value: number;
  /** The index of the input in the data. */
  readonly index: number;
  /** The position in the unit's map, [y, x]; empty if the unit has no map. */
  readonly position: readonly number[];
  /** The unit's receptive field, cut off at the border: [top, left, bottom, right], bottom and right exclusive. */
  readonly box: readonly number[];
  /** That part of the input, [C, h, w]. */
  readonly patch: Tensor;
}

interface Candidate {
  readonly value: number;
  readonly index: number;
  readonly place: number;
  readonly input: Tensor;
}

/**
 * The patches of the inputs that excite the units of a layer most: for each unit up to `k` patches, the strongest
 * first, at most one per input (Zeiler & Fergus 2014; Girshick et al. 2014, section 3.1). Each patch is the unit's
 * receptive field, cut from the input.
 *
 *     const [patches] = await topPatches(alexNet, dataset, 'features.6', { units: 12, k: 9 });
 *
 * The inputs of the patches stay in memory until the search ends.
 *
 * @throws ArgumentError if the layer has no such unit; the reason of `signal` if it aborts
 */
export async function topPatches(
  ...args: Args<typeof topPatchesTable, ['model', 'inputs', 'layer', 'units', 'k', 'batchSize', 'onProgress', 'signal']>
): Promise<Patch[][]> {
  const o = topPatchesTable.read(args);
  const probe = new Probe('topPatches', o.model, [o.layer]);
  let best: Candidate[][] = [];
  let units: readonly number[] = [];
  let sizes: readonly number[] = [];
  let field: ReceptiveField | null = null;
  let inputSizes: readonly number[] = [];
  let seen = 0;
  for await (const input of batchesOf('topPatches', o.inputs, o.batchSize)) {
    o.signal?.throwIfAborted();
    const [values, places, shape] = scope(() => noGrad(() => strongest(probe.run(input)[0]!)));
    if (best.length === 0) {
      units = o.units === null ? Array.from({ length: shape[1]! }, (_, i) => i) : [o.units].flat();
      const wrong = units.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= shape[1]!);
      if (wrong !== undefined) {
        throw new ArgumentError(`topPatches: expected units from 0 to ${shape[1]! - 1}, but got ${shown(wrong)}`);
      }
      sizes = shape.slice(2);
      inputSizes = input.shape.slice(2);
      if (sizes.length > 0) field = receptiveField(o.model, o.layer, { inputSize: [1, ...input.shape.slice(1)] });
      best = units.map(() => []);
    }
    const [found, at] = await Promise.all([values.data(), places.data()]);
    const offset = seen;
    best = best.map((list, i) => {
      const column = Array.from({ length: shape[0]! }, (_, n): Candidate => {
        const cell = n * shape[1]! + units[i]!;
        return { value: found[cell]!, index: offset + n, place: at[cell]!, input };
      });
      return [...list, ...column].sort((a, b) => b.value - a.value).slice(0, o.k);
    });
    // Copy the winning rows now, so that their whole batch need not stay in memory.
    const rows = new Map<number, Tensor>();
    const rowOf = (index: number): Tensor => {
      const row = rows.get(index) ?? input.at(index - offset).clone();
      rows.set(index, row);
      return row;
    };
    best = best.map((list) =>
      list.map((item) => (item.input === input ? { ...item, input: rowOf(item.index) } : item)),
    );
    seen += shape[0]!;
    o.onProgress?.(seen);
  }
  if (best.length === 0) throw new ArgumentError('topPatches: expected inputs, but got none');
  return best.map((list) => list.map((item) => patchOf(item, sizes, field, inputSizes)));
}

/** The maximum of each unit on each input, its position in the map, and the map's sizes. */
function strongest(output: Tensor): [Tensor, Tensor, readonly number[]] {
  const { shape } = output;
  const flat = output.reshape([shape[0]!, shape[1] ?? 1, -1]);
  const [values, places] = flat.max({ dim: 2 });
  return [values, places, shape.length > 1 ? shape : [shape[0]!, 1]];
}

function patchOf(
  { value, index, place, input }: Candidate,
  sizes: readonly number[],
  field: ReceptiveField | null,
  inputSizes: readonly number[],
): Patch {
  const position: number[] = [];
  let rest = place;
  for (const size of [...sizes].reverse()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  const sides = field ? fieldOf(field, position, inputSizes) : inputSizes.map((size): [number, number] => [0, size]);
  let patch = input;
  sides.forEach(([begin, end], i) => {
    patch = patch.narrow(i + 1, begin, end - begin);
  });
  const box = [...sides.map(([begin]) => begin), ...sides.map(([, end]) => end)];
  return { value, index, position, box, patch: patch.clone() };
}
