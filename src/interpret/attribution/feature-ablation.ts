// Feature ablation: what the output loses without a feature, or a group of them.

import { type Arguments, parseArgs } from '../../core/options';
import { type CarriedPromise, carried } from '../../storage/carried';
import { featureLosses } from './ablation';
import { type Attributions, asTensors, type Baselines, compared, type Inputs, listInputs } from './arguments';
import { PerturbationAttribution } from './attribution';
import type { FeatureOptions } from './features';
import { explainedDefaults, type PaceOrder, type PerturbationOptions, paceDefaults, replaced } from './perturbing';

/** What FeatureAblation and its like take by name. */
export interface FeatureMaskOptions extends PerturbationOptions, FeatureOptions {
  /** What stands for a feature that is taken away; default 0. */
  baselines?: Baselines;
}

type Order = ['baselines', 'target', 'additionalForwardArgs', 'featureMask', ...PaceOrder];

/**
 * What the output loses where a feature is replaced by its baseline. All elements of a feature get the whole difference.
 *
 *     const losses = await new FeatureAblation(model).attribute(x, { target: 1, featureMask: segments });
 */
export class FeatureAblation extends PerturbationAttribution {
  /**
   * Attributions of the inputs' shapes; [1, …] for a model that gives one number a batch.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<FeatureMaskOptions, Order>
  ): CarriedPromise<Attributions<I>>;
  attribute<const I extends Inputs>(options: FeatureMaskOptions & { inputs: I }): CarriedPromise<Attributions<I>>;
  attribute(...args: readonly unknown[]): CarriedPromise<unknown> {
    return carried(async (inMode) => {
      const { op } = this;
      const o = parseArgs<FeatureMaskOptions & { inputs: Inputs }>(
        op,
        ['inputs'],
        { baselines: null, ...explainedDefaults, featureMask: null, ...paceDefaults },
        args,
      );
      const listed = compared(op, listInputs(op, o.inputs), o.baselines);
      const { inputs, baselines } = listed;
      return featureLosses(inMode, this.call(o.target, o.additionalForwardArgs), listed, o, () => (marks) => {
        const without = asTensors(baselines, inputs);
        return inputs.map((x, i) => replaced(x, marks[i]!, without[i]!));
      });
    });
  }
}
