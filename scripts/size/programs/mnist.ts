// A step of MNIST's training over a loader of tensors.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import * as F from 'lamplight/functional';

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3, { padding: 1 });
  conv2 = new nn.Conv2d(8, 16, 3, { padding: 1 });
  fc = new nn.Linear(784, 10);
  forward(x: Tensor) {
    x = F.maxPool2d(F.relu(this.conv1(x)), 2);
    x = F.maxPool2d(F.relu(this.conv2(x)), 2);
    return this.fc(x.flatten(1));
  }
}

async function train() {
  const model = new Net();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const set = new data.TensorDataset(torch.rand(8, 1, 28, 28), torch.randint(0, 10, [8]));
  for await (const [x, y] of new data.DataLoader(set, { batchSize: 8, shuffle: true })) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    console.log(await loss.item());
  }
}

void train();
