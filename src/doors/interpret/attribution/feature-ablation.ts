// Feature ablation: what the output loses if a feature, or a group of features, is removed.

import type { Parsed } from '../../../torch/inside';
import { featureLosses } from './ablation';
import { asTensors, type Baselines, type Compared } from './arguments';
import type { FeatureOptions } from './features';
import type { InMode } from './in-mode';
import { featureDefaults, PerturbationMethod } from './perturbation-method';
import { type PerturbationOptions, type RunOrder, replaced } from './perturbing';

/** The options of `FeatureAblation` and of similar methods. */
export interface FeatureMaskOptions extends PerturbationOptions, FeatureOptions {
  /** The value that replaces a removed feature; default 0. */
  baselines?: Baselines;
}

type AblationOrder = ['baselines', 'target', 'additionalForwardArgs', 'featureMask', ...RunOrder];

/**
 * What the output loses if a feature is replaced by its baseline. All elements of a feature get the whole difference.
 *
 *     const losses = await new FeatureAblation(model).attribute(x, { target: 1, featureMask: segments });
 */
export class FeatureAblation extends PerturbationMethod<FeatureMaskOptions, AblationOrder> {
  protected get definition() {
    return { takes: featureDefaults };
  }

  protected explained(inMode: InMode, listed: Compared, o: Parsed<FeatureMaskOptions>): PromiseLike<unknown> {
    const { inputs, baselines } = listed;
    return featureLosses(inMode, this.call(o.target, o.additionalForwardArgs), listed, o, () => (marks) => {
      const without = asTensors(baselines, inputs);
      return inputs.map((x, i) => replaced(x, marks[i]!, without[i]!));
    });
  }
}
