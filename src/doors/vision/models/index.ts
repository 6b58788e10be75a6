// The public surface of `vision.models`.

export * as detection from '../detection';
export { AlexNet, type AlexNetOptions, alexnet } from './alexnet';
export type { ClassifierOptions, NetworkBuilder, WeightsSource } from './builder';
export { type CNBlockConfig, ConvNeXt, type ConvNeXtOptions, convnextTiny } from './convnext';
export { DCGAN, DCGANDiscriminator, DCGANGenerator, type DCGANOptions, dcgan } from './dcgan';
export { DenseNet, type DenseNetOptions, densenet121, densenet161, densenet169, densenet201 } from './densenet';
export {
  EfficientNet,
  type EfficientNetOptions,
  efficientnetB0,
  efficientnetB1,
  efficientnetB2,
  efficientnetB3,
  type MBConvConfig,
} from './efficientnet';
export { EfficientNetLite, type EfficientNetLiteOptions, efficientnetLite0 } from './efficientnet-lite';
export { createFeatureExtractor, FeatureExtractor, type ReturnNodes } from './feature-extraction';
export { GoogLeNet, type GoogLeNetOptions, type GoogLeNetOutputs, googlenet } from './googlenet';
export { getGraphNodeNames } from './graph-nodes';
export { Inception3, type Inception3Options, type InceptionOutputs, inceptionV3 } from './inception';
export { LeNet5, LeNet5Paper, lenet5, lenet5Paper } from './lenet';
export { MobileNetV2, type MobileNetV2Options, mobilenetV2 } from './mobilenetv2';
export { MobileNetV3, type MobileNetV3Options, mobilenetV3Large, mobilenetV3Small } from './mobilenetv3';
export { getModel, getModelBuilder, getModelWeights, getWeight, listModels, type ModelName } from './registry';
export {
  BasicBlock,
  Bottleneck,
  ResNet,
  type ResNetOptions,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x8d,
  resnext101_64x4d,
  wideResnet50_2,
  wideResnet101_2,
} from './resnet';
export * as segmentation from './segmentation';
export {
  SENet,
  type SENetOptions,
  senet154,
  seresnet18,
  seresnet34,
  seresnet50,
  seresnet101,
  seresnet152,
} from './senet';
export { ShuffleNetV2, shufflenetV2X0_5, shufflenetV2X1_0, shufflenetV2X1_5, shufflenetV2X2_0 } from './shufflenetv2';
export { SqueezeNet, type SqueezeNetOptions, squeezenet1_0, squeezenet1_1 } from './squeezenet';
export { UNet, type UNetOptions, unet } from './unet';
export { ConvVAE, type ConvVAEOptions, type ConvVAEOutput, convVae } from './vae';
export { VGG, type VGGOptions, vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg';
export { VisionTransformer, type VisionTransformerOptions, vitB16 } from './vision-transformer';
export * from './weights/imagenet';
export { setWeightsMirror } from './weights/mirror';
export { Weights, type WeightsEnum, type WeightsMeta } from './weights/weights';
