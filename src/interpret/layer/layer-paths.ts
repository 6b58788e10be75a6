// Methods that follow a layer on the way from baselines to inputs.
import { type Arguments, parseArgs } from '../../core/options';
import type { Tensor } from '../../tensor/tensor';
import { asTensors, type Baseline, compared, type Inputs, listInputs, timesDifference } from '../attribution/arguments';
import { convergenceDelta, opOf } from '../attribution/attribution';
import { stepsAtOnce, summedInParts } from '../attribution/batches';
import {
  callAtSteps,
  integrated,
  type MultiplyByInputs,
  type PathOptions,
  pathDefaults,
} from '../attribution/integrated-gradients';
import { type Call, called, explaining, type ForwardFunction } from '../attribution/model';
import { byStep, pathPoints, weightedSum } from '../attribution/path';
import { type Steps, stepsOf } from '../attribution/steps';
import { asLayerValue, type Layer, type LayerValue, replacing, watching } from './capture';
import {
  type EachValue,
  LayerAttribution,
  type LayerByName,
  type LayerOptions,
  type LayerResult,
  layerGradients,
  multiplyingIn,
  type ValueOf,
} from './layer-attribution';

/** What methods take by name that follow a path to a layer. */
export interface LayerPathOptions extends PathOptions, LayerOptions {}

/** What LayerConductance and its like take by name. */
export interface LayerDeltaOptions extends LayerPathOptions {
  /** Give also Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
}

type WithoutDelta = LayerDeltaOptions & { returnConvergenceDelta?: false };
type WithDelta = LayerDeltaOptions & { returnConvergenceDelta: true };

type PathOrder = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'nSteps',
  'method',
  'internalBatchSize',
  'attributeToLayerInput',
];
type Order = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'nSteps',
  'method',
  'internalBatchSize',
  'returnConvergenceDelta',
  'attributeToLayerInput',
];

/** What a method was asked. */
interface Asked {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Baseline[];
  readonly atInput: boolean;
  readonly internalBatchSize: number | null;
}

abstract class LayerPath extends LayerAttribution {
  protected asked(o: {
    readonly inputs: Inputs;
    readonly baselines: unknown;
    readonly target: unknown;
    readonly additionalForwardArgs: unknown;
    readonly attributeToLayerInput: boolean;
    readonly internalBatchSize: number | null;
  }): Asked {
    const { op } = this;
    const { inputs, baselines } = compared(op, listInputs(op, o.inputs), o.baselines);
    const call = this.call(o.target, o.additionalForwardArgs);
    return { call, inputs, baselines, atInput: o.attributeToLayerInput, internalBatchSize: o.internalBatchSize };
  }

  protected withDelta({ call, inputs, baselines }: Asked, found: readonly Tensor[]): Tensor {
    return convergenceDelta(call, found, asTensors(baselines, inputs), inputs).detach();
  }
}

/**
 * Integrated gradients by what a layer gives, straight from what it gives for the baseline to what it gives for the input. Several layers
 * go together, and give a list.
 *
 * Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class LayerIntegratedGradients<L extends Layer | readonly Layer[] = Layer> extends LayerPath {
  readonly #multiplies: boolean;

  constructor(forwardFunc: ForwardFunction, layer: L, ...args: Arguments<MultiplyByInputs, ['multiplyByInputs']>);
  constructor(...args: LayerByName<L, MultiplyByInputs>);
  constructor(...args: unknown[]) {
    const { forwardFunc, layer, multiplyByInputs } = multiplyingIn(opOf(new.target), args);
    super(forwardFunc, layer);
    this.#multiplies = multiplyByInputs;
  }

  override get multipliesByInputs(): boolean {
    return this.#multiplies;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  /**
   * Attributions of the layer's shape; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithDelta, Order>
  ): [LayerResult<L, V>, Tensor];
  attribute<V extends LayerValue = EachValue<L>>(options: WithDelta & { inputs: Inputs }): [LayerResult<L, V>, Tensor];
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithoutDelta, Order>
  ): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: WithoutDelta & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    const { op, layers } = this;
    const o = parseArgs<LayerDeltaOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...pathDefaults, returnConvergenceDelta: false, attributeToLayerInput: false },
      args,
    );
    const steps = stepsOf(op, o.method, o.nSteps);
    const asked = this.asked(o);
    const { call, inputs, baselines, atInput } = asked;
    return explaining(this.forwardFunc, true, () => {
      const seen = (given: readonly Tensor[]): Tensor[] =>
        watching(op, layers, { atInput, gradients: false }, () => called(call, given))[1]
          .flat()
          .map((x) => x.detach());
      const ends = seen(inputs);
      const starts = seen(asTensors(baselines, inputs));
      const counts = layers.length === 1 ? [ends.length] : countsOf(ends, layers.length);
      // The inputs travel as further arguments, so that they have as many rows as there are steps.
      const within: Call = {
        ...call,
        args: [...inputs.map((x) => x.detach()), ...call.args],
        forward: (...args: readonly unknown[]) => {
          const left = args.slice(0, ends.length) as Tensor[];
          const values = counts.map((count) => left.splice(0, count));
          return replacing(op, layers, values, atInput, () =>
            called({ forward: call.forward, args: args.slice(ends.length) }, []),
          );
        },
      };
      const between = { inputs: ends, baselines: starts };
      const integrals = integrated(within, between, steps, o.internalBatchSize);
      const found = this.#multiplies ? timesDifference(integrals, between) : integrals;
      const left = [...found];
      const formed = this.formed(counts.map((count) => left.splice(0, count)));
      return o.returnConvergenceDelta ? [formed, this.withDelta(asked, found)] : formed;
    });
  }
}

/** How many tensors each of several layers has; one each, unless all have as many. */
const countsOf = (tensors: readonly Tensor[], layers: number): number[] =>
  Array<number>(layers).fill(tensors.length / layers);

/**
 * How much of the integrated gradients flows through each unit of a layer: Σ over the steps of the gradient by the unit, times what it
 * changes by in the step.
 *
 * Dhamdhere, Sundararajan, Yan 2018, arXiv:1805.12233.
 */
export class LayerConductance<L extends Layer = Layer> extends LayerPath {
  constructor(forwardFunc: ForwardFunction, layer: L);
  constructor(...args: LayerByName<L>);
  constructor(...args: unknown[]) {
    super(...(args as LayerByName<Layer>));
  }

  override get multipliesByInputs(): boolean {
    return true;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  /**
   * Attributions of the layer's shape; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<V extends LayerValue = ValueOf<L>>(inputs: Inputs, ...args: Arguments<WithDelta, Order>): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(options: WithDelta & { inputs: Inputs }): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(inputs: Inputs, ...args: Arguments<WithoutDelta, Order>): V;
  attribute<V extends LayerValue = ValueOf<L>>(options: WithoutDelta & { inputs: Inputs }): V;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<LayerDeltaOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...pathDefaults, returnConvergenceDelta: false, attributeToLayerInput: false },
      args,
    );
    const { alphas } = stepsOf(op, o.method, o.nSteps + 1);
    const asked = this.asked(o);
    return explaining(this.forwardFunc, true, () => {
      const found = this.#flow(asked, alphas);
      const formed = asLayerValue(found);
      return o.returnConvergenceDelta ? [formed, this.withDelta(asked, found)] : formed;
    });
  }

  #flow({ call, inputs, baselines, atInput, internalBatchSize }: Asked, alphas: readonly number[]): Tensor[] {
    const examples = inputs[0]!.shape[0]!;
    const points = stepsAtOnce(call, inputs, alphas.length, internalBatchSize, 2);
    // Each part begins at the point at which the one before ended.
    return summedInParts(alphas.length - 1, points - 1, (start, end) => {
      const part = alphas.slice(start, end + 1);
      const given = pathPoints(inputs, baselines, part);
      const { gradients, values } = layerGradients(
        callAtSteps(call, part.length, examples),
        this.layers,
        given,
        atInput,
      );
      return gradients[0]!.map((dy, i) => {
        const [slopes, levels] = [byStep(dy, part.length), byStep(values[0]![i]!, part.length)];
        const changes = levels.narrow(0, 1, part.length - 1).sub(levels.narrow(0, 0, part.length - 1));
        return changes.mul(slopes.narrow(0, 0, part.length - 1)).sum(0);
      });
    });
  }
}

/**
 * The mean gradient by the units of a layer on the way from baseline to input.
 *
 * Leino et al. 2018, arXiv:1802.03788.
 */
export class InternalInfluence<L extends Layer = Layer> extends LayerPath {
  constructor(forwardFunc: ForwardFunction, layer: L);
  constructor(...args: LayerByName<L>);
  constructor(...args: unknown[]) {
    super(...(args as LayerByName<Layer>));
  }

  /**
   * Attributions of the layer's shape.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<V extends LayerValue = ValueOf<L>>(inputs: Inputs, ...args: Arguments<LayerPathOptions, PathOrder>): V;
  attribute<V extends LayerValue = ValueOf<L>>(options: LayerPathOptions & { inputs: Inputs }): V;
  attribute(...args: readonly unknown[]): LayerValue {
    const { op } = this;
    const o = parseArgs<LayerPathOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...pathDefaults, attributeToLayerInput: false },
      args,
    );
    const steps: Steps = stepsOf(op, o.method, o.nSteps);
    const { call, inputs, baselines, atInput, internalBatchSize } = this.asked(o);
    const examples = inputs[0]!.shape[0]!;
    return explaining(this.forwardFunc, true, () => {
      const size = stepsAtOnce(call, inputs, steps.alphas.length, internalBatchSize);
      const sums = summedInParts(steps.alphas.length, size, (start, end) => {
        const given = pathPoints(inputs, baselines, steps.alphas.slice(start, end));
        const within = callAtSteps(call, end - start, examples);
        const { gradients } = layerGradients(within, this.layers, given, atInput);
        return gradients[0]!.map((dy) => weightedSum(dy, steps.sizes.slice(start, end)));
      });
      return asLayerValue(sums);
    });
  }
}
