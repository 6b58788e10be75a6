// Converts tensors to numbers on the host, the form in which they cross between threads, and back.

import { WorkerError } from '../../engine/core/errors';
import { numel } from '../../engine/core/meta';
import { fromHost } from '../../engine/graph/record';
import type { HostData } from '../../engine/graph/value';
import { hostArray, type NumericArray } from '../../engine/storage/host-data';
import { gather } from '../../engine/storage/layout';
import { Tensor } from '../tensor/tensor';
import { kinds } from '../tensor/types/tensor-classes';
import type { TensorNumbers } from './hand-over';

/**
 * The numbers of a tensor, read without a device; null if the value is not a tensor. It works for host data, views of
 * it, and constant tensors.
 * @throws WorkerError if operations have made the tensor
 */
export function numbersOf(value: object): TensorNumbers | null {
  if (!(value instanceof Tensor)) return null;
  const { shape, dtype } = value;
  const properties = Object.fromEntries(
    (kinds.get(value.constructor.name)?.properties ?? []).map((key) => [key, Reflect.get(value, key)]),
  );
  return { shape, dtype, kind: value.constructor.name, properties, data: contentsOf(value) };
}

function contentsOf(x: Tensor): NumericArray {
  const { storage, shape, offset } = x;
  const { host, node } = storage.value;
  if (host === null && !node?.op.constant) throw refusal(node?.op.name ?? 'an operation');
  const size = numel(shape);
  if (host === null) return hostArray(x.dtype, size).fill(node!.scalars[0]!);
  const picked = emptyLike(host, size);
  if (x.isContiguous()) {
    picked.set(host.subarray(offset, offset + size));
    return picked;
  }
  return gather(host, x, picked);
}

/** An array of the type of `host` for `size` elements; for float16, of an even length, since WebGPU counts in words. */
function emptyLike(host: HostData, size: number): HostData {
  if (host instanceof Uint16Array) return new Uint16Array(2 * Math.ceil(size / 2));
  if (host instanceof Float32Array) return new Float32Array(size);
  if (host instanceof Uint8Array) return new Uint8Array(size);
  return host instanceof Int32Array ? new Int32Array(size) : new Uint32Array(size);
}

/** The error for an operation on tensors in a worker. */
export const refusal = (op: string): WorkerError =>
  new WorkerError(
    `${op}: expected no operations on tensors in a worker of a DataLoader, which has no GPU; return what torch.tensor(...) makes of bytes and numbers, ` +
      'and leave the rest to the main side: to collateFn, to transforms of batches, or to the loop',
  );

/** A tensor of the class that was sent. */
export function tensorOf({ data, shape, dtype, kind, properties }: TensorNumbers): Tensor {
  const tensor = Tensor.of(fromHost(data as HostData, shape, dtype));
  return kinds.get(kind)?.make(tensor, properties) ?? tensor;
}
