// Exact match: the share of samples that are right in every position.

import { full, type Tensor } from '../../../torch';
import { ofBatch, type Parts, type State, score } from '../gathering';
import { expectClasses, expectLabels, expectTensors, joinedFrom, labelsOf, type MultidimAverage } from './arguments';
import { classesOf, decided } from './counting';
import { classified, type Options } from './options';
import { ratio } from './scores';
import { byTask, ofBatchByTask } from './task';

const base = {
  traits: score,
  states({ multidimAverage }: { readonly multidimAverage: MultidimAverage }) {
    const isSum = multidimAverage === 'global';
    const sum: State = { shape: [1], dtype: 'int64' };
    return { correct: isSum ? sum : ({ as: 'list' } as const), total: isSum ? sum : ({ ...sum, as: 'last' } as const) };
  },
  figure: ({ correct, total }: Parts<'correct' | 'total'>) => ratio(correct, total),
};

/** The number of matches, in total or for each sample, and the number of comparisons. */
const matches = (correct: Tensor, total: number, shape: readonly number[] = []) => ({
  correct,
  total: full([...shape], total, { dtype: 'int64' }),
});

/** The share of samples with every class right, for scores [N, C, …] or labels [N, …] and target [N, …]. */
export class MulticlassExactMatch extends classified({
  ...base,
  order: ['numClasses', 'multidimAverage', 'ignoreIndex', 'validateArgs'],
  parts(m, preds, target) {
    const { name } = m.constructor;
    const { numClasses, multidimAverage, ignoreIndex } = m;
    expectTensors(name, preds, target);
    expectClasses(name, preds, target, numClasses, multidimAverage);
    const limit = m.validateArgs ? numClasses : null;
    const truth = joinedFrom(labelsOf(name, target, limit, ignoreIndex), 1);
    const isRight = joinedFrom(classesOf(name, preds, target, limit), 1).eq(truth);
    const all = (ignoreIndex === null ? isRight : isRight.logicalOr(truth.lt(0))).all(1);
    return multidimAverage === 'samplewise'
      ? matches(all.to('int64'), 1, [1])
      : matches(all.sum(), target.shape[0] ?? 1);
  },
}) {}

/** The share of samples with every label right, for preds and target [N, L, …]. */
export class MultilabelExactMatch extends classified({
  ...base,
  order: ['numLabels', 'threshold', 'multidimAverage', 'ignoreIndex', 'validateArgs'],
  parts(m, preds, target) {
    const { name } = m.constructor;
    const { numLabels, threshold, multidimAverage, ignoreIndex, validateArgs } = m;
    expectTensors(name, preds, target);
    expectLabels(name, preds, target, numLabels, multidimAverage);
    const truth = joinedFrom(labelsOf(name, target, validateArgs ? 2 : null, ignoreIndex), 2);
    const isRight = joinedFrom(decided(name, preds, threshold, validateArgs), 2).eq(truth);
    const all = (ignoreIndex === null ? isRight : isRight.logicalOr(truth.lt(0))).all(1);
    const [rows, inner] = all.shape as [number, number];
    return multidimAverage === 'samplewise' ? matches(all.sum(-1), inner, [1]) : matches(all.sum(), rows * inner);
  },
}) {}

/** MulticlassExactMatch or MultilabelExactMatch by `task`. */
export const ExactMatch = byTask<Options>()(
  'ExactMatch',
  ['task', 'threshold', 'numClasses', 'numLabels', 'multidimAverage', 'ignoreIndex', 'validateArgs'],
  { multiclass: MulticlassExactMatch, multilabel: MultilabelExactMatch },
);
/** `ExactMatch` of one batch. */
export const exactMatch = ofBatchByTask('exactMatch', ExactMatch, [
  'task',
  'numClasses',
  'numLabels',
  'threshold',
  'multidimAverage',
  'ignoreIndex',
  'validateArgs',
]);
/** `MulticlassExactMatch` of one batch. */
export const multiclassExactMatch = ofBatch('multiclassExactMatch', MulticlassExactMatch);
/** `MultilabelExactMatch` of one batch. */
export const multilabelExactMatch = ofBatch('multilabelExactMatch', MultilabelExactMatch);
