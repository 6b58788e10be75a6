// The measurements of one adapter: choices, and the costs of probes.
import type { Tuning } from '../../gpu/device';
import { type Candidate, candidateKey, type Probe } from './tuning';

/** A choice that a kernel has to make, with its candidates. */
export interface ChoicePoint {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly candidates: readonly Candidate[];
  readonly fallback: Candidate;
}

/** The measured answer for a choice point. */
export interface MeasuredChoice {
  readonly kernel: string;
  readonly shape: readonly number[];
  /** The best candidate. */
  readonly best: Candidate;
  /** A fingerprint of the candidates it was compared with. The choice is only valid for the same candidates. */
  readonly among: number;
}

export const pointKey = (kernel: string, shape: readonly number[]): string => `${kernel} ${shape.join(' ')}`;

/** A hash of a list of candidates that does not depend on their order. */
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

/** The name under which a probe's costs are kept among the choices; `best` then holds the time of every candidate. */
const costsOf = (kernel: string): string => `${kernel} costs`;

/** The measured choices of one adapter. */
export class TuningTable implements Tuning {
  private readonly entries = new Map<string, MeasuredChoice>();
  private readonly asked = new Map<string, Probe>();

  constructor(choices: readonly MeasuredChoice[] = []) {
    for (const choice of choices) this.add(choice);
  }

  get choices(): readonly MeasuredChoice[] {
    return [...this.entries.values()];
  }

  add(choice: MeasuredChoice): void {
    this.entries.set(pointKey(choice.kernel, choice.shape), choice);
  }

  clear(): void {
    this.entries.clear();
  }

  /**
   * The measured costs of a probe with these candidates. If there are none, returns null and notes that the probe is
   * wanted.
   */
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

  /**
   * A copy of the table with the costs of a probe. This table stays unchanged, since earlier plans are identified by
   * it.
   */
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

  /** The choice for a point; undefined if there is none, or it was measured with other candidates. */
  find(point: ChoicePoint): MeasuredChoice | undefined {
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
