import { type Generator, nn, randn, type Tensor } from '../../../torch';
import { type Arguments, expectKind, kinds, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { builder } from './builder';

/** Options of `ConvVAE`. */
export interface ConvVAEOptions {
  /** Channels of the images. Default: 1. */
  inChannels?: number;
  /** Size of an image's code. Default: 20. */
  latentDim?: number;
}

/** The output of `ConvVAE`: the reconstructed images, and the distribution of their codes. */
export interface ConvVAEOutput {
  /** Values in [0, 1]; same shape as the images. */
  readonly reconstruction: Tensor;
  /** Mean and logarithm of the variance of the code, [N, latentDim]. */
  readonly mu: Tensor;
  /** The logarithm of the variance. */
  readonly logVar: Tensor;
}

const defaults = { inChannels: 1, latentDim: 20 };

/**
 * A convolutional variational autoencoder (Kingma and Welling 2014, arXiv:1312.6114): takes images [N, inChannels, 28,
 * 28] in [0, 1] and returns `ConvVAEOutput`. 258,025 parameters.
 *
 *     const { reconstruction, mu, logVar } = vae(images);
 *     const loss = vae.loss(images, { reconstruction, mu, logVar });
 */
export class ConvVAE extends Network {
  readonly latentDim: number;
  encoder: nn.Sequential;
  fcMu: nn.Linear;
  fcLogVar: nn.Linear;
  fcDecoder: nn.Linear;
  decoder: nn.Sequential;

  constructor(...args: Arguments<ConvVAEOptions, ['inChannels', 'latentDim']>) {
    super();
    const { inChannels, latentDim } = parseArgs<ConvVAEOptions>('ConvVAE', [], defaults, args, {
      inChannels: kinds.features,
      latentDim: kinds.features,
    });
    const halved = { kernelSize: 4, stride: 2, padding: 1 };
    this.latentDim = latentDim;
    this.encoder = new nn.Sequential(
      ...[new nn.Conv2d(inChannels, 32, halved), new nn.ReLU()],
      ...[new nn.Conv2d(32, 64, halved), new nn.ReLU()],
      new nn.Flatten(),
    );
    this.fcMu = new nn.Linear(64 * 7 * 7, latentDim);
    this.fcLogVar = new nn.Linear(64 * 7 * 7, latentDim);
    this.fcDecoder = new nn.Linear(latentDim, 64 * 7 * 7);
    this.decoder = new nn.Sequential(
      ...[new nn.Unflatten(1, [64, 7, 7]), new nn.ReLU()],
      ...[new nn.ConvTranspose2d(64, 32, halved), new nn.ReLU()],
      ...[new nn.ConvTranspose2d(32, inChannels, halved), new nn.Sigmoid()],
    );
  }

  /** Mean and log-variance of the images' codes. */
  encode(images: Tensor): { mu: Tensor; logVar: Tensor } {
    const features = this.encoder(images);
    return { mu: this.fcMu(features), logVar: this.fcLogVar(features) };
  }

  /** Turns codes [N, latentDim] into images. */
  decode(codes: Tensor): Tensor {
    return this.decoder(this.fcDecoder(codes));
  }

  /**
   * Makes images from `count` codes drawn from N(0, 1).
   * @param count How many.
   */
  sample(count: number, ...args: Arguments<{ generator?: Generator | null }, ['generator']>): Tensor {
    expectKind('ConvVAE.sample', 'count', count, kinds.whole(0));
    const { generator } = parseArgs<{ generator?: Generator | null }>('ConvVAE.sample', [], { generator: null }, args);
    return this.decode(randn([count, this.latentDim], generator ? { generator } : {}));
  }

  /** In training, the code is drawn at random; in evaluation it is the mean. */
  override forward(images: Tensor): ConvVAEOutput {
    const { mu, logVar } = this.encode(images);
    const code = this.training ? mu.add(logVar.mul(0.5).exp().mul(randn(mu.shape))) : mu;
    return { reconstruction: this.decode(code), mu, logVar };
  }

  /** The negative evidence lower bound, summed: binary cross entropy + ½ Σ (μ² + σ² − 1 − log σ²). */
  loss(images: Tensor, { reconstruction, mu, logVar }: ConvVAEOutput): Tensor {
    const error = nn.functional.binaryCrossEntropy(reconstruction, images, { reduction: 'sum' });
    return error.add(mu.square().add(logVar.exp()).sub(1).sub(logVar).sum().mul(0.5));
  }
}

/** A convolutional variational autoencoder: see `ConvVAE`. */
export const convVae = builder<ConvVAE, ConvVAEOptions>('convVae', {
  defaults,
  build: (options) => new ConvVAE(options),
});
