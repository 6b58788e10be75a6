// Data sets of tensors that share their first dimension; batches are gathered on the device.
import { ArgumentError, ShapeError } from '../../engine/core/errors';
import { kindOf } from '../../engine/core/options';
import { fromHost } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { gatherRows } from '../../engine/ops/indexing/indexing';
import { Tensor } from '../tensor/tensor';
import { type IndexArguments, type Indices, indexIn, indicesIn } from './arguments';
import { Dataset, resolveIndex } from './dataset';

/** Item i is row i of every tensor: `[tensors[0].at(i), tensors[1].at(i), …]`. */
export class TensorDataset<T extends readonly Tensor[] = Tensor[]> extends Dataset<T> {
  readonly tensors: T;

  /** @throws ShapeError if the tensors differ in their first dimension, or a tensor has no dimensions */
  constructor(...tensors: T) {
    super();
    if (tensors.length === 0) throw new ArgumentError('TensorDataset: expected at least one tensor, but got none');
    for (const tensor of tensors) {
      if (!(tensor instanceof Tensor))
        throw new ArgumentError(`TensorDataset: expected tensors, but got ${kindOf(tensor)}`);
    }
    const rows = tensors[0]!.shape[0];
    for (const { shape } of tensors) {
      if (shape.length > 0 && shape[0] === rows) continue;
      const shapes = tensors.map((t) => `[${t.shape.join(', ')}]`).join(' and ');
      throw new ShapeError(
        `TensorDataset: expected tensors of one size in the first dimension, but got shapes ${shapes}`,
      );
    }
    this.tensors = tensors;
  }

  override get length(): number {
    return this.tensors[0]!.shape[0]!;
  }

  override get(...args: IndexArguments): T {
    const row = resolveIndex('TensorDataset', indexIn('TensorDataset', args), this.length);
    return this.tensors.map((tensor) => tensor.at(row)) as unknown as T;
  }

  /** @internal */
  override workerCopy(): 'here' {
    return 'here';
  }

  /** The rows at `indices` of every tensor: one gather per tensor; the indices are uploaded once. */
  override getBatch(indices: readonly number[]): T;
  override getBatch(named: Indices): T;
  override getBatch(...args: unknown[]): T {
    const index = indexValue('TensorDataset', indicesIn('TensorDataset.getBatch', args), this.length);
    return this.tensors.map((tensor) => Tensor.of(gatherRows(tensor.value, index))) as unknown as T;
  }
}

/** Indices as a graph value, which several gathers can share. */
function indexValue(name: string, indices: readonly number[], length: number): Value {
  const rows = Int32Array.from(indices, (index) => resolveIndex(name, index, length));
  return fromHost(rows, [rows.length], 'int64');
}
