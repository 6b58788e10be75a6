// Weights enumerations with class names. Written by test/fixtures/weights_table.py.
import { imagenetCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('imagenet', imagenetCategories, given);

/** torchvision's published weights for AlexNet, under torchvision's names. */
export const AlexNet_Weights = /* @__PURE__ */ withNames(table.AlexNet_Weights);
/** torchvision's published weights for VGG11, under torchvision's names. */
export const VGG11_Weights = /* @__PURE__ */ withNames(table.VGG11_Weights);
/** torchvision's published weights for VGG11_BN, under torchvision's names. */
export const VGG11_BN_Weights = /* @__PURE__ */ withNames(table.VGG11_BN_Weights);
/** torchvision's published weights for VGG13, under torchvision's names. */
export const VGG13_Weights = /* @__PURE__ */ withNames(table.VGG13_Weights);
/** torchvision's published weights for VGG13_BN, under torchvision's names. */
export const VGG13_BN_Weights = /* @__PURE__ */ withNames(table.VGG13_BN_Weights);
/** torchvision's published weights for VGG16, under torchvision's names. */
export const VGG16_Weights = /* @__PURE__ */ withNames(table.VGG16_Weights);
/** torchvision's published weights for VGG16_BN, under torchvision's names. */
export const VGG16_BN_Weights = /* @__PURE__ */ withNames(table.VGG16_BN_Weights);
/** torchvision's published weights for VGG19, under torchvision's names. */
export const VGG19_Weights = /* @__PURE__ */ withNames(table.VGG19_Weights);
/** torchvision's published weights for VGG19_BN, under torchvision's names. */
export const VGG19_BN_Weights = /* @__PURE__ */ withNames(table.VGG19_BN_Weights);
/** torchvision's published weights for SqueezeNet1_0, under torchvision's names. */
export const SqueezeNet1_0_Weights = /* @__PURE__ */ withNames(table.SqueezeNet1_0_Weights);
/** torchvision's published weights for SqueezeNet1_1, under torchvision's names. */
export const SqueezeNet1_1_Weights = /* @__PURE__ */ withNames(table.SqueezeNet1_1_Weights);
/** torchvision's published weights for GoogLeNet, under torchvision's names. */
export const GoogLeNet_Weights = /* @__PURE__ */ withNames(table.GoogLeNet_Weights);
/** torchvision's published weights for Inception_V3, under torchvision's names. */
export const Inception_V3_Weights = /* @__PURE__ */ withNames(table.Inception_V3_Weights);
/** torchvision's published weights for ResNet18, under torchvision's names. */
export const ResNet18_Weights = /* @__PURE__ */ withNames(table.ResNet18_Weights);
/** torchvision's published weights for ResNet34, under torchvision's names. */
export const ResNet34_Weights = /* @__PURE__ */ withNames(table.ResNet34_Weights);
/** torchvision's published weights for ResNet50, under torchvision's names. */
export const ResNet50_Weights = /* @__PURE__ */ withNames(table.ResNet50_Weights);
/** torchvision's published weights for ResNet101, under torchvision's names. */
export const ResNet101_Weights = /* @__PURE__ */ withNames(table.ResNet101_Weights);
/** torchvision's published weights for ResNet152, under torchvision's names. */
export const ResNet152_Weights = /* @__PURE__ */ withNames(table.ResNet152_Weights);
/** torchvision's published weights for ResNeXt50_32X4D, under torchvision's names. */
export const ResNeXt50_32X4D_Weights = /* @__PURE__ */ withNames(table.ResNeXt50_32X4D_Weights);
/** torchvision's published weights for ResNeXt101_32X8D, under torchvision's names. */
export const ResNeXt101_32X8D_Weights = /* @__PURE__ */ withNames(table.ResNeXt101_32X8D_Weights);
/** torchvision's published weights for ResNeXt101_64X4D, under torchvision's names. */
export const ResNeXt101_64X4D_Weights = /* @__PURE__ */ withNames(table.ResNeXt101_64X4D_Weights);
/** torchvision's published weights for Wide_ResNet50_2, under torchvision's names. */
export const Wide_ResNet50_2_Weights = /* @__PURE__ */ withNames(table.Wide_ResNet50_2_Weights);
/** torchvision's published weights for Wide_ResNet101_2, under torchvision's names. */
export const Wide_ResNet101_2_Weights = /* @__PURE__ */ withNames(table.Wide_ResNet101_2_Weights);
/** torchvision's published weights for DenseNet121, under torchvision's names. */
export const DenseNet121_Weights = /* @__PURE__ */ withNames(table.DenseNet121_Weights);
/** torchvision's published weights for DenseNet161, under torchvision's names. */
export const DenseNet161_Weights = /* @__PURE__ */ withNames(table.DenseNet161_Weights);
/** torchvision's published weights for DenseNet169, under torchvision's names. */
export const DenseNet169_Weights = /* @__PURE__ */ withNames(table.DenseNet169_Weights);
/** torchvision's published weights for DenseNet201, under torchvision's names. */
export const DenseNet201_Weights = /* @__PURE__ */ withNames(table.DenseNet201_Weights);
/** torchvision's published weights for MobileNet_V2, under torchvision's names. */
export const MobileNet_V2_Weights = /* @__PURE__ */ withNames(table.MobileNet_V2_Weights);
/** torchvision's published weights for MobileNet_V3_Large, under torchvision's names. */
export const MobileNet_V3_Large_Weights = /* @__PURE__ */ withNames(table.MobileNet_V3_Large_Weights);
/** torchvision's published weights for MobileNet_V3_Small, under torchvision's names. */
export const MobileNet_V3_Small_Weights = /* @__PURE__ */ withNames(table.MobileNet_V3_Small_Weights);
/** torchvision's published weights for ShuffleNet_V2_X0_5, under torchvision's names. */
export const ShuffleNet_V2_X0_5_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X0_5_Weights);
/** torchvision's published weights for ShuffleNet_V2_X1_0, under torchvision's names. */
export const ShuffleNet_V2_X1_0_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X1_0_Weights);
/** torchvision's published weights for ShuffleNet_V2_X1_5, under torchvision's names. */
export const ShuffleNet_V2_X1_5_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X1_5_Weights);
/** torchvision's published weights for ShuffleNet_V2_X2_0, under torchvision's names. */
export const ShuffleNet_V2_X2_0_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X2_0_Weights);
/** torchvision's published weights for EfficientNet_B0, under torchvision's names. */
export const EfficientNet_B0_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B0_Weights);
/** torchvision's published weights for EfficientNet_B1, under torchvision's names. */
export const EfficientNet_B1_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B1_Weights);
/** torchvision's published weights for EfficientNet_B2, under torchvision's names. */
export const EfficientNet_B2_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B2_Weights);
/** torchvision's published weights for EfficientNet_B3, under torchvision's names. */
export const EfficientNet_B3_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B3_Weights);
/** torchvision's published weights for ConvNeXt_Tiny, under torchvision's names. */
export const ConvNeXt_Tiny_Weights = /* @__PURE__ */ withNames(table.ConvNeXt_Tiny_Weights);
/** torchvision's published weights for ViT_B_16, under torchvision's names. */
export const ViT_B_16_Weights = /* @__PURE__ */ withNames(table.ViT_B_16_Weights);
