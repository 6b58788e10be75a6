// Measured choices: which of a kernel's candidates is best for a shape on this adapter, if that has been measured.
// README.md says how to make a kernel tunable.
import type { AdapterProfile } from '../../gpu/device';
import type { Pass } from '../ir';

/** One way to run a kernel, such as its tile sizes. It is plain JSON, so that it can be stored. */
export type Candidate = Readonly<Record<string, number | string | boolean>>;

/**
 * The candidate that `torch.gpu.tune` has measured to be the best for this shape; if there is none, `fallback`, which
 * the rule of thumb chose. A kernel's choice function returns this. Called in `lower` only, that is, when a plan is
 * compiled.
 *
 *     export const chooseTile = (s: MatmulShape, adapter: AdapterProfile): Tile =>
 *       tuned(adapter, 'matmul', [s.batch, s.rows, s.cols, s.inner], tilesThatFit(s, adapter), tileByTable(s, adapter));
 *
 * `shape` holds everything that decides which candidate is best, as numbers: sizes, strides, a flag as 0 or 1. Every
 * candidate must be valid for it, and give the same result up to the order in which sums are rounded. `fallback` need
 * not be among `candidates`. If the candidates take time to find, pass a function.
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

/**
 * Whether a layer that runs often may get another tile than the rule of thumb's: on a software adapter (CPU), unless
 * the best candidate was measured for its shape.
 */
export const mayGrow = ({ kind, tuning }: AdapterProfile, kernel: string, shape: readonly number[]): boolean =>
  kind === 'software' && tuning?.lacks?.(kernel, shape) !== false;

/** A small run of a kernel, to compare its candidates once on each adapter. */
export interface Probe {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly candidates: readonly Candidate[];
  /** The lengths of the inputs and of the output, in floats. */
  readonly inputs: readonly number[];
  readonly output: number;
  /** The kernel's pass with a candidate. All its params must be unsigned constants. */
  pass(candidate: Candidate): Pass;
}

export const candidateKey = (candidate: Candidate): string => JSON.stringify(candidate);

/**
 * The milliseconds of a probe by `candidateKey`. If they have not been measured, null; they are then measured when the
 * GPU is idle. A kernel may use them to choose only among candidates that compute the same bits.
 */
export const probed = ({ tuning }: AdapterProfile, probe: Probe): Readonly<Record<string, number>> | null =>
  tuning?.costs?.(probe) ?? null;
