// Owns arguments that work behind the door of metrics.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as metrics from 'lamplight/metrics';

const { ones } = torch;

const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const half = (): Tensor => ones(3, 3).div(2);
const mean = () => new metrics.MeanMetric();
const boxes = (): Tensor => torch.tensor([[0, 0, 2, 2]]).float();
const pictures = { preds: () => ones(1, 1, 176, 176).div(2), target: () => ones(1, 1, 176, 176).div(2) };
const found = () => [{ boxes: boxes(), scores: ones(1), labels: whole(1) }];
const known = () => [{ boxes: boxes(), labels: whole(1) }];

/** By the names of parameters. */
export const metricNames: Readonly<Record<string, unknown>> = {
  ...{ task: 'binary', numClasses: 3, numLabels: 3, beta: 1, dataRange: 1, img: () => ones(1, 1, 4, 4) },
  ...{
    preds: () => ones(4),
    target: () => whole(4),
    p: half,
    q: half,
    operator: () => (x: Tensor) => x,
    metricA: mean,
  },
  ...{ metrics: mean, metric: () => new metrics.BinaryAccuracy(), other: mean },
  ...{
    name: 'total',
    initial: () => torch.zeros(1),
    metricB: mean,
    index: 0,
    incoming: () => new metrics.BinaryAUROC(),
  },
};

/** What metrics of some kind are given, by their names. */
const byKind = (names: readonly string[], isFunction: boolean) =>
  Object.fromEntries(
    names.flatMap((name) => {
      const [, kind] = /^(multiclass|multilabel)/i.exec(name) ?? [];
      if (!kind) return [];
      const isClasses = kind.toLowerCase() === 'multiclass';
      const count = isClasses ? { numClasses: 3 } : { numLabels: 3 };
      const batch = { preds: () => ones(4, 3).div(3), target: () => (isClasses ? whole(4) : whole(4, 3)) };
      const own = { ...(isFunction ? batch : {}), ...(/fbeta/i.test(name) ? { beta: 1 } : {}), ...count };
      return [[isFunction ? `metrics.functional.${name}` : `metrics.${name}`, own]];
    }),
  );

const overlaps = ['intersection', 'generalizedIntersection', 'distanceIntersection', 'completeIntersection'];

/** Of one metric or function. */
export const givenToMetrics: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  ...byKind(Object.keys(metrics.functional), true),
  ...byKind(
    Object.keys(metrics).filter(
      (name) => !/(ROC|Precision|Curve|Matrix|Match|Kappa|Index|Coef|Loss|Error)$/.test(name),
    ),
    false,
  ),
  'metrics.MulticlassPrecision': { numClasses: 3 },
  'metrics.ExactMatch': { task: 'multiclass', threshold: 0.5, numClasses: 3 },
  'metrics.functional.exactMatch': {
    preds: () => ones(4, 3).div(3),
    target: () => whole(4),
    task: 'multiclass',
    numClasses: 3,
  },
  ...Object.fromEntries(
    overlaps.map((name) => [`metrics.functional.${name}OverUnion`, { preds: boxes, target: boxes }]),
  ),
  'metrics.functional.multiscaleStructuralSimilarityIndexMeasure': pictures,
  'metrics.functional.structuralSimilarityIndexMeasure': pictures,
  'metrics.functional.perplexity': { preds: () => ones(2, 2, 3), target: () => whole(2, 2) },
  'metrics.functional.segmentation.diceScore': {
    preds: () => whole(2, 3, 4, 4),
    target: () => whole(2, 3, 4, 4),
    numClasses: 3,
  },
  'metrics.segmentation.DiceScore()': { preds: () => whole(2, 3, 4, 4), target: () => whole(2, 3, 4, 4) },
  'metrics.CompleteIntersectionOverUnion()': { preds: found, target: known },
  'metrics.MeanAveragePrecision()': { preds: found, target: known },
  'metrics.BinaryConfusionMatrix.mergeState': { incoming: () => new metrics.BinaryConfusionMatrix() },
  'metrics.StructuralSimilarityIndexMeasure()': pictures,
  'metrics.MetricCollection()': { value: 1 },
  'metrics.CompositionalMetric()': { value: 1 },
  'metrics.MetricTracker()': { preds: () => ones(4), target: () => whole(4) },
  'metrics.MetricTracker.insert': { index: 0, module: () => new metrics.BinaryAccuracy() },
  'metrics.MetricTracker.extend': { modules: () => [new metrics.BinaryAccuracy()] },
  'metrics.MetricCollection.addMetrics': { metrics: () => new metrics.SumMetric() },
  'metrics.MetricCollection.get': { name: 'MeanMetric' },
};

/** What objects have seen before their methods are called. */
export const metricsReady: Readonly<Record<string, (metric: never) => void>> = {
  'metrics.BinaryAUROC': (metric: metrics.BinaryAUROC) => metric.update(ones(4), whole(4)),
  'metrics.BinaryPrecisionRecallCurve': (metric: metrics.BinaryPrecisionRecallCurve) =>
    metric.update(ones(4), whole(4)),
  'metrics.SpearmanCorrCoef': (metric: metrics.SpearmanCorrCoef) => metric.update(ones(4), ones(4)),
  'metrics.MetricTracker': (tracker: metrics.MetricTracker) => {
    tracker.increment();
    tracker.update(ones(4), whole(4));
  },
  'metrics.segmentation.DiceScore': (metric: metrics.segmentation.DiceScore) =>
    metric.update(whole(2, 3, 4, 4), whole(2, 3, 4, 4)),
};
