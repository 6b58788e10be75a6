// F scores: weighted harmonic means of precision and recall.
import { ofBatch } from '../gathering';
import { fBeta } from './scores';
import {
  BinaryStatScores,
  countedByTask,
  MulticlassStatScores,
  MultilabelStatScores,
  scored,
  scoredWithBeta,
  withBetaByTask,
} from './stat-scores';
import { ofBatchByTask } from './task';

/**
 * (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of preds and target [N, …]. See BinaryStatScores for the other arguments.
 */
export class BinaryFBetaScore extends scoredWithBeta(BinaryStatScores) {}
/**
 * (1 + β²) tp / ((1 + β²) tp + β² fn + fp), by default the mean over classes. See MulticlassStatScores for the other
 * arguments.
 */
export class MulticlassFBetaScore extends scoredWithBeta(MulticlassStatScores) {}
/**
 * (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of each label, by default the mean. See MultilabelStatScores for the other
 * arguments.
 */
export class MultilabelFBetaScore extends scoredWithBeta(MultilabelStatScores) {}
/** 2 tp / (2 tp + fn + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryF1Score extends scored(BinaryStatScores, fBeta) {}
/** 2 tp / (2 tp + fn + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassF1Score extends scored(MulticlassStatScores, fBeta) {}
/**
 * 2 tp / (2 tp + fn + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments.
 */
export class MultilabelF1Score extends scored(MultilabelStatScores, fBeta) {}

/** BinaryF1Score, MulticlassF1Score or MultilabelF1Score by `task`; default average: 'micro'. */
export const F1Score = countedByTask('F1Score', BinaryF1Score, MulticlassF1Score, MultilabelF1Score);
/**
 * BinaryFBetaScore, MulticlassFBetaScore or MultilabelFBetaScore by `task`; by default β is 1 and the average 'micro'.
 */
export const FBetaScore = withBetaByTask('FBetaScore', BinaryFBetaScore, MulticlassFBetaScore, MultilabelFBetaScore);

/** `F1Score` of one batch. */
export const f1Score = ofBatchByTask('f1Score', F1Score);
/** `BinaryF1Score` of one batch. */
export const binaryF1Score = ofBatch('binaryF1Score', BinaryF1Score);
/** `MulticlassF1Score` of one batch. */
export const multiclassF1Score = ofBatch('multiclassF1Score', MulticlassF1Score);
/** `MultilabelF1Score` of one batch. */
export const multilabelF1Score = ofBatch('multilabelF1Score', MultilabelF1Score);
/** `FBetaScore` of one batch. */
export const fbetaScore = ofBatchByTask('fbetaScore', FBetaScore);
/** `BinaryFBetaScore` of one batch. */
export const binaryFbetaScore = ofBatch('binaryFbetaScore', BinaryFBetaScore);
/** `MulticlassFBetaScore` of one batch. */
export const multiclassFbetaScore = ofBatch('multiclassFbetaScore', MulticlassFBetaScore);
/** `MultilabelFBetaScore` of one batch. */
export const multilabelFbetaScore = ofBatch('multilabelFbetaScore', MultilabelFBetaScore);
