// Weights enumerations with class names. Written by test/fixtures/weights_table.py.
import { vocCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('coco', vocCategories, given);

/** torchvision's published weights for FCN_ResNet50, under torchvision's names. */
export const FCN_ResNet50_Weights = /* @__PURE__ */ withNames(table.FCN_ResNet50_Weights);
/** torchvision's published weights for FCN_ResNet101, under torchvision's names. */
export const FCN_ResNet101_Weights = /* @__PURE__ */ withNames(table.FCN_ResNet101_Weights);
/** torchvision's published weights for DeepLabV3_ResNet50, under torchvision's names. */
export const DeepLabV3_ResNet50_Weights = /* @__PURE__ */ withNames(table.DeepLabV3_ResNet50_Weights);
/** torchvision's published weights for DeepLabV3_ResNet101, under torchvision's names. */
export const DeepLabV3_ResNet101_Weights = /* @__PURE__ */ withNames(table.DeepLabV3_ResNet101_Weights);
