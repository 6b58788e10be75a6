// Rates of right and wrong predictions: accuracy, precision, recall, specificity, Hamming distance.
import { ofBatch } from '../gathering';
import * as scores from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** (tp + tn) / all of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryAccuracy extends scored(BinaryStatScores, scores.accuracy) {}
/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassAccuracy extends scored(MulticlassStatScores, scores.accuracy) {}
/** (tp + tn) / all of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelAccuracy extends scored(MultilabelStatScores, scores.accuracy) {}

/** BinaryAccuracy, MulticlassAccuracy or MultilabelAccuracy by `task`; default average: 'micro'. */
export const Accuracy = countedByTask('Accuracy', BinaryAccuracy, MulticlassAccuracy, MultilabelAccuracy);
/** `Accuracy` of one batch. */
export const accuracy = ofBatchByTask('accuracy', Accuracy);
/** `BinaryAccuracy` of one batch. */
export const binaryAccuracy = ofBatch('binaryAccuracy', BinaryAccuracy);
/** `MulticlassAccuracy` of one batch. */
export const multiclassAccuracy = ofBatch('multiclassAccuracy', MulticlassAccuracy);
/** `MultilabelAccuracy` of one batch. */
export const multilabelAccuracy = ofBatch('multilabelAccuracy', MultilabelAccuracy);

/** tp / (tp + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryPrecision extends scored(BinaryStatScores, scores.precision) {}
/** tp / (tp + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassPrecision extends scored(MulticlassStatScores, scores.precision) {}
/** tp / (tp + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelPrecision extends scored(MultilabelStatScores, scores.precision) {}

/** BinaryPrecision, MulticlassPrecision or MultilabelPrecision by `task`; default average: 'micro'. */
export const Precision = countedByTask('Precision', BinaryPrecision, MulticlassPrecision, MultilabelPrecision);
/** `Precision` of one batch. */
export const precision = ofBatchByTask('precision', Precision);
/** `BinaryPrecision` of one batch. */
export const binaryPrecision = ofBatch('binaryPrecision', BinaryPrecision);
/** `MulticlassPrecision` of one batch. */
export const multiclassPrecision = ofBatch('multiclassPrecision', MulticlassPrecision);
/** `MultilabelPrecision` of one batch. */
export const multilabelPrecision = ofBatch('multilabelPrecision', MultilabelPrecision);

/** tp / (tp + fn) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryRecall extends scored(BinaryStatScores, scores.recall) {}
/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassRecall extends scored(MulticlassStatScores, scores.recall) {}
/** tp / (tp + fn) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelRecall extends scored(MultilabelStatScores, scores.recall) {}

/** BinaryRecall, MulticlassRecall or MultilabelRecall by `task`; default average: 'micro'. */
export const Recall = countedByTask('Recall', BinaryRecall, MulticlassRecall, MultilabelRecall);
/** `Recall` of one batch. */
export const recall = ofBatchByTask('recall', Recall);
/** `BinaryRecall` of one batch. */
export const binaryRecall = ofBatch('binaryRecall', BinaryRecall);
/** `MulticlassRecall` of one batch. */
export const multiclassRecall = ofBatch('multiclassRecall', MulticlassRecall);
/** `MultilabelRecall` of one batch. */
export const multilabelRecall = ofBatch('multilabelRecall', MultilabelRecall);

/** tn / (tn + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinarySpecificity extends scored(BinaryStatScores, scores.specificity, null) {}
/** tn / (tn + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassSpecificity extends scored(MulticlassStatScores, scores.specificity, null) {}
/** tn / (tn + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelSpecificity extends scored(MultilabelStatScores, scores.specificity, null) {}

/** BinarySpecificity, MulticlassSpecificity or MultilabelSpecificity by `task`; default average: 'micro'. */
export const Specificity = countedByTask(
  'Specificity',
  BinarySpecificity,
  MulticlassSpecificity,
  MultilabelSpecificity,
);
/** `Specificity` of one batch. */
export const specificity = ofBatchByTask('specificity', Specificity);
/** `BinarySpecificity` of one batch. */
export const binarySpecificity = ofBatch('binarySpecificity', BinarySpecificity);
/** `MulticlassSpecificity` of one batch. */
export const multiclassSpecificity = ofBatch('multiclassSpecificity', MulticlassSpecificity);
/** `MultilabelSpecificity` of one batch. */
export const multilabelSpecificity = ofBatch('multilabelSpecificity', MultilabelSpecificity);

/** 1 − accuracy of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryHammingDistance extends scored(BinaryStatScores, scores.hammingDistance, false) {}
/** 1 − accuracy, by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassHammingDistance extends scored(MulticlassStatScores, scores.hammingDistance, false) {}
/** 1 − accuracy of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelHammingDistance extends scored(MultilabelStatScores, scores.hammingDistance, false) {}

/**
 * BinaryHammingDistance, MulticlassHammingDistance or MultilabelHammingDistance by `task`; default average: 'micro'.
 */
export const HammingDistance = countedByTask(
  'HammingDistance',
  BinaryHammingDistance,
  MulticlassHammingDistance,
  MultilabelHammingDistance,
);
/** `HammingDistance` of one batch. */
export const hammingDistance = ofBatchByTask('hammingDistance', HammingDistance);
/** `BinaryHammingDistance` of one batch. */
export const binaryHammingDistance = ofBatch('binaryHammingDistance', BinaryHammingDistance);
/** `MulticlassHammingDistance` of one batch. */
export const multiclassHammingDistance = ofBatch('multiclassHammingDistance', MulticlassHammingDistance);
/** `MultilabelHammingDistance` of one batch. */
export const multilabelHammingDistance = ofBatch('multilabelHammingDistance', MultilabelHammingDistance);
