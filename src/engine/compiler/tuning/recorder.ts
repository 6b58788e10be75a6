// What a program's kernels can choose, by asking them.
import type { Tuning } from '../../gpu/device';
import { type ChoicePoint, pointKey } from './table';
import type { Candidate, Probe } from './tuning';

/** Notes every question, and answers some of them as told. */
export class TuningRecorder implements Tuning {
  readonly points = new Map<string, ChoicePoint>();

  constructor(
    /** Answers by `pointKey`. */
    private readonly forced: ReadonlyMap<string, Candidate> = new Map(),
    /** Answers questions that are not recorded. */
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
