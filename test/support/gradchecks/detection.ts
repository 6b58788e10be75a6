// Cases of gradcheck: regions of interest.
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { any, distinct, type Gradcheck, uniform } from './inputs';

const { ops } = vision;

/** Regions within 5 × 6 elements that touch neither the last row nor the last column, in two pictures. */
const regions = () =>
  torch.tensor([
    [0, 0.3, 0.2, 3.9, 3.4],
    [1, 1.2, 0.7, 2.6, 3.1],
    [0, 2.1, 1.4, 4.3, 2.2],
  ]);

/** Offsets that lead away from elements, where interpolation bends. */
const between = (...shape: number[]) => uniform(shape, 0.2, 0.8);

export const detection: Gradcheck[] = [
  ['roiAlign', (x) => ops.roiAlign(x, regions(), 2), [any(2, 5, 5, 6)]],
  [
    'roiAlign, aligned',
    (x) => ops.roiAlign(x, regions(), [2, 3], { spatialScale: 1.1, samplingRatio: 2, aligned: true }),
    [any(2, 1, 5, 6)],
  ],
  [
    'roiAlign, of several maps',
    (a, b) =>
      new ops.MultiScaleRoIAlign(['a', 'b'], 2, 2, { canonicalScale: 4 })(
        { a: a!, b: b! },
        [regions().narrow(1, 1, 4).mul(2)],
        [[10, 12]],
      ),
    [any(1, 2, 5, 6), any(1, 2, 3, 3)],
  ],
  ['psRoiAlign', (x) => ops.psRoiAlign(x, regions(), 2), [any(2, 4, 5, 6)]],
  ['psRoiPool', (x) => ops.psRoiPool(x, regions(), 2), [any(2, 4, 5, 6)]],
  [
    'deformConv2d',
    (x, offset, w, b, mask) => ops.deformConv2d(x!, offset!, w!, { bias: b!, mask: mask!, padding: 1, stride: [2, 1] }),
    [any(1, 2, 4, 4), between(1, 16, 3, 5), any(2, 1, 2, 2), any(2), any(1, 8, 3, 5)],
    'once',
  ],
  ['roiPool', (x) => ops.roiPool(x, regions(), 2), [distinct(2, 1, 5, 6)], 'once'],
];
