// The convolutions of YOLO v1.
import { nn, type Tensor } from '../../../torch';
import { Module } from '../../../torch/inside';

/** A convolution's channels, kernel size and stride, or 'M' for max pooling by 2 (figure 3 of the paper). */
type Layer = readonly [channels: number, kernelSize: number, stride?: number] | 'M';

const twice = (layers: readonly Layer[], times: number): Layer[] => Array.from({ length: times }, () => layers).flat();

const table: readonly Layer[] = [
  [64, 7, 2],
  'M',
  [192, 3],
  'M',
  ...([
    [128, 1],
    [256, 3],
    [256, 1],
    [512, 3],
  ] as const),
  'M',
  ...twice(
    [
      [256, 1],
      [512, 3],
    ],
    4,
  ),
  ...([
    [512, 1],
    [1024, 3],
  ] as const),
  'M',
  ...twice(
    [
      [512, 1],
      [1024, 3],
    ],
    2,
  ),
  ...([
    [1024, 3],
    [1024, 3, 2],
    [1024, 3],
    [1024, 3],
  ] as const),
];

/** 24 convolutions with leaky ReLU. Shape: [N, 3, 448, 448] → [N, 1024, 7, 7]. */
class YOLOv1Backbone extends Module {
  readonly outChannels = 1024;
  layers: nn.Sequential;

  constructor() {
    super();
    let channels = 3;
    this.layers = new nn.Sequential(
      ...table.flatMap((layer): nn.UnaryModule[] => {
        if (layer === 'M') return [new nn.MaxPool2d(2)];
        const [outChannels, kernelSize, stride = 1] = layer;
        const conv = new nn.Conv2d(channels, outChannels, kernelSize, { stride, padding: kernelSize >> 1 });
        channels = outChannels;
        return [conv, new nn.LeakyReLU(0.1)];
      }),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.layers(x);
  }
}

export const yoloBackbone = (): YOLOv1Backbone => new YOLOv1Backbone();
