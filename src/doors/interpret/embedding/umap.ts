// UMAP, computed on the host by the package umap-js, which is a chunk of its own and loads at first use.

import { Generator, ShapeError, type Tensor, tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs } from '../../../torch/inside';
import { asPoints } from './points';

/** The maximum number of epochs; a map does not move any more after so many. */
const MOST_EPOCHS = 100_000;

interface UmapArguments {
  /** Points [n, features]; a higher rank is flattened. */
  input: Tensor;
  /** Default 2. */
  nComponents?: number;
  /** Default 15, and at most n − 1. */
  nNeighbors?: number;
  /** Default 0.1. */
  minDist?: number;
  /** Default 1. */
  spread?: number;
  /** At most 100,000. Default: 500, and 200 for more than 10,000 points, as umap-js chooses. */
  nEpochs?: number | null;
  /** Default 0. */
  seed?: number;
  /** Is told the number of the epoch. */
  onProgress?: ((epoch: number) => void) | null;
  signal?: AbortSignal | null;
}

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
  ...args: Arguments<
    UmapArguments,
    ['input', 'nComponents', 'nNeighbors', 'minDist', 'spread', 'nEpochs', 'seed', 'onProgress', 'signal']
  >
): Promise<Tensor> {
  const o = parseArgs<UmapArguments>(
    'umap',
    ['input'],
    { nComponents: 2, nNeighbors: 15, minDist: 0.1, spread: 1, nEpochs: null, seed: 0, onProgress: null, signal: null },
    args,
    {
      nComponents: kinds.whole(1, 1024),
      nNeighbors: kinds.whole(1),
      minDist: kinds.between(0),
      spread: kinds.positive,
      nEpochs: kinds.orNull(kinds.whole(0, MOST_EPOCHS)),
      seed: kinds.integer,
      onProgress: kinds.orNull(kinds.callback),
    },
  );
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
