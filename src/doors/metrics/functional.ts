// The exports of `metrics.functional`: metrics of one batch, as functions.

export {
  binaryCohenKappa,
  binaryMatthewsCorrCoef,
  cohenKappa,
  matthewsCorrCoef,
  multiclassCohenKappa,
  multiclassMatthewsCorrCoef,
  multilabelMatthewsCorrCoef,
} from './classification/agreement';
export {
  auroc,
  averagePrecision,
  binaryAuroc,
  binaryAveragePrecision,
  multiclassAuroc,
  multiclassAveragePrecision,
  multilabelAuroc,
  multilabelAveragePrecision,
} from './classification/areas';
export {
  binaryConfusionMatrix,
  confusionMatrix,
  multiclassConfusionMatrix,
  multilabelConfusionMatrix,
} from './classification/confusion-matrix';
export {
  binaryPrecisionRecallCurve,
  binaryRoc,
  multiclassPrecisionRecallCurve,
  multiclassRoc,
  multilabelPrecisionRecallCurve,
  multilabelRoc,
  precisionRecallCurve,
  roc,
} from './classification/curves';
export { exactMatch, multiclassExactMatch, multilabelExactMatch } from './classification/exact-match';
export {
  binaryF1Score,
  binaryFbetaScore,
  f1Score,
  fbetaScore,
  multiclassF1Score,
  multiclassFbetaScore,
  multilabelF1Score,
  multilabelFbetaScore,
} from './classification/f-beta';
export {
  binaryJaccardIndex,
  jaccardIndex,
  multiclassJaccardIndex,
  multilabelJaccardIndex,
} from './classification/jaccard-index';
export {
  binaryCalibrationError,
  binaryHingeLoss,
  calibrationError,
  hingeLoss,
  multiclassCalibrationError,
  multiclassHingeLoss,
} from './classification/margins';
export {
  accuracy,
  binaryAccuracy,
  binaryHammingDistance,
  binaryPrecision,
  binaryRecall,
  binarySpecificity,
  hammingDistance,
  multiclassAccuracy,
  multiclassHammingDistance,
  multiclassPrecision,
  multiclassRecall,
  multiclassSpecificity,
  multilabelAccuracy,
  multilabelHammingDistance,
  multilabelPrecision,
  multilabelRecall,
  multilabelSpecificity,
  precision,
  recall,
  specificity,
} from './classification/rates';
export { binaryStatScores, multiclassStatScores, multilabelStatScores, statScores } from './classification/stat-scores';
export {
  multiscaleStructuralSimilarityIndexMeasure,
  peakSignalNoiseRatio,
  structuralSimilarityIndexMeasure,
  totalVariation,
} from './image';
export {
  completeIntersectionOverUnion,
  distanceIntersectionOverUnion,
  generalizedIntersectionOverUnion,
  intersectionOverUnion,
} from './intersection-over-union';
export { perplexity } from './perplexity';
export {
  cosineSimilarity,
  explainedVariance,
  klDivergence,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  pearsonCorrcoef,
  r2Score,
  spearmanCorrcoef,
} from './regression';
export * as segmentation from './segmentation-functional';
