// Owns F.embedding: rows of a table by their numbers.
import { numel, showShape } from '../../compiler/meta';
import { ArgumentError, ShapeError } from '../../errors';
import { named } from '../../graph/record';
import { detach, reshape } from '../../ops/cast';
import { ne, where } from '../../ops/compare';
import { indexSelect } from '../../ops/indexing';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';

interface EmbeddingArguments {
  weight: Tensor;
  /** The row that gets no gradient; negative numbers count from the end. */
  paddingIdx?: number | null;
}

/** The row's number counted from the front, or an ArgumentError. */
export function resolvePadding(op: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) return null;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows) {
    throw new ArgumentError(`${op}: expected paddingIdx within ${rows} embeddings, but got ${paddingIdx}`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** Rows of `weight` [rows, width] by number. Shape: int64 [*] → [*, width]. */
export function embedding(input: Tensor, ...args: Arguments<EmbeddingArguments, ['weight', 'paddingIdx']>): Tensor {
  const { weight, paddingIdx } = parseArgs<EmbeddingArguments>('embedding', ['weight'], { paddingIdx: null }, args);
  if (weight.shape.length !== 2) {
    throw new ShapeError(`embedding: expected weight [rows, width], but got ${showShape(weight.shape)}`);
  }
  const padding = resolvePadding('embedding', paddingIdx, weight.shape[0]!);
  const numbers = reshape(input.value, [numel(input.shape)]);
  let rows = indexSelect(weight.value, 0, numbers);
  if (padding !== null && rows.requiresGrad) {
    const column = ne(reshape(numbers, [numel(input.shape), 1]), padding);
    rows = where(column, rows, detach(rows));
  }
  return Tensor.of(named(reshape(rows, [...input.shape, weight.shape[1]!]), 'EmbeddingBackward0'));
}
