// Methods that follow a neuron on the way from baselines to inputs.
import { type Arguments, parseArgs } from '../../core/options';
import type { Tensor } from '../../tensor/tensor';
import {
  type Attributions,
  compared,
  type Inputs,
  likeInputs,
  listFloats,
  timesDifference,
} from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import { stepsAtOnce, summedInParts } from '../attribution/batches';
import { asLeaves, gradientsOf } from '../attribution/gradients';
import {
  callAtSteps,
  integrated,
  type MultiplyByInputs,
  type PathOptions,
  pathDefaults,
} from '../attribution/integrated-gradients';
import { chosen, explaining, type Forward } from '../attribution/model';
import { pathPoints, weightedSum } from '../attribution/path';
import { stepsOf } from '../attribution/steps';
import { expectOneEach } from '../attribution/target';
import { type Layer, type LayerValue, watching } from '../layer/capture';
import { multiplyingIn, type Within } from '../layer/layer-attribution';
import {
  NeuronAttribution,
  type NeuronOptions,
  type NeuronSelector,
  neuronDefaults,
  neuronOf,
  type Selected,
} from './neuron-attribution';

/** What methods take by name that follow a path to a neuron. */
export interface NeuronPathOptions extends Omit<PathOptions, 'target'>, NeuronOptions {}
/** What NeuronConductance takes by name. */
export interface NeuronConductanceOptions extends PathOptions, NeuronOptions {}

abstract class NeuronPath extends NeuronAttribution {
  readonly #multiplies: boolean;

  constructor(
    ...args: Arguments<Forward & Within<Layer> & MultiplyByInputs, ['forwardFunc', 'layer', 'multiplyByInputs']>
  ) {
    const { forwardFunc, layer, multiplyByInputs } = multiplyingIn(opOf(new.target), args);
    super(forwardFunc, layer);
    this.#multiplies = multiplyByInputs;
  }

  override get multipliesByInputs(): boolean {
    return this.#multiplies;
  }
}

/**
 * Integrated gradients of a neuron: what every element of the input adds to its difference from the neuron for the baseline.
 *
 * Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class NeuronIntegratedGradients extends NeuronPath {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<
      NeuronPathOptions,
      ['baselines', 'additionalForwardArgs', 'nSteps', 'method', 'internalBatchSize', 'attributeToNeuronInput']
    >
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: NeuronPathOptions & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: NeuronPathOptions & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const { target: _, ...defaults } = pathDefaults;
    const o = parseArgs<Required<NeuronPathOptions> & { inputs: Inputs; neuronSelector: unknown }>(
      op,
      ['inputs', 'neuronSelector'],
      { ...defaults, attributeToNeuronInput: false },
      args,
    );
    const given = compared(op, listFloats(op, o.inputs), o.baselines);
    const steps = stepsOf(op, o.method, o.nSteps);
    const call = this.neuronCall(o.neuronSelector, o);
    return explaining(this.forwardFunc, true, () => {
      const integrals = integrated(call, given, steps, o.internalBatchSize);
      return likeInputs(given, this.multipliesByInputs ? timesDifference(integrals, given) : integrals);
    });
  }
}

/**
 * How much of the integrated gradients of an output flows through one neuron, by the elements of the input:
 * (x − x') ⊙ ∫₀¹ ∂f / ∂neuron · ∂neuron / ∂x dα on the way from x' to x.
 *
 * Dhamdhere, Sundararajan, Yan 2018, arXiv:1805.12233; Shrikumar, Su, Kundaje 2018, arXiv:1807.09946.
 */
export class NeuronConductance extends NeuronPath {
  /**
   * Attributions of the inputs' shapes. The default of `method` is 'riemann_trapezoid'.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<
      NeuronConductanceOptions,
      [
        'baselines',
        'target',
        'additionalForwardArgs',
        'nSteps',
        'method',
        'internalBatchSize',
        'attributeToNeuronInput',
      ]
    >
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: NeuronConductanceOptions & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: NeuronConductanceOptions & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op, layers } = this;
    const o = parseArgs<Required<NeuronConductanceOptions> & { inputs: Inputs; neuronSelector: unknown }>(
      op,
      ['inputs', 'neuronSelector'],
      { ...pathDefaults, method: 'riemann_trapezoid', ...neuronDefaults },
      args,
    );
    const given = compared(op, listFloats(op, o.inputs), o.baselines);
    const { alphas, sizes } = stepsOf(op, o.method, o.nSteps);
    const call = this.call(o.target, o.additionalForwardArgs);
    const choose = neuronOf(op, o.neuronSelector);
    const { inputs, baselines } = given;
    const examples = inputs[0]!.shape[0]!;
    return explaining(this.forwardFunc, true, () => {
      const size = stepsAtOnce(call, inputs, alphas.length, o.internalBatchSize);
      const sums = summedInParts(alphas.length, size, (start, end) => {
        const points = asLeaves(pathPoints(inputs, baselines, alphas.slice(start, end)));
        const within = callAtSteps(call, end - start, examples);
        const how = { atInput: o.attributeToNeuronInput, gradients: false };
        const [outputs, [values]] = watching(op, layers, how, () => chosen(within, points));
        expectOneEach(op, outputs);
        const slopes = choose(gradientsOf(outputs, values!, { retainGraph: true }));
        const neurons = choose(values!);
        expectOneEach(op, neurons);
        return gradientsOf(neurons, points).map((dx) =>
          weightedSum(dx.mul(slopes.reshape([-1, ...dx.shape.slice(1).map(() => 1)])), sizes.slice(start, end)),
        );
      });
      return likeInputs(given, this.multipliesByInputs ? timesDifference(sums, given) : sums);
    });
  }
}
