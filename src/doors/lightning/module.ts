// LightningModule: a module that defines its own training.

import { ArgumentError, type Device, type DeviceLike, nn, type optim, Tensor } from '../../torch';
import {
  type Arguments,
  callOf,
  expectKind,
  isPlainObject,
  kindOf,
  kinds,
  Module,
  objectAt,
  parseArgs,
  warnOnce,
  webgpu,
} from '../../torch/inside';
import { attachmentOf } from './attachment';
import type { Awaitable } from './awaitable';

import { type CheckpointSource, type GivenHyperparameters, type Hyperparameters, loadWeights } from './checkpointing';
import { type Callback, type ModuleHooks, record, type StepOutput } from './hooks';
import { type HyperparameterArguments, keptHyperparameters } from './hyperparameters';
import type { Loaders } from './loaders';
import { loggingOf } from './log-options';
import type { Logger } from './loggers/logger';
import { backwardOf, type LightningOptimizer, optimizerKind } from './optimization';
import type { OptimizersConfig, SchedulerLike } from './optimizers';
import { isMetric, type LoggedMetric, ofOne, type Reduction } from './results';
import type { Trainer } from './trainer';

/** Options of `log`; in `logDict` they apply to all values. */
export interface LogOptions {
  /** Whether to show the value in the progress bar. Default: false. */
  progBar?: boolean;
  /** Whether to pass the value to loggers. Default: true. */
  logger?: boolean;
  /** Whether to log the value of each step. Default: true in training steps, otherwise false. */
  onStep?: boolean | null;
  /** Whether to reduce the values over the epoch. Default: false in training steps, otherwise true. */
  onEpoch?: boolean | null;
  /** How values are reduced over the epoch. Default: the mean, weighted by batch size. */
  reduceFx?: Reduction | 'avg';
  /** Accepted as in Lightning, but has no effect: logged values never keep their graph. Default: false. */
  enableGraph?: boolean;
  /** Accepted, but has no effect: there is one device, so there is nothing to synchronise. Default: false. */
  syncDist?: boolean;
  /** Whether to append a suffix per loader to the name if there are several validation loaders. Default: true. */
  addDataloaderIdx?: boolean;
  /** The batch size, which is the weight in the mean. Default: the first dimension of the first tensor in the batch. */
  batchSize?: number | null;
  /** Accepted, but has no effect: there is one process. Default: false. */
  rankZeroOnly?: boolean;
}

/** What can be logged: a number, a one-element tensor, or a metric, which computes its own value over the epoch. */
export type Loggable = Tensor | number | LoggedMetric;

/** A single object, or a list if there are several. The type allows both `const opt = …` and `const [a, b] = …`. */
export type OneOrSeveral<T> = T & T[];

interface Named {
  name: string;
  value: Loggable;
}

const loggable: kinds.Kind = {
  words: 'a number, a tensor of one element or a metric',
  fits: (value) => ['number', 'boolean'].includes(typeof value) || value instanceof Tensor || isMetric(value),
};

const defaults = {
  progBar: false,
  logger: true,
  onStep: null,
  onEpoch: null,
  reduceFx: 'mean',
  enableGraph: false,
  syncDist: false,
  addDataloaderIdx: true,
  batchSize: null,
  rankZeroOnly: false,
} as const;

const logKinds = {
  name: kinds.text,
  value: loggable,
  onStep: kinds.orNull(kinds.flag),
  onEpoch: kinds.orNull(kinds.flag),
  batchSize: kinds.orNull(kinds.whole(0)),
};

type AnyOptimizer = optim.Optimizer<object> | LightningOptimizer;

type BackwardArguments = Parameters<Tensor['backward']>;

/** A loss given by name, with the options of `Tensor.backward`. */
type NamedLoss = { loss: Tensor } & Extract<BackwardArguments[0], { retainGraph?: unknown }>;

/** The loss to call `backward` on, and the arguments of that call. */
function lossIn(name: string, given: readonly unknown[]): { loss: Tensor; args: BackwardArguments } {
  const [first, ...others] = given;
  const named = given.length === 1 && isPlainObject(first) ? first : null;
  const { loss, ...options } = named ?? { loss: first };
  parseArgs<{ loss: unknown }>(name, ['loss'], {}, [{ loss }], { loss: kinds.instance(Tensor, 'a tensor') });
  const args = named ? (Object.keys(options).length > 0 ? [options] : []) : others;
  return { loss: loss as Tensor, args: args as BackwardArguments };
}

type LoadOptions = {
  /** Accepted because PyTorch has it, without effect: every tensor is on WebGPU. */ mapLocation?: DeviceLike | null;
  /** Whether names must be the same on both sides. */
  strict?: boolean | null;
} & Hyperparameters;

interface Clipping {
  optimizer: AnyOptimizer;
  /** The maximum norm, or the maximum absolute value of an element, of the gradients. Default: the trainer's. */
  gradientClipVal?: number | null;
  /** Whether the norm or each element is clipped. Default: the trainer's. */
  gradientClipAlgorithm?: 'norm' | 'value' | null;
}
const clippingOrder = ['optimizer', 'gradientClipVal', 'gradientClipAlgorithm'] as const;

const clippingOf = (name: string, args: readonly unknown[]): Required<Clipping> =>
  parseArgs<Clipping>(name, ['optimizer'], { gradientClipVal: null, gradientClipAlgorithm: null }, args, {
    optimizer: optimizerKind,
    gradientClipVal: kinds.orNull(kinds.between(0)),
    gradientClipAlgorithm: kinds.oneOf('norm', 'value', null),
  }) as Required<Clipping>;

/**
 * A module that defines its training: steps, optimizers, and hooks (see `ModuleHooks`). Any of them may be
 * asynchronous.
 *
 *     class Net extends LightningModule {
 *       fc = new nn.Linear(784, 10);
 *       forward(x: Tensor) { return this.fc(x.flatten(1)); }
 *       trainingStep([x, y]: [Tensor, Tensor]) {
 *         const loss = F.crossEntropy(this(x), y);
 *         this.log('train_loss', loss, { progBar: true });
 *         return loss;
 *       }
 *       configureOptimizers() { return new optim.Adam(this.parameters(), { lr: 1e-3 }); }
 *     }
 *     await new Trainer({ maxEpochs: 2 }).fit(new Net(), loader);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: hooks and steps that are not defined are not there.
export class LightningModule<H extends object = Hyperparameters> extends Module {
  /** Set this to false if `trainingStep` calls the optimizers itself. */
  automaticOptimization = true;
  /** An example input. If set, the summary shows the input and output sizes of each layer. */
  exampleInputArray: Tensor | readonly Tensor[] | null = null;
  /** Whether the keys of a loaded checkpoint must match those of the module. */
  strictLoading = true;
  /**
   * The hyperparameters saved by `saveHyperparameters`. Declare their type with the type argument of the class: `class
   * Net extends LightningModule<{ lr: number }>`.
   */
  hparams: H & Hyperparameters = {} as H & Hyperparameters;

  constructor();
  // When loading a checkpoint, a class without its own constructor is given the hyperparameters, too.
  constructor(..._given: unknown[]) {
    super();
  }

  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  override forward(..._args: any[]): unknown {
    throw new ArgumentError(
      `${this.constructor.name}: expected a forward method to be called, but there is none; define it`,
    );
  }

  /** @throws ArgumentError if no trainer is attached to the module */
  get trainer(): Trainer {
    const { trainer } = attachmentOf(this);
    if (trainer) return trainer;
    throw new ArgumentError(
      `${this.constructor.name}.trainer: expected the module to be in a trainer, but it is in none; call trainer.fit(model) first`,
    );
  }

  get currentEpoch(): number {
    return attachmentOf(this).trainer?.currentEpoch ?? 0;
  }

  /** The number of optimizer steps so far, over all optimizers. */
  get globalStep(): number {
    return attachmentOf(this).trainer?.globalStep ?? 0;
  }

  /** Always 0: there is only one process. */
  get globalRank(): number {
    return 0;
  }

  get localRank(): number {
    return 0;
  }

  get device(): Device {
    return webgpu;
  }

  get logger(): Logger | null {
    return attachmentOf(this).trainer?.logger ?? null;
  }

  get loggers(): readonly Logger[] {
    return attachmentOf(this).trainer?.loggers ?? [];
  }

  /**
   * Logs a value under a name: `this.log('val_loss', loss, { progBar: true })`. The value stays on the GPU until it is
   * shown.
   * @throws ArgumentError if the value has more than one element, if nothing can be logged here, or if the name was
   *   logged with other options
   */
  log(name: string, value: Loggable, options?: LogOptions): void;
  log(name: string, value: Loggable, progBar: boolean, options?: LogOptions): void;
  log(named: Named & LogOptions): void;
  log(...args: unknown[]): void {
    const given = parseArgs<Named & LogOptions>('log', ['name', 'value'], defaults, args, logKinds);
    const { name, value } = given;
    const reduceFx = given.reduceFx === 'avg' ? 'mean' : given.reduceFx;
    if (!['mean', 'sum', 'min', 'max'].includes(reduceFx)) {
      throw new ArgumentError(
        `log: expected reduceFx 'mean', 'sum', 'min' or 'max', but got ${kindOf(reduceFx)}; log a metric for a reduction of one's own`,
      );
    }
    const { trainer } = attachmentOf(this);
    if (!trainer) {
      warnOnce(
        'You are trying to `this.log()` but the module is in no trainer, most likely because it is called by itself. Nothing is logged.',
      );
      return;
    }
    if (name.includes('/dataloader_idx_')) {
      throw new ArgumentError(
        `log: expected a name without '/dataloader_idx_', which tells loaders apart by itself, but got '${name}'`,
      );
    }
    const checked = isMetric(value) ? value : ofOne(`'${name}'`, value);
    const { fx, onStep, onEpoch } = loggingOf(trainer.hooks.current, given.onStep, given.onEpoch);
    trainer.connector.beforeLog(fx);
    const { progBar, logger, addDataloaderIdx, batchSize } = given;
    trainer.activeResults!.log(
      { fx, name, progBar, logger, onStep, onEpoch, reduceFx, addDataloaderIdx },
      checked instanceof Tensor ? checked.detach().retain() : checked,
      batchSize,
    );
  }

  /**
   * Calls `log` for each entry: `this.logDict({ loss, acc: this.accuracy })`.
   * @param dictionary Values by their names.
   */
  logDict(
    dictionary: Readonly<Record<string, Loggable>>,
    ...options: [options?: LogOptions] | [boolean, options?: LogOptions]
  ): void;
  logDict(named: LogOptions & { dictionary: Readonly<Record<string, Loggable>> }): void;
  logDict(...args: unknown[]): void {
    const { dictionary, ...options } = parseArgs<LogOptions & { dictionary: unknown }>(
      'logDict',
      ['dictionary'],
      defaults,
      objectAt('logDict', ['dictionary', ...Object.keys(defaults)], 0, args),
      logKinds,
    );
    const entries: unknown = (dictionary as Readonly<Record<string, unknown>> | null | undefined)?.items;
    const pairs = isPlainObject(dictionary)
      ? Object.entries(dictionary as Record<string, Loggable>)
      : typeof entries === 'function'
        ? [...(Reflect.apply(entries, dictionary, []) as Iterable<[string, Loggable]>)]
        : null;
    if (!pairs) throw new ArgumentError(`logDict: expected an object of values, but got ${kindOf(dictionary)}`);
    for (const [name, value] of pairs) this.log(name, value, options as LogOptions);
  }

  /** Writes to the console, above the progress bar. */
  print(...values: unknown[]): void {
    const { trainer } = attachmentOf(this);
    if (trainer) trainer.print(...values);
    else console.log(...values);
  }

  /**
   * The optimizers, whose steps include the trainer's hooks: `const [g, d] = this.optimizers()`. If there is only one,
   * returns it alone.
   */
  optimizers(...none: []): OneOrSeveral<LightningOptimizer> {
    parseArgs('optimizers', [], {}, none);
    const { lightningOptimizers } = this.trainer;
    const [first, ...others] = lightningOptimizers;
    return (first && others.length === 0 ? first : [...lightningOptimizers]) as OneOrSeveral<LightningOptimizer>;
  }

  /** The schedulers, to be stepped manually in manual optimization; null if there are none. */
  lrSchedulers(...none: []): OneOrSeveral<SchedulerLike> | null {
    parseArgs('lrSchedulers', [], {}, none);
    const schedulers = this.trainer.lrSchedulerConfigs.map(({ scheduler }) => scheduler);
    if (schedulers.length === 0) return null;
    return (schedulers.length === 1 ? schedulers[0] : schedulers) as OneOrSeveral<SchedulerLike>;
  }

  /**
   * Computes gradients in manual optimization, and calls the hooks around it.
   * @throws ArgumentError in automatic optimization
   * @param loss The loss.
   */
  manualBackward(loss: Tensor, ...args: Parameters<Tensor['backward']>): Awaitable<unknown>;
  manualBackward(named: NamedLoss): Awaitable<unknown>;
  manualBackward(...given: unknown[]): Awaitable<unknown> {
    const { loss, args } = lossIn('manualBackward', given);
    if (this.automaticOptimization) {
      throw new ArgumentError(
        'manualBackward: expected this.automaticOptimization = false, but it is true; return the loss of trainingStep instead',
      );
    }
    return backwardOf(this.trainer, loss, args);
  }

  backward(/** The loss. */ loss: Tensor, ...args: Parameters<Tensor['backward']>): Awaitable<unknown>;
  backward(named: NamedLoss): Awaitable<unknown>;
  backward(...given: unknown[]): Awaitable<unknown> {
    const { loss, args } = lossIn('backward', given);
    loss.backward(...args);
    return undefined;
  }

  /**
   * Takes one optimizer step. Override this to do more.
   * @param optimizerClosure Computes the loss and its gradients.
   */
  optimizerStep(
    _epoch: number,
    _batchIdx: number,
    optimizer: LightningOptimizer,
    optimizerClosure: () => Awaitable<Tensor | null>,
  ): Awaitable<unknown> {
    return optimizer.step(optimizerClosure);
  }

  optimizerZeroGrad(_epoch: number, _batchIdx: number, optimizer: optim.Optimizer<object>): Awaitable<unknown> {
    optimizer.zeroGrad();
    return undefined;
  }

  /**
   * Steps a scheduler; `metric` is the monitored value for ReduceLROnPlateau, else null.
   * @param scheduler The schedule.
   * @param metric The value that a schedule or a choice goes by.
   */
  lrSchedulerStep(scheduler: SchedulerLike, metric: number | null): Awaitable<unknown> {
    const step = scheduler.step as (metric?: number) => unknown;
    return metric === null ? step.call(scheduler) : step.call(scheduler, metric);
  }

  configureGradientClipping(...args: Arguments<Clipping, typeof clippingOrder>): Awaitable<unknown> {
    const { optimizer, gradientClipVal, gradientClipAlgorithm } = clippingOf('configureGradientClipping', args);
    this.clipGradients(optimizer, { gradientClipVal, gradientClipAlgorithm });
    return undefined;
  }

  /** Clips the gradients of an optimizer's parameters. Options default to the trainer's. */
  clipGradients(...args: Arguments<Clipping, typeof clippingOrder>): void {
    const { optimizer, ...options } = clippingOf('clipGradients', args);
    const { trainer } = this;
    const value = options.gradientClipVal ?? trainer.gradientClipVal;
    if (value === null || value <= 0) return;
    const params = optimizer.paramGroups.flatMap((group) => group.params);
    if ((options.gradientClipAlgorithm ?? trainer.gradientClipAlgorithm) === 'value')
      nn.utils.clipGradValue_(params, value);
    else nn.utils.clipGradNorm_(params, value);
  }

  /** Disables gradients for all parameters except those of one optimizer, until `untoggleOptimizer`. */
  toggleOptimizer(...args: Arguments<{ optimizer: AnyOptimizer }, ['optimizer']>): void {
    const { optimizer } = parseArgs<{ optimizer: AnyOptimizer }>('toggleOptimizer', ['optimizer'], {}, args, {
      optimizer: optimizerKind,
    });
    const { toggled } = attachmentOf(this);
    const paramsOf = ({ paramGroups }: { readonly paramGroups: readonly { readonly params: readonly Tensor[] }[] }) =>
      paramGroups.flatMap(({ params }) => params);
    for (const each of this.trainer.optimizers) {
      for (const param of paramsOf(each)) {
        if (toggled.has(param)) continue;
        toggled.set(param, param.requiresGrad);
        param.requiresGrad_(false);
      }
    }
    for (const param of paramsOf(optimizer)) param.requiresGrad_(toggled.get(param) ?? true);
  }

  untoggleOptimizer(...args: Arguments<{ optimizer?: AnyOptimizer | null }, ['optimizer']>): void {
    parseArgs<{ optimizer?: AnyOptimizer | null }>('untoggleOptimizer', [], { optimizer: null }, args, {
      optimizer: kinds.orNull(optimizerKind),
    });
    const { toggled } = attachmentOf(this);
    for (const [param, requiresGrad] of toggled) param.requiresGrad_(requiresGrad);
    toggled.clear();
  }

  /** Disables gradients of all parameters, and switches to evaluation mode. */
  freeze(...none: []): void {
    parseArgs('freeze', [], {}, none);
    this.requiresGrad_(false);
    this.eval();
  }

  /** Reverts `freeze`. */
  unfreeze(...none: []): void {
    parseArgs('unfreeze', [], {}, none);
    this.requiresGrad_(true);
    this.train();
  }

  /**
   * Keeps the module's arguments in `hparams` and in checkpoints: `this.saveHyperparameters({ hidden, lr })` in the
   * constructor. Pass them as an object, since JavaScript cannot look up a constructor's arguments.
   *
   * @throws ArgumentError if the value is not an object
   * @param given The arguments.
   */
  saveHyperparameters(given: GivenHyperparameters<H>, ...args: HyperparameterArguments): void {
    this.hparams = { ...this.hparams, ...keptHyperparameters(given, args) };
  }

  /**
   * Makes a module of this class with the weights of a checkpoint, ours or Python's. The constructor is given the
   * checkpoint's hyperparameters as one object; hyperparameters among the options override them.
   *
   *     const net = await Net.loadFromCheckpoint('best.ckpt', { lr: 0.01 });
   *
   * @throws StateDictError if the checkpoint comes from a different model
   * @param checkpointPath The file of the checkpoint, or its bytes.
   */
  static async loadFromCheckpoint<M extends LightningModule>(
    this: new (
      hparams: never,
    ) => M,
    checkpointPath: CheckpointSource,
    options?: LoadOptions,
  ): Promise<M>;
  static async loadFromCheckpoint<M extends LightningModule>(
    this: new (
      hparams: never,
    ) => M,
    named: LoadOptions & { checkpointPath: CheckpointSource },
  ): Promise<M>;
  static async loadFromCheckpoint<M extends LightningModule>(
    this: new (
      hparams: never,
    ) => M,
    ...args: unknown[]
  ): Promise<M> {
    const name = 'loadFromCheckpoint';
    const [first, options = {}, ...others] = args.length === 1 && isPlainObject(args[0]) ? [undefined, ...args] : args;
    parseArgs(name, [], {}, others);
    expectKind(name, 'options', options, record);
    const { mapLocation: _, strict, checkpointPath: path, ...own } = options as LoadOptions;
    // A path by its place and another by its name are one too many; the same path twice is not.
    const given = path === first ? [{ checkpointPath: path }] : [first, { checkpointPath: path }];
    const { checkpointPath } = parseArgs<{ checkpointPath: unknown }>(name, ['checkpointPath'], {}, given, {
      checkpointPath: kinds.anything,
    });
    return loadWeights(
      checkpointPath as CheckpointSource,
      own,
      (hparams) => new this(hparams as never),
      strict ?? null,
    );
  }

  onValidationModelZeroGrad(): Awaitable<unknown> {
    this.zeroGrad();
    return undefined;
  }

  onValidationModelEval(): Awaitable<unknown> {
    this.eval();
    return undefined;
  }

  onTestModelEval(): Awaitable<unknown> {
    this.eval();
    return undefined;
  }

  onPredictModelEval(): Awaitable<unknown> {
    this.eval();
    return undefined;
  }

  /** The result of `Trainer.predict` for a batch. Default: `this(batch)`. */
  predictStep(batch: unknown, _batchIdx?: number, _dataloaderIdx?: number, ...none: []): Awaitable<unknown> {
    parseArgs('predictStep', [], {}, none);
    return callOf(this)(batch);
  }
}

// biome-ignore lint/correctness/noUnusedVariables: declarations of one name have the same parameters.
export interface LightningModule<H extends object = Hyperparameters> extends ModuleHooks {
  /** Returns the loss of a batch, an object that contains it as `loss`, or null to skip the batch. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a step of manual optimization returns nothing.
  trainingStep?(batch: unknown, batchIdx: number): Awaitable<StepOutput | void>;
  validationStep?(batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  testStep?(batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  configureOptimizers?(): Awaitable<OptimizersConfig>;
  /** Callbacks of the module. Each replaces the trainer's callback of the same class. */
  configureCallbacks?(): Awaitable<Callback | readonly Callback[]>;
  trainDataloader?(): Awaitable<Loaders>;
  valDataloader?(): Awaitable<Loaders>;
  testDataloader?(): Awaitable<Loaders>;
  predictDataloader?(): Awaitable<Loaders>;
  /** Reverts `onValidationModelEval`. If it is not defined, the previous mode of each module is restored. */
  onValidationModelTrain?(): Awaitable<unknown>;
  onTestModelTrain?(): Awaitable<unknown>;
  onPredictModelTrain?(): Awaitable<unknown>;
}

/** The weights of a module by their keys in checkpoints. */
export type ModuleState = nn.StateDict;
