import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, expectTensors, kindOf, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { Conv2dNormActivation, type NormMaker } from '../ops/layers';
import { MultiScaleRoIAlign } from '../ops/multi-scale-roi-align';
import { AnchorGenerator } from './anchors';
import { detectorKinds } from './detector-kinds';
import { GeneralizedRCNN } from './generalized-rcnn';
import { RoIHeads } from './roi-heads';
import { RegionProposalNetwork } from './rpn';
import { RPNHead } from './rpn-head';
import { GeneralizedRCNNTransform } from './transform';

/** Options of a Faster R-CNN, all but its backbone. */
export interface FasterRCNNOptions {
  /** Number of classes, including the background 0; null if a `boxPredictor` is given. */
  numClasses?: number | null;
  /**
   * Pictures are resized so that their shorter side has this length. If several are given, training draws one. Default:
   * 800.
   */
  minSize?: number | readonly number[];
  /** Upper limit of the longer side. Default: 1333. */
  maxSize?: number;
  /** Channel means to subtract. Default: ImageNet's, [0.485, 0.456, 0.406]. */
  imageMean?: readonly number[] | null;
  /** Channel standard deviations to divide by. Default: ImageNet's, [0.229, 0.224, 0.225]. */
  imageStd?: readonly number[] | null;
  /** Default: sizes 32 to 512, one for each of five maps, in three aspect ratios. */
  rpnAnchorGenerator?: AnchorGenerator | null;
  /** Default: an `RPNHead`. */
  rpnHead?: Module | null;
  /** In training: how many of the best boxes of each map enter the suppression. Default: 2000. */
  rpnPreNmsTopNTrain?: number;
  /** The same in evaluation. Default: 1000. */
  rpnPreNmsTopNTest?: number;
  /** In training: how many proposals of each picture remain. Default: 2000. */
  rpnPostNmsTopNTrain?: number;
  /** The same in evaluation. Default: 1000. */
  rpnPostNmsTopNTest?: number;
  /** Proposals that overlap a better one by more than this IoU are dropped. Default: 0.7. */
  rpnNmsThresh?: number;
  /** An anchor is positive if its IoU with a ground-truth box is at least this. Default: 0.7. */
  rpnFgIouThresh?: number;
  /** An anchor is negative if its highest IoU is below this. Default: 0.3. */
  rpnBgIouThresh?: number;
  /** Anchors of each picture that enter the losses. Default: 256. */
  rpnBatchSizePerImage?: number;
  /** Upper limit of the fraction of positive anchors. Default: 0.5. */
  rpnPositiveFraction?: number;
  /** Proposals with a lower score are dropped. Default: 0. */
  rpnScoreThresh?: number;
  /** Crops boxes out of the feature maps. Default: 7×7 crops of maps '0' to '3'. */
  boxRoiPool?: MultiScaleRoIAlign | null;
  /** Default: a `TwoMLPHead` with 1024 features. */
  boxHead?: nn.UnaryModule | null;
  /** Default: a `FastRCNNPredictor` for 1024 features. */
  boxPredictor?: Module | null;
  /** Detections need a score above this. Default: 0.05. */
  boxScoreThresh?: number;
  /** Detections that overlap a better one of their class by more than this IoU are dropped. Default: 0.5. */
  boxNmsThresh?: number;
  /** Most detections per picture. Default: 100. */
  boxDetectionsPerImg?: number;
  /** A proposal is positive if its IoU with a ground-truth box is at least this. Default: 0.5. */
  boxFgIouThresh?: number;
  /** A proposal is background if its highest IoU is below this. Default: 0.5. */
  boxBgIouThresh?: number;
  /** Proposals of each picture that enter the losses. Default: 512. */
  boxBatchSizePerImage?: number;
  /** Upper limit of the fraction of positive proposals. Default: 0.25. */
  boxPositiveFraction?: number;
  /** Weights of the box coder. Default: [10, 10, 5, 5]. */
  bboxRegWeights?: readonly [number, number, number, number] | null;
}

/** The defaults of `FasterRCNN`. */
export const fasterRCNNDefaults: Required<FasterRCNNOptions> = {
  numClasses: null,
  minSize: 800,
  maxSize: 1333,
  imageMean: null,
  imageStd: null,
  rpnAnchorGenerator: null,
  rpnHead: null,
  rpnPreNmsTopNTrain: 2000,
  rpnPreNmsTopNTest: 1000,
  rpnPostNmsTopNTrain: 2000,
  rpnPostNmsTopNTest: 1000,
  rpnNmsThresh: 0.7,
  rpnFgIouThresh: 0.7,
  rpnBgIouThresh: 0.3,
  rpnBatchSizePerImage: 256,
  rpnPositiveFraction: 0.5,
  rpnScoreThresh: 0,
  boxRoiPool: null,
  boxHead: null,
  boxPredictor: null,
  boxScoreThresh: 0.05,
  boxNmsThresh: 0.5,
  boxDetectionsPerImg: 100,
  boxFgIouThresh: 0.5,
  boxBgIouThresh: 0.5,
  boxBatchSizePerImage: 512,
  boxPositiveFraction: 0.25,
  bboxRegWeights: null,
};

export const defaultAnchors = (): AnchorGenerator =>
  new AnchorGenerator([[32], [64], [128], [256], [512]], Array<number[]>(5).fill([0.5, 1, 2]));

/** A network that makes feature maps, all of `outChannels` channels. */
export type DetectionBackbone = Module & { readonly outChannels: number };

const REPRESENTATION = 1024;

/**
 * Faster R-CNN (Ren et al. 2015, arXiv:1506.01497): takes pictures [C, H, W] of any sizes, with values from 0 to 1. In
 * evaluation it returns `{ boxes, labels, scores }` for each picture; in training it also takes targets
 * `{ boxes, labels }`, and returns four losses. The backbone returns a map or a dictionary of maps, and gives their
 * number of channels as `outChannels`. Detections have no gradient.
 *
 *     const detector = new detection.FasterRCNN(backbone, 3, { minSize: 128 });
 *     const { lossClassifier, lossBoxReg, lossObjectness, lossRpnBoxReg } = await detector(images, targets);
 *     const [found] = await torch.noGrad(() => detector.eval()(images));
 */
export class FasterRCNN extends GeneralizedRCNN {
  constructor(backbone: DetectionBackbone, options?: FasterRCNNOptions);
  constructor(backbone: DetectionBackbone, numClasses: number | null, options?: FasterRCNNOptions);
  constructor(...args: unknown[]) {
    const name = 'FasterRCNN';
    type Given = FasterRCNNOptions & { backbone: DetectionBackbone };
    const o = parseArgs<Given>(name, ['backbone'], fasterRCNNDefaults, args, {
      ...detectorKinds,
      numClasses: kinds.orNull(kinds.features),
      rpnHead: moduleOrNull,
      boxHead: moduleOrNull,
      boxPredictor: moduleOrNull,
    });
    const { backbone, numClasses, boxPredictor } = o;
    checkBackbone(name, backbone);
    if ((numClasses === null) === (boxPredictor === null)) {
      throw new ArgumentError(
        `${name}: expected either numClasses or boxPredictor, but got ${numClasses === null ? 'neither' : 'both'}`,
      );
    }
    expectInstance('rpnAnchorGenerator', AnchorGenerator, o.rpnAnchorGenerator);
    expectInstance('boxRoiPool', MultiScaleRoIAlign, o.boxRoiPool);
    const { outChannels } = backbone;
    const anchors = o.rpnAnchorGenerator ?? defaultAnchors();
    const rpnHead = o.rpnHead ?? new RPNHead(outChannels, anchors.numAnchorsPerLocation()[0]!);
    const rpn = new RegionProposalNetwork(
      ...([
        anchors,
        rpnHead,
        o.rpnFgIouThresh,
        o.rpnBgIouThresh,
        o.rpnBatchSizePerImage,
        o.rpnPositiveFraction,
      ] as const),
      { training: o.rpnPreNmsTopNTrain, testing: o.rpnPreNmsTopNTest },
      { training: o.rpnPostNmsTopNTrain, testing: o.rpnPostNmsTopNTest },
      o.rpnNmsThresh,
      { scoreThresh: o.rpnScoreThresh },
    );
    const pool = o.boxRoiPool ?? new MultiScaleRoIAlign(['0', '1', '2', '3'], 7, 2);
    const head = o.boxHead ?? new TwoMLPHead(outChannels * pool.outputSize[0] ** 2, REPRESENTATION);
    const heads = new RoIHeads(
      ...([pool, head, boxPredictor ?? new FastRCNNPredictor(REPRESENTATION, numClasses!), o.boxFgIouThresh] as const),
      ...([o.boxBgIouThresh, o.boxBatchSizePerImage, o.boxPositiveFraction, o.bboxRegWeights] as const),
      ...([o.boxScoreThresh, o.boxNmsThresh, o.boxDetectionsPerImg] as const),
    );
    const mean = o.imageMean ?? [0.485, 0.456, 0.406];
    const std = o.imageStd ?? [0.229, 0.224, 0.225];
    super(backbone, rpn, heads, new GeneralizedRCNNTransform(o.minSize, o.maxSize, mean, std));
  }
}

const moduleOrNull = kinds.orNull(kinds.instance(Module, 'a module'));

/** @throws ArgumentError if the backbone is not a module with `outChannels` */
export function checkBackbone(name: string, backbone: unknown): asserts backbone is DetectionBackbone {
  if (backbone instanceof Module && 'outChannels' in backbone) return;
  throw new ArgumentError(
    `${name}: expected a backbone with an attribute outChannels, the channels of every feature map, but got ${kindOf(backbone)} without one`,
  );
}

function expectInstance(name: string, type: abstract new (...args: never[]) => unknown, value: unknown): void {
  if (value === null || value instanceof type) return;
  throw new ArgumentError(`FasterRCNN: expected ${name} to be an instance of ${type.name}, but got ${kindOf(value)}`);
}

interface TwoLayers {
  inChannels: number;
  /** The number of features of the hidden layers. */
  representationSize: number;
}

/**
 * Turns crops [K, C, S, S] into features [K, representationSize], by two linear layers with ReLU. `inChannels` is C S².
 */
export class TwoMLPHead extends Network {
  fc6: nn.Linear;
  fc7: nn.Linear;

  constructor(...args: Arguments<TwoLayers, ['inChannels', 'representationSize']>) {
    super();
    const required = ['inChannels', 'representationSize'] as const;
    const { inChannels, representationSize } = parseArgs<TwoLayers>('TwoMLPHead', required, {}, args, detectorKinds);
    this.fc6 = new nn.Linear(inChannels, representationSize);
    this.fc7 = new nn.Linear(representationSize, representationSize);
  }

  override forward(x: Tensor): Tensor {
    expectTensors('TwoMLPHead', x);
    return nn.functional.relu(this.fc7(nn.functional.relu(this.fc6(x.flatten(1)))));
  }
}

interface ConvFCArguments {
  /** Features of the input. */
  inputSize: readonly [channels: number, height: number, width: number];
  /** Channels of each convolution. */
  convLayers: readonly number[];
  /** Features of each linear layer. */
  fcLayers: readonly number[];
  /** Makes the norm for a number of channels. Default: none. */
  normLayer?: NormMaker | null;
}

/** Turns crops [K, C, H, W] into features, by 3×3 convolutions, then linear layers, each with a ReLU. */
export class FastRCNNConvFCHead extends nn.Sequential {
  constructor(...args: Arguments<ConvFCArguments, ['inputSize', 'convLayers', 'fcLayers', 'normLayer']>) {
    const required = ['inputSize', 'convLayers', 'fcLayers'] as const;
    const o = parseArgs<ConvFCArguments>('FastRCNNConvFCHead', required, { normLayer: null }, args, {
      inputSize: kinds.listOf(kinds.features, 3),
      convLayers: kinds.listOf(kinds.features),
      fcLayers: kinds.listOf(kinds.features),
      normLayer: kinds.orNull(kinds.callback),
    });
    const {
      inputSize: [channels, height, width],
      convLayers,
      fcLayers,
      normLayer,
    } = o;
    const layers: nn.UnaryModule[] = [];
    let last = channels;
    for (const next of convLayers) {
      layers.push(new Conv2dNormActivation(last, next, { normLayer }));
      last = next;
    }
    layers.push(new nn.Flatten());
    last *= height * width;
    for (const next of fcLayers) {
      layers.push(new nn.Linear(last, next), new nn.ReLU({ inplace: true }));
      last = next;
    }
    super(...layers);
    for (const layer of this.modules()) {
      if (!(layer instanceof nn.Conv2d)) continue;
      nn.init.kaimingNormal_(layer.weight, { mode: 'fan_out', nonlinearity: 'relu' });
      if (layer.bias) nn.init.zeros_(layer.bias);
    }
  }
}

interface PredictorArguments {
  inChannels: number;
  numClasses: number;
}

/**
 * Turns features [K, inChannels] (or [K, inChannels, 1, 1]) into logits [K, numClasses] and corrections of each class's
 * box [K, 4 numClasses].
 */
export class FastRCNNPredictor extends Network {
  cls_score: nn.Linear;
  bbox_pred: nn.Linear;

  constructor(...args: Arguments<PredictorArguments, ['inChannels', 'numClasses']>) {
    super();
    const required = ['inChannels', 'numClasses'] as const;
    const o = parseArgs<PredictorArguments>('FastRCNNPredictor', required, {}, args, detectorKinds);
    const { inChannels, numClasses } = o;
    this.cls_score = new nn.Linear(inChannels, numClasses);
    this.bbox_pred = new nn.Linear(inChannels, numClasses * 4);
  }

  get clsScore(): nn.Linear {
    return this.cls_score;
  }

  get bboxPred(): nn.Linear {
    return this.bbox_pred;
  }

  override forward(x: Tensor): [logits: Tensor, boxes: Tensor] {
    expectTensors('FastRCNNPredictor', x);
    const flat = x.flatten(1);
    return [this.cls_score(flat), this.bbox_pred(flat)];
  }
}
