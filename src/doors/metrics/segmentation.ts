// The exports of `metrics.segmentation`.

export { DiceScore, type DiceScoreArguments, type SegmentationFormat } from './dice-score';
