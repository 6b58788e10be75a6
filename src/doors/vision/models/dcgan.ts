import { nn, type Tensor } from '../../../torch';
import { type Arguments, inputs, kinds, Layer, type Module, parseArgs } from '../../../torch/inside';
import { builder } from './builder';

/** Options of `DCGAN`. */
export interface DCGANOptions {
  /** Size of the code from which an image is generated. Default: 100. */
  latentDim?: number;
  /** Channels of the layer next to the images; each layer further away has twice as many. Default: 64. */
  features?: number;
  /** Channels of the images. Default: 3. */
  channels?: number;
}

type DCGANOrder = ['latentDim', 'features', 'channels'];
const defaults = { latentDim: 100, features: 64, channels: 3 };
const sizes = { latentDim: kinds.features, features: kinds.features, channels: kinds.features };

const halved = { kernelSize: 4, stride: 2, padding: 1, bias: false };
const whole = { kernelSize: 4, stride: 1, padding: 0, bias: false };

/**
 * Initializes weights from normal distributions with a standard deviation of 0.02: convolutions around 0, norms around
 * 1.
 */
function draw(model: Module): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d || module instanceof nn.ConvTranspose2d) nn.init.normal_(module.weight, 0, 0.02);
    else if (module instanceof nn.BatchNorm2d) nn.init.normal_(module.weight!, 1, 0.02);
  }
}

/**
 * Turns codes [N, latentDim, 1, 1] or [N, latentDim] into images [N, channels, 64, 64] in [−1, 1]. 3,576,704
 * parameters.
 */
export class DCGANGenerator extends Layer {
  main: nn.Sequential;

  constructor(...args: Arguments<DCGANOptions, DCGANOrder>) {
    super();
    const { latentDim, features: f, channels } = parseArgs<DCGANOptions>('DCGANGenerator', [], defaults, args, sizes);
    const stage = (inChannels: number, outChannels: number, kernel: typeof halved) => [
      new nn.ConvTranspose2d(inChannels, outChannels, kernel),
      new nn.BatchNorm2d(outChannels),
      new nn.ReLU({ inplace: true }),
    ];
    this.main = new nn.Sequential(
      ...[...stage(latentDim, 8 * f, whole), ...stage(8 * f, 4 * f, halved)],
      ...[...stage(4 * f, 2 * f, halved), ...stage(2 * f, f, halved)],
      ...[new nn.ConvTranspose2d(f, channels, halved), new nn.Tanh()],
    );
    draw(this);
  }

  override get [inputs]() {
    return ['codes'] as const;
  }

  override forward(codes: Tensor): Tensor {
    return this.main(codes.shape.length === 2 ? codes.unsqueeze(2).unsqueeze(3) : codes);
  }
}

/** Turns images [N, channels, 64, 64] into probabilities [N] that they are real. 2,765,568 parameters. */
export class DCGANDiscriminator extends Layer {
  main: nn.Sequential;

  constructor(...args: Arguments<Omit<DCGANOptions, 'latentDim'>, ['features', 'channels']>) {
    super();
    const { latentDim: _, ...own } = defaults;
    const o = parseArgs<Omit<DCGANOptions, 'latentDim'>>('DCGANDiscriminator', [], own, args, sizes);
    const { features: f, channels } = o;
    const leaky = () => new nn.LeakyReLU(0.2, { inplace: true });
    const stage = (inChannels: number, outChannels: number) => [
      new nn.Conv2d(inChannels, outChannels, halved),
      new nn.BatchNorm2d(outChannels),
      leaky(),
    ];
    this.main = new nn.Sequential(
      ...[new nn.Conv2d(channels, f, halved), leaky()],
      ...[...stage(f, 2 * f), ...stage(2 * f, 4 * f), ...stage(4 * f, 8 * f)],
      ...[new nn.Conv2d(8 * f, 1, whole), new nn.Sigmoid()],
    );
    draw(this);
  }

  override get [inputs]() {
    return ['images'] as const;
  }

  override forward(images: Tensor): Tensor {
    return this.main(images).flatten();
  }
}

/**
 * A deep convolutional generative adversarial network (Radford, Metz and Chintala 2016, arXiv:1511.06434) for images of
 * 64 × 64 pixels: the modules `generator` and `discriminator`.
 */
export class DCGAN extends Layer {
  generator: DCGANGenerator;
  discriminator: DCGANDiscriminator;

  constructor(...args: Arguments<DCGANOptions, DCGANOrder>) {
    super();
    const { latentDim, features, channels } = parseArgs<DCGANOptions>('DCGAN', [], defaults, args, sizes);
    this.generator = new DCGANGenerator({ latentDim, features, channels });
    this.discriminator = new DCGANDiscriminator({ features, channels });
  }

  override get [inputs]() {
    return ['codes'] as const;
  }

  /** The images that the generator makes from codes. */
  override forward(codes: Tensor): Tensor {
    return this.generator(codes);
  }
}

/** A deep convolutional generative adversarial network: see `DCGAN`. */
export const dcgan = builder<DCGAN, DCGANOptions>('dcgan', {
  defaults,
  build: (options) => new DCGAN(options),
});
