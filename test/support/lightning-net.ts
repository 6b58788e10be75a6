// The module of the runs of Lightning in test/fixtures/families/lightning_runs.py: weights and data without random numbers.
import { arange, data, nn, noGrad, optim, type Tensor, tensor } from 'lamplight';
import { LightningModule, type Logger, type OptimizersConfig, Trainer, type TrainerOptions } from 'lamplight/lightning';

const x = Array.from({ length: 40 }, (_, i) => Math.fround(Math.sin(Math.fround(i / 20 - 1))));

export const X = (): Tensor => tensor(x).reshape(20, 2);

export const Y = (): Tensor =>
  tensor(Array.from({ length: 20 }, (_, i) => x[2 * i]! * 0.5 - x[2 * i + 1]! * 0.25 + 0.1)).reshape(20, 1);

export const loader = (count = 20, batchSize = 4): data.DataLoader<[Tensor, Tensor], [Tensor, Tensor]> =>
  new data.DataLoader(new data.TensorDataset(X().at(`0:${count}`), Y().at(`0:${count}`)), {
    batchSize,
  }) as unknown as data.DataLoader<[Tensor, Tensor], [Tensor, Tensor]>;

/** Fills parameters with a function of their places, as the fixtures do. */
export function fill(module: nn.Module, of: 'cos' | 'sin', factor: number): void {
  noGrad(() => {
    module.parameters().forEach((param, i) => {
      param.copy_(
        arange(param.numel())
          .add(i)
          [of]()
          .mul(factor)
          .reshape([...param.shape]),
      );
    });
  });
}

export class Net extends LightningModule {
  fc = new nn.Linear(2, 3);
  out: nn.UnaryModule = new nn.Linear(3, 1);
  constructor(
    public lr = 0.1,
    readonly config: ((optimizer: optim.SGD) => unknown) | null = null,
  ) {
    super();
    fill(this, 'cos', 0.5);
  }
  override forward(input: Tensor): Tensor {
    return this.out(this.fc(input).tanh());
  }
  trainingStep([input, target]: [Tensor, Tensor], batchIdx: number): Tensor {
    const loss = (this.forward(input) as Tensor).sub(target).square().mean();
    this.log('train_loss', loss, { onStep: true, onEpoch: true });
    this.log('batch', batchIdx, { reduceFx: 'max', onStep: false, onEpoch: true });
    return loss;
  }
  validationStep([input, target]: [Tensor, Tensor]): void {
    this.log('val_loss', this(input).sub(target).square().mean());
    this.log('val_sum', this(input).sub(target).abs().sum(), { reduceFx: 'sum' });
  }
  configureOptimizers(): OptimizersConfig {
    const optimizer = new optim.SGD(this.parameters(), { lr: this.lr, momentum: 0.5 });
    return (this.config ? this.config(optimizer) : optimizer) as OptimizersConfig;
  }
}

/** A logger that keeps its rows as they come. */
export class Rows implements Logger {
  readonly name = 'rows';
  readonly version = 0;
  readonly logDir = null;
  readonly saveDir = null;
  readonly rows: Record<string, number>[] = [];
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void {
    this.rows.push({ ...metrics, step });
  }
}

export const quiet = { enableProgressBar: false, enableModelSummary: false } as const;

/** A trainer that says and writes nothing but what it is told to. */
export const bare = (options: TrainerOptions): Trainer =>
  new Trainer({ ...quiet, logger: false, enableCheckpointing: false, ...options });

export async function weights(module: nn.Module): Promise<Record<string, number[]>> {
  const entries = Object.entries(module.stateDict()).map(async ([key, value]) => [key, [...(await value.data())]]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, number[]>;
}
