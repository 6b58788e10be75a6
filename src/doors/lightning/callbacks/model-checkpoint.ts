// ModelCheckpoint: keeps the best checkpoints by a metric, and the last one.

import { ArgumentError } from '../../../torch';
import { type Arguments, kinds, objectAt, parseArgs, shown } from '../../../torch/inside';
import { join, normalized } from '../../tensorboard/local-files';
import { scoreTensor } from '../checkpointing';
import { readAll } from '../connector';
import { exists, namesIn, remove } from '../files';
import { Callback, record, stateIn, stateKeyOf } from '../hooks';
import { InterruptedError } from '../interrupts';
import type { LightningModule } from '../module';
import { trainerKind } from '../optimization';
import { type Duration, secondsOf } from '../options';
import { pythonFixed } from '../python-format';
import type { Trainer } from '../trainer';
import { checkpointName } from './checkpoint-name';

/** Overrides for the name of a checkpoint; null uses the callback's options. */
interface NameOptions {
  filename?: string | null;
  /** The version to append if the name is taken. */
  ver?: number | null;
  /** The beginning of every name. */
  prefix?: string | null;
}

interface NameArguments extends NameOptions {
  metrics: Readonly<Record<string, number>>;
}

/** Options of ModelCheckpoint. */
export interface ModelCheckpointOptions {
  /** A folder; in a page the name of a checkpoint store. Default: `checkpoints` in the logger's folder. */
  dirpath?: string | null;
  /** A pattern for file names, such as `'{epoch:02d}-{val_loss:.2f}'`. Default: `'{epoch}-{step}'`. */
  filename?: string | null;
  /** The metric that checkpoints are compared by. Without one, the latest checkpoint is kept. */
  monitor?: string | null;
  verbose?: boolean;
  /** Whether to keep `last.ckpt`, too. Default: false. */
  saveLast?: boolean | 'link' | null;
  /** How many checkpoints to keep; -1 for all, 0 for none. Default: 1. */
  saveTopK?: number;
  /** Whether to save a checkpoint if training fails. Default: false. */
  saveOnException?: boolean;
  /** Whether to leave out optimizers, schedulers and callbacks. Default: false. */
  saveWeightsOnly?: boolean;
  mode?: 'min' | 'max';
  /** Whether to put the names of metrics before their values in file names. Default: true. */
  autoInsertMetricName?: boolean;
  /** After how many steps a checkpoint is written. */
  everyNTrainSteps?: number | null;
  /** After what time a checkpoint is written. */
  trainTimeInterval?: Duration | null;
  /** After how many epochs a checkpoint is written. */
  everyNEpochs?: number | null;
  /**
   * Whether to save at the end of training epochs rather than of validation. Default: true if validation runs once per
   * epoch.
   */
  saveOnTrainEpochEnd?: boolean | null;
  /** Whether to save under a name with `-v1` if the file already exists. Default: true. */
  enableVersionCounter?: boolean;
}

const LAST = 'last';
const ENDING = '.ckpt';

/** Saves checkpoints during training, and keeps the best ones by a logged metric. */
export class ModelCheckpoint extends Callback {
  readonly monitor: string | null;
  readonly mode: 'min' | 'max';
  readonly saveTopK: number;
  dirpath: string | null;
  bestModelPath = '';
  bestModelScore: number | null = null;
  lastModelPath = '';
  currentScore: number | null = null;
  /** The scores of the kept files, by path. */
  bestKModels: Record<string, number> = {};
  kthBestModelPath = '';
  kthValue: number;
  readonly #o: Required<ModelCheckpointOptions>;
  readonly #everyNTrainSteps: number;
  readonly #everyNEpochs: number;
  readonly #seconds: number | null;
  #lastStepSaved = 0;
  #lastSaved = '';
  #lastTime: number | null = null;
  /** Whether saving waits for the validation after this batch, because only that logs the metric. */
  #isDeferred = false;

  /** @throws ArgumentError if options exclude each other */
  constructor(...args: [options?: ModelCheckpointOptions] | [string | null, options?: ModelCheckpointOptions]) {
    super();
    const o = parseArgs<ModelCheckpointOptions>(
      'ModelCheckpoint',
      [],
      {
        dirpath: null,
        filename: null,
        monitor: null,
        verbose: false,
        saveLast: null,
        saveTopK: 1,
        saveOnException: false,
        saveWeightsOnly: false,
        mode: 'min',
        autoInsertMetricName: true,
        everyNTrainSteps: null,
        trainTimeInterval: null,
        everyNEpochs: null,
        saveOnTrainEpochEnd: null,
        enableVersionCounter: true,
      },
      args,
      {
        dirpath: kinds.orNull(kinds.text),
        filename: kinds.orNull(kinds.text),
        monitor: kinds.orNull(kinds.text),
        saveLast: kinds.oneOf(true, false, 'link', null),
        everyNTrainSteps: kinds.orNull(kinds.whole(0)),
        everyNEpochs: kinds.orNull(kinds.whole(0)),
        saveOnTrainEpochEnd: kinds.orNull(kinds.flag),
      },
    ) as Required<ModelCheckpointOptions>;
    this.#o = o;
    this.monitor = o.monitor;
    this.mode = o.mode;
    this.saveTopK = o.saveTopK;
    this.dirpath = o.dirpath === null ? null : normalized(o.dirpath);
    this.kthValue = o.mode === 'min' ? Infinity : -Infinity;
    this.#seconds =
      o.trainTimeInterval === null ? null : secondsOf('ModelCheckpoint: trainTimeInterval', o.trainTimeInterval);
    const none = o.everyNTrainSteps === null && o.everyNEpochs === null && o.trainTimeInterval === null;
    this.#everyNTrainSteps = o.everyNTrainSteps ?? 0;
    this.#everyNEpochs = none ? 1 : (o.everyNEpochs ?? 0);
    this.#validate();
  }

  #validate(): void {
    const { mode, monitor, saveTopK } = this;
    if (!['min', 'max'].includes(mode)) {
      throw new ArgumentError(`ModelCheckpoint: expected mode 'min' or 'max', but got ${shown(mode)}`);
    }
    if (!(Number.isInteger(saveTopK) && saveTopK >= -1)) {
      throw new ArgumentError(`ModelCheckpoint: expected a whole saveTopK ≥ -1, but got ${shown(saveTopK)}`);
    }
    const triggers = [this.#everyNTrainSteps >= 1, this.#everyNEpochs >= 1, this.#seconds !== null];
    if (triggers.filter(Boolean).length > 1) {
      throw new ArgumentError(
        'ModelCheckpoint: expected one of everyNTrainSteps, everyNEpochs and trainTimeInterval, but got several; use a ModelCheckpoint for each',
      );
    }
    if (monitor === null && ![-1, 0, 1].includes(saveTopK)) {
      throw new ArgumentError(
        `ModelCheckpoint: expected a monitor to tell the best ${saveTopK} by, but got none; give monitor: 'val_loss', a name that is logged`,
      );
    }
  }

  override get stateKey(): string {
    return stateKeyOf('ModelCheckpoint', {
      monitor: this.monitor,
      mode: this.mode,
      every_n_train_steps: this.#everyNTrainSteps,
      every_n_epochs: this.#everyNEpochs,
      train_time_interval: this.#seconds,
    });
  }

  override get isMonitoring(): boolean {
    return true;
  }

  override setup(trainer: Trainer): void {
    this.dirpath ??= folderOf(trainer);
  }

  override onTrainStart(_trainer: Trainer, _module: LightningModule): void {
    this.#lastTime = performance.now();
  }

  override async onTrainBatchEnd(trainer: Trainer, module: LightningModule): Promise<void> {
    const isSkipped = this.#skips(trainer);
    const byStep = this.#everyNTrainSteps >= 1 && trainer.globalStep % this.#everyNTrainSteps === 0;
    const now = performance.now();
    const byTime = this.#seconds !== null && this.#lastTime !== null && now - this.#lastTime >= this.#seconds * 1000;
    if (!byStep && !byTime) return;
    if (byTime) this.#lastTime = now;
    const names = trainer.connector.callbackMetrics;
    if (this.monitor !== null && !(this.monitor in names) && !isOwn(this.monitor)) {
      this.#isDeferred = true;
      return;
    }
    const waits =
      module.automaticOptimization &&
      this.monitor !== null &&
      !this.#savesOnTrainEpochEnd(trainer) &&
      trainer.isLastBatch &&
      trainer.fitLoop.epochLoop.shouldValidateEpoch();
    if (waits) {
      this.#isDeferred = true;
      return;
    }
    if (isSkipped) return;
    await this.#saveAll(trainer);
  }

  override async onTrainEpochEnd(trainer: Trainer, _module: LightningModule): Promise<void> {
    if (this.#skips(trainer) || !this.#savesOnTrainEpochEnd(trainer)) return;
    await this.#saveEpoch(trainer);
  }

  override async onValidationEnd(trainer: Trainer, _module: LightningModule): Promise<void> {
    if (this.#skips(trainer) || this.#savesOnTrainEpochEnd(trainer)) return;
    if (this.#isDeferred) {
      this.#isDeferred = false;
      await this.#saveAll(trainer);
      return;
    }
    await this.#saveEpoch(trainer);
  }

  async #saveEpoch(trainer: Trainer): Promise<void> {
    const candidates = await this.#candidates(trainer);
    if (this.#everyNEpochs >= 1 && (trainer.currentEpoch + 1) % this.#everyNEpochs === 0) {
      await this.#saveBest(trainer, candidates);
    }
    if (this.#lastStepSaved === trainer.globalStep) await this.#saveLast(trainer, candidates);
  }

  async #saveAll(trainer: Trainer): Promise<void> {
    const candidates = await this.#candidates(trainer);
    await this.#saveBest(trainer, candidates);
    await this.#saveLast(trainer, candidates);
  }

  override async onException(trainer: Trainer, _module: LightningModule, error: Error): Promise<void> {
    const asked = error instanceof InterruptedError && Boolean(this.#o.saveLast);
    if (!(this.#o.saveOnException || asked) || this.#skips(trainer)) return;
    const candidates = await this.#candidates(trainer);
    if (this.#o.saveOnException) await this.#save(trainer, this.formatCheckpointName(candidates));
    await this.#saveLast(trainer, candidates);
  }

  override async onTrainEnd(trainer: Trainer, _module: LightningModule): Promise<void> {
    if (this.#o.saveLast && !this.#lastSaved && !this.#skips(trainer)) {
      await this.#saveLast(trainer, await this.#candidates(trainer));
    }
  }

  /** Nothing is saved outside training, and no step is saved twice. */
  #skips(trainer: Trainer): boolean {
    return (
      trainer.fastDevRun > 0 ||
      trainer.state.fn !== 'fit' ||
      trainer.sanityChecking ||
      this.#lastStepSaved === trainer.globalStep
    );
  }

  #savesOnTrainEpochEnd(trainer: Trainer): boolean {
    if (this.#o.saveOnTrainEpochEnd !== null) return this.#o.saveOnTrainEpochEnd;
    if (trainer.checkValEveryNEpoch !== 1) return false;
    const batches = trainer.enableValidation ? trainer.numValBatches.reduce((sum, each) => sum + each, 0) : 0;
    return batches === 0 || trainer.valCheckInterval === null;
  }

  async #candidates(trainer: Trainer): Promise<Record<string, number>> {
    const shownNow = trainer.connector.callbackMetrics;
    const values = await readAll(Object.values(shownNow));
    const candidates = Object.fromEntries(Object.keys(shownNow).map((name, i) => [name, values[i]!]));
    return { epoch: trainer.currentEpoch, step: trainer.globalStep, ...candidates };
  }

  async #saveBest(trainer: Trainer, candidates: Record<string, number>): Promise<void> {
    if (this.saveTopK === 0) return;
    if (this.monitor === null) return this.#saveLatest(trainer, candidates);
    const found = candidates[this.monitor];
    if (found === undefined) {
      if (trainer.connector.isLost(this.monitor)) return;
      throw new ArgumentError(
        `ModelCheckpoint: expected the metric '${this.monitor}' to be logged, but there are only ${Object.keys(candidates).join(', ')}; log it in validationStep, or monitor another`,
      );
    }
    // Scores are kept as float32.
    const score = Math.fround(found);
    if (this.#isAmongBest(score)) await this.#saveScored(trainer, candidates, score);
    else if (this.#o.verbose) {
      trainer.say(
        `Epoch ${candidates.epoch}, global step ${candidates.step}: '${this.monitor}' was not in top ${this.saveTopK}`,
      );
    }
  }

  #isAmongBest(score: number): boolean {
    if (this.saveTopK === -1 || Object.keys(this.bestKModels).length < this.saveTopK) return true;
    const worst = this.bestKModels[this.kthBestModelPath]!;
    return this.mode === 'min' ? score < worst : score > worst;
  }

  async #saveLatest(trainer: Trainer, candidates: Record<string, number>): Promise<void> {
    const path = await this.#freePath(candidates, this.bestModelPath);
    const previous = this.bestModelPath;
    this.bestModelPath = path;
    await this.#save(trainer, path);
    if (this.saveTopK === 1) await this.#discard(trainer, previous, path);
  }

  async #saveScored(trainer: Trainer, candidates: Record<string, number>, given: number): Promise<void> {
    const count = Object.keys(this.bestKModels).length;
    const k = this.saveTopK === -1 ? count + 1 : this.saveTopK;
    const discarded = count === k && k > 0 ? this.kthBestModelPath : null;
    if (discarded !== null) delete this.bestKModels[discarded];
    const score = Number.isNaN(given) ? (this.mode === 'min' ? Infinity : -Infinity) : given;
    const path = await this.#freePath(candidates, discarded);
    this.currentScore = score;
    this.bestKModels[path] = score;
    const sign = this.mode === 'min' ? 1 : -1;
    // Among equal scores, the first is taken, as in Python.
    const pick = (better: (a: number, b: number) => boolean) =>
      Object.entries(this.bestKModels).reduce((best, each) => (better(sign * each[1], sign * best[1]) ? each : best));
    if (Object.keys(this.bestKModels).length === k) {
      [this.kthBestModelPath, this.kthValue] = pick((a, b) => a > b);
    }
    [this.bestModelPath, this.bestModelScore] = pick((a, b) => a < b);
    if (this.#o.verbose) {
      trainer.say(
        `Epoch ${candidates.epoch}, global step ${candidates.step}: '${this.monitor}' reached ${pythonFixed(score, 5)} (best ${pythonFixed(this.bestModelScore, 5)}), saving model to '${path}' as top ${k}`,
      );
    }
    await this.#save(trainer, path);
    if (discarded !== null) await this.#discard(trainer, discarded, path);
  }

  async #saveLast(trainer: Trainer, candidates: Record<string, number>): Promise<void> {
    if (!this.#o.saveLast) return;
    let path = this.formatCheckpointName(candidates, { filename: LAST });
    for (
      let version = 1;
      this.#o.enableVersionCounter && path !== this.lastModelPath && (await exists(path));
      version++
    ) {
      path = this.formatCheckpointName(candidates, { filename: LAST, ver: version });
    }
    const previous = this.lastModelPath;
    this.lastModelPath = path;
    await this.#save(trainer, path);
    await this.#discard(trainer, previous, path);
  }

  async #save(trainer: Trainer, path: string): Promise<void> {
    const { globalStep } = trainer;
    await trainer.saveCheckpoint(path, this.#o.saveWeightsOnly);
    this.#lastStepSaved = globalStep;
    this.#lastSaved = path;
  }

  /** Removes a file that a newer one replaces, unless the run started from that file. */
  async #discard(trainer: Trainer, previous: string, path: string): Promise<void> {
    if (previous === '' || previous === path || !previous.startsWith(`${this.dirpath}/`)) return;
    if (typeof trainer.ckptPath === 'string' && normalized(trainer.ckptPath) === normalized(previous)) return;
    await remove(previous);
  }

  async #freePath(candidates: Readonly<Record<string, number>>, discarded: string | null): Promise<string> {
    let path = this.formatCheckpointName(candidates);
    for (let version = 1; this.#o.enableVersionCounter && path !== discarded && (await exists(path)); version++) {
      path = this.formatCheckpointName(candidates, { ver: version });
    }
    return path;
  }

  /** The path of a checkpoint with these metrics. */
  formatCheckpointName(
    metrics: Readonly<Record<string, number>>,
    ...args: Arguments<NameOptions, ['filename', 'ver', 'prefix']>
  ): string;
  formatCheckpointName(named: NameArguments): string;
  formatCheckpointName(...args: unknown[]): string {
    const op = 'formatCheckpointName';
    const { metrics, filename, ver, prefix } = parseArgs<NameArguments>(
      op,
      ['metrics'],
      { filename: null, ver: null, prefix: null },
      objectAt(op, ['metrics', 'filename', 'ver', 'prefix'], 0, args),
      {
        metrics: record,
        filename: kinds.orNull(kinds.text),
        ver: kinds.orNull(kinds.whole(0)),
        prefix: kinds.orNull(kinds.text),
      },
    );
    const insertNames = this.#o.autoInsertMetricName;
    const stem = checkpointName(filename || this.#o.filename, metrics, { insertNames });
    const name = [...(prefix === null ? [] : [prefix]), stem, ...(ver === null ? [] : [`v${ver}`])].join('-');
    return join(this.dirpath ?? '', `${name}${ENDING}`);
  }

  /** The path of the last checkpoint; null if there is none. */
  async findLast(...args: Arguments<{ trainer: Trainer }, ['trainer']>): Promise<string | null> {
    const { trainer } = parseArgs<{ trainer: Trainer }>('findLast', ['trainer'], {}, args, {
      trainer: trainerKind,
    });
    const folder = this.dirpath ?? folderOf(trainer);
    if (this.lastModelPath !== '' && (await exists(this.lastModelPath))) return this.lastModelPath;
    const versions = (await namesIn(folder))
      .map((name) => /^last(?:-v(\d+))?\.ckpt$/.exec(name))
      .filter((m) => m !== null);
    const latest = versions.sort((a, b) => Number(b[1] ?? 0) - Number(a[1] ?? 0))[0];
    return latest ? join(folder, latest[0]) : null;
  }

  override stateDict(...none: []): Record<string, unknown> {
    parseArgs('ModelCheckpoint.stateDict', [], {}, none);
    const { bestKModels } = this;
    return {
      monitor: this.monitor,
      best_model_score: scoreTensor(this.bestModelScore),
      best_model_path: this.bestModelPath,
      current_score: scoreTensor(this.currentScore),
      dirpath: this.dirpath,
      best_k_models: Object.fromEntries(Object.entries(bestKModels).map(([path, score]) => [path, scoreTensor(score)])),
      kth_best_model_path: this.kthBestModelPath,
      kth_value: scoreTensor(this.kthValue),
      last_model_path: this.lastModelPath,
    };
  }

  override loadStateDict(given: Record<string, unknown>, ...none: []): void {
    const state = stateIn('ModelCheckpoint', [given, ...none]);
    this.bestModelPath = String(state.best_model_path ?? '');
    if (state.dirpath !== this.dirpath) return;
    this.bestModelScore = (state.best_model_score as number | null | undefined) ?? null;
    this.kthBestModelPath = String(state.kth_best_model_path ?? '');
    this.kthValue = Number(state.kth_value ?? this.kthValue);
    this.bestKModels = { ...(state.best_k_models as Record<string, number> | undefined) };
    this.lastModelPath = String(state.last_model_path ?? '');
  }
}

const isOwn = (name: string): boolean => name === 'epoch' || name === 'step';

/** The default folder for checkpoints, next to the logs. */
function folderOf(trainer: Trainer): string {
  const [logger] = trainer.loggers;
  if (!logger) return join(trainer.defaultRootDir, 'checkpoints');
  const version = typeof logger.version === 'string' ? logger.version : `version_${logger.version ?? 0}`;
  return join(logger.saveDir ?? trainer.defaultRootDir, logger.name ?? '', version, 'checkpoints');
}
