// The exports of `metrics.functional.segmentation`.

export { diceScore } from './dice-score';
