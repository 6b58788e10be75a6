// A small training run that is the same wherever it runs: page, worker or Node.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';

/** Losses of 20 steps of a small network on fixed data; they fall by more than half. */
export async function trainSmall(): Promise<number[]> {
  torch.manualSeed(1);
  const inputs = torch.randn(16, 1, 8, 8);
  const labels = torch.randint(0, 3, [16]);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(64, 3),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const lossFn = new nn.CrossEntropyLoss();
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), labels);
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  return losses;
}
