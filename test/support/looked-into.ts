// The network that tests look into, and all that can be seen of a network.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';

const F = nn.functional;

/** A residual branch, pooling by a function, batch norm and dropout, and a classifier of a fixed size. */
export class Net extends nn.Module {
  conv1 = new nn.Conv2d(3, 4, 3, { padding: 1 });
  norm = new nn.BatchNorm2d(4);
  relu = new nn.ReLU();
  conv2 = new nn.Conv2d(4, 4, 3, { padding: 2, dilation: 2 });
  down = new nn.Conv2d(4, 8, 3, { stride: 2 });
  drop = new nn.Dropout(0.5);
  fc = new nn.Linear(8 * 3 * 3, 5);
  forward(x: Tensor): Tensor {
    let y = F.maxPool2d(this.relu(this.norm(this.conv1(x))), 2);
    y = y.add(this.relu(this.conv2(y)));
    y = this.relu(this.down(y));
    return this.fc(this.drop(y).flatten(1));
  }
}

export const build = (): Net => {
  torch.manualSeed(0);
  return new Net();
};

/** All that a program can see of a model. */
export async function seen(model: nn.Module): Promise<unknown> {
  const state = Object.entries(model.stateDict());
  return {
    values: await Promise.all(state.map(async ([name, tensor]) => [name, Array.from(await tensor.data())])),
    modes: model.modules().map(({ training }) => training),
    wants: model.parameters().map(({ requiresGrad }) => requiresGrad),
    gradients: model.parameters().map(({ grad }) => grad),
  };
}
