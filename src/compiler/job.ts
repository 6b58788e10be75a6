// Jobs: what a flush asks the engine to run.
import type { Cell } from './cell';
import type { Program } from './ir';

/** A program to run, with the cells of this run. */
export interface Job {
  /** Equal keys mean equal programs. */
  readonly key: readonly number[];
  build(): Program;
  readonly inputs: readonly Cell[];
  readonly exports: readonly JobExport[];
  readonly scalars: readonly number[];
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

/** Takes jobs in place of the GPU, which then runs nothing. */
export interface Rehearsal {
  take(job: Job): void;
  /** Whether the cell would have been computed by a job taken before; it reads as zeros. */
  has(cell: Cell): boolean;
}
