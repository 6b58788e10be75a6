// Integrated gradients: the mean gradient along the path from a baseline to the input, times their difference; for
// inputs, layers and neurons.
import type { Tensor } from '../../../torch';
import type { Layer } from '../layer/capture';
import type { LayerOptions } from '../layer/layer-attribution';
import { LayerDeltaMethod, type OfMultiplyingLayer } from '../layer/layer-method';
import type { NeuronOptions } from '../neuron/neuron-attribution';
import { NeuronMethod } from '../neuron/neuron-method';
import {
  asTensors,
  type Baselines,
  type Compared,
  compared,
  expandArguments,
  repeated,
  timesDifference,
} from './arguments';
import { type AttributionOptions, convergenceDelta } from './attribution';
import { stepsAtOnce, summedInParts } from './batches';
import { inputGradients } from './gradients';
import { InputDeltaMethod } from './input-method';
import {
  type Asked,
  apart,
  type Definition,
  type Found,
  type MultiplyByInputs,
  multiplied,
  type OfMultiplying,
} from './method';
import type { Call } from './model';
import { pathPoints, weightedSum } from './path';
import { type IntegrationMethod, type Steps, stepsOf } from './steps';

/** The options of methods that integrate along a path from a baseline. */
export interface PathOptions extends AttributionOptions {
  /** The start of the path; default 0. */
  baselines?: Baselines;
  /** Number of points at which the gradient is taken; default 50. */
  nSteps?: number;
  /** Default: 'gausslegendre'. */
  method?: IntegrationMethod;
  /** Rows (steps times examples) that run at once; default: as many as fit. */
  internalBatchSize?: number | null;
}

/** The options of `IntegratedGradients`. */
export interface IntegratedGradientsOptions extends PathOptions {
  /** Also return Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
}

/** The options of methods that integrate along a path and attribute to a layer. */
export interface LayerPathOptions extends PathOptions, LayerOptions {}

/** The options of `LayerConductance` and of similar methods. */
export interface LayerDeltaOptions extends LayerPathOptions {
  /** Also return Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
}

/** The options of methods that integrate along a path and attribute to a neuron. */
export interface NeuronPathOptions extends Omit<PathOptions, 'target'>, NeuronOptions {}

export type PathOrder = ['baselines', 'target', 'additionalForwardArgs', 'nSteps', 'method', 'internalBatchSize'];

export const pathDefaults = {
  baselines: null,
  target: null,
  additionalForwardArgs: null,
  nSteps: 50,
  method: 'gausslegendre',
  internalBatchSize: null,
};

export const layerPathDefaults = { ...pathDefaults, returnConvergenceDelta: false, attributeToLayerInput: false };

/** Changes a call so that its batch holds the rows of all steps, one step after another. */
export const callAtSteps = (call: Call, steps: number, examples: number): Call => ({
  ...call,
  args: expandArguments(call.args, (x) => repeated(x, steps)),
  target: call.target.repeated(steps, examples),
});

/**
 * Σ over the steps of weight · the results of `run`. Each call of `run` gets the points of several steps as one batch.
 */
export function alongPath(
  call: Call,
  { inputs, baselines }: Pick<Compared, 'inputs' | 'baselines'>,
  { alphas, sizes }: Steps,
  internalBatchSize: number | null,
  run: (within: Call, points: readonly Tensor[]) => readonly Tensor[],
): Tensor[] {
  const examples = inputs[0]!.shape[0]!;
  const size = stepsAtOnce(call, inputs, alphas.length, internalBatchSize);
  return summedInParts(alphas.length, size, (start, end) => {
    const points = pathPoints(inputs, baselines, alphas.slice(start, end));
    const found = run(callAtSteps(call, end - start, examples), points);
    return found.map((dx) => weightedSum(dx, sizes.slice(start, end)));
  });
}

/** Σ attributions − (f(x) − f(baseline)) for every example. */
export const pathDelta = (call: Call, { inputs, baselines }: Compared, attributions: readonly Tensor[]): Tensor =>
  convergenceDelta(call, attributions, asTensors(baselines, inputs), inputs).detach();

/** (v − v') ⊙ ∫₀¹ ∂f(v' + α (v − v')) / ∂v dα, where v are the values attributed to: inputs, or a layer's values. */
const integration = {
  made: multiplied,
  find({ call, from, listed, options, settings }: Asked<PathOptions, MultiplyByInputs>): Found {
    const given = compared(call.op, listed, options.baselines);
    const steps = stepsOf(call.op, options.method, options.nSteps);
    const { call: within, places, ...between } = from.between(call, given);
    const integrals = alongPath(within, between, steps, options.internalBatchSize, inputGradients);
    const found = settings.multiplyByInputs ? timesDifference(integrals, between) : integrals;
    return { attributions: apart(found, places), delta: () => pathDelta(call, given, found) };
  },
};

/**
 * (x − x') ⊙ ∫₀¹ ∂f(x' + α (x − x')) / ∂x dα for a baseline x': what every element of the input adds to f(x) − f(x').
 *
 *     const [attributions, delta] = new IntegratedGradients(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *
 * With `multiplyByInputs: false` the factor x − x' is omitted. Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class IntegratedGradients extends InputDeltaMethod<
  IntegratedGradientsOptions,
  [...PathOrder, 'returnConvergenceDelta'],
  OfMultiplying
> {
  protected override get definition(): Definition {
    return { ...integration, takes: { ...pathDefaults, returnConvergenceDelta: false } };
  }
}

/**
 * Integrated gradients with respect to a layer's output, along the straight line from its output for the baseline to
 * its output for the input. Several layers are moved together, and give a list.
 *
 * Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class LayerIntegratedGradients<L extends Layer | readonly Layer[] = Layer> extends LayerDeltaMethod<
  L,
  LayerDeltaOptions,
  [...PathOrder, 'returnConvergenceDelta', 'attributeToLayerInput'],
  OfMultiplyingLayer<L>
> {
  protected override get definition(): Definition {
    return { ...integration, takes: layerPathDefaults };
  }
}

/**
 * Integrated gradients of a neuron: what every element of the input adds to the difference of the neuron's value from
 * its value for the baseline.
 *
 * Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class NeuronIntegratedGradients extends NeuronMethod<
  NeuronPathOptions,
  ['baselines', 'additionalForwardArgs', 'nSteps', 'method', 'internalBatchSize', 'attributeToNeuronInput'],
  OfMultiplyingLayer<Layer>
> {
  protected override get definition(): Definition {
    const { target: _, ...defaults } = pathDefaults;
    return { ...integration, takes: { ...defaults, attributeToNeuronInput: false } };
  }
}
