// What GoogLeNet and Inception v3 share: the convolution of their branches, and the input of networks that were trained otherwise.
import { cat, nn, type Tensor } from '../../../torch';
import { Module } from '../../../torch/inside';

interface Kernel {
  kernelSize: number | readonly [number, number];
  stride?: number;
  padding?: number | readonly [number, number];
}

/** A convolution without bias, batch norm and ReLU. */
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

/** What options of heads and inputs these networks have. */
interface HeadOptions {
  readonly auxLogits: boolean | null;
  readonly transformInput: boolean | null;
}

/** The options of a network that gets trained weights: it has the heads in the middle that are asked for, or that the weights have under a name. */
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

/** Images normalised as torchvision does, as they are for networks that were trained on (x − 0.5) / 0.5. */
export function asTrained(x: Tensor): Tensor {
  const channel = (i: 0 | 1 | 2) =>
    x
      .at(':', i)
      .unsqueeze(1)
      .mul(STD[i] / 0.5)
      .add((MEAN[i] - 0.5) / 0.5);
  return cat([channel(0), channel(1), channel(2)], 1);
}
