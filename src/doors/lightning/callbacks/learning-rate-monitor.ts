// LearningRateMonitor: logs the learning rates of optimizers, by step or by epoch.
import { ArgumentError, type optim } from '../../../torch';
import { parseArgs, shown } from '../../../torch/inside';
import { Callback } from '../hooks';
import type { LRSchedulerConfig } from '../optimizers';
import type { Trainer } from '../trainer';

/** Options of LearningRateMonitor. */
export interface LearningRateMonitorOptions {
  /** When to log. Default: at the interval at which each scheduler steps. */
  loggingInterval?: 'step' | 'epoch' | null;
  /** Whether the momentum is logged, too. */
  logMomentum?: boolean;
  /** Whether the weight decay is logged, too. */
  logWeightDecay?: boolean;
}

type Group = Readonly<Record<string, unknown>> & { readonly lr: number };

/** Logs the learning rates of all optimizers, each step or each epoch. */
export class LearningRateMonitor extends Callback {
  /** The learning rates so far, by logged name. */
  readonly lrs: Record<string, number[]> = {};
  readonly #o: Required<LearningRateMonitorOptions>;

  constructor(
    ...args: [options?: LearningRateMonitorOptions] | ['step' | 'epoch' | null, options?: LearningRateMonitorOptions]
  ) {
    super();
    const defaults = { loggingInterval: null, logMomentum: false, logWeightDecay: false };
    this.#o = parseArgs<LearningRateMonitorOptions>(
      'LearningRateMonitor',
      [],
      defaults,
      args,
    ) as Required<LearningRateMonitorOptions>;
    if (!['step', 'epoch', null].includes(this.#o.loggingInterval)) {
      throw new ArgumentError(
        `LearningRateMonitor: expected loggingInterval 'step', 'epoch' or null, but got ${shown(this.#o.loggingInterval)}`,
      );
    }
  }

  override onTrainStart(trainer: Trainer): void {
    if (trainer.loggers.length > 0) return;
    throw new ArgumentError(
      'LearningRateMonitor: expected a trainer with a logger to give rates to, but it has none; leave out logger: false',
    );
  }

  override onTrainBatchStart(trainer: Trainer): void {
    if (this.#o.loggingInterval === 'epoch' || !trainer.connector.shouldUpdateLogs) return;
    this.#log(trainer, this.#o.loggingInterval === null ? 'step' : 'any');
  }

  override onTrainEpochStart(trainer: Trainer): void {
    if (this.#o.loggingInterval !== 'step') this.#log(trainer, this.#o.loggingInterval === null ? 'epoch' : 'any');
  }

  #log(trainer: Trainer, interval: 'step' | 'epoch' | 'any'): void {
    const found: Record<string, number> = {};
    for (const [names, optimizer, config] of named(trainer)) {
      if (config && interval !== 'any' && config.interval !== interval) continue;
      optimizer.paramGroups.forEach((group, i) => {
        Object.assign(found, this.#statistics(names[i]!, group as unknown as Group));
      });
    }
    if (Object.keys(found).length === 0) return;
    trainer.connector.note(found);
  }

  #statistics(name: string, group: Group): Record<string, number> {
    this.lrs[name] ??= [];
    this.lrs[name].push(group.lr);
    const found: Record<string, number> = { [name]: group.lr };
    const betas = group.betas as readonly number[] | undefined;
    if (this.#o.logMomentum) found[`${name}-momentum`] = betas?.[0] ?? Number(group.momentum ?? 0);
    if (this.#o.logWeightDecay) found[`${name}-weight_decay`] = Number(group.weightDecay ?? 0);
    return found;
  }
}

/** The optimizers with the names of their groups; optimizers with schedulers come first. */
function named(trainer: Trainer): [string[], optim.Optimizer<object>, LRSchedulerConfig | null][] {
  const counts = new Map<unknown, number>();
  const found: [string[], optim.Optimizer<object>, LRSchedulerConfig | null][] = [];
  const add = (optimizer: optim.Optimizer<object>, config: LRSchedulerConfig | null): void => {
    const kind = optimizer.constructor;
    let name = config?.name ?? `lr-${optimizer.name}`;
    if (!config?.name) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count > 1) name += `-${count - 1}`;
    }
    const groups = optimizer.paramGroups as unknown as readonly Readonly<Record<string, unknown>>[];
    const names = groups.map((group, i) => {
      if (groups.length > 1) return `${name}/${String(group.name ?? `pg${i + 1}`)}`;
      return group.name === undefined ? name : `${name}/${String(group.name)}`;
    });
    found.push([names, optimizer, config]);
  };
  for (const config of trainer.lrSchedulerConfigs) add(config.scheduler.optimizer as optim.Optimizer<object>, config);
  for (const optimizer of trainer.optimizers) {
    if (!found.some(([, each]) => each === optimizer)) add(optimizer, null);
  }
  return found;
}
