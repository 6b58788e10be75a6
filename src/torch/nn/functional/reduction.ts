// How F's losses are reduced.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import type { Settings } from '../../../engine/core/settings';
import { named } from '../../../engine/graph/record';
import type { Reduction } from '../../../engine/ops/loss/loss';
import { Tensor } from '../../tensor/tensor';

export type { Reduction } from '../../../engine/ops/loss/loss';

export interface ReductionArguments {
  /** 'mean' (default), 'sum', or 'none' for one loss per element. */
  reduction?: Reduction;
}

export const reductionSettings: Settings<ReductionArguments> = { defaults: { reduction: 'mean' } };

export interface WeightedArguments extends ReductionArguments {
  /** A factor for each element. */
  weight?: Tensor | null;
}

/** The losses, each multiplied by its weight; `weight` must have the shape of `input`. */
export function weigh(name: string, input: Tensor, losses: Tensor, weight: Tensor): Tensor {
  if (!sameShape(weight.shape, input.shape)) {
    throw new ShapeError(
      `${name}: expected weight of the input's shape ${showShape(input.shape)}, but got ${showShape(weight.shape)}`,
    );
  }
  return losses.mul(weight);
}

/** @throws ArgumentError if the value is not a reduction */
export function checkReduction(name: string, reduction: Reduction): void {
  if (reduction === 'mean' || reduction === 'sum' || reduction === 'none') return;
  throw new ArgumentError(`${name}: expected reduction 'mean', 'sum' or 'none', but got ${JSON.stringify(reduction)}`);
}

/** The losses of the function `name`, reduced; `gradName` is the name that printing shows for their gradient. */
export function reduceLosses(name: string, losses: Tensor, reduction: Reduction, gradName?: string): Tensor {
  checkReduction(name, reduction);
  const reduced = reduction === 'none' ? losses : reduction === 'sum' ? losses.sum() : losses.mean();
  return gradName ? Tensor.of(named(reduced.value, gradName)) : reduced;
}
