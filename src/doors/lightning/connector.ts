// Passes logged values to callbacks, loggers and the progress bar. Rows for loggers stay on the GPU and are read in
// bulk.
import { AutogradError, DeviceLostError, Tensor, tensor, where } from '../../torch';
import { withMode } from '../../torch/inside';
import type { Results, Shown } from './results';
import type { Trainer } from './trainer';

/** A row for the loggers whose values are still on the GPU. */
interface Row {
  readonly step: number;
  readonly metrics: Readonly<Record<string, Shown>>;
}

/** The maximum number of rows that wait to be read back. One more starts a read in the background. */
const MOST_ROWS = 256;

export class Connector {
  /** Null before a loop's first batch and after its last one; true at the first batch, false at the others. */
  firstLoopIter: boolean | null = null;
  #progBar: Record<string, Shown> = {};
  #logged: Record<string, Shown> = {};
  #callback: Record<string, Shown> = {};
  #currentFx: string | null = null;
  #rows: Row[] = [];
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #isReading = false;
  #readAt = 0;
  /** The first step whose loss was NaN, kept on the GPU; infinity if there was none. */
  #nanStep: Tensor | null = null;
  #nanSaid = false;
  #lossesSeen = false;
  /** Names whose values were lost with the device and have not been logged again. */
  #lost = new Set<string>();

  constructor(private readonly trainer: Trainer) {}

  get #results(): Results | null {
    return this.trainer.activeResults;
  }

  get #now() {
    return this.#results!.metrics(this.firstLoopIter !== null);
  }

  /** Whether a row is due at this step. */
  get shouldUpdateLogs(): boolean {
    const { trainer } = this;
    if (trainer.logEveryNSteps === 0) return false;
    return trainer.loggingStep % trainer.logEveryNSteps === 0 || trainer.shouldStop;
  }

  startBatch(batch: unknown, dataloaderIdx: number | null = null): void {
    this.firstLoopIter = this.firstLoopIter === null;
    this.#results!.startBatch(batch, dataloaderIdx);
  }

  /** If a hook logs for the first time in this epoch, resets its tensors. */
  beforeLog(fx: string): void {
    if (this.#currentFx !== fx && this.firstLoopIter !== false) this.#results!.resetTensors(fx);
    this.#currentFx = fx;
  }

  #update(): void {
    const { callback, log, progBar } = this.#now;
    Object.assign(this.#progBar, progBar);
    Object.assign(this.#callback, callback);
    Object.assign(this.#logged, log);
  }

  endBatch(): void {
    this.#update();
    this.#results!.endBatch();
  }

  /** Makes later reads return values of the epoch rather than of the step. */
  async epochEndReached(): Promise<void> {
    this.firstLoopIter = null;
    await this.#results!.settle();
  }

  async endEpoch(): Promise<void> {
    await this.#results!.settle();
    this.#update();
    this.#currentFx = null;
  }

  /** Adds a row with the values of this step, if one is due. */
  updateTrainStep(): void {
    const { trainer } = this;
    if (trainer.accumulates) return;
    if (this.shouldUpdateLogs || trainer.fastDevRun > 0) this.logMetrics(this.#now.log);
  }

  updateTrainEpoch(): void {
    this.logMetrics(this.#now.log);
    this.resetResults();
  }

  updateEvalStep(step: number): void {
    this.logMetrics(this.#now.log, step);
  }

  /** The values of a loader; empty during a sanity check. */
  updateEvalEpoch(): Record<string, Shown> {
    if (this.trainer.sanityChecking) return {};
    const { log } = this.#now;
    this.#update();
    return log;
  }

  /** Adds a row for the loggers. */
  logMetrics(metrics: Readonly<Record<string, Shown>>, step: number | null = null): void {
    const { trainer } = this;
    if (trainer.loggers.length === 0 || Object.keys(metrics).length === 0) return;
    Object.assign(this.#logged, metrics);
    const { step: own, ...rest } = metrics;
    const values = step === null && own !== undefined ? rest : metrics;
    const at = step ?? (typeof own === 'number' ? own : trainer.fitLoop.epochLoop.batchesThatStepped);
    const row =
      step === null && own === undefined ? { ...values, epoch: values.epoch ?? trainer.currentEpoch } : values;
    this.#rows.push({ step: at, metrics: row });
    if (this.#rows.length >= MOST_ROWS || this.#isAwaited) void this.drain().catch(() => undefined);
  }

  /** Whether a logger shows rows as they arrive, and its refresh interval has passed. */
  get #isAwaited(): boolean {
    const rates = this.trainer.loggers.flatMap(({ refreshRate }) => (refreshRate === undefined ? [] : [refreshRate]));
    return rates.length > 0 && !this.#isReading && performance.now() - this.#readAt >= 1000 * Math.min(...rates);
  }

  /** Adds a row of values from a callback. */
  note(metrics: Readonly<Record<string, number>>, forCallbacks = true): void {
    if (forCallbacks) Object.assign(this.#callback, metrics);
    this.#rows.push({ step: this.trainer.fitLoop.epochLoop.batchesThatStepped, metrics });
  }

  /** Records on the GPU the first step at which the loss was NaN. */
  sawLoss(loss: Tensor): void {
    this.#lossesSeen = true;
    withMode({ grad: false }, () => {
      this.#nanStep ??= tensor(Infinity, { dtype: 'float32' }).retain();
      const first = this.#nanStep;
      const now = this.trainer.fitLoop.totalBatchIdx;
      first.copy_(where(loss.isnan(), first.clampMax(now), first));
    });
  }

  /** Reads all waiting rows at once, and passes them to the loggers in order. */
  drain(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    const reading = Promise.all([readAll(rows.flatMap(({ metrics }) => Object.values(metrics))), this.#readNaN()]);
    this.#isReading = true;
    const over = () => {
      this.#isReading = false;
      this.#readAt = performance.now();
    };
    reading.then(over, over);
    const writing = this.#writing.then(async () => {
      const [values] = await reading;
      let next = 0;
      for (const { step, metrics } of rows) {
        const numbers = Object.fromEntries(Object.keys(metrics).map((name) => [name, values[next++]!]));
        for (const logger of this.trainer.loggers) await logger.logMetrics(numbers, step);
      }
    });
    this.#writing = writing.catch((error: unknown) => {
      // Rows lost with the device are not an error here: the listener for lost devices reports the loss once.
      if (!(error instanceof DeviceLostError)) this.#failure ??= error;
    });
    return this.#writing.then(() => {
      const failure = this.#failure;
      this.#failure = null;
      if (failure !== null) throw failure;
    });
  }

  async #readNaN(): Promise<void> {
    if (!this.#nanStep || !this.#lossesSeen || this.#nanSaid) return;
    this.#lossesSeen = false;
    const step = await this.#nanStep.item();
    if (step === Infinity || this.#nanSaid) return;
    this.#nanSaid = true;
    const message = `Trainer.fit: expected a finite loss, but it was NaN at step ${step}; a smaller learning rate, gradientClipVal or detectAnomaly: true may help`;
    if (this.trainer.detectAnomaly) throw new AutogradError(message);
    console.warn(message);
  }

  /** The values in the progress bar, as numbers. */
  async readProgBar(): Promise<Record<string, number>> {
    const shown = this.progressBarMetrics;
    const [values] = await Promise.all([readAll(Object.values(shown)), this.#readNaN()]);
    return Object.fromEntries(Object.keys(shown).map((name, i) => [name, values[i]!]));
  }

  get callbackMetrics(): Record<string, Shown> {
    if (this.#results) Object.assign(this.#callback, this.#now.callback);
    return this.#callback;
  }

  get loggedMetrics(): Record<string, Shown> {
    if (this.#results) Object.assign(this.#logged, this.#now.log);
    return this.#logged;
  }

  get progressBarMetrics(): Record<string, Shown> {
    if (this.#results) Object.assign(this.#progBar, this.#now.progBar);
    return this.#progBar;
  }

  /** Restores the values for callbacks and schedulers from a checkpoint. */
  loadCallbackMetrics(metrics: Readonly<Record<string, Shown>>): void {
    this.#callback = { ...metrics };
  }

  resetMetrics(): void {
    this.#progBar = {};
    this.#logged = {};
    this.#callback = {};
  }

  resetResults(): void {
    this.#results?.reset();
    this.firstLoopIter = null;
    this.#currentFx = null;
  }

  /** Resets everything at the start of a run. */
  reset(): void {
    this.resetResults();
    this.resetMetrics();
    this.#rows = [];
    this.#failure = null;
    this.#nanStep = null;
    this.#nanSaid = false;
    this.#lossesSeen = false;
    this.#lost.clear();
  }

  /** Whether a value is missing because its device was lost. */
  isLost(name: string): boolean {
    return this.#lost.has(name) && !(name in this.callbackMetrics);
  }

  /** Drops all values that were on a lost device. */
  forget(): void {
    this.#rows = [];
    this.#nanStep = null;
    for (const [name, value] of Object.entries(this.#callback)) if (typeof value !== 'number') this.#lost.add(name);
    const onHost = (shown: Record<string, Shown>) =>
      Object.fromEntries(Object.entries(shown).filter(([, value]) => typeof value === 'number'));
    this.#progBar = onHost(this.#progBar);
    this.#logged = onHost(this.#logged);
    this.#callback = onHost(this.#callback);
  }
}

/** Reads numbers and tensors as numbers, in one read-back. */
export async function readAll(values: readonly Shown[]): Promise<number[]> {
  const reads = new Map<Tensor, Promise<number>>();
  for (const value of values) {
    if (value instanceof Tensor && !reads.has(value)) reads.set(value, Promise.resolve(value.item()).then(Number));
  }
  return Promise.all(values.map((value) => (value instanceof Tensor ? reads.get(value)! : value)));
}

/** Values as one-element tensors, the form in which callbacks receive them. */
export const asTensors = (shown: Readonly<Record<string, Shown>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [
      name,
      value instanceof Tensor ? value : tensor(value, { dtype: 'float32' }),
    ]),
  );
