// Owns how much of a test is run: tables in part where their cases are many and slow, random programs that are always the same;
// in test/long every case, and fresh programs.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the random programs in test/long. */
    seed: number;
  }
}

/** Of the cases that would be tried otherwise, one in so many; 0 stands for every case there is. */
let oneIn = 1;

/** From now on `sampled` takes one of so many cases. */
export function sampleOneIn(count: number): void {
  oneIn = count;
}

/** From now on every case is taken, and random programs are many and fresh. */
export function sampleAll(): void {
  oneIn = 0;
}

export const isWhole = (): boolean => oneIn === 0;

/** The cases that are tried; where nothing else has been asked for, one in `usually`. */
export function sampled<Case>(cases: readonly Case[], usually = 1): Case[] {
  const step = oneIn * usually || 1;
  return cases.filter((_, i) => i % step === 0);
}

/** Options of `fc.assert`: the same `numRuns` programs each time, or, where every case is taken, twenty times as many fresh ones. */
export const programsOf = (numRuns: number): { readonly numRuns: number; readonly seed: number } =>
  isWhole() ? { numRuns: 20 * numRuns, seed: inject('seed') } : { numRuns, seed: 7 };
