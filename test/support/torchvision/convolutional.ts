// Owns ports of torchvision's convolutional classifiers, at widths a test can afford; parameters have torchvision's names and order.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { ConvNorm, initialise, type Layer, Permute, SqueezeExcitation, StochasticDepth } from './blocks';

const F = nn.functional;

const conv = (inputs: number, outputs: number, kernel: number, stride = 1, groups = 1) =>
  new nn.Conv2d(inputs, outputs, kernel, { stride, padding: (kernel - 1) >> 1, groups, bias: false });

/** A bottleneck of He et al. 2016 with the groups of Xie et al. 2017. */
class Bottleneck extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  conv3: nn.Conv2d;
  bn3: nn.BatchNorm2d;
  relu: nn.ReLU;
  downsample: nn.Sequential;
  constructor(
    inputs: number,
    planes: number,
    stride: number,
    downsample: nn.Sequential,
    groups: number,
    groupWidth: number,
  ) {
    super();
    const width = Math.floor(planes * (groupWidth / 64)) * groups;
    this.conv1 = conv(inputs, width, 1);
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = conv(width, width, 3, stride, groups);
    this.bn2 = new nn.BatchNorm2d(width);
    this.conv3 = conv(width, planes * 4, 1);
    this.bn3 = new nn.BatchNorm2d(planes * 4);
    this.relu = new nn.ReLU({ inplace: true });
    this.downsample = downsample;
  }
  forward(x: Tensor): Tensor {
    let out = this.relu(this.bn1(this.conv1(x)));
    out = this.relu(this.bn2(this.conv2(out)));
    out = this.bn3(this.conv3(out));
    out.add_(this.downsample(x));
    return this.relu(out);
  }
}

/** The stem and two bottlenecks of a ResNet with two groups. */
export class ResNeXt extends nn.Module {
  conv1 = new nn.Conv2d(3, 16, 7, { stride: 2, padding: 3, bias: false });
  bn1 = new nn.BatchNorm2d(16);
  relu = new nn.ReLU({ inplace: true });
  maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  layer1 = this.layer(16, 8, 1);
  layer2 = this.layer(32, 16, 2);
  avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
  fc = new nn.Linear(64, 10);
  constructor() {
    super();
    for (const module of this.modules())
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }
  private layer(inputs: number, planes: number, stride: number) {
    const downsample = new nn.Sequential(conv(inputs, planes * 4, 1, stride), new nn.BatchNorm2d(planes * 4));
    return new nn.Sequential(new Bottleneck(inputs, planes, stride, downsample, 2, 32));
  }
  forward(x: Tensor): Tensor {
    x = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    return this.fc(torch.flatten(this.avgpool(this.layer2(this.layer1(x))), 1));
  }
}

interface MobileBlock {
  inputs: number;
  kernel: number;
  expanded: number;
  outputs: number;
  squeeze: boolean;
  hard: boolean;
  stride: number;
}

const batchNorm = (channels: number) => new nn.BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 });

/** Howard et al. 2019, arXiv:1905.02244, section 5. */
class MobileResidual extends nn.Module {
  block: nn.Sequential;
  readonly skips: boolean;
  constructor({ inputs, kernel, expanded, outputs, squeeze, hard, stride }: MobileBlock) {
    super();
    this.skips = stride === 1 && inputs === outputs;
    const act: Layer = () => (hard ? new nn.Hardswish({ inplace: true }) : new nn.ReLU({ inplace: true }));
    const gate: Layer = () => new nn.Hardsigmoid();
    const squeezed = Math.max(8, Math.floor(expanded / 4 / 8 + 0.5) * 8);
    this.block = new nn.Sequential(
      ...(expanded === inputs ? [] : [new ConvNorm(inputs, expanded, 1, { norm: batchNorm, act })]),
      new ConvNorm(expanded, expanded, kernel, { stride, groups: expanded, norm: batchNorm, act }),
      ...(squeeze ? [new SqueezeExcitation(expanded, squeezed, () => new nn.ReLU(), gate)] : []),
      new ConvNorm(expanded, outputs, 1, { norm: batchNorm, act: null }),
    );
  }
  forward(x: Tensor): Tensor {
    const result = this.block(x);
    return this.skips ? result.add_(x) : result;
  }
}

/** `MobileNetV3` with three blocks and 16 hidden features. */
export class MobileNetV3 extends nn.Module {
  features = new nn.Sequential(
    new ConvNorm(3, 8, 3, { stride: 2, norm: batchNorm, act: () => new nn.Hardswish() }),
    new MobileResidual({ inputs: 8, kernel: 3, expanded: 8, outputs: 8, squeeze: true, hard: false, stride: 1 }),
    new MobileResidual({ inputs: 8, kernel: 3, expanded: 24, outputs: 16, squeeze: false, hard: false, stride: 2 }),
    new MobileResidual({ inputs: 16, kernel: 5, expanded: 32, outputs: 16, squeeze: true, hard: true, stride: 1 }),
    new ConvNorm(16, 96, 1, { norm: batchNorm, act: () => new nn.Hardswish() }),
  );
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier = new nn.Sequential(
    new nn.Linear(96, 16),
    new nn.Hardswish({ inplace: true }),
    new nn.Dropout(0, { inplace: true }),
    new nn.Linear(16, 10),
  );
  constructor() {
    super();
    initialise(this, ({ weight }) => nn.init.normal_(weight, 0, 0.01));
  }
  forward(x: Tensor): Tensor {
    return this.classifier(torch.flatten(this.avgpool(this.features(x)), 1));
  }
}

interface ScaledBlock {
  ratio: number;
  kernel: number;
  stride: number;
  inputs: number;
  outputs: number;
  drop: number;
}

/** Tan & Le 2019, arXiv:1905.11946. */
class MBConv extends nn.Module {
  block: nn.Sequential;
  stochasticDepth: StochasticDepth;
  readonly skips: boolean;
  constructor({ ratio, kernel, stride, inputs, outputs, drop }: ScaledBlock) {
    super();
    this.skips = stride === 1 && inputs === outputs;
    const act: Layer = () => new nn.SiLU({ inplace: true });
    const wide = inputs * ratio;
    this.block = new nn.Sequential(
      ...(ratio === 1 ? [] : [new ConvNorm(inputs, wide, 1, { act })]),
      new ConvNorm(wide, wide, kernel, { stride, groups: wide, act }),
      new SqueezeExcitation(wide, Math.max(1, inputs >> 2), act, () => new nn.Sigmoid()),
      new ConvNorm(wide, outputs, 1, { act: null }),
    );
    this.stochasticDepth = new StochasticDepth(drop);
  }
  forward(x: Tensor): Tensor {
    const result = this.block(x);
    return this.skips ? this.stochasticDepth(result).add_(x) : result;
  }
}

/** `EfficientNet` of two stages, the second with a block that stochastic depth may leave out. */
export class EfficientNet extends nn.Module {
  features = new nn.Sequential(
    new ConvNorm(3, 8, 3, { stride: 2, act: () => new nn.SiLU() }),
    new nn.Sequential(new MBConv({ ratio: 1, kernel: 3, stride: 1, inputs: 8, outputs: 8, drop: 0 })),
    new nn.Sequential(
      new MBConv({ ratio: 4, kernel: 5, stride: 2, inputs: 8, outputs: 16, drop: (0.6 * 1) / 3 }),
      new MBConv({ ratio: 4, kernel: 5, stride: 1, inputs: 16, outputs: 16, drop: (0.6 * 2) / 3 }),
    ),
    new ConvNorm(16, 64, 1, { act: () => new nn.SiLU() }),
  );
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier = new nn.Sequential(new nn.Dropout(0, { inplace: true }), new nn.Linear(64, 10));
  constructor() {
    super();
    initialise(this, ({ weight, outFeatures }) => {
      const range = 1 / Math.sqrt(outFeatures);
      nn.init.uniform_(weight, -range, range);
    });
  }
  forward(x: Tensor): Tensor {
    return this.classifier(torch.flatten(this.avgpool(this.features(x)), 1));
  }
}

/** Mixes the channels of `groups` branches. */
function channelShuffle(x: Tensor, groups: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  return x
    .view(n, groups, channels / groups, height, width)
    .transpose(1, 2)
    .contiguous()
    .view(n, channels, height, width);
}

/** Ma et al. 2018, arXiv:1807.11164. */
class ShuffleUnit extends nn.Module {
  branch1: nn.Sequential;
  branch2: nn.Sequential;
  constructor(
    inputs: number,
    outputs: number,
    readonly stride: number,
  ) {
    super();
    const half = outputs / 2;
    const relu = () => new nn.ReLU({ inplace: true });
    const norm = (channels: number) => new nn.BatchNorm2d(channels);
    this.branch1 =
      stride === 1
        ? new nn.Sequential()
        : new nn.Sequential(
            ...[conv(inputs, inputs, 3, stride, inputs), norm(inputs), conv(inputs, half, 1), norm(half), relu()],
          );
    this.branch2 = new nn.Sequential(
      ...[conv(stride === 1 ? half : inputs, half, 1), norm(half), relu()],
      ...[conv(half, half, 3, stride, half), norm(half), conv(half, half, 1), norm(half), relu()],
    );
  }
  forward(x: Tensor): Tensor {
    if (this.stride > 1) return channelShuffle(torch.cat([this.branch1(x), this.branch2(x)], { dim: 1 }), 2);
    const [kept, changed] = x.chunk(2, { dim: 1 }) as [Tensor, Tensor];
    return channelShuffle(torch.cat([kept, this.branch2(changed)], { dim: 1 }), 2);
  }
}

/** `ShuffleNetV2([2, 1, 1], [8, 16, 16, 24, 32], num_classes=10)`. */
export class ShuffleNetV2 extends nn.Module {
  conv1 = new nn.Sequential(conv(3, 8, 3, 2), new nn.BatchNorm2d(8), new nn.ReLU({ inplace: true }));
  maxpool = new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 });
  stage2 = new nn.Sequential(new ShuffleUnit(8, 16, 2), new ShuffleUnit(16, 16, 1));
  stage3 = new nn.Sequential(new ShuffleUnit(16, 16, 2));
  stage4 = new nn.Sequential(new ShuffleUnit(16, 24, 2));
  conv5 = new nn.Sequential(conv(24, 32, 1), new nn.BatchNorm2d(32), new nn.ReLU({ inplace: true }));
  fc = new nn.Linear(32, 10);
  forward(x: Tensor): Tensor {
    x = this.maxpool(this.conv1(x));
    x = this.conv5(this.stage4(this.stage3(this.stage2(x))));
    return this.fc(x.mean([2, 3]));
  }
}

/** Huang et al. 2017, arXiv:1608.06993. */
class DenseLayer extends nn.Module {
  norm1: nn.BatchNorm2d;
  relu1 = new nn.ReLU({ inplace: true });
  conv1: nn.Conv2d;
  norm2: nn.BatchNorm2d;
  relu2 = new nn.ReLU({ inplace: true });
  conv2: nn.Conv2d;
  constructor(inputs: number, growth: number, width: number) {
    super();
    this.norm1 = new nn.BatchNorm2d(inputs);
    this.conv1 = conv(inputs, width * growth, 1);
    this.norm2 = new nn.BatchNorm2d(width * growth);
    this.conv2 = conv(width * growth, growth, 3);
  }
  forward(features: Tensor[]): Tensor {
    const bottleneck = this.conv1(this.relu1(this.norm1(torch.cat(features, 1))));
    return this.conv2(this.relu2(this.norm2(bottleneck)));
  }
}

class DenseBlock extends nn.ModuleDict<DenseLayer> {
  constructor(layers: number, inputs: number, growth: number) {
    super();
    for (let i = 0; i < layers; i++)
      this.addModule(`denselayer${i + 1}`, new DenseLayer(inputs + i * growth, growth, 2));
  }
  forward(x: Tensor): Tensor {
    const features = [x];
    for (const layer of this.values()) features.push(layer(features));
    return torch.cat(features, 1);
  }
}

const transition = (inputs: number, outputs: number) =>
  new nn.Sequential({
    norm: new nn.BatchNorm2d(inputs),
    relu: new nn.ReLU({ inplace: true }),
    conv: conv(inputs, outputs, 1),
    pool: new nn.AvgPool2d({ kernelSize: 2, stride: 2 }),
  });

/** `DenseNet(growth_rate=4, block_config=(2, 3), num_init_features=8, bn_size=2, num_classes=10)`. */
export class DenseNet extends nn.Module {
  features = new nn.Sequential({
    conv0: new nn.Conv2d(3, 8, { kernelSize: 7, stride: 2, padding: 3, bias: false }),
    norm0: new nn.BatchNorm2d(8),
    relu0: new nn.ReLU({ inplace: true }),
    pool0: new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 }),
    denseblock1: new DenseBlock(2, 8, 4),
    transition1: transition(16, 8),
    denseblock2: new DenseBlock(3, 8, 4),
    norm5: new nn.BatchNorm2d(20),
  });
  classifier = new nn.Linear(20, 10);
  constructor() {
    super();
    for (const module of this.modules())
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight);
      else if (module instanceof nn.Linear) nn.init.constant_(module.bias!, 0);
  }
  forward(x: Tensor): Tensor {
    const out = F.relu(this.features(x), { inplace: true });
    return this.classifier(torch.flatten(F.adaptiveAvgPool2d(out, [1, 1]), 1));
  }
}

/** Iandola et al. 2016, arXiv:1602.07360. */
class Fire extends nn.Module {
  squeeze: nn.Conv2d;
  squeezeActivation = new nn.ReLU({ inplace: true });
  expand1x1: nn.Conv2d;
  expand1x1Activation = new nn.ReLU({ inplace: true });
  expand3x3: nn.Conv2d;
  expand3x3Activation = new nn.ReLU({ inplace: true });
  constructor(inputs: number, squeezed: number, expanded: number) {
    super();
    this.squeeze = new nn.Conv2d(inputs, squeezed, { kernelSize: 1 });
    this.expand1x1 = new nn.Conv2d(squeezed, expanded, { kernelSize: 1 });
    this.expand3x3 = new nn.Conv2d(squeezed, expanded, { kernelSize: 3, padding: 1 });
  }
  forward(x: Tensor): Tensor {
    x = this.squeezeActivation(this.squeeze(x));
    const near = this.expand1x1Activation(this.expand1x1(x));
    return torch.cat([near, this.expand3x3Activation(this.expand3x3(x))], 1);
  }
}

/** The first half of `squeezenet1_1`, whose poolings round up, with its kind of classifier. */
export class SqueezeNet extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(3, 64, { kernelSize: 3, stride: 2 }),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true }),
    new Fire(64, 16, 64),
    new Fire(128, 16, 64),
    new nn.MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true }),
  );
  classifier = new nn.Sequential(
    new nn.Dropout({ p: 0 }),
    new nn.Conv2d(128, 10, { kernelSize: 1 }),
    new nn.ReLU({ inplace: true }),
    new nn.AdaptiveAvgPool2d([1, 1]),
  );
  forward(x: Tensor): Tensor {
    return torch.flatten(this.classifier(this.features(x)), 1);
  }
}

class LayerNorm2d extends nn.LayerNorm {
  override forward(x: Tensor): Tensor {
    return super.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }
}

const layerNorm2d = (channels: number) => new LayerNorm2d(channels, { eps: 1e-6 });

/** Liu et al. 2022, arXiv:2201.03545. */
class CNBlock extends nn.Module {
  block: nn.Sequential;
  layer_scale: nn.Parameter;
  stochasticDepth: StochasticDepth;
  constructor(dim: number, scale: number, drop: number) {
    super();
    this.layer_scale = new nn.Parameter(torch.ones(dim, 1, 1).mul(scale));
    this.block = new nn.Sequential(
      new nn.Conv2d(dim, dim, { kernelSize: 7, padding: 3, groups: dim, bias: true }),
      new Permute([0, 2, 3, 1]),
      new nn.LayerNorm(dim, { eps: 1e-6 }),
      new nn.Linear(dim, 4 * dim),
      new nn.GELU(),
      new nn.Linear(4 * dim, dim),
      new Permute([0, 3, 1, 2]),
    );
    this.stochasticDepth = new StochasticDepth(drop);
  }
  forward(x: Tensor): Tensor {
    return this.stochasticDepth(this.layer_scale.mul(this.block(x))).add_(x);
  }
}

/** `ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], stochastic_depth_prob=0.5, layer_scale=0.5, num_classes=10)`. */
export class ConvNeXt extends nn.Module {
  features = new nn.Sequential(
    new ConvNorm(3, 8, 4, { stride: 4, padding: 0, bias: true, norm: layerNorm2d, act: null }),
    new nn.Sequential(new CNBlock(8, 0.5, 0)),
    new nn.Sequential(layerNorm2d(8), new nn.Conv2d(8, 16, { kernelSize: 2, stride: 2 })),
    new nn.Sequential(new CNBlock(16, 0.5, 0.5)),
  );
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier = new nn.Sequential(layerNorm2d(16), new nn.Flatten(1), new nn.Linear(16, 10));
  constructor() {
    super();
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d || module instanceof nn.Linear)) continue;
      nn.init.truncNormal_(module.weight, { std: 0.02 });
      nn.init.zeros_(module.bias!);
    }
  }
  forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)));
  }
}
