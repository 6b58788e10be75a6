// Measured choices: which of a kernel's candidates is best for a shape on this adapter, where that has been measured. README.md says how a
// kernel is let be tuned.
import type { AdapterProfile, Tuning } from '../../gpu/device';
import type { Pass } from '../ir';

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
 * it, and give the same result but for the order in which sums are rounded. `fallback` need not be among `candidates`, which may
 * be a function where they take time to find.
 */
export function tuned<T extends Candidate>(
  adapter: AdapterProfile,
  kernel: string,
  shape: readonly number[],
  candidates: readonly T[] | (() => readonly T[]),
  fallback: T,
): T {
  const { tuning } = adapter;
  if (!tuning || tuning.lacks?.(kernel, shape)) return fallback;
  return tuning.choose(kernel, shape, typeof candidates === 'function' ? candidates() : candidates, fallback);
}

/** Whether the candidates for a shape have been measured on this adapter. */
export const isMeasured = ({ tuning }: AdapterProfile, kernel: string, shape: readonly number[]): boolean =>
  tuning?.lacks?.(kernel, shape) === false;

/** A small run of a kernel by which its candidates are compared once on every adapter. */
export interface Probe {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly candidates: readonly Candidate[];
  /** Lengths of the inputs, in floats, and of the result. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** The kernel with a candidate, all of whose params are unsigned constants. */
  pass(candidate: Candidate): Pass;
}

export const candidateKey = (candidate: Candidate): string => JSON.stringify(candidate);

/**
 * Milliseconds of a probe by `candidateKey`, where they have been measured; null where they have not, and will be while nothing
 * runs. A kernel may take them for the cost of its tiles only as far as these compute the same bits.
 */
export const probed = ({ tuning }: AdapterProfile, probe: Probe): Readonly<Record<string, number>> | null =>
  tuning?.costs?.(probe) ?? null;

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

/** A number for candidates in any order. */
export function fingerprint(candidates: readonly Candidate[]): number {
  const text = candidates.map(candidateKey).sort().join();
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

/** Costs are kept among the choices, under a name of their own: a probe's best is the time of every candidate. */
const costsOf = (kernel: string): string => `${kernel} costs`;

/** The measured choices of one adapter. */
export class TuningTable implements Tuning {
  private readonly entries = new Map<string, Choice>();
  private readonly asked = new Map<string, Probe>();

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

  /** The costs that a probe gave, unless among other candidates. Without any, the probe is one of those asked for. */
  costs(probe: Probe): Readonly<Record<string, number>> | null {
    const entry = this.entries.get(pointKey(costsOf(probe.kernel), probe.shape));
    if (entry?.among === fingerprint(probe.candidates)) return entry.best as Record<string, number>;
    this.asked.set(probe.kernel, probe);
    return null;
  }

  /** A probe that has been asked for and has not been measured. */
  get wanted(): Probe | undefined {
    return this.asked.values().next().value;
  }

  /** This table with the costs that a probe gave: plans that were compiled by this one can still be told by it. */
  withCosts(probe: Probe, costs: Readonly<Record<string, number>>): TuningTable {
    const { kernel, shape, candidates } = probe;
    const entry = { kernel: costsOf(kernel), shape, best: costs, among: fingerprint(candidates) };
    const table = new TuningTable([...this.choices, entry]);
    for (const [name, other] of this.asked) if (name !== kernel) table.asked.set(name, other);
    return table;
  }

  /** Whether nothing was measured for a shape. */
  lacks(kernel: string, shape: readonly number[]): boolean {
    return !this.entries.has(pointKey(kernel, shape));
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
    /** Answers what is not recorded. */
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
