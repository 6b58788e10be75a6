// Converts the results of configureOptimizers to one form: optimizers, and schedulers with the times at which they
// step.
import { ArgumentError, optim } from '../../torch';
import { isPlainObject, kindOf, warnOnce } from '../../torch/inside';

/** Any optimizer from `optim`. */
export type PlainOptimizer = optim.Optimizer<object>;

/** A scheduler: one from `optim.lrScheduler`, or your own, if the module defines `lrSchedulerStep`. */
export interface SchedulerLike {
  readonly optimizer: unknown;
  step(...args: never[]): unknown;
  stateDict(): Record<string, unknown>;
  loadStateDict(/** The result of `stateDict`. */ state: Record<string, unknown>): void;
}

/** A scheduler, and the interval at which it steps. */
export interface LRSchedulerConfig {
  readonly scheduler: SchedulerLike;
  /** The scheduler's name in LearningRateMonitor. */
  readonly name: string | null;
  readonly interval: 'epoch' | 'step';
  /** The number of epochs or steps between the scheduler's steps. */
  readonly frequency: number;
  readonly reduceOnPlateau: boolean;
  /** The metric that is passed to ReduceLROnPlateau. */
  readonly monitor: string | null;
  /** Whether to throw an error if the monitored metric is missing. */
  readonly strict: boolean;
}

/** A scheduler, alone or with options. */
export type SchedulerArguments = SchedulerLike | (Partial<LRSchedulerConfig> & { readonly scheduler: SchedulerLike });

/** A result of `configureOptimizers`: an optimizer and its scheduler. */
export interface OptimizerConfig {
  readonly optimizer: PlainOptimizer;
  readonly lrScheduler?: SchedulerArguments;
  readonly monitor?: string;
}

/**
 * The results that `configureOptimizers` may return: an optimizer; a list of them; a pair of lists, optimizers and
 * schedulers; an object with `optimizer`, `lrScheduler` and `monitor`; a list of such objects; or null to train without
 * an optimizer.
 */
export type OptimizersConfig =
  | PlainOptimizer
  | readonly PlainOptimizer[]
  | readonly [readonly PlainOptimizer[], readonly SchedulerArguments[] | SchedulerArguments]
  | OptimizerConfig
  | readonly OptimizerConfig[]
  | null
  | undefined;

const isOptimizer = (value: unknown): value is PlainOptimizer => value instanceof optim.Optimizer;

const expected =
  'an optimizer, a list of them, [optimizers, schedulers], { optimizer, lrScheduler, monitor } or a list of such objects';

/** @throws ArgumentError if configureOptimizers returned none of these */
export function parseOptimizers(
  given: unknown,
  automatic: boolean,
  ownStep: boolean,
): { optimizers: PlainOptimizer[]; configs: LRSchedulerConfig[] } {
  const { optimizers, schedulers, monitor } = sorted(given);
  if (automatic && optimizers.length > 1) {
    throw new ArgumentError(
      `configureOptimizers: expected one optimizer for automatic optimization, but got ${optimizers.length}; set this.automaticOptimization = false and step those of this.optimizers() in trainingStep`,
    );
  }
  const configs = schedulers.map((scheduler) => configOf(scheduler, monitor, automatic, ownStep));
  for (const { scheduler } of configs) {
    if (optimizers.some((optimizer) => optimizer === scheduler.optimizer)) continue;
    throw new ArgumentError(
      'configureOptimizers: expected schedulers of the optimizers that it gives, but one has another optimizer; give that one too',
    );
  }
  return { optimizers, configs };
}

function sorted(given: unknown): { optimizers: PlainOptimizer[]; schedulers: unknown[]; monitor: string | null } {
  if (given === null || given === undefined) return { optimizers: [], schedulers: [], monitor: null };
  if (isOptimizer(given)) return { optimizers: [given], schedulers: [], monitor: null };
  if (isPlainObject(given)) {
    const { optimizer, lrScheduler, monitor } = oneOf(given);
    return {
      optimizers: [optimizer],
      schedulers: lrScheduler === undefined ? [] : [lrScheduler],
      monitor: monitor ?? null,
    };
  }
  if (Array.isArray(given)) {
    const [first, second] = given as [unknown, unknown];
    if (given.length === 2 && Array.isArray(first) && first.every(isOptimizer)) {
      return { optimizers: first, schedulers: Array.isArray(second) ? second : [second], monitor: null };
    }
    if (given.every(isOptimizer)) return { optimizers: given, schedulers: [], monitor: null };
    if (given.every(isPlainObject)) {
      const all = given.map(oneOf);
      return {
        optimizers: all.map(({ optimizer }) => optimizer),
        schedulers: all.flatMap(({ lrScheduler }) => (lrScheduler === undefined ? [] : [lrScheduler])),
        monitor: null,
      };
    }
  }
  throw new ArgumentError(`configureOptimizers: expected ${expected}, but got ${kindOf(given)}`);
}

function oneOf(given: Record<string, unknown>): OptimizerConfig {
  const extra = Object.keys(given).find((key) => !['optimizer', 'lrScheduler', 'monitor'].includes(key));
  if (extra !== undefined || !isOptimizer(given.optimizer)) {
    throw new ArgumentError(
      `configureOptimizers: expected { optimizer, lrScheduler, monitor }, but ${extra === undefined ? `optimizer is ${kindOf(given.optimizer)}` : `got '${extra}'`}`,
    );
  }
  return given as unknown as OptimizerConfig;
}

const isScheduler = (value: unknown): value is SchedulerLike =>
  typeof (value as SchedulerLike | null)?.step === 'function' &&
  typeof (value as SchedulerLike).stateDict === 'function';

/** Adds the defaults of a scheduler, such as stepping after each epoch. ReduceLROnPlateau needs a metric. */
export function configOf(
  given: unknown,
  monitor: string | null = null,
  automatic = true,
  ownStep = false,
): LRSchedulerConfig {
  const defaults = { name: null, interval: 'epoch', frequency: 1, monitor: null, strict: true } as const;
  const options = isPlainObject(given) ? given : { scheduler: given };
  const { scheduler } = options as { scheduler?: unknown };
  if (!isScheduler(scheduler)) {
    throw new ArgumentError(
      `configureOptimizers: expected a scheduler of optim.lrScheduler, or { scheduler, interval, frequency, monitor, strict, name }, but got ${kindOf(scheduler)}`,
    );
  }
  const known = ['scheduler', 'reduceOnPlateau', ...Object.keys(defaults)];
  const extra = Object.keys(options).find((key) => !known.includes(key));
  if (extra !== undefined) {
    throw new ArgumentError(
      `configureOptimizers: got an unknown option '${extra}' of a scheduler; known are ${known.join(', ')}`,
    );
  }
  const reduceOnPlateau = scheduler instanceof optim.lrScheduler.ReduceLROnPlateau;
  const config = { reduceOnPlateau, ...defaults, ...options, scheduler } as LRSchedulerConfig;
  const named = { ...config, monitor: config.monitor ?? monitor };
  if (named.interval === 'epoch' && scheduler instanceof optim.lrScheduler.OneCycleLR) {
    warnOnce("A `OneCycleLR` scheduler is using 'interval': 'epoch'. Are you sure you didn't mean 'interval': 'step'?");
  }
  if (!['epoch', 'step'].includes(named.interval)) {
    throw new ArgumentError(`configureOptimizers: expected interval 'epoch' or 'step', but got '${named.interval}'`);
  }
  if (!(Number.isInteger(named.frequency) && named.frequency > 0)) {
    throw new ArgumentError(`configureOptimizers: expected a whole frequency ≥ 1, but got ${named.frequency}`);
  }
  if (automatic && named.reduceOnPlateau && named.monitor === null) {
    throw new ArgumentError(
      "configureOptimizers: expected a monitor for ReduceLROnPlateau, but got none; give { scheduler, monitor: 'val_loss' }, a name that is logged",
    );
  }
  if (automatic && !ownStep && !(scheduler instanceof optim.lrScheduler.LRScheduler) && !reduceOnPlateau) {
    throw new ArgumentError(
      `configureOptimizers: expected a scheduler of optim.lrScheduler, but got ${kindOf(scheduler)}; define lrSchedulerStep in the module to step one's own`,
    );
  }
  return named;
}
