// The default loggers.
import { ArgumentError } from '../../../torch';
import { display, kindOf } from '../../../torch/inside';
import { hasFiles } from '../../tensorboard/local-files';
import { CSVLogger } from './csv';
import type { Logger } from './logger';
import { MemoryLogger } from './memory';

/**
 * The loggers for the trainer's option `logger`.
 *
 * @throws ArgumentError if the option is neither a boolean nor loggers
 */
export function defaultLoggers(given: boolean | Logger | readonly Logger[] | null, folder: string): readonly Logger[] {
  if (given === false) return [];
  const shown = display()?.logger?.();
  return [...chosen(given, folder), ...(shown ? [shownBy(shown)] : [])];
}

/** A place that shows results (such as a notebook) as a logger without files. */
const shownBy = (place: Pick<Logger, 'logMetrics' | 'refreshRate'>): Logger => ({
  name: null,
  version: null,
  logDir: null,
  saveDir: null,
  refreshRate: place.refreshRate,
  logMetrics: (metrics, step) => place.logMetrics(metrics, step),
});

function chosen(given: true | Logger | readonly Logger[] | null, folder: string): readonly Logger[] {
  if (given === true || given === null) return [hasFiles() ? new CSVLogger(folder) : new MemoryLogger()];
  const loggers = [given].flat() as Logger[];
  const wrong = loggers.find((logger) => typeof (logger as Partial<Logger> | null)?.logMetrics !== 'function');
  if (wrong === undefined && !loggers.includes(undefined as never)) return loggers;
  throw new ArgumentError(
    `Trainer: expected logger to be a boolean, a logger with a method logMetrics, or a list of loggers, but got ${kindOf(wrong)}`,
  );
}
