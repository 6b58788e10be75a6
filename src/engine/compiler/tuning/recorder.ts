// Finds the choices that a program's kernels make, by recording their questions.
import type { Tuning } from '../../gpu/device';
import { type ChoicePoint, pointKey } from './table';
import type { Candidate, Probe } from './tuning';

/** Records every question, and answers some with given candidates. */
export class TuningRecorder implements Tuning {
  readonly points = new Map<string, ChoicePoint>();

  constructor(
    /** The given answers, by `pointKey`. */
    private readonly forced: ReadonlyMap<string, Candidate> = new Map(),
    /** Answers questions about probes, which are not recorded. */
    private readonly otherwise?: Tuning,
  ) {}

  costs(probe: Probe): Readonly<Record<string, number>> | null {
    return this.otherwise?.costs?.(probe) ?? null;
  }

  choose<T>(kernel: string, shape: readonly number[], candidates: readonly T[], fallback: T): T {
    const key = pointKey(kernel, shape);
    this.points.set(key, { kernel, shape, candidates, fallback } as unknown as ChoicePoint);
    return (this.forced.get(key) as T | undefined) ?? fallback;
  }
}
