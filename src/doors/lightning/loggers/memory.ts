// MemoryLogger: keeps all rows in memory, for pages and tests.
import { type Arguments, kinds, parseArgs } from '../../../torch/inside';
import type { Hyperparameters } from '../checkpointing';
import { type Logger, paramsIn, type RowArguments, rowOf } from './logger';

/** The value logged under a name at one step. */
export interface LoggedPoint {
  readonly step: number;
  readonly value: number;
}

/**
 * Keeps rows in memory. `logger.history('val_loss')` returns the points logged under a name, and `logger.metrics`
 * contains all rows.
 */
export class MemoryLogger implements Logger {
  readonly name: string;
  readonly version = 0;
  readonly logDir = null;
  readonly saveDir = null;
  /** All rows, each with its step. */
  readonly metrics: Record<string, number>[] = [];
  hparams: Hyperparameters = {};
  readonly #listeners = new Set<(metrics: Readonly<Record<string, number>>, step: number) => void>();

  constructor(...args: Arguments<{ name?: string }, ['name']>) {
    const { name } = parseArgs<{ name?: string }>('MemoryLogger', [], { name: 'lightning_logs' }, args, {
      name: kinds.text,
    });
    this.name = name;
  }

  logMetrics(...args: RowArguments): void {
    const { metrics, step } = rowOf('MemoryLogger', args);
    this.metrics.push({ ...metrics, step });
    for (const listener of this.#listeners) listener(metrics, step);
  }

  logHyperparams(given: Readonly<Hyperparameters>, ...none: []): void {
    const params = paramsIn('MemoryLogger', [given, ...none]);
    this.hparams = { ...params };
  }

  /** The points logged under a name, in order. */
  history(...args: Arguments<{ name: string }, ['name']>): LoggedPoint[] {
    const { name } = parseArgs<{ name: string }>('MemoryLogger.history', ['name'], {}, args, { name: kinds.text });
    return this.metrics.filter((row) => name in row).map((row) => ({ step: row.step!, value: row[name]! }));
  }

  /**
   * Calls a function for each row, until the returned function is called.
   * @param listener The function that is called with each row and its step.
   */
  onRow(listener: (metrics: Readonly<Record<string, number>>, step: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
