// YOLO version 1 (Redmon et al. 2016, arXiv:1506.02640): one look at a picture gives boxes and classes for each cell of a grid.

import { ArgumentError, arange, nn, noGrad, ShapeError, stack, type Tensor } from '../../../torch';
import {
  type Arguments,
  type CarriedPromise,
  expectTensors,
  inputs,
  isPlainObject,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  Layer,
  parseArgs,
} from '../../../torch/inside';

import { Detector, type Images } from './detector';
import { detectorKinds } from './detector-kinds';
import { checkedTargets, type DetectionTarget, type GivenTarget, type HostTarget, tensorOf } from './host';

import { sizesKind } from './image-list';
import { sizeOf } from './maps';
import { CandidateList, detectionOf } from './postprocess';
import type { RecordedPart } from './steps';
import { type Detection, picturesOfOneSize } from './transform';
import { yoloBackbone } from './yolo-backbone';

/** The grid of a picture, and the output of each cell: B boxes (x, y, √w, √h, confidence) and C probabilities. */
export interface YOLOGrid {
  /** Cells along each side. Default: 7. */
  gridSize?: number;
  /** Boxes per cell. Default: 2. */
  numBoxes?: number;
  /** Default: 20. */
  numClasses?: number;
}

/** Options of `YOLOv1Loss`. */
export interface YOLOv1LossOptions extends YOLOGrid {
  /** Weight of the boxes' errors. Default: 5. */
  lambdaCoord?: number;
  /** Weight of the confidence of boxes without an object. Default: 0.5. */
  lambdaNoobj?: number;
}

/**
 * The five terms of the loss, already weighted; their sum is the loss. Each is a sum over cells, averaged over
 * pictures.
 */
export interface YOLOv1Losses {
  /** λ_coord Σ (x − x̂)² + (y − ŷ)² of the responsible boxes. */
  readonly lossCenter: Tensor;
  /** λ_coord Σ (√w − √ŵ)² + (√h − √ĥ)² of the responsible boxes. */
  readonly lossSize: Tensor;
  /** Σ (C − Ĉ)² of the responsible boxes, where Ĉ is the overlap of the box with its object. */
  readonly lossObject: Tensor;
  /** λ_noobj Σ C² of all other boxes. */
  readonly lossNoObject: Tensor;
  /** Σ (p(c) − p̂(c))² of the cells with an object. */
  readonly lossClass: Tensor;
  readonly [name: string]: Tensor;
}

type YoloLossOrder = ['gridSize', 'numBoxes', 'numClasses', 'lambdaCoord', 'lambdaNoobj'];

const lossDefaults = { gridSize: 7, numBoxes: 2, numClasses: 20, lambdaCoord: 5, lambdaNoobj: 0.5 };

const yoloKinds = {
  ...detectorKinds,
  gridSize: kinds.whole(1, 1024),
  numBoxes: kinds.whole(1, 1024),
  lambdaCoord: kinds.finite,
  lambdaNoobj: kinds.finite,
  hiddenFeatures: kinds.features,
};

/**
 * The target of each cell: 1 if there is an object, its x and y in the cell, √w and √h as fractions of the picture, and
 * its class.
 */
function encoded(
  targets: readonly HostTarget[],
  sizes: readonly (readonly [height: number, width: number])[],
  { gridSize, numClasses }: Required<YOLOGrid>,
): Tensor {
  const depth = 5 + numClasses;
  const cells = new Float32Array(targets.length * gridSize * gridSize * depth);
  targets.forEach(({ boxes, labels }, n) => {
    const [height, width] = sizes[n]!;
    labels.forEach((label, i) => {
      if (label < 0 || label >= numClasses) {
        throw new ArgumentError(
          `YOLOv1: expected labels of 0 to ${numClasses - 1}, but got ${label} as targets[${n}].labels[${i}]`,
        );
      }
      const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      const x = ((x1 + x2) / 2 / width) * gridSize;
      const y = ((y1 + y2) / 2 / height) * gridSize;
      const inside = (at: number) => Math.min(Math.max(Math.floor(at), 0), gridSize - 1);
      const [column, row] = [inside(x), inside(y)];
      const at = ((n * gridSize + row) * gridSize + column) * depth;
      // A cell predicts one object only, so the first one wins.
      if (cells[at] === 1) return;
      cells.set([1, x - column, y - row, Math.sqrt((x2 - x1) / width), Math.sqrt((y2 - y1) / height)], at);
      cells[at + 5 + label] = 1;
    });
  });
  return tensorOf(cells, [targets.length, gridSize, gridSize, depth], 'float32');
}

/**
 * Corners of boxes in units of the picture. Shape: [N, S, S, B, 4 or more] as (x, y, √w, √h, …) → four tensors [N, S,
 * S, B].
 */
function corners(boxes: Tensor, gridSize: number): readonly [Tensor, Tensor, Tensor, Tensor] {
  const part = (i: number): Tensor => boxes.at('...', i);
  const columns = arange(gridSize).view(1, 1, gridSize, 1);
  const rows = arange(gridSize).view(1, gridSize, 1, 1);
  const [x, y] = [part(0).add(columns).div(gridSize), part(1).add(rows).div(gridSize)];
  const [halfW, halfH] = [part(2).square().div(2), part(3).square().div(2)];
  return [x.sub(halfW), y.sub(halfH), x.add(halfW), y.add(halfH)];
}

/** IoU of each predicted box with the object of its cell. */
function overlaps(boxes: Tensor, objects: Tensor, gridSize: number): Tensor {
  const [a, b] = [corners(boxes, gridSize), corners(objects, gridSize)];
  const side = (i: 0 | 1): Tensor =>
    a[i + 2]!.minimum(b[i + 2]!)
      .sub(a[i]!.maximum(b[i]!))
      .clamp(0);
  const area = ([x1, y1, x2, y2]: typeof a): Tensor => x2.sub(x1).mul(y2.sub(y1));
  const both = side(0).mul(side(1));
  return both.div(area(a).add(area(b)).sub(both).clamp(1e-12));
}

interface YoloEncodeArguments {
  targets: readonly HostTarget[];
  /** The sizes of the dimensions. */
  sizes: readonly (readonly [height: number, width: number])[];
}

const hostTargetsKind: kinds.Kind = {
  ...kinds.nonEmpty({
    words: 'a target',
    fits: (value) => isPlainObject(value) && value.boxes instanceof Float32Array && value.labels instanceof Int32Array,
  }),
  words: 'a list of { boxes, labels }, a Float32Array and an Int32Array a picture',
};

/**
 * The loss of YOLO v1. In each cell with an object, the box that overlaps the object most is responsible for it.
 * Shape: predictions [N, S, S, 5 B + C] and targets [N, S, S, 5 + C] as `encode` returns them → five numbers.
 *
 *     const criterion = new YOLOv1Loss({ numClasses: 3 });
 *     const terms = criterion(network(images), criterion.encode(targets, images));
 *
 * @throws ShapeError
 */
export class YOLOv1Loss extends Layer {
  readonly gridSize: number;
  readonly numBoxes: number;
  readonly numClasses: number;
  readonly lambdaCoord: number;
  readonly lambdaNoobj: number;

  constructor(...args: Arguments<YOLOv1LossOptions, YoloLossOrder>) {
    super();
    const o = parseArgs<YOLOv1LossOptions>('YOLOv1Loss', [], lossDefaults, args, yoloKinds);
    const { gridSize, numBoxes, numClasses, lambdaCoord, lambdaNoobj } = o;
    this.gridSize = gridSize;
    this.numBoxes = numBoxes;
    this.numClasses = numClasses;
    this.lambdaCoord = lambdaCoord;
    this.lambdaNoobj = lambdaNoobj;
  }

  /**
   * Encodes the targets of pictures of these sizes [height, width] as cells. If several objects have their centres in
   * one cell, the first is kept.
   */
  encode(...args: Arguments<YoloEncodeArguments, ['targets', 'sizes']>): Tensor {
    const { targets, sizes } = parseArgs<YoloEncodeArguments>('YOLOv1Loss.encode', ['targets', 'sizes'], {}, args, {
      targets: hostTargetsKind,
      sizes: sizesKind,
    });
    if (targets.length !== sizes.length) {
      throw new ArgumentError(
        `YOLOv1Loss.encode: expected sizes of each of ${targets.length} pictures, but got ${sizes.length}`,
      );
    }
    return encoded(targets, sizes, this);
  }

  override get [inputs]() {
    return ['predictions', 'targets'] as const;
  }

  override forward(/** The outputs of the model. */ predictions: Tensor, targets: Tensor): YOLOv1Losses {
    expectTensors('YOLOv1Loss', predictions, targets);
    const { gridSize, numBoxes, numClasses } = this;
    const [n] = predictions.shape;
    const cells = [n!, gridSize, gridSize];
    const depth = 5 * numBoxes + numClasses;
    for (const [what, tensor, last] of [
      ['predictions', predictions, depth],
      ['targets', targets, 5 + numClasses],
    ] as const) {
      const wanted = [...cells, last];
      if (tensor.shape.length !== 4 || wanted.some((size, d) => size !== tensor.shape[d])) {
        throw new ShapeError(
          `YOLOv1Loss: expected ${what} of shape [${wanted.join(', ')}], but got [${tensor.shape.join(', ')}]`,
        );
      }
    }
    const boxes = predictions.narrow(-1, 0, 5 * numBoxes).reshape(...cells, numBoxes, 5);
    const object = targets.narrow(-1, 0, 1);
    const truth = targets.narrow(-1, 1, 4).unsqueeze(-2);
    const { responsible, overlap } = noGrad(() => {
      const iou = overlaps(boxes.detach(), truth, gridSize);
      const best = nn.functional.oneHot(iou.argmax(-1), numBoxes).to('float32');
      return { responsible: best.mul(object), overlap: iou };
    });
    const summed = (terms: Tensor): Tensor => terms.sum().div(n!);
    const ofBoxes = (from: number): Tensor =>
      boxes
        .narrow(-1, from, 2)
        .sub(truth.narrow(-1, from, 2))
        .square()
        .mul(responsible.unsqueeze(-1));
    const confidence = boxes.at('...', 4);
    const classes = predictions.narrow(-1, 5 * numBoxes, numClasses).sub(targets.narrow(-1, 5, numClasses));
    return {
      lossCenter: summed(ofBoxes(0)).mul(this.lambdaCoord),
      lossSize: summed(ofBoxes(2)).mul(this.lambdaCoord),
      lossObject: summed(confidence.sub(overlap).square().mul(responsible)),
      lossNoObject: summed(confidence.square().mul(responsible.neg().add(1))).mul(this.lambdaNoobj),
      lossClass: summed(classes.square().mul(object)),
    };
  }

  override extraRepr(): string {
    const { gridSize, numBoxes, numClasses } = this;
    return `grid_size=${gridSize}, num_boxes=${numBoxes}, num_classes=${numClasses}`;
  }
}

export interface YOLODecoding extends YOLOGrid {
  /** Boxes with a lower score, p(class) · confidence, are dropped. Default: 0.2. */
  scoreThresh?: number;
  /** Boxes that overlap a better one of their class by more than this are dropped. Default: 0.5. */
  nmsThresh?: number;
  /** Most detections per picture. Default: 100. */
  detectionsPerImg?: number;
}

/** Decodes the numbers of the cells to the detections in pictures of these sizes. */
function decoded(
  cells: ArrayLike<number>,
  sizes: readonly (readonly [height: number, width: number])[],
  { gridSize, numBoxes, numClasses, scoreThresh, nmsThresh, detectionsPerImg }: Required<YOLODecoding>,
): Detection[] {
  const depth = 5 * numBoxes + numClasses;
  return sizes.map(([height, width], n) => {
    const list = new CandidateList();
    for (let cell = 0; cell < gridSize * gridSize; cell++) {
      const at = (n * gridSize * gridSize + cell) * depth;
      const [column, row] = [cell % gridSize, Math.floor(cell / gridSize)];
      for (let b = at; b < at + 5 * numBoxes; b += 5) {
        const [x, y] = [(column + cells[b]!) / gridSize, (row + cells[b + 1]!) / gridSize];
        const [w, h] = [cells[b + 2]! ** 2, cells[b + 3]! ** 2];
        const clipped = (from: number, to: number): number => Math.min(Math.max(from, 0), to);
        const box = [
          clipped((x - w / 2) * width, width),
          clipped((y - h / 2) * height, height),
          clipped((x + w / 2) * width, width),
          clipped((y + h / 2) * height, height),
        ];
        for (let c = 0; c < numClasses; c++) {
          const score = cells[b + 4]! * cells[at + 5 * numBoxes + c]!;
          if (score > scoreThresh) list.add(box, c, score);
        }
      }
    }
    return detectionOf(list.all(), { nmsThresh, detectionsPerImg }, sizes[n]!, sizes[n]!);
  });
}

const batchOf = (images: Images): Tensor => (isTensor(images) ? images : stack([...images]));

/** Options of `YOLOv1`. */
export interface YOLOv1Options extends YOLOv1LossOptions, YOLODecoding {
  /**
   * Makes maps [N, outChannels, S, S] of pictures. Default: the 24 convolutions of the paper, for pictures of 448 ×
   * 448.
   */
  backbone?: (nn.UnaryModule & { readonly outChannels: number }) | null;
  /** Features of the hidden layer between the maps and the output. Default: 4096. */
  hiddenFeatures?: number;
}

/**
 * YOLO v1 (Redmon et al. 2016, arXiv:1506.02640). In training, `await yolo(images, targets)` returns the five terms of
 * the loss; in evaluation, `await yolo(images)` returns boxes, labels and scores of each picture; a score is p(class) ·
 * confidence. Images: [N, 3, H, W] or a list of [3, H, W] of one size, 448 × 448 for the paper's backbone, in [0, 1].
 * Labels begin at 0. 271,703,550 parameters.
 *
 *     const yolo = new detection.YOLOv1({ numClasses: 3, backbone, hiddenFeatures: 256 });
 *     const { lossCenter, lossSize, lossObject, lossNoObject, lossClass } = await yolo(images, targets);
 *
 * @throws ArgumentError, ShapeError
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say what a call gives in each mode.
export class YOLOv1 extends Detector<DetectionTarget, YOLOv1Losses, Detection> {
  readonly scoreThresh: number;
  readonly nmsThresh: number;
  readonly detectionsPerImg: number;
  backbone: nn.UnaryModule;
  head: nn.Sequential;
  criterion: YOLOv1Loss;

  constructor(options: YOLOv1Options = {}) {
    super();
    const decoding = { scoreThresh: 0.2, nmsThresh: 0.5, detectionsPerImg: 100 };
    const defaults = { ...lossDefaults, ...decoding, backbone: null, hiddenFeatures: 4096 };
    const o = parseArgs<YOLOv1Options>('YOLOv1', [], defaults, [options], yoloKinds);
    this.scoreThresh = o.scoreThresh;
    this.nmsThresh = o.nmsThresh;
    this.detectionsPerImg = o.detectionsPerImg;
    const backbone = o.backbone ?? yoloBackbone();
    const { gridSize, numBoxes, numClasses, lambdaCoord, lambdaNoobj } = o;
    this.criterion = new YOLOv1Loss({ gridSize, numBoxes, numClasses, lambdaCoord, lambdaNoobj });
    const { outChannels } = backbone;
    if (!Number.isInteger(outChannels)) {
      throw new ArgumentError(
        `YOLOv1: expected a backbone with a field outChannels, the channels of its maps, but got ${kindOf(outChannels)}`,
      );
    }
    this.backbone = backbone;
    this.head = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(outChannels * gridSize * gridSize, o.hiddenFeatures),
      new nn.LeakyReLU(0.1),
      new nn.Dropout(0.5),
      new nn.Linear(o.hiddenFeatures, gridSize * gridSize * (5 * numBoxes + numClasses)),
    );
  }

  /** The output of the cells, without loss or decoding. Shape: [N, 3, H, W] → [N, S, S, 5 B + C]. */
  predict(images: Tensor): Tensor {
    const { gridSize, numBoxes, numClasses } = this.criterion;
    const maps = this.backbone(images);
    if (maps.shape[2] !== gridSize || maps.shape[3] !== gridSize) {
      throw new ShapeError(
        `YOLOv1: expected the backbone's maps to be ${gridSize} × ${gridSize}, but got [${maps.shape.join(', ')}] of images ` +
          `[${images.shape.join(', ')}]; give images of another size, or another gridSize`,
      );
    }
    return this.head(maps).view(-1, gridSize, gridSize, 5 * numBoxes + numClasses);
  }

  protected override async losses(
    images: Images,
    targets: readonly DetectionTarget[] | null,
    part: RecordedPart,
  ): Promise<YOLOv1Losses> {
    const sizes = picturesOfOneSize('YOLOv1', images).map(sizeOf);
    const given = await checkedTargets('YOLOv1', targets, sizes.length);
    return part(() => this.criterion(this.predict(batchOf(images)), this.criterion.encode(given, sizes)));
  }

  protected override async detect(images: Images, part: RecordedPart): Promise<Detection[]> {
    const sizes = picturesOfOneSize('YOLOv1', images).map(sizeOf);
    const answers = part(() => this.predict(batchOf(images)));
    return decoded(await answers.data(), sizes, this.settings());
  }

  private settings(): Required<YOLODecoding> {
    const { gridSize, numBoxes, numClasses } = this.criterion;
    const { scoreThresh, nmsThresh, detectionsPerImg } = this;
    return { gridSize, numBoxes, numClasses, scoreThresh, nmsThresh, detectionsPerImg };
  }
}

export interface YOLOv1 {
  /** In training mode: the terms of the loss. */
  (images: readonly Tensor[] | Tensor, targets: readonly GivenTarget[]): CarriedPromise<YOLOv1Losses>;
  /** In evaluation mode: the detections in each picture. */
  (images: readonly Tensor[] | Tensor): CarriedPromise<Detection[]>;
}
