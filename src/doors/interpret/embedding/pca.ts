// Principal component analysis.

import { ArgumentError, noGrad, ShapeError, type Tensor, tensor } from '../../../torch';
import { type Arguments, parseArgs, shown, tensorKind } from '../../../torch/inside';
import { symmetricEigen } from './eigen';
import { asPoints, centered } from './points';

interface Points {
  /** Points [n, features]; a higher rank is flattened. */
  input: Tensor;
}

interface PcaArguments extends Points {
  /** Default 2. */
  nComponents?: number;
}

/**
 * The largest covariance matrix whose eigenvectors are computed: at most this many features, or this many points if
 * there are fewer points.
 */
const MAX_SIDE = 4096;

/**
 * Principal component analysis as in scikit-learn: the directions of greatest variance, and the coordinates of points
 * along them. The covariances are computed on the GPU, their eigenvectors on the host in double precision. The largest
 * weight of each component is positive.
 *
 *     const pca = await new PCA({ nComponents: 50 }).fit(features);
 *     pca.transform(features).shape;   // [n, 50]
 */
export class PCA {
  readonly nComponents: number;
  /** [nComponents, features], rows of length 1. */
  components!: Tensor;
  /** The mean of each feature. */
  mean!: Tensor;
  /** The variance of each component, with n − 1 in the denominator. */
  explainedVariance: readonly number[] = [];
  /** The share of each component in the total variance. */
  explainedVarianceRatio: readonly number[] = [];
  singularValues: readonly number[] = [];

  constructor(...args: Arguments<{ nComponents?: number }, ['nComponents']>) {
    const { nComponents } = parseArgs<{ nComponents?: number }>('PCA', [], { nComponents: 2 }, args);
    if (!Number.isInteger(nComponents) || nComponents < 1) {
      throw new ArgumentError(`PCA: expected nComponents of at least 1, but got ${shown(nComponents)}`);
    }
    this.nComponents = nComponents;
  }

  /**
   * Finds the components of points [n, features]. @throws ShapeError if there are fewer points or features than
   * components
   */
  async fit(...args: Arguments<Points, ['input']>): Promise<this> {
    const { input } = parseArgs<Points>('PCA.fit', ['input'], {}, args, { input: tensorKind });
    const x = asPoints('PCA', input);
    const [n, d] = x.shape as [number, number];
    const { nComponents } = this;
    if (n < 2 || nComponents > Math.min(n, d)) {
      throw new ShapeError(
        `PCA: expected at least ${Math.max(2, nComponents)} points of ${nComponents} features, but got [${n}, ${d}]`,
      );
    }
    const side = Math.min(n, d);
    if (side > MAX_SIDE) {
      throw new ShapeError(
        `PCA: expected at most ${MAX_SIDE} points or features, but got [${n}, ${d}]; pool or sample them first`,
      );
    }
    const from = centered(x);
    // Use the smaller of X Xᵀ and Xᵀ X: their nonzero eigenvalues are the same, the squared singular values.
    const products = noGrad(() => (d <= n ? from.transpose(0, 1).matmul(from) : from.matmul(from.transpose(0, 1))));
    const { values, vectors } = symmetricEigen(Array.from(await products.data()), side);
    const squares = values.map((value) => Math.max(value, 0));
    const all = squares.reduce((sum, value) => sum + value, 0);
    const rows = tensor(vectors.slice(0, nComponents), { dtype: 'float32' });
    const directions = noGrad(() => {
      const found = d <= n ? rows : rows.matmul(from);
      const norms = found.square().sum(1, { keepdim: true }).sqrt().clampMin(1e-30);
      const unit = found.div(norms);
      const largest = unit.gather(1, unit.abs().argmax(1, { keepdim: true }));
      return unit.mul(largest.sign());
    });
    this.components = directions;
    this.mean = noGrad(() => x.mean(0));
    const kept = squares.slice(0, nComponents);
    this.singularValues = kept.map(Math.sqrt);
    this.explainedVariance = kept.map((value) => value / (n - 1));
    this.explainedVarianceRatio = kept.map((value) => (all > 0 ? value / all : 0));
    return this;
  }

  /** The coordinates of points along the components: [n, nComponents]. */
  transform(...args: Arguments<Points, ['input']>): Tensor {
    const { input } = parseArgs<Points>('PCA.transform', ['input'], {}, args, { input: tensorKind });
    if (this.singularValues.length === 0) throw new ArgumentError('PCA.transform: expected fit to come before it');
    const x = asPoints('PCA.transform', input);
    return noGrad(() => x.sub(this.mean).matmul(this.components.transpose(0, 1)));
  }

  /** Maps coordinates along the components back to features: [n, features]. */
  inverseTransform(...args: Arguments<Points, ['input']>): Tensor {
    const { input } = parseArgs<Points>('PCA.inverseTransform', ['input'], {}, args, { input: tensorKind });
    if (this.singularValues.length === 0)
      throw new ArgumentError('PCA.inverseTransform: expected fit to come before it');
    return noGrad(() => input.matmul(this.components).add(this.mean));
  }

  /** `fit`, then `transform`. */
  async fitTransform(...args: Arguments<Points, ['input']>): Promise<Tensor> {
    const { input } = parseArgs<Points>('PCA.fitTransform', ['input'], {}, args, { input: tensorKind });
    return (await this.fit(input)).transform(input);
  }
}

/**
 * The coordinates of points along their principal components, [n, nComponents]: `new PCA({ nComponents
 * }).fitTransform(input)`.
 */
export function pca(...args: Arguments<PcaArguments, ['input', 'nComponents']>): Promise<Tensor> {
  const { input, nComponents } = parseArgs<PcaArguments>('pca', ['input'], { nComponents: 2 }, args);
  return new PCA({ nComponents }).fitTransform(input);
}
