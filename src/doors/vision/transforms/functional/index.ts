// The functions behind the transforms. Every parameter is given instead of drawn.
export { erase, gaussianBlur, gaussianNoise } from './blur';
export { clampBoundingBoxes, convertBoundingBoxFormat, sanitizeBoundingBoxes } from './boxes';
export {
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  autocontrast,
  equalize,
  grayscaleToRgb,
  invert,
  permuteChannels,
  posterize,
  rgbToGrayscale,
  solarize,
  toGrayscale,
} from './color';
export {
  convertImageDtype,
  getDimensions,
  getImageNumChannels,
  getImageSize,
  getNumChannels,
  getSize,
  normalize,
  pilToTensor,
  toDtype,
  toImage,
  toPilImage,
  toTensor,
} from './conversion';
export { centerCrop, crop, fiveCrop, pad, tenCrop } from './crop';
export { hflip, horizontalFlip, verticalFlip, vflip } from './flips';
export { resize, resizedCrop } from './resize';
export { affine, elastic as elasticTransform, elastic, perspective, rotate } from './warp';
