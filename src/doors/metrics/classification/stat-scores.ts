// Counts of true and false positives and negatives, and the metrics computed from them.
import { ArgumentError, type Tensor } from '../../../torch';
import { kinds, shown } from '../../../torch/inside';
import { definition, type MetricClass, metric, ofBatch, type Parts, type State, score as traits } from '../gathering';
import type { Metric } from '../metric';
import { expectBinary, expectClasses, expectLabels, expectTensors, type MultidimAverage } from './arguments';
import { type Counts, countBinary, countClasses, countLabels } from './counting';
import { among, from, type Options, optionsWith } from './options';
import { fBeta, type Score, type Scoring, statScores as score } from './scores';
import { byTask, ofBatchByTask } from './task';

/** The options of metrics of counts. */
export interface Counted extends Options {
  /** The value of 0 / 0: 0 (default) or 1; only for precision, recall and F scores. */
  zeroDivision?: 0 | 1;
  /** A prediction is right if the true class is among this many highest scores; default 1. */
  topK?: number;
  /** How much more recall counts than precision in F scores; above 0. */
  beta: number;
}

/** The options of metrics of counts, with `numClasses` optional. */
export interface OfClasses extends Omit<Counted, 'numClasses'> {
  /** C; null only for `average` 'micro'. */
  numClasses?: number | null;
}

const rest = ['multidimAverage', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;
const binaryOrder = ['threshold', ...rest] as const;
const multiclassOrder = ['numClasses', 'topK', 'average', ...rest] as const;
/** In functions, `average` comes before `topK`. */
const multiclassFunctionOrder = ['numClasses', 'average', 'topK', ...rest] as const;
const multilabelOrder = ['numLabels', 'threshold', 'average', ...rest] as const;

/** The options of binary metrics. */
export interface BinaryArguments extends Pick<Counted, (typeof binaryOrder)[number]> {}
/** The options of multiclass metrics. */
export interface MulticlassArguments extends Pick<OfClasses, (typeof multiclassOrder)[number]> {}
/** The options of multilabel metrics. */
export interface MultilabelArguments extends Pick<Counted, (typeof multilabelOrder)[number]> {}

const table = optionsWith(
  { zeroDivision: 0, topK: 1 },
  {
    zeroDivision: among(0, 1),
    topK: from(1),
    beta: (name: string, _, beta: unknown) => {
      if (typeof beta === 'number' && beta > 0) return beta;
      throw new ArgumentError(`${name}: expected beta to be a number above 0, but got ${shown(beta)}`);
    },
  },
);

/** The states of `size` counts: sums, or lists for 'samplewise', where each sample keeps its counts. */
const counts = (multidimAverage: MultidimAverage, size: number) => {
  const state: State = multidimAverage === 'global' ? { shape: [size], dtype: 'int64' } : { as: 'list' };
  return { tp: state, fp: state, tn: state, fn: state };
};

const named = ([tp, fp, tn, fn]: Counts) => ({ tp, fp, tn, fn });

type Known = Partial<Scoring> & { readonly multidimAverage: MultidimAverage; readonly numLabels?: number };

/** Computes a score from the counts, by the metric's options. */
const figureOf =
  (own: Score) =>
  ({ tp, fp, tn, fn }: Parts<'tp' | 'fp' | 'tn' | 'fn'>, m: Known): Tensor => {
    const { average = 'binary', topK = 1, zeroDivision = 0, multidimAverage, numLabels, beta = 1 } = m;
    const multilabel = numLabels !== undefined;
    return own([tp, fp, tn, fn], { average, topK, zeroDivision, multidimAverage, multilabel, beta });
  };

const base = { isLenient: true, traits: { ...traits, higherIsBetter: null }, figure: figureOf(score) } as const;

/**
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, …]; [5], int64, or [N, 5] for `multidimAverage`
 * 'samplewise'.
 *
 * Floats are scores. If one of a batch is outside [0, 1], the batch is taken as logits. A score above `threshold`
 * counts as 1.
 */
export class BinaryStatScores extends metric<Counted>(table)({
  ...base,
  order: binaryOrder,
  states: (m) => counts(m.multidimAverage, 1),
  parts(m, preds, target) {
    const { name } = m.constructor;
    expectTensors(name, preds, target);
    expectBinary(name, preds, target, m.multidimAverage);
    return named(countBinary(name, preds, target, m));
  },
}) {}

/**
 * tp, fp, tn, fn and support (tp + fn) of scores [N, C, …] or labels [N, …] and target [N, …]: [5] if averaged, [C, 5]
 * for each class; with `multidimAverage` 'samplewise', N comes first.
 */
export class MulticlassStatScores extends metric<OfClasses>(table)({
  ...base,
  order: multiclassOrder,
  functionOrder: multiclassFunctionOrder,
  defaults: { numClasses: null },
  checks: { numClasses: kinds.orNull(from(2)) },
  check({ constructor: { name }, numClasses, average, topK }) {
    if (numClasses === null && average !== 'micro') {
      throw new ArgumentError(
        `${name}: expected numClasses for average ${shown(average)}, but got null; only 'micro' does not need it`,
      );
    }
    if (topK <= (numClasses ?? 1)) return;
    throw new ArgumentError(
      `${name}: expected topK of at most ${numClasses ?? 1}, the number of classes, but got ${topK}`,
    );
  },
  states: ({ multidimAverage, average, topK, numClasses }) =>
    counts(multidimAverage, average === 'micro' && topK === 1 ? 1 : (numClasses ?? 1)),
  parts(m, preds, target) {
    const { name } = m.constructor;
    expectTensors(name, preds, target);
    expectClasses(name, preds, target, m.numClasses, m.multidimAverage);
    return named(countClasses(name, preds, target, m));
  },
}) {}

/**
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, L, …]: [5] if averaged, [L, 5] for each label; with
 * `multidimAverage` 'samplewise', N comes first.
 */
export class MultilabelStatScores extends metric<Counted>(table)({
  ...base,
  order: multilabelOrder,
  states: (m) => counts(m.multidimAverage, m.numLabels),
  parts(m, preds, target) {
    const { name } = m.constructor;
    expectTensors(name, preds, target);
    expectLabels(name, preds, target, m.numLabels, m.multidimAverage);
    return named(countLabels(name, preds, target, m));
  },
}) {}

type Counting = typeof BinaryStatScores | typeof MulticlassStatScores | typeof MultilabelStatScores;

/** Derives a class of metrics that computes another score from the same counts. */
/* @__NO_SIDE_EFFECTS__ */
export function scored<C extends Counting>(Class: C, own: Score, higherIsBetter: boolean | null = true): C {
  const made = { ...Class[definition], figure: figureOf(own), traits: { ...traits, higherIsBetter } };
  const Scored = class extends (Class as unknown as typeof BinaryStatScores) {
    static override readonly [definition] = made as unknown as (typeof BinaryStatScores)[typeof definition];
  };
  return Scored as unknown as C;
}

type Types<C> = C extends { readonly [definition]: { readonly types?: infer T } } ? NonNullable<T> : never;
type WithBeta<C extends Counting, T = Types<C>> = T extends readonly [infer O, infer Order, infer FunctionOrder]
  ? MetricClass<
      O & Pick<Counted, 'beta'>,
      BetaFirst<Order, keyof O & string>,
      InstanceType<C> & { readonly beta: number },
      BetaFirst<FunctionOrder, keyof O & string>
    >
  : never;
type BetaFirst<Order, Key extends string> = Order extends readonly Key[] ? readonly ['beta', ...Order] : never;

/** Derives F scores from a class of metrics, with β as the first argument. */
/* @__NO_SIDE_EFFECTS__ */
export function scoredWithBeta<C extends Counting>(Class: C): WithBeta<C> {
  const Scored = scored(Class as unknown as typeof BinaryStatScores, fBeta);
  const made = Scored[definition];
  const first = (order: readonly string[] = made.order) => ['beta', ...order];
  const own = { ...made, order: first(), functionOrder: first(made.functionOrder) };
  const Beta = class extends Scored {
    static override readonly [definition] = own as unknown as (typeof BinaryStatScores)[typeof definition];
  };
  return Beta as unknown as WithBeta<C>;
}

const taskOrder = [
  'task',
  'threshold',
  'numClasses',
  'numLabels',
  'average',
  'multidimAverage',
  'topK',
  'ignoreIndex',
  'validateArgs',
  'zeroDivision',
] as const;
/** As in torchmetrics, the metrics that are chosen by `task` sum over all classes by default. */
const taskDefaults = { average: 'micro' } as const;

const betaDefaults = { ...taskDefaults, beta: 1 } as const;

type OfCounts = abstract new (...args: never) => Metric;

/** Makes a metric of counts that is chosen by `task`. */
/* @__NO_SIDE_EFFECTS__ */
export function countedByTask<B extends OfCounts, C extends OfCounts, L extends OfCounts>(
  name: string,
  binary: B,
  multiclass: C,
  multilabel: L,
) {
  return byTask<Counted>()(name, taskOrder, { binary, multiclass, multilabel }, taskDefaults);
}

/** The same, with β after the task. */
/* @__NO_SIDE_EFFECTS__ */
export function withBetaByTask<B extends OfCounts, C extends OfCounts, L extends OfCounts>(
  name: string,
  binary: B,
  multiclass: C,
  multilabel: L,
) {
  const [task, ...others] = taskOrder;
  return byTask<Counted>()(name, [task, 'beta', ...others], { binary, multiclass, multilabel }, betaDefaults);
}

/** BinaryStatScores, MulticlassStatScores or MultilabelStatScores by `task`; default average: 'micro'. */
export const StatScores = countedByTask('StatScores', BinaryStatScores, MulticlassStatScores, MultilabelStatScores);

/** `StatScores` of one batch. */
export const statScores = ofBatchByTask('statScores', StatScores);
/** `BinaryStatScores` of one batch. */
export const binaryStatScores = ofBatch('binaryStatScores', BinaryStatScores);
/** `MulticlassStatScores` of one batch. */
export const multiclassStatScores = ofBatch('multiclassStatScores', MulticlassStatScores);
/** `MultilabelStatScores` of one batch. */
export const multilabelStatScores = ofBatch('multilabelStatScores', MultilabelStatScores);
