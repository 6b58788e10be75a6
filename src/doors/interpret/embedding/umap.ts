// UMAP, computed on the host by the package umap-js, which is a chunk of its own and loads at first use.

import { Generator, ShapeError, type Tensor, tensor } from '../../../torch';
import { type Args, kinds, or, takes, typed, value } from '../../../torch/inside';
import { asPoints } from './points';

/** The maximum number of epochs; a map does not move any more after so many. */
const MOST_EPOCHS = 100_000;

const umapTable = takes('umap', {
  /** Points [n, features]; a higher rank is flattened. */
  input: value<Tensor>(),
  /** Default 2. */
  nComponents: or(kinds.whole(1, 1024), 2),
  /** Default 15, and at most n − 1. */
  nNeighbors: or(kinds.whole(1), 15),
  /** Default 0.1. */
  minDist: or(kinds.between(0), 0.1),
  /** Default 1. */
  spread: or(kinds.positive, 1),
  /** At most 100,000. Default: 500, and 200 for more than 10,000 points, as umap-js chooses. */
  nEpochs: or(kinds.orNull(kinds.whole(0, MOST_EPOCHS)), null),
  /** Default 0. */
  seed: or(kinds.integer, 0),
  /** Is told the number of the epoch. */
  onProgress: or(typed<((epoch: number) => void) | null>(kinds.orNull(kinds.callback)), null),
  signal: or(value<AbortSignal | null>(), null),
});

/**
 * UMAP (McInnes, Healy & Melville 2018), computed on the host by the package `umap-js`, which loads at the first call.
 * Returns the embedding, [n, nComponents].
 *
 *     const map = await umap(features, { nNeighbors: 15, seed: 0 });
 *
 * @throws ShapeError for fewer than 3 points; ArgumentError for options out of range; the reason of `signal` if it
 * aborts
 */
export async function umap(
  ...args: Args<
    typeof umapTable,
    ['input', 'nComponents', 'nNeighbors', 'minDist', 'spread', 'nEpochs', 'seed', 'onProgress', 'signal']
  >
): Promise<Tensor> {
  const o = umapTable.read(args);
  const x = asPoints('umap', o.input);
  const [n, d] = x.shape as [number, number];
  if (n < 3) throw new ShapeError(`umap: expected at least 3 points, but got ${n}`);
  o.signal?.throwIfAborted();
  const { UMAP } = await import('umap-js');
  const flat = await x.data();
  const points = Array.from({ length: n }, (_, i) => Array.from(flat.subarray(i * d, (i + 1) * d)));
  const generator = new Generator().manualSeed(o.seed);
  const worker = new UMAP({
    nComponents: o.nComponents,
    nNeighbors: Math.min(o.nNeighbors, n - 1),
    minDist: o.minDist,
    spread: o.spread,
    ...(o.nEpochs !== null && { nEpochs: o.nEpochs }),
    random: () => generator.random() / 2 ** 32,
  });
  const placed = await worker.fitAsync(points, (epoch) => {
    o.onProgress?.(epoch);
    return !o.signal?.aborted;
  });
  o.signal?.throwIfAborted();
  return tensor(placed, { dtype: 'float32' });
}
