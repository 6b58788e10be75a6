// Owns the Hamming distance: how many predictions are wrong.
import { ofBatch } from '../gathering';
import { hammingDistance as score } from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** 1 − accuracy of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryHammingDistance extends scored(BinaryStatScores, score, false) {}
/** 1 − accuracy, by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassHammingDistance extends scored(MulticlassStatScores, score, false) {}
/** 1 − accuracy of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelHammingDistance extends scored(MultilabelStatScores, score, false) {}

/** BinaryHammingDistance, MulticlassHammingDistance or MultilabelHammingDistance by `task`; the average is 'micro' unless given. */
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
