// Recolouring with gradients: does the same to floats as the kernel of ops/recolor.ts, by tensor operations in
// torchvision's order.
import { cat, type Tensor, tensor } from '../../../torch';
import { Recolor } from '../../../torch/inside';

/** A code of `Recolor`, and up to three parameters. */
export type RecolorRow = readonly number[];

type ByRow = (x: Tensor, row: RecolorRow) => Tensor;

/**
 * Recolours float pictures [N, C, H, W], each by its own list of operations, or all by a single list. Equalizing has no
 * gradient, so `equalized` does it separately.
 */
export function recoloredWithGradient(
  batch: Tensor,
  pictures: readonly (readonly RecolorRow[] | null)[],
  equalized: ByRow,
): Tensor {
  const after = (part: Tensor, steps: readonly RecolorRow[] | null) =>
    (steps ?? []).reduce(
      (made, row) => (row[0] === Recolor.equalize ? equalized(made.detach(), row) : recoloredBy(made, row)),
      part,
    );
  if (pictures.length === 1) return after(batch, pictures[0]!);
  return cat(
    pictures.map((steps, i) => after(batch.narrow(0, i, 1), steps)),
    0,
  );
}

function recoloredBy(x: Tensor, [code, a = 0, ...others]: RecolorRow): Tensor {
  switch (code) {
    case Recolor.brightness:
      return x.mul(a).clamp(0, 1);
    case Recolor.contrast:
      return blended(x, grayOf(x).mean([-3, -2, -1], { keepdim: true }), a);
    case Recolor.saturation:
      return x.shape[1] === 3 ? blended(x, grayOf(x), a) : x.clone();
    case Recolor.hue:
      return x.shape[1] === 3 ? turned(x, a) : x.clone();
    case Recolor.sharpness:
      return sharpened(x, a);
    case Recolor.posterize: {
      const levels = 2 ** a;
      return x
        .mul(levels)
        .floor()
        .clamp(0, levels - 1)
        .mul(1 / levels);
    }
    case Recolor.solarize:
      return x.neg().add(1).where(x.ge(a), x);
    case Recolor.autocontrast:
      return stretched(x);
    case Recolor.invert:
      return x.neg().add(1);
    case Recolor.gray:
      return grayOf(x).expand([...x.shape]);
    case Recolor.permute:
      return x.indexSelect(1, tensor([a, ...others].slice(0, x.shape[1]), { dtype: 'int64' }));
    default:
      return x.clone();
  }
}

const blended = (x: Tensor, other: Tensor, ratio: number): Tensor =>
  x
    .mul(ratio)
    .add(other.mul(1 - ratio))
    .clamp(0, 1);

function grayOf(x: Tensor): Tensor {
  if (x.shape[1] !== 3) return x;
  const [r, g, b] = [0, 1, 2].map((channel) => x.narrow(1, channel, 1)) as [Tensor, Tensor, Tensor];
  return r.mul(0.2989).add(g.mul(0.587)).add(b.mul(0.114));
}

function sharpened(x: Tensor, factor: number): Tensor {
  const [height, width] = x.shape.slice(-2) as [number, number];
  if (height <= 2 || width <= 2) return x.clone();
  const inner = x.narrow(-2, 1, height - 2).narrow(-1, 1, width - 2);
  let sum = inner.mul(4);
  for (const row of [0, 1, 2]) {
    for (const column of [0, 1, 2]) sum = sum.add(x.narrow(-2, row, height - 2).narrow(-1, column, width - 2));
  }
  const made = x.clone();
  made
    .narrow(-2, 1, height - 2)
    .narrow(-1, 1, width - 2)
    .copy_(
      inner.add(
        sum
          .div(13)
          .sub(inner)
          .mul(1 - factor),
      ),
    );
  return made.clamp(0, 1);
}

function stretched(x: Tensor): Tensor {
  const low = x.amin([-2, -1], { keepdim: true });
  const range = x.amax([-2, -1], { keepdim: true }).sub(low);
  const even = range.eq(0);
  return x.sub(low.maskedFill(even, 0)).div(range.maskedFill(even, 1)).clamp(0, 1);
}

/** For each sixth of the colour circle, which of value, p, q and t each channel gets. */
const SECTORS = [
  [0, 2, 1, 1, 3, 0],
  [3, 0, 0, 2, 1, 1],
  [1, 1, 3, 0, 0, 2],
];

function turned(x: Tensor, by: number): Tensor {
  const [pictures, , height, width] = x.shape as [number, number, number, number];
  const high = x.amax(1, { keepdim: true });
  const range = high.sub(x.amin(1, { keepdim: true }));
  const even = range.eq(0);
  const s = range.div(high.maskedFill(even, 1));
  const away = high.sub(x).div(range.maskedFill(even, 1));
  const [rc, gc, bc] = [0, 1, 2].map((channel) => away.narrow(1, channel, 1)) as [Tensor, Tensor, Tensor];
  const [isRed, isGreen] = [0, 1].map((channel) => x.narrow(1, channel, 1).eq(high)) as [Tensor, Tensor];
  const sixth = bc.sub(gc).where(isRed, rc.add(2).sub(bc).where(isGreen, gc.add(4).sub(rc)));
  const h = sixth
    .mul(1 / 6)
    .add(1)
    .fmod(1)
    .add(by)
    .remainder(1)
    .mul(6);
  const sector = h.detach().floor();
  const part = s.mul(h.sub(sector));
  const rest = s.neg().add(1);
  const q = part.neg().add(1).mul(high).clamp(0, 1);
  const t = part.add(rest).mul(high).clamp(0, 1);
  const p = rest.mul(high).clamp(0, 1);
  const choices = cat([high, p, q, t], 1);
  const places = sector.remainder(6).to('int64').flatten();
  const picked = tensor(SECTORS, { dtype: 'int64' }).indexSelect(1, places);
  return choices.gather(1, picked.reshape([3, pictures, height, width]).transpose(0, 1));
}
