// Owns accuracy: how many predictions are right.
import { ofBatch } from '../gathering';
import { accuracy as score } from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** (tp + tn) / all of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryAccuracy extends scored(BinaryStatScores, score) {}
/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassAccuracy extends scored(MulticlassStatScores, score) {}
/** (tp + tn) / all of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelAccuracy extends scored(MultilabelStatScores, score) {}

/** BinaryAccuracy, MulticlassAccuracy or MultilabelAccuracy by `task`; the average is 'micro' unless given. */
export const Accuracy = countedByTask('Accuracy', BinaryAccuracy, MulticlassAccuracy, MultilabelAccuracy);
/** `Accuracy` of one batch. */
export const accuracy = ofBatchByTask('accuracy', Accuracy);
/** `BinaryAccuracy` of one batch. */
export const binaryAccuracy = ofBatch('binaryAccuracy', BinaryAccuracy);
/** `MulticlassAccuracy` of one batch. */
export const multiclassAccuracy = ofBatch('multiclassAccuracy', MulticlassAccuracy);
/** `MultilabelAccuracy` of one batch. */
export const multilabelAccuracy = ofBatch('multilabelAccuracy', MultilabelAccuracy);
