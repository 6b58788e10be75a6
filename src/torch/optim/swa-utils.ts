// The surface of `optim.swaUtils`: models whose weights are averages of another model's weights during training, as in
// torch.optim.swa_utils.

import { callback, instance, type Kind, orNull, share } from '../../engine/core/argument-kinds';
import { closed } from '../../engine/core/arity';
import { ArgumentError } from '../../engine/core/errors';
import { isFloat } from '../../engine/core/meta';
import { type Arguments, kindOf, parseArgs } from '../../engine/core/options';
import { type Args, or, takes, typed } from '../../engine/core/takes';
import { flush } from '../../engine/graph/flush';
import { isDevice } from '../../engine/storage/device';
import { noGrad } from '../../engine/storage/mode';
import { keepNoted, protectSteps, type StepCounting } from '../../engine/storage/protect';
import type { Storage } from '../../engine/storage/storage';
import { callOf } from '../nn/module/callable-object';
import { deepcopy } from '../nn/module/deepcopy';
import { Module } from '../nn/module/module';
import type { StateDict } from '../nn/module/state-dict';
import { tensor } from '../tensor/creation/creation';
import { numberAtHand } from '../tensor/reading/shown';
import type { Tensor } from '../tensor/tensor';
import { type Averaging, averageInto } from './averages';
import { isNormalizing } from './normalizing';

export { SWALR } from './lr-scheduler/swa-lr';

const device = orNull({ words: 'a device', fits: isDevice });

/** The next average of one tensor; `numAveraged` is the number of models averaged so far. */
export type AverageFn = (
  /** The average so far. */ averaged: Tensor,
  /** The new value. */ current: Tensor,
  /** How many values the average has. */ numAveraged: number,
) => Tensor;

/** The next averages of several tensors, written into the first list. */
export type MultiAverageFn = (
  /** The average so far. */ averaged: readonly Tensor[],
  /** The new value. */ current: readonly Tensor[],
  /** How many values the average has. */ numAveraged: number,
) => void;

/** a ← a + (p − a) / (n + 1): the mean of all models. */
export const getSwaAvgFn = /* @__PURE__ */ closed('getSwaAvgFn', (): AverageFn => meanOfAll);

const meanOfAll: AverageFn = (averaged, current, numAveraged) =>
  averaged.add(current.sub(averaged).div(numAveraged + 1));

type DecayArguments = Arguments<{ decay?: number }, ['decay']>;

const decayIn = (name: string, args: readonly unknown[]): number =>
  parseArgs<{ decay?: number }>(name, [], { decay: 0.999 }, args, { decay: share }).decay;

const movingBy =
  (decay: number): AverageFn =>
  (averaged, current) =>
    averaged.mul(decay).add(current.mul(1 - decay));

/** a ← decay · a + (1 − decay) p: an exponential moving average. */
export const getEmaAvgFn = (...args: DecayArguments): AverageFn => movingBy(decayIn('getEmaAvgFn', args));

const each =
  (average: AverageFn): MultiAverageFn =>
  (averaged, current, numAveraged) => {
    averaged.forEach((a, i) => {
      a.copy_(average(a, current[i]!, numAveraged));
    });
  };

/**
 * Moves averages towards the current tensors by interpolation; tensors that are not floats are averaged by `others`.
 */
const interpolated =
  (weight: (numAveraged: number) => number, others: AverageFn): MultiAverageFn =>
  (averaged, current, numAveraged) => {
    for (const [i, a] of averaged.entries()) {
      if (isFloat(a.dtype)) a.lerp_(current[i]!, weight(numAveraged));
      else a.copy_(others(a, current[i]!, numAveraged));
    }
  };

/** `getSwaAvgFn` for lists of tensors: a ← lerp(a, p, 1 / (n + 1)). */
export const getSwaMultiAvgFn = /* @__PURE__ */ closed(
  'getSwaMultiAvgFn',
  (): MultiAverageFn => interpolated((numAveraged) => 1 / (numAveraged + 1), meanOfAll),
);

/** `getEmaAvgFn` for lists of tensors: a ← lerp(a, p, 1 − decay). */
export const getEmaMultiAvgFn = (...args: DecayArguments): MultiAverageFn => {
  const decay = decayIn('getEmaMultiAvgFn', args);
  return interpolated(() => 1 - decay, movingBy(decay));
};

/** The options of AveragedModel. */
export interface AveragedModelOptions {
  /** The next average of a parameter, computed from its average, the parameter and the number of averaged models. */
  avgFn?: AverageFn | null;
  /** As avgFn, of all parameters at once. */
  multiAvgFn?: MultiAverageFn | null;
  /** Whether to average buffers, such as running statistics, too. If false, they are copied. Default: false. */
  useBuffers?: boolean;
}

type AveragedModelArguments<M extends Module> = AveragedModelOptions & { model: M; device?: unknown };

const averagedModelUpdateParametersTable = takes('AveragedModel.updateParameters', {
  model: instance(Module, 'an nn.Module'),
});

/**
 * A copy of a model whose parameters are running averages of the model's (Izmailov et al. 2018, arXiv:1803.05407):
 *
 *     const averaged = new optim.swaUtils.AveragedModel(model, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.999) });
 *     for await (const batch of loader) { step(batch); averaged.updateParameters(model); }
 *     await optim.swaUtils.updateBn(loader, averaged);
 */
export class AveragedModel<M extends Module = Module> extends Module implements StepCounting {
  readonly module: M;
  readonly useBuffers: boolean;
  /** The number of models averaged so far (int64). */
  declare nAveraged: Tensor;
  /** `nAveraged` as it was loaded: after the copy, its contents are only on the device. */
  private loadedCount: number | null = null;
  protected readonly average: MultiAverageFn;

  constructor(...args: Arguments<AveragedModelArguments<M>, ['model', 'device', 'avgFn', 'multiAvgFn', 'useBuffers']>) {
    super();
    const o = parseArgs<AveragedModelArguments<M>>(
      'AveragedModel',
      ['model'],
      { device: null, avgFn: null, multiAvgFn: null, useBuffers: false },
      args,
      { device, avgFn: orNull(callback), multiAvgFn: orNull(callback) },
    );
    if (!(o.model instanceof Module)) {
      throw new ArgumentError(`AveragedModel: expected an nn.Module, but got ${kindOf(o.model)}`);
    }
    if (o.avgFn && o.multiAvgFn) {
      throw new ArgumentError('AveragedModel: expected avgFn or multiAvgFn, but got both; leave one of them out');
    }
    this.module = deepcopy(o.model as M);
    this.registerBuffer('nAveraged', tensor(0, { dtype: 'int64' }), { key: 'n_averaged' });
    this.useBuffers = o.useBuffers;
    this.average = o.multiAvgFn ?? each(o.avgFn ?? meanOfAll);
    protectSteps(this);
  }

  /** @internal */
  storages(): Storage[] {
    return [...this.parameters(), ...this.buffers()].map(({ storage }) => storage);
  }

  /** @internal The only count is in the buffer `nAveraged`. */
  captureSteps(): () => void {
    return () => {};
  }

  /** @internal */
  restoreSteps(): null {
    return null;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of the module within.
  override forward(...args: any[]): unknown {
    return callOf(this.module)(...args);
  }

  /** Averages in the model's current parameters. */
  updateParameters(...args: Args<typeof averagedModelUpdateParametersTable, ['model']>): void {
    const { model } = averagedModelUpdateParametersTable.read(args);
    const pairs = this.pairsWith(model);
    const count = this.counted();
    keepNoted();
    noGrad(() => {
      for (const dtype of new Set(pairs.map(({ averaged }) => averaged.dtype))) {
        const alike = pairs.filter(({ averaged }) => averaged.dtype === dtype);
        // The first model is copied. Bool tensors are always copied, since they have no mean.
        if (count > 0 && dtype !== 'bool') averageInto(alike, (own, current) => this.average(own, current, count));
        else for (const { averaged, current } of alike) averaged.copy_(current);
      }
      if (!this.useBuffers) {
        const buffers = model.buffers();
        this.module.buffers().forEach((buffer, i) => {
          buffer.copy_(buffers[i]!);
        });
      }
      this.nAveraged.fill_(count + 1);
    });
    flush();
  }

  /** The averages, each with the model's corresponding tensor. */
  private pairsWith(model: Module): Averaging[] {
    const tensorsOf = (of: Module) => [...of.parameters(), ...(this.useBuffers ? of.buffers() : [])];
    const parameters = this.module.parameters().length;
    const [own, current] = [tensorsOf(this.module), tensorsOf(model)];
    if (own.length !== current.length) {
      throw new ArgumentError(
        `AveragedModel.updateParameters: expected the model that it is a copy of, with ${own.length} tensors, but got one with ${current.length}`,
      );
    }
    return own.map((averaged, i) => ({ averaged, current: current[i]!.detach(), isFlat: i < parameters }));
  }

  /** `nAveraged` as a number, without waiting for the device. */
  private counted(): number {
    const count = numberAtHand(this.nAveraged) ?? this.loadedCount;
    if (count !== null) return count;
    throw new ArgumentError(
      'AveragedModel.updateParameters: expected nAveraged as a number on the host, but a tensor on the device was loaded; load torch.tensor(await count.item())',
    );
  }

  override upgradeState(state: StateDict, prefix: string): StateDict {
    const count = state[`${prefix}n_averaged`];
    if (count) this.loadedCount = numberAtHand(count);
    return state;
  }
}

const batches: Kind = {
  words: 'a loader, or a list of batches',
  fits: (value) =>
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value),
};

const updateBnTable = takes('updateBn', {
  /** Batches, over which the statistics of normalisation are taken. */
  loader: typed<AsyncIterable<unknown> | Iterable<unknown>>(batches),
  model: instance(Module, 'an nn.Module'),
  /** Has no effect: there is one device. */
  device: or(typed<unknown>(device), null),
});

/**
 * Recomputes the running statistics of a model's batch norms, in one pass over the inputs of a loader: averaged weights
 * have no statistics of their own. If a batch is a list, its first element is the input.
 */
export async function updateBn(...args: Args<typeof updateBnTable, ['loader', 'model', 'device']>): Promise<void> {
  const { loader, model } = updateBnTable.read(args);
  const norms = model.modules().filter(isNormalizing);
  if (norms.length === 0) return;
  const momenta = norms.map(({ momentum }) => momentum);
  const { training } = model;
  for (const norm of norms) {
    norm.resetRunningStats();
    norm.momentum = null;
  }
  try {
    model.train();
    for await (const batch of loader) {
      const input: unknown = Array.isArray(batch) ? batch[0] : batch;
      noGrad(() => {
        callOf(model)(input);
      });
      flush();
    }
  } finally {
    norms.forEach((norm, i) => {
      norm.momentum = momenta[i]!;
    });
    model.train(training);
  }
}
