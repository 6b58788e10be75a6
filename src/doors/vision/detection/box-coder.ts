import { ArgumentError, cat, ShapeError, stack, type Tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs, tensorKind as tensor, tensors } from '../../../torch/inside';

/** Options of `BoxCoder`. */
export interface BoxCoderOptions {
  /** Factors by which the codes (dx, dy, dw, dh) are multiplied. */
  weights: readonly [dx: number, dy: number, dw: number, dh: number];
  /** Upper limit of dw and dh before the exponential. Default: ln(1000 / 16). */
  bboxXformClip?: number;
}

interface Encoded<T> {
  /** The true boxes, a tensor a picture. */
  referenceBoxes: T;
  proposals: T;
}

type EncodedOrder = ['referenceBoxes', 'proposals'];

interface Decoded<T> {
  /** The codes of boxes, relative to the anchors. */
  relCodes: Tensor;
  boxes: T;
}

type DecodedOrder = ['relCodes', 'boxes'];

const boxLists = { ...kinds.nonEmpty(tensor), words: 'a list of boxes, one tensor a picture; decodeSingle takes one' };
const coderWeights = { ...kinds.listOf(kinds.finite, 4), words: 'four numbers, the weights of dx, dy, dw and dh' };

/** Centres and sides of boxes given by their corners, each [N, 1]. */
function middle(boxes: Tensor): { readonly x: Tensor; readonly y: Tensor; readonly w: Tensor; readonly h: Tensor } {
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => boxes.narrow(-1, i, 1)) as [Tensor, Tensor, Tensor, Tensor];
  const [w, h] = [x2.sub(x1), y2.sub(y1)];
  return { x: x1.add(w.mul(0.5)), y: y1.add(h.mul(0.5)), w, h };
}

/**
 * Writes a box as a correction of another box (Girshick et al. 2014, arXiv:1311.2524, appendix C): the shift of the
 * centre in units of the other box's sides, and the logarithm of the ratio of the sides, each times its weight.
 *
 *     dx = wx (x − xa) / wa,   dw = ww ln(w / wa)
 */
export class BoxCoder {
  readonly weights: readonly [number, number, number, number];
  readonly bboxXformClip: number;

  constructor(...args: Arguments<BoxCoderOptions, ['weights', 'bboxXformClip']>) {
    const defaults = { bboxXformClip: Math.log(1000 / 16) };
    const { weights, bboxXformClip } = parseArgs<BoxCoderOptions>('BoxCoder', ['weights'], defaults, args, {
      weights: coderWeights,
      bboxXformClip: kinds.number,
    });
    this.weights = weights;
    this.bboxXformClip = bboxXformClip;
  }

  /** Encodes boxes [N, 4] as corrections of the proposals [N, 4], picture by picture. */
  encode(...args: Arguments<Encoded<readonly Tensor[]>, EncodedOrder>): Tensor[] {
    const { referenceBoxes, proposals } = parseArgs<Encoded<readonly Tensor[]>>(
      'BoxCoder.encode',
      ['referenceBoxes', 'proposals'],
      {},
      args,
      { referenceBoxes: tensors, proposals: tensors },
    );
    if (referenceBoxes.length !== proposals.length) {
      throw new ArgumentError(
        `BoxCoder.encode: expected proposals of each of ${referenceBoxes.length} pictures, but got ${proposals.length}`,
      );
    }
    return referenceBoxes.map((boxes, i) => this.encodeSingle(boxes, proposals[i]!));
  }

  /** Encodes boxes [..., 4] as corrections of the proposals [..., 4]. */
  encodeSingle(...args: Arguments<Encoded<Tensor>, EncodedOrder>): Tensor {
    const { referenceBoxes, proposals } = parseArgs<Encoded<Tensor>>(
      'BoxCoder.encodeSingle',
      ['referenceBoxes', 'proposals'],
      {},
      args,
      { referenceBoxes: tensor, proposals: tensor },
    );
    const [wx, wy, ww, wh] = this.weights;
    const [to, from] = [middle(referenceBoxes), middle(proposals)];
    const dx = to.x.sub(from.x).mul(wx).div(from.w);
    const dy = to.y.sub(from.y).mul(wy).div(from.h);
    const dw = to.w.div(from.w).log().mul(ww);
    const dh = to.h.div(from.h).log().mul(wh);
    return cat([dx, dy, dw, dh], -1);
  }

  /**
   * Decodes codes [N, 4 K], or any shape of as many numbers, to boxes [N, K, 4]. The codes correct the boxes of all
   * pictures, N in all.
   */
  decode(...args: Arguments<Decoded<readonly Tensor[]>, DecodedOrder>): Tensor {
    const { relCodes, boxes } = parseArgs<Decoded<readonly Tensor[]>>(
      'BoxCoder.decode',
      ['relCodes', 'boxes'],
      {},
      args,
      {
        relCodes: tensor,
        boxes: boxLists,
      },
    );
    const all = boxes.length === 1 ? (boxes[0] as Tensor) : cat([...boxes], 0);
    const count = all.shape[0]!;
    if (count === 0) return this.decodeSingle(relCodes, all);
    return this.decodeSingle(relCodes.reshape([count, -1]), all).reshape([count, -1, 4]);
  }

  /** Decodes codes [..., 4 K] to boxes [..., 4 K]; K codes correct each of the boxes [..., 4]. */
  decodeSingle(...args: Arguments<Decoded<Tensor>, DecodedOrder>): Tensor {
    const { relCodes, boxes } = parseArgs<Decoded<Tensor>>('BoxCoder.decodeSingle', ['relCodes', 'boxes'], {}, args, {
      relCodes: tensor,
      boxes: tensor,
    });
    const [wx, wy, ww, wh] = this.weights;
    const { shape } = relCodes;
    if (boxes.shape.at(-1) !== 4 || shape.at(-1)! % 4 !== 0) {
      throw new ShapeError(
        `BoxCoder.decode: expected boxes of 4 and codes of a multiple of 4 numbers, but got shapes [${boxes.shape.join(', ')}] and [${shape.join(', ')}]`,
      );
    }
    const from = middle(boxes.to(relCodes.dtype));
    const codes = relCodes.reshape([...shape.slice(0, -1), shape.at(-1)! / 4, 4]);
    const code = (i: number, weight: number) => codes.select(-1, i).div(weight);
    const x = code(0, wx).mul(from.w).add(from.x);
    const y = code(1, wy).mul(from.h).add(from.y);
    const w = code(2, ww).clamp({ max: this.bboxXformClip }).exp().mul(from.w).mul(0.5);
    const h = code(3, wh).clamp({ max: this.bboxXformClip }).exp().mul(from.h).mul(0.5);
    return stack([x.sub(w), y.sub(h), x.add(w), y.add(h)], -1).reshape([...shape]);
  }
}
