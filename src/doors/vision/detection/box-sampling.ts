// Reads regions of feature maps by bilinear interpolation, with gradients for the maps and for the boxes.
import { arange, type Tensor } from '../../../torch';
import { readAt } from '../../../torch/inside';

/**
 * The sampling positions of boxes along x or y, one at the middle of each of `count` bins, in pixels from the first
 * pixel's centre. Shape: low and high [...] → [..., count].
 */
export const placesIn = (low: Tensor, high: Tensor, count: number): Tensor => {
  const parts = arange(count, { dtype: 'float32' }).add(0.5).div(count);
  return high.sub(low).unsqueeze(-1).mul(parts).add(low.unsqueeze(-1)).sub(0.5);
};

/**
 * Reads `height` × `width` numbers per channel for each box, each interpolated from the four nearest pixels. Positions
 * outside the map read its border.
 * Shape: input [N, C, H, W], x [N, B, width] and y [N, B, height] in pixels → [N, B, C, height, width].
 */
export function readBoxes(input: Tensor, x: Tensor, y: Tensor): Tensor {
  const [n, boxes, width] = x.shape as readonly [number, number, number];
  const [height, channels] = [y.shape[2]!, input.shape[1]!];
  const all = [n, boxes, height, width];
  // The boxes of a picture are stacked into one tall map, so that one call reads them all.
  const flat = (places: Tensor): Tensor => places.expand(all).reshape([n, boxes * height, width]);
  const sampling = { padding: 'border', aligned: true } as const;
  const read = readAt(input, [flat(y.unsqueeze(3)), flat(x.unsqueeze(2))], 'bilinear', sampling);
  return read.reshape([n, channels, boxes, height, width]).permute([0, 2, 1, 3, 4]);
}
