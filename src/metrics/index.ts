// The surface of `lamplight/metrics`: figures that are gathered over batches, as torchmetrics has them.
export {
  type DetectedObjects,
  MeanAveragePrecision,
  type MeanAveragePrecisionArguments,
  type MeanAveragePrecisionResult,
  type TrueObjects,
} from './mean-average-precision';
