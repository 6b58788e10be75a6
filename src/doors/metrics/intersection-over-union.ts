// The overlap of detected boxes with true boxes, as in torchmetrics: IoU, and its generalized, distance and complete
// variants.

import { eye, full, ShapeError, type Tensor, tensor, zeros } from '../../torch';
import { type Arguments, expectKind, kinds, parseArgs } from '../../torch/inside';
import { type AlignedFormat, alignedFormats, boxConvert } from '../vision/ops/box-formats';
import { boxIou, completeBoxIou, distanceBoxIou, generalizedBoxIou } from '../vision/ops/box-iou';
import { expectTensors, oneOf } from './classification/arguments';
import {
  type DetectedObjects,
  expectEntries,
  type Pictures,
  type PicturesOrder,
  picturesOf,
  type TrueObjects,
} from './detected-objects';
import { Metric } from './metric';
import { concatenated } from './state';

/** Computes the overlaps of boxes [N, 4] with boxes [M, 4], given by corners: [N, M]. */
type Overlap = (preds: Tensor, target: Tensor) => Tensor;

/** Mean overlaps by name; with `classMetrics`, `iou/cl_3` is the mean of class 3. */
export type OverlapFigures = Record<string, Tensor>;

/** The options of metrics of the overlap of boxes. */
export interface OverlapArguments {
  /** Default: 'xyxy', two corners; 'xywh' is a corner and sizes, 'cxcywh' the centre and sizes. */
  boxFormat?: AlignedFormat;
  /** Overlaps below this do not count; default null: all count. */
  iouThreshold?: number | null;
  /** Also return the mean of each class; default false. */
  classMetrics?: boolean;
  /** Compare boxes only with boxes of the same label; default true. */
  respectLabels?: boolean;
}

type IntersectionOrder = ['boxFormat', 'iouThreshold', 'classMetrics', 'respectLabels'];

function threshold(name: string, given: number | null): number | null {
  expectKind(name, 'iouThreshold', given, kinds.orNull(kinds.number));
  return given;
}

/** The base class: the mean overlap over all pairs of boxes that are compared. */
abstract class OfOverlaps extends Metric {
  declare total: Tensor;
  declare count: Tensor;
  declare columnTotals: Tensor[];
  declare columnCounts: Tensor[];
  declare groundtruthLabels: Tensor[];
  declare predLabels: Tensor[];
  override higherIsBetter: boolean | null = true;
  override isDifferentiable: boolean | null = false;
  override fullStateUpdate: boolean | null = false;
  readonly boxFormat: AlignedFormat;
  readonly iouThreshold: number | null;
  readonly classMetrics: boolean;
  readonly respectLabels: boolean;
  /** The key of the mean in the result. */
  protected abstract readonly iouType: string;
  protected abstract readonly overlap: Overlap;

  constructor(...args: Arguments<OverlapArguments, IntersectionOrder>) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<OverlapArguments>(
      name,
      [],
      { boxFormat: 'xyxy', iouThreshold: null, classMetrics: false, respectLabels: true },
      args,
    );
    this.boxFormat = oneOf(name, 'boxFormat', o.boxFormat, alignedFormats as readonly AlignedFormat[]);
    this.iouThreshold = threshold(name, o.iouThreshold);
    this.classMetrics = o.classMetrics;
    this.respectLabels = o.respectLabels;
    this.addState('total', tensor(0, { dtype: 'float32' }), { distReduceFx: 'sum' });
    this.addState('count', tensor(0, { dtype: 'float32' }), { distReduceFx: 'sum' });
    if (!this.classMetrics) return;
    for (const list of ['columnTotals', 'columnCounts', 'groundtruthLabels', 'predLabels']) {
      this.addState(list, [], { distReduceFx: 'cat' });
    }
  }

  /**
   * Adds a batch: one entry per picture in both lists. A picture without detections counts as 0 for each true box, and
   * a picture without true boxes as 0 for each detection.
   *
   * @throws ArgumentError, ShapeError, DTypeError
   */
  update(...args: Arguments<Pictures<Omit<DetectedObjects, 'scores'>>, PicturesOrder>): void {
    const name = this.constructor.name;
    const { preds, target } = picturesOf<Omit<DetectedObjects, 'scores'>>(name, args);
    expectEntries(name, preds as readonly DetectedObjects[], target, ['boxes'], false);
    preds.forEach((found, i) => {
      this.compare(found, target[i]!);
    });
  }

  /**
   * The mean overlap; 0 if nothing was compared. With `classMetrics` the result is a promise, because the classes
   * depend on the data.
   */
  compute(): OverlapFigures | Promise<OverlapFigures> {
    const mean = this.total.div(this.count).nanToNum(0);
    return this.classMetrics ? this.byClass(mean) : { [this.iouType]: mean };
  }

  private compare(found: Omit<DetectedObjects, 'scores'>, truth: TrueObjects): void {
    const [n, m] = [found.labels.shape[0]!, truth.labels.shape[0]!];
    const { overlaps, counted } = n > 0 && m > 0 ? this.pairs(found, truth) : this.alone(Math.max(n, m));
    const own = overlaps.where(counted, tensor(0, { dtype: 'float32' }));
    this.total.add_(own.sum());
    this.count.add_(counted.sum());
    if (!this.classMetrics) return;
    if (m > 0) {
      this.columnTotals.push(own.sum(0));
      this.columnCounts.push(counted.sum(0).float());
      this.groundtruthLabels.push(truth.labels.to('int64').clone());
    }
    if (n > 0) this.predLabels.push(found.labels.to('int64').clone());
  }

  /** Overlaps [N, M], and which of them count. */
  private pairs(found: Omit<DetectedObjects, 'scores'>, truth: TrueObjects): { overlaps: Tensor; counted: Tensor } {
    const corners = (boxes: Tensor) => boxConvert(boxes.float(), this.boxFormat, 'xyxy');
    const overlaps = this.overlap(corners(found.boxes!), corners(truth.boxes!));
    const { iouThreshold } = this;
    const all = full(overlaps.shape, true, { dtype: 'bool' });
    const high = iouThreshold === null ? all : overlaps.lt(iouThreshold).logicalNot();
    if (!this.respectLabels) return { overlaps, counted: high };
    return { overlaps, counted: high.logicalAnd(found.labels.unsqueeze(1).eq(truth.labels.unsqueeze(0))) };
  }

  /** Zero overlaps for boxes without counterparts. */
  private alone(boxes: number): { overlaps: Tensor; counted: Tensor } {
    const counted = this.respectLabels ? eye(boxes).to('bool') : full([boxes, boxes], true, { dtype: 'bool' });
    return { overlaps: zeros(boxes, boxes), counted };
  }

  private byClass(mean: Tensor): Promise<OverlapFigures> {
    const read = async (list: readonly Tensor[]): Promise<number[]> =>
      list.length === 0 ? [] : Array.from(await concatenated(list).data(), Number);
    const lists = [this.columnTotals, this.columnCounts, this.groundtruthLabels, this.predLabels].map(read);
    return Promise.all(lists).then(([totals, counts, labels, found]) => {
      const classes = [...new Set([...labels!, ...found!])].sort((a, b) => a - b);
      const figures: OverlapFigures = { [this.iouType]: mean };
      for (const own of classes) {
        const sum = (values: readonly number[]) =>
          values.reduce((all, value, i) => (labels![i] === own ? all + value : all), 0);
        const count = sum(counts!);
        figures[`${this.iouType}/cl_${own}`] = tensor(count === 0 ? 0 : sum(totals!) / count, { dtype: 'float32' });
      }
      return figures;
    });
  }
}

/**
 * The mean intersection over union of detected boxes with the true boxes of the same picture and label: `{ iou }`; with
 * `classMetrics` also `iou/cl_0` and so on.
 *
 *     const metric = new IntersectionOverUnion();
 *     metric.update(await detector(images), targets);
 */
export class IntersectionOverUnion extends OfOverlaps {
  protected readonly iouType = 'iou';
  protected readonly overlap: Overlap = boxIou;
}

/**
 * `IntersectionOverUnion` minus the share of the enclosing box that neither box covers (Rezatofighi et al. 2019): `{
 * giou }`.
 */
export class GeneralizedIntersectionOverUnion extends OfOverlaps {
  protected readonly iouType = 'giou';
  protected readonly overlap: Overlap = generalizedBoxIou;
}

/** `IntersectionOverUnion` minus a penalty for the distance of the centres (Zheng et al. 2020): `{ diou }`. */
export class DistanceIntersectionOverUnion extends OfOverlaps {
  protected readonly iouType = 'diou';
  protected readonly overlap: Overlap = distanceBoxIou;
}

/**
 * `IntersectionOverUnion` minus penalties for the distance of the centres and for different aspect ratios (Zheng et al.
 * 2020): `{ ciou }`.
 */
export class CompleteIntersectionOverUnion extends OfOverlaps {
  protected readonly iouType = 'ciou';
  protected readonly overlap: Overlap = completeBoxIou;
}

interface FunctionArguments {
  preds: Tensor;
  target: Tensor;
  /** Overlaps below this are replaced by `replacementVal`; default null: none are. */
  iouThreshold?: number | null;
  /** The value that replaces overlaps below `iouThreshold`; default 0. */
  replacementVal?: number;
  /** Return the mean of the diagonal (of boxes at the same index), rather than all overlaps; default true. */
  aggregate?: boolean;
}

const order = ['preds', 'target', 'iouThreshold', 'replacementVal', 'aggregate'] as const;

const functionOf =
  (name: string, overlap: Overlap) =>
  (...args: Arguments<FunctionArguments, typeof order>): Tensor => {
    const defaults = { iouThreshold: null, replacementVal: 0, aggregate: true };
    const o = parseArgs<FunctionArguments>(name, ['preds', 'target'], defaults, args);
    const { preds, target } = o;
    expectTensors(name, preds, target);
    for (const [what, boxes] of Object.entries({ preds, target })) {
      if (boxes.shape.length === 2 && boxes.shape[1] === 4) continue;
      throw new ShapeError(`${name}: expected ${what} [N, 4], but got shape [${boxes.shape.join(', ')}]`);
    }
    const [n, m] = [preds.shape[0]!, target.shape[0]!];
    const least = threshold(name, o.iouThreshold);
    const all = n * m === 0 ? zeros(Math.max(n, m), Math.max(n, m)) : overlap(preds, target);
    const kept = n * m === 0 || least === null ? all : all.maskedFill(all.lt(least), o.replacementVal);
    if (!o.aggregate) return kept;
    return kept.numel() === 0 ? tensor(0, { dtype: 'float32' }) : kept.diag().mean();
  };

/**
 * The mean intersection over union of boxes [N, 4] with the boxes [M, 4] at the same index, given by corners; all
 * overlaps [N, M] with `aggregate: false`.
 */
export const intersectionOverUnion = functionOf('intersectionOverUnion', boxIou);
/** The generalized version of `intersectionOverUnion`. */
export const generalizedIntersectionOverUnion = functionOf('generalizedIntersectionOverUnion', generalizedBoxIou);
/** `intersectionOverUnion` minus a penalty for the distance of the centres. */
export const distanceIntersectionOverUnion = functionOf('distanceIntersectionOverUnion', distanceBoxIou);
/** `intersectionOverUnion` minus penalties for the distance of the centres and for different aspect ratios. */
export const completeIntersectionOverUnion = functionOf('completeIntersectionOverUnion', completeBoxIou);
