// Measured choices: which of a kernel's candidates is best for a shape on this adapter, where that has been measured.
import type { AdapterProfile, Tuning } from '../gpu/device';

/** One way to run a kernel (the sizes of its tiles, say), as plain JSON so that it can be kept beyond the page. */
export type Candidate = Readonly<Record<string, number | string | boolean>>;

/**
 * What a kernel's choice function returns: the candidate that `torch.gpu.tune` has measured to be best for this shape, else
 * `fallback`, the candidate that the rule of thumb gives. Asked in `lower` only, hence when a plan is compiled.
 *
 *     export const chooseTile = (s: MatmulShape, adapter: AdapterProfile): Tile =>
 *       tuned(adapter, 'matmul', [s.batch, s.rows, s.cols, s.inner], tilesThatFit(s, adapter), tileByTable(s, adapter));
 *
 * `shape` is all that decides which is best, as numbers: sizes, strides, a flag as 0 or 1. Every candidate must be valid for
 * it, and give the same result but for the order in which sums are rounded. `fallback` need not be among `candidates`.
 */
export function tuned<T extends Candidate>(
  adapter: AdapterProfile,
  kernel: string,
  shape: readonly number[],
  candidates: readonly T[],
  fallback: T,
): T {
  return adapter.tuning ? adapter.tuning.choose(kernel, shape, candidates, fallback) : fallback;
}

/** A question that a kernel asked, with all it may be answered. */
export interface ChoicePoint {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly candidates: readonly Candidate[];
  readonly fallback: Candidate;
}

/** What was measured at a choice point. */
export interface Choice {
  readonly kernel: string;
  readonly shape: readonly number[];
  /** The best candidate. */
  readonly best: Candidate;
  /** Identifies the list that it was best of: a measurement among other candidates says nothing. */
  readonly among: number;
}

export const pointKey = (kernel: string, shape: readonly number[]): string => `${kernel} ${shape.join(' ')}`;

/** A number for a list of candidates. */
export function fingerprint(candidates: readonly Candidate[]): number {
  const text = JSON.stringify(candidates);
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The candidates at a choice point, each once, the fallback first. */
export function candidatesOf({ candidates, fallback }: ChoicePoint): Candidate[] {
  const seen = new Set<string>();
  return [fallback, ...candidates].filter((candidate) => {
    const text = JSON.stringify(candidate);
    return !seen.has(text) && seen.add(text);
  });
}

/** The measured choices of one adapter. */
export class TuningTable implements Tuning {
  private readonly entries = new Map<string, Choice>();

  constructor(choices: readonly Choice[] = []) {
    for (const choice of choices) this.add(choice);
  }

  get choices(): readonly Choice[] {
    return [...this.entries.values()];
  }

  add(choice: Choice): void {
    this.entries.set(pointKey(choice.kernel, choice.shape), choice);
  }

  clear(): void {
    this.entries.clear();
  }

  /** The choice for a point, unless it was measured among other candidates. */
  find(point: ChoicePoint): Choice | undefined {
    const choice = this.entries.get(pointKey(point.kernel, point.shape));
    return choice && choice.among === fingerprint(candidatesOf(point)) ? choice : undefined;
  }

  choose<T>(kernel: string, shape: readonly number[], candidates: readonly T[], fallback: T): T {
    const point = { kernel, shape, candidates, fallback } as unknown as ChoicePoint;
    const choice = this.find(point);
    if (!choice) return fallback;
    const best = JSON.stringify(choice.best);
    return ([fallback, ...candidates] as T[]).find((candidate) => JSON.stringify(candidate) === best) ?? fallback;
  }
}

/** Notes every question, and answers some of them as told. */
export class TuningRecorder implements Tuning {
  readonly points = new Map<string, ChoicePoint>();

  constructor(
    /** Answers by `pointKey`. */
    private readonly forced: ReadonlyMap<string, Candidate> = new Map(),
  ) {}

  choose<T>(kernel: string, shape: readonly number[], candidates: readonly T[], fallback: T): T {
    const key = pointKey(kernel, shape);
    this.points.set(key, { kernel, shape, candidates, fallback } as unknown as ChoicePoint);
    return (this.forced.get(key) as T | undefined) ?? fallback;
  }
}
