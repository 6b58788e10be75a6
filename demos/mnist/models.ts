// The course's two networks for MNIST, line for line, a third between them, and the stages at which the demo looks into them.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import type { ModelName } from './protocol';

/** Three convolutions: 676 parameters once LazyLinear has seen a batch. */
export class CNNModel extends nn.Module {
  conv1: nn.Conv2d;
  relu1 = new nn.ReLU();
  conv2: nn.Conv2d;
  relu2 = new nn.ReLU();
  conv3: nn.Conv2d;
  relu3 = new nn.ReLU();
  final = new nn.LazyLinear({ outFeatures: 10 });
  constructor(inputChannels = 1) {
    super();
    this.conv1 = new nn.Conv2d({ inChannels: inputChannels, outChannels: inputChannels, kernelSize: 3 });
    this.conv2 = new nn.Conv2d({ inChannels: inputChannels, outChannels: 2 * inputChannels, kernelSize: 7, stride: 2 });
    this.conv3 = new nn.Conv2d({
      inChannels: 2 * inputChannels,
      outChannels: 4 * inputChannels,
      kernelSize: 7,
      stride: 2,
    });
  }
  forward(inputs: Tensor) {
    const out1 = this.relu1(this.conv1(inputs));
    const out2 = this.relu2(this.conv2(out1));
    const out3 = this.relu3(this.conv3(out2));
    const output = this.final(out3.reshape(inputs.shape[0]!, 1, -1));
    return output.at(':', 0);
  }
  predict(inputs: Tensor) {
    return this(inputs).argmax(-1).to(torch.uint8);
  }
}

/** Two convolutions that halve the sides, without padding: 5,994 parameters, and little work for a processor. */
export class MediumCNNModel extends nn.Module {
  conv1: nn.Conv2d;
  relu1 = new nn.ReLU();
  conv2: nn.Conv2d;
  relu2 = new nn.ReLU();
  flatten = new nn.Flatten();
  final: nn.Linear;
  constructor(inputChannels = 1) {
    super();
    this.conv1 = new nn.Conv2d({ inChannels: inputChannels, outChannels: 8, kernelSize: 5, stride: 2 });
    this.conv2 = new nn.Conv2d({ inChannels: 8, outChannels: 16, kernelSize: 5, stride: 2 });
    this.final = new nn.Linear({ inFeatures: 16 * 4 * 4, outFeatures: 10 });
  }
  forward(inputs: Tensor) {
    const out1 = this.relu1(this.conv1(inputs));
    const out2 = this.relu2(this.conv2(out1));
    return this.final(this.flatten(out2));
  }
  predict(inputs: Tensor) {
    return this(inputs).argmax(-1).to(torch.uint8);
  }
}

/** Layer norm and three blocks of two convolutions: 56,646 parameters once LazyLinear has seen a batch. */
export class ComplexCNNModel extends nn.Module {
  norm = new nn.LayerNorm([28, 28]);
  conv1: nn.Conv2d;
  relu1 = new nn.ReLU();
  conv2: nn.Conv2d;
  pool1 = new nn.MaxPool2d({ kernelSize: 2 });
  conv3: nn.Conv2d;
  relu2 = new nn.ReLU();
  conv4: nn.Conv2d;
  pool2 = new nn.MaxPool2d({ kernelSize: 2 });
  conv5: nn.Conv2d;
  relu3 = new nn.ReLU();
  conv6: nn.Conv2d;
  pool3 = new nn.MaxPool2d({ kernelSize: 2 });
  final = new nn.LazyLinear({ outFeatures: 10 });
  constructor(inputChannels = 1) {
    super();
    const c = inputChannels;
    this.conv1 = new nn.Conv2d({ inChannels: c, outChannels: 4 * c, kernelSize: 3, padding: 1 });
    this.conv2 = new nn.Conv2d({ inChannels: 4 * c, outChannels: 4 * c, kernelSize: 3, padding: 1 });
    this.conv3 = new nn.Conv2d({ inChannels: 4 * c, outChannels: 16 * c, kernelSize: 3, padding: 1 });
    this.conv4 = new nn.Conv2d({ inChannels: 16 * c, outChannels: 16 * c, kernelSize: 3, padding: 1 });
    this.conv5 = new nn.Conv2d({ inChannels: 16 * c, outChannels: 64 * c, kernelSize: 3, padding: 1 });
    this.conv6 = new nn.Conv2d({ inChannels: 64 * c, outChannels: 64 * c, kernelSize: 3, padding: 1 });
  }
  forward(inputs: Tensor) {
    let x = this.norm(inputs);
    x = this.pool1(this.conv2(this.relu1(this.conv1(x))));
    x = this.pool2(this.conv4(this.relu2(this.conv3(x))));
    x = this.pool3(this.conv6(this.relu3(this.conv5(x))));
    const output = this.final(x.reshape(inputs.shape[0]!, 1, -1));
    return output.at(':', 0);
  }
  predict(inputs: Tensor) {
    return this(inputs).argmax(-1).to(torch.uint8);
  }
}

export type MnistModel = CNNModel | MediumCNNModel | ComplexCNNModel;

const CREATE: Record<ModelName, () => MnistModel> = {
  simple: () => new CNNModel(),
  medium: () => new MediumCNNModel(),
  complex: () => new ComplexCNNModel(),
};

/** A new network of the given kind. */
export const createModel = (name: ModelName): MnistModel => CREATE[name]();

/** The name under which the demo knows a network. */
export function modelName(model: MnistModel): ModelName {
  if (model instanceof CNNModel) return 'simple';
  return model instanceof MediumCNNModel ? 'medium' : 'complex';
}

/**
 * What the convolutions make of `inputs` [1, 1, 28, 28], stage by stage, each [1, channels, height, width]. It leaves the lazy
 * last layer alone, so it may be asked before the first batch without disturbing the order of random draws.
 */
export function stages(model: MnistModel, inputs: Tensor): [name: string, maps: Tensor][] {
  if (model instanceof CNNModel) {
    const out1 = model.relu1(model.conv1(inputs));
    const out2 = model.relu2(model.conv2(out1));
    const out3 = model.relu3(model.conv3(out2));
    return [
      ['Convolution 1', out1],
      ['Convolution 2', out2],
      ['Convolution 3', out3],
    ];
  }
  if (model instanceof MediumCNNModel) {
    const out1 = model.relu1(model.conv1(inputs));
    return [
      ['Convolution 1', out1],
      ['Convolution 2', model.relu2(model.conv2(out1))],
    ];
  }
  const first = model.relu1(model.conv1(model.norm(inputs)));
  const block1 = model.pool1(model.conv2(first));
  const block2 = model.pool2(model.conv4(model.relu2(model.conv3(block1))));
  const block3 = model.pool3(model.conv6(model.relu3(model.conv5(block2))));
  return [
    ['Convolution 1', first],
    ['Block 1', block1],
    ['Block 2', block2],
    ['Block 3', block3],
  ];
}
