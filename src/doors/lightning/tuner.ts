// Tuner: finds a learning rate or a batch size with short runs, and restores the module afterwards.

import { ArgumentError, noGrad, OutOfMemoryError, Tensor } from '../../torch';
import {
  type Args,
  type Arguments,
  type Defaults,
  defaultGenerator,
  kinds,
  or,
  type PlotCanvas,
  parseArgs,
  shown,
  takes,
  typed,
} from '../../torch/inside';
import { lineDrawing } from '../draw/lines';
import { canvasOrNull, drawOn } from '../draw/sheet';
import type { LightningDataModule } from './datamodule';
import { Callback } from './hooks';
import type { Loaders } from './loaders';
import { LightningModule } from './module';
import { runKinds } from './runs';
import { Trainer } from './trainer';

/** Options of `Tuner.lrFind`. */
export interface LrFindOptions {
  /** The loader of training batches, or several loaders. */
  trainDataloaders?: Loaders | LightningDataModule | null;
  /** Batches for validation, or several loaders. */
  valDataloaders?: Loaders | null;
  /** The data module that provides the loaders. */
  datamodule?: LightningDataModule | null;
  /** The lowest learning rate to try. Default: 1e-8. */
  minLr?: number;
  /** The highest learning rate to try. Default: 1. */
  maxLr?: number;
  /** The number of learning rates to try. Default: 100. */
  numTraining?: number;
  /** Whether learning rates grow by a constant factor (the default) or a constant step. */
  mode?: 'exponential' | 'linear';
  /** The search stops once the loss is this many times the best loss; null: never. Default: 4. */
  earlyStopThreshold?: number | null;
  /** Whether to set the module's learning rate to the suggestion. Default: true. */
  updateAttr?: boolean;
  /** The attribute that holds the learning rate. Default: `lr` or `learningRate`, in the module or its hparams. */
  attrName?: string;
}

/** The weight of earlier losses in the smoothed loss. */
const BETA = 0.98;

const lrFinderSuggestionTable = takes('LRFinder.suggestion', {
  /** The number of learning rates to ignore at the start. Default: 10. */
  skipBegin: or(kinds.whole(0), 10),
  /** The number of learning rates to ignore at the end. Default: 1. */
  skipEnd: or(kinds.whole(0), 1),
});

const lrFinderPlotTable = takes('LRFinder.plot', {
  canvas: or(typed<PlotCanvas | null>(canvasOrNull), null),
  /** Whether to mark the suggestion. */
  suggest: or(kinds.flag, false),
});

const lrFinderTable = takes('LRFinder', {
  mode: kinds.oneOf('exponential', 'linear'),
  /** The lowest rate that is tried. */
  lrMin: kinds.positive,
  /** The highest rate that is tried. */
  lrMax: kinds.positive,
  /** The number of rates that are tried. */
  numTraining: kinds.whole(1),
});

const lrFinderRateAtTable = takes('LRFinder.rateAt', {
  step: kinds.whole(0),
});

/** The result of `Tuner.lrFind`: smoothed losses by learning rate, and the suggested rate. */
export class LRFinder {
  readonly results: { readonly lr: number[]; readonly loss: number[] } = { lr: [], loss: [] };
  readonly mode: 'exponential' | 'linear';
  readonly lrMin: number;
  readonly lrMax: number;
  readonly numTraining: number;

  constructor(...args: Args<typeof lrFinderTable, ['mode', 'lrMin', 'lrMax', 'numTraining']>) {
    const o = lrFinderTable.read(args);
    this.mode = o.mode;
    this.lrMin = o.lrMin;
    this.lrMax = o.lrMax;
    this.numTraining = o.numTraining;
  }

  /** The learning rate at a step. */
  rateAt(...args: Args<typeof lrFinderRateAtTable, ['step']>): number {
    const { step } = lrFinderRateAtTable.read(args);
    const share = step === 0 ? 0 : (step + 1) / this.numTraining;
    return this.mode === 'exponential'
      ? this.lrMin * (this.lrMax / this.lrMin) ** share
      : this.lrMin + share * (this.lrMax - this.lrMin);
  }

  /** The learning rate at which the loss falls most steeply; null if too few rates were tried. */
  suggestion(...args: Args<typeof lrFinderSuggestionTable, ['skipBegin', 'skipEnd']>): number | null {
    const { skipBegin, skipEnd } = lrFinderSuggestionTable.read(args);
    const at = this.#steepest(skipBegin, skipEnd);
    return at === null ? null : this.results.lr[at]!;
  }

  #steepest(skipBegin: number, skipEnd: number): number | null {
    const kept = this.results.loss
      .map((loss, i) => ({ loss, i }))
      .slice(skipBegin, this.results.loss.length - skipEnd)
      .filter(({ loss }) => Number.isFinite(loss));
    if (kept.length < 2) return null;
    const slope = (i: number) => {
      const [a, b] = [Math.max(0, i - 1), Math.min(kept.length - 1, i + 1)];
      return (kept[b]!.loss - kept[a]!.loss) / (b - a);
    };
    return kept.reduce((best, _, i) => (slope(i) < slope(best) ? i : best), 0) + skipBegin;
  }

  /**
   * Plots losses over learning rates, with the suggestion marked if requested. If no canvas is given, a new one is
   * made. Returns the canvas.
   */
  plot(...args: Args<typeof lrFinderPlotTable, ['canvas', 'suggest']>): PlotCanvas {
    const { canvas, suggest } = lrFinderPlotTable.read(args);
    const { lr, loss } = this.results;
    const at = suggest ? this.#steepest(10, 1) : null;
    const drawing = lineDrawing({
      lines: [{ x: lr, y: loss }],
      x: { label: 'Learning rate', range: [this.lrMin, this.lrMax], isLog: this.mode === 'exponential' },
      y: { label: 'Loss' },
      mark: at === null ? undefined : { x: lr[at]!, y: loss[at]! },
    });
    return drawOn('LRFinder.plot', canvas, [drawing]);
  }
}

/** Sets the learning rate at each step, and records the loss. */
class Search extends Callback {
  #mean = 0;
  #best = Infinity;
  #step = 0;

  constructor(
    private readonly finder: LRFinder,
    private readonly threshold: number | null,
  ) {
    super();
  }

  override onTrainBatchStart(trainer: Trainer): void {
    const rate = this.finder.rateAt(this.#step);
    this.finder.results.lr.push(rate);
    for (const optimizer of trainer.optimizers) {
      for (const group of optimizer.paramGroups) Reflect.set(group, 'lr', rate);
    }
  }

  override async onTrainBatchEnd(trainer: Trainer, _module: LightningModule, outputs: unknown): Promise<void> {
    const { loss } = outputs as { loss?: unknown };
    const value = loss instanceof Tensor ? Number(await loss.item()) : Number.NaN;
    this.#step++;
    this.#mean = BETA * this.#mean + (1 - BETA) * value;
    const smoothed = this.#mean / (1 - BETA ** (this.#step + 1));
    this.finder.results.loss.push(smoothed);
    if (this.threshold !== null && this.#step > 1 && smoothed > this.threshold * this.#best) trainer.shouldStop = true;
    if (smoothed < this.#best || this.#step === 1) this.#best = smoothed;
  }
}

/** Copies a module's state before its first step: the copy needs a device, which is open by then. */
class KeptState extends Callback {
  #state: Record<string, Tensor> | null = null;

  override onTrainStart(_trainer: Trainer, module: LightningModule): void {
    this.#state = Object.fromEntries(
      Object.entries(module.stateDict()).map(([name, value]) => [name, value.clone().retain()]),
    );
  }

  putBack(module: LightningModule): void {
    const state = this.#state;
    if (state) noGrad(() => module.loadStateDict(state));
  }
}

/** Options of `Tuner.scaleBatchSize`. */
export interface ScaleBatchSizeOptions {
  /** The loader of training batches, or several loaders. */
  trainDataloaders?: Loaders | LightningDataModule | null;
  /** The data module that provides the loaders. */
  datamodule?: LightningDataModule | null;
  /**
   * Whether to double the size until memory runs out (the default), or to search between the last two sizes as well.
   */
  mode?: 'power' | 'binsearch';
  /** The number of steps per trial. Default: 3. */
  stepsPerTrial?: number;
  /** The first batch size to try. Default: 2. */
  initVal?: number;
  /** The maximum number of batch sizes to try. Default: 25. */
  maxTrials?: number;
  /** The attribute from which loaders take the batch size. Default: `batchSize`. */
  batchArgName?: string;
}

interface OfModel {
  model: LightningModule;
}

/** Accepts validation loaders, which the short runs ignore. */
const loaders: kinds.Kind = {
  words: 'a loader, several, or null',
  fits: (value) => typeof value === 'object' && !(value instanceof Promise),
};

const lrFindDefaults = {
  trainDataloaders: null,
  valDataloaders: null,
  datamodule: null,
  minLr: 1e-8,
  maxLr: 1,
  numTraining: 100,
  mode: 'exponential',
  earlyStopThreshold: 4,
  updateAttr: true,
  attrName: '',
} satisfies Defaults<LrFindOptions>;

const lrFindKinds: kinds.Kinds<LrFindOptions & OfModel> = {
  model: kinds.instance(LightningModule),
  valDataloaders: loaders,
  datamodule: runKinds.datamodule,
  minLr: kinds.positive,
  maxLr: kinds.positive,
  numTraining: kinds.whole(1),
  earlyStopThreshold: kinds.orNull(kinds.positive),
  attrName: kinds.text,
};

/** Rejects values that contradict each other. */
function expectRange(name: string, o: Required<Pick<LrFindOptions, 'minLr' | 'maxLr' | 'mode'>>): void {
  if (!(o.minLr > 0 && o.maxLr > o.minLr)) {
    throw new ArgumentError(`${name}: expected 0 < minLr < maxLr, but got ${o.minLr} and ${o.maxLr}`);
  }
  if (!['exponential', 'linear'].includes(o.mode)) {
    throw new ArgumentError(`${name}: expected mode 'exponential' or 'linear', but got ${shown(o.mode)}`);
  }
}

const batchSizeDefaults = {
  trainDataloaders: null,
  datamodule: null,
  mode: 'power',
  stepsPerTrial: 3,
  initVal: 2,
  maxTrials: 25,
  batchArgName: 'batchSize',
} satisfies Defaults<ScaleBatchSizeOptions>;

const batchSizeKinds: kinds.Kinds<ScaleBatchSizeOptions & OfModel> = {
  model: kinds.instance(LightningModule),
  datamodule: runKinds.datamodule,
  mode: kinds.oneOf('power', 'binsearch'),
  stepsPerTrial: kinds.whole(1),
  initVal: kinds.whole(1),
  maxTrials: kinds.whole(1),
  batchArgName: kinds.text,
};

/** Finds settings of a module with short runs: `const finder = await new Tuner(trainer).lrFind(model, loader)`. */
export class Tuner {
  readonly trainer: Trainer;

  constructor(...args: Arguments<{ trainer: Trainer }, ['trainer']>) {
    const trainer = kinds.instance(Trainer);
    this.trainer = parseArgs<{ trainer: Trainer }>('Tuner', ['trainer'], {}, args, { trainer }).trainer;
  }

  /** Trains with growing learning rates, then restores the weights. */
  lrFind(
    model: LightningModule,
    ...args: [options?: LrFindOptions] | [Loaders | LightningDataModule | null, options?: LrFindOptions]
  ): Promise<LRFinder>;
  lrFind(named: LrFindOptions & OfModel): Promise<LRFinder>;
  async lrFind(...args: unknown[]): Promise<LRFinder> {
    const name = 'Tuner.lrFind';
    const { model, ...o } = parseArgs<LrFindOptions & OfModel>(name, ['model'], lrFindDefaults, args, lrFindKinds);
    expectRange(name, o);
    const names = o.attrName === '' ? ['lr', 'learningRate'] : [o.attrName];
    const holders = o.updateAttr ? holdersOf([model], names) : null;
    if (o.updateAttr && !holders) {
      throw new ArgumentError(
        `Tuner.lrFind: expected ${model.constructor.name} or its hparams to hold '${o.attrName || 'lr'}' to set, but it does not; name another by attrName, or set updateAttr: false`,
      );
    }
    const finder = new LRFinder(o.mode, o.minLr, o.maxLr, o.numTraining);
    const search = new Search(finder, o.earlyStopThreshold);
    await this.#trial(model, o.trainDataloaders, o.datamodule, o.numTraining, [search]);
    const suggested = finder.suggestion();
    if (suggested !== null) holders?.set(suggested);
    return finder;
  }

  /** Finds the largest batch size that fits in memory, and sets it on the module. */
  scaleBatchSize(
    model: LightningModule,
    ...args: [options?: ScaleBatchSizeOptions] | [Loaders | LightningDataModule | null, options?: ScaleBatchSizeOptions]
  ): Promise<number>;
  scaleBatchSize(named: ScaleBatchSizeOptions & OfModel): Promise<number>;
  async scaleBatchSize(...args: unknown[]): Promise<number> {
    const name = 'Tuner.scaleBatchSize';
    const { model, ...o } = parseArgs<ScaleBatchSizeOptions & OfModel>(
      name,
      ['model'],
      batchSizeDefaults,
      args,
      batchSizeKinds,
    );
    const holders = holdersOf([model, o.datamodule], [o.batchArgName]);
    if (!holders || o.trainDataloaders !== null) {
      throw new ArgumentError(
        `Tuner.scaleBatchSize: expected trainDataloader() of a module or data module that takes '${o.batchArgName}' of it, but got ${holders ? 'a loader, whose size is settled' : 'none'}`,
      );
    }
    const fits = async (size: number): Promise<boolean> => {
      holders.set(size);
      try {
        await this.#trial(model, null, o.datamodule, o.stepsPerTrial, []);
        return true;
      } catch (error) {
        if (error instanceof OutOfMemoryError) return false;
        throw error;
      }
    };
    let [low, high] = [0, Infinity];
    let size = o.initVal;
    for (let trial = 0; trial < o.maxTrials && high - low > 1; trial++) {
      if (await fits(size)) low = size;
      else high = size;
      if (high < Infinity && o.mode === 'power') break;
      size = high === Infinity ? size * 2 : Math.floor((low + high) / 2);
    }
    if (low === 0)
      throw new OutOfMemoryError(
        `Tuner.scaleBatchSize: expected batches of ${o.initVal} to fit into memory, but they do not`,
      );
    holders.set(low);
    return low;
  }

  /** Trains for some steps, then restores weights and random number states. */
  async #trial(
    model: LightningModule,
    loaders: Loaders | LightningDataModule | null,
    datamodule: LightningDataModule | null,
    steps: number,
    callbacks: Callback[],
  ): Promise<void> {
    const { accumulateGradBatches, gradientClipVal, gradientClipAlgorithm } = this.trainer;
    const kept = new KeptState();
    const trial = new Trainer({
      maxSteps: steps,
      accumulateGradBatches,
      gradientClipVal,
      gradientClipAlgorithm,
      limitValBatches: 0,
      logger: false,
      enableCheckpointing: false,
      enableProgressBar: false,
      callbacks: [kept, ...callbacks],
    });
    const generator = defaultGenerator();
    const before = generator.getState();
    try {
      await trial.fit(model, loaders, { datamodule });
    } finally {
      kept.putBack(model);
      model.zeroGrad();
      generator.setState(before);
    }
  }
}

/** Where the first of the attributes that any owner has is kept: in owners themselves, in their hparams, or in both. */
function holdersOf(
  owners: readonly (LightningModule | LightningDataModule | null)[],
  names: readonly string[],
): Holders | null {
  const places = owners.flatMap((owner) => (owner === null ? [] : [owner, owner.hparams]));
  for (const name of names) {
    const holders = places.filter((place) => name in place);
    if (holders.length > 0)
      return { set: (value) => holders.forEach((holder) => void Reflect.set(holder, name, value)) };
  }
  return null;
}

/** Sets an attribute in all places that have it, as Lightning does: a stale copy would be read, logged or saved. */
interface Holders {
  set(value: number): void;
}
