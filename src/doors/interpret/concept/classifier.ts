// Classifiers that separate the examples of concepts by a layer's activations.

import { ArgumentError, stack, type Tensor, tensor } from '../../../torch';
import {
  type Arguments,
  closeMethods,
  isPlainObject,
  isTensorObject as isTensor,
  kindOf,
  parseArgs,
  drawPermutation as randperm,
  shown,
} from '../../../torch/inside';
import { SgdClassifier } from './sgd-classifier';

/** Batches, one per concept: activations [n, features], and the ids of their concepts, int64 [n]. */
export type ConceptData = Iterable<readonly [inputs: Tensor, labels: Tensor]>;

/**
 * The base class of classifiers that separate concepts. Extend it to use your own:
 *
 *     class MeanDifference extends Classifier { … }
 */
export abstract class Classifier {
  constructor(...none: []) {
    parseArgs(this.constructor.name, [], {}, none);
  }

  /** Trains from scratch, and returns statistics of the result, such as `{ accs }`, or a promise of them. */
  abstract trainAndEval(data: ConceptData, options: Readonly<Record<string, unknown>>): unknown;

  /** One row per class, [classes, features]: the direction towards that class. */
  abstract weights(): Tensor;

  /** The ids of the concepts, in the order of the rows of `weights`. */
  abstract classes(): readonly number[];
}

interface TrainArguments {
  data: ConceptData;
  /** The share of each concept's examples on which the accuracy is measured; default 0.33. */
  testSplitRatio?: number;
}

/** Captum's settings. */
const SVM = { alpha: 0.01, maxIter: 1000, tol: 1e-3, shuffle: true };

/**
 * A linear support vector machine, one concept against the others, with an L2 penalty of 0.01, trained by stochastic
 * gradient descent on the host. A third of the examples of each concept, drawn from torch's generator, is left out to
 * measure its accuracy, `accs`.
 */
export class DefaultClassifier extends Classifier {
  static {
    closeMethods(DefaultClassifier.prototype, ['weights', 'classes']);
  }

  #trained: SgdClassifier | null = null;

  /** Returns `{ accs }`, the accuracy on the held-out examples; NaN if there are none. */
  override async trainAndEval(
    ...args: Arguments<TrainArguments, ['data', 'testSplitRatio']>
  ): Promise<{ accs: number }> {
    const op = 'DefaultClassifier';
    const { data, testSplitRatio: ratio } = parseArgs<TrainArguments>(op, ['data'], { testSplitRatio: 0.33 }, args);
    if (!(typeof ratio === 'number' && ratio >= 0 && ratio < 1)) {
      throw new ArgumentError(`${op}: expected testSplitRatio to be at least 0 and below 1, but got ${shown(ratio)}`);
    }
    const training: Row[] = [];
    const test: Row[] = [];
    for (const [label, rows] of await rowsByLabel(data)) {
      const left = Math.floor(ratio * rows.length);
      randperm(rows.length).forEach((at, i) => {
        (i < left ? test : training).push({ label, row: rows[at]! });
      });
    }
    if (training.length === 0) throw noData(data);
    const features = training[0]!.row.length;
    const x = new Float32Array(training.length * features);
    training.forEach(({ row }, i) => {
      x.set(row, i * features);
    });
    const machine = new SgdClassifier({ x, labels: training.map(({ label }) => label), features }, SVM);
    this.#trained = machine;
    const right = test.filter(({ label, row }) => machine.predict(row) === label).length;
    return { accs: right / test.length };
  }

  /** @throws ArgumentError before `trainAndEval` */
  override weights(): Tensor {
    const { coefficients } = this.#machine();
    const rows = coefficients.map((row) => tensor(Float32Array.from(row)));
    const [only] = rows;
    return stack(rows.length === 1 ? [only!.neg(), only!] : rows);
  }

  override classes(): readonly number[] {
    return this.#machine().classes;
  }

  #machine(): SgdClassifier {
    if (this.#trained) return this.#trained;
    throw new ArgumentError('DefaultClassifier: expected a classifier that is trained; call trainAndEval first');
  }
}

interface Row {
  readonly label: number;
  readonly row: Float32Array;
}

/** Groups the rows by label, in order. */
async function rowsByLabel(data: ConceptData): Promise<Map<number, Float32Array[]>> {
  const found = new Map<number, Float32Array[]>();
  if (typeof data === 'string' || typeof Object(data)[Symbol.iterator] !== 'function') throw noData(data);
  for (const batch of data) {
    const [x, labels] = Array.isArray(batch) ? (batch as unknown[]) : [];
    if (!(isTensor(x) && isTensor(labels) && x.shape.length === 2 && labels.numel() === x.shape[0]))
      throw noData(batch);
    const [values, names] = await Promise.all([x.data(), labels.data()]);
    const features = x.shape[1]!;
    Array.from(names, Number).forEach((label, i) => {
      const row = Float32Array.from(values.subarray(i * features, (i + 1) * features) as Float32Array);
      const rows = found.get(label) ?? [];
      rows.push(row);
      found.set(label, rows);
    });
  }
  return found;
}

const noData = (given: unknown): ArgumentError =>
  new ArgumentError(
    `DefaultClassifier: expected data to be batches of [activations [n, features], labels [n]], but got ${shown(given)}`,
  );

/** @throws ArgumentError if the value lacks a method of a classifier */
export function expectClassifier(op: string, given: unknown): Classifier {
  const has = (name: string): boolean =>
    typeof given === 'object' && given !== null && typeof Reflect.get(given, name) === 'function';
  if (has('trainAndEval') && has('weights') && has('classes')) return given as Classifier;
  throw new ArgumentError(
    `${op}: expected classifier to have trainAndEval, weights and classes, but got ${kindOf(given)}`,
  );
}

/** The statistics that a classifier returned from training; empty if it returned none. */
export const statsOf = (given: unknown): Readonly<Record<string, unknown>> => (isPlainObject(given) ? given : {});
