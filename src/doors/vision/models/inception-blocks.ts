// Shared by GoogLeNet and Inception v3: the convolution of their branches, and the conversion of inputs for weights
// with another normalization.
import { cat, nn, type Tensor } from '../../../torch';
import { Module } from '../../../torch/inside';

interface Kernel {
  kernelSize: number | readonly [number, number];
  stride?: number;
  padding?: number | readonly [number, number];
}

/** A convolution without bias, then batch norm and ReLU. */
export class BasicConv2d extends Module {
  conv: nn.Conv2d;
  bn: nn.BatchNorm2d;

  constructor(inChannels: number, outChannels: number, kernel: Kernel) {
    super();
    this.conv = new nn.Conv2d(inChannels, outChannels, { ...kernel, bias: false });
    this.bn = new nn.BatchNorm2d(outChannels, { eps: 0.001 });
  }

  override forward(x: Tensor): Tensor {
    return nn.functional.relu(this.bn(this.conv(x)), { inplace: true });
  }
}

/** The options of these networks that depend on the weights. */
interface HeadOptions {
  readonly auxLogits: boolean | null;
  readonly transformInput: boolean | null;
}

/**
 * Adapts options to trained weights: the network gets its auxiliary heads if requested, or if the weights have a key
 * under `name`.
 */
export const optionsFor = <O extends HeadOptions>(
  options: O,
  weights: { has(name: string): boolean },
  head: string,
) => ({
  ...options,
  auxLogits: options.auxLogits === true || weights.has(head),
  transformInput: options.transformInput ?? true,
  initWeights: false,
});

const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

/** Converts images from torchvision's normalization to (x − 0.5) / 0.5, with which the weights were trained. */
export function asTrained(x: Tensor): Tensor {
  const channel = (i: 0 | 1 | 2) =>
    x
      .at(':', i)
      .unsqueeze(1)
      .mul(STD[i] / 0.5)
      .add((MEAN[i] - 0.5) / 0.5);
  return cat([channel(0), channel(1), channel(2)], 1);
}
