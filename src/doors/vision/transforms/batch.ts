// Converts between one picture or tensor and a batch [N, C, H, W], on which transforms work, and uploads parameters for
// each picture.

import { arange, ShapeError, Tensor } from '../../../torch';
import { fromHost, numelOf as numel, showShape } from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { Mask, TVTensor } from '../tv-tensors';

/**
 * Applies `work` to an input as a batch; the result has the input's kind: a picture, an image, or a tensor [..., C, H,
 * W].
 */
export function onBatch(op: string, input: Tensor, work: (batch: Tensor) => Tensor): Tensor {
  if (input instanceof Picture) {
    return new Picture(
      work(input.permute(2, 0, 1).unsqueeze(0))
        .at(0)
        .permute(1, 2, 0),
    );
  }
  const plain = input instanceof TVTensor ? input.asTensor() : input;
  const made = onLeading(op, plain, work, input instanceof Mask);
  return input instanceof TVTensor ? input.wrap(made) : made;
}

/** Masks [..., H, W] are treated as channels of one picture, all other inputs as pictures [..., C, H, W]. */
function onLeading(op: string, x: Tensor, work: (batch: Tensor) => Tensor, isMask: boolean): Tensor {
  const { shape } = x;
  if (shape.length < 2)
    throw new ShapeError(`${op}: expected an image [..., C, H, W], but got shape ${showShape(shape)}`);
  const [height, width] = shape.slice(-2) as [number, number];
  const leading = shape.slice(0, -2);
  const channels = isMask ? numel(leading) : (leading.at(-1) ?? 1);
  const batch = isMask ? 1 : numel(leading.slice(0, -1));
  const made = work(leading.length === 2 && !isMask ? x : x.reshape([batch, channels, height, width]));
  if (leading.length === 2 && !isMask) return made;
  const outer = isMask ? leading : [...leading.slice(0, -1), ...(leading.length > 0 ? [made.shape[1]!] : [])];
  return made.reshape([...outer, ...made.shape.slice(-2)]);
}

/** Pixels [H, W, C] or [H, W] as [C, H, W]. */
export const imageOf = (pixels: Tensor): Tensor =>
  pixels.shape.length === 2 ? pixels.unsqueeze(0) : pixels.permute(2, 0, 1);

/**
 * Which pixels lie inside rows from `top` up to (not including) `bottom`, and columns from `left` up to (not including)
 * `right`. Bounds are numbers, or tensors [N, 1, 1, 1].
 */
export function isInside(
  [height, width]: readonly [number, number],
  [top, bottom, left, right]: readonly (number | Tensor)[],
): Tensor {
  const rows = arange(height, { dtype: 'int32' }).reshape([height, 1]);
  const columns = arange(width, { dtype: 'int32' });
  const inRows = rows.ge(top!).logicalAnd(rows.lt(bottom!));
  return inRows.logicalAnd(columns.ge(left!).logicalAnd(columns.lt(right!)));
}

/** Numbers for each picture of a batch, as a tensor [N, ...shape] that a step uploads. */
export function perPicture(rows: readonly (readonly number[])[], shape: readonly number[] = [1, 1, 1]): Tensor {
  return Tensor.of(fromHost(Float32Array.from(rows.flat()), [rows.length, ...shape], 'float32'));
}

/**
 * Selects the transformed picture if something was drawn for it, else the original. Both are [N, C, H, W]. If the
 * result has another size or dtype, it cannot be mixed with unchanged pictures; then all pictures must be changed, or
 * none.
 */
export function whereDrawn(draws: readonly unknown[], made: Tensor, batch: Tensor): Tensor {
  const drawn = Uint32Array.from(draws, (draw) => (draw === null ? 0 : 1));
  const isAlike = made.dtype === batch.dtype && made.shape.every((size, d) => size === batch.shape[d]);
  if (!isAlike && drawn.every((one) => one === drawn[0])) return drawn[0] === 1 ? made : batch;
  return made.where(Tensor.of(fromHost(drawn, [draws.length, 1, 1, 1], 'bool')), batch);
}
