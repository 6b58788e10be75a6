// The overlap of each box of one list with each box of another: intersection over union (IoU), and generalized,
// distance and complete IoU.

import type { Tensor } from '../../../torch';
import { type Arguments, callable, kinds, parseArgs } from '../../../torch/inside';
import {
  type AlignedFormat,
  alignedFormats,
  areaOf,
  type BoxFormat,
  boxConvert,
  boxFormats,
  columns,
  expectBoxes,
  expectFormat,
  upcast,
} from './box-formats';
import { rotatedIou } from './rotated-iou';

/**
 * The coordinates of two lists of boxes, which broadcast: the first along rows [..., N, 1], the second along columns
 * [..., 1, M].
 */
interface Pairs {
  readonly a: readonly Tensor[];
  readonly b: readonly Tensor[];
}

const pairsOf = (boxes1: Tensor, boxes2: Tensor): Pairs => ({
  a: columns(boxes1).map((x) => x.unsqueeze(-1)),
  b: columns(boxes2).map((x) => x.unsqueeze(-2)),
});

/** Corners of boxes in a format, one tensor per coordinate. */
function corners([x, y, z, w]: readonly Tensor[], fmt: AlignedFormat): readonly Tensor[] {
  if (fmt === 'xyxy') return [x!, y!, z!, w!];
  if (fmt === 'xywh') return [x!, y!, x!.add(z!), y!.add(w!)];
  const [halfW, halfH] = [z!.div(2), w!.div(2)];
  return [x!.sub(halfW), y!.sub(halfH), x!.add(halfW), y!.add(halfH)];
}

/** The sides of the intersection of two boxes. */
function sharedSides({ a, b }: Pairs): readonly [Tensor, Tensor] {
  const side = (low: number): Tensor => upcast(a[low + 2]!.minimum(b[low + 2]!).sub(a[low]!.maximum(b[low]!))).clamp(0);
  return [side(0), side(1)];
}

/** The sides of the smallest box around two boxes. */
function enclosingSides({ a, b }: Pairs): readonly [Tensor, Tensor] {
  const side = (low: number): Tensor => upcast(a[low + 2]!.maximum(b[low + 2]!).sub(a[low]!.minimum(b[low]!))).clamp(0);
  return [side(0), side(1)];
}

function shares(boxes1: Tensor, boxes2: Tensor, fmt: AlignedFormat = 'xyxy'): { iou: Tensor; union: Tensor } {
  const { a, b } = pairsOf(boxes1, boxes2);
  const [w, h] = sharedSides({ a: corners(a, fmt), b: corners(b, fmt) });
  const inter = w.mul(h);
  const union = areaOf(boxes1, fmt).unsqueeze(-1).add(areaOf(boxes2, fmt).unsqueeze(-2)).sub(inter);
  return { iou: inter.div(union), union };
}

function expectPairs(op: string, boxes1: Tensor, boxes2: Tensor): void {
  expectBoxes(op, 'boxes1', boxes1);
  expectBoxes(op, 'boxes2', boxes2);
}

interface IouFormatArguments {
  /** Default: 'xyxy'. */
  fmt?: BoxFormat;
}

const isAligned = (fmt: BoxFormat): fmt is AlignedFormat => alignedFormats.includes(fmt);

/**
 * Intersection over union of each of `boxes1` with each of `boxes2`; NaN for two boxes without area. Shape: [..., N, 4]
 * and [..., M, 4] → [..., N, M]. Boxes may also be rotated: [..., 5] in the formats 'cxcywhr' and 'xywhr', or [..., 8]
 * in 'xyxyxyxy'. For these, as in torchvision, there is no gradient, and boxes without area give 0.
 *
 * @throws ShapeError; ArgumentError if the format does not exist
 */
export const boxIou = callable(
  'boxIou(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<IouFormatArguments, ['fmt']>): Tensor => {
    const { fmt } = parseArgs<IouFormatArguments>('boxIou', [], { fmt: 'xyxy' }, args);
    expectFormat('boxIou', 'fmt', fmt, boxFormats);
    if (isAligned(fmt)) {
      expectPairs('boxIou', boxes1, boxes2);
      return shares(boxes1, boxes2, fmt).iou;
    }
    const middles = [boxes1, boxes2].map((boxes) => boxConvert(boxes.float(), fmt, 'cxcywhr')) as [Tensor, Tensor];
    return rotatedIou(...middles);
  },
);

/**
 * Generalized intersection over union (Rezatofighi et al. 2019, arXiv:1902.09630): iou − (c − union) / c with the area c of the smallest box
 * around both. Shape: [..., N, 4] and [..., M, 4] as (x1, y1, x2, y2) → [..., N, M].
 *
 * @throws ShapeError
 */
export const generalizedBoxIou = callable(
  'generalizedBoxIou(boxes1, boxes2)',
  (boxes1: Tensor, boxes2: Tensor): Tensor => {
    expectPairs('generalizedBoxIou', boxes1, boxes2);
    const { iou, union } = shares(boxes1, boxes2);
    const [w, h] = enclosingSides(pairsOf(boxes1, boxes2));
    const around = w.mul(h);
    return iou.sub(around.sub(union).div(around));
  },
);

/** Distance IoU and plain IoU. */
function withDistance(boxes1: Tensor, boxes2: Tensor, eps: number): { diou: Tensor; iou: Tensor } {
  const { iou } = shares(boxes1, boxes2);
  const { a, b } = pairsOf(boxes1, boxes2);
  const [w, h] = enclosingSides({ a, b });
  const diagonal = w.square().add(h.square()).add(eps);
  const apart = (low: number): Tensor => {
    const centre = (box: readonly Tensor[]): Tensor => box[low]!.add(box[low + 2]!).div(2);
    return centre(a).sub(centre(b)).square();
  };
  return { diou: iou.sub(apart(0).add(apart(1)).div(diagonal)), iou };
}

interface EpsArguments {
  /** Avoids division by zero. Default: 1e-7. */
  eps?: number;
}

/**
 * Distance intersection over union (Zheng et al. 2020, arXiv:1911.08287): iou − ρ² / c² with the distance ρ of the centres and the diagonal c
 * of the smallest box around both. Shape: [..., N, 4] and [..., M, 4] as (x1, y1, x2, y2) → [..., N, M].
 *
 * @throws ShapeError
 */
export const distanceBoxIou = callable(
  'distanceBoxIou(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<EpsArguments, ['eps']>): Tensor => {
    const { eps } = parseArgs<EpsArguments>('distanceBoxIou', [], { eps: 1e-7 }, args, { eps: kinds.finite });
    expectPairs('distanceBoxIou', boxes1, boxes2);
    return withDistance(upcast(boxes1), upcast(boxes2), eps).diou;
  },
);

/**
 * Complete intersection over union (Zheng et al. 2020, arXiv:1911.08287): distance IoU − α v, v = 4/π² (atan(w₁/h₁) −
 * atan(w₂/h₂))² and α = v / (1 − iou + v), through which no gradient flows. Shape: [..., N, 4] and [..., M, 4] as (x1,
 * y1, x2, y2) → [..., N, M].
 *
 * @throws ShapeError
 */
export const completeBoxIou = callable(
  'completeBoxIou(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<EpsArguments, ['eps']>): Tensor => {
    const { eps } = parseArgs<EpsArguments>('completeBoxIou', [], { eps: 1e-7 }, args, { eps: kinds.finite });
    expectPairs('completeBoxIou', boxes1, boxes2);
    const { diou, iou } = withDistance(upcast(boxes1), upcast(boxes2), eps);
    const { a, b } = pairsOf(upcast(boxes1), upcast(boxes2));
    const v = aspectPenalty(a, b);
    return diou.sub(aspectWeight(v, iou, eps).mul(v));
  },
);

/** v = 4/π² (atan(w₁/h₁) − atan(w₂/h₂))² of boxes by their coordinates. */
export function aspectPenalty(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const angle = ([x1, y1, x2, y2]: readonly Tensor[]): Tensor => x2!.sub(x1!).div(y2!.sub(y1!)).atan();
  return angle(a)
    .sub(angle(b))
    .square()
    .mul(4 / Math.PI ** 2);
}

/** The weight α of the penalty; no gradient flows through it. */
export function aspectWeight(v: Tensor, iou: Tensor, eps: number): Tensor {
  const fixed = v.detach();
  return fixed.div(iou.detach().neg().add(1).add(fixed).add(eps));
}
