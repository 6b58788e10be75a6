// Owns the parts that torchvision's models share, ported: convolution with norm and activation, squeeze and excitation, stochastic depth.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';

export type Layer = () => nn.UnaryModule;

interface ConvNormOptions {
  stride?: number;
  groups?: number;
  padding?: number;
  bias?: boolean;
  norm?: (channels: number) => nn.UnaryModule;
  act?: Layer | null;
}

/** Conv2d, norm and activation in a row; the padding keeps the size of a stride of 1. */
export class ConvNorm extends nn.Sequential {
  constructor(inputs: number, outputs: number, kernel: number, options: ConvNormOptions = {}) {
    const { stride = 1, groups = 1, padding = (kernel - 1) >> 1, bias = false } = options;
    const { norm = (channels) => new nn.BatchNorm2d(channels), act = () => new nn.ReLU({ inplace: true }) } = options;
    const conv = new nn.Conv2d(inputs, outputs, kernel, { stride, padding, groups, bias });
    super(...[conv, norm(outputs), ...(act ? [act()] : [])]);
  }
}

/** Hu et al. 2018, arXiv:1709.01507. */
export class SqueezeExcitation extends nn.Module {
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc1: nn.Conv2d;
  fc2: nn.Conv2d;
  activation: nn.UnaryModule;
  scaleActivation: nn.UnaryModule;
  constructor(channels: number, squeezed: number, act: Layer, gate: Layer) {
    super();
    this.fc1 = new nn.Conv2d(channels, squeezed, 1);
    this.fc2 = new nn.Conv2d(squeezed, channels, 1);
    this.activation = act();
    this.scaleActivation = gate();
  }
  forward(x: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(x)));
    return this.scaleActivation(this.fc2(squeezed)).mul(x);
  }
}

/** Huang et al. 2016, arXiv:1603.09382: leaves out the branch of some images. */
export class StochasticDepth extends nn.Module {
  constructor(readonly p: number) {
    super();
  }
  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    const keep = 1 - this.p;
    const noise = torch.empty([x.size(0), ...x.shape.slice(1).map(() => 1)]).bernoulli_(keep);
    return x.mul(noise.div_(keep));
  }
}

export class Permute extends nn.Module {
  constructor(readonly dims: readonly number[]) {
    super();
  }
  forward(x: Tensor): Tensor {
    return x.permute([...this.dims]);
  }
}

/** Weights of convolutions by He et al.'s rule for what goes out, biases 0, norms 1 and 0; `linear` sets linear layers. */
export function initialise(model: nn.Module, linear: (layer: nn.Linear) => void): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) {
      nn.init.kaimingNormal_(module.weight, { mode: 'fan_out' });
      if (module.bias) nn.init.zeros_(module.bias);
    } else if (module instanceof nn.Linear) {
      linear(module);
      nn.init.zeros_(module.bias!);
    }
  }
}
