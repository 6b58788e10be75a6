// DeepLIFT: differences from a baseline, handed back layer by layer, to inputs and layers, of outputs and neurons.

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

/** Makes attributions of multipliers, inputs and baselines, a list of each. */
export type CustomAttribution = (
  multipliers: readonly Tensor[],
  inputs: readonly Tensor[],
  baselines: readonly Tensor[],
) => readonly Tensor[];

/** What DeepLift takes by name. */
export interface DeepLiftOptions extends AttributionOptions {
  /** What inputs are compared with; default 0. */
  baselines?: Baselines;
  /** Give also Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
  /** Makes the attributions of the multipliers in another way. */
  customAttributionFunc?: CustomAttribution | null;
}

/** What DeepLift is made with, by name, beside the model. */
export interface DeepLiftSettings extends MultiplyByInputs {
  /** Where inputs differ by less, the gradient is taken; default 1e-10. */
  eps?: number;
}

type Order = ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'];
type LiftOrder = ['multiplyByInputs', 'eps'];
type OfLifted =
  | readonly [model: Module, ...settings: Arguments<DeepLiftSettings, LiftOrder>]
  | readonly [options: Network & DeepLiftSettings];
type OfLiftedLayer<L> = OfLayer<L, DeepLiftSettings, LiftOrder, Network>;
type NeuronOrder = ['baselines', 'additionalForwardArgs', 'attributeToNeuronInput', 'customAttributionFunc'];

const explainedBy = { target: null, additionalForwardArgs: null, returnConvergenceDelta: false };

/** Rows of inputs, with their baselines in the same rows. */
interface Pairs {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Tensor[];
  /** Makes rows of examples of rows of pairs. */
  merged(attributions: readonly Tensor[]): readonly Tensor[];
}

/** Every example with its baseline. */
function pairsOf(call: Call, listed: Listed, baselines: unknown): Pairs {
  const { inputs, baselines: list } = compared(call.op, listed, baselines);
  return { call, inputs, baselines: asTensors(list, inputs), merged: (attributions) => attributions };
}

/**
 * Every example with every baseline.
 * @throws ArgumentError for fewer than two
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

/** Baselines, or those that a function makes, which all are tensors of as many examples. */
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

/** Differences, handed back: `pairs` says what is compared with what. */
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
 * What every element of the input adds to f(x) − f(x') for a baseline x', by multipliers Δy / Δx (the rescale rule) in the place of the
 * gradients of nonlinear modules: `nn.ReLU`, `ELU`, `LeakyReLU`, `Sigmoid`, `Tanh`, `Softplus`, `Softmax` and `MaxPool1d` to
 * `MaxPool3d`. Functions such as `F.relu` keep their gradient.
 *
 *     const [attributions, delta] = new DeepLift(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *
 * Every such module has its rule at every call. Captum 0.9 has other values, which do not add up to f(x) − f(x'), where two of them follow
 * one another directly, such as a ReLU and a max pooling, since it gives the first the plain gradient of the second; and where windows of a
 * max pooling overlap, since an element that is the largest in several windows gets the share of one. So it has where the input of such a
 * module is used elsewhere too, as in a residual network: it gives the input the multiplier of the module alone, in the place of the sum over
 * all ways. For f(x) = Σ r(x) x with the module r = LeakyReLU, x = [1, −2, 3] and x' = [0.5, 1, −1], the multiplier here is x Δr / Δx + r(x),
 * which gives [1, 2.1, 21.03]; Captum's is x Δr / Δx, which gives [0.5, 2.04, 9.03].
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class DeepLift extends InputDeltaMethod<DeepLiftOptions, [...Order, 'customAttributionFunc'], OfLifted> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromBaseline, takes: { baselines: null, ...explainedBy, customAttributionFunc: null } };
  }
}

/** What DeepLiftShap takes by name. */
export interface DeepLiftShapOptions extends Omit<DeepLiftOptions, 'baselines'> {
  /** Examples to compare with, [M, …]; several for several inputs, or a function that makes them of the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
}

/**
 * SHAP values by DeepLIFT: the mean of its attributions over several baselines. The delta has one entry for each pair of an example and a
 * baseline, [N · M].
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class DeepLiftShap extends InputDeltaMethod<DeepLiftShapOptions, [...Order, 'customAttributionFunc'], OfLifted> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromAllBaselines, required: ['baselines'], takes: { ...explainedBy, customAttributionFunc: null } };
  }
}

/** What LayerDeepLift takes by name. */
export interface LayerDeepLiftOptions extends DeepLiftOptions, LayerOptions {}
/** What LayerDeepLiftShap takes by name. */
export interface LayerDeepLiftShapOptions extends DeepLiftShapOptions, LayerOptions {}

/**
 * The contribution of every unit of a layer to f(x) − f(x') for a baseline x', as `DeepLift` finds it for the input. A layer's input is attributed
 * to by the layer's own rule; Captum 0.9 takes its plain gradient there, so that attributions do not add up. The note of `DeepLift` on modules
 * whose input is used elsewhere too holds here.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class LayerDeepLift<L extends Layer = Layer> extends LayerDeltaMethod<
  L,
  LayerDeepLiftOptions,
  [...Order, 'attributeToLayerInput', 'customAttributionFunc'],
  OfLiftedLayer<L>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    const takes = { baselines: null, ...explainedBy, attributeToLayerInput: false, customAttributionFunc: null };
    return { ...fromBaseline, takes };
  }
}

/**
 * The mean of `LayerDeepLift`'s attributions over several baselines. The delta has one entry for each pair of an example and a baseline,
 * [N · M].
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class LayerDeepLiftShap<L extends Layer = Layer> extends LayerDeltaMethod<
  L,
  LayerDeepLiftShapOptions,
  [...Order, 'attributeToLayerInput', 'customAttributionFunc'],
  OfLiftedLayer<L>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    const takes = { ...explainedBy, attributeToLayerInput: false, customAttributionFunc: null };
    return { ...fromAllBaselines, required: ['baselines'], takes };
  }
}

/** What NeuronDeepLift takes by name. */
export interface NeuronDeepLiftOptions
  extends NeuronOptions,
    Pick<DeepLiftOptions, 'baselines' | 'customAttributionFunc'> {}

/** What NeuronDeepLiftShap takes by name. */
export interface NeuronDeepLiftShapOptions
  extends NeuronOptions,
    Pick<DeepLiftShapOptions, 'baselines' | 'customAttributionFunc'> {}

const neuronTakes = { additionalForwardArgs: null, attributeToNeuronInput: false, customAttributionFunc: null };

/**
 * What every element of the input adds to the difference of a neuron from that for a baseline, as `DeepLift` finds it for an output, with the
 * same differences from Captum.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class NeuronDeepLift extends NeuronMethod<NeuronDeepLiftOptions, NeuronOrder, OfLiftedLayer<Layer>> {
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
export class NeuronDeepLiftShap extends NeuronMethod<NeuronDeepLiftShapOptions, NeuronOrder, OfLiftedLayer<Layer>> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...fromAllBaselines, required: ['baselines'], takes: neuronTakes };
  }
}
