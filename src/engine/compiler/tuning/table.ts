// The measurements of one adapter: choices, and the costs of probes.
import type { Tuning } from '../../gpu/device';
import { type Candidate, candidateKey, type Probe } from './tuning';

/** A question that a kernel asked, with all it may be answered. */
export interface ChoicePoint {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly candidates: readonly Candidate[];
  readonly fallback: Candidate;
}

/** The measurements at a choice point. */
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
