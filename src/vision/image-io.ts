// The public surface of `vision.io`.
export type { ColormapName, ColorOptions } from './colormap';
export { draw } from './draw';
export { readImage } from './read-image';
