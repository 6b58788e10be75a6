// Measures of an embedding's quality: purity of neighbours, and trustworthiness.

import { ArgumentError, noGrad, ShapeError, scope, Tensor, tensor } from '../../../torch';
import { type Args, tensorKind as aTensor, kinds, or, takes, value } from '../../../torch/inside';
import { asPoints, centered, nearest, squaredDistances } from './points';

const knnPurityTable = takes('knnPurity', {
  /** Points [n, d]. */
  input: value<Tensor>(),
  /** The class of each point. */
  labels: kinds.either(aTensor, kinds.listOf(kinds.number)),
  /** The number of neighbours. Default 10. */
  k: or(kinds.whole(1), 10),
});

/**
 * The share of a point's k nearest neighbours that are of its own class, averaged over all points: 1 if the classes are
 * separate; the sum of the classes' squared shares if they are mixed completely.
 *
 *     await knnPurity(await tsne(features), labels, { k: 10 });
 */
export async function knnPurity(...args: Args<typeof knnPurityTable, ['input', 'labels', 'k']>): Promise<number> {
  const { input, labels, k } = knnPurityTable.read(args);
  const x = asPoints('knnPurity', input);
  const n = x.shape[0]!;
  const classes = labels instanceof Tensor ? labels.flatten() : tensor([...labels]);
  if (classes.numel() !== n)
    throw new ShapeError(`knnPurity: expected a label for each of ${n} points, but got ${classes.numel()}`);
  const { indices } = nearest('knnPurity', centered(x), k);
  return noGrad(() => {
    const own = classes.to('float32');
    return own.indexSelect(0, indices.flatten()).reshape([n, k]).eq(own.unsqueeze(1)).to('float32').mean();
  }).item();
}

const trustworthinessTable = takes('trustworthiness', {
  /** The original points, [n, features]. */
  input: value<Tensor>(),
  /** The same points in the embedding, [n, d]. */
  embedding: value<Tensor>(),
  /** The number of neighbours k, below n / 2. Default 5. */
  nNeighbors: or(kinds.number, 5),
});

/**
 * How far neighbours in an embedding were neighbours originally (Venna & Kaski 2001), as scikit-learn's
 * `trustworthiness`:
 *
 *     1 − 2 / (n k (2 n − 3 k − 1)) Σ_i Σ_{j ∈ N_k(i)} max(0, r(i, j) − k)
 *
 * where N_k(i) are the k nearest neighbours of i in the embedding, and r(i, j) is the rank of j among all others by
 * original distance from i.
 *
 * @throws ArgumentError if nNeighbors is n / 2 or more
 */
export async function trustworthiness(
  ...args: Args<typeof trustworthinessTable, ['input', 'embedding', 'nNeighbors']>
): Promise<number> {
  const o = trustworthinessTable.read(args);
  const x = centered(asPoints('trustworthiness', o.input));
  const y = centered(asPoints('trustworthiness', o.embedding));
  const [n, k] = [x.shape[0]!, o.nNeighbors];
  if (y.shape[0] !== n)
    throw new ShapeError(`trustworthiness: expected ${n} points in the embedding, but got ${y.shape[0]}`);
  if (!(k < n / 2))
    throw new ArgumentError(`trustworthiness: expected nNeighbors less than n / 2 = ${n / 2}, but got ${k}`);
  const { indices } = nearest('trustworthiness', y, k);
  let sum = 0;
  // Go through the rows in blocks, so that n² distances need not fit into memory.
  const rows = Math.max(1, Math.min(n, Math.floor(2 ** 23 / n)));
  for (let i = 0; i < n; i += rows) {
    const count = Math.min(rows, n - i);
    const excess = scope(() =>
      noGrad(() => {
        const distances = squaredDistances(x.narrow(0, i, count), x);
        const chosen = indices.narrow(0, i, count);
        const own = distances.gather(1, chosen);
        // Every point counts itself as nearer, so ranks begin at 1.
        const ranks = Array.from({ length: k }, (_, j) =>
          distances
            .lt(own.narrow(1, j, 1))
            .to('float32')
            .sum(1),
        );
        return ranks.map((rank) => rank.sub(k).clampMin(0).sum()).reduce((a, b) => a.add(b));
      }),
    );
    sum += await excess.item();
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * sum;
}
