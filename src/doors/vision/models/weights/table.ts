// Torchvision's enumerations of weights. Written by test/fixtures/weights_table.py.
import { enumeration } from './weights';

export const AlexNet_Weights = /* @__PURE__ */ enumeration('AlexNet_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'alexnet-owt-7be5be79.pth classification#alexnet-and-vgg 63 61100840 56.522 79.066 0.714 233.087',
});
export const VGG11_Weights = /* @__PURE__ */ enumeration('VGG11_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg11-8a719046.pth classification#alexnet-and-vgg 32 132863336 69.02 88.628 7.609 506.84',
});
export const VGG11_BN_Weights = /* @__PURE__ */ enumeration('VGG11_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg11_bn-6002323d.pth classification#alexnet-and-vgg 32 132868840 70.37 89.81 7.609 506.881',
});
export const VGG13_Weights = /* @__PURE__ */ enumeration('VGG13_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg13-19584684.pth classification#alexnet-and-vgg 32 133047848 69.928 89.246 11.308 507.545',
});
export const VGG13_BN_Weights = /* @__PURE__ */ enumeration('VGG13_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg13_bn-abd245e5.pth classification#alexnet-and-vgg 32 133053736 71.586 90.374 11.308 507.59',
});
export const VGG16_Weights = /* @__PURE__ */ enumeration('VGG16_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg16-397923af.pth classification#alexnet-and-vgg 32 138357544 71.592 90.382 15.47 527.796',
  IMAGENET1K_FEATURES: [
    'vgg16_features-amdegroot-88682ab5.pth https://github.com/amdegroot/ssd.pytorch#training-ssd 32 138357544 NaN NaN 15.47 527.802',
    {
      mean: [0.48235, 0.45882, 0.40784],
      std: [0.00392156862745098, 0.00392156862745098, 0.00392156862745098],
      classes: false,
    },
  ],
});
export const VGG16_BN_Weights = /* @__PURE__ */ enumeration('VGG16_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg16_bn-6c64b313.pth classification#alexnet-and-vgg 32 138365992 73.36 91.516 15.47 527.866',
});
export const VGG19_Weights = /* @__PURE__ */ enumeration('VGG19_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg19-dcbb9e9d.pth classification#alexnet-and-vgg 32 143667240 72.376 90.876 19.632 548.051',
});
export const VGG19_BN_Weights = /* @__PURE__ */ enumeration('VGG19_BN_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vgg19_bn-c79401a0.pth classification#alexnet-and-vgg 32 143678248 74.218 91.842 19.632 548.143',
});
export const SqueezeNet1_0_Weights = /* @__PURE__ */ enumeration('SqueezeNet1_0_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'squeezenet1_0-b66bff10.pth https://github.com/pytorch/vision/pull/49#issuecomment-277560717 21 1248424 58.092 80.42 0.819 4.778',
});
export const SqueezeNet1_1_Weights = /* @__PURE__ */ enumeration('SqueezeNet1_1_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'squeezenet1_1-b8a52dc0.pth https://github.com/pytorch/vision/pull/49#issuecomment-277560717 17 1235496 58.178 80.624 0.349 4.729',
});
export const GoogLeNet_Weights = /* @__PURE__ */ enumeration('GoogLeNet_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'googlenet-1378be20.pth classification#googlenet 15 6624904 69.778 89.53 1.498 49.731',
});
export const Inception_V3_Weights = /* @__PURE__ */ enumeration('Inception_V3_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: [
    'inception_v3_google-0cc3c7bd.pth classification#inception-v3 75 27161264 77.294 93.45 5.713 103.903',
    { crop: 299, resize: 342 },
  ],
});
export const ResNet18_Weights = /* @__PURE__ */ enumeration('ResNet18_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'resnet18-f37072fd.pth classification#resnet 1 11689512 69.758 89.078 1.814 44.661',
});
export const ResNet34_Weights = /* @__PURE__ */ enumeration('ResNet34_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'resnet34-b627a593.pth classification#resnet 1 21797672 73.314 91.42 3.664 83.275',
});
export const ResNet50_Weights = /* @__PURE__ */ enumeration('ResNet50_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: 'resnet50-0676ba61.pth classification#resnet 1 25557032 76.13 92.862 4.089 97.781',
  IMAGENET1K_V2: [
    'resnet50-11ad3fa6.pth https://github.com/pytorch/vision/issues/3995#issuecomment-1013906621 1 25557032 80.858 95.434 4.089 97.79',
    { resize: 232 },
  ],
});
export const ResNet101_Weights = /* @__PURE__ */ enumeration('ResNet101_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: 'resnet101-63fe2227.pth classification#resnet 1 44549160 77.374 93.546 7.801 170.511',
  IMAGENET1K_V2: [
    'resnet101-cd907fc2.pth https://github.com/pytorch/vision/issues/3995#new-recipe 1 44549160 81.886 95.78 7.801 170.53',
    { resize: 232 },
  ],
});
export const ResNet152_Weights = /* @__PURE__ */ enumeration('ResNet152_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: 'resnet152-394f9c45.pth classification#resnet 1 60192808 78.312 94.046 11.514 230.434',
  IMAGENET1K_V2: [
    'resnet152-f82ba261.pth https://github.com/pytorch/vision/issues/3995#new-recipe 1 60192808 82.284 96.002 11.514 230.474',
    { resize: 232 },
  ],
});
export const ResNeXt50_32X4D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt50_32X4D_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: 'resnext50_32x4d-7cdf4587.pth classification#resnext 1 25028904 77.618 93.698 4.23 95.789',
    IMAGENET1K_V2: [
      'resnext50_32x4d-1a0047aa.pth https://github.com/pytorch/vision/issues/3995#new-recipe 1 25028904 81.198 95.34 4.23 95.833',
      { resize: 232 },
    ],
  },
);
export const ResNeXt101_32X8D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt101_32X8D_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: 'resnext101_32x8d-8ba56ff5.pth classification#resnext 1 88791336 79.312 94.526 16.414 339.586',
    IMAGENET1K_V2: [
      'resnext101_32x8d-110c445d.pth https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres 1 88791336 82.834 96.228 16.414 339.673',
      { resize: 232 },
    ],
  },
);
export const ResNeXt101_64X4D_Weights = /* @__PURE__ */ enumeration(
  'ResNeXt101_64X4D_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'resnext101_64x4d-173b62eb.pth https://github.com/pytorch/vision/pull/5935 1 83455272 83.246 96.454 15.46 319.318',
      { resize: 232 },
    ],
  },
);
export const Wide_ResNet50_2_Weights = /* @__PURE__ */ enumeration(
  'Wide_ResNet50_2_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1:
      'wide_resnet50_2-95faca4d.pth https://github.com/pytorch/vision/pull/912#issue-445437439 1 68883240 78.468 94.086 11.398 131.82',
    IMAGENET1K_V2: [
      'wide_resnet50_2-9ba9bcbe.pth https://github.com/pytorch/vision/issues/3995#new-recipe-with-fixres 1 68883240 81.602 95.758 11.398 263.124',
      { resize: 232 },
    ],
  },
);
export const Wide_ResNet101_2_Weights = /* @__PURE__ */ enumeration(
  'Wide_ResNet101_2_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1:
      'wide_resnet101_2-32ee1156.pth https://github.com/pytorch/vision/pull/912#issue-445437439 1 126886696 78.848 94.284 22.753 242.896',
    IMAGENET1K_V2: [
      'wide_resnet101_2-d733dc28.pth https://github.com/pytorch/vision/issues/3995#new-recipe 1 126886696 82.51 96.02 22.753 484.747',
      { resize: 232 },
    ],
  },
);
export const DenseNet121_Weights = /* @__PURE__ */ enumeration('DenseNet121_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'densenet121-a639ec97.pth https://github.com/pytorch/vision/pull/116 29 7978856 74.434 91.972 2.834 30.845',
});
export const DenseNet161_Weights = /* @__PURE__ */ enumeration('DenseNet161_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'densenet161-8d451a50.pth https://github.com/pytorch/vision/pull/116 29 28681000 77.138 93.56 7.728 110.369',
});
export const DenseNet169_Weights = /* @__PURE__ */ enumeration('DenseNet169_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'densenet169-b2777c0a.pth https://github.com/pytorch/vision/pull/116 29 14149480 75.6 92.806 3.36 54.708',
});
export const DenseNet201_Weights = /* @__PURE__ */ enumeration('DenseNet201_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1:
    'densenet201-c1103571.pth https://github.com/pytorch/vision/pull/116 29 20013928 76.896 93.37 4.291 77.373',
});
export const MobileNet_V2_Weights = /* @__PURE__ */ enumeration('MobileNet_V2_Weights', 'imagenet', 'IMAGENET1K_V2', {
  IMAGENET1K_V1: 'mobilenet_v2-b0353104.pth classification#mobilenetv2 1 3504872 71.878 90.286 0.301 13.555',
  IMAGENET1K_V2: [
    'mobilenet_v2-7ebf99e0.pth https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning 1 3504872 72.154 90.822 0.301 13.598',
    { resize: 232 },
  ],
});
export const MobileNet_V3_Large_Weights = /* @__PURE__ */ enumeration(
  'MobileNet_V3_Large_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1:
      'mobilenet_v3_large-8738ca79.pth classification#mobilenetv3-large--small 1 5483032 74.042 91.34 0.217 21.114',
    IMAGENET1K_V2: [
      'mobilenet_v3_large-5c1a4163.pth https://github.com/pytorch/vision/issues/3995#new-recipe-with-reg-tuning 1 5483032 75.274 92.566 0.217 21.107',
      { resize: 232 },
    ],
  },
);
export const MobileNet_V3_Small_Weights = /* @__PURE__ */ enumeration(
  'MobileNet_V3_Small_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1:
      'mobilenet_v3_small-047dcff4.pth classification#mobilenetv3-large--small 1 2542856 67.668 87.402 0.057 9.829',
  },
);
export const ShuffleNet_V2_X0_5_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X0_5_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1:
      'shufflenetv2_x0.5-f707e7126e.pth https://github.com/ericsun99/Shufflenet-v2-Pytorch 1 1366792 60.552 81.746 0.04 5.282',
  },
);
export const ShuffleNet_V2_X1_0_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X1_0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1:
      'shufflenetv2_x1-5666bf0f80.pth https://github.com/ericsun99/Shufflenet-v2-Pytorch 1 2278604 69.362 88.316 0.145 8.791',
  },
);
export const ShuffleNet_V2_X1_5_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X1_5_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'shufflenetv2_x1_5-3c479a10.pth https://github.com/pytorch/vision/pull/5906 1 3503624 72.996 91.086 0.296 13.557',
      { resize: 232 },
    ],
  },
);
export const ShuffleNet_V2_X2_0_Weights = /* @__PURE__ */ enumeration(
  'ShuffleNet_V2_X2_0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'shufflenetv2_x2_0-8be3c8ee.pth https://github.com/pytorch/vision/pull/5906 1 7393996 76.23 93.006 0.583 28.433',
      { resize: 232 },
    ],
  },
);
export const EfficientNet_B0_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B0_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'efficientnet_b0_rwightman-7f5810bc.pth classification#efficientnet-v1 1 5288548 77.692 93.532 0.386 20.451',
      { interpolation: 'bicubic' },
    ],
  },
);
export const EfficientNet_B1_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B1_Weights',
  'imagenet',
  'IMAGENET1K_V2',
  {
    IMAGENET1K_V1: [
      'efficientnet_b1_rwightman-bac287d4.pth classification#efficientnet-v1 1 7794184 78.642 94.186 0.687 30.134',
      { crop: 240, interpolation: 'bicubic' },
    ],
    IMAGENET1K_V2: [
      'efficientnet_b1-c27df63c.pth https://github.com/pytorch/vision/issues/3995#new-recipe-with-lr-wd-crop-tuning 1 7794184 79.838 94.934 0.687 30.136',
      { crop: 240, resize: 255 },
    ],
  },
);
export const EfficientNet_B2_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B2_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'efficientnet_b2_rwightman-c35c1473.pth classification#efficientnet-v1 1 9109994 80.608 95.31 1.088 35.174',
      { crop: 288, resize: 288, interpolation: 'bicubic' },
    ],
  },
);
export const EfficientNet_B3_Weights = /* @__PURE__ */ enumeration(
  'EfficientNet_B3_Weights',
  'imagenet',
  'IMAGENET1K_V1',
  {
    IMAGENET1K_V1: [
      'efficientnet_b3_rwightman-b3899882.pth classification#efficientnet-v1 1 12233232 82.008 96.054 1.827 47.184',
      { crop: 300, resize: 320, interpolation: 'bicubic' },
    ],
  },
);
export const ConvNeXt_Tiny_Weights = /* @__PURE__ */ enumeration('ConvNeXt_Tiny_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: [
    'convnext_tiny-983f1562.pth classification#convnext 32 28589128 82.52 96.146 4.456 109.119',
    { resize: 236 },
  ],
});
export const ViT_B_16_Weights = /* @__PURE__ */ enumeration('ViT_B_16_Weights', 'imagenet', 'IMAGENET1K_V1', {
  IMAGENET1K_V1: 'vit_b_16-c867db91.pth classification#vit_b_16 224 86567656 81.072 95.318 17.564 330.285',
  IMAGENET1K_SWAG_E2E_V1: [
    'vit_b_16_swag-9ac1b537.pth https://github.com/facebookresearch/SWAG 384 86859496 85.304 97.65 55.484 331.398',
    {
      crop: 384,
      resize: 384,
      interpolation: 'bicubic',
      license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE',
    },
  ],
  IMAGENET1K_SWAG_LINEAR_V1: [
    'vit_b_16_lc_swag-4e70ced5.pth https://github.com/pytorch/vision/pull/5793 224 86567656 81.886 96.18 17.564 330.285',
    { resize: 224, interpolation: 'bicubic', license: 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE' },
  ],
});
export const FCN_ResNet50_Weights = /* @__PURE__ */ enumeration(
  'FCN_ResNet50_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: [
      'fcn_resnet50_coco-1167a1af.pth segmentation#fcn_resnet50 1 35322218 60.5 91.4 152.717 135.009',
      { crop: null, resize: 520 },
    ],
  },
);
export const FCN_ResNet101_Weights = /* @__PURE__ */ enumeration(
  'FCN_ResNet101_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: [
      'fcn_resnet101_coco-7ecb50ca.pth segmentation#deeplabv3_resnet101 1 54314346 63.7 91.9 232.738 207.711',
      { crop: null, resize: 520 },
    ],
  },
);
export const DeepLabV3_ResNet50_Weights = /* @__PURE__ */ enumeration(
  'DeepLabV3_ResNet50_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: [
      'deeplabv3_resnet50_coco-cd0a2569.pth segmentation#deeplabv3_resnet50 1 42004074 66.4 92.4 178.722 160.515',
      { crop: null, resize: 520 },
    ],
  },
);
export const DeepLabV3_ResNet101_Weights = /* @__PURE__ */ enumeration(
  'DeepLabV3_ResNet101_Weights',
  'coco',
  'COCO_WITH_VOC_LABELS_V1',
  {
    COCO_WITH_VOC_LABELS_V1: [
      'deeplabv3_resnet101_coco-586e9e4e.pth segmentation#fcn_resnet101 1 60996202 67.4 92.4 258.743 233.217',
      { crop: null, resize: 520 },
    ],
  },
);
export const FasterRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_ResNet50_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'fasterrcnn_resnet50_fpn_coco-258fb6c6.pth detection#faster-r-cnn-resnet-50-fpn 1 41755286 37.0 134.38 159.743',
  },
);
export const FasterRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_ResNet50_FPN_V2_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth https://github.com/pytorch/vision/pull/5763 1 43712278 46.7 280.371 167.104',
  },
);
export const FasterRCNN_MobileNet_V3_Large_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_MobileNet_V3_Large_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth detection#faster-r-cnn-mobilenetv3-large-fpn 1 19386354 32.8 4.494 74.239',
  },
);
export const FasterRCNN_MobileNet_V3_Large_320_FPN_Weights = /* @__PURE__ */ enumeration(
  'FasterRCNN_MobileNet_V3_Large_320_FPN_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth detection#faster-r-cnn-mobilenetv3-large-320-fpn 1 19386354 22.8 0.719 74.239',
  },
);
export const MaskRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ enumeration(
  'MaskRCNN_ResNet50_FPN_Weights',
  'detection',
  'COCO_V1',
  { COCO_V1: 'maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth detection#mask-r-cnn 1 44401393 37.9 34.6 134.38 169.84' },
);
export const MaskRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ enumeration(
  'MaskRCNN_ResNet50_FPN_V2_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth https://github.com/pytorch/vision/pull/5773 1 46359409 47.4 41.8 333.577 177.219',
  },
);
export const SSD300_VGG16_Weights = /* @__PURE__ */ enumeration('SSD300_VGG16_Weights', 'detection', 'COCO_V1', {
  COCO_V1: 'ssd300_vgg16_coco-b556d3b4.pth detection#ssd300-vgg16 1 35641826 25.1 34.858 135.988',
});
export const SSDLite320_MobileNet_V3_Large_Weights = /* @__PURE__ */ enumeration(
  'SSDLite320_MobileNet_V3_Large_Weights',
  'detection',
  'COCO_V1',
  {
    COCO_V1:
      'ssdlite320_mobilenet_v3_large_coco-a79551df.pth detection#ssdlite320-mobilenetv3-large 1 3440060 21.3 0.583 13.418',
  },
);
