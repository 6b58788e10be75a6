// Unconfirmed runs: WebGPU may still refuse them, since the allocation of a buffer that they use may have failed.
// Refused runs, and runs that used their results, are undone.
import { GPUValidationFailure } from '../core/errors';
import type { Session } from '../gpu/session';
import { type Cell, dropHost, isOnDevice, noteFailure, settle, vacate } from './contents';
import type { Job } from './job';

/** A run for which WebGPU's answer is awaited. */
export interface UnconfirmedRun {
  readonly job: Job;
  /** For each export: the cell whose memory it took over, or null. */
  readonly taken: readonly (Cell | null)[];
  /** Cells to release once the run is confirmed. If the run is refused, they are needed again. */
  readonly releases: readonly Cell[];
  /** Cells whose data was uploaded for the run, and is still on the host. */
  readonly uploaded: readonly Cell[];
  /** Whether the run was a single submit, which WebGPU accepts or refuses as a whole. */
  readonly whole: boolean;
  /** The number of buffers that had been created when the run was submitted. */
  readonly created: number;
}

interface Watched extends UnconfirmedRun {
  refused: boolean | null;
}

export class UnconfirmedRuns {
  private readonly watched: Watched[] = [];
  private troubled = false;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly release: (cell: Cell) => void,
    /** Calls the function, which undoes refused work, before anything else runs. */
    private readonly undoFirst: (undo: () => Promise<void>) => void,
  ) {}

  /** Whether no run is unconfirmed. */
  get isEmpty(): boolean {
    return this.watched.length === 0;
  }

  /** Whether a run was refused and has not been undone yet. */
  get isUndoing(): boolean {
    return this.troubled;
  }

  add(run: UnconfirmedRun, answer: Promise<GPUError | null>): void {
    const watched: Watched = { ...run, refused: null };
    this.watched.push(watched);
    void answer.then(
      (error) => {
        watched.refused = error !== null;
        if (error && !this.troubled) {
          this.troubled = true;
          this.session.report(new GPUValidationFailure(`WebGPU refused a command: ${error.message}`));
          this.undoFirst(() => this.undo());
        }
        if (!this.troubled) this.confirm();
        this.wake();
      },
      () => {}, // the device was lost, which is reported by its own error
    );
  }

  /** Resolves when all earlier runs have been answered, and refused ones undone. */
  async settled(): Promise<void> {
    const last = this.watched.at(-1);
    while (last && this.watched.includes(last)) await this.next();
  }

  /** Resolves when the next run has been answered or undone. */
  private next(): Promise<void> {
    return this.session.orLost(new Promise<void>((go) => this.waiting.push(go)));
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** Confirms the leading runs that were answered and not refused. */
  private confirm(): void {
    const { watched, session } = this;
    while (watched.length > 0 && watched[0]!.refused === false) {
      const run = watched.shift()!;
      session.confirmBuffers(run.created);
      this.finish(run);
    }
  }

  private finish({ releases, uploaded }: UnconfirmedRun): void {
    for (const cell of releases) this.release(cell);
    // If the device was lost meanwhile, the host has the only copy, so it stays.
    for (const cell of uploaded) if (isOnDevice(cell)) dropHost(cell);
  }

  private async undo(): Promise<void> {
    const { watched, session } = this;
    const open = () => watched.some(({ refused }) => refused === null);
    while (open()) await this.next();
    const error = session.takeError() ?? new GPUValidationFailure('WebGPU refused a command');
    const unconfirmed = watched.splice(0);
    const spoiled = new Set<Cell>();
    const bad = unconfirmed.filter(({ job, refused }) => {
      const isBad = refused || job.inputs.some((cell) => spoiled.has(cell));
      if (isBad) for (const { cell } of job.exports) spoiled.add(cell);
      return isBad;
    });
    let updates = false;
    for (const { job, taken, refused, whole, uploaded } of bad.reverse()) {
      job.exports.forEach(({ cell, replaces }, i) => {
        const from = taken[i];
        const memory = vacate(cell);
        noteFailure(cell, error);
        updates ||= replaces !== null;
        // Nothing was written, so the memory still holds the earlier contents.
        if (from && memory && refused && whole) settle(from, memory);
        else if (memory) session.memory.free(memory);
      });
      for (const cell of uploaded) {
        const memory = vacate(cell);
        if (memory) session.memory.free(memory);
      }
      job.failed();
    }
    for (const run of unconfirmed) if (!bad.includes(run)) this.finish(run);
    session.confirmBuffers();
    // Reading a value that was not computed throws; the first read of any value reports that updates were not applied.
    if (updates) session.report(error);
    this.troubled = false;
    this.wake();
  }
}
