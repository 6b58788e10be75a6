// The hooks of modules and callbacks, and the order in which they are called.

import type { optim, Tensor } from '../../torch';
import { isPlainObject, type kinds, objectAt, parseArgs } from '../../torch/inside';
import { type Awaitable, after, inTurn } from './awaitable';
import type { Checkpoint } from './checkpointing';
import type { LightningModule } from './module';
import type { Trainer } from './trainer';

/** An object of values by name. */
export const record: kinds.Kind = { words: 'an object of values by name', fits: isPlainObject };

interface GivenState {
  stateDict: Record<string, unknown>;
}

/** The state for a callback to load, given by position or by name. */
export function stateIn(owner: string, args: readonly unknown[]): Record<string, unknown> {
  const name = `${owner}.loadStateDict`;
  const given = objectAt(name, ['stateDict'], 0, args);
  return parseArgs<GivenState>(name, ['stateDict'], {}, given, { stateDict: record }).stateDict;
}

/** Which of the trainer's methods is running. */
export type TrainerFn = 'fit' | 'validate' | 'test' | 'predict';

/** The result of `trainingStep`: the loss, an object with it, or nothing to skip the batch. */
export type StepOutput = Tensor | ({ loss: Tensor } & Record<string, unknown>) | null | undefined;

/**
 * Hooks of modules and callbacks; those of callbacks receive the trainer and the module as first arguments. Each hook
 * is optional and may be asynchronous. They are declared as methods, so that a class may narrow the type of its
 * batches.
 */
export interface Hooks<Front extends readonly unknown[]> {
  setup?(...args: [...Front, stage: TrainerFn]): Awaitable<unknown>;
  teardown?(...args: [...Front, stage: TrainerFn]): Awaitable<unknown>;
  onFitStart?(...args: Front): Awaitable<unknown>;
  onFitEnd?(...args: Front): Awaitable<unknown>;
  onTrainStart?(...args: Front): Awaitable<unknown>;
  onTrainEnd?(...args: Front): Awaitable<unknown>;
  onTrainEpochStart?(...args: Front): Awaitable<unknown>;
  onTrainEpochEnd?(...args: Front): Awaitable<unknown>;
  onTrainBatchStart?(...args: [...Front, batch: unknown, batchIdx: number]): Awaitable<unknown>;
  onTrainBatchEnd?(...args: [...Front, outputs: unknown, batch: unknown, batchIdx: number]): Awaitable<unknown>;
  onValidationStart?(...args: Front): Awaitable<unknown>;
  onValidationEnd?(...args: Front): Awaitable<unknown>;
  onValidationEpochStart?(...args: Front): Awaitable<unknown>;
  onValidationEpochEnd?(...args: Front): Awaitable<unknown>;
  onValidationBatchStart?(...args: [...Front, ...StartedBatch]): Awaitable<unknown>;
  onValidationBatchEnd?(...args: [...Front, outputs: unknown, ...StartedBatch]): Awaitable<unknown>;
  onTestStart?(...args: Front): Awaitable<unknown>;
  onTestEnd?(...args: Front): Awaitable<unknown>;
  onTestEpochStart?(...args: Front): Awaitable<unknown>;
  onTestEpochEnd?(...args: Front): Awaitable<unknown>;
  onTestBatchStart?(...args: [...Front, ...StartedBatch]): Awaitable<unknown>;
  onTestBatchEnd?(...args: [...Front, outputs: unknown, ...StartedBatch]): Awaitable<unknown>;
  onPredictStart?(...args: Front): Awaitable<unknown>;
  onPredictEnd?(...args: Front): Awaitable<unknown>;
  onPredictEpochStart?(...args: Front): Awaitable<unknown>;
  onPredictEpochEnd?(...args: Front): Awaitable<unknown>;
  onPredictBatchStart?(...args: [...Front, ...StartedBatch]): Awaitable<unknown>;
  onPredictBatchEnd?(...args: [...Front, outputs: unknown, ...StartedBatch]): Awaitable<unknown>;
  onBeforeZeroGrad?(...args: [...Front, optimizer: optim.Optimizer]): Awaitable<unknown>;
  onBeforeBackward?(...args: [...Front, /** The loss. */ loss: Tensor]): Awaitable<unknown>;
  onAfterBackward?(...args: Front): Awaitable<unknown>;
  onBeforeOptimizerStep?(...args: [...Front, optimizer: optim.Optimizer]): Awaitable<unknown>;
  onSaveCheckpoint?(
    ...args: [...Front, /** The checkpoint that is written, or was read. */ checkpoint: Checkpoint]
  ): Awaitable<unknown>;
  onLoadCheckpoint?(
    ...args: [...Front, /** The checkpoint that is written, or was read. */ checkpoint: Checkpoint]
  ): Awaitable<unknown>;
}

type StartedBatch = [batch: unknown, batchIdx: number, dataloaderIdx?: number];

/** All optional hooks of a module. */
export interface ModuleHooks extends Hooks<[]> {
  prepareData?(): Awaitable<unknown>;
  configureModel?(): Awaitable<unknown>;
  onBeforeBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
  transferBatchToDevice?(batch: unknown, device: unknown, dataloaderIdx: number): Awaitable<unknown>;
  onAfterBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
}

/** All hooks of a callback. They are called before those of the module. */
export interface CallbackHooks
  extends Hooks<[trainer: Trainer, /** The module that is trained. */ plModule: LightningModule]> {
  onSanityCheckStart?(
    trainer: Trainer,
    /** The module that is trained. */ plModule: LightningModule,
  ): Awaitable<unknown>;
  onSanityCheckEnd?(trainer: Trainer, /** The module that is trained. */ plModule: LightningModule): Awaitable<unknown>;
  onException?(
    trainer: Trainer,
    /** The module that is trained. */ plModule: LightningModule,
    /** The error. */ error: Error,
  ): Awaitable<unknown>;
}

export type CallbackHookName = keyof CallbackHooks;
export type LoopHookName = keyof CallbackHooks & keyof ModuleHooks;

/**
 * Base class of callbacks. A subclass defines any hooks of `CallbackHooks`; they may be asynchronous:
 *
 *     class Greet extends Callback {
 *       override onTrainStart(trainer: Trainer) { console.log('training', trainer.maxEpochs, 'epochs'); }
 *     }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: hooks that are not defined are not there.
export class Callback {
  /** The key of the callback's state in a checkpoint. */
  get stateKey(): string {
    return this.constructor.name;
  }

  /**
   * Whether the callback's hooks at the end of epochs run after those of the module, so that the callback sees the
   * module's metrics.
   */
  get isMonitoring(): boolean {
    return false;
  }

  /** The callback's state for checkpoints. */
  stateDict(...none: []): Record<string, unknown> {
    parseArgs('stateDict', [], {}, none);
    return {};
  }

  loadStateDict(/** The result of `stateDict`. */ state: Record<string, unknown>, ...none: []): void {
    stateIn(this.constructor.name, [state, ...none]);
  }
}

export interface Callback extends CallbackHooks {}

/**
 * The state key of a callback whose state depends on certain options. The options are written as Python prints them.
 */
export const stateKeyOf = (name: string, options: Readonly<Record<string, unknown>>): string => {
  const shown = (value: unknown) =>
    value === null || value === undefined ? 'None' : typeof value === 'string' ? `'${value}'` : String(value);
  return `${name}{${Object.entries(options)
    .map(([key, value]) => `'${key}': ${shown(value)}`)
    .join(', ')}}`;
};

/** Calls the hooks of a trainer's callbacks and module, and keeps track of the running hook. */
export class HookCaller {
  /** The name of the running hook; null if none is. */
  current: string | null = null;

  constructor(private readonly trainer: Trainer) {}

  /** Calls a hook of all callbacks; if `monitoring` is given, only of those whose `isMonitoring` equals it. */
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

  /** Calls a hook of the module, if the module defines it. */
  module(name: string, args: readonly unknown[] = []): Awaitable<unknown> {
    const module = this.trainer.lightningModule;
    const hook: unknown = Reflect.get(module, name);
    if (typeof hook !== 'function') return undefined;
    const run = (): unknown => Reflect.apply(hook, module, args);
    const { mixed } = this.trainer;
    return this.#within(name, mixed ? () => mixed.call(name, run) : run);
  }

  /** Whether the module or a callback defines a hook. */
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
