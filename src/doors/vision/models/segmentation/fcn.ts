import { resnet50, resnet101 } from '../resnet';
import { FCNHead, SegmentationModel, segmentationBuilder } from './parts';

/**
 * Fully convolutional network (Long, Shelhamer and Darrell 2015, arXiv:1411.4038) on a dilated ResNet: takes images [N,
 * 3, H, W] and returns `{ out }`, scores [N, numClasses, H, W]. `fcnResnet50` has 32,957,013 parameters, `fcnResnet101`
 * 51,949,141.
 */
export class FCN extends SegmentationModel<FCNHead> {}

/** FCN on a ResNet-50: see `FCN`. */
export const fcnResnet50 = segmentationBuilder('fcnResnet50', 'FCN_ResNet50_Weights', resnet50, FCNHead, FCN);
/** FCN on a ResNet-101. */
export const fcnResnet101 = segmentationBuilder('fcnResnet101', 'FCN_ResNet101_Weights', resnet101, FCNHead, FCN);
