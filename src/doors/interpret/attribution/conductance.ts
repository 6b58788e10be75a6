// Influence and conductance: how much of the output's change between baseline and input passes through the units of
// layers.
import type { Tensor } from '../../../torch';
import type { Layer } from '../layer/capture';
import { LayerDeltaMethod, LayerMethod, type OfMultiplyingLayer } from '../layer/layer-method';
import type { NeuronOptions } from '../neuron/neuron-attribution';
import { type Flow, NeuronMethod } from '../neuron/neuron-method';
import { compared, timesDifference } from './arguments';
import { stepsAtOnce, summedInParts } from './batches';
import { asLeaves, gradientsOf } from './gradients';
import {
  alongPath,
  callAtSteps,
  type LayerDeltaOptions,
  type LayerPathOptions,
  layerPathDefaults,
  type PathOptions,
  type PathOrder,
  pathDefaults,
  pathDelta,
} from './integrated-gradients';
import { type Asked, type Definition, type Found, gradientsAt, type MultiplyByInputs, multiplied } from './method';
import { chosen } from './model';
import { byStep, pathPoints } from './path';
import { stepsOf } from './steps';
import { expectOneEach } from './target';

/** The options of `NeuronConductance`. */
export interface NeuronConductanceOptions extends PathOptions, NeuronOptions {}

/**
 * The mean gradient of the output with respect to the units of a layer, along the path from baseline to input.
 *
 * Leino et al. 2018, arXiv:1802.03788.
 */
export class InternalInfluence<L extends Layer = Layer> extends LayerMethod<
  L,
  LayerPathOptions,
  [...PathOrder, 'attributeToLayerInput']
> {
  protected override get definition(): Definition {
    return {
      takes: { ...pathDefaults, attributeToLayerInput: false },
      find({ call, from, listed, options }: Asked<LayerPathOptions>) {
        const given = compared(call.op, listed, options.baselines);
        const steps = stepsOf(call.op, options.method, options.nSteps);
        const found = alongPath(
          call,
          given,
          steps,
          options.internalBatchSize,
          (within, points) => gradientsAt({ call: within, from }, points).gradients[0]!,
        );
        return { attributions: [found] };
      },
    };
  }
}

/** Σ over the steps of the gradient with respect to a unit, times the unit's change in the step. */
function conductance({ call, from, listed, options }: Asked<LayerDeltaOptions>): Found {
  const given = compared(call.op, listed, options.baselines);
  const { inputs, baselines } = given;
  const { alphas } = stepsOf(call.op, options.method, options.nSteps + 1);
  const examples = inputs[0]!.shape[0]!;
  const points = stepsAtOnce(call, inputs, alphas.length, options.internalBatchSize, 2);
  // Each part begins at the last point of the part before, because a change needs two points.
  const found = summedInParts(alphas.length - 1, points - 1, (start, end) => {
    const part = alphas.slice(start, end + 1);
    const within = callAtSteps(call, part.length, examples);
    const { gradients, values } = gradientsAt({ call: within, from }, pathPoints(inputs, baselines, part));
    return gradients[0]!.map((dy, i) => {
      const [slopes, levels] = [byStep(dy, part.length), byStep(values[0]![i]!, part.length)];
      const changes = levels.narrow(0, 1, part.length - 1).sub(levels.narrow(0, 0, part.length - 1));
      return changes.mul(slopes.narrow(0, 0, part.length - 1)).sum(0);
    });
  });
  return { attributions: [found], delta: () => pathDelta(call, given, found) };
}

/**
 * The share of the integrated gradients that flows through each unit of a layer: Σ over the steps of the gradient with
 * respect to the unit, times the unit's change in the step.
 *
 * Dhamdhere, Sundararajan, Yan 2018, arXiv:1805.12233.
 */
export class LayerConductance<L extends Layer = Layer> extends LayerDeltaMethod<
  L,
  LayerDeltaOptions,
  [...PathOrder, 'returnConvergenceDelta', 'attributeToLayerInput']
> {
  protected override get definition(): Definition {
    return { multiplies: true, takes: layerPathDefaults, find: conductance };
  }
}

/** ∫₀¹ ∂f / ∂neuron · ∂neuron / ∂x dα. */
function throughNeuron({ listed, options, settings }: Asked<PathOptions & Flow, MultiplyByInputs>): Found {
  const { output, within, choose } = options.flow;
  const { op } = output;
  const given = compared(op, listed, options.baselines);
  const steps = stepsOf(op, options.method, options.nSteps);
  const sums = alongPath(output, given, steps, options.internalBatchSize, (call, path): Tensor[] => {
    const points = asLeaves(path);
    const [outputs, values] = within(() => chosen(call, points));
    expectOneEach(op, outputs);
    const slopes = choose(gradientsOf(outputs, values, { retainGraph: true }));
    const neurons = choose(values);
    expectOneEach(op, neurons);
    return gradientsOf(neurons, points).map((dx) => dx.mul(slopes.reshape([-1, ...dx.shape.slice(1).map(() => 1)])));
  });
  return { attributions: [settings.multiplyByInputs ? timesDifference(sums, given) : sums] };
}

/**
 * How much of the integrated gradients of an output flows through one neuron, for each element of the input: (x − x') ⊙
 * ∫₀¹ ∂f / ∂neuron · ∂neuron / ∂x dα along the path from x' to x. The default of `method` is 'riemann_trapezoid'.
 *
 * Dhamdhere, Sundararajan, Yan 2018, arXiv:1805.12233; Shrikumar, Su, Kundaje 2018, arXiv:1807.09946.
 */
export class NeuronConductance extends NeuronMethod<
  NeuronConductanceOptions,
  [...PathOrder, 'attributeToNeuronInput'],
  OfMultiplyingLayer<Layer>
> {
  protected override get definition(): Definition {
    const takes = { ...pathDefaults, method: 'riemann_trapezoid', attributeToNeuronInput: false };
    return { made: multiplied, takes, find: throughNeuron };
  }
}
