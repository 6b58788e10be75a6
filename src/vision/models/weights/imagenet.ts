// Enumerations of weights that know the names of their classes. Written by test/fixtures/weights_table.py.
import { imagenetCategories } from './categories';
import * as table from './table';
import { naming } from './weights';

export const AlexNet_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.AlexNet_Weights);
export const VGG11_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG11_Weights);
export const VGG11_BN_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG11_BN_Weights);
export const VGG13_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG13_Weights);
export const VGG13_BN_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG13_BN_Weights);
export const VGG16_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG16_Weights);
export const VGG16_BN_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG16_BN_Weights);
export const VGG19_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG19_Weights);
export const VGG19_BN_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.VGG19_BN_Weights);
export const SqueezeNet1_0_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.SqueezeNet1_0_Weights,
);
export const SqueezeNet1_1_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.SqueezeNet1_1_Weights,
);
export const GoogLeNet_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.GoogLeNet_Weights);
export const Inception_V3_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.Inception_V3_Weights);
export const ResNet18_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ResNet18_Weights);
export const ResNet34_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ResNet34_Weights);
export const ResNet50_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ResNet50_Weights);
export const ResNet101_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ResNet101_Weights);
export const ResNet152_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ResNet152_Weights);
export const ResNeXt50_32X4D_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ResNeXt50_32X4D_Weights,
);
export const ResNeXt101_32X8D_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ResNeXt101_32X8D_Weights,
);
export const ResNeXt101_64X4D_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ResNeXt101_64X4D_Weights,
);
export const Wide_ResNet50_2_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.Wide_ResNet50_2_Weights,
);
export const Wide_ResNet101_2_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.Wide_ResNet101_2_Weights,
);
export const DenseNet121_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.DenseNet121_Weights);
export const DenseNet161_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.DenseNet161_Weights);
export const DenseNet169_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.DenseNet169_Weights);
export const DenseNet201_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.DenseNet201_Weights);
export const MobileNet_V2_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.MobileNet_V2_Weights);
export const MobileNet_V3_Large_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.MobileNet_V3_Large_Weights,
);
export const MobileNet_V3_Small_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.MobileNet_V3_Small_Weights,
);
export const ShuffleNet_V2_X0_5_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ShuffleNet_V2_X0_5_Weights,
);
export const ShuffleNet_V2_X1_0_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ShuffleNet_V2_X1_0_Weights,
);
export const ShuffleNet_V2_X1_5_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ShuffleNet_V2_X1_5_Weights,
);
export const ShuffleNet_V2_X2_0_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ShuffleNet_V2_X2_0_Weights,
);
export const EfficientNet_B0_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.EfficientNet_B0_Weights,
);
export const EfficientNet_B1_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.EfficientNet_B1_Weights,
);
export const EfficientNet_B2_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.EfficientNet_B2_Weights,
);
export const EfficientNet_B3_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.EfficientNet_B3_Weights,
);
export const ConvNeXt_Tiny_Weights = /* @__PURE__ */ naming(
  'imagenet',
  imagenetCategories,
  table.ConvNeXt_Tiny_Weights,
);
export const ViT_B_16_Weights = /* @__PURE__ */ naming('imagenet', imagenetCategories, table.ViT_B_16_Weights);
