// Unconfirmed runs: the GPU may yet refuse them, since a buffer that they use may not have found room. Runs that it has refused, and
// runs that have computed with their results, are undone.
import { GPUValidationFailure } from '../core/errors';
import type { Session } from '../gpu/session';
import { type Cell, dropHost, isOnDevice, noteFailure, settle, vacate } from './contents';
import type { Job } from './job';

/** A run whose answer is awaited. */
export interface UnconfirmedRun {
  readonly job: Job;
  /** By export, the cell whose memory it has taken over, if it has. */
  readonly taken: readonly (Cell | null)[];
  /** Cells whose memory is not needed any more, unless the run has been refused. */
  readonly releases: readonly Cell[];
  /** Cells whose data has been uploaded for it, and is on the host still. */
  readonly uploaded: readonly Cell[];
  /** All or nothing of it has been done: it was one submit. */
  readonly whole: boolean;
  /** The buffers that had been made before it was submitted. */
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
    /** Has the function called before anything else runs: it undoes the refused work. */
    private readonly undoFirst: (undo: () => Promise<void>) => void,
  ) {}

  /** Whether a run that is submitted now need not wait here. */
  get isEmpty(): boolean {
    return this.watched.length === 0;
  }

  /** Whether something was refused that has not been undone yet. */
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

  /** Resolves when all earlier work has been answered, and undone where it was refused. */
  async settled(): Promise<void> {
    const last = this.watched.at(-1);
    while (last && this.watched.includes(last)) await this.next();
  }

  /** Resolves when something has been answered or undone. */
  private next(): Promise<void> {
    return this.session.orLost(new Promise<void>((go) => this.waiting.push(go)));
  }

  private wake(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** Lets go of runs that were answered and not refused. */
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
    // Of a device that was lost since, only the host's data is left.
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
        // Nothing was written, so these are still the contents before.
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
