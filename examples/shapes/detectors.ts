// YOLO v1 and Faster R-CNN on small backbones, and how each of them is trained on drawn shapes.
import { nn } from 'lamplight';
import { detection, ops } from 'lamplight/vision';
import { kinds, SIDE } from './pictures';

export type Detector = detection.YOLOv1 | detection.FasterRCNN;

/** How a detector is made and trained. */
export interface Recipe {
  build(): Detector;
  /** The label of the first class: to Faster R-CNN, 0 is the background. */
  readonly firstLabel: number;
  /** Pictures of the training set. */
  readonly trainSize: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Of Adam, at the height of OneCycleLR. */
  readonly lr: number;
  /** Detections of a lower score are counted, but not drawn. YOLO's scores are probabilities times overlaps, and lower. */
  readonly sure: number;
}

/** Convolutions of `widths`, each of which halves the map; one of `last` follows, which does not. */
class SmallBackbone extends nn.Sequential {
  readonly outChannels: number;

  constructor(widths: readonly number[], last: number, activation: () => nn.UnaryModule) {
    const stage = (from: number, to: number, stride: number) => [
      new nn.Conv2d(from, to, 3, { stride, padding: 1, bias: false }),
      new nn.BatchNorm2d(to),
      activation(),
    ];
    const halving = widths.flatMap((width, i) => stage(i === 0 ? 3 : widths[i - 1]!, width, 2));
    super(...halving, ...stage(widths.at(-1)!, last, 1));
    this.outChannels = last;
  }
}

/** Seven cells along each side, of eight pixels each. */
const yolo: Recipe = {
  build() {
    const detector = new detection.YOLOv1({
      numClasses: kinds.length,
      backbone: new SmallBackbone([16, 32, 64], 32, () => new nn.LeakyReLU(0.1)),
      hiddenFeatures: 512,
      scoreThresh: 0.05,
    });
    // There are enough pictures that none has to be kept from being learned by heart.
    for (const layer of detector.modules()) if (layer instanceof nn.Dropout) layer.p = 0;
    return detector;
  },
  firstLabel: 0,
  trainSize: 4096,
  batchSize: 16,
  epochs: 4,
  lr: 4e-3,
  sure: 0.2,
};

/** A map of a quarter of the picture, with three square anchors at each place. */
const fasterRCNN: Recipe = {
  build() {
    const backbone = new SmallBackbone([16, 32], 32, () => new nn.ReLU());
    const [crop, features] = [5, 64];
    return new detection.FasterRCNN(backbone, {
      minSize: SIDE,
      maxSize: SIDE,
      imageMean: [0.4, 0.4, 0.4],
      imageStd: [0.25, 0.25, 0.25],
      rpnAnchorGenerator: new detection.AnchorGenerator([[18, 24, 32]], [[1]]),
      boxRoiPool: new ops.MultiScaleRoIAlign(['0'], crop, 2),
      boxHead: new detection.TwoMLPHead(backbone.outChannels * crop ** 2, features),
      boxPredictor: new detection.FastRCNNPredictor(features, 1 + kinds.length),
      rpnPreNmsTopNTrain: 100,
      rpnPostNmsTopNTrain: 40,
      rpnPreNmsTopNTest: 100,
      rpnPostNmsTopNTest: 20,
      rpnBatchSizePerImage: 32,
      boxBatchSizePerImage: 24,
    });
  },
  firstLabel: 1,
  trainSize: 512,
  batchSize: 8,
  epochs: 6,
  lr: 2e-3,
  sure: 0.7,
};

export const recipes = { yolo, 'faster-rcnn': fasterRCNN } as const;

export type DetectorName = keyof typeof recipes;
