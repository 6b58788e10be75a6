// DeepLIFT: differences from a baseline, handed back layer by layer.
import { ArgumentError } from '../../errors';
import { type Interceptor, intercepted } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import { cat } from '../../tensor/functions';
import { type Arguments, kindOf, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import {
  type Attributions,
  asTensors,
  type Baselines,
  expandArguments,
  expectBaselines,
  expectDistribution,
  expectFloats,
  type Inputs,
  interleaved,
  likeInputs,
  listBaselines,
  listInputs,
  repeated,
} from './arguments';
import { type AttributionOptions, GradientAttribution, sumRows } from './attribution';
import { deepLiftRules } from './deep-lift-rules';
import { asLeaves, gradientsOf } from './gradients';
import { expectModule } from './guided';
import type { MultiplyByInputs } from './integrated-gradients';
import { type Call, chosen, explaining } from './model';
import { expectOneEach } from './target';

/** Makes attributions of multipliers, inputs and baselines, a list of each. */
export type CustomAttribution = (
  multipliers: readonly Tensor[],
  inputs: readonly Tensor[],
  baselines: readonly Tensor[],
) => readonly Tensor[];

export interface DeepLiftOptions extends AttributionOptions {
  /** What inputs are compared with; default 0. */
  baselines?: Baselines;
  /** Give also Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
  /** Makes the attributions of the multipliers in another way. */
  customAttributionFunc?: CustomAttribution | null;
}

export interface DeepLiftSettings extends MultiplyByInputs {
  /** Where inputs differ by less, the gradient is taken; default 1e-10. */
  eps?: number;
}

type WithoutDelta = DeepLiftOptions & { returnConvergenceDelta?: false };
type WithDelta = DeepLiftOptions & { returnConvergenceDelta: true };
type Order = ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta', 'customAttributionFunc'];

export const deepLiftDefaults = {
  baselines: null,
  target: null,
  additionalForwardArgs: null,
  returnConvergenceDelta: false,
  customAttributionFunc: null,
};

/** What DeepLIFT finds for tensors of inputs and of baselines. */
export interface Lifted {
  readonly attributions: readonly Tensor[];
  /** f(x) − f(baseline) */
  readonly difference: Tensor;
}

export interface Lift {
  readonly call: Call;
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Tensor[];
  readonly multiplies: boolean;
  readonly custom: CustomAttribution | null;
  readonly rules: ReadonlyMap<object, Interceptor>;
}

/** Runs the model on inputs and baselines in one batch, and gives what `of` finds to be attributed to: tensors of that batch. */
export function lift(
  { call, inputs, baselines, multiplies, custom, rules }: Lift,
  of: (run: (inputs: readonly Tensor[]) => Tensor, inputs: readonly Tensor[]) => readonly [Tensor, readonly Tensor[]],
): Lifted {
  const examples = inputs[0]!.shape[0]!;
  const both = {
    ...call,
    args: expandArguments(call.args, (x) => repeated(x, 2)),
    target: call.target.repeated(2, examples),
  };
  return intercepted(rules, () => {
    const joined = asLeaves(inputs.map((x, i) => cat([x, baselines[i]!.to(x.dtype)], 0)));
    const [outputs, values] = of((given) => chosen(both, given), joined);
    expectOneEach(call.op, outputs);
    const multipliers = gradientsOf(outputs, values).map((dx) => dx.narrow(0, 0, examples));
    const starts = values.map((x) => x.detach().narrow(0, 0, examples));
    const ends = values.map((x) => x.detach().narrow(0, examples, examples));
    const sums = sumRows(outputs.detach());
    return {
      attributions: custom
        ? custom(multipliers, starts, ends)
        : multiplies
          ? multipliers.map((m, i) => m.mul(starts[i]!.sub(ends[i]!)))
          : multipliers,
      difference: sums.narrow(0, 0, examples).sub(sums.narrow(0, examples, examples)),
    };
  });
}

export const deltaOf = ({ attributions, difference }: Lifted): Tensor =>
  attributions
    .map(sumRows)
    .reduce((a, b) => a.add(b))
    .sub(difference);

/** What DeepLIFT and its mean over baselines share. */
export abstract class DeepLiftBase extends GradientAttribution {
  readonly model: Module;
  readonly #multiplies: boolean;
  protected readonly eps: number;

  /** @throws ArgumentError unless `model` is an `nn.Module` */
  constructor(model: Module, ...args: Arguments<DeepLiftSettings, ['multiplyByInputs', 'eps']>) {
    super(model);
    const { op } = this;
    const o = parseArgs<DeepLiftSettings>(op, [], { multiplyByInputs: true, eps: 1e-10 }, args);
    this.model = expectModule(op, model);
    this.#multiplies = o.multiplyByInputs;
    this.eps = o.eps;
  }

  override get multipliesByInputs(): boolean {
    return this.#multiplies;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  protected lifted(
    call: Call,
    inputs: readonly Tensor[],
    baselines: readonly Tensor[],
    custom: CustomAttribution | null,
  ): Lifted {
    const rules = deepLiftRules(this.model, this.eps, null);
    const given = { call, inputs, baselines, multiplies: this.#multiplies, custom, rules };
    return lift(given, (run, joined) => [run(joined), joined]);
  }
}

/**
 * What every element of the input adds to f(x) − f(x') for a baseline x', by multipliers Δy / Δx (the rescale rule) in the place of the
 * gradients of what is not linear: the modules `nn.ReLU`, `ELU`, `LeakyReLU`, `Sigmoid`, `Tanh`, `Softplus`, `Softmax` and `MaxPool1d` to
 * `MaxPool3d`. Functions such as `F.relu` keep their gradient.
 *
 *     const [attributions, delta] = new DeepLift(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class DeepLift extends DeepLiftBase {
  /**
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, options: WithDelta): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithoutDelta, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<DeepLiftOptions & { inputs: Inputs }>(op, ['inputs'], deepLiftDefaults, args);
    const listed = listInputs(op, o.inputs);
    const { inputs } = listed;
    expectFloats(op, inputs);
    const baselines = listBaselines(op, o.baselines, inputs);
    expectBaselines(op, baselines, inputs);
    return explaining(this.model, true, () => {
      const lifted = this.lifted(
        this.call(o.target, o.additionalForwardArgs),
        inputs,
        asTensors(baselines, inputs),
        o.customAttributionFunc,
      );
      const attributions = likeInputs(listed, lifted.attributions);
      return o.returnConvergenceDelta ? [attributions, deltaOf(lifted)] : attributions;
    });
  }
}

export interface DeepLiftShapOptions extends Omit<DeepLiftOptions, 'baselines'> {
  /** Examples to compare with, [M, …]; several for several inputs, or a function that makes them of the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
}

type ShapWithoutDelta = DeepLiftShapOptions & { returnConvergenceDelta?: false };
type ShapWithDelta = DeepLiftShapOptions & { returnConvergenceDelta: true };

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
  attribute<const I extends Inputs>(inputs: I, options: ShapWithDelta): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<ShapWithoutDelta, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: ShapWithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: ShapWithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const { baselines: _, ...defaults } = deepLiftDefaults;
    const o = parseArgs<DeepLiftShapOptions & { inputs: Inputs }>(op, ['inputs', 'baselines'], defaults, args);
    const listed = listInputs(op, o.inputs);
    const { inputs } = listed;
    expectFloats(op, inputs);
    const baselines = drawnFrom(op, o.baselines, o.inputs, inputs);
    const count = baselines[0]!.shape[0]!;
    if (count < 2) {
      throw new ArgumentError(`${op}: expected at least two baselines, but got ${count}; use DeepLift for one`);
    }
    const examples = inputs[0]!.shape[0]!;
    const call = this.call(o.target, o.additionalForwardArgs);
    return explaining(this.model, true, () => {
      const lifted = this.lifted(
        {
          ...call,
          args: expandArguments(call.args, (x) => interleaved(x, count)),
          target: call.target.interleaved(count, examples),
        },
        inputs.map((x) => interleaved(x.detach(), count)),
        baselines.map((x) => repeated(x.detach(), examples)),
        o.customAttributionFunc,
      );
      const means = lifted.attributions.map((x) => x.reshape([examples, count, ...x.shape.slice(1)]).mean(1));
      const attributions = likeInputs(listed, means);
      return o.returnConvergenceDelta ? [attributions, deltaOf(lifted)] : attributions;
    });
  }
}
