// The options of a Trainer, as in Lightning. Options that make no sense on a single device accept only their defaults.

import { ArgumentError } from '../../torch';
import { isPlainObject, kindOf, kinds, parseArgs, shown } from '../../torch/inside';
import type { Callback } from './hooks';
import type { Logger } from './loggers/logger';

/** An object with days, hours, minutes and seconds, a string `'DD:HH:MM:SS'`, or seconds. */
export type Duration =
  | string
  | number
  | { weeks?: number; days?: number; hours?: number; minutes?: number; seconds?: number };

/**
 * Options of a Trainer. In options that take a fraction or a number of batches, 0.25 is a quarter of the batches and 1
 * is one batch; leave the option out to use all.
 */
export interface TrainerOptions {
  /** Default: 1000 epochs, or as many as `maxSteps` and `maxTime` allow. -1: no limit. */
  maxEpochs?: number | null;
  /** The fewest epochs. */
  minEpochs?: number | null;
  /** The maximum number of optimizer steps. Default: -1, no limit. */
  maxSteps?: number;
  /** The fewest steps. */
  minSteps?: number | null;
  /** How long to train at most. */
  maxTime?: Duration | null;
  /** The most batches of an epoch of training, as a number or a share. */
  limitTrainBatches?: number | null;
  /** The most batches of validation, as a number or a share. */
  limitValBatches?: number | null;
  /** The most batches of a test, as a number or a share. */
  limitTestBatches?: number | null;
  /** The most batches of prediction, as a number or a share. */
  limitPredictBatches?: number | null;
  /**
   * The number (or fraction) of batches, from the first on and in order, to train and validate on, to see whether the
   * model can learn at all.
   */
  overfitBatches?: number;
  /** Validate after this many training batches, or this fraction of an epoch. Default: at the end of the epoch. */
  valCheckInterval?: number | null;
  /** Validate every n epochs. Default: 1. If null, `valCheckInterval` counts batches across epochs. */
  checkValEveryNEpoch?: number | null;
  /** The number of validation batches to run before training, to find mistakes early. Default: 2; -1 for all. */
  numSanityValSteps?: number | null;
  /** Pass values to loggers every n steps. Default: 50. */
  logEveryNSteps?: number | null;
  /** Default: true, which is a CSVLogger in Node and a MemoryLogger in a page. */
  logger?: boolean | Logger | readonly Logger[] | null;
  /** Callbacks, or one: they are called in this order. */
  callbacks?: Callback | readonly Callback[] | null;
  /** Whether to run only one batch (or this many) of everything, without loggers and checkpoints, to find mistakes. */
  fastDevRun?: boolean | number;
  /** Default: true, which adds a ModelCheckpoint that keeps the last epoch. */
  enableCheckpointing?: boolean | null;
  /** Whether to show a progress bar. Default: true. If false, nothing is printed to the console. */
  enableProgressBar?: boolean | null;
  /** Whether to print the table of the module's layers before training. Default: true. */
  enableModelSummary?: boolean | null;
  /** The number of batches whose gradients are accumulated per optimizer step. Default: 1. */
  accumulateGradBatches?: number;
  /** The greatest norm or value of gradients; null without a limit. */
  gradientClipVal?: number | null;
  /** Whether the norm of all gradients or each element is clipped. Default: `norm`. */
  gradientClipAlgorithm?: 'norm' | 'value' | null;
  /**
   * Whether to use fixed kernel tiles, which then also apply to later work in this page. Results are then bit for bit
   * the same in every such run on the same adapter.
   */
  deterministic?: boolean | 'warn' | null;
  /**
   * Default: `'32-true'`. If the device supports float16, `'16-mixed'`, which uses `autocast`, and `'16-true'` are also
   * accepted.
   */
  precision?: string | number | null;
  /** Whether to check losses and gradients for NaN, which requires a read-back at each step. */
  detectAnomaly?: boolean;
  /** After how many epochs the loaders are asked for again; 0 for never. */
  reloadDataloadersEveryNEpochs?: number;
  /** The folder for logs and checkpoints. Default: the working folder. */
  defaultRootDir?: string | null;
  /** Training ends cleanly when this signal is aborted, for example by a stop button. */
  signal?: AbortSignal | null;
  /** 'auto' or 'gpu': WebGPU either way. */
  accelerator?: string;
  /** Accepted because Lightning has it, without effect: there is one device. */
  strategy?: string;
  /** Accepted because Lightning has it, without effect: there is one device. */
  devices?: string | number | readonly number[];
  /** Accepted because Lightning has it, without effect: there is one. */
  numNodes?: number;
  /** Accepted because Lightning has it, without effect: kernels are measured by `tune`. */
  benchmark?: boolean | null;
  /** Whether evaluation records no gradients: always so. */
  inferenceMode?: boolean;
  /** Accepted because Lightning has it, without effect: there is one device. */
  useDistributedSampler?: boolean;
  /** Nothing: `torch.profiler` profiles. */
  profiler?: null;
  /** Whether to leave out whatever costs time beside training. */
  barebones?: boolean;
  /** Nothing: there are none. */
  plugins?: null;
  /** Accepted because Lightning has it, without effect: there is one device. */
  syncBatchnorm?: boolean;
  /** Accepted because Lightning has it, without effect. */
  enableAutologHparams?: boolean;
  /** Nothing: there is no registry. */
  modelRegistry?: null;
}

const defaults = {
  accelerator: 'auto',
  strategy: 'auto',
  devices: 'auto',
  numNodes: 1,
  precision: null,
  logger: null,
  callbacks: null,
  fastDevRun: false,
  maxEpochs: null,
  minEpochs: null,
  maxSteps: -1,
  minSteps: null,
  maxTime: null,
  limitTrainBatches: null,
  limitValBatches: null,
  limitTestBatches: null,
  limitPredictBatches: null,
  overfitBatches: 0,
  valCheckInterval: null,
  checkValEveryNEpoch: 1,
  numSanityValSteps: null,
  logEveryNSteps: null,
  enableCheckpointing: null,
  enableProgressBar: null,
  enableModelSummary: null,
  accumulateGradBatches: 1,
  gradientClipVal: null,
  gradientClipAlgorithm: null,
  deterministic: null,
  benchmark: null,
  inferenceMode: true,
  useDistributedSampler: true,
  profiler: null,
  detectAnomaly: false,
  barebones: false,
  plugins: null,
  syncBatchnorm: false,
  reloadDataloadersEveryNEpochs: 0,
  defaultRootDir: null,
  enableAutologHparams: true,
  modelRegistry: null,
  signal: null,
} as const;

const maybe = kinds.orNull(kinds.flag);

/** A number of batches, or a fraction of them; null for all. */
const limit = kinds.orNull(kinds.between(0));

const optionKinds: kinds.Kinds<TrainerOptions> = {
  logger: kinds.anything,
  fastDevRun: kinds.either(kinds.flag, kinds.whole(0)),
  limitTrainBatches: limit,
  limitValBatches: limit,
  limitTestBatches: limit,
  limitPredictBatches: limit,
  overfitBatches: kinds.between(0),
  valCheckInterval: limit,
  accumulateGradBatches: kinds.whole(1),
  checkValEveryNEpoch: kinds.orNull(kinds.whole(1)),
  reloadDataloadersEveryNEpochs: kinds.whole(0),
  enableCheckpointing: maybe,
  enableProgressBar: maybe,
  enableModelSummary: maybe,
  deterministic: kinds.oneOf(true, false, 'warn', null),
  benchmark: maybe,
  defaultRootDir: kinds.orNull(kinds.text),
};

export type ParsedOptions = Required<{ [K in keyof TrainerOptions]: Exclude<TrainerOptions[K], undefined> }>;

const oneDevice = 'a page has one device, and one process';

/** Options that cannot be changed here, with the accepted values and the reason. */
const fixed: Readonly<Record<string, readonly [readonly unknown[], string]>> = {
  accelerator: [['auto', 'gpu', 'webgpu', 'cuda', 'mps', 'cpu'], 'everything runs on WebGPU'],
  strategy: [['auto', 'single_device'], `${oneDevice}, so there is nothing to distribute over`],
  devices: [['auto', 1, '1', -1], oneDevice],
  numNodes: [[1], oneDevice],
  syncBatchnorm: [[false], oneDevice],
  profiler: [[null], 'use torch.gpu.profile around trainer.fit'],
  plugins: [[null], 'there are none'],
  barebones: [[false], 'leave out logger, callbacks and enableProgressBar one by one'],
  modelRegistry: [[null], 'there is none here'],
};

/** @throws ArgumentError if an option is unknown or its value is invalid */
export function parseOptions(args: readonly unknown[]): ParsedOptions {
  const o = parseArgs<TrainerOptions>('Trainer', [], defaults as never, args, optionKinds) as ParsedOptions;
  for (const [name, [values, reason]] of Object.entries(fixed)) {
    const given: unknown = o[name as keyof ParsedOptions];
    const isOne = values.includes(given) || (name === 'devices' && Array.isArray(given) && given.length === 1);
    if (isOne) continue;
    throw new ArgumentError(
      `Trainer: expected ${name} ${values.map((value) => shown(value)).join(' or ')}, but got ${shown(given)}; ${reason}, so leave it out`,
    );
  }
  for (const name of ['maxEpochs', 'maxSteps', 'numSanityValSteps'] as const) whole(name, o[name], -1);
  for (const name of ['minEpochs', 'minSteps', 'logEveryNSteps'] as const) whole(name, o[name], 0);
  whole('checkValEveryNEpoch', o.checkValEveryNEpoch, 1);
  const shares = ['limitTrainBatches', 'limitValBatches', 'limitTestBatches', 'limitPredictBatches'] as const;
  for (const name of [...shares, 'overfitBatches', 'valCheckInterval'] as const) share(name, o[name]);
  if (o.valCheckInterval === 0) throw new ArgumentError('Trainer: expected valCheckInterval > 0, but got 0');
  if (o.checkValEveryNEpoch === null && o.valCheckInterval !== null && o.valCheckInterval < 1) {
    throw new ArgumentError(
      `Trainer: expected a whole valCheckInterval with checkValEveryNEpoch: null, but got ${o.valCheckInterval}`,
    );
  }
  if (o.gradientClipVal !== null && !(typeof o.gradientClipVal === 'number' && o.gradientClipVal >= 0)) {
    throw new ArgumentError(
      `Trainer: expected gradientClipVal to be a number ≥ 0 or null, but got ${shown(o.gradientClipVal)}`,
    );
  }
  if (!['norm', 'value', null].includes(o.gradientClipAlgorithm)) {
    throw new ArgumentError(
      `Trainer: expected gradientClipAlgorithm 'norm', 'value' or null, but got ${shown(o.gradientClipAlgorithm)}`,
    );
  }
  if (o.signal !== null && !(o.signal instanceof AbortSignal)) {
    throw new ArgumentError(`Trainer: expected signal to be an AbortSignal, but got ${kindOf(o.signal)}`);
  }
  return o;
}

function whole(name: string, value: number | null, least: number): void {
  if (value === null || (Number.isInteger(value) && value >= least)) return;
  throw new ArgumentError(`Trainer: expected ${name} to be a whole number ≥ ${least} or null, but got ${shown(value)}`);
}

function share(name: string, value: number | null): void {
  if (value === null || (value >= 0 && (value < 1 || Number.isInteger(value)))) return;
  throw new ArgumentError(
    `Trainer: expected ${name} to be a share from 0 to 1, or a whole number of batches from 1 on, but got ${shown(value)}`,
  );
}

const spans = { weeks: 604800, days: 86400, hours: 3600, minutes: 60, seconds: 1 } as const;

/** A duration in seconds. */
export function secondsOf(what: string, duration: Duration): number {
  if (typeof duration === 'number' && duration >= 0) return duration;
  const [, days, hours, minutes, seconds] =
    (typeof duration === 'string' && /^(\d+):(\d\d):(\d\d):(\d\d)$/.exec(duration.trim())) || [];
  if (days !== undefined) {
    return Number(days) * spans.days + Number(hours) * spans.hours + Number(minutes) * spans.minutes + Number(seconds);
  }
  const entries = isPlainObject(duration) ? Object.entries(duration) : null;
  if (entries?.every(([name, value]) => name in spans && Number.isFinite(value))) {
    return entries.reduce((sum, [name, value]) => sum + value * spans[name as keyof typeof spans], 0);
  }
  throw new ArgumentError(
    `${what}: expected 'DD:HH:MM:SS', a number of seconds, { weeks, days, hours, minutes, seconds } or null, but got ${shown(duration)}`,
  );
}

export type Precision = '32-true' | '16-true' | '16-mixed';

/** @throws ArgumentError if WebGPU does not support the precision */
export function precisionOf(given: string | number | null): Precision {
  const name = String(given ?? '32-true');
  if (name === '32' || name === '32-true') return '32-true';
  if (name === '16' || name === '16-mixed') return '16-mixed';
  if (name === '16-true') return '16-true';
  throw new ArgumentError(
    `Trainer: expected precision '32-true', '16-mixed' or '16-true', but got ${shown(given)}; WebGPU has no bfloat16 and no float64`,
  );
}
