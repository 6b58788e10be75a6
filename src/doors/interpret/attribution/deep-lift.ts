// DeepLIFT: propagates the difference of an output, or of a neuron, from its baseline back to inputs or layers.

import { ArgumentError, cat, Tensor } from '../../../torch';
import { type Arguments, expectKind, kindOf, kinds, type Module } from '../../../torch/inside';
import type { Layer } from '../layer/capture';
import type { LayerOptions } from '../layer/layer-attribution';
import { LayerDeltaMethod, type OfLayer } from '../layer/layer-method';
import type { NeuronOptions } from '../neuron/neuron-attribution';
import { NeuronMethod } from '../neuron/neuron-method';
import {
  asTensors,
  type Baselines,
  compared,
  expandArguments,
  expectDistribution,
  type Inputs,
  interleaved,
  type Listed,
  listBaselines,
  repeated,
  timesDifference,
} from './arguments';
import { type AttributionOptions, sumRows } from './attribution';
import { deepLiftRules } from './deep-lift-rules';
import { gradientsOf } from './gradients';
import { InputDeltaMethod } from './input-method';
import type { Asked, Definition, Found, MultiplyByInputs } from './method';
import { type Call, chosen, type Network } from './model';
import { expectOneEach } from './target';

/** Computes attributions from multipliers, inputs and baselines; each is a list with one tensor per input. */
export type CustomAttribution = (
  /** The factors of the gradients. */
  multipliers: readonly Tensor[],
  inputs: readonly Tensor[],
  /** What the inputs are compared with; default 0. */
  baselines: readonly Tensor[],
) => readonly Tensor[];

/** The options of `DeepLift`. */
export interface DeepLiftOptions extends AttributionOptions {
  /** The baselines of the inputs; default 0. */
  baselines?: Baselines;
  /** Also return Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
  /** Computes the attributions from the multipliers, instead of (x − x') ⊙ multiplier. */
  customAttributionFunc?: CustomAttribution | null;
}

/** The constructor options of `DeepLift`, besides the model. */
export interface DeepLiftSettings extends MultiplyByInputs {
  /** Where an input differs from its baseline by less than this, the gradient is used; default 1e-10. */
  eps?: number;
}

type DeepLiftOrder = ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'];
type LiftOrder = ['multiplyByInputs', 'eps'];
type OfLifted =
  | readonly [model: Module, ...settings: Arguments<DeepLiftSettings, LiftOrder>]
  | readonly [options: Network & DeepLiftSettings];
type OfLiftedLayer<L> = OfLayer<L, DeepLiftSettings, LiftOrder, Network>;
type NeuronDeepLiftOrder = ['baselines', 'additionalForwardArgs', 'attributeToNeuronInput', 'customAttributionFunc'];

const explainedBy = { target: null, additionalForwardArgs: null, returnConvergenceDelta: false };

/** Pairs of an input and a baseline: row i of `inputs` is compared with row i of `baselines`. */
interface Pairs {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Tensor[];
  /** Reduces attributions with one row per pair to one row per example. */
  merged(attributions: readonly Tensor[]): readonly Tensor[];
}

/** Pairs each example with its own baseline. */
function pairsOf(call: Call, listed: Listed, baselines: unknown): Pairs {
  const { inputs, baselines: list } = compared(call.op, listed, baselines);
  return { call, inputs, baselines: asTensors(list, inputs), merged: (attributions) => attributions };
}

/**
 * Pairs each example with every baseline.
 * @throws ArgumentError for fewer than two baselines
 */
function allPairsOf(call: Call, listed: Listed, given: unknown, baselines: unknown): Pairs {
  const { op } = call;
  const drawn = drawnFrom(op, baselines, given, listed.inputs);
  const count = drawn[0]!.shape[0]!;
  if (count < 2) {
    throw new ArgumentError(`${op}: expected at least two baselines, but got ${count}; use DeepLift for one`);
  }
  const examples = listed.inputs[0]!.shape[0]!;
  return {
    call: {
      ...call,
      args: expandArguments(call.args, (x) => interleaved(x, count)),
      target: call.target.interleaved(count, examples),
    },
    inputs: listed.inputs.map((x) => interleaved(x.detach(), count)),
    baselines: drawn.map((x) => repeated(x.detach(), examples)),
    merged: (attributions) => attributions.map((x) => x.reshape([examples, count, ...x.shape.slice(1)]).mean(1)),
  };
}

/** The baselines, given or made by a function: tensors with any number of examples. */
export function drawnFrom(op: string, baselines: unknown, given: unknown, inputs: readonly Tensor[]): Tensor[] {
  const made = typeof baselines === 'function' ? (baselines as (inputs: unknown) => unknown)(given) : baselines;
  const list = listBaselines(op, made, inputs);
  expectDistribution(op, list, inputs);
  return list.map((baseline, i) => {
    if (baseline instanceof Tensor) return baseline;
    throw new ArgumentError(
      `${op}: expected baselines to be Tensors, or a function that makes them, but baseline ${i} is ${kindOf(baseline)}`,
    );
  });
}

/** The definition shared by all DeepLIFT methods; `pairsOf` says which examples are compared with which baselines. */
const lifting = (pairsOf: (asked: LiftAsked) => Pairs) => ({
  ofNetwork: true,
  made: { multiplyByInputs: true, eps: 1e-10 },
  rules: (_: string, model: Module, { eps }: Required<DeepLiftSettings>) => deepLiftRules(model, eps),
  find: (asked: LiftAsked) => lift(pairsOf(asked), asked),
});

type LiftOptions = Omit<DeepLiftOptions, 'baselines'> & { baselines?: unknown };

interface LiftAsked extends Asked<LiftOptions, DeepLiftSettings> {
  readonly options: Required<LiftOptions> & { readonly inputs: unknown };
}

const fromBaseline = lifting(({ call, listed, options }) => pairsOf(call, listed, options.baselines));
const fromAllBaselines = lifting(({ call, listed, options }) =>
  allPairsOf(call, listed, options.inputs, options.baselines),
);

/** Runs the model on inputs and baselines in one batch, and attributes their difference. */
function lift({ call, inputs, baselines, merged }: Pairs, { from, options, settings }: LiftAsked): Found {
  const { customAttributionFunc: custom } = options;
  expectKind(call.op, 'customAttributionFunc', custom, kinds.orNull(kinds.callback));
  const rows = inputs[0]!.shape[0]!;
  const both = {
    ...call,
    args: expandArguments(call.args, (x) => repeated(x, 2)),
    target: call.target.repeated(2, rows),
  };
  const joined = inputs.map((x, i) => cat([x, baselines[i]!.to(x.dtype)], 0));
  const [outputs, places] = from.seen(joined, (given) => chosen(both, given));
  const values = places[0]!;
  expectOneEach(call.op, outputs);
  const multipliers = gradientsOf(outputs, values).map((dx) => dx.narrow(0, 0, rows));
  const ends = values.map((x) => x.detach().narrow(0, 0, rows));
  const starts = values.map((x) => x.detach().narrow(0, rows, rows));
  const attributions = custom
    ? custom(multipliers, ends, starts)
    : settings.multiplyByInputs
      ? timesDifference(multipliers, { inputs: ends, baselines: starts })
      : multipliers;
  return {
    attributions: [merged(attributions)],
    delta() {
      const sums = sumRows(outputs.detach());
      const difference = sums.narrow(0, 0, rows).sub(sums.narrow(0, rows, rows));
      const total = attributions.map(sumRows).reduce((a, b) => a.add(b));
      return total.sub(difference);
    },
  };
}

/**
 * What every element of the input adds to f(x) − f(x') for a baseline x'. Multipliers Δy / Δx (the rescale rule)
 * replace the gradients of nonlinear modules: `nn.ReLU`, `ELU`, `LeakyReLU`, `Sigmoid`, `Tanh`, `Softplus`, `Softmax`
 * and `MaxPool1d` to `MaxPool3d`. Functions such as `F.relu` keep their gradients.
 *
 *     const [attributions, delta] = new DeepLift(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *
 * Every such module applies its rule at every call. Captum 0.9 gives other values, which do not add up to f(x) − f(x'),
 * in three cases. If two such modules follow one another directly, such as a ReLU and a max pooling, it gives the first
 * the plain gradient of the second. If windows of a max pooling overlap, an element that is the maximum of several
 * windows gets the share of only one. If the input of such a module is also used elsewhere, as in a residual network,
 * it gives that input the multiplier of the module alone instead of the sum over all paths: for f(x) = Σ r(x) x with
 * the module r = LeakyReLU, x = [1, −2, 3] and x' = [0.5, 1, −1], the multiplier here is x Δr / Δx + r(x), which gives
 * [1, 2.1, 21.03]; Captum's is x Δr / Δx, which gives [0.5, 2.04, 9.03].
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class DeepLift extends InputDeltaMethod<DeepLiftOptions, [...DeepLiftOrder, 'customAttributionFunc'], OfLifted> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromBaseline, takes: { baselines: null, ...explainedBy, customAttributionFunc: null } };
  }
}

/** The options of `DeepLiftShap`. */
export interface DeepLiftShapOptions extends Omit<DeepLiftOptions, 'baselines'> {
  /** Examples to compare with, [M, …]: one tensor per input, or a function that makes them from the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
}

/**
 * SHAP values by DeepLIFT: the mean of its attributions over several baselines. The delta has one entry for each pair
 * of an example and a baseline, [N · M].
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class DeepLiftShap extends InputDeltaMethod<
  DeepLiftShapOptions,
  [...DeepLiftOrder, 'customAttributionFunc'],
  OfLifted
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromAllBaselines, required: ['baselines'], takes: { ...explainedBy, customAttributionFunc: null } };
  }
}

/** The options of `LayerDeepLift`. */
export interface LayerDeepLiftOptions extends DeepLiftOptions, LayerOptions {}
/** The options of `LayerDeepLiftShap`. */
export interface LayerDeepLiftShapOptions extends DeepLiftShapOptions, LayerOptions {}

/**
 * The contribution of every unit of a layer to f(x) − f(x') for a baseline x', computed as in `DeepLift`. With
 * `attributeToLayerInput` the layer's own rule applies; Captum 0.9 takes the layer's plain gradient there, so that its
 * attributions do not add up. `DeepLift` describes another difference from Captum, for modules whose input is also used
 * elsewhere; it applies here too.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class LayerDeepLift<L extends Layer = Layer> extends LayerDeltaMethod<
  L,
  LayerDeepLiftOptions,
  [...DeepLiftOrder, 'attributeToLayerInput', 'customAttributionFunc'],
  OfLiftedLayer<L>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    const takes = { baselines: null, ...explainedBy, attributeToLayerInput: false, customAttributionFunc: null };
    return { ...fromBaseline, takes };
  }
}

/**
 * The mean of `LayerDeepLift`'s attributions over several baselines. The delta has one entry for each pair of an
 * example and a baseline, [N · M].
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class LayerDeepLiftShap<L extends Layer = Layer> extends LayerDeltaMethod<
  L,
  LayerDeepLiftShapOptions,
  [...DeepLiftOrder, 'attributeToLayerInput', 'customAttributionFunc'],
  OfLiftedLayer<L>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    const takes = { ...explainedBy, attributeToLayerInput: false, customAttributionFunc: null };
    return { ...fromAllBaselines, required: ['baselines'], takes };
  }
}

/** The options of `NeuronDeepLift`. */
export interface NeuronDeepLiftOptions
  extends NeuronOptions,
    Pick<DeepLiftOptions, 'baselines' | 'customAttributionFunc'> {}

/** The options of `NeuronDeepLiftShap`. */
export interface NeuronDeepLiftShapOptions
  extends NeuronOptions,
    Pick<DeepLiftShapOptions, 'baselines' | 'customAttributionFunc'> {}

const neuronTakes = { additionalForwardArgs: null, attributeToNeuronInput: false, customAttributionFunc: null };

/**
 * What every element of the input adds to the difference of a neuron's value from its value for the baseline, computed
 * as in `DeepLift`, with the same differences from Captum.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class NeuronDeepLift extends NeuronMethod<NeuronDeepLiftOptions, NeuronDeepLiftOrder, OfLiftedLayer<Layer>> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromBaseline, takes: { baselines: null, ...neuronTakes } };
  }
}

/**
 * The mean of `NeuronDeepLift`'s attributions over several baselines.
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class NeuronDeepLiftShap extends NeuronMethod<
  NeuronDeepLiftShapOptions,
  NeuronDeepLiftOrder,
  OfLiftedLayer<Layer>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromAllBaselines, required: ['baselines'], takes: neuronTakes };
  }
}
