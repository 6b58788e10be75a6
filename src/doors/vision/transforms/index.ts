// Transforms of pictures, with torchvision's names, random draws and printed text. Each transform is an object that can
// be called.

export { InterpolationMode } from './arguments';
export { AugMix, AutoAugment, AutoAugmentPolicy, RandAugment, TrivialAugmentWide } from './auto-augment';
export { GeometricTransform, PictureTransform, RandomTransform, Transform, type TransformFunction } from './base';
export { type BatchDraws, type BatchTransform, batched } from './batched';
export { GaussianBlur, GaussianNoise, LinearTransformation, RandomErasing } from './blur';
export { ClampBoundingBoxes, ConvertBoundingBoxFormat, SanitizeBoundingBoxes, SetClampingMode } from './boxes';
export { RandomApply, RandomChoice, RandomOrder } from './choices';
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
export {
  ConvertImageDtype,
  Identity,
  Normalize,
  PILToTensor,
  ToDtype,
  ToImage,
  ToPILImage,
  ToPureTensor,
  ToTensor,
} from './conversion';
export { CenterCrop, FiveCrop, Pad, RandomCrop, RandomZoomOut, TenCrop } from './crops';
export { RandomHorizontalFlip, RandomVerticalFlip } from './flips';
export * as functional from './functional';
export type { PictureInfo } from './info';
export { CutMix, type LabelsGetter, type MixingOptions, MixUp } from './mixing';
export { PackedPictures, type Pictures } from './pictures';
export { RandomResize, RandomResizedCrop, RandomShortestSize, Resize, ScaleJitter } from './resizes';
export { ElasticTransform, RandomAffine, RandomPerspective, RandomRotation } from './warps';
