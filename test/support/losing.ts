// A device that is lost, and a training that it happens to.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, beforeEach, vi } from 'vitest';

export async function lose(): Promise<void> {
  const device = torch.gpu.device();
  device?.destroy();
  await device?.lost;
}

/** How often `fn` fails before it succeeds, and by what, and what it gives then. */
export async function retried<T>(fn: () => Promise<T>): Promise<{ errors: unknown[]; result: T }> {
  const errors: unknown[] = [];
  for (;;) {
    try {
      return { errors, result: await fn() };
    } catch (error) {
      errors.push(error);
      if (errors.length > 5) throw error;
    }
  }
}

export const numbersOf = async (tensors: Iterable<Tensor>) =>
  Promise.all([...tensors].map(async (tensor) => Array.from(await tensor.data())));

export const areEqual = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.prototype.every.call(a, (x, i) => x === b[i]);

export const stateOf = (model: nn.Module) => numbersOf(Object.values(model.stateDict()));

/** A small training with batch norm; batch i is always the same. */
export function trainer(
  make: (params: nn.Parameter[]) => optim.Optimizer = (params) => new optim.Adam(params, { lr: 0.01 }),
) {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 3));
  const optimizer = make(model.parameters());
  const lossFn = new nn.CrossEntropyLoss();
  const generator = new torch.Generator().manualSeed(7);
  const batches = Array.from({ length: 40 }, () => ({
    inputs: torch.rand(10, 4, { generator }),
    labels: torch.randint(0, 3, [10], { generator }),
  }));
  const stepOn = (inputs: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, stepOn, step: (i: number) => stepOn(batches[i]!.inputs, batches[i]!.labels), batches };
}

export const averagesOf = (optimizer: optim.Optimizer): Tensor[] =>
  [...optimizer.state.values()].flatMap(({ expAvg, expAvgSq }) => [expAvg as Tensor, expAvgSq as Tensor]);

/** The losses that were told since the test began. */
export const told: torch.gpu.DeviceLoss[] = [];

/** Before each test of the file there is a device, and nothing has been told of a loss. */
export function listenForLosses(): void {
  let stop = () => {};
  beforeEach(async () => {
    await torch.init();
    told.length = 0;
    stop = torch.gpu.onLost((loss) => told.push(loss));
  });
  afterEach(async () => {
    stop();
    vi.restoreAllMocks();
    await torch.synchronize().catch(() => {});
  });
}
