// Measured choices: which of a kernel's candidates is best for a shape on this adapter, where that has been measured. README.md says how a
// kernel is let be tuned.
import type { AdapterProfile } from '../../gpu/device';
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

/** Whether a layer that runs often may have another candidate: on a processor, unless one was measured to be the best for its shape. */
export const mayGrow = ({ kind, tuning }: AdapterProfile, kernel: string, shape: readonly number[]): boolean =>
  kind === 'software' && tuning?.lacks?.(kernel, shape) !== false;

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
