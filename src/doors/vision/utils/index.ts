// The public surface of `vision.utils`: batches as one picture, pictures as files, and drawing on pictures.
export type { ColorLike, Rgb } from './colors';
export { drawBoundingBoxes } from './draw-bounding-boxes';
export { drawKeypoints } from './draw-keypoints';
export { drawSegmentationMasks } from './draw-segmentation-masks';
export { flowToImage } from './flow-to-image';
export { type GridOptions, makeGrid } from './make-grid';
export { type SaveImageOptions, saveImage } from './save-image';
