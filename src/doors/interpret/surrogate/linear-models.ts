// Interpretable linear models, which LIME fits to a network's outputs near an input.

import { ArgumentError, ShapeError, Tensor, tensor } from '../../../torch';
import { type Arguments, closeMethods, kindOf, parseArgs, shown } from '../../../torch/inside';
import { lasso, leastNorm, type Problem, ridge } from './least-squares';

/**
 * Samples, in one batch: interpretable inputs [n, features], the outputs of the network [n], and weights [n], all
 * float32.
 */
export type TrainData = Iterable<readonly [inputs: Tensor, outputs: Tensor, weights: Tensor]>;

/** The further data that the library's own models accept: several batches, those of a DataLoader, and no weights. */
type SurrogateBatches =
  | Iterable<readonly [inputs: Tensor, outputs: Tensor, weights?: Tensor]>
  | AsyncIterable<readonly Tensor[]>;

/** The interface of LIME's models. A model is fitted again for every example. */
export interface InterpretableModel {
  /**
   * Fits the model from scratch.
   * @param trainData Batches of drawn inputs, what the network gave for them, and their weights.
   */
  fit(trainData: TrainData): unknown;
  /** The explanation: coefficients [features] or [1, features]. */
  representation(): Tensor;
}

interface LinearOptions {
  /** Also fit a constant; default true. */
  fitIntercept?: boolean;
}

/** Models y ≈ x · w + b, fitted in closed form or to convergence, on the host in double precision. */
abstract class LinearModel implements InterpretableModel {
  static {
    closeMethods(LinearModel.prototype, ['representation', 'bias']);
  }

  #fitted: { readonly coefficients: Float64Array; readonly intercept: number } | null = null;

  protected constructor(private readonly fitIntercept: boolean) {}

  /**
   * Computes the coefficients. The rows of `problem` are centred and multiplied by the square roots of their weights,
   * which add up to `total`.
   */
  protected abstract solve(problem: Problem, total: number): Float64Array;

  /** @throws ShapeError for sizes that do not match */
  async fit(...args: Arguments<{ trainData: SurrogateBatches }, ['trainData']>): Promise<void> {
    const { trainData } = parseArgs<{ trainData: SurrogateBatches }>(this.constructor.name, ['trainData'], {}, args);
    const { problem, weights } = await read(this.constructor.name, trainData);
    const { x, y, n, features } = problem;
    const total = weights.reduce((a, b) => a + b, 0);
    const means = new Float64Array(features);
    let mean = 0;
    if (this.fitIntercept && total > 0) {
      for (let i = 0; i < n; i++) {
        for (let f = 0; f < features; f++) means[f] = means[f]! + (weights[i]! / total) * x[i * features + f]!;
        mean += (weights[i]! / total) * y[i]!;
      }
    }
    for (let i = 0; i < n; i++) {
      const root = Math.sqrt(weights[i]!);
      for (let f = 0; f < features; f++) x[i * features + f] = (x[i * features + f]! - means[f]!) * root;
      y[i] = (y[i]! - mean) * root;
    }
    const coefficients = this.solve(problem, total);
    this.#fitted = { coefficients, intercept: coefficients.reduce((b, w, f) => b - w * means[f]!, mean) };
  }

  /** The coefficients, [1, features]. @throws ArgumentError before `fit` */
  representation(): Tensor {
    return tensor(Float32Array.from(this.#found().coefficients)).unsqueeze(0);
  }

  /** The constant, [1]. @throws ArgumentError before `fit` */
  bias(): Tensor {
    return tensor([this.#found().intercept]);
  }

  #found(): { readonly coefficients: Float64Array; readonly intercept: number } {
    if (this.#fitted) return this.#fitted;
    throw new ArgumentError(`${this.constructor.name}: expected a model that is fitted; call fit first`);
  }
}

async function read(op: string, trainData: SurrogateBatches): Promise<{ problem: Problem; weights: Float64Array }> {
  const xs: number[][] = [];
  const ys: number[] = [];
  const weights: number[] = [];
  let features = 0;
  const from = Object(trainData) as Record<symbol, unknown>;
  if (typeof trainData === 'string' || !(from[Symbol.iterator] || from[Symbol.asyncIterator])) {
    throw new ArgumentError(
      `${op}: expected trainData to be batches [inputs, outputs, weights], but got ${shown(trainData)}`,
    );
  }
  for await (const batch of trainData) {
    if (!Array.isArray(batch)) {
      throw new ArgumentError(
        `${op}: expected trainData to be batches [inputs, outputs, weights], but got a batch that is ${kindOf(batch)}`,
      );
    }
    const [x, y, w] = batch as readonly unknown[];
    if (!(x instanceof Tensor) || x.shape.length !== 2) {
      throw new ShapeError(
        `${op}: expected inputs [n, features], but got ${x instanceof Tensor ? shown(x.shape) : kindOf(x)}`,
      );
    }
    const rows = (value: unknown, name: string): Tensor => {
      if (value instanceof Tensor && value.numel() === x.shape[0]) return value;
      const got = value instanceof Tensor ? `shape ${shown(value.shape)}` : kindOf(value);
      throw new ShapeError(`${op}: expected ${name} for ${x.shape[0]} rows, but got ${got}`);
    };
    features = x.shape[1]!;
    // All shapes are checked before the first read starts, so no error leaves a read unawaited.
    const known = [x, rows(y, 'outputs'), ...(w === undefined ? [] : [rows(w, 'weights')])];
    const [xData, yData, wData] = await Promise.all(known.map((tensor) => tensor.data()));
    xs.push(Array.from(xData!, Number));
    for (const value of yData!) ys.push(Number(value));
    for (const value of wData ?? Array<number>(x.shape[0]!).fill(1)) weights.push(Number(value));
  }
  const wrong = weights.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) {
    throw new ArgumentError(`${op}: expected weights that are finite and at least 0, but got ${wrong}`);
  }
  const problem = { x: Float64Array.from(xs.flat()), y: Float64Array.from(ys), n: ys.length, features };
  return { problem, weights: Float64Array.from(weights) };
}

function expectPenalty(op: string, alpha: unknown): number {
  if (typeof alpha === 'number' && alpha >= 0 && alpha < Number.POSITIVE_INFINITY) return alpha;
  throw new ArgumentError(`${op}: expected alpha to be a finite number ≥ 0, but got ${shown(alpha)}`);
}

/** The options of `LinearRegression`. */
export interface LinearRegressionOptions extends LinearOptions {
  /** Singular values up to this fraction of the largest count as 0; default 1e-6. */
  tol?: number;
}

/**
 * Minimises Σ c_i (y_i − x_i · w − b)², with weights c. If there are several solutions, it takes the one of the
 * smallest ‖w‖, as scikit-learn does.
 */
export class LinearRegression extends LinearModel {
  readonly #tol: number;

  constructor(...args: Arguments<LinearRegressionOptions, ['fitIntercept', 'tol']>) {
    const o = parseArgs<LinearRegressionOptions>('LinearRegression', [], { fitIntercept: true, tol: 1e-6 }, args);
    super(o.fitIntercept);
    this.#tol = o.tol;
  }

  protected override solve(problem: Problem): Float64Array {
    return leastNorm(problem, this.#tol);
  }
}

/** The options of `Ridge`. */
export interface RidgeOptions extends LinearOptions {
  /** The weight of the penalty. Default 1. */
  alpha?: number;
}

/**
 * Minimises Σ c_i (y_i − x_i · w − b)² + alpha ‖w‖², with weights c (Hoerl & Kennard 1970), as scikit-learn's `Ridge`.
 */
export class Ridge extends LinearModel {
  readonly #alpha: number;

  /** @throws ArgumentError for a negative `alpha` */
  constructor(...args: Arguments<RidgeOptions, ['alpha', 'fitIntercept']>) {
    const o = parseArgs<RidgeOptions>('Ridge', [], { alpha: 1, fitIntercept: true }, args);
    super(o.fitIntercept);
    this.#alpha = expectPenalty('Ridge', o.alpha);
  }

  protected override solve(problem: Problem): Float64Array {
    return this.#alpha === 0 ? leastNorm(problem, 1e-6) : ridge(problem, this.#alpha);
  }
}

/** The options of `Lasso`. */
export interface LassoOptions extends RidgeOptions {
  /** The maximum number of rounds over all coefficients; default 1000. */
  maxIter?: number;
  /** The fit stops when the duality gap is at most `tol` times ‖y‖²; default 1e-4. */
  tol?: number;
}

/**
 * Minimises Σ c_i (y_i − x_i · w − b)² / (2 Σ c_i) + alpha ‖w‖₁, with weights c (Tibshirani 1996), as scikit-learn's
 * `Lasso`.
 */
export class Lasso extends LinearModel {
  readonly #alpha: number;
  readonly #stop: { readonly maxIter: number; readonly tol: number };

  /** @throws ArgumentError for a negative `alpha` */
  constructor(...args: Arguments<LassoOptions, ['alpha', 'fitIntercept', 'maxIter', 'tol']>) {
    const defaults = { alpha: 1, fitIntercept: true, maxIter: 1000, tol: 1e-4 };
    const o = parseArgs<LassoOptions>('Lasso', [], defaults, args);
    super(o.fitIntercept);
    this.#alpha = expectPenalty('Lasso', o.alpha);
    this.#stop = { maxIter: o.maxIter, tol: o.tol };
  }

  protected override solve(problem: Problem, total: number): Float64Array {
    return lasso(problem, this.#alpha * total, this.#stop);
  }
}
