// Transforms of pictures, with torchvision's names, draws and printed text. Each is an object that is called.

export { PictureTransform, RandomTransform, Transform, type TransformFunction } from './base';
export { type BatchDraws, type BatchTransform, batched } from './batched';
export { GaussianBlur, GaussianNoise, LinearTransformation, RandomErasing } from './blur';
export {
  ColorJitter,
  Grayscale,
  RandomAdjustSharpness,
  RandomAutocontrast,
  RandomChannelPermutation,
  RandomEqualize,
  RandomGrayscale,
  RandomInvert,
  RandomPhotometricDistort,
  RandomPosterize,
  RandomSolarize,
  RGB,
} from './color';
export { Compose, Lambda } from './containers';
export { Normalize, ToTensor } from './conversion';
export { RandomHorizontalFlip, RandomVerticalFlip } from './flips';
export * as functional from './functional';
export type { PictureInfo } from './info';
export { CutMix, type LabelsGetter, type MixingOptions, MixUp } from './mixing';
