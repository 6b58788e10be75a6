// Owns counts of true and false positives and negatives, and the figures that are made of them.
import { ArgumentError, type Tensor } from '../../../torch';
import { kinds, shown } from '../../../torch/inside';
import { definition, type MetricClass, metric, ofBatch, type Parts, type State, score as traits } from '../gathering';
import type { Metric } from '../metric';
import { expectBinary, expectClasses, expectLabels, expectTensors, type MultidimAverage } from './arguments';
import { type Counts, countBinary, countClasses, countLabels } from './counting';
import { among, from, type Options, optionsWith } from './options';
import { fBeta, type Score, type Scoring, statScores as score } from './scores';
import { byTask, ofBatchByTask } from './task';

/** Options of metrics of counts. */
export interface Counted extends Options {
  /** What 0 / 0 is, 0 (default) or 1; only for precision, recall and F scores. */
  zeroDivision?: 0 | 1;
  /** How many of the greatest scores may hold the true class; default 1. */
  topK?: number;
  /** How much more recall counts than precision; above 0. */
  beta: number;
}

/** The same where there need be no number of classes. */
export interface OfClasses extends Omit<Counted, 'numClasses'> {
  /** C; null only for `average` 'micro'. */
  numClasses?: number | null;
}

const rest = ['multidimAverage', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;
const binaryOrder = ['threshold', ...rest] as const;
const multiclassOrder = ['numClasses', 'topK', 'average', ...rest] as const;
/** Functions have the average before the number of guesses. */
const multiclassFunctionOrder = ['numClasses', 'average', 'topK', ...rest] as const;
const multilabelOrder = ['numLabels', 'threshold', 'average', ...rest] as const;

/** What metrics of two classes take by name. */
export interface BinaryArguments extends Pick<Counted, (typeof binaryOrder)[number]> {}
/** What metrics of several classes take by name. */
export interface MulticlassArguments extends Pick<OfClasses, (typeof multiclassOrder)[number]> {}
/** What metrics of several labels take by name. */
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

/** States of so many figures: sums, or lists where each sample has a figure of its own. */
const counts = (multidimAverage: MultidimAverage, size: number) => {
  const state: State = multidimAverage === 'global' ? { shape: [size], dtype: 'int64' } : { as: 'list' };
  return { tp: state, fp: state, tn: state, fn: state };
};

const named = ([tp, fp, tn, fn]: Counts) => ({ tp, fp, tn, fn });

type Known = Partial<Scoring> & { readonly multidimAverage: MultidimAverage; readonly numLabels?: number };

/** What a score makes of counts, by the options of the metric. */
const figureOf =
  (own: Score) =>
  ({ tp, fp, tn, fn }: Parts<'tp' | 'fp' | 'tn' | 'fn'>, m: Known): Tensor => {
    const { average = 'binary', topK = 1, zeroDivision = 0, multidimAverage, numLabels, beta = 1 } = m;
    const multilabel = numLabels !== undefined;
    return own([tp, fp, tn, fn], { average, topK, zeroDivision, multidimAverage, multilabel, beta });
  };

const common = { isLenient: true, traits: { ...traits, higherIsBetter: null }, figure: figureOf(score) } as const;

/**
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, …]; [5], int64, or [N, 5] for `multidimAverage` 'samplewise'.
 *
 * Floats are scores: those of a batch with one outside [0, 1] are logits; a score above `threshold` counts as 1.
 */
export class BinaryStatScores extends metric<Counted>(table)({
  ...common,
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
 * tp, fp, tn, fn and support (tp + fn) of scores [N, C, …] or labels [N, …] and target [N, …]; averaged [5], of classes [C, 5]; with
 * N in front for `multidimAverage` 'samplewise'.
 */
export class MulticlassStatScores extends metric<OfClasses>(table)({
  ...common,
  order: multiclassOrder,
  functionOrder: multiclassFunctionOrder,
  defaults: { numClasses: null },
  checks: { numClasses: kinds.orNull(from(2)) },
  check({ constructor: { name }, numClasses, average, topK }) {
    if (numClasses === null && average !== 'micro') {
      throw new ArgumentError(
        `${name}: expected numClasses for average ${shown(average)}, but got null; only 'micro' does without`,
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
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, L, …]; averaged [5], of labels [L, 5]; with N in front for
 * `multidimAverage` 'samplewise'.
 */
export class MultilabelStatScores extends metric<Counted>(table)({
  ...common,
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

/** The metrics of a class with another score. */
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

/** F scores of a class: the same metrics with β, which comes first. */
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
/** As torchmetrics has it, the names without a task sum over all classes. */
const taskDefaults = { average: 'micro' } as const;

const betaDefaults = { ...taskDefaults, beta: 1 } as const;

type OfCounts = abstract new (...args: never) => Metric;

/** A metric of counts by its task. */
/* @__NO_SIDE_EFFECTS__ */
export function countedByTask<B extends OfCounts, C extends OfCounts, L extends OfCounts>(
  name: string,
  binary: B,
  multiclass: C,
  multilabel: L,
) {
  return byTask<Counted>()(name, taskOrder, { binary, multiclass, multilabel }, taskDefaults);
}

/** The same with β behind the task. */
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

/** BinaryStatScores, MulticlassStatScores or MultilabelStatScores by `task`; the average is 'micro' unless given. */
export const StatScores = countedByTask('StatScores', BinaryStatScores, MulticlassStatScores, MultilabelStatScores);

/** `StatScores` of one batch. */
export const statScores = ofBatchByTask('statScores', StatScores);
/** `BinaryStatScores` of one batch. */
export const binaryStatScores = ofBatch('binaryStatScores', BinaryStatScores);
/** `MulticlassStatScores` of one batch. */
export const multiclassStatScores = ofBatch('multiclassStatScores', MulticlassStatScores);
/** `MultilabelStatScores` of one batch. */
export const multilabelStatScores = ofBatch('multilabelStatScores', MultilabelStatScores);
