// The public surface of `vision.models.segmentation`.

export * from '../weights/coco';
export { DeepLabHead, DeepLabV3, deeplabv3Resnet50, deeplabv3Resnet101 } from './deeplabv3';
export { FCN, fcnResnet50, fcnResnet101 } from './fcn';
export {
  FCNHead,
  IntermediateLayerGetter,
  type SegmentationBuilder,
  type SegmentationOptions,
  type SegmentationOutput,
} from './parts';
