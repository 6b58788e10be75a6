// Feature ablation: what the output loses without a feature, or a group of them.

import { isFloat, showShape } from '../../compiler/meta';
import { ArgumentError, ShapeError } from '../../errors';
import { arange, tensor } from '../../tensor/creation';
import { type Arguments, kindOf, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import {
  type Attributions,
  asTensors,
  type Baselines,
  expectBaselines,
  type Inputs,
  likeInputs,
  listBaselines,
  listInputs,
} from './arguments';
import { PerturbationAttribution } from './attribution';
import { type PerturbationOptions, perturbationDefaults, perturbing, replaced, spread } from './perturbing';

export interface FeatureMaskOptions extends PerturbationOptions {
  /** What stands for a feature that is taken away; default 0. */
  baselines?: Baselines;
  /**
   * Which feature every element belongs to, in whole numbers of a shape that broadcasts to the input's; a list for several inputs, in
   * which equal numbers are one feature. Default: every element is one.
   */
  featureMask?: Inputs | null;
}

type Order = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'featureMask',
  'perturbationsPerEval',
  'onProgress',
  'signal',
];

/** The features of inputs. */
export interface Features {
  /** For each input, by the place of its feature in `ids`: [1 or N, …]. */
  readonly masks: readonly Tensor[];
  readonly count: number;
}

/** Masks as places among the features, which are read back where they are given. */
export async function featuresOf(op: string, inputs: readonly Tensor[], featureMask: unknown): Promise<Features> {
  if (featureMask === null) {
    let count = 0;
    const masks = inputs.map((x) => {
      const size = x.shape.slice(1).reduce((a, b) => a * b, 1);
      const mask = arange(count, count + size, 1, { dtype: 'int64' }).reshape([1, ...x.shape.slice(1)]);
      count += size;
      return mask;
    });
    return { masks, count };
  }
  const list: readonly unknown[] = Array.isArray(featureMask) ? featureMask : [featureMask];
  if (list.length !== inputs.length) {
    throw new ArgumentError(
      `${op}: expected a featureMask for each of ${inputs.length} inputs, but got ${list.length}`,
    );
  }
  const given = list.map((mask, i) => expectMask(op, mask, inputs[i]!, i));
  const numbers = await Promise.all(given.map(async (mask) => Array.from(await mask.data(), Number)));
  const ids = [...new Set(numbers.flat())].sort((a, b) => a - b);
  const places = new Map(ids.map((id, place) => [id, place]));
  const masks = numbers.map((list, i) =>
    tensor(
      list.map((id) => places.get(id)!),
      { dtype: 'int64' },
    ).reshape([...given[i]!.shape]),
  );
  return { masks, count: ids.length };
}

function expectMask(op: string, mask: unknown, x: Tensor, i: number): Tensor {
  if (!(mask instanceof Tensor) || isFloat(mask.dtype)) {
    throw new ArgumentError(
      `${op}: expected featureMask ${i} to be a Tensor of whole numbers, but got ${mask instanceof Tensor ? mask.dtype : kindOf(mask)}`,
    );
  }
  const rank = x.shape.length;
  const shape = [...Array<number>(Math.max(rank - mask.shape.length, 0)).fill(1), ...mask.shape];
  const fits = shape.length === rank && shape.every((size, d) => size === 1 || size === x.shape[d]);
  if (!fits) {
    throw new ShapeError(
      `${op}: expected featureMask ${i} of a shape that broadcasts to ${showShape(x.shape)}, but got ${showShape(mask.shape)}`,
    );
  }
  return mask.reshape(shape).expand([shape[0]!, ...x.shape.slice(1)]);
}

/** 1 where features from `start` to before `end` are: [count, 1 or N, …]. */
export function marksOf(mask: Tensor, start: number, end: number): Tensor {
  const ids = arange(start, end, 1, { dtype: 'int64' }).reshape([end - start, ...mask.shape.map(() => 1)]);
  return mask.unsqueeze(0).eq(ids).float();
}

/**
 * What the output loses where a feature is replaced by its baseline. All elements of a feature get the whole difference.
 *
 *     const losses = await new FeatureAblation(model).attribute(x, { target: 1, featureMask: segments });
 */
export class FeatureAblation extends PerturbationAttribution {
  /**
   * Attributions of the inputs' shapes; [1, …] for a model that gives one number a batch.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<FeatureMaskOptions, Order>): Promise<Attributions<I>>;
  attribute<const I extends Inputs>(options: FeatureMaskOptions & { inputs: I }): Promise<Attributions<I>>;
  async attribute(...args: readonly unknown[]): Promise<unknown> {
    const { op } = this;
    const o = parseArgs<FeatureMaskOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { baselines: null, featureMask: null, ...perturbationDefaults },
      args,
    );
    const listed = listInputs(op, o.inputs);
    const { inputs } = listed;
    const baselines = listBaselines(op, o.baselines, inputs);
    expectBaselines(op, baselines, inputs);
    const call = this.call(o.target, o.additionalForwardArgs);
    const { masks, count } = await featuresOf(op, inputs, o.featureMask);
    const { perturbationsPerEval, onProgress, signal } = o;
    return perturbing(
      { call, inputs, perturbationsPerEval, onProgress, signal },
      count,
      (initial) => (evaluate, start, end, sums) => {
        const marks = masks.map((mask) => marksOf(mask, start, end));
        const without = asTensors(baselines, inputs);
        const perturbed = inputs.map((x, i) => replaced(x, marks[i]!.to(x.dtype), without[i]!));
        const differences = initial.unsqueeze(0).sub(evaluate(perturbed, end - start));
        const parts = marks.map((each) => spread(differences, each));
        return parts.map((part, i) => (sums[i] ? sums[i].add(part) : part));
      },
      (sums) => likeInputs(listed, sums),
    );
  }
}
