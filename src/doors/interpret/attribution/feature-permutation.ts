// Feature permutation: what the output loses if the values of a feature are shuffled among the examples of a batch.

import { cat, ShapeError, Tensor, tensor, where, zerosLike } from '../../../torch';
import {
  type Arguments,
  kindOf,
  type Parsed,
  parseArgs,
  drawPermutation as randperm,
  showShape,
  kinds as torchKinds,
  warnOnce,
} from '../../../torch/inside';
import { type Changed, featureLosses } from './ablation';
import { type Compared, likeInputs } from './arguments';
import { opOf } from './attribution';
import type { FeatureOptions, Features } from './features';
import type { InMode } from './in-mode';
import { type Forward, forwardKinds } from './model';
import { PerturbationMethod } from './perturbation-method';
import { explainedDefaults, type PerturbationOptions, type RunOrder, runDefaults, unchanged } from './perturbing';

/**
 * Returns the input [N, …] with the elements of one feature, where the mask [1, …] is true, shuffled among the
 * examples.
 */
export type PermuteFeature = (
  x: Tensor,
  /** Which elements count as one feature: a tensor of numbers. */ featureMask: Tensor,
) => Tensor;

/** The options of `FeaturePermutation`. */
export interface FeaturePermutationOptions extends PerturbationOptions, FeatureOptions {}

interface PermutationArguments extends Forward {
  /** How one feature is permuted. Default: at random. */
  permFunc?: PermuteFeature | null;
}

type PermutationOrder = ['target', 'additionalForwardArgs', 'featureMask', ...RunOrder];

/**
 * What the output loses if the values of a feature are permuted within the batch, which keeps their distribution:
 *
 *     a_i = f(x) − f(x with x_i taken from other examples)
 *
 * If `forwardFunc` returns an error, per example or for the whole batch, this is the importance of the feature. Breiman
 * 2001,
 * "Random Forests"; Fisher, Rudin & Dominici 2019, arXiv:1801.01489.
 *
 *     const importance = await new FeaturePermutation(model).attribute(batch, { target: 1 });
 *
 * By default each feature of each input gets its own permutation, drawn from torch's generator and never the identity.
 * A batch of one example has nothing to permute, so its attributions are 0.
 */
export class FeaturePermutation extends PerturbationMethod<FeaturePermutationOptions, PermutationOrder> {
  readonly permFunc: PermuteFeature | null;

  constructor(...args: Arguments<PermutationArguments, ['forwardFunc', 'permFunc']>) {
    const kinds = { ...forwardKinds, permFunc: torchKinds.orNull(torchKinds.callback) };
    const o = parseArgs<PermutationArguments>(opOf(new.target), ['forwardFunc'], { permFunc: null }, args, kinds);
    super({ forwardFunc: o.forwardFunc });
    this.permFunc = o.permFunc;
  }

  protected get definition() {
    return { takes: { ...explainedDefaults, featureMask: null, ...runDefaults } };
  }

  protected async explained(inMode: InMode, listed: Compared, o: Parsed<FeaturePermutationOptions>): Promise<unknown> {
    const { op, permFunc } = this;
    const { inputs } = listed;
    if (inputs[0]!.shape[0]! < 2) {
      warnOnce(
        `${op}: there is nothing to permute in a batch of ${inputs[0]!.shape[0]} examples; its attributions are 0`,
      );
      return likeInputs(
        listed,
        inputs.map((x) => zerosLike(x, { dtype: 'float32' })),
      );
    }
    return featureLosses(inMode, this.call(o.target, o.additionalForwardArgs), listed, o, (features) => {
      expectSharedMasks(op, features);
      return permFunc ? permutedBy(op, permFunc, inputs, features) : permuted(inputs, features);
    });
  }
}

function expectSharedMasks(op: string, { masks }: Features): void {
  masks.forEach((mask, i) => {
    if (mask.shape[0] === 1) return;
    throw new ShapeError(
      `${op}: expected featureMask ${i} with one row for all examples, since features are permuted among them, but got shape ${showShape(mask.shape)}`,
    );
  });
}

function permuted(inputs: readonly Tensor[], { holds }: Features): Changed {
  const n = inputs[0]!.shape[0]!;
  return (marks, start, end) => {
    const orders: number[][] = inputs.map(() => []);
    for (let feature = start; feature < end; feature++) {
      orders.forEach((order, i) => {
        for (const row of holds(i, feature) ? exchange(n) : Array(n).keys()) order.push(row);
      });
    }
    return inputs.map((x, i) => {
      const others = x.indexSelect(0, tensor(orders[i]!, { dtype: 'int64' }));
      const stacked = others.reshape([end - start, ...x.shape]);
      return where(marks[i]!, stacked, x.unsqueeze(0)).reshape(others.shape);
    });
  };
}

/** A random permutation that is not the identity. */
function exchange(n: number): Int32Array {
  for (;;) {
    const order = randperm(n);
    if (order.some((row, i) => row !== i)) return order;
  }
}

const permutedBy =
  (op: string, permFunc: PermuteFeature, inputs: readonly Tensor[], { holds }: Features): Changed =>
  (marks, start, end) =>
    inputs.map((x, i) => {
      const rows = Array.from({ length: end - start }, (_, at) => {
        if (!holds(i, start + at)) return unchanged(x, 1);
        const given: unknown = permFunc(x, marks[i]!.select(0, at));
        if (given instanceof Tensor && showShape(given.shape) === showShape(x.shape)) return given;
        const got = given instanceof Tensor ? `shape ${showShape(given.shape)}` : kindOf(given);
        throw new ShapeError(
          `${op}: expected permFunc to give a Tensor of shape ${showShape(x.shape)}, but got ${got}`,
        );
      });
      return cat(rows, 0);
    });
