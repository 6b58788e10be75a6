// Non-maximum suppression: which of the overlapping boxes are kept, and in what order.

import { empty, full, ShapeError, Tensor } from '../../../torch';
import { callable, expectKind, expectNumber, fromHost, kinds, suppressed } from '../../../torch/inside';

interface SuppressionOptions {
  /** Class of each box [..., N]. A box suppresses only boxes of its own class. Default: all boxes have one class. */
  classes?: Tensor | null;
  /** Which boxes exist, bool [..., N]; the others are neither kept nor suppress any. Default: all. */
  valid?: Tensor | null;
}

/** Boxes in the order of their scores, and which of them are kept. */
export interface Suppression {
  /** Indices of the boxes by descending score (int64 [..., N]); among equal scores, the first box comes first. */
  readonly order: Tensor;
  /** Whether the box at each place of `order` is kept (bool [..., N]). */
  readonly keep: Tensor;
}

/**
 * Non-maximum suppression without reading back, for steps of fixed shapes. Shape: boxes [..., N, 4] as (x1, y1, x2, y2) and scores [..., N] →
 * order and keep [..., N], row by row.
 */
export function nmsMask(
  boxes: Tensor,
  scores: Tensor,
  iouThreshold: number,
  { classes = null, valid = null }: SuppressionOptions = {},
): Suppression {
  const { shape } = scores;
  const order = scores.detach().argsort(-1, { descending: true, stable: true });
  const inOrder = (x: Tensor): Tensor => x.detach().gather(-1, order);
  const places = order.unsqueeze(-1).expand([...shape, 4]);
  const n = shape.at(-1)!;
  const rows = [-1, n];
  const sorted = boxes.detach().float().gather(-2, places).reshape([-1, n, 4]);
  const candidates = valid
    ? inOrder(valid).reshape(rows).value
    : full([sorted.shape[0]!, n], 1, { dtype: 'bool' }).value;
  const groups = classes ? inOrder(classes).reshape(rows).value : null;
  const keep = Tensor.of(suppressed(sorted.value, candidates, groups, iouThreshold)).reshape([...shape]);
  return { order, keep };
}

/** The best of the kept boxes, padded to a fixed number. */
export interface Kept {
  /** Indices of the kept boxes, by descending score, padded with zeros (int64 [..., count]). */
  readonly indices: Tensor;
  /** Which of the indices are not padding (bool [..., count]). */
  readonly valid: Tensor;
}

/** The first `count` boxes that `nmsMask` keeps in each row, without reading back; at most N. */
export function nmsPadded(
  boxes: Tensor,
  scores: Tensor,
  iouThreshold: number,
  count: number,
  options: SuppressionOptions = {},
): Kept {
  const { order, keep } = nmsMask(boxes, scores, iouThreshold, options);
  const length = Math.min(count, keep.shape.at(-1)!);
  const front = keep.to('int64').argsort(-1, { descending: true, stable: true }).narrow(-1, 0, length);
  const valid = keep.gather(-1, front);
  return { indices: order.gather(-1, front).mul(valid.to('int64')), valid };
}

function checkBoxes(name: string, boxes: Tensor, scores: Tensor, iouThreshold: number): void {
  expectKind(name, 'iouThreshold', iouThreshold, kinds.number);
  if (boxes.dim() !== 2 || boxes.shape[1] !== 4) {
    throw new ShapeError(`${name}: expected boxes [N, 4], but got shape [${boxes.shape.join(', ')}]`);
  }
  if (scores.dim() !== 1 || scores.shape[0] !== boxes.shape[0]) {
    throw new ShapeError(
      `${name}: expected scores [${boxes.shape[0]}], one a box, but got shape [${scores.shape.join(', ')}]`,
    );
  }
  expectNumber(name, 'boxes', boxes);
  expectNumber(name, 'scores', scores);
}

/** Reads back the indices of the kept boxes. */
async function kept({ order, keep }: Suppression): Promise<Tensor> {
  const indices = await order.maskedFill(keep.logicalNot(), -1).data();
  const staying = Int32Array.from(indices as ArrayLike<number>).filter((index) => index >= 0);
  return Tensor.of(fromHost(staying, [staying.length], 'int64'));
}

const none = (): Tensor => empty(0, { dtype: 'int64' });

/**
 * Non-maximum suppression: keeps the boxes whose intersection over union with every kept box of a higher score is at
 * most `iouThreshold`.
 * Shape: boxes [N, 4] as (x1, y1, x2, y2) and scores [N] → indices of the kept boxes, by descending score (int64 [K]);
 * among equal scores, the first box counts as higher. Whole numbers are converted to floats. Only the device knows how
 * many boxes are kept, so this is a promise.
 *
 *     const keep = await ops.nms(boxes, scores, 0.5);
 *     boxes.indexSelect(0, keep);
 *
 * @throws ShapeError; DTypeError for bools
 */
export const nms = callable(
  'nms(boxes, scores, iouThreshold: number)',
  async (
    boxes: Tensor,
    scores: Tensor,
    /** From which intersection over union on a box of a lower score goes. */ iouThreshold: number,
  ): Promise<Tensor> => {
    checkBoxes('nms', boxes, scores, iouThreshold);
    return boxes.shape[0] === 0 ? none() : kept(nmsMask(boxes, scores, iouThreshold));
  },
);

/**
 * With up to this many coordinates, torchvision shifts the classes apart and suppresses all boxes at once, which rounds
 * coordinates; with more, it suppresses class by class.
 */
const MOVED_APART = 4000;

/**
 * `nms` within each class: boxes suppress none of another class. Shape: boxes [N, 4], scores [N] and the classes'
 * numbers `idxs` [N] → indices of the kept boxes, by descending score (int64 [K]).
 *
 * @throws ShapeError; DTypeError for bools
 */
export const batchedNms = callable(
  'batchedNms(boxes, scores, idxs, iouThreshold: number)',
  async (
    boxes: Tensor,
    scores: Tensor,
    /** The class of each box: those of different classes do not suppress each other. */ idxs: Tensor,
    /** From which intersection over union on a box of a lower score goes. */ iouThreshold: number,
  ): Promise<Tensor> => {
    const name = 'batchedNms';
    checkBoxes(name, boxes, scores, iouThreshold);
    if (idxs.dim() !== 1 || idxs.shape[0] !== boxes.shape[0]) {
      throw new ShapeError(
        `${name}: expected idxs [${boxes.shape[0]}], one a box, but got shape [${idxs.shape.join(', ')}]`,
      );
    }
    if (boxes.shape[0] === 0) return none();
    if (boxes.numel() > MOVED_APART) return kept(nmsMask(boxes, scores, iouThreshold, { classes: idxs }));
    const apart = idxs.to(boxes.dtype).mul(boxes.detach().max().add(1));
    return kept(nmsMask(boxes.detach().add(apart.unsqueeze(-1)), scores, iouThreshold));
  },
);
