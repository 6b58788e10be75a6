// The host's part of a profile: the phases of flushes and read-backs, with their times.

/**
 * `flush` chooses the work, `compile` makes a plan, `pipelines` waits for its kernels, `submit` encodes a run, `read`
 * waits for values.
 */
export type PhaseName = 'flush' | 'compile' | 'pipelines' | 'submit' | 'read';

export interface HostPhase {
  readonly name: PhaseName;
  /** Milliseconds, by `performance.now()`. */
  readonly start: number;
  readonly end: number;
}

const state: { phases: HostPhase[] | null } = { phases: null };

/** Notes a phase that ends now, if a profile is being taken. */
export function hostPhase(name: PhaseName, start: number): void {
  state.phases?.push({ name, start, end: performance.now() });
}

/** Starts noting phases. The returned function stops that, and returns the phases in the order in which they ended. */
export function startHostTrace(): () => readonly HostPhase[] {
  const phases: HostPhase[] = [];
  state.phases = phases;
  return () => {
    state.phases = null;
    return phases;
  };
}
