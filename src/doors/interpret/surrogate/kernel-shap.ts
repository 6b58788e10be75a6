// Kernel SHAP: Shapley values as the coefficients of a linear model.
import { type Arguments, parseArgs } from '../../../torch/inside';
import { opOf } from '../attribution/attribution';
import { type Forward, forwardKinds } from '../attribution/model';
import { Lime } from './lime';
import { LinearRegression } from './linear-models';
import { shapSamples, shapSimilarity } from './samples';

/**
 * Shapley values, estimated by LIME with the one loss and kernel for which its coefficients are these. Lundberg & Lee 2017,
 * arXiv:1705.07874:
 *
 *     φ = argmin_φ Σ_z π(z) (f(z) − φ · z′ − b)²,   π(z) = (n − 1) / (C(n, k) k (n − k))
 *
 * where k of the n features of z are the input's and the others the baseline's. Samples are drawn by π rather than weighed; those of all
 * features and of none, whose weight is infinite, come once each with a weight of 10⁶. Exact for linear models from n + 1 samples on.
 *
 *     const values = await new KernelShap(model).attribute(x, { target: 1, featureMask: segments, nSamples: 200 });
 */
export class KernelShap extends Lime {
  constructor(...args: Arguments<Forward, ['forwardFunc']>) {
    const { forwardFunc } = parseArgs<Forward>(opOf(new.target), ['forwardFunc'], {}, args, forwardKinds);
    super(forwardFunc, new LinearRegression(), shapSimilarity, shapSamples);
  }
}
