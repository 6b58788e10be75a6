// The functions behind the transforms, with every parameter given instead of drawn.
export { erase, gaussianBlur, gaussianNoise } from './blur';
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
export * from './flips';
