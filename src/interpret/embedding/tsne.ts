// Owns t-SNE: points in the plane whose neighbours are those of the features' space.
import { noGrad } from '../../autograd/mode';
import { ArgumentError, ShapeError } from '../../errors';
import { flush } from '../../graph/flush';
import { arange, onesLike, zeros, zerosLike } from '../../tensor/creation';
import { cat, stack, where } from '../../tensor/functions';
import { synchronize } from '../../tensor/gpu';
import { type Arguments, parseArgs, shown } from '../../tensor/options';
import { Generator, randn } from '../../tensor/random';
import { scope } from '../../tensor/scope';
import { Tensor } from '../../tensor/tensor';
import { PCA } from './pca';
import { asPoints, centered, squaredDistances } from './points';

export interface TsneProgress {
  readonly iteration: number;
  /** Of the embedding as it was when the iteration began; without the exaggeration. */
  readonly klDivergence: number;
}

interface TsneArguments {
  /** Points [n, features], at most 5,000; a higher rank is flattened. */
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
  /** Ends where the divergence has not fallen for so many iterations. Default 300. */
  nIterWithoutProgress?: number;
  /** Ends where the gradient's norm is no greater. Default 1e-7. */
  minGradNorm?: number;
  /** 'pca' (default), 'random', or points [n, nComponents] to start from. */
  init?: 'pca' | 'random' | Tensor;
  /** Of a random start. Default 0. */
  seed?: number;
  /** Is told every 50 iterations. */
  onProgress?: ((progress: TsneProgress) => void) | null;
  signal?: AbortSignal | null;
}

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
];

const OP = 'tsne';

/** The most points whose n² affinities fit into what every device binds at once, 128 MiB. */
const MAX_POINTS = 5000;

/** Of the early exaggeration. */
const EXPLORATION = 250;

/** Iterations between looks at the divergence. */
const CHECK = 50;

/** As scikit-learn: standard deviation of the start, halvings of the bisection and its tolerance in nats, and the least gain. */
const START = 1e-4;
const BISECTIONS = 100;
const TOLERANCE = 1e-5;
const MIN_GAIN = 0.01;

/** The least affinity: double precision's epsilon, as in scikit-learn. */
const LEAST = 2.220446e-16;

/**
 * t-SNE (van der Maaten & Hinton 2008), exact, on the GPU, with scikit-learn's choices: squared Euclidean distances, perplexity by bisection to 1e-5 nats, early
 * exaggeration of 12 for 250 iterations with momentum 0.5, then 0.8, gains that grow by 0.2 and shrink by 0.8, and a look at the divergence every 50
 * iterations. Lowers KL(P ‖ Q) with
 *
 *     q_ij ∝ (1 + ‖y_i − y_j‖² / ν)^{−(ν + 1) / 2},   ν = max(nComponents − 1, 1)
 *
 * Gives the embedding, [n, nComponents]. The same input and seed give the same embedding on the same device.
 *
 *     const map = await tsne(features, { perplexity: 30, seed: 0 });
 *
 * @throws ShapeError for more than 5,000 points, ArgumentError for a perplexity of n or more; what `signal` says where it aborts
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
    },
    args,
  );
  const x = asPoints(OP, o.input);
  const n = x.shape[0]!;
  if (n > MAX_POINTS) {
    throw new ShapeError(
      `${OP}: expected at most ${MAX_POINTS} points, since their n² affinities lie on the GPU, but got ${n}; take a sample of them, or umap`,
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
  if (!(o.earlyExaggeration >= 1))
    throw new ArgumentError(`${OP}: expected earlyExaggeration of at least 1, but got ${shown(o.earlyExaggeration)}`);
  const rate = o.learningRate === 'auto' ? Math.max(n / o.earlyExaggeration / 4, 50) : o.learningRate;
  if (!(typeof rate === 'number' && rate > 0)) {
    throw new ArgumentError(`${OP}: expected learningRate 'auto' or a number over 0, but got ${shown(o.learningRate)}`);
  }
  o.signal?.throwIfAborted();
  const affinities = await jointAffinities(x, o.perplexity);
  const start = await startOf(o.init, x, o.nComponents, o.seed);
  const state = new Descent(affinities, start);
  let last = EXPLORATION;
  const run = async (from: number, to: number, phase: { exaggeration: number; momentum: number; patience: number }) => {
    state.rest();
    let [best, bestAt] = [Number.POSITIVE_INFINITY, from];
    for (let i = from; i < to; i++) {
      const look = (i + 1) % CHECK === 0;
      const found = state.step({ ...phase, rate, look });
      last = i + 1;
      if (!found) continue;
      const [norm, error] = (await found.data()) as unknown as [number, number];
      o.signal?.throwIfAborted();
      o.onProgress?.({ iteration: i + 1, klDivergence: error / phase.exaggeration - Math.log(phase.exaggeration) });
      if (error < best) [best, bestAt] = [error, i];
      else if (i - bestAt > phase.patience) break;
      if (norm <= o.minGradNorm) break;
    }
  };
  await run(0, EXPLORATION, { exaggeration: o.earlyExaggeration, momentum: 0.5, patience: EXPLORATION });
  await run(last, o.maxIter, { exaggeration: 1, momentum: 0.8, patience: o.nIterWithoutProgress });
  return noGrad(() => state.y.detach().clone());
}

/** The gradient descent, whose state is written in place, so that all iterations share a plan. */
class Descent {
  readonly y: Tensor;
  readonly #p: Tensor;
  readonly #update: Tensor;
  readonly #gains: Tensor;

  constructor(p: Tensor, start: Tensor) {
    this.#p = p;
    this.y = noGrad(() => start.detach().clone());
    this.#update = zerosLike(this.y);
    this.#gains = onesLike(this.y);
  }

  /** Begins a phase: as in scikit-learn the momentum of the one before is forgotten. */
  rest(): void {
    noGrad(() => {
      this.#update.zero_();
      this.#gains.fill_(1);
    });
  }

  /** One iteration; where it is to `look`, the gradient's norm and the divergence of the exaggerated affinities from where it began. */
  step(how: { exaggeration: number; momentum: number; rate: number; look: boolean }): Tensor | null {
    const { exaggeration, momentum, rate, look } = how;
    const found = scope(() =>
      noGrad(() => {
        const { y } = this;
        const update = this.#update;
        const gains = this.#gains;
        const { gradient, divergence } = objective(this.#p, y, exaggeration, look);
        const grows = update.mul(gradient).lt(0).to('float32');
        gains.copy_(
          gains
            .add(0.2)
            .mul(grows)
            .add(gains.mul(0.8).mul(grows.neg().add(1)))
            .clampMin(MIN_GAIN),
        );
        const scaled = gradient.mul(gains);
        update.copy_(update.mul(momentum).sub(scaled.mul(rate)));
        y.add_(update);
        // scikit-learn, too, takes the norm after the gains.
        return divergence && stack([scaled.square().sum().sqrt(), divergence]);
      }),
    );
    flush();
    return found;
  }
}

/** The gradient of KL(c P ‖ Q) by y, row by row, and the divergence. No n² value is kept: sums run over the affinities once for each component. */
function objective(
  p: Tensor,
  y: Tensor,
  exaggeration: number,
  wantsDivergence: boolean,
): { gradient: Tensor; divergence: Tensor | null } {
  const [n, components] = y.shape as [number, number];
  const freedom = Math.max(components - 1, 1);
  const differences = Array.from({ length: components }, (_, c) => {
    const column = y.narrow(1, c, 1);
    return column.sub(column.transpose(0, 1));
  });
  const squares = differences.map((difference) => difference.square()).reduce((sum, square) => sum.add(square));
  const base = squares.div(freedom).add(1).reciprocal();
  // Of a point with itself it is 1, which the sum leaves out.
  const weights = freedom === 1 ? base : base.pow((freedom + 1) / 2);
  const total = weights.sum().sub(n);
  const q = weights.div(total).clampMin(LEAST);
  const pull = p.mul(exaggeration).sub(q).mul(base);
  const factor = (2 * (freedom + 1)) / freedom;
  const gradient = cat(
    differences.map((difference) => pull.mul(difference).sum(1, { keepdim: true }).mul(factor)),
    1,
  );
  if (!wantsDivergence) return { gradient, divergence: null };
  const exaggerated = p.mul(exaggeration);
  const diagonal = arange(n).unsqueeze(1).eq(arange(n));
  const terms = exaggerated.mul(exaggerated.clampMin(LEAST).div(q).log());
  return { gradient, divergence: terms.maskedFill(diagonal, 0).sum() };
}

/**
 * Affinities P [n, n] of points: p_{j|i} ∝ exp(−β_i ‖x_i − x_j‖²) with β_i such that the row's perplexity is the one wanted, found by bisection for all rows
 * at once, then (p_{j|i} + p_{i|j}) / 2n.
 */
export async function jointAffinities(input: Tensor, perplexity: number): Promise<Tensor> {
  const x = centered(input);
  const n = x.shape[0]!;
  const wanted = Math.log(perplexity);
  const [distances, others] = noGrad(() => {
    const eye = arange(n).unsqueeze(1).eq(arange(n)).to('float32');
    return [squaredDistances(x, x), eye.neg().add(1)] as const;
  });
  const [beta, low, high] = noGrad(() => [zeros([n, 1]).add(1), zeros([n, 1]).sub(1), zeros([n, 1]).sub(1)] as const);
  // Distances from the nearest on: where β is large, nothing underflows that counts, and the entropy is the same.
  const from = noGrad(() => distances.add(others.neg().add(1).mul(3e38)).amin(1, { keepdim: true }));
  const rowsAt = (): { weights: Tensor; sum: Tensor } => {
    const weights = distances.sub(from).mul(beta.neg()).clampMax(0).exp().mul(others);
    return { weights, sum: weights.sum(1, { keepdim: true }) };
  };
  for (let i = 0; i < BISECTIONS; i++) {
    scope(() =>
      noGrad(() => {
        const { weights, sum } = rowsAt();
        const mean = distances.sub(from).mul(weights).sum(1, { keepdim: true }).div(sum);
        const excess = sum.log().add(beta.mul(mean)).sub(wanted);
        const flag = (condition: Tensor) => condition.to('float32');
        const open = flag(excess.abs().gt(TOLERANCE));
        const up = flag(excess.gt(0)).mul(open);
        const down = open.sub(up);
        const chosen = (mask: Tensor, a: Tensor, b: Tensor) => where(mask.gt(0), a, b);
        const nextLow = chosen(up, beta, low);
        const nextHigh = chosen(down, beta, high);
        const bounded = (bound: Tensor, else_: Tensor) => chosen(flag(bound.lt(0)), else_, beta.add(bound).mul(0.5));
        const raised = bounded(nextHigh, beta.mul(2));
        const lowered = bounded(nextLow, beta.mul(0.5));
        const next = chosen(up, raised, chosen(down, lowered, beta));
        low.copy_(nextLow);
        high.copy_(nextHigh);
        beta.copy_(next);
      }),
    );
    flush();
  }
  const joint = scope(() =>
    noGrad(() => {
      const { weights, sum } = rowsAt();
      const conditional = weights.div(sum);
      const both = conditional.add(conditional.transpose(0, 1));
      return both.div(both.sum().clampMin(LEAST)).clampMin(LEAST).mul(others);
    }),
  );
  await synchronize();
  return joint;
}

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

/** KL(P ‖ Q) of an embedding, with the affinities of its points: what t-SNE lowers. */
export async function tsneDivergence(
  ...args: Arguments<{ input: Tensor; embedding: Tensor; perplexity?: number }, ['input', 'embedding', 'perplexity']>
): Promise<number> {
  const o = parseArgs<{ input: Tensor; embedding: Tensor; perplexity?: number }>(
    'tsneDivergence',
    ['input', 'embedding'],
    { perplexity: 30 },
    args,
  );
  const p = await jointAffinities(asPoints('tsneDivergence', o.input), o.perplexity);
  const { divergence } = noGrad(() => objective(p, asPoints('tsneDivergence', o.embedding), 1, true));
  return divergence!.item();
}
