// Enumerations of weights that know the names of their classes. Written by test/fixtures/weights_table.py.
import { vocCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('coco', vocCategories, given);

/** The weights that torchvision has published for FCN_ResNet50, by their names there. */
export const FCN_ResNet50_Weights = /* @__PURE__ */ withNames(table.FCN_ResNet50_Weights);
/** The weights that torchvision has published for FCN_ResNet101, by their names there. */
export const FCN_ResNet101_Weights = /* @__PURE__ */ withNames(table.FCN_ResNet101_Weights);
/** The weights that torchvision has published for DeepLabV3_ResNet50, by their names there. */
export const DeepLabV3_ResNet50_Weights = /* @__PURE__ */ withNames(table.DeepLabV3_ResNet50_Weights);
/** The weights that torchvision has published for DeepLabV3_ResNet101, by their names there. */
export const DeepLabV3_ResNet101_Weights = /* @__PURE__ */ withNames(table.DeepLabV3_ResNet101_Weights);
