// DeepLIFT: differences from a baseline, handed back layer by layer.

import { callback, orNull } from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import { type Arguments, expectKind, kindOf, parseArgs } from '../../core/options';
import { type Interceptor, intercepted } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import { cat } from '../../tensor/functions';
import { Tensor } from '../../tensor/tensor';
import {
  type Attributions,
  asTensors,
  type Baselines,
  compared,
  expandArguments,
  expectDistribution,
  type Inputs,
  interleaved,
  type Listed,
  likeInputs,
  listBaselines,
  listFloats,
  repeated,
  timesDifference,
} from './arguments';
import { type AttributionOptions, GradientAttribution, opOf, sumRows } from './attribution';
import { deepLiftRules } from './deep-lift-rules';
import { asLeaves, gradientsOf } from './gradients';
import type { MultiplyByInputs } from './integrated-gradients';
import { type Call, chosen, explaining, type Network, networkKinds } from './model';
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

type WithoutDelta = DeepLiftOptions & { returnConvergenceDelta?: false };
type WithDelta = DeepLiftOptions & { returnConvergenceDelta: true };
type Order = ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta', 'customAttributionFunc'];

export const deepLiftShapDefaults = {
  target: null,
  additionalForwardArgs: null,
  returnConvergenceDelta: false,
  customAttributionFunc: null,
};

export const deepLiftDefaults = { baselines: null, ...deepLiftShapDefaults };

export const liftDefaults = { multiplyByInputs: true, eps: 1e-10 };

/** The arguments of constructors: the model, and how it is explained. */
export function liftArguments(op: string, args: readonly unknown[]): { model: Module; settings: LiftSettings } {
  const { model, ...settings } = parseArgs<Network & DeepLiftSettings>(op, ['model'], liftDefaults, args, networkKinds);
  return { model, settings };
}

export type LiftSettings = Required<DeepLiftSettings>;

/** Rows of inputs, the baselines of which are in the same rows. */
export interface Pairs {
  readonly listed: Listed;
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Tensor[];
  /** Makes rows of examples of rows of pairs. */
  merged(attributions: readonly Tensor[]): readonly Tensor[];
}

/** Every example with its baseline. */
export function pairsOf(call: Call, listed: Listed, baselines: unknown): Pairs {
  const { inputs, baselines: list } = compared(call.op, listed, baselines);
  return { listed, call, inputs, baselines: asTensors(list, inputs), merged: (attributions) => attributions };
}

/**
 * Every example with every baseline.
 * @throws ArgumentError for fewer than two
 */
export function allPairsOf(call: Call, listed: Listed, given: unknown, baselines: unknown): Pairs {
  const { op } = call;
  const drawn = drawnFrom(op, baselines, given, listed.inputs);
  const count = drawn[0]!.shape[0]!;
  if (count < 2) {
    throw new ArgumentError(`${op}: expected at least two baselines, but got ${count}; use DeepLift for one`);
  }
  const examples = listed.inputs[0]!.shape[0]!;
  return {
    listed,
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

/** How differences are handed back, and what is made of them. */
export interface Lift {
  readonly rules: ReadonlyMap<object, Interceptor>;
  readonly settings: LiftSettings;
  readonly custom: CustomAttribution | null;
  /** The chosen outputs, and what they are attributed to, as tensors of the batch; by default the inputs. `run` gives the outputs. */
  of?(run: () => Tensor): readonly [outputs: Tensor, values: readonly Tensor[]];
}

/** What DeepLIFT finds. */
export interface Lifted {
  readonly attributions: readonly Tensor[];
  /** Σ attributions − (f(x) − f(baseline)) for every pair. */
  readonly delta: Tensor;
}

/** Runs the model on inputs and baselines in one batch, and attributes their difference. */
export function lift(pairs: Pairs, { rules, settings, custom, of }: Lift): Lifted {
  const { call, inputs, baselines } = pairs;
  expectKind(call.op, 'customAttributionFunc', custom, orNull(callback));
  const rows = inputs[0]!.shape[0]!;
  const both = {
    ...call,
    args: expandArguments(call.args, (x) => repeated(x, 2)),
    target: call.target.repeated(2, rows),
  };
  const joined = asLeaves(inputs.map((x, i) => cat([x, baselines[i]!.to(x.dtype)], 0)));
  const run = (): Tensor => intercepted(rules, () => chosen(both, joined));
  const [outputs, values] = of ? of(run) : [run(), joined];
  expectOneEach(call.op, outputs);
  const multipliers = gradientsOf(outputs, values).map((dx) => dx.narrow(0, 0, rows));
  const ends = values.map((x) => x.detach().narrow(0, 0, rows));
  const starts = values.map((x) => x.detach().narrow(0, rows, rows));
  const attributions = custom
    ? custom(multipliers, ends, starts)
    : settings.multiplyByInputs
      ? timesDifference(multipliers, { inputs: ends, baselines: starts })
      : multipliers;
  const sums = sumRows(outputs.detach());
  const difference = sums.narrow(0, 0, rows).sub(sums.narrow(0, rows, rows));
  const total = attributions.map(sumRows).reduce((a, b) => a.add(b));
  return { attributions: pairs.merged(attributions), delta: total.sub(difference) };
}

/** What DeepLIFT and its mean over baselines share. */
abstract class DeepLiftBase extends GradientAttribution {
  readonly model: Module;
  protected readonly settings: LiftSettings;

  /** @throws ArgumentError unless `model` is an `nn.Module` */
  constructor(...args: Arguments<Network & DeepLiftSettings, ['model', 'multiplyByInputs', 'eps']>) {
    const { model, settings } = liftArguments(opOf(new.target), args);
    super(model);
    this.settings = settings;
    this.model = model;
  }

  override get multipliesByInputs(): boolean {
    return this.settings.multiplyByInputs;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  protected explained(
    pairs: Pairs,
    { customAttributionFunc: custom, returnConvergenceDelta }: Omit<DeepLiftOptions, 'baselines'>,
  ): unknown {
    const { settings } = this;
    const rules = deepLiftRules(this.model, settings.eps);
    return explaining(this.model, true, () => {
      const { attributions, delta } = lift(pairs, { rules, settings, custom: custom ?? null });
      const formed = likeInputs(pairs.listed, attributions);
      return returnConvergenceDelta ? [formed, delta] : formed;
    });
  }
}

/**
 * What every element of the input adds to f(x) − f(x') for a baseline x', by multipliers Δy / Δx (the rescale rule) in the place of the
 * gradients of what is not linear: the modules `nn.ReLU`, `ELU`, `LeakyReLU`, `Sigmoid`, `Tanh`, `Softplus`, `Softmax` and `MaxPool1d` to
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
export class DeepLift extends DeepLiftBase {
  /**
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithDelta, Order>): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithoutDelta, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<DeepLiftOptions & { inputs: Inputs }>(op, ['inputs'], deepLiftDefaults, args);
    const call = this.call(o.target, o.additionalForwardArgs);
    return this.explained(pairsOf(call, listFloats(op, o.inputs), o.baselines), o);
  }
}

/** What DeepLiftShap takes by name. */
export interface DeepLiftShapOptions extends Omit<DeepLiftOptions, 'baselines'> {
  /** Examples to compare with, [M, …]; several for several inputs, or a function that makes them of the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
}

type ShapWithoutDelta = DeepLiftShapOptions & { returnConvergenceDelta?: false };
type ShapWithDelta = DeepLiftShapOptions & { returnConvergenceDelta: true };

/**
 * SHAP values by DeepLIFT: the mean of its attributions over several baselines. The delta has one entry for each pair of an example and a
 * baseline, [N · M].
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class DeepLiftShap extends DeepLiftBase {
  /**
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta [N · M].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit, and for fewer than two baselines
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<ShapWithDelta, Order>): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<ShapWithoutDelta, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: ShapWithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: ShapWithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<DeepLiftShapOptions & { inputs: Inputs }>(
      op,
      ['inputs', 'baselines'],
      deepLiftShapDefaults,
      args,
    );
    const call = this.call(o.target, o.additionalForwardArgs);
    return this.explained(allPairsOf(call, listFloats(op, o.inputs), o.inputs, o.baselines), o);
  }
}
