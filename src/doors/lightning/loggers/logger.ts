// The interface of loggers, and the names under which runs are stored.

import { type Arguments, kinds, objectAt, parseArgs } from '../../../torch/inside';
import type { Awaitable } from '../awaitable';
import type { Hyperparameters } from '../checkpointing';
import { namesIn } from '../files';
import { record } from '../hooks';

/** A receiver of logged values. Your own logger must define at least `logMetrics`. */
export interface Logger {
  /** The name of the experiment. */
  readonly name: string | null;
  readonly version: string | number | null;
  /** The folder of this run; null if the logger has none. */
  readonly logDir: string | null;
  readonly saveDir: string | null;
  /**
   * The number of seconds after which waiting rows are read, in bulk and in the background. If not given, rows are read
   * at the end of epochs, or when hundreds are waiting.
   */
  readonly refreshRate?: number;
  /** Called before a run. */
  begin?(): Awaitable<unknown>;
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): Awaitable<unknown>;
  logHyperparams?(/** Hyperparameters by their names. */ params: Readonly<Hyperparameters>): unknown;
  /** Writes the rows that have not been written yet. */
  save?(): Awaitable<unknown>;
  /**
   * Called after a run.
   * @param status How the run ended.
   */
  finalize?(status: 'success' | 'failed'): Awaitable<unknown>;
}

/** The default name under which runs are stored. */
export const RUNS = 'lightning_logs';

/** The next free version in a folder: one more than the highest of `version_0`, `version_1`, …. */
export async function nextVersion(folder: string): Promise<number> {
  const versions = (await namesIn(folder)).map((name) => /^version_(\d+)$/.exec(name)?.[1]);
  return Math.max(-1, ...versions.filter((version) => version !== undefined).map(Number)) + 1;
}

interface Ending {
  /** How the run ended. */
  status?: 'success' | 'failed';
}

/** The arguments of `finalize`, positional or by name. */
export type StatusArguments = Arguments<Ending, ['status']>;

/** @throws ArgumentError if the status is neither `success` nor `failed` */
export function expectStatus(owner: string, args: readonly unknown[]): void {
  const status = kinds.oneOf('success', 'failed');
  parseArgs<Ending>(`${owner}.finalize`, [], { status: 'success' }, args, { status });
}

interface Row {
  metrics: Readonly<Record<string, number>>;
  step: number;
}

/** The arguments of `logMetrics`, positional or by name. */
export type RowArguments = Arguments<Row, ['metrics', 'step']>;

export const rowOf = (owner: string, args: readonly unknown[]): Row =>
  parseArgs<Row>(`${owner}.logMetrics`, ['metrics', 'step'], {}, args, { metrics: record, step: kinds.integer });

interface GivenParams {
  params: Readonly<Hyperparameters>;
}

/** The argument of `logHyperparams`, positional or by name. */
export function paramsIn(owner: string, args: readonly unknown[]): Readonly<Hyperparameters> {
  const name = `${owner}.logHyperparams`;
  const given = objectAt(name, ['params'], 0, args);
  return parseArgs<GivenParams>(name, ['params'], {}, given, { params: record }).params;
}
