// The exports of `lamplight/metrics`: metrics that are accumulated over batches, with torchmetrics' API.

export {
  type AggregationArguments,
  CatMetric,
  MaxMetric,
  MeanMetric,
  MinMetric,
  type NanStrategy,
  SumMetric,
} from './aggregation';
export {
  BinaryCohenKappa,
  BinaryMatthewsCorrCoef,
  CohenKappa,
  type KappaWeights,
  MatthewsCorrCoef,
  MulticlassCohenKappa,
  MulticlassMatthewsCorrCoef,
  MultilabelMatthewsCorrCoef,
} from './classification/agreement';
export {
  AUROC,
  AveragePrecision,
  BinaryAUROC,
  BinaryAveragePrecision,
  MulticlassAUROC,
  MulticlassAveragePrecision,
  MultilabelAUROC,
  MultilabelAveragePrecision,
} from './classification/areas';
export type { Average, MultidimAverage, Task } from './classification/arguments';
export {
  BinaryConfusionMatrix,
  ConfusionMatrix,
  MulticlassConfusionMatrix,
  MultilabelConfusionMatrix,
  type Normalize,
} from './classification/confusion-matrix';
export {
  BinaryPrecisionRecallCurve,
  BinaryROC,
  type Curve,
  type CurveAverage,
  type CurveFigure,
  MulticlassPrecisionRecallCurve,
  MulticlassROC,
  MultilabelPrecisionRecallCurve,
  MultilabelROC,
  PrecisionRecallCurve,
  ROC,
} from './classification/curves';
export { ExactMatch, MulticlassExactMatch, MultilabelExactMatch } from './classification/exact-match';
export {
  BinaryF1Score,
  BinaryFBetaScore,
  F1Score,
  FBetaScore,
  MulticlassF1Score,
  MulticlassFBetaScore,
  MultilabelF1Score,
  MultilabelFBetaScore,
} from './classification/f-beta';
export {
  BinaryJaccardIndex,
  JaccardIndex,
  MulticlassJaccardIndex,
  MultilabelJaccardIndex,
} from './classification/jaccard-index';
export {
  BinaryCalibrationError,
  BinaryHingeLoss,
  CalibrationError,
  type CalibrationNorm,
  HingeLoss,
  type HingeMode,
  MulticlassCalibrationError,
  MulticlassHingeLoss,
} from './classification/margins';
export {
  Accuracy,
  BinaryAccuracy,
  BinaryHammingDistance,
  BinaryPrecision,
  BinaryRecall,
  BinarySpecificity,
  HammingDistance,
  MulticlassAccuracy,
  MulticlassHammingDistance,
  MulticlassPrecision,
  MulticlassRecall,
  MulticlassSpecificity,
  MultilabelAccuracy,
  MultilabelHammingDistance,
  MultilabelPrecision,
  MultilabelRecall,
  MultilabelSpecificity,
  Precision,
  Recall,
  Specificity,
} from './classification/rates';
export {
  type BinaryArguments,
  BinaryStatScores,
  type MulticlassArguments,
  MulticlassStatScores,
  type MultilabelArguments,
  MultilabelStatScores,
  StatScores,
} from './classification/stat-scores';
export { type Collectable, type CollectionOptions, type Figures, MetricCollection } from './collection';
export type { DetectedObjects, TrueObjects } from './detected-objects';
export * as functional from './functional';
export {
  type DataRange,
  type ImageReduction,
  MultiScaleStructuralSimilarityIndexMeasure,
  PeakSignalNoiseRatio,
  StructuralSimilarityIndexMeasure,
  TotalVariation,
} from './image';
export {
  CompleteIntersectionOverUnion,
  DistanceIntersectionOverUnion,
  GeneralizedIntersectionOverUnion,
  IntersectionOverUnion,
  type OverlapArguments,
  type OverlapFigures,
} from './intersection-over-union';
export {
  MeanAveragePrecision,
  type MeanAveragePrecisionArguments,
  type MeanAveragePrecisionResult,
} from './mean-average-precision';
export { CompositionalMetric, Metric, type MetricOperand } from './metric';
export { Perplexity } from './perplexity';
export type {
  CollectionPlotOptions,
  ConfusionPlotOptions,
  CurvePlotOptions,
  PlotCanvas,
  PlotOptions,
  PlotValue,
} from './plot';
export {
  CosineSimilarity,
  ExplainedVariance,
  KLDivergence,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  type Multioutput,
  PearsonCorrCoef,
  R2Score,
  type SampleReduction,
  SpearmanCorrCoef,
} from './regression';
export * as segmentation from './segmentation';
export type { MetricState, Reduction, StateOptions } from './state';
export { type BestMetric, MetricTracker } from './tracker';
