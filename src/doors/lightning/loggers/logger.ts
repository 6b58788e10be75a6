// What a logger is, and where its runs are kept.

import { Tensor } from '../../../torch';
import { type Arguments, isPlainObject, kinds, objectAt, parseArgs } from '../../../torch/inside';
import type { Awaitable } from '../awaitable';
import type { Hyperparameters } from '../checkpointing';
import { namesIn } from '../files';
import { record } from '../hooks';

/** The receiver of logged values; a logger of your own defines `logMetrics` at least. */
export interface Logger {
  /** The name of the experiment. */
  readonly name: string | null;
  readonly version: string | number | null;
  /** The folder of this run; null for loggers without. */
  readonly logDir: string | null;
  readonly saveDir: string | null;
  /** Seconds after which rows that wait are read, in bulk and in the background; without it they come at ends of epochs, or by hundreds. */
  readonly refreshRate?: number;
  /** Called before a run. */
  begin?(): Awaitable<unknown>;
  logMetrics(metrics: Readonly<Record<string, number>>, step: number): Awaitable<unknown>;
  logHyperparams?(params: Readonly<Hyperparameters>): unknown;
  /** Writes the rows that have not been written yet. */
  save?(): Awaitable<unknown>;
  /** Called behind a run. */
  finalize?(status: 'success' | 'failed'): Awaitable<unknown>;
}

/** The name under which runs are kept where none is given. */
export const RUNS = 'lightning_logs';

/** The first version that is free in a folder: one more than the last of `version_0`, `version_1`, …. */
export async function nextVersion(folder: string): Promise<number> {
  const versions = (await namesIn(folder)).map((name) => /^version_(\d+)$/.exec(name)?.[1]);
  return Math.max(-1, ...versions.filter((version) => version !== undefined).map(Number)) + 1;
}

interface Ending {
  status?: 'success' | 'failed';
}

/** Of `finalize`, by place or by name. */
export type StatusArguments = Arguments<Ending, ['status']>;

/** Refuses another status than a run ends with. */
export function expectStatus(owner: string, args: readonly unknown[]): void {
  const status = kinds.oneOf('success', 'failed');
  parseArgs<Ending>(`${owner}.finalize`, [], { status: 'success' }, args, { status });
}

interface Row {
  metrics: Readonly<Record<string, number>>;
  step: number;
}

/** Of `logMetrics`, by place or by name. */
export type RowArguments = Arguments<Row, ['metrics', 'step']>;

export const rowOf = (owner: string, args: readonly unknown[]): Row =>
  parseArgs<Row>(`${owner}.logMetrics`, ['metrics', 'step'], {}, args, { metrics: record, step: kinds.integer });

interface GivenParams {
  params: Readonly<Hyperparameters>;
}

/** The hyperparameters that `logHyperparams` is given, by place or by name. */
export function paramsIn(owner: string, args: readonly unknown[]): Readonly<Hyperparameters> {
  const name = `${owner}.logHyperparams`;
  const given = objectAt(name, ['params'], 0, args);
  return parseArgs<GivenParams>(name, ['params'], {}, given, { params: record }).params;
}

/** Hyperparameters as plain values by paths: `model/hidden`. */
export function flatHyperparameters(
  params: Readonly<Hyperparameters>,
  before = '',
): Record<string, string | number | boolean> {
  const flat: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(params)) {
    const path = before + name;
    if (isPlainObject(value)) Object.assign(flat, flatHyperparameters(value, `${path}/`));
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') flat[path] = value;
    else flat[path] = value instanceof Tensor ? `Tensor [${value.shape.join(', ')}]` : String(value);
  }
  return flat;
}
