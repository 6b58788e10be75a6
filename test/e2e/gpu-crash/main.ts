// A training that reads nothing back, for a test that takes the GPU process away from it.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';

/** What became of the training. */
export interface Outcome {
  /** The errors that reached the loop. */
  readonly errors: readonly string[];
  /** Steps that had been taken when each of these came. */
  readonly lostAt: readonly number[];
  /** By `onLost`, the step that the optimizer went back to. */
  readonly restoredTo: readonly number[];
  /** Of the same model, the loss at the first step and after all steps. */
  readonly first: number;
  readonly last: number;
}

declare global {
  interface Window {
    /** Steps taken so far. */
    steps: number;
    /** Snapshots that have been taken by themselves. */
    snapshots(): number;
    train(): Promise<Outcome>;
    /** Ends the training. */
    enough: boolean;
  }
}

window.steps = 0;
window.snapshots = () => torch.gpu.stats().snapshots;
window.enough = false;

window.train = async () => {
  torch.manualSeed(0);
  const inputs = torch.randn(64, 8);
  const weights = torch.randn(8, 1);
  const set = new data.TensorDataset(inputs, inputs.matmul(weights));
  const loader = () => new data.DataLoader(set, { batchSize: 16 });
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.BatchNorm1d(16), new nn.Tanh(), new nn.Linear(16, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const restoredTo: number[] = [];
  torch.gpu.onLost((loss) => restoredTo.push(loss.restoredTo.get(optimizer)!));
  const errors: string[] = [];
  const lostAt: number[] = [];
  const lossOf = (x: torch.Tensor, y: torch.Tensor) => model(x).sub(y).square().mean();
  const whole = async () => {
    // Made again from its source: the device that it was on may be gone.
    torch.manualSeed(0);
    const x = torch.randn(64, 8);
    return torch.noGrad(() => lossOf(x, x.matmul(torch.randn(8, 1)))).item();
  };
  const first = await whole();
  let current = loader();
  while (!window.enough) {
    try {
      for await (const [x, y] of current) {
        optimizer.zeroGrad();
        lossOf(x!, y!).backward();
        optimizer.step();
        window.steps++;
      }
    } catch (error) {
      errors.push((error as Error).name);
      lostAt.push(window.steps);
      torch.manualSeed(0);
      const again = torch.randn(64, 8);
      const targets = again.matmul(torch.randn(8, 1));
      current = new data.DataLoader(new data.TensorDataset(again, targets), { batchSize: 16 });
    }
  }
  return { errors, lostAt, restoredTo, first, last: await whole() };
};
