// The loss family: CrossEntropyLoss, NLLLoss, MSELoss, L1Loss, BCEWithLogitsLoss.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { calledAs } from '../../tensor/calling/called-as';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/loss';
import {
  checkReduction,
  type Reduction,
  type ReductionArguments,
  reductionSettings,
  type WeightedArguments,
} from '../functional/reduction';
import { type Fields, Layer, settingsOf } from '../layers/layer';
import { inputs } from '../module/callable-object';

/** The base of the losses, with their reduction. */
export abstract class Loss extends Layer {
  reduction: Reduction;

  constructor(layer: string, reduction: Reduction) {
    super();
    checkReduction(layer, reduction);
    this.reduction = reduction;
  }
}

/** A loss that keeps the settings O of its function as fields, and calls the function with them. */
interface SettledLoss<O extends object> extends Loss {
  /** @internal */
  readonly options: Parsed<O>;
}

export type SettledLossClass<O extends object, Order extends readonly (keyof O)[]> = abstract new (
  ...args: Arguments<O, Order>
) => SettledLoss<O> & Fields<O>;

/**
 * The base class of the loss `name`, whose inputs are more than an input and a target; `kept` turns the settings into
 * fields.
 */
/* @__NO_SIDE_EFFECTS__ */
export function settledLoss<O extends ReductionArguments, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  kept: (given: Parsed<O>) => Parsed<O> = (given) => given,
): SettledLossClass<O, Order> {
  abstract class Settled extends Loss {
    constructor(...args: readonly unknown[]) {
      const o = parseSettings(name, settings, args);
      super(name, o.reduction);
      Object.assign(this, kept(o));
    }

    get options(): Parsed<O> {
      return settingsOf(this, settings);
    }
  }
  return Settled as unknown as SettledLossClass<O, Order>;
}

/** A loss of an input and a target. */
export abstract class PairLoss extends Loss {
  get [inputs]() {
    return ['input', 'target'] as const;
  }
}

export interface PairLossLayer extends PairLoss {
  forward(input: Tensor, target: Tensor): Tensor;
}

export interface PairLossClass<O, Order extends readonly (keyof O)[]> {
  new (options?: O): PairLossLayer;
  new (...args: Arguments<O, Order>): PairLossLayer;
}

interface LossArguments extends WeightedArguments {
  posWeight?: Tensor | null;
}

/**
 * Makes the base class of the loss `name`, which calls `call` with its settings: weights are kept as buffers, the
 * others as fields.
 */
/* @__NO_SIDE_EFFECTS__ */
export function pairLoss<O extends LossArguments, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  call: (input: Tensor, target: Tensor, named: never) => Tensor,
): PairLossClass<O, Order> {
  return class extends PairLoss {
    constructor(...args: readonly unknown[]) {
      const { weight, posWeight, ...others } = parseSettings(name, settings, args);
      super(name, others.reduction);
      calledAs(name, () => {
        if (weight !== undefined) this.registerBuffer('weight', weight);
        if (posWeight !== undefined) this.registerBuffer('posWeight', posWeight, { key: 'pos_weight' });
      });
      Object.assign(this, others);
    }

    forward(input: Tensor, target: Tensor): Tensor {
      return call(input, target, settingsOf(this, settings) as never);
    }
  };
}

/* @__NO_SIDE_EFFECTS__ */
export const plainLoss = (name: string, call: (input: Tensor, target: Tensor, named: never) => Tensor) =>
  pairLoss<ReductionArguments, ['reduction']>(name, reductionSettings, call);

const CrossEntropyBase = /* @__PURE__ */ pairLoss<
  F.CrossEntropyArguments,
  ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing']
>('CrossEntropyLoss', F.crossEntropySettings, F.crossEntropy);

/**
 * −log softmax(input)[target], the negative log likelihood of unnormalised scores.
 *
 * Shape: input [N, C], [C] or [N, C, d…]; target of class indices [N], [] or [N, d…], or of probabilities shaped like the input.
 * The mean is weighted by the targets' class weights.
 */
export class CrossEntropyLoss extends CrossEntropyBase {
  declare weight: Tensor | null;
  declare ignoreIndex: number;
  declare labelSmoothing: number;
}

const NLLBase = /* @__PURE__ */ pairLoss<F.ClassArguments, ['weight', 'ignoreIndex', 'reduction']>(
  'NLLLoss',
  F.classSettings,
  F.nllLoss,
);

/** −weight[target] · input[target], where input holds log probabilities. Shape: as CrossEntropyLoss, with class indices. */
export class NLLLoss extends NLLBase {
  declare weight: Tensor | null;
  declare ignoreIndex: number;
}

/** (input − target)². Shape: two of the same shape. */
export class MSELoss extends plainLoss('MSELoss', F.mseLoss) {}

/** |input − target|. Shape: two of the same shape. */
export class L1Loss extends plainLoss('L1Loss', F.l1Loss) {}

const BCEWithLogitsBase = /* @__PURE__ */ pairLoss<F.BCEWithLogitsArguments, ['weight', 'reduction', 'posWeight']>(
  'BCEWithLogitsLoss',
  F.bceWithLogitsSettings,
  F.binaryCrossEntropyWithLogits,
);

/** −weight (posWeight · target · ln σ(input) + (1 − target) ln(1 − σ(input))). Shape: two of the same shape. */
export class BCEWithLogitsLoss extends BCEWithLogitsBase {
  declare weight: Tensor | null;
  declare posWeight: Tensor | null;
}
