// Owns how many perturbations of every example are made at a time.

import { expectCount, warnOnce } from '../../../torch/inside';

/** The sizes of the parts in which `samples` perturbations of each of `examples` are made: all at once, or no more rows than are allowed. */
export function partsOf(op: string, samples: number, maxExamplesPerBatch: number | null, examples: number): number[] {
  if (maxExamplesPerBatch === null) return [samples];
  const rows = expectCount(op, 'maxExamplesPerBatch', maxExamplesPerBatch);
  if (rows < examples || rows > examples * samples) {
    warnOnce(
      `${op}: maxExamplesPerBatch of ${rows} lies outside ${examples} to ${examples * samples}, the examples and their perturbations; the nearest is taken`,
    );
  }
  const size = Math.min(Math.max(Math.floor(rows / Math.max(examples, 1)), 1), samples);
  return Array.from({ length: Math.ceil(samples / size) }, (_, i) => Math.min(size, samples - i * size));
}
