// Points as rows of features, their distances, and their nearest neighbours, all on the GPU.

import { ArgumentError, arange, cat, noGrad, ShapeError, scope, Tensor } from '../../../torch';
import { kindOf } from '../../../torch/inside';

/** The maximum number of elements of a distance matrix computed at once: 64 MiB. */
const BLOCK = 2 ** 24;

/**
 * Points as float32 rows [n, d]; a higher rank is flattened. @throws ShapeError for fewer than two dimensions, or no
 * points
 */
export function asPoints(op: string, x: Tensor): Tensor {
  if (!(x instanceof Tensor)) {
    throw new ArgumentError(`${op}: expected points, a tensor [n, features], but got ${kindOf(x)}`);
  }
  if (x.dim() < 2) throw new ShapeError(`${op}: expected points [n, features], but got shape [${x.shape.join(', ')}]`);
  const rows = x.detach().flatten(1);
  if (rows.shape[0] === 0 || rows.shape[1] === 0) {
    throw new ShapeError(`${op}: expected points, but got shape [${x.shape.join(', ')}]`);
  }
  return rows.dtype === 'float32' ? rows : rows.to('float32');
}

/** x minus the mean of each feature, which keeps distances and reduces their rounding errors. */
export const centered = (x: Tensor): Tensor => noGrad(() => x.sub(x.mean(0, { keepdim: true })));

/** Squared distances between the rows of a and those of b, [n, m], at least 0. */
export const squaredDistances = (a: Tensor, b: Tensor): Tensor => {
  const product = a.matmul(b.transpose(0, 1)).mul(-2);
  return product
    .add(a.square().sum(1, { keepdim: true }))
    .add(b.square().sum(1))
    .clampMin(0);
};

/** How many rows of n distances fit in a block. */
export const rowsPerBlock = (n: number): number => Math.max(1, Math.min(n, Math.floor(BLOCK / n)));

/** The k nearest neighbours of each point, the nearest first: their indices and squared distances, [n, k] each. */
export function nearest(op: string, x: Tensor, k: number): { indices: Tensor; distances: Tensor } {
  const n = x.shape[0]!;
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new ArgumentError(`${op}: expected from 1 to ${n - 1} neighbours for ${n} points, but got ${k}`);
  }
  const rows = rowsPerBlock(n);
  const parts: (readonly [Tensor, Tensor])[] = [];
  for (let i = 0; i < n; i += rows) {
    const count = Math.min(rows, n - i);
    parts.push(
      scope(() =>
        noGrad(() => {
          const distances = squaredDistances(x.narrow(0, i, count), x);
          const own = arange(i, i + count)
            .unsqueeze(1)
            .eq(arange(n));
          const [values, indices] = distances.maskedFill(own, Number.POSITIVE_INFINITY).topk(k, { largest: false });
          return [values!, indices!] as const;
        }),
      ),
    );
  }
  const joined = (at: 0 | 1): Tensor => (parts.length === 1 ? parts[0]![at] : cat(parts.map((part) => part[at])));
  return { distances: joined(0), indices: joined(1) };
}
