// A training run that goes on until it is stopped, and notes how long the JavaScript of each step takes.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { CNNModel } from '../../../demos/mnist/models';

export interface Steps {
  /** Milliseconds of JavaScript, step by step. */
  readonly host: number[];
  readonly losses: number[];
}

/** Steps that compile and settle, and are not noted. */
const WARM_UP = 6;

/** Trains until `stopped()`; `ready` is called once nothing is compiled any more. */
export async function train(ready: () => void, stopped: () => boolean): Promise<Steps> {
  torch.manualSeed(0);
  const set = new data.TensorDataset(torch.rand(512, 1, 28, 28), torch.randint(0, 10, [512]));
  const loader = new data.DataLoader(set, { batchSize: 64, shuffle: true });
  const model = new CNNModel();
  const lossFn = new nn.CrossEntropyLoss();
  let optimizer: optim.Adam | undefined;
  const host: number[] = [];
  const pending: Promise<number>[] = [];
  for (let step = 0; !stopped(); ) {
    for await (const [images, labels] of loader) {
      const start = performance.now();
      const logits = model(images!);
      optimizer ??= new optim.Adam(model.parameters(), { lr: 1e-3 });
      optimizer.zeroGrad();
      const loss = lossFn(logits, labels!);
      loss.backward();
      optimizer.step();
      const elapsed = performance.now() - start;
      step++;
      if (step === WARM_UP) {
        await torch.synchronize();
        ready();
      }
      if (step > WARM_UP) {
        host.push(elapsed);
        pending.push(loss.item());
      }
      if (stopped()) break;
    }
  }
  return { host, losses: await Promise.all(pending) };
}
