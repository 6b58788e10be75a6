// Owns the course's models as a user writes them: S0's LargeNet and the two of S1, line for line.

import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';

const F = nn.functional;

/** S1's small network: 676 parameters once LazyLinear has seen a batch. */
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

/** S1's larger network: 56,646 parameters once LazyLinear has seen a batch. */
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

/** S0's network: one pool module used twice, and a plain string attribute called `name`. */
export class LargeNet extends nn.Module {
  name = 'large';
  conv1 = new nn.Conv2d(3, 5, 5);
  pool = new nn.MaxPool2d(2, 2);
  conv2 = new nn.Conv2d(5, 10, 5);
  fc1 = new nn.Linear(10 * 5 * 5, 32);
  fc2 = new nn.Linear(32, 1);
  forward(x: Tensor) {
    x = this.pool(F.relu(this.conv1(x)));
    x = this.pool(F.relu(this.conv2(x)));
    x = x.view(-1, 10 * 5 * 5);
    x = F.relu(this.fc1(x));
    x = this.fc2(x);
    return x.squeeze(1);
  }
}
