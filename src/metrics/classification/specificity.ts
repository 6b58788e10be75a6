// Owns specificity: the share of false elements that were left out.
import { ofBatch } from '../gathering';
import { specificity as score } from './scores';
import { BinaryStatScores, countedByTask, MulticlassStatScores, MultilabelStatScores, scored } from './stat-scores';
import { ofBatchByTask } from './task';

/** tn / (tn + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinarySpecificity extends scored(BinaryStatScores, score, null) {}
/** tn / (tn + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassSpecificity extends scored(MulticlassStatScores, score, null) {}
/** tn / (tn + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelSpecificity extends scored(MultilabelStatScores, score, null) {}

/** BinarySpecificity, MulticlassSpecificity or MultilabelSpecificity by `task`; the average is 'micro' unless given. */
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
