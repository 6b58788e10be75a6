// Validation and testing: passes without gradients, whose values are reduced over all batches.
import { ArgumentError } from '../../../torch';
import { flush, type Module } from '../../../torch/inside';
import { readAll } from '../connector';
import { Fetcher, type Loader, lengthOf, limitOf, severalLoaders, warnOfShuffling } from '../loaders';
import { BatchProgress } from '../progress';
import { Results, type Shown } from '../results';
import { transferred, withoutGrad } from './batches';
import { evaluationTable } from './evaluation-table';
import type { EvaluationRun } from './run';

type EvaluationStage = 'Validation' | 'Test';

/** Saves the train/eval mode of each module, so that submodules that were in evaluation mode stay in it. */
export class ModuleModes {
  #modes: [Module, boolean][] = [];

  capture(module: Module): void {
    this.#modes = module.modules().map((each) => [each, each.training]);
  }

  restore(): void {
    for (const [module, training] of this.#modes) module.training = training;
  }
}

export class EvaluationLoop {
  readonly batchProgress = new BatchProgress();
  readonly results = new Results(false);
  /** The number of batches of each loader. */
  maxBatches: number[] = [];
  loaders: Loader[] | null = null;
  #modes = new ModuleModes();
  #source: unknown = null;
  /** The number of batches of each loader over all passes; rows logged by step use it as their step. */
  #seen: number[] = [];

  /** @param within whether the loop runs inside a fit */
  constructor(
    private readonly trainer: EvaluationRun,
    readonly stage: EvaluationStage,
    private readonly within: boolean,
  ) {}

  get #limits(): number[] {
    const { trainer } = this;
    return trainer.sanityChecking
      ? this.maxBatches.map((batches) => Math.min(trainer.numSanityValSteps, batches))
      : this.maxBatches;
  }

  #hook(name: string): string {
    return `on${this.stage}${name}`;
  }

  get #stepName(): 'validationStep' | 'testStep' {
    return this.stage === 'Test' ? 'testStep' : 'validationStep';
  }

  /** Sets the loaders. Inside a fit, this happens only once, unless `reload` is set. */
  async setupData(source: unknown, reload = false): Promise<void> {
    const { trainer, stage } = this;
    if (this.within && this.loaders && !reload) return;
    const testing = stage === 'Test';
    const limit = testing ? trainer.limitTestBatches : trainer.limitValBatches;
    const given = source ?? (await trainer.requestLoaders(testing ? 'testDataloader' : 'valDataloader'));
    this.#source = given;
    if (limit === 0 || !trainer.lightningModule[this.#stepName]) return;
    const name = testing ? 'testDataloaders' : 'valDataloaders';
    const loaders = severalLoaders(name, given);
    for (const loader of loaders) warnOfShuffling(testing ? 'testDataloader' : 'valDataloader', loader);
    const option = testing ? 'limitTestBatches' : 'limitValBatches';
    this.maxBatches = loaders.map((loader) => limitOf(option, lengthOf(loader), limit));
    const empty = loaders.findIndex((loader) => lengthOf(loader) === 0);
    if (empty >= 0) {
      throw new ArgumentError(
        `Trainer.${trainer.state.fn}: expected ${name} to give batches, but ${loaders.length > 1 ? `number ${empty}` : 'it'} is empty; look at its data set and batchSize, or leave it out`,
      );
    }
    this.loaders = loaders;
    this.#seen = loaders.map(() => 0);
  }

  /** Whether the loop was given loaders or a data module. */
  get hasSource(): boolean {
    return this.#source !== null && this.#source !== undefined;
  }

  /** One pass through all loaders. Returns the logged values of each. */
  async run(): Promise<Record<string, number>[]> {
    const { trainer } = this;
    const { hooks, connector } = trainer;
    const limits = this.#limits;
    if (!this.loaders || limits.reduce((sum, batches) => sum + batches, 0) === 0) return [];
    this.batchProgress.resetOnRun();
    const fetchers = this.loaders.map((loader, i) => () => new Fetcher(loader, limits[i]!));
    // The pass of the first loader begins immediately, as in PyTorch; the passes of the others begin when their turn
    // comes.
    let fetcher = fetchers[0]!();
    this.#modes.capture(trainer.lightningModule);
    const outputs: Record<string, Shown>[] = [];
    try {
      await hooks.module(this.stage === 'Test' ? 'onTestModelEval' : 'onValidationModelEval');
      await withoutGrad(() => hooks.both(this.#hook('Start') as 'onTestStart'));
      await hooks.both(this.#hook('EpochStart') as 'onTestEpochStart');
      for (let index = 0; index < fetchers.length; index++) {
        if (index > 0) fetcher = fetchers[index]!();
        await this.#pass(fetcher, index);
        await connector.epochEndReached();
        outputs.push(connector.updateEvalEpoch());
      }
      return await this.#end(outputs);
    } catch (error) {
      this.results.dataloaderIdx = null;
      connector.resetResults();
      this.#modes.restore();
      throw error;
    } finally {
      await fetcher.close();
    }
  }

  async #pass(fetcher: Fetcher, index: number): Promise<void> {
    const dataloaderIdx = this.loaders!.length > 1 ? index : null;
    for (let batchIdx = 0; ; batchIdx++) {
      const next = await this.trainer.fetched(fetcher);
      if (next.done) return;
      this.batchProgress.isLastBatch = fetcher.isDone && index === this.loaders!.length - 1;
      await this.#step(next.value, batchIdx, dataloaderIdx);
      this.trainer.throwIfInterrupted();
    }
  }

  async #step(given: unknown, batchIdx: number, dataloaderIdx: number | null): Promise<void> {
    const { trainer, batchProgress } = this;
    const { hooks, connector } = trainer;
    const batch = await transferred(trainer, given, dataloaderIdx ?? 0);
    const args = dataloaderIdx === null ? [batch, batchIdx] : [batch, batchIdx, dataloaderIdx];
    batchProgress.increment('ready');
    connector.startBatch(batch, dataloaderIdx);
    await hooks.both(this.#hook('BatchStart') as 'onTestBatchStart', args);
    batchProgress.increment('started');
    const output = await withoutGrad(() => hooks.module(this.#stepName, args));
    batchProgress.increment('processed');
    await hooks.both(this.#hook('BatchEnd') as 'onTestBatchEnd', [output, ...args]);
    connector.endBatch();
    // Submit the work of this batch, since nothing else does.
    flush();
    batchProgress.increment('completed');
    if (!trainer.sanityChecking) connector.updateEvalStep(this.#seen[dataloaderIdx ?? 0]!++);
  }

  async #end(outputs: Record<string, Shown>[]): Promise<Record<string, number>[]> {
    const { trainer } = this;
    const { hooks, connector } = trainer;
    await connector.epochEndReached();
    this.results.dataloaderIdx = null;
    await hooks.both(this.#hook('EpochEnd') as 'onTestEpochEnd');
    await connector.endEpoch();
    const last = connector.updateEvalEpoch();
    const all = Object.assign({}, ...outputs, last) as Record<string, Shown>;
    for (const output of outputs) Object.assign(output, last);
    if (!trainer.sanityChecking) connector.logMetrics(all);
    await hooks.both(this.#hook('End') as 'onTestEnd');
    connector.resetResults();
    const undo = this.stage === 'Test' ? 'onTestModelTrain' : 'onValidationModelTrain';
    if (trainer.lightningModule[undo]) await hooks.module(undo);
    else this.#modes.restore();
    await trainer.drainIfShown();
    if (this.within) return [];
    const numbers = await Promise.all(
      outputs.map(async (output) => {
        const values = await readAll(Object.values(output));
        return Object.fromEntries(Object.keys(output).map((name, i) => [name, values[i]!]));
      }),
    );
    if (trainer.isVerbose && numbers.some((values) => Object.keys(values).length > 0)) {
      trainer.print(evaluationTable(this.stage === 'Test' ? 'Test' : 'Validate', numbers));
    }
    return numbers;
  }
}
