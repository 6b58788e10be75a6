// Gradient SHAP: expected gradients between baselines and noisy inputs.
import { either, listOf, number } from '../../core/argument-kinds';
import { type Arguments, parseArgs } from '../../core/options';
import { scope } from '../../storage/scope';
import { rand } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { type Attributions, type Baselines, compared, type Inputs, listFloats, timesDifference } from './arguments';
import { type AttributionOptions, GradientAttribution, opOf, withDelta } from './attribution';
import { drawnFrom } from './deep-lift';
import { inputGradients } from './gradients';
import { type MultiplyByInputs, multiplying } from './integrated-gradients';
import { explaining, type Forward } from './model';
import { NoiseTunnel, perRow } from './noise-tunnel';

interface InputBaselineOptions extends AttributionOptions {
  baselines?: Baselines;
  returnConvergenceDelta?: boolean;
}

type BetweenOrder = ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'];
type BetweenWithDelta = InputBaselineOptions & { returnConvergenceDelta: true };
type BetweenWithoutDelta = InputBaselineOptions & { returnConvergenceDelta?: false };

/** (x − x') ⊙ the gradient at one random point of the way from x' to x, another for every example. */
export class InputBaselineXGradient extends GradientAttribution {
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
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<BetweenWithDelta, BetweenOrder>
  ): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<BetweenWithoutDelta, BetweenOrder>): Attributions<I>;
  attribute<const I extends Inputs>(options: BetweenWithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: BetweenWithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<InputBaselineOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { baselines: null, target: null, additionalForwardArgs: null, returnConvergenceDelta: false },
      args,
    );
    const given = compared(op, listFloats(op, o.inputs), o.baselines);
    const { inputs, baselines } = given;
    const call = this.call(o.target, o.additionalForwardArgs);
    return explaining(this.forwardFunc, true, () => {
      const factors = rand([inputs[0]!.shape[0]!]);
      const points = inputs.map((x, i) => x.sub(baselines[i]!).mul(perRow(factors, x)).add(baselines[i]!));
      const gradients = inputGradients(call, points);
      return withDelta(call, given, this.#multiplies ? timesDifference(gradients, given) : gradients, o);
    });
  }
}

/** What GradientShap takes by name. */
export interface GradientShapOptions extends AttributionOptions {
  /** Examples to draw from, [M, …]; several for several inputs, or a function that makes them of the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
  /** Draws an example; default 5. */
  nSamples?: number;
  /** Standard deviation of the noise that is added to inputs, one for each or for all; default 0. */
  stdevs?: number | readonly number[];
  /** Give also Σ attributions − (f(x) − f(baseline)) for every draw, [N · nSamples]; default false. */
  returnConvergenceDelta?: boolean;
}

type WithoutDelta = GradientShapOptions & { returnConvergenceDelta?: false };
type WithDelta = GradientShapOptions & { returnConvergenceDelta: true };
type Order = ['baselines', 'nSamples', 'stdevs', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'];

/**
 * SHAP values as an expectation: for every draw a baseline, noise on the input, and the gradient at a random point between them, times
 * their difference. For a linear model and a single baseline it is exact.
 *
 * Random numbers are those of the default generator, so that `torch.manualSeed` fixes them. Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class GradientShap extends GradientAttribution {
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
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta [N · nSamples].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithDelta, Order>): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithoutDelta, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<GradientShapOptions & { inputs: Inputs }>(
      op,
      ['inputs', 'baselines'],
      { nSamples: 5, stdevs: 0, target: null, additionalForwardArgs: null, returnConvergenceDelta: false },
      args,
      { stdevs: either(number, listOf(number)) },
    );
    const { inputs, alone } = listFloats(op, o.inputs);
    const { target, additionalForwardArgs, returnConvergenceDelta, nSamples, stdevs } = o;
    return scope(() => {
      const baselines = drawnFrom(op, o.baselines, o.inputs, inputs);
      const within = new InputBaselineXGradient(this.forwardFunc, { multiplyByInputs: this.#multiplies });
      return new NoiseTunnel(within).attribute(o.inputs, {
        ntSamples: nSamples,
        stdevs,
        drawBaselineFromDistrib: true,
        baselines: alone ? baselines[0] : baselines,
        target,
        additionalForwardArgs,
        returnConvergenceDelta,
      });
    });
  }
}
