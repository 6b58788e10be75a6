// A sigmoid that never rounds to 0 or 1.
import { finfo, type Tensor } from '../../torch';

/** The sigmoid, clamped away from 0 and 1. */
export function clippedSigmoid(x: Tensor): Tensor {
  const { tiny, eps } = finfo(x.dtype);
  return x.sigmoid().clamp(tiny, 1 - eps);
}
