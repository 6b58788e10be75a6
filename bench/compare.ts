// Compares what the libraries computed, before anything is timed.
import type { Outputs } from './libraries/library';

/** One library's results of a row. */
export interface Results {
  readonly library: string;
  outputs: Outputs;
}

/** What differs by more than `tolerance` of the largest magnitude, in words; null where all agree. */
export function disagreement(row: string, tolerance: number, results: readonly Results[]): string | null {
  const [first, ...others] = results;
  for (const other of others) {
    for (const [name, expected] of Object.entries(first!.outputs)) {
      const actual = other.outputs[name];
      if (actual?.length !== expected.length) {
        return `${row}: ${name} has ${expected.length} elements in ${first!.library}, but ${actual?.length ?? 'no'} in ${other.library}`;
      }
      const difference = relativeDifference(expected, actual);
      if (!(difference <= tolerance)) {
        return `${row}: ${name} of ${first!.library} and ${other.library} differ by ${difference.toExponential(1)} of the largest magnitude, more than ${tolerance}`;
      }
    }
  }
  return null;
}

/** The largest difference, divided by the largest magnitude; NaN where either holds one. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < a.length; i++) {
    const apart = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(apart)) return Number.NaN;
    difference = Math.max(difference, apart);
    magnitude = Math.max(magnitude, Math.abs(a[i]!));
  }
  return difference === 0 ? 0 : difference / magnitude;
}
