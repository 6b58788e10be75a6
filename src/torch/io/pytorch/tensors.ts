// Makes the tensors that a PyTorch file describes. Tensors that share a storage in the file share one here, too.

import { FileFormatError } from '../../../engine/core/errors';
import { numel } from '../../../engine/core/meta';
import { warnOnce } from '../../../engine/core/warnings';
import { withMode } from '../../../engine/graph/mode';
import { fromHost } from '../../../engine/graph/record';
import type { HostNumbers } from '../../../engine/graph/value';
import { hostArray } from '../../../engine/storage/host-data';
import { isWhole } from '../../../engine/storage/storage';
import { Parameter } from '../../nn/module/parameter';
import { Tensor } from '../../tensor/tensor';
import { computesHalf } from '../half';
import { decode } from './dtypes';
import type { TensorSpec } from './specs';

export interface TensorSource {
  /** The file's name in messages. */
  readonly name: string;
  /** Whether numbers are little-endian. */
  readonly little: boolean;
  /** A storage's position in the file, or a number with the same order: storages are read in this order. */
  place(key: string): number;
  /** The size of a storage in bytes, known before it is read. */
  size(key: string): number | Promise<number>;
  /** The storage's bytes, in pieces that consist of whole elements, whatever their type. */
  pieces(key: string): AsyncIterable<Uint8Array>;
}

/** Makes the tensors; `specs` has the name of each in the file. */
export async function makeTensors(
  specs: ReadonlyMap<TensorSpec, string>,
  source: TensorSource,
): Promise<Map<TensorSpec, Tensor>> {
  const groups = new Map<string, TensorSpec[]>();
  for (const spec of specs.keys()) {
    const key = `${spec.type.name} ${spec.storage.key}`;
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  const widens = [...specs.keys()].some(({ type }) => type.name === 'float16') && !(await computesHalf());
  const made = new Map<TensorSpec, Tensor>();
  const inFile = [...groups.values()].sort(([a], [b]) => source.place(a!.storage.key) - source.place(b!.storage.key));
  for (const group of inFile) {
    const numbers = await readStorage(group[0]!, specs, source);
    withMode({ grad: true }, () => {
      share(group, numbers, widens, made);
    });
  }
  warnOfTypes(specs.keys());
  return made;
}

async function readStorage(
  spec: TensorSpec,
  names: ReadonlyMap<TensorSpec, string>,
  source: TensorSource,
): Promise<HostNumbers> {
  const { storage, type, available } = spec;
  const { key, dtype } = storage;
  const named = `${source.name}: tensor ${JSON.stringify(names.get(spec))}`;
  const expected = dtype === null ? storage.numel : storage.numel * type.bytes;
  const size = await source.size(key);
  if (size !== expected) {
    throw new FileFormatError(
      `${source.name}: storage ${key} has ${size} bytes, expected ${expected}: the file is damaged`,
    );
  }
  return decode(source.pieces(key), available, type, source.little, named);
}

/**
 * Makes the tensors of one storage. Tensors that may have elements in common share a storage here, too; others, such as
 * views of a flat parameter buffer, each get their own, which can be bound directly.
 */
function share(
  group: readonly TensorSpec[],
  numbers: HostNumbers,
  widens: boolean,
  made: Map<TensorSpec, Tensor>,
): void {
  const { dtype: given } = group[0]!.type;
  const dtype = widens && given === 'float16' ? 'float32' : given;
  const keep = (spec: TensorSpec, tensor: Tensor) => {
    const { requiresGrad } = spec;
    made.set(spec, spec.isParameter ? new Parameter(tensor, { requiresGrad }) : marked(tensor, spec));
  };
  const isApart = ({ size, negative }: TensorSpec) => negative || numel(size) === 0;
  for (const spec of group.filter(isApart)) keep(spec, Tensor.of(fromHost(gathered(spec, numbers), spec.size, dtype)));
  for (const { specs, start, end } of overlapping(group.filter((spec) => !isApart(spec)))) {
    const part = end - start < numbers.length ? numbers.slice(start, end) : numbers;
    const whole = specs.find((spec) => isWhole(layout(spec, start), [part.length]));
    const base = Tensor.of(fromHost(part, whole?.size ?? [part.length], dtype));
    for (const spec of specs) {
      const { shape, strides, offset } = layout(spec, start);
      keep(spec, spec === whole ? base : base.asStrided(shape, strides, offset));
    }
  }
}

interface Overlapping {
  readonly specs: TensorSpec[];
  /** The range of the storage's elements that these tensors use. */
  readonly start: number;
  end: number;
}

/** Groups the tensors by position: no two of different groups have an element in common. */
function overlapping(specs: readonly TensorSpec[]): Overlapping[] {
  const groups: Overlapping[] = [];
  for (const spec of specs.toSorted((a, b) => a.offset - b.offset)) {
    const { size, stride, offset } = spec;
    const end = size.reduce((last, length, d) => last + (length - 1) * stride[d]!, offset) + 1;
    const last = groups.at(-1);
    if (!last || offset >= last.end) groups.push({ specs: [spec], start: offset, end });
    else {
      last.specs.push(spec);
      last.end = Math.max(last.end, end);
    }
  }
  return groups;
}

const marked = (tensor: Tensor, { requiresGrad }: TensorSpec): Tensor =>
  requiresGrad ? tensor.requiresGrad_() : tensor;

const layout = ({ size: shape, stride: strides, offset }: TensorSpec, start: number) => ({
  shape,
  strides,
  offset: offset - start,
});

/** The elements of a tensor, row by row, with their sign. */
function gathered({ size, stride, offset, type, negative }: TensorSpec, numbers: HostNumbers): HostNumbers {
  const data = hostArray(type.dtype, numel(size));
  const sign = negative ? -1 : 1;
  let next = 0;
  const visit = (d: number, at: number): void => {
    if (d === size.length) data[next++] = sign * numbers[at]!;
    else for (let i = 0; i < size[d]!; i++) visit(d + 1, at + i * stride[d]!);
  };
  if (data.length > 0) visit(0, offset);
  return data;
}

/** Warns once for each element type that becomes a different dtype here, if the difference may matter. */
function warnOfTypes(specs: Iterable<TensorSpec>): void {
  for (const { type } of specs) {
    if (type.name === type.dtype) continue;
    warnOnce(`torch.load: ${type.name} becomes ${type.dtype}, the nearest type that WebGPU computes with`);
  }
}
