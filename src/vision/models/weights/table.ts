// Torchvision's enumerations of weights. Written by test/fixtures/weights_table.py.
import { enumeration } from './weights';

const REFERENCES = 'https://github.com/pytorch/vision/tree/main/references/';

export const AlexNet_Weights = /* @__PURE__ */ enumeration('AlexNet_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'alexnet-owt-7be5be79.pth',
    facts: [63, 61100840, 56.522, 79.066, 0.714, 233.087],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG11_Weights = /* @__PURE__ */ enumeration('VGG11_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg11-8a719046.pth',
    facts: [32, 132863336, 69.02, 88.628, 7.609, 506.84],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG11_BN_Weights = /* @__PURE__ */ enumeration('VGG11_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg11_bn-6002323d.pth',
    facts: [32, 132868840, 70.37, 89.81, 7.609, 506.881],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG13_Weights = /* @__PURE__ */ enumeration('VGG13_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg13-19584684.pth',
    facts: [32, 133047848, 69.928, 89.246, 11.308, 507.545],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG13_BN_Weights = /* @__PURE__ */ enumeration('VGG13_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg13_bn-abd245e5.pth',
    facts: [32, 133053736, 71.586, 90.374, 11.308, 507.59],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG16_Weights = /* @__PURE__ */ enumeration('VGG16_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg16-397923af.pth',
    facts: [32, 138357544, 71.592, 90.382, 15.47, 527.796],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
  IMAGENET1K_FEATURES: {
    file: 'vgg16_features-amdegroot-88682ab5.pth',
    mean: [0.48235, 0.45882, 0.40784],
    std: [0.00392156862745098, 0.00392156862745098, 0.00392156862745098],
    facts: [32, 138357544, Number.NaN, Number.NaN, 15.47, 527.802],
    recipe: 'https://github.com/amdegroot/ssd.pytorch#training-ssd',
    classes: false,
  },
});
export const VGG16_BN_Weights = /* @__PURE__ */ enumeration('VGG16_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg16_bn-6c64b313.pth',
    facts: [32, 138365992, 73.36, 91.516, 15.47, 527.866],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG19_Weights = /* @__PURE__ */ enumeration('VGG19_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg19-dcbb9e9d.pth',
    facts: [32, 143667240, 72.376, 90.876, 19.632, 548.051],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const VGG19_BN_Weights = /* @__PURE__ */ enumeration('VGG19_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vgg19_bn-c79401a0.pth',
    facts: [32, 143678248, 74.218, 91.842, 19.632, 548.143],
    recipe: `${REFERENCES}classification#alexnet-and-vgg`,
  },
});
export const SqueezeNet1_0_Weights = /* @__PURE__ */ enumeration('SqueezeNet1_0_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'squeezenet1_0-b66bff10.pth',
    facts: [21, 1248424, 58.092, 80.42, 0.819, 4.778],
    recipe: 'https://github.com/pytorch/vision/pull/49#issuecomment-277560717',
  },
});
export const SqueezeNet1_1_Weights = /* @__PURE__ */ enumeration('SqueezeNet1_1_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'squeezenet1_1-b8a52dc0.pth',
    facts: [17, 1235496, 58.178, 80.624, 0.349, 4.729],
    recipe: 'https://github.com/pytorch/vision/pull/49#issuecomment-277560717',
  },
});
export const GoogLeNet_Weights = /* @__PURE__ */ enumeration('GoogLeNet_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'googlenet-1378be20.pth',
    facts: [15, 6624904, 69.778, 89.53, 1.498, 49.731],
    recipe: `${REFERENCES}classification#googlenet`,
  },
});
export const Inception_V3_Weights = /* @__PURE__ */ enumeration('Inception_V3_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'inception_v3_google-0cc3c7bd.pth',
    crop: 299,
    resize: 342,
    facts: [75, 27161264, 77.294, 93.45, 5.713, 103.903],
    recipe: `${REFERENCES}classification#inception-v3`,
  },
});
export const ResNet18_Weights = /* @__PURE__ */ enumeration('ResNet18_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'resnet18-f37072fd.pth',
    facts: [1, 11689512, 69.758, 89.078, 1.814, 44.661],
    recipe: `${REFERENCES}classification#resnet`,
  },
});
export const ResNet34_Weights = /* @__PURE__ */ enumeration('ResNet34_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'resnet34-b627a593.pth',
    facts: [1, 21797672, 73.314, 91.42, 3.664, 83.275],
    recipe: `${REFERENCES}classification#resnet`,
  },
});
export const ResNet50_Weights = /* @__PURE__ */ enumeration('ResNet50_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: {
    file: 'resnet50-0676ba61.pth',
    facts: [1, 25557032, 76.13, 92.862, 4.089, 97.781],
    recipe: `${REFERENCES}classification#resnet`,
  },
  IMAGENET1K_V2: {
    file: 'resnet50-11ad3fa6.pth',
    resize: 232,
    facts: [1, 25557032, 80.858, 95.434, 4.089, 97.79],
    recipe: 'https://github.com/pytorch/vision/issues/3995#issuecomment-1013906621',
  },
});
export const ResNet101_Weights = /* @__PURE__ */ enumeration('ResNet101_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: {
    file: 'resnet101-63fe2227.pth',
    facts: [1, 44549160, 77.374, 93.546, 7.801, 170.511],
    recipe: `${REFERENCES}classification#resnet`,
  },
  IMAGENET1K_V2: {
    file: 'resnet101-cd907fc2.pth',
    resize: 232,
    facts: [1, 44549160, 81.886, 95.78, 7.801, 170.53],
    recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
  },
});
export const ResNet152_Weights = /* @__PURE__ */ enumeration('ResNet152_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: {
    file: 'resnet152-394f9c45.pth',
    facts: [1, 60192808, 78.312, 94.046, 11.514, 230.434],
    recipe: `${REFERENCES}classification#resnet`,
  },
  IMAGENET1K_V2: {
    file: 'resnet152-f82ba261.pth',
    resize: 232,
    facts: [1, 60192808, 82.284, 96.002, 11.514, 230.474],
    recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
  },
});
export const ResNeXt50_32X4D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt50_32X4D_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'resnext50_32x4d-7cdf4587.pth',
      facts: [1, 25028904, 77.618, 93.698, 4.23, 95.789],
      recipe: `${REFERENCES}classification#resnext`,
    },
    IMAGENET1K_V2: {
      file: 'resnext50_32x4d-1a0047aa.pth',
      resize: 232,
      facts: [1, 25028904, 81.198, 95.34, 4.23, 95.833],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
);
export const ResNeXt101_32X8D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt101_32X8D_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'resnext101_32x8d-8ba56ff5.pth',
      facts: [1, 88791336, 79.312, 94.526, 16.414, 339.586],
      recipe: `${REFERENCES}classification#resnext`,
    },
    IMAGENET1K_V2: {
      file: 'resnext101_32x8d-110c445d.pth',
      resize: 232,
      facts: [1, 88791336, 82.834, 96.228, 16.414, 339.673],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
);
export const ResNeXt101_64X4D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt101_64X4D_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'resnext101_64x4d-173b62eb.pth',
      resize: 232,
      facts: [1, 83455272, 83.246, 96.454, 15.46, 319.318],
      recipe: 'https://github.com/pytorch/vision/pull/5935',
    },
  },
);
export const Wide_ResNet50_2_Weights = /* @__PURE__ */ enumeration(
  'Wide_ResNet50_2_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'wide_resnet50_2-95faca4d.pth',
      facts: [1, 68883240, 78.468, 94.086, 11.398, 131.82],
      recipe: 'https://github.com/pytorch/vision/pull/912#issue-445437439',
    },
    IMAGENET1K_V2: {
      file: 'wide_resnet50_2-9ba9bcbe.pth',
      resize: 232,
      facts: [1, 68883240, 81.602, 95.758, 11.398, 263.124],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres',
    },
  },
);
export const Wide_ResNet101_2_Weights = /* @__PURE__ */ enumeration(
  'Wide_ResNet101_2_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'wide_resnet101_2-32ee1156.pth',
      facts: [1, 126886696, 78.848, 94.284, 22.753, 242.896],
      recipe: 'https://github.com/pytorch/vision/pull/912#issue-445437439',
    },
    IMAGENET1K_V2: {
      file: 'wide_resnet101_2-d733dc28.pth',
      resize: 232,
      facts: [1, 126886696, 82.51, 96.02, 22.753, 484.747],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe',
    },
  },
);
export const DenseNet121_Weights = /* @__PURE__ */ enumeration('DenseNet121_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'densenet121-a639ec97.pth',
    facts: [29, 7978856, 74.434, 91.972, 2.834, 30.845],
    recipe: 'https://github.com/pytorch/vision/pull/116',
  },
});
export const DenseNet161_Weights = /* @__PURE__ */ enumeration('DenseNet161_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'densenet161-8d451a50.pth',
    facts: [29, 28681000, 77.138, 93.56, 7.728, 110.369],
    recipe: 'https://github.com/pytorch/vision/pull/116',
  },
});
export const DenseNet169_Weights = /* @__PURE__ */ enumeration('DenseNet169_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'densenet169-b2777c0a.pth',
    facts: [29, 14149480, 75.6, 92.806, 3.36, 54.708],
    recipe: 'https://github.com/pytorch/vision/pull/116',
  },
});
export const DenseNet201_Weights = /* @__PURE__ */ enumeration('DenseNet201_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'densenet201-c1103571.pth',
    facts: [29, 20013928, 76.896, 93.37, 4.291, 77.373],
    recipe: 'https://github.com/pytorch/vision/pull/116',
  },
});
export const MobileNet_V2_Weights = /* @__PURE__ */ enumeration('MobileNet_V2_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: {
    file: 'mobilenet_v2-b0353104.pth',
    facts: [1, 3504872, 71.878, 90.286, 0.301, 13.555],
    recipe: `${REFERENCES}classification#mobilenetv2`,
  },
  IMAGENET1K_V2: {
    file: 'mobilenet_v2-7ebf99e0.pth',
    resize: 232,
    facts: [1, 3504872, 72.154, 90.822, 0.301, 13.598],
    recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning',
  },
});
export const MobileNet_V3_Large_Weights = /* @__PURE__ */ enumeration(
  'MobileNet_V3_Large_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'mobilenet_v3_large-8738ca79.pth',
      facts: [1, 5483032, 74.042, 91.34, 0.217, 21.114],
      recipe: `${REFERENCES}classification#mobilenetv3-large--small`,
    },
    IMAGENET1K_V2: {
      file: 'mobilenet_v3_large-5c1a4163.pth',
      resize: 232,
      facts: [1, 5483032, 75.274, 92.566, 0.217, 21.107],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning',
    },
  },
);
export const MobileNet_V3_Small_Weights = /* @__PURE__ */ enumeration(
  'MobileNet_V3_Small_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'mobilenet_v3_small-047dcff4.pth',
      facts: [1, 2542856, 67.668, 87.402, 0.057, 9.829],
      recipe: `${REFERENCES}classification#mobilenetv3-large--small`,
    },
  },
);
export const ShuffleNet_V2_X0_5_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X0_5_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x0.5-f707e7126e.pth',
      facts: [1, 1366792, 60.552, 81.746, 0.04, 5.282],
      recipe: 'https://github.com/ericsun99/Shufflenet-v2-Pytorch',
    },
  },
);
export const ShuffleNet_V2_X1_0_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X1_0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x1-5666bf0f80.pth',
      facts: [1, 2278604, 69.362, 88.316, 0.145, 8.791],
      recipe: 'https://github.com/ericsun99/Shufflenet-v2-Pytorch',
    },
  },
);
export const ShuffleNet_V2_X1_5_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X1_5_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x1_5-3c479a10.pth',
      resize: 232,
      facts: [1, 3503624, 72.996, 91.086, 0.296, 13.557],
      recipe: 'https://github.com/pytorch/vision/pull/5906',
    },
  },
);
export const ShuffleNet_V2_X2_0_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X2_0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'shufflenetv2_x2_0-8be3c8ee.pth',
      resize: 232,
      facts: [1, 7393996, 76.23, 93.006, 0.583, 28.433],
      recipe: 'https://github.com/pytorch/vision/pull/5906',
    },
  },
);
export const EfficientNet_B0_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'efficientnet_b0_rwightman-7f5810bc.pth',
      interpolation: 'bicubic',
      facts: [1, 5288548, 77.692, 93.532, 0.386, 20.451],
      recipe: `${REFERENCES}classification#efficientnet-v1`,
    },
  },
);
export const EfficientNet_B1_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B1_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: {
      file: 'efficientnet_b1_rwightman-bac287d4.pth',
      crop: 240,
      interpolation: 'bicubic',
      facts: [1, 7794184, 78.642, 94.186, 0.687, 30.134],
      recipe: `${REFERENCES}classification#efficientnet-v1`,
    },
    IMAGENET1K_V2: {
      file: 'efficientnet_b1-c27df63c.pth',
      crop: 240,
      resize: 255,
      facts: [1, 7794184, 79.838, 94.934, 0.687, 30.136],
      recipe: 'https://github.com/pytorch/vision/issues/3995#new-recipe-with-lr-wd-crop-tuning',
    },
  },
);
export const EfficientNet_B2_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B2_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'efficientnet_b2_rwightman-c35c1473.pth',
      crop: 288,
      resize: 288,
      interpolation: 'bicubic',
      facts: [1, 9109994, 80.608, 95.31, 1.088, 35.174],
      recipe: `${REFERENCES}classification#efficientnet-v1`,
    },
  },
);
export const EfficientNet_B3_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B3_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: {
      file: 'efficientnet_b3_rwightman-b3899882.pth',
      crop: 300,
      resize: 320,
      interpolation: 'bicubic',
      facts: [1, 12233232, 82.008, 96.054, 1.827, 47.184],
      recipe: `${REFERENCES}classification#efficientnet-v1`,
    },
  },
);
export const ConvNeXt_Tiny_Weights = /* @__PURE__ */ enumeration('ConvNeXt_Tiny_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'convnext_tiny-983f1562.pth',
    resize: 236,
    facts: [32, 28589128, 82.52, 96.146, 4.456, 109.119],
    recipe: `${REFERENCES}classification#convnext`,
  },
});
export const ViT_B_16_Weights = /* @__PURE__ */ enumeration('ViT_B_16_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: {
    file: 'vit_b_16-c867db91.pth',
    facts: [224, 86567656, 81.072, 95.318, 17.564, 330.285],
    recipe: `${REFERENCES}classification#vit_b_16`,
  },
  IMAGENET1K_SWAG_E2E_V1: {
    file: 'vit_b_16_swag-9ac1b537.pth',
    crop: 384,
    resize: 384,
    interpolation: 'bicubic',
    facts: [384, 86859496, 85.304, 97.65, 55.484, 331.398],
    recipe: 'https://github.com/facebookresearch/SWAG',
    license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
  },
  IMAGENET1K_SWAG_LINEAR_V1: {
    file: 'vit_b_16_lc_swag-4e70ced5.pth',
    resize: 224,
    interpolation: 'bicubic',
    facts: [224, 86567656, 81.886, 96.18, 17.564, 330.285],
    recipe: 'https://github.com/pytorch/vision/pull/5793',
    license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
  },
});
export const FCN_ResNet50_Weights = /* @__PURE__ */ enumeration(
  'FCN_ResNet50_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: {
      file: 'fcn_resnet50_coco-1167a1af.pth',
      crop: null,
      resize: 520,
      facts: [1, 35322218, 60.5, 91.4, 152.717, 135.009],
      recipe: `${REFERENCES}segmentation#fcn_resnet50`,
    },
  },
);
export const FCN_ResNet101_Weights = /* @__PURE__ */ enumeration(
  'FCN_ResNet101_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: {
      file: 'fcn_resnet101_coco-7ecb50ca.pth',
      crop: null,
      resize: 520,
      facts: [1, 54314346, 63.7, 91.9, 232.738, 207.711],
      recipe: `${REFERENCES}segmentation#deeplabv3_resnet101`,
    },
  },
);
export const DeepLabV3_ResNet50_Weights = /* @__PURE__ */ enumeration(
  'DeepLabV3_ResNet50_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: {
      file: 'deeplabv3_resnet50_coco-cd0a2569.pth',
      crop: null,
      resize: 520,
      facts: [1, 42004074, 66.4, 92.4, 178.722, 160.515],
      recipe: `${REFERENCES}segmentation#deeplabv3_resnet50`,
    },
  },
);
export const DeepLabV3_ResNet101_Weights = /* @__PURE__ */ enumeration(
  'DeepLabV3_ResNet101_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: {
      file: 'deeplabv3_resnet101_coco-586e9e4e.pth',
      crop: null,
      resize: 520,
      facts: [1, 60996202, 67.4, 92.4, 258.743, 233.217],
      recipe: `${REFERENCES}segmentation#fcn_resnet101`,
    },
  },
);
export const FasterRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_ResNet50_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'fasterrcnn_resnet50_fpn_coco-258fb6c6.pth',
      facts: [1, 41755286, 37.0, 134.38, 159.743],
      recipe: `${REFERENCES}detection#faster-r-cnn-resnet-50-fpn`,
    },
  },
);
export const FasterRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_ResNet50_FPN_V2_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth',
      facts: [1, 43712278, 46.7, 280.371, 167.104],
      recipe: 'https://github.com/pytorch/vision/pull/5763',
    },
  },
);
export const FasterRCNN_MobileNet_V3_Large_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_MobileNet_V3_Large_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth',
      facts: [1, 19386354, 32.8, 4.494, 74.239],
      recipe: `${REFERENCES}detection#faster-r-cnn-mobilenetv3-large-fpn`,
    },
  },
);
export const FasterRCNN_MobileNet_V3_Large_320_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_MobileNet_V3_Large_320_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth',
      facts: [1, 19386354, 22.8, 0.719, 74.239],
      recipe: `${REFERENCES}detection#faster-r-cnn-mobilenetv3-large-320-fpn`,
    },
  },
);
export const MaskRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ enumeration(
  'MaskRCNN_ResNet50_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth',
      facts: [1, 44401393, 37.9, 34.6, 134.38, 169.84],
      recipe: `${REFERENCES}detection#mask-r-cnn`,
    },
  },
);
export const MaskRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ enumeration(
  'MaskRCNN_ResNet50_FPN_V2_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth',
      facts: [1, 46359409, 47.4, 41.8, 333.577, 177.219],
      recipe: 'https://github.com/pytorch/vision/pull/5773',
    },
  },
);
export const SSD300_VGG16_Weights = /* @__PURE__ */ enumeration('SSD300_VGG16_Weights', 'detection', 'COCO_V1', {
  COCO_V1: {
    file: 'ssd300_vgg16_coco-b556d3b4.pth',
    facts: [1, 35641826, 25.1, 34.858, 135.988],
    recipe: `${REFERENCES}detection#ssd300-vgg16`,
  },
});
export const SSDLite320_MobileNet_V3_Large_Weights = /* @__PURE__ */ enumeration(
  'SSDLite320_MobileNet_V3_Large_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1: {
      file: 'ssdlite320_mobilenet_v3_large_coco-a79551df.pth',
      facts: [1, 3440060, 21.3, 0.583, 13.418],
      recipe: `${REFERENCES}detection#ssdlite320-mobilenetv3-large`,
    },
  },
);
