// Training on one batch: step, gradients and update, in Lightning's order, with automatic or manual optimization.

import { ArgumentError, AutogradError, type optim, Tensor } from '../../torch';
import { type Arguments, flush, isPlainObject, kindOf, kinds, parseArgs, warnOnce } from '../../torch/inside';
import { type Awaitable, after } from './awaitable';
import type { StepRun } from './loops/run';
import type { PlainOptimizer } from './optimizers';
import { Progress } from './progress';
import type { Trainer } from './trainer';

export const optimizerKind: kinds.Kind = {
  words: 'an optimizer',
  fits: (value) => Array.isArray((value as PlainOptimizer | null | undefined)?.paramGroups),
};

export const trainerKind: kinds.Kind = {
  words: 'a Trainer',
  fits: (value) => Array.isArray((value as Trainer | null | undefined)?.loggers),
};

interface Wrapped {
  optimizer: PlainOptimizer;
  trainer: Trainer;
}

/**
 * The wrapper through which a module sees an optimizer. A step calls the hooks, clips gradients if the trainer is set
 * to do so, and counts as a global step.
 */
export class LightningOptimizer {
  readonly optimizer: PlainOptimizer;
  private readonly trainer: StepRun;

  constructor(...args: Arguments<Wrapped, ['optimizer', 'trainer']>) {
    const { optimizer, trainer } = parseArgs<Wrapped>('LightningOptimizer', ['optimizer', 'trainer'], {}, args, {
      optimizer: optimizerKind,
      trainer: trainerKind,
    });
    this.optimizer = optimizer;
    this.trainer = trainer;
  }

  get paramGroups(): optim.ParamGroup<{ lr: number }>[] {
    return this.optimizer.paramGroups as optim.ParamGroup<{ lr: number }>[];
  }

  get state(): PlainOptimizer['state'] {
    return this.optimizer.state;
  }

  zeroGrad(...args: Parameters<PlainOptimizer['zeroGrad']>): void {
    this.optimizer.zeroGrad(...args);
  }

  /** Updates the parameters. A closure, if given, is called first. Returns a promise if the closure or a hook does. */
  step(): Awaitable<unknown>;
  step<T>(/** Computes the loss anew, with its gradients, and gives it. */ closure: () => Awaitable<T>): Awaitable<T>;
  step(...args: unknown[]): Awaitable<unknown> {
    const { trainer } = this;
    type Given = { closure?: (() => Awaitable<unknown>) | null };
    const { closure } = parseArgs<Given>('optimizer.step', [], { closure: null }, args, {
      closure: kinds.orNull(kinds.callback),
    });
    const { manualProgress } = trainer.fitLoop.epochLoop;
    const manual = !trainer.lightningModule.automaticOptimization;
    if (manual) manualProgress.increment('ready');
    return after(this.#update(closure), (result) => {
      if (manual) manualProgress.increment('completed');
      return result;
    });
  }

  #update(closure: (() => Awaitable<unknown>) | null): Awaitable<unknown> {
    const { trainer, optimizer } = this;
    const { mixed } = trainer;
    const before = () => afterClosure(trainer, optimizer);
    if (!mixed) {
      return optimizer.step(() => after(closure?.(), (result) => after(before(), () => result))) as Awaitable<unknown>;
    }
    return after(closure?.(), (result) => {
      // A skipped batch has no gradients.
      const isLeftOut = trainer.lightningModule.automaticOptimization && (result ?? null) === null;
      return after(isLeftOut ? before() : mixed.step(optimizer, before), () => result);
    });
  }

  stateDict(...none: []): ReturnType<PlainOptimizer['stateDict']> {
    parseArgs('optimizer.stateDict', [], {}, none);
    return this.optimizer.stateDict();
  }

  toString(): string {
    return String(this.optimizer);
  }
}

/** Calls hooks and clips gradients, after the gradients are computed and before the update. */
function afterClosure(trainer: StepRun, optimizer: PlainOptimizer): Awaitable<unknown> {
  const { hooks, lightningModule } = trainer;
  return after(hooks.both('onBeforeOptimizerStep', [optimizer]), () =>
    lightningModule.automaticOptimization
      ? hooks.module('configureGradientClipping', [optimizer, trainer.gradientClipVal, trainer.gradientClipAlgorithm])
      : undefined,
  );
}

/** Computes the gradients of a loss, and calls the hooks around it. */
export function backwardOf(trainer: StepRun, loss: Tensor, args: readonly unknown[] = []): Awaitable<unknown> {
  const { hooks, mixed } = trainer;
  const scaled = mixed ? mixed.scale(loss) : loss;
  return after(hooks.both('onBeforeBackward', [scaled]), () =>
    after(hooks.module('backward', [scaled, ...args]), () => hooks.both('onAfterBackward')),
  );
}

/** Counts optimizer steps and calls of zeroGrad. */
export class OptimizerProgress {
  readonly step = new Progress(['ready', 'completed']);
  readonly zeroGrad = new Progress(['ready', 'started', 'completed']);

  all(change: (progress: Progress) => void): void {
    change(this.step);
    change(this.zeroGrad);
  }
}

/** Automatic optimization of one batch. */
export class AutomaticOptimization {
  readonly progress = new OptimizerProgress();
  /** Whether batches pass through the network without a backward pass, to recompute running statistics. */
  skipBackward = false;

  constructor(private readonly trainer: StepRun) {}

  /** Runs the step, and returns the result of `trainingStep`. */
  async run(batchIdx: number, args: readonly unknown[]): Promise<unknown> {
    const { trainer, progress } = this;
    const { epochLoop } = trainer.fitLoop;
    let output: unknown = null;
    const closure = (): Awaitable<Tensor | null> =>
      after(this.#closure(batchIdx, args), ({ loss, given }) => {
        output = given;
        return loss;
      });
    if (epochLoop.shouldAccumulate()) {
      await closure();
      // Without an update, nothing else would submit the work of this batch.
      flush();
      return output;
    }
    progress.step.increment('ready');
    const [optimizer] = trainer.lightningOptimizers;
    if (optimizer) {
      await trainer.hooks.module('optimizerStep', [trainer.currentEpoch, batchIdx, optimizer, closure]);
    } else {
      await closure();
      flush();
    }
    progress.step.increment('completed');
    return output;
  }

  #closure(batchIdx: number, args: readonly unknown[]): Awaitable<{ loss: Tensor | null; given: unknown }> {
    const { trainer } = this;
    return after(trainer.hooks.module('trainingStep', args), (given) => {
      const loss = lossOf(given, !this.skipBackward);
      if (loss === null) warnOnce('`trainingStep` returned nothing. If this was on purpose, ignore this warning…');
      const first = batchIdx % trainer.accumulateGradBatches === 0;
      return after(first && !this.skipBackward ? this.#zeroGrad(batchIdx) : undefined, () => {
        if (loss === null || this.skipBackward) return { loss, given };
        trainer.connector.sawLoss(loss);
        const { accumulateGradBatches: batches } = trainer;
        return after(backwardOf(trainer, batches === 1 ? loss : loss.div(batches)), () => ({ loss, given }));
      });
    });
  }

  #zeroGrad(batchIdx: number): Awaitable<unknown> {
    const { trainer, progress } = this;
    const optimizer = trainer.optimizers[0];
    if (!optimizer) return undefined;
    progress.zeroGrad.increment('ready');
    return after(trainer.hooks.both('onBeforeZeroGrad', [optimizer]), () => {
      progress.zeroGrad.increment('started');
      return after(trainer.hooks.module('optimizerZeroGrad', [trainer.currentEpoch, batchIdx, optimizer]), () =>
        progress.zeroGrad.increment('completed'),
      );
    });
  }
}

/** The loss in a step's result; null if the batch is to be skipped. */
function lossOf(given: unknown, needsGrad: boolean): Tensor | null {
  if (given === null || given === undefined) return null;
  const loss: unknown = given instanceof Tensor ? given : isPlainObject(given) ? given.loss : undefined;
  if (!(loss instanceof Tensor)) {
    const got = isPlainObject(given) ? `an object of ${Object.keys(given).join(', ') || 'nothing'}` : kindOf(given);
    throw new ArgumentError(
      `trainingStep: expected the loss as a tensor, { loss, … }, or null to leave the batch out, but got ${got}; return the loss`,
    );
  }
  if (loss.numel() !== 1) {
    throw new ArgumentError(
      `trainingStep: expected a loss of one element, but got shape [${loss.shape.join(', ')}]; return loss.mean()`,
    );
  }
  if (needsGrad && !loss.requiresGrad) {
    throw new AutogradError(
      'trainingStep: expected a loss that depends on parameters with gradients, but got one that does not; leave out detach() and noGrad, or unfreeze() the parameters',
    );
  }
  return loss;
}
