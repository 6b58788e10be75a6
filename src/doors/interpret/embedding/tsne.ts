// t-SNE: maps points to the plane such that neighbours stay neighbours.

import { ArgumentError, Generator, noGrad, randn, ShapeError, Tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs, shown } from '../../../torch/inside';
import { BarnesHut, BarnesHutDescent } from './barnes-hut';
import type { Descent } from './descent';
import { ExactDescent, jointAffinities, objective } from './exact-descent';
import { PCA } from './pca';
import { asPoints } from './points';
import { nearestNeighbors, type SparseAffinities, sparseAffinities } from './sparse-affinities';

/** The progress of t-SNE. */
export interface TsneProgress {
  readonly iteration: number;
  /** KL(P ‖ Q) of the embedding at the start of the iteration, without the exaggeration. */
  readonly klDivergence: number;
  /** The points after the iteration, [n, nComponents]. */
  readonly embedding: Tensor;
}

interface TsneArguments {
  /** Points [n, features]; a higher rank is flattened. */
  input: Tensor;
  /** Default 2. */
  nComponents?: number;
  /** The effective number of neighbours, below n. Default 30. */
  perplexity?: number;
  /** Factor of the affinities in the first 250 iterations. Default 12. */
  earlyExaggeration?: number;
  /** 'auto' (default) is max(n / earlyExaggeration / 4, 50). */
  learningRate?: number | 'auto';
  /** Default 1000, at least 250. */
  maxIter?: number;
  /** Stop if the divergence has not fallen for this many iterations. Default 300. */
  nIterWithoutProgress?: number;
  /** Stop if the gradient's norm is at most this. Default 1e-7. */
  minGradNorm?: number;
  /** 'pca' (default), 'random', or points [n, nComponents] to start from. */
  init?: 'pca' | 'random' | Tensor;
  /** The seed of a random start. Default 0. */
  seed?: number;
  /** Called every 50 iterations. */
  onProgress?: ((progress: TsneProgress) => void) | null;
  signal?: AbortSignal | null;
  /**
   * 'exact' on the GPU, for at most 5,000 points; 'barnes_hut' on the host. Default 'auto': exact for at most 5,000
   * points.
   */
  method?: TsneMethod;
  /**
   * For Barnes-Hut: a cell whose side is less than `angle` times its distance counts as one point. From 0 (never) to 1;
   * default 0.5.
   */
  angle?: number;
}

/**
 * How forces between points are computed: 'exact' takes all pairs; 'barnes_hut' groups far points; 'auto' chooses by
 * the number of points.
 */
export type TsneMethod = 'auto' | 'exact' | 'barnes_hut';

type TsneOrder = [
  'input',
  'nComponents',
  'perplexity',
  'earlyExaggeration',
  'learningRate',
  'maxIter',
  'nIterWithoutProgress',
  'minGradNorm',
  'init',
  'seed',
  'onProgress',
  'signal',
  'method',
  'angle',
];

const OP = 'tsne';

/** The maximum number of points whose n² affinities fit into 128 MiB, the binding size that every device supports. */
const MAX_POINTS = 5000;

/** Iterations with early exaggeration. */
const EXPLORATION = 250;

/** Iterations between computations of the divergence. */
const CHECK = 50;

/** The standard deviation of the initial points, as in scikit-learn. */
const START = 1e-4;

/**
 * t-SNE (van der Maaten & Hinton 2008), with scikit-learn's choices: squared Euclidean distances; perplexity by
 * bisection to 1e-5 nats; early exaggeration of 12 for 250 iterations with momentum 0.5, then momentum 0.8; gains that
 * grow by 0.2 and shrink by a factor of 0.8; the divergence checked every 50 iterations. Minimises KL(P ‖ Q) with
 *
 *     q_ij ∝ (1 + ‖y_i − y_j‖² / ν)^{−(ν + 1) / 2},   ν = max(nComponents − 1, 1)
 *
 * Up to 5,000 points are embedded exactly, on the GPU. More points are embedded by Barnes & Hut's approximation (van
 * der Maaten 2014) on the host: attraction by the 3 · perplexity + 1 nearest neighbours, which the GPU finds, and
 * repulsion by a tree of cells. The page stays responsive between iterations.
 *
 * Returns the embedding, [n, nComponents]. The same input and seed give the same embedding on the same device.
 *
 *     const map = await tsne(features, { perplexity: 30, seed: 0 });
 *
 * @throws ShapeError for more than 5,000 points with method 'exact'; ArgumentError for a perplexity of n or more; the
 * reason of `signal` if it aborts
 */
export async function tsne(...args: Arguments<TsneArguments, TsneOrder>): Promise<Tensor> {
  const o = parseArgs<TsneArguments>(
    OP,
    ['input'],
    {
      nComponents: 2,
      perplexity: 30,
      earlyExaggeration: 12,
      learningRate: 'auto',
      maxIter: 1000,
      nIterWithoutProgress: 300,
      minGradNorm: 1e-7,
      init: 'pca',
      seed: 0,
      onProgress: null,
      signal: null,
      method: 'auto',
      angle: 0.5,
    },
    args,
    { onProgress: kinds.orNull(kinds.callback) },
  );
  const x = asPoints(OP, o.input);
  const n = x.shape[0]!;
  if (!['auto', 'exact', 'barnes_hut'].includes(o.method)) {
    throw new ArgumentError(`${OP}: expected method 'auto', 'exact' or 'barnes_hut', but got ${shown(o.method)}`);
  }
  const isExact = o.method === 'exact' || (o.method === 'auto' && n <= MAX_POINTS);
  if (isExact && n > MAX_POINTS) {
    throw new ShapeError(
      `${OP}: expected at most ${MAX_POINTS} points, since their n² affinities must fit on the GPU, but got ${n}; use method 'auto'`,
    );
  }
  if (!(o.perplexity > 0 && o.perplexity < n)) {
    throw new ArgumentError(
      `${OP}: expected perplexity over 0 and less than the number of points, ${n}, but got ${shown(o.perplexity)}`,
    );
  }
  for (const [name, count, least] of [
    ['nComponents', o.nComponents, 1],
    ['maxIter', o.maxIter, EXPLORATION],
  ] as const) {
    if (!Number.isInteger(count) || count < least) {
      throw new ArgumentError(`${OP}: expected ${name}, a whole number of at least ${least}, but got ${shown(count)}`);
    }
  }
  if (!isExact && o.nComponents > 3) {
    throw new ArgumentError(
      `${OP}: expected nComponents of at most 3 by Barnes-Hut, but got ${o.nComponents}; take at most ${MAX_POINTS} points, exactly`,
    );
  }
  if (!(o.angle >= 0 && o.angle <= 1)) {
    throw new ArgumentError(`${OP}: expected angle from 0 to 1, but got ${shown(o.angle)}`);
  }
  if (!(o.earlyExaggeration >= 1))
    throw new ArgumentError(`${OP}: expected earlyExaggeration of at least 1, but got ${shown(o.earlyExaggeration)}`);
  const rate = o.learningRate === 'auto' ? Math.max(n / o.earlyExaggeration / 4, 50) : o.learningRate;
  if (!(typeof rate === 'number' && rate > 0)) {
    throw new ArgumentError(`${OP}: expected learningRate 'auto' or a number over 0, but got ${shown(o.learningRate)}`);
  }
  o.signal?.throwIfAborted();
  const start = await startOf(o.init, x, o.nComponents, o.seed);
  const state: Descent = isExact
    ? new ExactDescent(await jointAffinities(x, o.perplexity), start)
    : new BarnesHutDescent(await sparse(x, o.perplexity, o.signal), await start.data(), o.nComponents, o.angle);
  let last = EXPLORATION;
  const run = async (from: number, to: number, phase: { exaggeration: number; momentum: number; patience: number }) => {
    state.rest();
    let [best, bestAt] = [Number.POSITIVE_INFINITY, from];
    for (let i = from; i < to; i++) {
      const look = (i + 1) % CHECK === 0;
      const found = await state.step({ ...phase, rate, look });
      last = i + 1;
      o.signal?.throwIfAborted();
      if (!found) continue;
      const { norm, divergence } = found;
      o.onProgress?.({ iteration: i + 1, klDivergence: divergence, embedding: state.embedding() });
      if (divergence < best) [best, bestAt] = [divergence, i];
      else if (i - bestAt > phase.patience) break;
      if (norm <= o.minGradNorm) break;
    }
  };
  await run(0, EXPLORATION, { exaggeration: o.earlyExaggeration, momentum: 0.5, patience: EXPLORATION });
  await run(last, o.maxIter, { exaggeration: 1, momentum: 0.8, patience: o.nIterWithoutProgress });
  return state.embedding();
}

/** The affinities of points to their nearest neighbours. */
const sparse = async (x: Tensor, perplexity: number, signal: AbortSignal | null): Promise<SparseAffinities> =>
  sparseAffinities(await nearestNeighbors(x, perplexity, signal), perplexity);

async function startOf(init: 'pca' | 'random' | Tensor, x: Tensor, components: number, seed: number): Promise<Tensor> {
  const n = x.shape[0]!;
  if (init instanceof Tensor) {
    if (init.dim() === 2 && init.shape[0] === n && init.shape[1] === components) return init.to('float32');
    throw new ShapeError(`${OP}: expected init of shape [${n}, ${components}], but got [${init.shape.join(', ')}]`);
  }
  if (init === 'random')
    return noGrad(() => randn([n, components], { generator: new Generator().manualSeed(seed) }).mul(START));
  if (init !== 'pca') throw new ArgumentError(`${OP}: expected init 'pca', 'random' or points, but got ${shown(init)}`);
  if (components > Math.min(n, x.shape[1]!)) {
    throw new ArgumentError(
      `${OP}: expected init 'random' for ${components} components of points [${x.shape.join(', ')}], but got 'pca'`,
    );
  }
  const placed = await new PCA({ nComponents: components }).fitTransform(x);
  return noGrad(() => {
    const first = placed.narrow(1, 0, 1);
    return placed.div(first.sub(first.mean()).square().mean().sqrt().clampMin(1e-30)).mul(START);
  });
}

/**
 * KL(P ‖ Q) of an embedding: the quantity that t-SNE minimises. For more than 5,000 points, P holds affinities to
 * nearest neighbours only, and the computation takes n² steps on the host.
 */
export async function tsneDivergence(
  ...args: Arguments<
    {
      input: Tensor;
      /** The points in few dimensions. */
      embedding: Tensor;
      /** About the number of neighbours of a point. */
      perplexity?: number;
    },
    ['input', 'embedding', 'perplexity']
  >
): Promise<number> {
  const op = 'tsneDivergence';
  const o = parseArgs<{ input: Tensor; embedding: Tensor; perplexity?: number }>(
    op,
    ['input', 'embedding'],
    { perplexity: 30 },
    args,
  );
  const x = asPoints(op, o.input);
  const y = asPoints(op, o.embedding);
  const [n, components] = y.shape as [number, number];
  if (n !== x.shape[0]) throw new ShapeError(`${op}: expected ${x.shape[0]} points in the embedding, but got ${n}`);
  if (n <= MAX_POINTS || components > 3) {
    const p = await jointAffinities(x, o.perplexity);
    return noGrad(() => objective(p, y, 1, true)).divergence!.item();
  }
  const exactly = new BarnesHut(await sparse(x, o.perplexity, null), components, 0);
  return exactly.gradient(Float64Array.from(await y.data()), 1, new Float64Array(n * components), true);
}
