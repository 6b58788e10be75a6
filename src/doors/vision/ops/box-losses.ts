// Losses of boxes against target boxes, pair by pair: generalized, distance and complete IoU losses; and the focal loss
// of their classes.

import { ArgumentError, nn, ShapeError, type Tensor } from '../../../torch';
import { type Arguments, callable, checkReduction, kinds, parseArgs, shown } from '../../../torch/inside';
import { columns, expectBoxes } from './box-formats';
import { aspectPenalty, aspectWeight } from './box-iou';

interface BoxLossArguments {
  /** 'none' (default) for one loss per box, 'mean', or 'sum'; the mean of no boxes is 0. */
  reduction?: nn.functional.Reduction;
  /** Avoids division by zero. Default: 1e-7. */
  eps?: number;
}

type BoxLossOrder = ['reduction', 'eps'];

const lossArguments = (name: string, args: readonly unknown[]) =>
  parseArgs<BoxLossArguments>(name, [], { reduction: 'none', eps: 1e-7 }, args, { eps: kinds.finite });

function reduced(name: string, losses: Tensor, reduction: nn.functional.Reduction): Tensor {
  checkReduction(name, reduction);
  if (reduction === 'none') return losses;
  return reduction === 'mean' && losses.numel() > 0 ? losses.mean() : losses.sum();
}

interface Pair {
  readonly a: readonly [Tensor, Tensor, Tensor, Tensor];
  readonly b: readonly [Tensor, Tensor, Tensor, Tensor];
}

/** Coordinates of two lists of boxes as float32. */
function pairOf(name: string, boxes1: Tensor, boxes2: Tensor): Pair {
  expectBoxes(name, 'boxes1', boxes1);
  expectBoxes(name, 'boxes2', boxes2);
  return { a: columns(boxes1.float()), b: columns(boxes2.float()) };
}

/** The areas of the intersection and of the union of two boxes. */
function shares({ a, b }: Pair): { shared: Tensor; union: Tensor } {
  const w = a[2].minimum(b[2]).sub(a[0].maximum(b[0]));
  const h = a[3].minimum(b[3]).sub(a[1].maximum(b[1]));
  const shared = w.mul(h).maskedFill(w.gt(0).logicalAnd(h.gt(0)).logicalNot(), 0);
  const area = ([x1, y1, x2, y2]: Pair['a']): Tensor => x2.sub(x1).mul(y2.sub(y1));
  return { shared, union: area(a).add(area(b)).sub(shared) };
}

/** The sides of the smallest box around two boxes. */
const enclosing = ({ a, b }: Pair): readonly [Tensor, Tensor] => [
  a[2].maximum(b[2]).sub(a[0].minimum(b[0])),
  a[3].maximum(b[3]).sub(a[1].minimum(b[1])),
];

/** Parses the arguments of a loss function, computes `losses`, and reduces them. */
function lossOf(
  name: string,
  boxes1: Tensor,
  boxes2: Tensor,
  args: readonly unknown[],
  losses: (pair: Pair, eps: number) => Tensor,
): Tensor {
  const { reduction, eps } = lossArguments(name, args);
  return reduced(name, losses(pairOf(name, boxes1, boxes2), eps), reduction);
}

/**
 * 1 − generalized IoU (Rezatofighi et al. 2019, arXiv:1902.09630), which has a gradient even if boxes do not overlap.
 * Shape: [..., 4] and [..., 4] as (x1, y1, x2, y2) → [...], or [] with a reduction.
 *
 * @throws ShapeError, ArgumentError
 */
export const generalizedBoxIouLoss = callable(
  'generalizedBoxIouLoss(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<BoxLossArguments, BoxLossOrder>): Tensor =>
    lossOf('generalizedBoxIouLoss', boxes1, boxes2, args, (pair, eps) => {
      const { shared, union } = shares(pair);
      const [w, h] = enclosing(pair);
      const around = w.mul(h);
      const giou = shared.div(union.add(eps)).sub(around.sub(union).div(around.add(eps)));
      return giou.neg().add(1);
    }),
);

/** 1 − distance IoU, and IoU. */
function distanceLosses(pair: Pair, eps: number): { losses: Tensor; iou: Tensor } {
  const { shared, union } = shares(pair);
  const iou = shared.div(union.add(eps));
  const [w, h] = enclosing(pair);
  const { a, b } = pair;
  const apart = (low: 0 | 1): Tensor => {
    const centre = (box: Pair['a']): Tensor => box[low + 2]!.add(box[low]!).div(2);
    return centre(a).sub(centre(b)).square();
  };
  const distance = apart(0).add(apart(1)).div(w.square().add(h.square()).add(eps));
  return { losses: iou.neg().add(1).add(distance), iou };
}

/**
 * 1 − distance IoU (Zheng et al. 2020, arXiv:1911.08287), which pulls centres together. Shape: as
 * `generalizedBoxIouLoss`.
 *
 * @throws ShapeError, ArgumentError
 */
export const distanceBoxIouLoss = callable(
  'distanceBoxIouLoss(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<BoxLossArguments, BoxLossOrder>): Tensor =>
    lossOf('distanceBoxIouLoss', boxes1, boxes2, args, (pair, eps) => distanceLosses(pair, eps).losses),
);

/**
 * The eps of the distance term in the complete IoU loss. As in torchvision, the loss's own eps does not apply to this
 * term.
 */
const DISTANCE_EPS = 1e-7;

/**
 * 1 − complete IoU (Zheng et al. 2020, arXiv:1911.08287), which pulls centres and aspect ratios together. Shape: as
 * `generalizedBoxIouLoss`.
 *
 * @throws ShapeError, ArgumentError
 */
export const completeBoxIouLoss = callable(
  'completeBoxIouLoss(boxes1, boxes2, ...)',
  (boxes1: Tensor, boxes2: Tensor, ...args: Arguments<BoxLossArguments, BoxLossOrder>): Tensor =>
    lossOf('completeBoxIouLoss', boxes1, boxes2, args, (pair, eps) => {
      const { losses, iou } = distanceLosses(pair, DISTANCE_EPS);
      const v = aspectPenalty(pair.a, pair.b);
      return losses.add(aspectWeight(v, iou, eps).mul(v));
    }),
);

interface FocalArguments {
  /** Weight of positive examples, from 0 to 1; negative examples get 1 − alpha. −1 weights all by 1. Default: 0.25. */
  alpha?: number;
  /** How strongly easy examples are down-weighted. Default: 2. */
  gamma?: number;
  /** 'none' (default) for one loss per element, 'mean', or 'sum'. */
  reduction?: nn.functional.Reduction;
}

/**
 * Focal loss (Lin et al. 2017, arXiv:1708.02002) of logits against targets from 0 to 1: α_t (1 − p_t)^γ · binary cross
 * entropy. Shape: two tensors of any equal shape → the same, or [] with a reduction.
 *
 * @throws ArgumentError if alpha is neither in [0, 1] nor −1; ShapeError
 */
export const sigmoidFocalLoss = callable(
  'sigmoidFocalLoss(inputs, targets, ...)',
  (inputs: Tensor, targets: Tensor, ...args: Arguments<FocalArguments, ['alpha', 'gamma', 'reduction']>): Tensor => {
    const name = 'sigmoidFocalLoss';
    const defaults = { alpha: 0.25, gamma: 2, reduction: 'none' } as const;
    const { alpha, gamma, reduction } = parseArgs<FocalArguments>(name, [], defaults, args, {
      alpha: kinds.finite,
      gamma: kinds.finite,
    });
    if (!(alpha >= 0 && alpha <= 1) && alpha !== -1) {
      throw new ArgumentError(`${name}: expected alpha from 0 to 1, or −1 to ignore it, but got ${shown(alpha)}`);
    }
    checkReduction(name, reduction);
    if (inputs.shape.join() !== targets.shape.join()) {
      throw new ShapeError(
        `${name}: expected targets of the shape of inputs [${inputs.shape.join(', ')}], but got [${targets.shape.join(', ')}]`,
      );
    }
    const truth = targets.to(inputs.dtype);
    const p = inputs.sigmoid();
    const others = truth.neg().add(1);
    const sure = p.mul(truth).add(p.neg().add(1).mul(others));
    const entropy = nn.functional.binaryCrossEntropyWithLogits(inputs, truth, { reduction: 'none' });
    const losses = entropy.mul(sure.neg().add(1).pow(gamma));
    const weighed =
      alpha >= 0
        ? truth
            .mul(alpha)
            .add(others.mul(1 - alpha))
            .mul(losses)
        : losses;
    if (reduction === 'none') return weighed;
    return reduction === 'mean' ? weighed.mean() : weighed.sum();
  },
);
