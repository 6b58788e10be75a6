// Confusion matrices, and the states shared by metrics that are computed from one.

import type { Tensor } from '../../../torch';
import { metric, ofBatch, type Parts, type Plot, score } from '../gathering';
import { type ConfusionPlotOptions, confusionDrawing } from '../plot';
import { expectBinary, expectClasses, expectLabels, expectTensors } from './arguments';
import { type Checking, confusionOfBinary, confusionOfClasses, confusionOfLabels } from './counting';
import { among, type Options, optionsWith } from './options';
import { ratio } from './scores';
import { byTask, ofBatchByTask } from './task';

/** Divide counts by the total of their true class, of their predicted class, or of all; 'none' or null keeps counts. */
export type Normalize = 'true' | 'pred' | 'all' | 'none' | null;

type Confusion = Parts<'confmat'>;
type Deciding = Checking & { readonly threshold: number };
type OfClasses = Checking & { readonly numClasses: number };
type OfLabels = Deciding & { readonly numLabels: number };

const base = { isLenient: true, traits: score } as const;

type Of<M, R> = (name: string, preds: Tensor, target: Tensor, m: M) => R;

/** Checks the tensors of a batch, and counts it. */
const counted =
  <M extends Checking>(expect: Of<M, void>, count: Of<M, Tensor>) =>
  (m: M, preds: Tensor, target: Tensor): Confusion => {
    const { name } = m.constructor;
    expectTensors(name, preds, target);
    expect(name, preds, target, m);
    return { confmat: count(name, preds, target, m) };
  };

/** The state for two classes: counts [2, 2] by the true and the predicted class. */
export const binaryConfusion = {
  ...base,
  states: { confmat: { shape: [2, 2], dtype: 'int64' } },
  parts: counted<Deciding>((name, preds, target) => expectBinary(name, preds, target, 'global'), confusionOfBinary),
} as const;

/** The state for several classes: counts [C, C]. */
export const multiclassConfusion = {
  ...base,
  states: ({ numClasses }: OfClasses) => ({ confmat: { shape: [numClasses, numClasses], dtype: 'int64' } }) as const,
  parts: counted<OfClasses>(
    (name, preds, target, m) => expectClasses(name, preds, target, m.numClasses),
    confusionOfClasses,
  ),
} as const;

/** The state for labels: counts [L, 2, 2]. */
export const multilabelConfusion = {
  ...base,
  states: ({ numLabels }: OfLabels) => ({ confmat: { shape: [numLabels, 2, 2], dtype: 'int64' } }) as const,
  parts: counted<OfLabels>(
    (name, preds, target, m) => expectLabels(name, preds, target, m.numLabels),
    confusionOfLabels,
  ),
} as const;

export interface Normalized extends Options {
  /** Default null. */
  normalize?: Normalize;
}

const matrixOf = metric<Normalized>(
  optionsWith({ normalize: null }, { normalize: among<Normalize>('true', 'pred', 'all', 'none', null) }),
);

/** Divides counts by their totals; 0 / 0 is 0. */
function normalized({ confmat }: Confusion, { normalize }: { readonly normalize: Normalize }): Tensor {
  if (normalize === null || normalize === 'none') return confmat;
  const x = confmat.float();
  const dims = normalize === 'true' ? [-1] : normalize === 'pred' ? [-2] : [-2, -1];
  return ratio(x, x.sum(dims, { keepdim: true }).expandAs(x));
}

const plot: Plot<ConfusionPlotOptions> = {
  defaults: { addText: true, labels: null, cmap: 'viridis' },
  isOfOne: true,
  draw: confusionDrawing,
};
const matrix = { figure: normalized, traits: { ...score, higherIsBetter: null }, plot };

/** [[tn, fp], [fn, tp]] of preds and target [N, …], int64; floats with `normalize`. */
export class BinaryConfusionMatrix extends matrixOf({
  ...binaryConfusion,
  ...matrix,
  order: ['threshold', 'ignoreIndex', 'normalize', 'validateArgs'],
  functionOrder: ['threshold', 'normalize', 'ignoreIndex', 'validateArgs'],
}) {}

/**
 * How often each true class (row) was predicted as each class (column), of scores [N, C, …] or labels [N, …] and target
 * [N, …]; int64 [C, C], floats with `normalize`.
 */
export class MulticlassConfusionMatrix extends matrixOf({
  ...multiclassConfusion,
  ...matrix,
  order: ['numClasses', 'ignoreIndex', 'normalize', 'validateArgs'],
  functionOrder: ['numClasses', 'normalize', 'ignoreIndex', 'validateArgs'],
}) {}

/** [[tn, fp], [fn, tp]] of each label of preds and target [N, L, …]; int64 [L, 2, 2]; floats with `normalize`. */
export class MultilabelConfusionMatrix extends matrixOf({
  ...multilabelConfusion,
  ...matrix,
  order: ['numLabels', 'threshold', 'ignoreIndex', 'normalize', 'validateArgs'],
  functionOrder: ['numLabels', 'threshold', 'normalize', 'ignoreIndex', 'validateArgs'],
}) {}

/** BinaryConfusionMatrix, MulticlassConfusionMatrix or MultilabelConfusionMatrix by `task`. */
export const ConfusionMatrix = byTask<Normalized>()(
  'ConfusionMatrix',
  ['task', 'threshold', 'numClasses', 'numLabels', 'normalize', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryConfusionMatrix, multiclass: MulticlassConfusionMatrix, multilabel: MultilabelConfusionMatrix },
);
/** `ConfusionMatrix` of one batch. */
export const confusionMatrix = ofBatchByTask('confusionMatrix', ConfusionMatrix);
/** `BinaryConfusionMatrix` of one batch. */
export const binaryConfusionMatrix = ofBatch('binaryConfusionMatrix', BinaryConfusionMatrix);
/** `MulticlassConfusionMatrix` of one batch. */
export const multiclassConfusionMatrix = ofBatch('multiclassConfusionMatrix', MulticlassConfusionMatrix);
/** `MultilabelConfusionMatrix` of one batch. */
export const multilabelConfusionMatrix = ofBatch('multilabelConfusionMatrix', MultilabelConfusionMatrix);
