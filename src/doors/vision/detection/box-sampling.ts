// Regions read out of maps by bilinear interpolation, with gradients of the maps and of the boxes.
import { arange, type Tensor } from '../../../torch';
import { readAt } from '../../../torch/inside';

/** The places of bins in boxes, along x or y, in pixels from the first pixel's centre. Shape: low and high [...] → [..., count]. */
export const placesIn = (low: Tensor, high: Tensor, count: number): Tensor => {
  const parts = arange(count, { dtype: 'float32' }).add(0.5).div(count);
  return high.sub(low).unsqueeze(-1).mul(parts).add(low.unsqueeze(-1)).sub(0.5);
};

/**
 * Each box's map of `height` × `width` numbers a channel, interpolated between the four nearest pixels; places outside read the border.
 * Shape: input [N, C, H, W], x [N, B, width] and y [N, B, height] in pixels → [N, B, C, height, width].
 */
export function readBoxes(input: Tensor, x: Tensor, y: Tensor): Tensor {
  const [n, boxes, width] = x.shape as readonly [number, number, number];
  const [height, channels] = [y.shape[2]!, input.shape[1]!];
  const all = [n, boxes, height, width];
  // One tall map of all boxes of a picture.
  const flat = (places: Tensor): Tensor => places.expand(all).reshape([n, boxes * height, width]);
  const sampling = { padding: 'border', aligned: true } as const;
  const read = readAt(input, [flat(y.unsqueeze(3)), flat(x.unsqueeze(2))], 'bilinear', sampling);
  return read.reshape([n, channels, boxes, height, width]).permute([0, 2, 1, 3, 4]);
}
