// Cases of gradcheck: convolutions, pooling, and resampling.
import * as torch from 'lamplight';
import { nn, vision } from 'lamplight';
import { any, distinct, exactly, type Gradcheck, positive } from './inputs';

const F = nn.functional;
const { functional: pictures } = vision.transforms;

/** Places of a 3 × 3 picture that are away from its pixels, where interpolation bends. */
const between = exactly([-0.42, 0.21, 0.33, -0.35, 0.15, 0.4], 1, 1, 3, 2);

export const convolutions: Gradcheck[] = [
  ['pictures, padding', (x) => pictures.pad(x, [1, 2, 1, 0], { paddingMode: 'reflect' }), [any(1, 2, 3, 4)]],
  ['pictures, resized', (x) => pictures.resize(x, [2, 3]), [any(1, 1, 3, 4)]],
  ['conv2d', (x, w, b) => F.conv2d(x, w, b), [any(1, 2, 3, 4), any(2, 2, 2, 3), any(2)]],
  [
    'conv2d, stride and padding',
    (x, w, b) => F.conv2d(x, w, b, { stride: [2, 1], padding: [1, 2] }),
    [any(2, 1, 4, 3), any(2, 1, 3, 2), any(2)],
  ],
  [
    'conv2d, dilation and groups',
    (x, w) => F.conv2d(x, w, null, { dilation: 2, groups: 2, padding: 1 }),
    [any(1, 2, 4, 4), any(4, 1, 2, 2)],
  ],
  ['convTranspose2d', (x, w, b) => F.convTranspose2d(x, w, b), [any(1, 2, 2, 3), any(2, 2, 2, 2), any(2)]],
  [
    'convTranspose2d, all options',
    (x, w) => F.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2 }),
    [any(1, 2, 2, 2), any(2, 1, 2, 2)],
  ],
  ['maxPool2d', (x) => F.maxPool2d(x, 2), [distinct(1, 2, 4, 4)], 'once'],
  [
    'maxPool2d, overlapping',
    (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
    [distinct(1, 1, 5, 4)],
    'once',
  ],
  ['avgPool2d', (x) => F.avgPool2d(x, 2), [any(1, 2, 4, 4)]],
  [
    'avgPool2d, padding',
    (x) => F.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
    [any(1, 1, 5, 4)],
  ],
  ['conv1d', (x, w, b) => F.conv1d(x, w, b, { stride: 2, padding: 1 }), [any(1, 2, 5), any(2, 2, 3), any(2)]],
  ['conv2d, depthwise', (x, w) => F.conv2d(x, w, null, { groups: 2, padding: 1 }), [any(1, 2, 3, 3), any(2, 1, 3, 3)]],
  [
    'conv3d',
    (x, w, b) => F.conv3d(x, w, b, { stride: 2, padding: 1 }),
    [any(1, 1, 3, 2, 3), any(2, 1, 2, 1, 2), any(2)],
  ],
  [
    'convTranspose1d',
    (x, w, b) => F.convTranspose1d(x, w, b, { stride: 2, outputPadding: 1 }),
    [any(1, 2, 3), any(2, 1, 2), any(1)],
  ],
  [
    'convTranspose3d',
    (x, w) => F.convTranspose3d(x, w, null, { stride: 2, padding: 1 }),
    [any(1, 1, 2, 2, 2), any(1, 1, 2, 1, 3)],
  ],
  ['unfold', (x) => F.unfold(x, 2, { padding: 1 }), [any(1, 1, 3, 2)]],
  ['fold', (x) => F.fold(x, [3, 2], 2), [any(1, 4, 2)]],
];

export const pooling: Gradcheck[] = [
  ['maxPool2d, squared', (x) => F.maxPool2d(x, 3, { stride: 1, padding: 1 }).square(), [distinct(1, 2, 4, 3)]],
  ['maxPool1d', (x) => F.maxPool1d(x, 2).square(), [distinct(1, 2, 5)]],
  ['maxPool3d', (x) => F.maxPool3d(x, 2).square(), [distinct(1, 1, 2, 3, 4)]],
  ['avgPool1d', (x) => F.avgPool1d(x, 3, { stride: 2, padding: 1 }), [any(1, 2, 5)]],
  ['avgPool3d', (x) => F.avgPool3d(x, 2, { padding: 1 }), [any(1, 1, 2, 3, 2)]],
  ['adaptiveAvgPool1d', (x) => F.adaptiveAvgPool1d(x, 3), [any(1, 2, 4)]],
  ['adaptiveAvgPool2d', (x) => F.adaptiveAvgPool2d(x, [3, 2]), [any(1, 1, 4, 5)]],
  ['adaptiveAvgPool3d', (x) => F.adaptiveAvgPool3d(x, [2, 1, 2]), [any(1, 1, 3, 2, 2)]],
  ['adaptiveMaxPool1d', (x) => F.adaptiveMaxPool1d(x, 3), [distinct(1, 2, 4)], 'once'],
  ['adaptiveMaxPool2d', (x) => F.adaptiveMaxPool2d(x, [3, 2]).square(), [distinct(1, 1, 4, 5)]],
  ['adaptiveMaxPool3d', (x) => F.adaptiveMaxPool3d(x, [2, 1, 2]), [distinct(1, 1, 3, 2, 2)], 'once'],
  [
    'fractionalMaxPool2d',
    (x) => F.fractionalMaxPool2d(x, 2, 2, { _randomSamples: torch.tensor([[[0.3, 0.8]]]) }),
    [distinct(1, 1, 4, 5)],
    'once',
  ],
  ['lpPool1d', (x) => F.lpPool1d(x, 3, 2), [positive(1, 2, 4)]],
  ['lpPool2d', (x) => F.lpPool2d(x, 2, [2, 1]), [positive(1, 1, 4, 2)]],
  ['lpPool3d', (x) => F.lpPool3d(x, 2, 2), [positive(1, 1, 2, 2, 2)]],
  ['maxUnpool1d', (x) => F.maxUnpool1d(x, torch.tensor([[[1, 2]]]), 2), [any(1, 1, 2)]],
  ['maxUnpool2d', (x) => F.maxUnpool2d(x, torch.tensor([[[[1, 6]]]]), 2), [any(1, 1, 1, 2)]],
  ['maxUnpool3d', (x) => F.maxUnpool3d(x, torch.tensor([[[[[1, 6]]]]]), 2), [any(1, 1, 1, 1, 2)]],
];

export const resampling: Gradcheck[] = [
  ['interpolate, nearest', (x) => F.interpolate(x, { scaleFactor: 2 }), [any(1, 1, 2, 3)]],
  ['interpolate, nearest-exact', (x) => F.interpolate(x, { size: 4, mode: 'nearest-exact' }), [any(1, 1, 3)]],
  ['interpolate, linear', (x) => F.interpolate(x, { size: 5, mode: 'linear' }), [any(1, 2, 3)]],
  ['interpolate, bilinear', (x) => F.interpolate(x, { size: [3, 4], mode: 'bilinear' }), [any(1, 1, 2, 3)]],
  [
    'interpolate, bilinear, corners aligned',
    (x) => F.interpolate(x, { size: [3, 4], mode: 'bilinear', alignCorners: true }),
    [any(1, 1, 2, 3)],
  ],
  ['interpolate, bicubic', (x) => F.interpolate(x, { size: [5, 3], mode: 'bicubic' }), [any(1, 1, 3, 4)]],
  ['interpolate, trilinear', (x) => F.interpolate(x, { size: [3, 2, 3], mode: 'trilinear' }), [any(1, 1, 2, 2, 2)]],
  ['interpolate, area', (x) => F.interpolate(x, { size: [2, 3], mode: 'area' }), [any(1, 1, 3, 4)]],
  ['gridSample', (x, grid) => F.gridSample(x, grid, { alignCorners: false }), [any(1, 1, 3, 3), between]],
  [
    'gridSample, bicubic, border',
    (x, grid) => F.gridSample(x, grid, { mode: 'bicubic', paddingMode: 'border', alignCorners: true }),
    [any(1, 1, 3, 3), between],
    'once',
  ],
  [
    'gridSample, reflection',
    (x, grid) => F.gridSample(x, grid, { paddingMode: 'reflection', alignCorners: false }),
    [any(1, 2, 3, 3), between],
  ],
  [
    'gridSample, nearest',
    (x) => F.gridSample(x, torch.tensor([[[[-0.4, 0.3]]]]), { mode: 'nearest' }),
    [any(1, 1, 3, 3)],
  ],
  ['affineGrid', (theta) => F.affineGrid(theta, [1, 1, 2, 3], { alignCorners: false }), [any(1, 2, 3)]],
  ['pixelShuffle', (x) => F.pixelShuffle(x, 2), [any(1, 4, 1, 2)]],
  ['pixelUnshuffle', (x) => F.pixelUnshuffle(x, 2), [any(1, 1, 2, 4)]],
  ['channelShuffle', (x) => F.channelShuffle(x, 2), [any(1, 4, 2, 1)]],
];
