// The public surface of `vision.detection`.

export * from '../models/weights/detection';
export { AnchorGenerator, type AnchorGeneratorOptions, DefaultBoxGenerator, type DefaultBoxOptions } from './anchors';
export { BackboneWithFPN, type ResnetFpnOptions, resnetFpnBackbone } from './backbones';
export { BoxCoder, type BoxCoderOptions } from './box-coder';
export {
  type DetectorBuilder,
  fasterrcnnMobilenetV3Large320Fpn,
  fasterrcnnMobilenetV3LargeFpn,
  fasterrcnnResnet50Fpn,
  fasterrcnnResnet50FpnV2,
  maskrcnnResnet50Fpn,
  maskrcnnResnet50FpnV2,
  ssd300Vgg16,
  ssdlite320MobilenetV3Large,
} from './builders';
export type { CaptionTarget } from './captions/caption-targets';
export { CaptionVocabulary } from './captions/caption-vocabulary';
export { type CaptionerOptions, LSTMCaptioner } from './captions/captioner';
export {
  type CaptionBackbone,
  type CaptionDetection,
  DenseCap,
  type DenseCapLosses,
  type DenseCapOptions,
} from './captions/densecap';
export {
  FastRCNNHead,
  type FastRCNNHeadOptions,
  type FastRCNNLossOptions,
  fastrcnnLoss,
  type RoISamplingOptions,
  type SampledRoIs,
  sampleRois,
} from './fast-rcnn';
export {
  type DetectionBackbone,
  FasterRCNN,
  type FasterRCNNOptions,
  FastRCNNConvFCHead,
  FastRCNNPredictor,
  TwoMLPHead,
} from './faster-rcnn';
export { GeneralizedRCNN, type RCNNLosses } from './generalized-rcnn';
export type { DetectionTarget, GivenTarget } from './host';
export { ImageList, type ImageSize } from './image-list';
export {
  DenseCapLocalization,
  type LocalizationOptions,
  type RegionPredictions,
  type RegionSample,
} from './localization';
export {
  type MaskDetection,
  MaskRCNN,
  MaskRCNNHeads,
  type MaskRCNNOptions,
  MaskRCNNPredictor,
  type MaskRoIHeads,
} from './mask-rcnn';
export { maskrcnnLoss, pasteMasksInImage, projectMasksOnBoxes } from './masks';
export { Matcher, type MatcherOptions, SSDMatcher } from './matcher';
export { type FelzenszwalbOptions, felzenszwalb } from './proposals/felzenszwalb';
export { type SelectiveSearchOptions, selectiveSearch } from './proposals/selective-search';
export {
  applyBoxRegression,
  detectRegions,
  fitBoxRegression,
  type MatchedRegions,
  matchRegions,
  type RegionDetectionOptions,
  type RegionMatchOptions,
  svmLoss,
  type WarpOptions,
  warpRegions,
} from './rcnn';
export { RoIHeads, type RoIHeadsOptions, type RoILosses } from './roi-heads';
export { type RegionProposalLosses, RegionProposalNetwork, type RegionProposalOptions } from './rpn';
export { RPNHead, type RPNHeadOptions } from './rpn-head';
export { BalancedPositiveNegativeSampler, type SamplerOptions } from './sampler';
export { SSD, SSDClassificationHead, SSDHead, type SSDLosses, type SSDOptions, SSDRegressionHead } from './ssd';
export { type Detection, GeneralizedRCNNTransform, type TransformOptions } from './transform';
export { YOLOv1, YOLOv1Loss, type YOLOv1Losses, type YOLOv1LossOptions, type YOLOv1Options } from './yolo';
