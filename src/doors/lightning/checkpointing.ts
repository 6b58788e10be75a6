// The contents of a checkpoint, in the format of Python's Lightning, and the restoration of a run or a module from it.

import {
  ArgumentError,
  type ByteSource,
  FileFormatError,
  type nn,
  type optim,
  StateDictError,
  Tensor,
  tensor,
} from '../../torch';
import { defaultGenerator, isPlainObject, kindOf, shown, toText, warnOnce } from '../../torch/inside';
import { attach } from './attachment';
import { asTensors, readAll } from './connector';
import { loadFile } from './files';
import type { FitLoopState } from './loops/fit-loop';
import type { LightningModule } from './module';
import type { ItemState, Shown } from './results';
import type { Trainer } from './trainer';

/** A path, an address, a `File`, or bytes; in a page also the folder and name of a checkpoint in the store. */
export type CheckpointSource = ByteSource;

/** The arguments with which a module was constructed, by name. */
export type Hyperparameters = Record<string, unknown>;

/** The argument of `saveHyperparameters`: some of the declared hyperparameters, or any object if none are declared. */
export type GivenHyperparameters<H> = string extends keyof H ? object : Partial<H>;

/** The version of Lightning whose checkpoint format is written. */
const VERSION = '2.6.0';

/** A checkpoint with Lightning's keys, and any entries that hooks have added. */
export interface Checkpoint extends Record<string, unknown> {
  epoch: number;
  global_step: number;
  'pytorch-lightning_version': string;
  state_dict: nn.StateDict;
  loops?: { fit_loop: FitLoopState } & Record<string, unknown>;
  callbacks?: Record<string, Record<string, unknown>>;
  optimizer_states?: optim.OptimizerStateDict[];
  lr_schedulers?: Record<string, unknown>[];
  hyper_parameters?: Hyperparameters;
  hparams_name?: string;
  /** Added by this library: the values logged so far in the current epoch, and random number states. */
  lamplight?: {
    results: Record<string, ItemState>;
    callback_metrics: Record<string, Tensor>;
    /** The state of the default generator, in base64. */
    generator: string;
    /** The results of `stateDict()` of the training loaders. */
    loaders: unknown[];
  };
}

/** The state of the whole run; with `weightsOnly`, only the module and the progress. */
export async function dumpCheckpoint(trainer: Trainer, weightsOnly: boolean): Promise<Checkpoint> {
  const { lightningModule: module, fitLoop } = trainer;
  const still = { state_dict: {}, batch_progress: trainer.predictLoop.batchProgress.stateDict() };
  const checkpoint: Checkpoint = {
    epoch: trainer.currentEpoch,
    global_step: trainer.globalStep,
    'pytorch-lightning_version': VERSION,
    state_dict: module.stateDict(),
    loops: {
      fit_loop: fitLoop.stateDict(),
      validate_loop: { state_dict: {}, batch_progress: trainer.validateLoop.batchProgress.stateDict() },
      test_loop: { state_dict: {}, batch_progress: trainer.testLoop.batchProgress.stateDict() },
      predict_loop: still,
    },
  };
  if (!weightsOnly) {
    const states = trainer.callbacks.map((callback) => [callback.stateKey, callback.stateDict?.() ?? {}] as const);
    checkpoint.callbacks = Object.fromEntries(states.filter(([, state]) => Object.keys(state).length > 0));
    checkpoint.optimizer_states = trainer.optimizers.map((optimizer) => optimizer.stateDict());
    if (trainer.mixed) checkpoint.MixedPrecision = trainer.mixed.scaler.stateDict();
    checkpoint.lr_schedulers = trainer.lrSchedulerConfigs.map(({ scheduler }) => scheduler.stateDict());
    checkpoint.lamplight = {
      results: fitLoop.epochLoop.results.stateDict(),
      callback_metrics: asTensors(trainer.connector.callbackMetrics),
      generator: toText(defaultGenerator().getState()),
      loaders: fitLoop.loaderStates(),
    };
  }
  for (const owner of [module, trainer.datamodule]) {
    if (!owner || Object.keys(owner.hparams).length === 0) continue;
    if (owner === module) {
      checkpoint.hparams_name = 'kwargs';
      checkpoint.hyper_parameters = { ...owner.hparams };
    } else {
      checkpoint.datamodule_hparams_name = 'kwargs';
      checkpoint.datamodule_hyper_parameters = { ...owner.hparams };
    }
  }
  const { datamodule } = trainer;
  const data = datamodule?.stateDict?.();
  if (data && Object.keys(data).length > 0) checkpoint[datamodule!.constructor.name] = data;
  if (!weightsOnly) await trainer.hooks.callbacks('onSaveCheckpoint', [checkpoint]);
  await trainer.hooks.module('onSaveCheckpoint', [checkpoint]);
  return checkpoint;
}

/** @throws FileFormatError if the file is not a Lightning checkpoint */
export async function readCheckpoint(source: unknown): Promise<Checkpoint> {
  const loaded: unknown = await loadFile(source);
  if (isPlainObject(loaded) && isPlainObject(loaded.state_dict)) return loaded as Checkpoint;
  const got = isPlainObject(loaded) ? `an object of ${shown(Object.keys(loaded))}` : kindOf(loaded);
  throw new FileFormatError(
    `ckptPath: expected a checkpoint of a Trainer, with state_dict, but got ${got}; load plain weights with model.loadStateDict(await torch.load(…))`,
  );
}

/** The file that `best`, `last` or a path refers to; null to keep the current weights. */
export async function chosenCheckpoint(trainer: Trainer, given: unknown, hasModule: boolean): Promise<unknown> {
  const fitting = trainer.state.fn === 'fit';
  const callback = trainer.checkpointCallback;
  if (given === null || given === undefined) {
    // As in Lightning, a trainer that tests its own model loads its best checkpoint.
    if (hasModule || fitting || !callback?.bestModelPath) return null;
    return callback.bestModelPath;
  }
  if (given === 'best') {
    if (callback?.bestModelPath) return callback.bestModelPath;
    throw new ArgumentError(
      `Trainer.${trainer.state.fn}: expected a ModelCheckpoint that has saved for ckptPath: 'best', but there is none; fit first, or name a file`,
    );
  }
  if (given === 'last') {
    const paths = await Promise.all(trainer.checkpointCallbacks.map((each) => each.findLast(trainer)));
    const found = paths.find((path) => path !== null) ?? null;
    if (found === null) {
      warnOnce("ckptPath: 'last' was given, but there is no last checkpoint yet, so none is loaded.");
    }
    return found;
  }
  return given;
}

/** Restores the module, callbacks and data module from a checkpoint. */
export async function restoreModule(trainer: Trainer, checkpoint: Checkpoint): Promise<void> {
  const { lightningModule: module } = trainer;
  if (trainer.state.fn === 'fit') {
    const known = new Set(trainer.callbacks.map(({ stateKey }) => stateKey));
    const missing = Object.keys(checkpoint.callbacks ?? {}).filter((key) => !known.has(key));
    if (missing.length > 0) {
      warnOnce(
        `Be aware that when using \`ckptPath\`, callbacks used to create the checkpoint need to be provided during \`Trainer\` instantiation. Please add the following callbacks: ${shown(missing)}.`,
      );
    }
  }
  await trainer.hooks.callbacks('onLoadCheckpoint', [checkpoint]);
  await trainer.hooks.module('onLoadCheckpoint', [checkpoint]);
  loadState(module, checkpoint.state_dict, module.strictLoading);
  const { datamodule } = trainer;
  const data = datamodule && checkpoint[datamodule.constructor.name];
  if (isPlainObject(data)) datamodule!.loadStateDict?.(data);
  if (trainer.state.fn !== 'fit') return;
  for (const callback of trainer.callbacks) {
    const state = checkpoint.callbacks?.[callback.stateKey];
    if (state) callback.loadStateDict?.(await asNumbers(state));
  }
}

function loadState(module: LightningModule, state: nn.StateDict, strict: boolean): void {
  try {
    module.loadStateDict(state, { strict });
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    throw new StateDictError(
      `${error.message}; the checkpoint is of another model: make the module with the saved hyperparameters, or set strictLoading = false`,
      { cause: error },
    );
  }
}

/** A state in which one-element tensors, as Lightning saves scores, are turned into numbers. */
async function asNumbers(state: Record<string, unknown>): Promise<Record<string, unknown>> {
  const read = async (value: unknown): Promise<unknown> => {
    if (value instanceof Tensor && value.ndim === 0) return (await readAll([value]))[0];
    if (!isPlainObject(value)) return value;
    if (Object.values(value).some((each) => each instanceof Tensor && each.ndim > 0)) return value;
    return asNumbers(value);
  };
  const entries = Object.entries(state).map(async ([key, value]) => [key, await read(value)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Restores progress, optimizers and schedulers from a checkpoint. Call this after the optimizers have been made. */
export function restoreTraining(trainer: Trainer, checkpoint: Checkpoint): void {
  const { fitLoop } = trainer;
  if (checkpoint.loops) fitLoop.loadStateDict(checkpoint.loops.fit_loop);
  if (trainer.currentEpoch > fitLoop.maxEpochs && fitLoop.maxEpochs !== -1) {
    throw new ArgumentError(
      `Trainer.fit: expected maxEpochs ≥ the ${trainer.currentEpoch} epochs of the checkpoint, but got ${fitLoop.maxEpochs}`,
    );
  }
  const { optimizer_states: optimizers, lr_schedulers: schedulers } = checkpoint;
  if (!optimizers || !schedulers) {
    throw new StateDictError(
      'Trainer.fit: expected a checkpoint with the states of optimizers and schedulers, but got weights only; load them with loadFromCheckpoint and fit without ckptPath',
    );
  }
  if (optimizers.length !== trainer.optimizers.length || schedulers.length !== trainer.lrSchedulerConfigs.length) {
    throw new StateDictError(
      `Trainer.fit: expected a checkpoint of ${trainer.optimizers.length} optimizers and ${trainer.lrSchedulerConfigs.length} schedulers, but got one of ${optimizers.length} and ${schedulers.length}`,
    );
  }
  trainer.optimizers.forEach((optimizer, i) => {
    optimizer.loadStateDict(optimizers[i]!);
  });
  if (trainer.mixed && isPlainObject(checkpoint.MixedPrecision)) {
    trainer.mixed.scaler.loadStateDict(checkpoint.MixedPrecision);
  }
  trainer.lrSchedulerConfigs.forEach(({ scheduler }, i) => {
    scheduler.loadStateDict(schedulers[i]!);
  });
  const { lamplight } = checkpoint;
  if (!lamplight) return;
  fitLoop.loadSources(lamplight.generator, lamplight.loaders);
  fitLoop.epochLoop.results.loadStateDict(lamplight.results);
  trainer.connector.loadCallbackMetrics(lamplight.callback_metrics as Record<string, Shown>);
}

/** Makes a module from a checkpoint's hyperparameters, and loads its weights. */
export async function loadWeights<M extends LightningModule>(
  source: CheckpointSource,
  own: Hyperparameters,
  make: (hparams: Hyperparameters | undefined) => M,
  strict: boolean | null,
): Promise<M> {
  const checkpoint = await readCheckpoint(source);
  const hparams = { ...(await asNumbers(checkpoint.hyper_parameters ?? {})), ...own };
  const module = make(Object.keys(hparams).length > 0 ? hparams : undefined);
  attach(module, null);
  await module.onLoadCheckpoint?.(checkpoint);
  loadState(module, checkpoint.state_dict, strict ?? module.strictLoading);
  return module;
}

/** A score as Lightning saves it. */
export const scoreTensor = (score: number | null): Tensor | null =>
  score === null ? null : tensor(score, { dtype: 'float32' });
