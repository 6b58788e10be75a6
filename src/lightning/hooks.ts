// The hooks of modules and callbacks, and who is called when.

import type { Kind } from '../core/argument-kinds';
import { objectAt } from '../core/object-argument';
import { isPlainObject, parseArgs } from '../core/options';
import type { Optimizer } from '../optim/optimizer';
import type { Tensor } from '../tensor/tensor';
import { type Awaitable, after, inTurn } from './awaitable';
import type { Checkpoint } from './checkpointing';
import type { LightningModule } from './module';
import type { Trainer } from './trainer';

/** Values by name. */
export const record: Kind = { words: 'an object of values by name', fits: isPlainObject };

interface GivenState {
  stateDict: Record<string, unknown>;
}

/** The state that a callback is to go on from, which is given by place or by name. */
export function stateIn(owner: string, args: readonly unknown[]): Record<string, unknown> {
  const name = `${owner}.loadStateDict`;
  const given = objectAt(name, ['stateDict'], 0, args);
  return parseArgs<GivenState>(name, ['stateDict'], {}, given, { stateDict: record }).stateDict;
}

/** What a trainer has been asked to do. */
export type TrainerFn = 'fit' | 'validate' | 'test' | 'predict';

/** What `trainingStep` may give: the loss, an object with it, or nothing to leave the batch out. */
export type StepOutput = Tensor | ({ loss: Tensor } & Record<string, unknown>) | null | undefined;

/** Every hook of a module that may be left out. Steps and hooks may be asynchronous. Methods, so that a class may name its batches' type. */
export interface ModuleHooks {
  prepareData?(): Awaitable<unknown>;
  setup?(stage: TrainerFn): Awaitable<unknown>;
  teardown?(stage: TrainerFn): Awaitable<unknown>;
  configureModel?(): Awaitable<unknown>;
  onBeforeBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
  transferBatchToDevice?(batch: unknown, device: unknown, dataloaderIdx: number): Awaitable<unknown>;
  onAfterBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
  onFitStart?(): Awaitable<unknown>;
  onFitEnd?(): Awaitable<unknown>;
  onTrainStart?(): Awaitable<unknown>;
  onTrainEnd?(): Awaitable<unknown>;
  onTrainEpochStart?(): Awaitable<unknown>;
  onTrainEpochEnd?(): Awaitable<unknown>;
  onTrainBatchStart?(batch: unknown, batchIdx: number): Awaitable<unknown>;
  onTrainBatchEnd?(outputs: unknown, batch: unknown, batchIdx: number): Awaitable<unknown>;
  onValidationStart?(): Awaitable<unknown>;
  onValidationEnd?(): Awaitable<unknown>;
  onValidationEpochStart?(): Awaitable<unknown>;
  onValidationEpochEnd?(): Awaitable<unknown>;
  onValidationBatchStart?(batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onValidationBatchEnd?(outputs: unknown, batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onTestStart?(): Awaitable<unknown>;
  onTestEnd?(): Awaitable<unknown>;
  onTestEpochStart?(): Awaitable<unknown>;
  onTestEpochEnd?(): Awaitable<unknown>;
  onTestBatchStart?(batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onTestBatchEnd?(outputs: unknown, batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onPredictStart?(): Awaitable<unknown>;
  onPredictEnd?(): Awaitable<unknown>;
  onPredictEpochStart?(): Awaitable<unknown>;
  onPredictEpochEnd?(): Awaitable<unknown>;
  onPredictBatchStart?(batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onPredictBatchEnd?(outputs: unknown, batch: unknown, batchIdx: number, dataloaderIdx?: number): Awaitable<unknown>;
  onBeforeZeroGrad?(optimizer: Optimizer): Awaitable<unknown>;
  onBeforeBackward?(loss: Tensor): Awaitable<unknown>;
  onAfterBackward?(): Awaitable<unknown>;
  onBeforeOptimizerStep?(optimizer: Optimizer): Awaitable<unknown>;
  onSaveCheckpoint?(checkpoint: Checkpoint): Awaitable<unknown>;
  onLoadCheckpoint?(checkpoint: Checkpoint): Awaitable<unknown>;
}

/** Every hook of a callback. They are called before those of the module, with the trainer and the module in front. */
export interface CallbackHooks {
  setup?(trainer: Trainer, plModule: LightningModule, stage: TrainerFn): Awaitable<unknown>;
  teardown?(trainer: Trainer, plModule: LightningModule, stage: TrainerFn): Awaitable<unknown>;
  onSanityCheckStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onSanityCheckEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onException?(trainer: Trainer, plModule: LightningModule, error: Error): Awaitable<unknown>;
  onFitStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onFitEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTrainStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTrainEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTrainEpochStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTrainEpochEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTrainBatchStart?(trainer: Trainer, plModule: LightningModule, batch: unknown, batchIdx: number): Awaitable<unknown>;
  onTrainBatchEnd?(
    trainer: Trainer,
    plModule: LightningModule,
    outputs: unknown,
    batch: unknown,
    batchIdx: number,
  ): Awaitable<unknown>;
  onValidationStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onValidationEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onValidationEpochStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onValidationEpochEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onValidationBatchStart?(
    trainer: Trainer,
    plModule: LightningModule,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onValidationBatchEnd?(
    trainer: Trainer,
    plModule: LightningModule,
    outputs: unknown,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onTestStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTestEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTestEpochStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTestEpochEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onTestBatchStart?(
    trainer: Trainer,
    plModule: LightningModule,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onTestBatchEnd?(
    trainer: Trainer,
    plModule: LightningModule,
    outputs: unknown,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onPredictStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onPredictEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onPredictEpochStart?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onPredictEpochEnd?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onPredictBatchStart?(
    trainer: Trainer,
    plModule: LightningModule,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onPredictBatchEnd?(
    trainer: Trainer,
    plModule: LightningModule,
    outputs: unknown,
    batch: unknown,
    batchIdx: number,
    dataloaderIdx?: number,
  ): Awaitable<unknown>;
  onBeforeZeroGrad?(trainer: Trainer, plModule: LightningModule, optimizer: Optimizer): Awaitable<unknown>;
  onBeforeBackward?(trainer: Trainer, plModule: LightningModule, loss: Tensor): Awaitable<unknown>;
  onAfterBackward?(trainer: Trainer, plModule: LightningModule): Awaitable<unknown>;
  onBeforeOptimizerStep?(trainer: Trainer, plModule: LightningModule, optimizer: Optimizer): Awaitable<unknown>;
  onSaveCheckpoint?(trainer: Trainer, plModule: LightningModule, checkpoint: Checkpoint): Awaitable<unknown>;
  onLoadCheckpoint?(trainer: Trainer, plModule: LightningModule, checkpoint: Checkpoint): Awaitable<unknown>;
}

export type CallbackHookName = keyof CallbackHooks;
export type LoopHookName = keyof CallbackHooks & keyof ModuleHooks;

/**
 * Base class of callbacks; one's own define hooks of `CallbackHooks`, which may be asynchronous:
 *
 *     class Greet extends Callback {
 *       override onTrainStart(trainer: Trainer) { console.log('training', trainer.maxEpochs, 'epochs'); }
 *     }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: hooks that are not defined are not there.
export class Callback {
  /** Under which its state stands in a checkpoint. */
  get stateKey(): string {
    return this.constructor.name;
  }

  /** Whether its hooks at the end of epochs come after those of the module, whose metrics it looks at. */
  get isMonitoring(): boolean {
    return false;
  }

  /** What a checkpoint is to hold of it. */
  stateDict(...none: []): Record<string, unknown> {
    parseArgs('stateDict', [], {}, none);
    return {};
  }

  loadStateDict(state: Record<string, unknown>, ...none: []): void {
    stateIn(this.constructor.name, [state, ...none]);
  }
}

export interface Callback extends CallbackHooks {}

/** The key of a callback whose state belongs to its options, as Python prints them. */
export const stateKeyOf = (name: string, options: Readonly<Record<string, unknown>>): string => {
  const shown = (value: unknown) =>
    value === null || value === undefined ? 'None' : typeof value === 'string' ? `'${value}'` : String(value);
  return `${name}{${Object.entries(options)
    .map(([key, value]) => `'${key}': ${shown(value)}`)
    .join(', ')}}`;
};

/** Calls hooks of a trainer's callbacks and module, and knows which is being called. */
export class HookCaller {
  /** The hook that runs now; null between them. */
  current: string | null = null;

  constructor(private readonly trainer: Trainer) {}

  /** Calls a hook of all callbacks, or of those that monitor metrics or do not. */
  callbacks(name: CallbackHookName, args: readonly unknown[] = [], monitoring?: boolean): Awaitable<void> {
    const { trainer } = this;
    const calls: (() => unknown)[] = [];
    for (const callback of trainer.callbacks) {
      const hook = callback[name] as ((...given: unknown[]) => unknown) | undefined;
      if (hook === undefined || (monitoring !== undefined && (callback.isMonitoring ?? false) !== monitoring)) continue;
      calls.push(() => hook.call(callback, trainer, trainer.lightningModule, ...args));
    }
    return calls.length === 0 ? undefined : (this.#within(name, () => inTurn(calls)) as Awaitable<void>);
  }

  /** Calls a hook of the module, if it has it. */
  module(name: string, args: readonly unknown[] = []): Awaitable<unknown> {
    const module = this.trainer.lightningModule;
    const hook: unknown = Reflect.get(module, name);
    if (typeof hook !== 'function') return undefined;
    const run = (): unknown => Reflect.apply(hook, module, args);
    const { mixed } = this.trainer;
    return this.#within(name, mixed ? () => mixed.call(name, run) : run);
  }

  /** Whether anyone has a hook. */
  has(name: LoopHookName): boolean {
    const { callbacks, lightningModule } = this.trainer;
    return lightningModule[name] !== undefined || callbacks.some((callback) => callback[name] !== undefined);
  }

  /** Calls a hook of the callbacks, then that of the module. */
  both(name: LoopHookName, args: readonly unknown[] = []): Awaitable<unknown> {
    return after(this.callbacks(name, args), () => this.module(name, args));
  }

  #within<T>(name: string, run: () => Awaitable<T>): Awaitable<T> {
    const before = this.current;
    this.current = name;
    let result: Awaitable<T>;
    try {
      result = run();
    } catch (error) {
      this.current = before;
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.current = before;
      return result;
    }
    return result.finally(() => {
      this.current = before;
    });
  }
}
