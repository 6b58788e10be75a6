// F.embedding: rows of a table by index, with the options for their gradient and their norm.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { withGradient } from '../../../engine/ops/custom';
import { expectIndex, indexSelect } from '../../../engine/ops/indexing/indexing';
import { mul } from '../../../engine/ops/pointwise/arithmetic';
import { ne, where } from '../../../engine/ops/pointwise/compare';
import { detach, reshape } from '../../../engine/ops/shape/cast';
import { noGrad } from '../../../engine/storage/mode';
import { callable } from '../../tensor/calling/callable';
import { ones, zeros } from '../../tensor/creation/creation';
import { Tensor } from '../../tensor/tensor';

/** Options of a look-up, shared by the function and the layer. */
export interface LookupOptions {
  /** If a row that is looked up has a larger norm, it is first scaled to this norm, in place; default null: never. */
  maxNorm?: number | null;
  /** p of the p-norm, default 2. */
  normType?: number;
  /** Divide the gradient of each row by how often it is looked up, default false. */
  scaleGradByFreq?: boolean;
  /** Must be false: there are no sparse gradients here. */
  sparse?: boolean;
}

interface EmbeddingArguments extends LookupOptions {
  weight: Tensor;
  /** The row that gets no gradient; negative numbers count from the end. */
  paddingIdx?: number | null;
}

type EmbeddingOrder = ['weight', 'paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'];

export const lookupDefaults = { maxNorm: null, normType: 2, scaleGradByFreq: false, sparse: false };

/** Keeps the quotient finite if a row is 0; PyTorch's value. */
const NORM_EPSILON = 1e-7;

/** `paddingIdx` as an index from the front; an ArgumentError if it is out of range. */
export function resolvePadding(op: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) return null;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows) {
    throw new ArgumentError(`${op}: expected paddingIdx within ${rows} embeddings, but got ${paddingIdx}`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** @throws ArgumentError if sparse gradients are asked for */
export function refuseSparse(op: string, sparse: boolean): void {
  if (sparse) {
    throw new ArgumentError(
      `${op}: expected sparse false, but got true; gradients are dense here, leave the option out`,
    );
  }
}

/** Rows of `weight` [rows, width] by number. Shape: int64 [*] → [*, width]. */
export const embedding = callable(
  'embedding(input, weight, ...)',
  (input: Tensor, ...args: Arguments<EmbeddingArguments, EmbeddingOrder>): Tensor => {
    const defaults = { paddingIdx: null, ...lookupDefaults };
    return lookUp('embedding', input, parseArgs<EmbeddingArguments>('embedding', ['weight'], defaults, args));
  },
);

/** `embedding` on behalf of the operation `op`, which errors name. */
export function lookUp(op: string, input: Tensor, o: Required<EmbeddingArguments>): Tensor {
  const { weight } = o;
  if (weight.shape.length !== 2) {
    throw new ShapeError(`${op}: expected weight [rows, width], but got ${showShape(weight.shape)}`);
  }
  refuseSparse(op, o.sparse);
  expectIndex(op, 'input', input);
  const padding = resolvePadding(op, o.paddingIdx, weight.shape[0]!);
  const numbers = input.reshape([numel(input.shape)]);
  if (o.maxNorm !== null) shorten(weight, numbers, o.maxNorm, o.normType);
  let rows = indexSelect(weight.value, 0, numbers.value, op);
  if (rows.requiresGrad) {
    const column = numbers.unsqueeze(1);
    if (o.scaleGradByFreq) rows = gradientScaled(rows, frequencies(weight, numbers).gather(0, numbers).reciprocal());
    if (padding !== null) rows = where(ne(column.value, padding), rows, detach(rows));
  }
  return Tensor.of(named(reshape(rows, [...input.shape, weight.shape[1]!]), 'EmbeddingBackward0'));
}

/** How often each row of `weight` is among `numbers`. */
const frequencies = (weight: Tensor, numbers: Tensor): Tensor =>
  zeros(weight.shape[0]!).indexAdd(0, numbers, ones(numbers.shape));

/** Scales the rows that are looked up to a norm of at most `maxNorm`, in place. */
function shorten(weight: Tensor, numbers: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const norms = weight.detach().norm(normType, [1], { keepdim: true });
    const long = frequencies(weight, numbers).gt(0).unsqueeze(1).logicalAnd(norms.gt(maxNorm));
    const shorter = weight.detach().mul(norms.add(NORM_EPSILON).reciprocal().mul(maxNorm));
    weight.copy_(shorter.where(long, weight.detach()));
  });
}

/** The same rows, but each row's gradient is multiplied by a factor. */
function gradientScaled(rows: Value, factors: Tensor): Value {
  const column = reshape(factors.value, [factors.numel(), 1]);
  return withGradient([rows], [rows], ([dy]) => [dy ? mul(dy, column) : null])[0]!;
}
