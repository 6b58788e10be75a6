// A linear one-against-rest classifier, trained on the host by stochastic gradient descent.
import { drawPermutation as randperm } from '../../../torch/inside';

/** Rows [n, features], flattened, and the class of each. */
export interface Labelled {
  readonly x: Float32Array;
  readonly labels: readonly number[];
  readonly features: number;
}

export interface SgdOptions {
  /** Factor of the L2 penalty. */
  readonly alpha: number;
  readonly maxIter: number;
  /** Training ends after five rounds that do not lower the mean loss by at least this much. */
  readonly tol: number;
  /** Whether to shuffle the rows in each round, by torch's generator. */
  readonly shuffle: boolean;
}

/** Rounds without improvement after which training ends, as in scikit-learn. */
const PATIENCE = 5;

/**
 * Linear support vector machines, which minimise the mean of max(0, 1 − y (w · x + b)) + alpha/2 ‖w‖² with y = 1 for a
 * class and −1 for the others, by steps of Bottou's rate 1 / (alpha (t₀ + t)): scikit-learn's `SGDClassifier` with its
 * defaults.
 */
export class SgdClassifier {
  readonly classes: readonly number[];
  /** One row per class; for two classes a single row, for the second. */
  readonly coefficients: readonly Float64Array[];
  readonly intercepts: readonly number[];

  constructor(data: Labelled, options: SgdOptions) {
    this.classes = [...new Set(data.labels)].sort((a, b) => a - b);
    const told = this.classes.length === 2 ? this.classes.slice(1) : this.classes;
    const machines = told.map((label) => trained(data, label, options));
    this.coefficients = machines.map(({ w }) => w);
    this.intercepts = machines.map(({ b }) => b);
  }

  /** Predicts the class of a row. */
  predict(row: Float32Array): number {
    const scores = this.coefficients.map((w, i) =>
      w.reduce((sum, value, f) => sum + value * row[f]!, this.intercepts[i]!),
    );
    if (this.classes.length === 2) return this.classes[Number(scores[0]! > 0)]!;
    return this.classes[scores.indexOf(Math.max(...scores))]!;
  }
}

function trained(data: Labelled, label: number, options: SgdOptions): { w: Float64Array; b: number } {
  const { x, labels, features } = data;
  const { alpha, maxIter, tol, shuffle } = options;
  const n = labels.length;
  // w = scale · v, so that the penalty's shrinking updates one number instead of all weights.
  const v = new Float64Array(features);
  let [scale, b, t] = [1, 0, 0];
  const start = 1 / (alpha * Math.sqrt(1 / Math.sqrt(alpha)));
  let [best, patience] = [Number.POSITIVE_INFINITY, 0];
  const inOrder = Int32Array.from({ length: n }, (_, i) => i);
  for (let round = 0; round < maxIter && patience < PATIENCE; round++) {
    let loss = 0;
    for (const i of shuffle ? randperm(n) : inOrder) {
      const y = labels[i] === label ? 1 : -1;
      let [product, square] = [0, 0];
      for (let f = 0; f < features; f++) {
        product += v[f]! * x[i * features + f]!;
        square += v[f]! * v[f]!;
      }
      const margin = y * (scale * product + b);
      const rate = 1 / (alpha * (start + t));
      loss += Math.max(0, 1 - margin) + 0.5 * alpha * scale * scale * square;
      scale *= Math.max(0, 1 - rate * alpha);
      if (scale < 1e-9) {
        for (let f = 0; f < features; f++) v[f] = v[f]! * scale;
        scale = 1;
      }
      if (margin <= 1) {
        for (let f = 0; f < features; f++) v[f] = v[f]! + ((rate * y) / scale) * x[i * features + f]!;
        b += rate * y;
      }
      t++;
    }
    patience = loss > best - tol * n ? patience + 1 : 0;
    best = Math.min(best, loss);
  }
  return { w: v.map((value) => value * scale), b };
}
