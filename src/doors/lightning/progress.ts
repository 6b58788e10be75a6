// Counts how often a loop has started and finished its work, in total and in the current run, in the format of
// Lightning's checkpoints.

const kinds = ['ready', 'started', 'processed', 'completed'] as const;

type Kind = (typeof kinds)[number];

/**
 * Counts of events: about to begin (ready), begun (started), done except for the final hooks (processed), and finished
 * (completed).
 */
export class Counts {
  ready = 0;
  started = 0;
  processed = 0;
  completed = 0;

  reset(): void {
    this.ready = this.started = this.processed = this.completed = 0;
  }

  /** After a restart, work that was in progress when the program stopped counts as not done. */
  resetOnRestart(): void {
    this.ready = this.started = this.processed = this.completed;
  }
}

export interface ProgressState {
  readonly total: Readonly<Partial<Record<Kind, number>>>;
  readonly current: Readonly<Partial<Record<Kind, number>>>;
  readonly is_last_batch?: boolean;
}

export class Progress {
  readonly total = new Counts();
  readonly current = new Counts();

  /** @param tracked the counts that are written to checkpoints, in this order */
  constructor(private readonly tracked: readonly Kind[] = kinds) {}

  increment(kind: Kind): void {
    this.total[kind]++;
    this.current[kind]++;
  }

  reset(): void {
    this.total.reset();
    this.current.reset();
  }

  resetOnRun(): void {
    this.current.reset();
  }

  resetOnRestart(): void {
    this.current.resetOnRestart();
  }

  stateDict(): ProgressState {
    const written = (counts: Counts) => Object.fromEntries(this.tracked.map((kind) => [kind, counts[kind]]));
    return { total: written(this.total), current: written(this.current) };
  }

  loadStateDict({ total, current }: ProgressState): void {
    for (const kind of this.tracked) {
      this.total[kind] = Number(total[kind] ?? 0);
      this.current[kind] = Number(current[kind] ?? 0);
    }
  }
}

/** Progress through batches, and whether the current batch is the last. */
export class BatchProgress extends Progress {
  isLastBatch = false;

  override reset(): void {
    super.reset();
    this.isLastBatch = false;
  }

  override resetOnRun(): void {
    super.resetOnRun();
    this.isLastBatch = false;
  }

  override stateDict(): ProgressState {
    return { ...super.stateDict(), is_last_batch: this.isLastBatch };
  }

  override loadStateDict(state: ProgressState): void {
    super.loadStateDict(state);
    this.isLastBatch = state.is_last_batch ?? false;
  }
}
