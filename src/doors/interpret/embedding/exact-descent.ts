// Exact t-SNE on the GPU: affinities of all pairs, and a descent whose [n, n] terms are summed without being stored.

import {
  arange,
  cat,
  noGrad,
  onesLike,
  scope,
  stack,
  synchronize,
  type Tensor,
  where,
  zeros,
  zerosLike,
} from '../../../torch';
import { flush } from '../../../torch/inside';
import { type Descent, type DescentStep, type Look, MIN_GAIN } from './descent';
import { centered, squaredDistances } from './points';
import { BISECTIONS, TOLERANCE } from './sparse-affinities';

/** The lower bound of affinities: double precision's epsilon, as in scikit-learn. */
const LEAST = 2.220446e-16;

/** Gradient descent whose state is updated in place, so that all iterations reuse one plan. */
export class ExactDescent implements Descent {
  readonly #y: Tensor;
  readonly #p: Tensor;
  readonly #update: Tensor;
  readonly #gains: Tensor;

  constructor(p: Tensor, start: Tensor) {
    this.#p = p;
    this.#y = noGrad(() => start.detach().clone());
    this.#update = zerosLike(this.#y);
    this.#gains = onesLike(this.#y);
  }

  rest(): void {
    noGrad(() => {
      this.#update.zero_();
      this.#gains.fill_(1);
    });
  }

  async step({ exaggeration, momentum, rate, look }: DescentStep): Promise<Look | null> {
    const found = scope(() =>
      noGrad(() => {
        const y = this.#y;
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
        return divergence && stack([scaled.square().sum().sqrt(), divergence]);
      }),
    );
    flush();
    if (!found) return null;
    const [norm, error] = (await found.data()) as unknown as [number, number];
    return { norm, divergence: error / exaggeration - Math.log(exaggeration) };
  }

  embedding(): Tensor {
    return noGrad(() => this.#y.detach().clone());
  }
}

/**
 * The gradient of KL(c P ‖ Q) with respect to y, [n, components], and the divergence. No [n, n] tensor is stored: the
 * sums read the affinities once for each component.
 */
export function objective(
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
  // A point's weight with itself is 1, so the sum without self-pairs is n less.
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
 * The affinities P [n, n] of points: (p_{j|i} + p_{i|j}) / 2n, with p_{j|i} ∝ exp(−β_i ‖x_i − x_j‖²). Each β_i is
 * chosen by bisection, for all rows at once, such that the row has the given perplexity.
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
  // Measure distances from the nearest point: so the largest weight is 1 even if β is large, and the entropy is the
  // same.
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
