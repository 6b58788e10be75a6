// Jobs: a flush hands the engine a job, which is a program with the values to run it on.
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
  /** For each input that is a slice of a cell: its byte offset in the cell. */
  readonly offsets: readonly (number | undefined)[];
  /**
   * For each input whose buffer has spare capacity (a padded value): the inputs that lie in it one after another. All
   * but the first of them come after the program's own inputs.
   */
  readonly joins?: ReadonlyMap<number, readonly Piece[]>;
  readonly exports: readonly JobExport[];
  readonly scalars: readonly number[];
  /** The slot of the optimizer whose updates the program holds, if it holds any. */
  readonly slot: FaultSlot | null;
  /** Cells whose memory is given back once the job has run. */
  readonly releases: readonly Cell[];
  /** Called when the job has been sent to the GPU. */
  ran(): void;
  /** Called when the job could not run. */
  failed(): void;
}

export interface JobExport {
  readonly cell: Cell;
  /** The cell that this one replaces in its storage. This cell may take over its memory. */
  readonly replaces: Cell | null;
}

/** Marks a job and all its exports as failed. */
export function fail(job: Job, error: Error): void {
  for (const { cell } of job.exports) noteFailure(cell, error);
  job.failed();
}

/** A dry run: takes jobs instead of the GPU, which runs nothing meanwhile. */
export interface Rehearsal {
  take(job: Job): void;
  /** Treats a cell as computed from now on. */
  imagine(cell: Cell): void;
  /** Whether the cell would have been computed by a job taken before; it reads as zeros. */
  has(cell: Cell): boolean;
  /** The contents of a cell if the rehearsal must make them up; null if they can be read without the GPU. */
  read(cell: Cell): Promise<ArrayBuffer> | null;
}
