// The convolutions by segments of rows, and those of whole images, for GPUs. They load together: see late-segments.ts.
export { patchPasses, suitsPatches } from './input-grad-patches';
export { expectedStrideTile, strideCost, strideTiles } from './input-grad-segment-tiles';
export { stridePasses } from './input-grad-segments';
export { expectedSegmentTile, segmentCost, segmentTiles } from './segment-tiles';
export { segmentPasses } from './segments';
export { expectedSegmentGradTile, segmentGradCost, segmentGradTiles } from './weight-grad-segment-tiles';
export { segmentGradPasses } from './weight-grad-segments';
export { imageForward, imageInputGrad, imageWeightGrad } from './whole-image';
