// Two spirals, and a network that learns to tell them apart.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';

export const POINTS = 200;

/** Points [2 · POINTS, 2] of two spirals, from −1 to 1, and the number of each one's spiral. */
export function spirals(): { points: torch.Tensor; labels: torch.Tensor } {
  const angle = torch.linspace(0.5, 3 * Math.PI, POINTS);
  const radius = angle.div(3 * Math.PI);
  const one = torch.stack([radius.mul(angle.cos()), radius.mul(angle.sin())], 1);
  const noise = torch.randn(2 * POINTS, 2).mul(0.02);
  const labels = torch.cat([torch.zeros(POINTS), torch.ones(POINTS)]).to('int64');
  return { points: torch.cat([one, one.neg()]).add(noise), labels };
}

export class Network extends nn.Module {
  first = new nn.Linear(2, 32);
  second = new nn.Linear(32, 32);
  last = new nn.Linear(32, 2);

  forward(x: torch.Tensor): torch.Tensor {
    return this.last(this.second(this.first(x).mul(3).tanh()).tanh());
  }
}

/** Trains, tells `report` the loss now and then, and gives the network with the share of points that it gets right. */
export async function train(
  steps: number,
  report: (step: number, loss: number) => void,
): Promise<{ network: Network; accuracy: number }> {
  torch.manualSeed(0);
  const { points, labels } = spirals();
  const network = new Network();
  const optimizer = new optim.Adam(network.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad();
    const loss = lossFn(network.forward(points), labels);
    loss.backward();
    optimizer.step();
    // Only reading a value waits for the GPU.
    if (step % 50 === 0) report(step, await loss.item());
  }
  const right = torch.noGrad(() => network.forward(points).argmax(1).eq(labels).to('float32').mean());
  return { network, accuracy: await right.item() };
}
