// Weights enumerations with class names. Written by test/fixtures/weights_table.py.
import { cocoCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('detection', cocoCategories, given);

/** torchvision's published weights for FasterRCNN_ResNet50_FPN, under torchvision's names. */
export const FasterRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ withNames(table.FasterRCNN_ResNet50_FPN_Weights);
/** torchvision's published weights for FasterRCNN_ResNet50_FPN_V2, under torchvision's names. */
export const FasterRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ withNames(table.FasterRCNN_ResNet50_FPN_V2_Weights);
/** torchvision's published weights for FasterRCNN_MobileNet_V3_Large_FPN, under torchvision's names. */
export const FasterRCNN_MobileNet_V3_Large_FPN_Weights = /* @__PURE__ */ withNames(
  table.FasterRCNN_MobileNet_V3_Large_FPN_Weights,
);
/** torchvision's published weights for FasterRCNN_MobileNet_V3_Large_320_FPN, under torchvision's names. */
export const FasterRCNN_MobileNet_V3_Large_320_FPN_Weights = /* @__PURE__ */ withNames(
  table.FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
);
/** torchvision's published weights for MaskRCNN_ResNet50_FPN, under torchvision's names. */
export const MaskRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ withNames(table.MaskRCNN_ResNet50_FPN_Weights);
/** torchvision's published weights for MaskRCNN_ResNet50_FPN_V2, under torchvision's names. */
export const MaskRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ withNames(table.MaskRCNN_ResNet50_FPN_V2_Weights);
/** torchvision's published weights for SSD300_VGG16, under torchvision's names. */
export const SSD300_VGG16_Weights = /* @__PURE__ */ withNames(table.SSD300_VGG16_Weights);
/** torchvision's published weights for SSDLite320_MobileNet_V3_Large, under torchvision's names. */
export const SSDLite320_MobileNet_V3_Large_Weights = /* @__PURE__ */ withNames(
  table.SSDLite320_MobileNet_V3_Large_Weights,
);
