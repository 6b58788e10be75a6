// The surface of `vision.ops`: boxes, regions, and layers that families of networks share.
export { boxArea, boxConvert, clipBoxesToImage, masksToBoxes, removeSmallBoxes } from './box-formats';
export { boxIou, completeBoxIou, distanceBoxIou, generalizedBoxIou } from './box-iou';
export { Conv2dNormActivation, Conv3dNormActivation, MLP, Permute, SqueezeExcitation } from './layers';
export { batchedNms, nms } from './nms';
export { StochasticDepth, stochasticDepth } from './stochastic-depth';
