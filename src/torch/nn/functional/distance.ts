// F's distances and similarities between vectors, and normalize.

import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat } from '../../../engine/graph/record';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';

export interface CosineArguments {
  /** The dimension of the vectors, default 1. */
  dim?: number;
  /** The least norm to divide by, default 1e-8. */
  eps?: number;
}

/** x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along `dim`. The shapes broadcast; the result lacks `dim`. */
export const cosineSimilarity = callable(
  'cosineSimilarity(x1, x2, ...)',
  (x1: Tensor, x2: Tensor, ...args: Arguments<CosineArguments, ['dim', 'eps']>): Tensor => {
    const { dim, eps } = parseArgs<CosineArguments>('cosineSimilarity', [], { dim: 1, eps: 1e-8 }, args);
    for (const [name, x] of Object.entries({ x1, x2 })) expectFloat('cosineSimilarity', name, x);
    const shape = broadcastShapes('cosineSimilarity', [x1, x2]);
    const [u1, u2] = [x1, x2].map((x) => normalize(x.expand(shape), { dim, eps }));
    return u1!.mul(u2!).sum(dim);
  },
);

export interface PairwiseArguments {
  /** The p of the p-norm, default 2. */
  p?: number;
  /** Added to every difference, default 1e-6. */
  eps?: number;
  /** Keep the last dimension with size 1, default false. */
  keepdim?: boolean;
}

/** ‖x1 − x2 + eps‖_p over the last dimension. Shape: [N, D] or [D], which broadcast → [N] or []. */
export const pairwiseDistance = callable(
  'pairwiseDistance(x1, x2, ...)',
  (x1: Tensor, x2: Tensor, ...args: Arguments<PairwiseArguments, ['p', 'eps', 'keepdim']>): Tensor => {
    const defaults = { p: 2, eps: 1e-6, keepdim: false };
    const { p, eps, keepdim } = parseArgs<PairwiseArguments>('pairwiseDistance', [], defaults, args);
    const apart = x1.sub(x2);
    // eps is a float, so integers become floats.
    return (apart.isFloatingPoint() ? apart : apart.float()).add(eps).norm(p, -1, { keepdim });
  },
);

interface NormalizeArguments {
  /** The p of the p-norm, default 2. */
  p?: number;
  /** The dimension or dimensions of the norm, default 1. */
  dim?: number | readonly number[];
  /** The least norm to divide by, default 1e-12. */
  eps?: number;
}

/** x / max(‖x‖_p, eps) along `dim`. Shape: as the input. */
export const normalize = callable(
  'normalize(input, ...)',
  (input: Tensor, ...args: Arguments<NormalizeArguments, ['p', 'dim', 'eps']>): Tensor => {
    const { p, dim, eps } = parseArgs<NormalizeArguments>('normalize', [], { p: 2, dim: 1, eps: 1e-12 }, args);
    expectFloat('normalize', 'input', input);
    return input.div(input.norm(p, dim, { keepdim: true }).clamp({ min: eps }));
  },
);

export { pdist } from '../../tensor/families/distances';
