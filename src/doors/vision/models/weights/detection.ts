// Enumerations of weights that know the names of their classes. Written by test/fixtures/weights_table.py.
import { cocoCategories } from './categories';
import * as table from './table';
import { naming, type WeightsEnumeration } from './weights';

const withNames = <E extends WeightsEnumeration>(given: E): E => naming('detection', cocoCategories, given);

/** The weights that torchvision has published for FasterRCNN_ResNet50_FPN, by their names there. */
export const FasterRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ withNames(table.FasterRCNN_ResNet50_FPN_Weights);
/** The weights that torchvision has published for FasterRCNN_ResNet50_FPN_V2, by their names there. */
export const FasterRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ withNames(table.FasterRCNN_ResNet50_FPN_V2_Weights);
/** The weights that torchvision has published for FasterRCNN_MobileNet_V3_Large_FPN, by their names there. */
export const FasterRCNN_MobileNet_V3_Large_FPN_Weights = /* @__PURE__ */ withNames(
  table.FasterRCNN_MobileNet_V3_Large_FPN_Weights,
);
/** The weights that torchvision has published for FasterRCNN_MobileNet_V3_Large_320_FPN, by their names there. */
export const FasterRCNN_MobileNet_V3_Large_320_FPN_Weights = /* @__PURE__ */ withNames(
  table.FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
);
/** The weights that torchvision has published for MaskRCNN_ResNet50_FPN, by their names there. */
export const MaskRCNN_ResNet50_FPN_Weights = /* @__PURE__ */ withNames(table.MaskRCNN_ResNet50_FPN_Weights);
/** The weights that torchvision has published for MaskRCNN_ResNet50_FPN_V2, by their names there. */
export const MaskRCNN_ResNet50_FPN_V2_Weights = /* @__PURE__ */ withNames(table.MaskRCNN_ResNet50_FPN_V2_Weights);
/** The weights that torchvision has published for SSD300_VGG16, by their names there. */
export const SSD300_VGG16_Weights = /* @__PURE__ */ withNames(table.SSD300_VGG16_Weights);
/** The weights that torchvision has published for SSDLite320_MobileNet_V3_Large, by their names there. */
export const SSDLite320_MobileNet_V3_Large_Weights = /* @__PURE__ */ withNames(
  table.SSDLite320_MobileNet_V3_Large_Weights,
);
