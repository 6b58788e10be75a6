// Owns recall: the share of true elements that were found.
import { ofBatch } from '../gathering';
import { recall as score } from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** tp / (tp + fn) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryRecall extends scored(BinaryStatScores, score) {}
/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassRecall extends scored(MulticlassStatScores, score) {}
/** tp / (tp + fn) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelRecall extends scored(MultilabelStatScores, score) {}

/** BinaryRecall, MulticlassRecall or MultilabelRecall by `task`; the average is 'micro' unless given. */
export const Recall = countedByTask('Recall', BinaryRecall, MulticlassRecall, MultilabelRecall);
/** `Recall` of one batch. */
export const recall = ofBatchByTask('recall', Recall);
/** `BinaryRecall` of one batch. */
export const binaryRecall = ofBatch('binaryRecall', BinaryRecall);
/** `MulticlassRecall` of one batch. */
export const multiclassRecall = ofBatch('multiclassRecall', MulticlassRecall);
/** `MultilabelRecall` of one batch. */
export const multilabelRecall = ofBatch('multilabelRecall', MultilabelRecall);
