// Owns how many of a fixture's cases are tried where the same tests run a second time, with other kernels.

let every = 1;

/** From now on `sampled` takes one of so many cases. */
export function sampleEvery(count: number): void {
  every = count;
}

export const sampled = <Case>(cases: readonly Case[]): Case[] => cases.filter((_, i) => i % every === 0);
