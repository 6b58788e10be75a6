// The surface of `optim.swaUtils`: models whose weights are averages of another's over its training, as torch.optim.swa_utils has them.
import { noGrad } from '../autograd/mode';
import { isFloat } from '../compiler/meta';
import { ArgumentError } from '../errors';
import { flush } from '../graph/flush';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../nn/batch-norm';
import { deepcopy } from '../nn/deepcopy';
import { Module } from '../nn/module';
import { tensor } from '../tensor/creation';
import { type Arguments, kindOf, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';

export { SWALR } from './lr-scheduler/swa-lr';

/** The next average of one tensor; the count is how many models it is of so far. */
export type AverageFn = (averaged: Tensor, current: Tensor, numAveraged: number) => Tensor;

/** The next averages of several tensors, written into the first list. */
export type MultiAverageFn = (averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: number) => void;

/** a ← a + (p − a) / (n + 1): the mean of all models. */
export const getSwaAvgFn =
  (): AverageFn =>
  (averaged, current, numAveraged): Tensor =>
    averaged.add(current.sub(averaged).div(numAveraged + 1));

function expectDecay(decay: number): void {
  if (typeof decay === 'number' && decay >= 0 && decay <= 1) return;
  throw new ArgumentError(`getEmaAvgFn: expected decay from 0 to 1, but got ${decay}`);
}

/** a ← decay · a + (1 − decay) p: an exponential moving average. */
export const getEmaAvgFn = (decay = 0.999): AverageFn => {
  expectDecay(decay);
  return (averaged, current) => averaged.mul(decay).add(current.mul(1 - decay));
};

const each =
  (average: AverageFn): MultiAverageFn =>
  (averaged, current, numAveraged) => {
    averaged.forEach((a, i) => {
      a.copy_(average(a, current[i]!, numAveraged));
    });
  };

/** `getSwaAvgFn` for lists of tensors. */
export const getSwaMultiAvgFn = (): MultiAverageFn => each(getSwaAvgFn());

/** `getEmaAvgFn` for lists of tensors. */
export const getEmaMultiAvgFn = (decay = 0.999): MultiAverageFn => each(getEmaAvgFn(decay));

export interface AveragedModelOptions {
  avgFn?: AverageFn | null;
  multiAvgFn?: MultiAverageFn | null;
  /** Whether buffers, such as running statistics, are averaged as well; else they are copied. Default: false. */
  useBuffers?: boolean;
}

type AveragedModelArguments<M extends Module> = AveragedModelOptions & { model: M; device?: unknown };

/**
 * A copy of a model whose parameters are averages of it (Izmailov et al. 2018, arXiv:1803.05407):
 *
 *     const averaged = new optim.swaUtils.AveragedModel(model, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.999) });
 *     for await (const batch of loader) { step(batch); averaged.updateParameters(model); }
 *     await optim.swaUtils.updateBn(loader, averaged);
 */
export class AveragedModel<M extends Module = Module> extends Module {
  readonly module: M;
  readonly useBuffers: boolean;
  declare nAveraged: Tensor;
  /** The same on the host, so that an update waits for nothing. */
  protected count = 0;
  protected readonly average: MultiAverageFn;

  constructor(...args: Arguments<AveragedModelArguments<M>, ['model', 'device', 'avgFn', 'multiAvgFn', 'useBuffers']>) {
    super();
    const o = parseArgs<AveragedModelArguments<M>>(
      'AveragedModel',
      ['model'],
      { device: null, avgFn: null, multiAvgFn: null, useBuffers: false },
      args,
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
    this.average = o.multiAvgFn ?? each(o.avgFn ?? getSwaAvgFn());
  }

  // biome-ignore lint/suspicious/noExplicitAny: the arguments are those of the module within.
  override forward(...args: any[]): unknown {
    return (this.module as unknown as (...args: unknown[]) => unknown)(...args);
  }

  /** Takes the model's present parameters into the averages. */
  updateParameters(model: Module): void {
    noGrad(() => {
      const tensorsOf = (of: Module) => (this.useBuffers ? [...of.parameters(), ...of.buffers()] : of.parameters());
      const own = tensorsOf(this.module);
      const current = tensorsOf(model).map((each) => each.detach());
      if (own.length !== current.length) {
        throw new ArgumentError(
          `AveragedModel.updateParameters: expected the model that it is a copy of, with ${own.length} tensors, but got one with ${current.length}`,
        );
      }
      const floats = own.map((each, i) => ({ each, i })).filter(({ each }) => isFloat(each.dtype));
      const averaged = this.count > 0 ? floats : [];
      own.forEach((each, i) => {
        if (this.count === 0 || !isFloat(each.dtype)) each.copy_(current[i]!);
      });
      if (averaged.length > 0) {
        this.average(
          averaged.map(({ each }) => each.detach()),
          averaged.map(({ i }) => current[i]!),
          this.count,
        );
      }
      if (!this.useBuffers) {
        const buffers = model.buffers();
        this.module.buffers().forEach((buffer, i) => {
          buffer.copy_(buffers[i]!);
        });
      }
      this.count++;
      this.nAveraged.fill_(this.count);
    });
    flush();
  }
}

/** A layer with running statistics. */
export type Normalizing = BatchNorm1d | BatchNorm2d | BatchNorm3d;

/** @internal */
export const isNormalizing = (module: Module): module is Normalizing =>
  module instanceof BatchNorm1d || module instanceof BatchNorm2d || module instanceof BatchNorm3d;

/**
 * Computes the running statistics of a model's batch norms anew, in one pass over the inputs of a loader: those of averaged weights are
 * nobody's. Of batches that are lists, the first part is the input.
 */
export async function updateBn(loader: AsyncIterable<unknown> | Iterable<unknown>, model: Module): Promise<void> {
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
        (model as unknown as (input: unknown) => unknown)(input);
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
