// The public surface of `vision.ops`: boxes, regions, and layers that families of networks share.
export { boxArea, boxConvert, clipBoxesToImage, masksToBoxes, removeSmallBoxes } from './box-formats';
export { boxIou, completeBoxIou, distanceBoxIou, generalizedBoxIou } from './box-iou';
export {
  completeBoxIouLoss,
  distanceBoxIouLoss,
  generalizedBoxIouLoss,
  sigmoidFocalLoss,
} from './box-losses';
export { DeformConv2d, deformConv2d } from './deform-conv';
export { DropBlock2d, DropBlock3d, dropBlock2d, dropBlock3d } from './drop-block';
export {
  ExtraFPNBlock,
  FeaturePyramidNetwork,
  LastLevelMaxPool,
  LastLevelP6P7,
} from './feature-pyramid';
export { FrozenBatchNorm2d } from './frozen-batch-norm';
export { Conv2dNormActivation, Conv3dNormActivation, MLP, Permute, SqueezeExcitation } from './layers';
export { MultiScaleRoIAlign } from './multi-scale-roi-align';
export { batchedNms, nms } from './nms';
export { PSRoIAlign, PSRoIPool, RoIAlign, RoIPool } from './region-modules';
export { psRoiAlign, psRoiPool, roiAlign, roiPool } from './region-pooling';
export { StochasticDepth, stochasticDepth } from './stochastic-depth';
