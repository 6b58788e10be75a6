// Jobs: what a flush asks the engine to run.
import type { Piece } from '../gpu/executable';
import type { FaultSlot } from '../gpu/fault-slots';
import { type Cell, noteFailure } from './contents';
import type { Program } from './ir';

/** A program to run, with the cells of this run. */
export interface Job {
  /** Equal keys mean equal programs. */
  readonly key: readonly number[];
  build(): Program;
  readonly inputs: readonly Cell[];
  /** By input, where it is a slice of a cell: bytes of the cell before it. */
  readonly offsets: readonly (number | undefined)[];
  /** By input that has room for more than there is, the inputs that lie there one after another; those but the first are behind the program's. */
  readonly joins?: ReadonlyMap<number, readonly Piece[]>;
  readonly exports: readonly JobExport[];
  readonly scalars: readonly number[];
  /** The slot of the optimizer whose updates the program holds, if it holds any. */
  readonly slot: FaultSlot | null;
  /** Cells whose memory goes back once the job has run. */
  readonly releases: readonly Cell[];
  /** Called when the job has been sent to the GPU. */
  ran(): void;
  /** Called when the job could not run. */
  failed(): void;
}

export interface JobExport {
  readonly cell: Cell;
  /** The cell that this one replaces in its storage, whose memory may be taken over. */
  readonly replaces: Cell | null;
}

/** What a job exports failed with it. */
export function fail(job: Job, error: Error): void {
  for (const { cell } of job.exports) noteFailure(cell, error);
  job.failed();
}

/** Takes jobs in place of the GPU, which then runs nothing. */
export interface Rehearsal {
  take(job: Job): void;
  /** Has a cell count as computed from now on. */
  imagine(cell: Cell): void;
  /** Whether the cell would have been computed by a job taken before; it reads as zeros. */
  has(cell: Cell): boolean;
  /** What a cell holds, at once; null where that can be told without the GPU. */
  read(cell: Cell): Promise<ArrayBuffer> | null;
}
