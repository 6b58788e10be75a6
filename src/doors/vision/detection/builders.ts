// The detectors that torchvision has by name, with their backbones. Weights are fetched only on request.

import { nn } from '../../../torch';
import type { Module } from '../../../torch/inside';
import {
  builder,
  type CompletedWeights,
  type GivenWeights,
  giveEnumeration,
  type Spelled,
  type WeightsName,
  type WeightsSource,
  type WithoutWeights,
  type WithWeights,
} from '../models/builder';
import { type MobileNetV3, mobilenetV3Large } from '../models/mobilenetv3';
import { type ResNet, resnet50 } from '../models/resnet';
import { type VGG, vgg16 } from '../models/vgg';
import { FrozenBatchNorm2d } from '../ops/frozen-batch-norm';
import type { NormMaker } from '../ops/layers';
import { AnchorGenerator, DefaultBoxGenerator } from './anchors';
import { mobilenetFpnExtractor, resnetFpnExtractor } from './backbones';
import {
  type DetectionBackbone,
  defaultAnchors,
  FasterRCNN,
  type FasterRCNNOptions,
  FastRCNNConvFCHead,
  fasterRCNNDefaults,
} from './faster-rcnn';
import { retrieveOutChannels } from './maps';
import { MaskRCNN, MaskRCNNHeads, type MaskRCNNOptions, maskRCNNDefaults } from './mask-rcnn';
import { RPNHead } from './rpn-head';
import { SSD, type SSDHead, type SSDOptions, ssdDefaults } from './ssd';
import { vggExtractor } from './ssd-vgg';
import { normalInit, SSDLiteHead, ssdliteExtractor, ssdliteNorm } from './ssdlite';

interface BackboneOptions {
  /**
   * How many layers of the backbone train, counted from the last, if there are pretrained weights; without any, all
   * layers train.
   */
  trainableBackboneLayers?: number | null;
}

/**
 * The function that builds a detector. With random weights it returns the detector at once; with weights from a file,
 * for the whole detector or for its backbone, it returns a promise.
 */
export interface DetectorBuilder<M extends Module, O extends object> {
  <W extends GivenWeights>(options: O & BackboneOptions & WithWeights<W>): Promise<M>;
  <W extends GivenWeights>(options: O & BackboneOptions & { weightsBackbone: W & Spelled<W> }): Promise<M>;
  (
    options?: O &
      BackboneOptions &
      WithoutWeights & {
        /** Published weights of the backbone; null for none. */
        weightsBackbone?: null;
      },
  ): M;
  (
    options: O & BackboneOptions & { weights?: CompletedWeights | null; weightsBackbone?: CompletedWeights | null },
  ): Promise<M>;
}

interface Blueprint<M extends Module, B extends Module, O extends object> {
  readonly defaults: Required<O>;
  /** torchvision's weights of the detector. */
  readonly weights: WeightsName;
  /** How many layers the backbone has, and how many of them train by default if there are pretrained weights. */
  readonly layers: { readonly all: number; readonly trained: number };
  /** Whether a pretrained backbone keeps its norms' statistics fixed. */
  readonly frozen: boolean;
  backbone(options: { normLayer?: NormMaker; weights?: WeightsSource }): B | Promise<B>;
  build(backbone: B, options: Required<O>, trainableLayers: number): M;
  /** Called once weights of the whole detector have been loaded. */
  loaded?(model: M, weights: unknown): Promise<void>;
}

function detector<M extends Module, B extends Module, O extends object>(
  name: string,
  blueprint: Blueprint<M, B, O>,
): DetectorBuilder<M, O> {
  type Given = O & BackboneOptions & { weights?: WeightsSource | null; weightsBackbone?: WeightsSource | null };
  const { defaults, layers } = blueprint;
  const around = (isTrained: boolean, backbone: B, given: object): M | Promise<M> => {
    const all = { ...defaults, trainableBackboneLayers: null } as Required<O & BackboneOptions>;
    const make = builder<M, O & BackboneOptions>(name, {
      defaults: all,
      weights: blueprint.weights,
      build({ trainableBackboneLayers, ...options }) {
        const trainable = isTrained ? (trainableBackboneLayers ?? layers.trained) : layers.all;
        return blueprint.build(backbone, options as unknown as Required<O>, trainable);
      },
    });
    return (make as (options: object) => M | Promise<M>)(given);
  };
  const make = (given: Given = {} as Given): M | Promise<M> => {
    const { weightsBackbone = null, ...options } = given;
    const weights = options.weights ?? null;
    const isTrained = weights !== null || weightsBackbone !== null;
    // The norm is also given if nothing is pretrained: a MobileNet's default norm has another eps.
    const norm = blueprint.frozen ? { normLayer: (isTrained ? FrozenBatchNorm2d : nn.BatchNorm2d) as NormMaker } : {};
    if (weights !== null) {
      const model = around(true, blueprint.backbone(norm) as B, options) as Promise<M>;
      return model.then(async (loaded) => {
        await blueprint.loaded?.(loaded, weights);
        return loaded;
      });
    }
    if (weightsBackbone === null) return around(false, blueprint.backbone(norm) as B, options);
    const backbone = Promise.resolve(blueprint.backbone({ ...norm, weights: weightsBackbone }));
    return backbone.then((loaded) => around(true, loaded, options));
  };
  giveEnumeration(make, blueprint.weights);
  return Object.defineProperty(make, 'name', { value: name }) as DetectorBuilder<M, O>;
}

/** The weight files whose norms were trained with eps 0: COCO_V1 of the first Faster R-CNN and Mask R-CNN. */
const WITHOUT_EPS = ['fasterrcnn_resnet50_fpn_coco-258fb6c6', 'maskrcnn_resnet50_fpn_coco-bf2d0c1e'];

/** Sets the eps of all frozen norms to 0 if the model was loaded from one of these files. */
const asTrained =
  (name: string, enumeration: WeightsName) =>
  async (model: Module, weights: unknown): Promise<void> => {
    const { memberNamed } = await import('../models/weighted');
    const address = memberNamed(name, weights, enumeration)?.url ?? weights;
    if (typeof address !== 'string' || !WITHOUT_EPS.some((file) => address.includes(file))) return;
    for (const module of model.modules()) if (module instanceof FrozenBatchNorm2d) module.eps = 0;
  };

const coco: Required<FasterRCNNOptions> = { ...fasterRCNNDefaults, numClasses: 91 };

/** Shared by all detectors with a ResNet backbone. */
const onResnet = {
  layers: { all: 5, trained: 3 },
  backbone: (options: { normLayer?: NormMaker; weights?: WeightsSource }): ResNet | Promise<ResNet> =>
    resnet50(options as WithoutWeights),
};

/** A given predictor decides how many classes there are, so `numClasses` is dropped. */
const classes = (options: Required<FasterRCNNOptions>): Required<FasterRCNNOptions> =>
  options.boxPredictor ? { ...options, numClasses: null } : options;

/**
 * Faster R-CNN on a ResNet-50 with a feature pyramid (Ren et al. 2015, arXiv:1506.01497): 41,755,286 parameters with
 * `numClasses` 91, the default. With pretrained weights, of the whole detector or of its backbone (`weightsBackbone`),
 * norms are frozen and three stages train; without any, everything trains.
 */
export const fasterrcnnResnet50Fpn = detector<FasterRCNN, ResNet, FasterRCNNOptions>('fasterrcnnResnet50Fpn', {
  weights: 'FasterRCNN_ResNet50_FPN_Weights',
  defaults: coco,
  frozen: true,
  ...onResnet,
  build: (backbone, options, trainableLayers) =>
    new FasterRCNN(resnetFpnExtractor(backbone, { trainableLayers }), classes(options)),
  loaded: asTrained('fasterrcnnResnet50Fpn', 'FasterRCNN_ResNet50_FPN_Weights'),
});

/**
 * The options of Mask R-CNN without `numClasses` if a mask predictor is given, since that decides how many classes
 * there are.
 */
const maskClasses = (options: Required<MaskRCNNOptions>): Required<MaskRCNNOptions> =>
  options.maskPredictor ? { ...options, numClasses: null } : options;

/** The parts that the second versions share: batch norm in the pyramid and in the box head, and a deeper RPN. */
function secondVersion(resnet: ResNet, trainableLayers: number) {
  const normLayer = nn.BatchNorm2d as NormMaker;
  const backbone = resnetFpnExtractor(resnet, { trainableLayers, normLayer });
  const { outChannels } = backbone;
  const rpnAnchorGenerator = defaultAnchors();
  const rpnHead = new RPNHead(outChannels, rpnAnchorGenerator.numAnchorsPerLocation()[0]!, { convDepth: 2 });
  const boxHead = new FastRCNNConvFCHead([outChannels, 7, 7], [256, 256, 256, 256], [1024], { normLayer });
  return { backbone, parts: { rpnAnchorGenerator, rpnHead, boxHead } };
}

/** Faster R-CNN as Li et al. 2021 (arXiv:2111.11429) train it: batch norm everywhere, a deeper head and RPN; 43,712,278 parameters. */
export const fasterrcnnResnet50FpnV2 = detector<FasterRCNN, ResNet, FasterRCNNOptions>('fasterrcnnResnet50FpnV2', {
  weights: 'FasterRCNN_ResNet50_FPN_V2_Weights',
  defaults: coco,
  frozen: false,
  ...onResnet,
  build(resnet, options, trainableLayers) {
    const { backbone, parts } = secondVersion(resnet, trainableLayers);
    return new FasterRCNN(backbone, { ...classes(options), ...parts });
  },
});

const cocoMasks: Required<MaskRCNNOptions> = { ...maskRCNNDefaults, numClasses: 91 };

/**
 * Mask R-CNN on a ResNet-50 with a feature pyramid (He et al. 2017, arXiv:1703.06870): 44,401,393 parameters with
 * `numClasses` 91, the default. With pretrained weights, of the whole detector or of its backbone (`weightsBackbone`),
 * norms are frozen and three stages train; without any, everything trains.
 */
export const maskrcnnResnet50Fpn = detector<MaskRCNN, ResNet, MaskRCNNOptions>('maskrcnnResnet50Fpn', {
  weights: 'MaskRCNN_ResNet50_FPN_Weights',
  defaults: cocoMasks,
  frozen: true,
  ...onResnet,
  build: (backbone, options, trainableLayers) =>
    new MaskRCNN(resnetFpnExtractor(backbone, { trainableLayers }), maskClasses(options)),
  loaded: asTrained('maskrcnnResnet50Fpn', 'MaskRCNN_ResNet50_FPN_Weights'),
});

/** Mask R-CNN as Li et al. 2021 (arXiv:2111.11429) train it: batch norm everywhere, deeper heads and RPN; 46,359,409 parameters. */
export const maskrcnnResnet50FpnV2 = detector<MaskRCNN, ResNet, MaskRCNNOptions>('maskrcnnResnet50FpnV2', {
  weights: 'MaskRCNN_ResNet50_FPN_V2_Weights',
  defaults: cocoMasks,
  frozen: false,
  ...onResnet,
  build(resnet, options, trainableLayers) {
    const { backbone, parts } = secondVersion(resnet, trainableLayers);
    const maskHead = new MaskRCNNHeads(backbone.outChannels, [256, 256, 256, 256], 1, {
      normLayer: nn.BatchNorm2d as NormMaker,
    });
    return new MaskRCNN(backbone, { ...maskClasses(options), ...parts, maskHead });
  },
});

const onMobilenet = (name: string, weights: WeightsName, own: FasterRCNNOptions) =>
  detector<FasterRCNN, MobileNetV3, FasterRCNNOptions>(name, {
    defaults: { ...coco, ...own },
    weights,
    layers: { all: 6, trained: 3 },
    frozen: true,
    backbone: (options) => mobilenetV3Large(options as WithoutWeights),
    build(mobilenet, options, trainableLayers) {
      const backbone: DetectionBackbone = mobilenetFpnExtractor(mobilenet, { trainableLayers });
      const rpnAnchorGenerator = new AnchorGenerator(
        Array<number[]>(3).fill([32, 64, 128, 256, 512]),
        Array<number[]>(3).fill([0.5, 1, 2]),
      );
      return new FasterRCNN(backbone, { ...classes(options), rpnAnchorGenerator });
    },
  });

/** Faster R-CNN on a large MobileNetV3 with a feature pyramid: 19,386,354 parameters. */
export const fasterrcnnMobilenetV3LargeFpn = onMobilenet(
  'fasterrcnnMobilenetV3LargeFpn',
  'FasterRCNN_MobileNet_V3_Large_FPN_Weights',
  { rpnScoreThresh: 0.05 },
);
/** Faster R-CNN on a large MobileNetV3 with a feature pyramid, for pictures of 320 pixels. */
export const fasterrcnnMobilenetV3Large320Fpn = onMobilenet(
  'fasterrcnnMobilenetV3Large320Fpn',
  'FasterRCNN_MobileNet_V3_Large_320_FPN_Weights',
  {
    minSize: 320,
    maxSize: 640,
    rpnPreNmsTopNTest: 150,
    rpnPostNmsTopNTest: 150,
    rpnScoreThresh: 0.05,
  },
);

type SSD300Options = Omit<SSDOptions, 'backbone' | 'anchorGenerator' | 'size' | 'numClasses'> & {
  /** Number of classes, including the background 0. Default: 91. */
  numClasses?: number;
};

const ssd300Defaults: Required<SSD300Options> = {
  numClasses: 91,
  ...ssdDefaults,
  imageMean: [0.48235, 0.45882, 0.40784],
  imageStd: [1 / 255, 1 / 255, 1 / 255],
};

/** SSD on a VGG-16, for pictures of 300 pixels (Liu et al. 2016, arXiv:1512.02325): 35,641,826 parameters with `numClasses` 91, the default. */
export const ssd300Vgg16 = detector<SSD<SSDHead>, VGG, SSD300Options>('ssd300Vgg16', {
  weights: 'SSD300_VGG16_Weights',
  defaults: ssd300Defaults,
  layers: { all: 5, trained: 4 },
  frozen: false,
  backbone: (options) => vgg16(options as WithoutWeights),
  build(vgg, options, trainableLayers) {
    const anchorGenerator = new DefaultBoxGenerator([[2], [2, 3], [2, 3], [2, 3], [2], [2]], {
      scales: [0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
      steps: [8, 16, 32, 64, 100, 300],
    });
    const { numClasses, ...rest } = options;
    return new SSD(vggExtractor(vgg, trainableLayers), anchorGenerator, [300, 300], numClasses, rest);
  },
});

type SSDLiteOptions = Omit<SSD300Options, 'head'>;

const { head: _, ...ssdShared } = ssd300Defaults;

/**
 * SSDLite on a large MobileNetV3, for pictures of 320 pixels (Sandler et al. 2018, arXiv:1801.04381; Howard et al. 2019, arXiv:1905.02244): 3,440,060
 * parameters with `numClasses` 91, the default. Unless weights of the backbone alone are given, it has the reduced tail of MobileNetV3's table 6.
 */
export const ssdlite320MobilenetV3Large = detector<SSD<SSDLiteHead>, MobileNetV3, SSDLiteOptions>(
  'ssdlite320MobilenetV3Large',
  {
    weights: 'SSDLite320_MobileNet_V3_Large_Weights',
    defaults: {
      ...ssdShared,
      imageMean: [0.5, 0.5, 0.5],
      imageStd: [0.5, 0.5, 0.5],
      scoreThresh: 0.001,
      nmsThresh: 0.55,
      detectionsPerImg: 300,
      topkCandidates: 300,
    },
    layers: { all: 6, trained: 6 },
    frozen: false,
    backbone({ weights }) {
      if (weights) return mobilenetV3Large({ weights, normLayer: ssdliteNorm });
      const mobilenet = mobilenetV3Large({ reducedTail: true, normLayer: ssdliteNorm });
      normalInit(mobilenet);
      return mobilenet;
    },
    build(mobilenet, options, trainableLayers) {
      const backbone = ssdliteExtractor(mobilenet, trainableLayers);
      const anchorGenerator = new DefaultBoxGenerator(Array<number[]>(6).fill([2, 3]), 0.2, 0.95);
      const { numClasses, ...rest } = options;
      const channels = retrieveOutChannels(backbone, [320, 320]);
      const head = new SSDLiteHead(channels, anchorGenerator.numAnchorsPerLocation(), numClasses);
      return new SSD(backbone, anchorGenerator, [320, 320], numClasses, { ...rest, head });
    },
  },
);
