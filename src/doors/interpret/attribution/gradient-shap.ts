// Gradient SHAP: expected gradients between baselines and noisy inputs.
import { rand, scope } from '../../../torch';
import { kinds as torchKinds } from '../../../torch/inside';
import { type Baselines, compared, type Inputs, listFloats, timesDifference } from './arguments';
import type { AttributionOptions } from './attribution';
import { drawnFrom } from './deep-lift';
import { InputDeltaMethod } from './input-method';
import { pathDelta } from './integrated-gradients';
import {
  type Asked,
  type Definition,
  gradientsAt,
  type MultiplyByInputs,
  multiplied,
  type OfMultiplying,
} from './method';
import { NoiseTunnel, perRow } from './noise-tunnel';

interface InputBaselineOptions extends AttributionOptions {
  /** What the inputs are compared with; default 0. */
  baselines?: Baselines;
  /** Whether the error of the attributions is given, too. */
  returnConvergenceDelta?: boolean;
}

/** (x − x') ⊙ the gradient at one random point between x' and x, another point for each example. */
export class InputBaselineXGradient extends InputDeltaMethod<
  InputBaselineOptions,
  ['baselines', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'],
  OfMultiplying
> {
  protected override get definition(): Definition {
    return {
      made: multiplied,
      takes: { baselines: null, target: null, additionalForwardArgs: null, returnConvergenceDelta: false },
      find({ call, from, listed, options, settings }: Asked<InputBaselineOptions, MultiplyByInputs>) {
        const given = compared(call.op, listed, options.baselines);
        const { inputs, baselines } = given;
        const factors = rand([inputs[0]!.shape[0]!]);
        const points = inputs.map((x, i) => x.sub(baselines[i]!).mul(perRow(factors, x)).add(baselines[i]!));
        const [gradients] = gradientsAt({ call, from }, points).gradients;
        const found = settings.multiplyByInputs ? timesDifference(gradients!, given) : gradients!;
        return { attributions: [found], delta: () => pathDelta(call, given, found) };
      },
    };
  }
}

/** The options of `GradientShap`. */
export interface GradientShapOptions extends AttributionOptions {
  /** Baselines to draw from, [M, …]: one tensor per input, or a function that makes them from the inputs. */
  baselines: Inputs | ((inputs: never) => Inputs);
  /** Random draws per example; default 5. */
  nSamples?: number;
  /** Standard deviation of the noise added to the inputs: one for all inputs, or one for each; default 0. */
  stdevs?: number | readonly number[];
  /** Also return Σ attributions − (f(x) − f(baseline)) for every draw, [N · nSamples]; default false. */
  returnConvergenceDelta?: boolean;
}

/**
 * SHAP values as an expectation: each draw picks a baseline, adds noise to the input, takes the gradient at a random
 * point between the two, and multiplies it by their difference. For a linear model and a single baseline the result is
 * exact. The delta has one entry for each draw, [N · nSamples].
 *
 * Random numbers come from the default generator, so `torch.manualSeed` makes results repeatable. Lundberg, Lee 2017,
 * arXiv:1705.07874.
 */
export class GradientShap extends InputDeltaMethod<
  GradientShapOptions,
  ['baselines', 'nSamples', 'stdevs', 'target', 'additionalForwardArgs', 'returnConvergenceDelta'],
  OfMultiplying
> {
  protected override get definition(): Definition {
    return {
      ...super.definition,
      made: multiplied,
      required: ['baselines'],
      takes: { nSamples: 5, stdevs: 0, target: null, additionalForwardArgs: null, returnConvergenceDelta: false },
      kinds: { stdevs: torchKinds.either(torchKinds.number, torchKinds.listOf(torchKinds.number)) },
    };
  }

  protected override explained(args: readonly unknown[]): unknown {
    const { op, multipliesByInputs: multiplyByInputs } = this;
    const o = this.asked(args, ['inputs']) as Required<GradientShapOptions> & { readonly inputs: Inputs };
    const { inputs, alone } = listFloats(op, o.inputs);
    const { target, additionalForwardArgs, returnConvergenceDelta, nSamples, stdevs } = o;
    return scope(() => {
      const baselines = drawnFrom(op, o.baselines, o.inputs, inputs);
      return new NoiseTunnel(new InputBaselineXGradient(this.forwardFunc, { multiplyByInputs })).attribute(o.inputs, {
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
