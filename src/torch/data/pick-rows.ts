// Assembles a batch from rows of other batches, for ConcatDataset.

import { isPlainObject } from '../../engine/core/options';
import { fromHost } from '../../engine/graph/record';
import { Tensor } from '../tensor/tensor';

/**
 * The batch whose row r is row r of `batches[which[r]]`. Batches are tensors, lists of strings, and arrays and objects
 * of these. The operations depend only on shapes, not on `which`. Null if the batches differ in structure.
 */
export function pickRows(batches: readonly unknown[], which: readonly number[]): unknown {
  const [first] = batches;
  if (first instanceof Tensor) return pickOfTensors(batches, which);
  if (Array.isArray(first)) {
    if (!batches.every((batch) => Array.isArray(batch) && batch.length === first.length)) return null;
    const lists = batches as readonly (readonly unknown[])[];
    if (typeof first[0] === 'string') return which.map((batch, row) => lists[batch]![row]);
    const columns = first.map((_, column) =>
      pickRows(
        lists.map((list) => list[column]),
        which,
      ),
    );
    return columns.includes(null) ? null : columns;
  }
  if (!isPlainObject(first)) return null;
  const names = Object.keys(first);
  if (!batches.every((batch) => isPlainObject(batch) && names.every((name) => name in batch))) return null;
  const records = batches as readonly Record<string, unknown>[];
  const fields = names.map(
    (name) =>
      [
        name,
        pickRows(
          records.map((record) => record[name]),
          which,
        ),
      ] as const,
  );
  return fields.some(([, field]) => field === null) ? null : Object.fromEntries(fields);
}

function pickOfTensors(batches: readonly unknown[], which: readonly number[]): Tensor | null {
  const [first] = batches as readonly [Tensor];
  const alike = (x: unknown) => x instanceof Tensor && x.dtype === first.dtype && `${x.shape}` === `${first.shape}`;
  if (!batches.every(alike) || first.shape[0] !== which.length) return null;
  const column = [which.length, ...first.shape.slice(1).map(() => 1)];
  return (batches as readonly Tensor[]).reduce((picked, batch, i) => {
    const isOf = fromHost(
      Uint32Array.from(which, (each) => (each === i ? 1 : 0)),
      column,
      'bool',
    );
    return batch.where(Tensor.of(isOf), picked);
  });
}
