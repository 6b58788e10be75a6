// Kernel SHAP: Shapley values as the coefficients of a linear model.
import { type Arguments, parseArgs } from '../../../torch/inside';
import { opOf } from '../attribution/attribution';
import { type Forward, forwardKinds } from '../attribution/model';
import { Lime } from './lime';
import { LinearRegression } from './linear-models';
import { shapSamples, shapSimilarity } from './samples';

/**
 * Estimates Shapley values by LIME, with the one loss and kernel for which LIME's coefficients are Shapley values.
 * Lundberg & Lee 2017,
 * arXiv:1705.07874:
 *
 *     φ = argmin_φ Σ_z π(z) (f(z) − φ · z′ − b)²,   π(z) = (n − 1) / (C(n, k) k (n − k))
 *
 * where k of the n features of z come from the input and the others from the baseline. Samples are drawn with
 * probability π instead of weighted by it. The samples with all features and with none, whose weight is infinite, occur
 * once each with a weight of 10⁶. The result is exact for linear models from n + 1 samples on.
 *
 *     const values = await new KernelShap(model).attribute(x, { target: 1, featureMask: segments, nSamples: 200 });
 */
export class KernelShap extends Lime {
  constructor(...args: Arguments<Forward, ['forwardFunc']>) {
    const { forwardFunc } = parseArgs<Forward>(opOf(new.target), ['forwardFunc'], {}, args, forwardKinds);
    super(forwardFunc, new LinearRegression(), shapSimilarity, shapSamples);
  }
}
