import { cat, nn, ShapeError, type Tensor } from '../../../torch';
import { type Arguments, expectTensors, kinds, Module, parseArgs, showShape } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder } from './builder';

/** Options of `UNet`. */
export interface UNetOptions {
  /** Channels of the images. Default: 3. */
  inChannels?: number;
  /** Number of classes, that is of scores for each pixel. Default: 2. */
  numClasses?: number;
  /** Channels of the first stage; each stage below has twice as many. Default: 64. */
  baseChannels?: number;
}

/** Two 3×3 convolutions that keep the size, each with batch norm and ReLU. */
class DoubleConv extends nn.Sequential {
  constructor(inChannels: number, outChannels: number) {
    const layers = (channels: number) => [
      new nn.Conv2d(channels, outChannels, { kernelSize: 3, padding: 1, bias: false }),
      new nn.BatchNorm2d(outChannels),
      new nn.ReLU({ inplace: true }),
    ];
    super(...layers(inChannels), ...layers(outChannels));
  }
}

/** Doubles the size, halves the channels, and concatenates the map of the same size from the way down. */
class Up extends Module {
  up: nn.ConvTranspose2d;
  conv: DoubleConv;

  constructor(inChannels: number, outChannels: number) {
    super();
    this.up = new nn.ConvTranspose2d(inChannels, outChannels, { kernelSize: 2, stride: 2 });
    this.conv = new DoubleConv(2 * outChannels, outChannels);
  }

  override forward(x: Tensor, /** The feature maps of the same size from before. */ beside: Tensor): Tensor {
    return this.conv(cat([beside, this.up(x)], 1));
  }
}

const defaults = { inChannels: 3, numClasses: 2, baseChannels: 64 };

/**
 * U-Net (Ronneberger, Fischer and Brox 2015, arXiv:1505.04597) with padding and batch norm: takes images [N,
 * inChannels, H, W] whose sides are multiples of 16 pixels, and returns scores [N, numClasses, H, W]. 31,037,698
 * parameters.
 *
 * @throws ShapeError for images of other sizes
 */
export class UNet extends Network {
  inc: DoubleConv;
  pool = new nn.MaxPool2d({ kernelSize: 2, stride: 2 });
  down1: DoubleConv;
  down2: DoubleConv;
  down3: DoubleConv;
  down4: DoubleConv;
  up1: Up;
  up2: Up;
  up3: Up;
  up4: Up;
  outc: nn.Conv2d;

  constructor(...args: Arguments<UNetOptions, ['inChannels', 'numClasses', 'baseChannels']>) {
    super();
    const {
      inChannels,
      numClasses,
      baseChannels: c,
    } = parseArgs<UNetOptions>('UNet', [], defaults, args, {
      inChannels: kinds.features,
      numClasses: kinds.features,
      baseChannels: kinds.features,
    });
    this.inc = new DoubleConv(inChannels, c);
    this.down1 = new DoubleConv(c, 2 * c);
    this.down2 = new DoubleConv(2 * c, 4 * c);
    this.down3 = new DoubleConv(4 * c, 8 * c);
    this.down4 = new DoubleConv(8 * c, 16 * c);
    this.up1 = new Up(16 * c, 8 * c);
    this.up2 = new Up(8 * c, 4 * c);
    this.up3 = new Up(4 * c, 2 * c);
    this.up4 = new Up(2 * c, c);
    this.outc = new nn.Conv2d(c, numClasses, { kernelSize: 1 });
  }

  override forward(images: Tensor): Tensor {
    expectBatch('UNet', images);
    expectTensors('UNet', images);
    if (images.shape.slice(-2).some((size) => size % 16 !== 0)) {
      throw new ShapeError(
        `UNet: expected images of multiples of 16 pixels, but got shape ${showShape(images.shape)}; pad them`,
      );
    }
    const first = this.inc(images);
    const second = this.down1(this.pool(first));
    const third = this.down2(this.pool(second));
    const fourth = this.down3(this.pool(third));
    const lowest = this.down4(this.pool(fourth));
    return this.outc(this.up4(this.up3(this.up2(this.up1(lowest, fourth), third), second), first));
  }
}

/** U-Net: see `UNet`. */
export const unet = builder<UNet, UNetOptions>('unet', {
  defaults,
  build: (options) => new UNet(options),
});
