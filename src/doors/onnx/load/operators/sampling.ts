// Images sampled at other positions: grids, and regions of interest.
import { cat, nn } from '../../../../torch';
import { roiAlign, roiPool } from '../../../vision/ops/region-pooling';
import { bounded } from '../arrange';
import type { Operator, Operators } from '../call';

const modes: Readonly<Record<string, 'bilinear' | 'nearest' | 'bicubic'>> = {
  bilinear: 'bilinear',
  linear: 'bilinear',
  nearest: 'nearest',
  bicubic: 'bicubic',
  cubic: 'bicubic',
};

const paddings = ['zeros', 'border', 'reflection'] as const;

const GridSample: Operator = (call) => {
  const given = call.text('mode', 'bilinear');
  const mode = modes[given] ?? call.fail(`mode '${given}' is not supported`);
  const padding = call.text('padding_mode', 'zeros');
  const paddingMode =
    paddings.find((one) => one === padding) ?? call.fail(`padding_mode '${padding}' is not supported`);
  return nn.functional.gridSample(call.tensor(0), call.tensor(1), {
    mode,
    paddingMode,
    alignCorners: call.int('align_corners', 0) === 1,
  });
};

const AffineGrid: Operator = (call) => {
  const size = bounded(call, call.numbers(1));
  return nn.functional.affineGrid(call.tensor(0), [...size], { alignCorners: call.int('align_corners', 0) === 1 });
};

const RoiAlign: Operator = (call) => {
  if (call.text('mode', 'avg') !== 'avg') call.fail("mode 'max' is not supported: only 'avg'");
  const boxes = cat([call.tensor(2).float().reshape([-1, 1]), call.tensor(1)], 1);
  const byDefault = call.opset >= 16 ? 'half_pixel' : 'output_half_pixel';
  return roiAlign(call.tensor(0), boxes, {
    outputSize: [call.int('output_height', 1), call.int('output_width', 1)],
    spatialScale: call.float('spatial_scale', 1),
    samplingRatio: call.int('sampling_ratio', 0),
    aligned: call.text('coordinate_transformation_mode', byDefault) === 'half_pixel',
  });
};

/** The maximum of each cell of a region [image index, x1, y1, x2, y2]. */
const MaxRoiPool: Operator = (call) => {
  const [rows, columns] = call.ints('pooled_shape') ?? call.fail("expected attribute 'pooled_shape'");
  const spatialScale = call.float('spatial_scale', 1);
  return roiPool(call.tensor(0), call.tensor(1), [rows!, columns!], { spatialScale });
};

export const samplings: Operators = { GridSample, AffineGrid, RoiAlign, MaxRoiPool };
