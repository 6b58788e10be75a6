import { cat, nn, type Tensor } from '../../../../torch';
import { type Arguments, kinds, Module, noteCalls, parseArgs } from '../../../../torch/inside';
import { resnet50, resnet101 } from '../resnet';
import { SegmentationModel, segmentationBuilder } from './parts';

const layers = (inChannels: number, outChannels: number, dilation: number | null) => [
  dilation === null
    ? new nn.Conv2d(inChannels, outChannels, { kernelSize: 1, bias: false })
    : new nn.Conv2d(inChannels, outChannels, { kernelSize: 3, padding: dilation, dilation, bias: false }),
  new nn.BatchNorm2d(outChannels),
  new nn.ReLU(),
];

class ASPPConv extends nn.Sequential {
  constructor(inChannels: number, outChannels: number, dilation: number) {
    super(...layers(inChannels, outChannels, dilation));
  }
}

/** The mean of the whole map, repeated at every pixel. */
class ASPPPooling extends nn.Sequential {
  constructor(inChannels: number, outChannels: number) {
    super(new nn.AdaptiveAvgPool2d(1), ...layers(inChannels, outChannels, null));
  }

  override forward(x: Tensor): Tensor {
    noteCalls('getattr', 'getitem');
    const size = x.shape.slice(-2) as [number, number];
    return nn.functional.interpolate(super.forward(x), { size, mode: 'bilinear', alignCorners: false });
  }
}

/** Atrous spatial pyramid pooling: parallel convolutions with different dilations. */
class ASPP extends Module {
  convs: nn.ModuleList;
  project: nn.Sequential;

  constructor(inChannels: number, rates: readonly number[], outChannels = 256) {
    super();
    this.convs = new nn.ModuleList([
      new nn.Sequential(...layers(inChannels, outChannels, null)),
      ...rates.map((rate) => new ASPPConv(inChannels, outChannels, rate)),
      new ASPPPooling(inChannels, outChannels),
    ]);
    this.project = new nn.Sequential(
      ...layers(this.convs.length * outChannels, outChannels, null),
      new nn.Dropout({ p: 0.5 }),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.project(
      cat(
        [...this.convs].map((conv) => (conv as nn.Sequential)(x)),
        1,
      ),
    );
  }
}

interface DeepLabHeadArguments {
  inChannels: number;
  numClasses: number;
  /** Default: [12, 24, 36]. */
  atrousRates?: readonly number[];
}

/**
 * Atrous spatial pyramid pooling, then a 3×3 and a 1×1 convolution. Shape: [N, inChannels, H, W] → [N, numClasses, H,
 * W].
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class DeepLabHead extends nn.Sequential {
  constructor(...args: Arguments<DeepLabHeadArguments, ['inChannels', 'numClasses', 'atrousRates']>) {
    const defaults = { atrousRates: [12, 24, 36] };
    const o = parseArgs<DeepLabHeadArguments>('DeepLabHead', ['inChannels', 'numClasses'], defaults, args, {
      inChannels: kinds.features,
      numClasses: kinds.features,
      atrousRates: kinds.listOf(kinds.whole(1)),
    });
    const { inChannels, numClasses, atrousRates } = o;
    super(
      new ASPP(inChannels, atrousRates),
      new nn.Conv2d(256, 256, { kernelSize: 3, padding: 1, bias: false }),
      new nn.BatchNorm2d(256),
      new nn.ReLU(),
      new nn.Conv2d(256, numClasses, { kernelSize: 1 }),
    );
  }
}

export interface DeepLabHead {
  /** The convolution that computes the scores; it can be replaced by any module with one input. */
  get 4(): nn.Conv2d;
  set 4(layer: nn.UnaryModule);
}

/**
 * DeepLabV3 (Chen et al. 2017, arXiv:1706.05587) on a dilated ResNet: takes images [N, 3, H, W] and returns `{ out }`,
 * scores [N, numClasses, H, W]. Training needs batches of two or more, because the pooled map has a single pixel, and
 * batch norm needs several values. `deeplabv3Resnet50` has 39,638,869 parameters, `deeplabv3Resnet101` 58,630,997.
 */
export class DeepLabV3 extends SegmentationModel<DeepLabHead> {}

/** DeepLabV3 on a ResNet-50: see `DeepLabV3`. */
export const deeplabv3Resnet50 = segmentationBuilder(
  'deeplabv3Resnet50',
  'DeepLabV3_ResNet50_Weights',
  resnet50,
  DeepLabHead,
  DeepLabV3,
);
/** DeepLabV3 on a ResNet-101. */
export const deeplabv3Resnet101 = segmentationBuilder(
  'deeplabv3Resnet101',
  'DeepLabV3_ResNet101_Weights',
  resnet101,
  DeepLabHead,
  DeepLabV3,
);
