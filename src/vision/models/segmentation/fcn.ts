import { builder } from '../builder';
import { type ResNet, resnet50, resnet101 } from '../resnet';
import { FCNHead, IntermediateLayerGetter, SegmentationModel, type SegmentationOptions } from './parts';

/**
 * Fully convolutional network (Long, Shelhamer and Darrell 2015, arXiv:1411.4038) on a dilated ResNet: images [N, 3, H, W] to `{ out }`, scores
 * [N, numClasses, H, W]. 32,957,013 parameters of `fcnResnet50`, 51,949,141 of `fcnResnet101`.
 */
export class FCN extends SegmentationModel {}

const fcn = (name: string, backbone: () => ResNet) =>
  builder<FCN, SegmentationOptions>(name, {
    defaults: { numClasses: 21, auxLoss: null },
    build({ numClasses, auxLoss }) {
      const layers = new IntermediateLayerGetter(backbone(), { layer4: 'out', ...(auxLoss && { layer3: 'aux' }) });
      const aux = auxLoss ? new FCNHead(1024, numClasses) : null;
      return new FCN(layers, new FCNHead(2048, numClasses), aux);
    },
  });

/** FCN on a ResNet-50: see `FCN`. */
export const fcnResnet50 = fcn('fcnResnet50', () => resnet50({ replaceStrideWithDilation: [false, true, true] }));
/** FCN on a ResNet-101. */
export const fcnResnet101 = fcn('fcnResnet101', () => resnet101({ replaceStrideWithDilation: [false, true, true] }));
