// Which loggers there are where none is named.
import { hasFiles } from '../files';
import { CSVLogger } from './csv';
import type { Logger } from './logger';
import { MemoryLogger } from './memory';

/** The loggers that an option of the trainer means. */
export function defaultLoggers(given: boolean | Logger | readonly Logger[] | null, folder: string): readonly Logger[] {
  if (given === false) return [];
  if (given === true || given === null) return [hasFiles() ? new CSVLogger(folder) : new MemoryLogger()];
  return [given].flat() as Logger[];
}
