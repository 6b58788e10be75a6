// Owns how much of a test is run. In `npm test` tables are taken in part where their cases are many and slow, always the same part, and
// random programs are always the same. In test/long programs are fresh, and of tables a whole run takes other cases each time, by its
// seed; a file that is selected takes every case.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the random programs in test/long, and of the cases that a whole run of it or of test/site takes. */
    seed: number;
    /** Whether a run takes all files of test/long or test/site, and so a part of their tables. */
    whole: boolean;
  }
}

let long = false;

/** From now on tables are taken as test/long takes them, and random programs are many and fresh. */
export function takeAsLong(): void {
  long = true;
}

export const isLong = (): boolean => long;

/** Of a table in test/long or test/site: one case in `part`, others with another seed, where all files run; every case where a file is selected. */
export function partOf<Case>(cases: readonly Case[], part = 4): Case[] {
  const every = inject('whole') ? Math.min(part, cases.length) : 1;
  return cases.filter((_, i) => i % every === inject('seed') % every);
}

/** The cases that are tried: in `npm test` one in `usually`, in test/long twice as many. */
export const sampled = <Case>(cases: readonly Case[], usually: number): Case[] =>
  long ? partOf(cases, Math.max(2, Math.ceil(usually / 2))) : cases.filter((_, i) => i % usually === 0);

/** Options of `fc.assert`: the same `numRuns` programs each time, or, in test/long, four times as many fresh ones. */
export const programsOf = (numRuns: number): { readonly numRuns: number; readonly seed: number } =>
  isLong() ? { numRuns: 4 * numRuns, seed: inject('seed') } : { numRuns, seed: 7 };
