// Integrated gradients: the mean gradient on the way from a baseline to the input, times the way.
import { type Arguments, parseArgs } from '../../core/options';
import type { Tensor } from '../../tensor/tensor';
import {
  type Attributions,
  type Baselines,
  type Compared,
  compared,
  expandArguments,
  type Inputs,
  listFloats,
  repeated,
  timesDifference,
} from './arguments';
import { type AttributionOptions, GradientAttribution, opOf, withDelta } from './attribution';
import { stepsAtOnce, summedInParts } from './batches';
import { inputGradients } from './gradients';
import { type Call, explaining, type Forward, forwardKinds } from './model';
import { pathPoints, weightedSum } from './path';
import { type IntegrationMethod, type Steps, stepsOf } from './steps';

/** What methods that follow a path from a baseline take by name. */
export interface PathOptions extends AttributionOptions {
  /** Where the way begins; default 0. */
  baselines?: Baselines;
  /** Points at which the gradient is taken; default 50. */
  nSteps?: number;
  /** Default: 'gausslegendre'. */
  method?: IntegrationMethod;
  /** Rows, steps times examples, that run at a time; default: what fits. */
  internalBatchSize?: number | null;
}

/** What IntegratedGradients takes by name. */
export interface IntegratedGradientsOptions extends PathOptions {
  /** Give also Σ attributions − (f(x) − f(baseline)) for every example; default false. */
  returnConvergenceDelta?: boolean;
}

type WithoutDelta = IntegratedGradientsOptions & { returnConvergenceDelta?: false };
type WithDelta = IntegratedGradientsOptions & { returnConvergenceDelta: true };

type Order = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'nSteps',
  'method',
  'internalBatchSize',
  'returnConvergenceDelta',
];

export const pathDefaults = {
  baselines: null,
  target: null,
  additionalForwardArgs: null,
  nSteps: 50,
  method: 'gausslegendre' as const,
  internalBatchSize: null,
};

/** The same call for a batch of the rows of all steps. */
export const callAtSteps = (call: Call, steps: number, examples: number): Call => ({
  ...call,
  args: expandArguments(call.args, (x) => repeated(x, steps)),
  target: call.target.repeated(steps, examples),
});

/** ∫ of the gradients of `call` along the way, by the inputs. */
export function integrated(
  call: Call,
  { inputs, baselines }: Pick<Compared, 'inputs' | 'baselines'>,
  { alphas, sizes }: Steps,
  internalBatchSize: number | null,
): Tensor[] {
  const examples = inputs[0]!.shape[0]!;
  const size = stepsAtOnce(call, inputs, alphas.length, internalBatchSize);
  return summedInParts(alphas.length, size, (start, end) => {
    const points = pathPoints(inputs, baselines, alphas.slice(start, end));
    const gradients = inputGradients(callAtSteps(call, end - start, examples), points);
    return gradients.map((dx) => weightedSum(dx, sizes.slice(start, end)));
  });
}

/**
 * (x − x') ⊙ ∫₀¹ ∂f(x' + α (x − x')) / ∂x dα for a baseline x': what every element of the input adds to f(x) − f(x').
 *
 *     const [attributions, delta] = new IntegratedGradients(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *
 * With `multiplyByInputs: false` the factor x − x' is left out. Sundararajan, Taly, Yan 2017, arXiv:1703.01365.
 */
export class IntegratedGradients extends GradientAttribution {
  readonly #multiplies: boolean;

  constructor(...args: Arguments<Forward & MultiplyByInputs, ['forwardFunc', 'multiplyByInputs']>) {
    const { forwardFunc, multiplyByInputs } = multiplying(opOf(new.target), args);
    super({ forwardFunc });
    this.#multiplies = multiplyByInputs;
  }

  override get multipliesByInputs(): boolean {
    return this.#multiplies;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

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
    const o = parseArgs<IntegratedGradientsOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...pathDefaults, returnConvergenceDelta: false },
      args,
    );
    const given = compared(op, listFloats(op, o.inputs), o.baselines);
    const steps = stepsOf(op, o.method, o.nSteps);
    const call = this.call(o.target, o.additionalForwardArgs);
    return explaining(this.forwardFunc, true, () => {
      const integrals = integrated(call, given, steps, o.internalBatchSize);
      return withDelta(call, given, this.#multiplies ? timesDifference(integrals, given) : integrals, o);
    });
  }
}

/** Whether an attribution is multiplied by what the input is apart from its baseline. */
export interface MultiplyByInputs {
  /** Give what inputs add to the output, rather than how it reacts to them; default true. */
  multiplyByInputs?: boolean;
}

/** The arguments of constructors. */
export const multiplying = (op: string, args: readonly unknown[]): Required<Forward & MultiplyByInputs> =>
  parseArgs<Forward & MultiplyByInputs>(op, ['forwardFunc'], { multiplyByInputs: true }, args, forwardKinds);
