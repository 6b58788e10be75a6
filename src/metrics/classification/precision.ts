// Owns precision: the share of found elements that are true.
import { ofBatch } from '../gathering';
import { precision as score } from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** tp / (tp + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryPrecision extends scored(BinaryStatScores, score) {}
/** tp / (tp + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassPrecision extends scored(MulticlassStatScores, score) {}
/** tp / (tp + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelPrecision extends scored(MultilabelStatScores, score) {}

/** BinaryPrecision, MulticlassPrecision or MultilabelPrecision by `task`; the average is 'micro' unless given. */
export const Precision = countedByTask('Precision', BinaryPrecision, MulticlassPrecision, MultilabelPrecision);
/** `Precision` of one batch. */
export const precision = ofBatchByTask('precision', Precision);
/** `BinaryPrecision` of one batch. */
export const binaryPrecision = ofBatch('binaryPrecision', BinaryPrecision);
/** `MulticlassPrecision` of one batch. */
export const multiclassPrecision = ofBatch('multiclassPrecision', MulticlassPrecision);
/** `MultilabelPrecision` of one batch. */
export const multilabelPrecision = ofBatch('multilabelPrecision', MultilabelPrecision);
