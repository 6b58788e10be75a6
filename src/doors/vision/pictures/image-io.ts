// The public surface of `vision.io`.
export type { Colormap, ColormapName, ColorOptions } from '../../draw/colormap';
export { draw } from './draw';
export { encodePng, writePng } from './encode-png';
export { type FromPixelsOptions, fromPixels, type PixelData, type PixelSource } from './from-pixels';
export { ImageReadMode } from './raster';
export { type ReadImageOptions, readImage } from './read-image';
export { toCanvas } from './to-canvas';
