// Decides how many perturbations of every example are evaluated at once.

import { warnOnce } from '../../../torch/inside';
import { expectCount } from '../attribution/batches';

/**
 * Splits `samples` perturbations of each example into parts: a single part, or parts of at most `maxExamplesPerBatch`
 * rows. Returns their sizes.
 */
export function chunkSizes(
  op: string,
  samples: number,
  maxExamplesPerBatch: number | null,
  examples: number,
): number[] {
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
