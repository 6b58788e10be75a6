// Owns how much of a test is run: tables in part where their cases are many and slow, random programs that are always the same;
// in test/long every case, and fresh programs.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the random programs in test/long. */
    seed: number;
  }
}

let whole = false;

/** From now on every case is taken, and random programs are many and fresh. */
export function sampleAll(): void {
  whole = true;
}

export const isWhole = (): boolean => whole;

/** The cases that are tried: one in `usually`, or all. */
export function sampled<Case>(cases: readonly Case[], usually: number): Case[] {
  return whole ? [...cases] : cases.filter((_, i) => i % usually === 0);
}

/** Options of `fc.assert`: the same `numRuns` programs each time, or, where every case is taken, twenty times as many fresh ones. */
export const programsOf = (numRuns: number): { readonly numRuns: number; readonly seed: number } =>
  isWhole() ? { numRuns: 20 * numRuns, seed: inject('seed') } : { numRuns, seed: 7 };
