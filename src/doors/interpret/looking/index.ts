// The exports for looking into networks: what layers hold, what excites them, and pictures optimized by them.

export { type DeepDreamOptions, type DreamFrame, deepDream } from './deep-dream';
export { type Batches, type DeadUnits, deadUnits, featureMaps } from './feature-maps';
export { type FilterOptions, filters, type PictureScale } from './filters';
export type { Layer } from './layers';
export { gramMatrix, type NeuralStyleOptions, neuralStyle } from './neural-style';
export type { OptimizedFrame, PictureOptimizer } from './optimized';
export { type Frame, type FrameOptions, type PixelRange, totalVariation } from './picture-steps';
export {
  convOutputSize,
  convTransposeOutputSize,
  type LayerShape,
  layerShapes,
  type ReceptiveField,
  receptiveField,
} from './receptive-field';
export { type ReconstructOptions, reconstruct } from './reconstruct';
export { type ScoreAscentOptions, scoreAscent } from './score-ascent';
export { type Patch, topPatches } from './top-patches';
