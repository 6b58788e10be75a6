// Enumerations of weights that know the names of their classes. Written by test/fixtures/weights_table.py.
import { imagenetCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('imagenet', imagenetCategories, given);

/** The weights that torchvision has published for AlexNet, by their names there. */
export const AlexNet_Weights = /* @__PURE__ */ withNames(table.AlexNet_Weights);
/** The weights that torchvision has published for VGG11, by their names there. */
export const VGG11_Weights = /* @__PURE__ */ withNames(table.VGG11_Weights);
/** The weights that torchvision has published for VGG11_BN, by their names there. */
export const VGG11_BN_Weights = /* @__PURE__ */ withNames(table.VGG11_BN_Weights);
/** The weights that torchvision has published for VGG13, by their names there. */
export const VGG13_Weights = /* @__PURE__ */ withNames(table.VGG13_Weights);
/** The weights that torchvision has published for VGG13_BN, by their names there. */
export const VGG13_BN_Weights = /* @__PURE__ */ withNames(table.VGG13_BN_Weights);
/** The weights that torchvision has published for VGG16, by their names there. */
export const VGG16_Weights = /* @__PURE__ */ withNames(table.VGG16_Weights);
/** The weights that torchvision has published for VGG16_BN, by their names there. */
export const VGG16_BN_Weights = /* @__PURE__ */ withNames(table.VGG16_BN_Weights);
/** The weights that torchvision has published for VGG19, by their names there. */
export const VGG19_Weights = /* @__PURE__ */ withNames(table.VGG19_Weights);
/** The weights that torchvision has published for VGG19_BN, by their names there. */
export const VGG19_BN_Weights = /* @__PURE__ */ withNames(table.VGG19_BN_Weights);
/** The weights that torchvision has published for SqueezeNet1_0, by their names there. */
export const SqueezeNet1_0_Weights = /* @__PURE__ */ withNames(table.SqueezeNet1_0_Weights);
/** The weights that torchvision has published for SqueezeNet1_1, by their names there. */
export const SqueezeNet1_1_Weights = /* @__PURE__ */ withNames(table.SqueezeNet1_1_Weights);
/** The weights that torchvision has published for GoogLeNet, by their names there. */
export const GoogLeNet_Weights = /* @__PURE__ */ withNames(table.GoogLeNet_Weights);
/** The weights that torchvision has published for Inception_V3, by their names there. */
export const Inception_V3_Weights = /* @__PURE__ */ withNames(table.Inception_V3_Weights);
/** The weights that torchvision has published for ResNet18, by their names there. */
export const ResNet18_Weights = /* @__PURE__ */ withNames(table.ResNet18_Weights);
/** The weights that torchvision has published for ResNet34, by their names there. */
export const ResNet34_Weights = /* @__PURE__ */ withNames(table.ResNet34_Weights);
/** The weights that torchvision has published for ResNet50, by their names there. */
export const ResNet50_Weights = /* @__PURE__ */ withNames(table.ResNet50_Weights);
/** The weights that torchvision has published for ResNet101, by their names there. */
export const ResNet101_Weights = /* @__PURE__ */ withNames(table.ResNet101_Weights);
/** The weights that torchvision has published for ResNet152, by their names there. */
export const ResNet152_Weights = /* @__PURE__ */ withNames(table.ResNet152_Weights);
/** The weights that torchvision has published for ResNeXt50_32X4D, by their names there. */
export const ResNeXt50_32X4D_Weights = /* @__PURE__ */ withNames(table.ResNeXt50_32X4D_Weights);
/** The weights that torchvision has published for ResNeXt101_32X8D, by their names there. */
export const ResNeXt101_32X8D_Weights = /* @__PURE__ */ withNames(table.ResNeXt101_32X8D_Weights);
/** The weights that torchvision has published for ResNeXt101_64X4D, by their names there. */
export const ResNeXt101_64X4D_Weights = /* @__PURE__ */ withNames(table.ResNeXt101_64X4D_Weights);
/** The weights that torchvision has published for Wide_ResNet50_2, by their names there. */
export const Wide_ResNet50_2_Weights = /* @__PURE__ */ withNames(table.Wide_ResNet50_2_Weights);
/** The weights that torchvision has published for Wide_ResNet101_2, by their names there. */
export const Wide_ResNet101_2_Weights = /* @__PURE__ */ withNames(table.Wide_ResNet101_2_Weights);
/** The weights that torchvision has published for DenseNet121, by their names there. */
export const DenseNet121_Weights = /* @__PURE__ */ withNames(table.DenseNet121_Weights);
/** The weights that torchvision has published for DenseNet161, by their names there. */
export const DenseNet161_Weights = /* @__PURE__ */ withNames(table.DenseNet161_Weights);
/** The weights that torchvision has published for DenseNet169, by their names there. */
export const DenseNet169_Weights = /* @__PURE__ */ withNames(table.DenseNet169_Weights);
/** The weights that torchvision has published for DenseNet201, by their names there. */
export const DenseNet201_Weights = /* @__PURE__ */ withNames(table.DenseNet201_Weights);
/** The weights that torchvision has published for MobileNet_V2, by their names there. */
export const MobileNet_V2_Weights = /* @__PURE__ */ withNames(table.MobileNet_V2_Weights);
/** The weights that torchvision has published for MobileNet_V3_Large, by their names there. */
export const MobileNet_V3_Large_Weights = /* @__PURE__ */ withNames(table.MobileNet_V3_Large_Weights);
/** The weights that torchvision has published for MobileNet_V3_Small, by their names there. */
export const MobileNet_V3_Small_Weights = /* @__PURE__ */ withNames(table.MobileNet_V3_Small_Weights);
/** The weights that torchvision has published for ShuffleNet_V2_X0_5, by their names there. */
export const ShuffleNet_V2_X0_5_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X0_5_Weights);
/** The weights that torchvision has published for ShuffleNet_V2_X1_0, by their names there. */
export const ShuffleNet_V2_X1_0_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X1_0_Weights);
/** The weights that torchvision has published for ShuffleNet_V2_X1_5, by their names there. */
export const ShuffleNet_V2_X1_5_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X1_5_Weights);
/** The weights that torchvision has published for ShuffleNet_V2_X2_0, by their names there. */
export const ShuffleNet_V2_X2_0_Weights = /* @__PURE__ */ withNames(table.ShuffleNet_V2_X2_0_Weights);
/** The weights that torchvision has published for EfficientNet_B0, by their names there. */
export const EfficientNet_B0_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B0_Weights);
/** The weights that torchvision has published for EfficientNet_B1, by their names there. */
export const EfficientNet_B1_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B1_Weights);
/** The weights that torchvision has published for EfficientNet_B2, by their names there. */
export const EfficientNet_B2_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B2_Weights);
/** The weights that torchvision has published for EfficientNet_B3, by their names there. */
export const EfficientNet_B3_Weights = /* @__PURE__ */ withNames(table.EfficientNet_B3_Weights);
/** The weights that torchvision has published for ConvNeXt_Tiny, by their names there. */
export const ConvNeXt_Tiny_Weights = /* @__PURE__ */ withNames(table.ConvNeXt_Tiny_Weights);
/** The weights that torchvision has published for ViT_B_16, by their names there. */
export const ViT_B_16_Weights = /* @__PURE__ */ withNames(table.ViT_B_16_Weights);
