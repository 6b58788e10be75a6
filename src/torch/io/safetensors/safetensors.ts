// Reads the safetensors format, tensor by tensor, and writes it, in pieces. Source:
// https://github.com/huggingface/safetensors#format.

import { FileFormatError, invariant } from '../../../engine/core/errors';
import { type DType, numel } from '../../../engine/core/meta';
import { shown } from '../../../engine/core/options';
import type { HostNumbers } from '../../../engine/graph/value';
import { elementBytes, elementsAsBytes, heldAs, hostArray, readElements } from '../elements';
import type { Reader } from '../reader';
import { type Entry, type Header, METADATA, PREFIX, readHeader, refuseName } from './header';

export { refuseName } from './header';

/** A tensor on the host: its elements as numbers, row-major. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostNumbers;
}

/** A tensor to write: its elements as numbers, row-major. */
export interface WritableTensor extends Omit<HostTensor, 'data'> {
  readonly data: ArrayLike<number>;
}

/** The contents of a file: tensors by name, in the header's order, and the strings of `__metadata__`. */
export interface Safetensors {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Number of bytes to read and convert at a time; a multiple of every element's size. */
const PIECE = 2 ** 22;

/**
 * Reads a safetensors file tensor by tensor, so that the whole file is never in memory in addition to its tensors.
 *
 * F32, BF16, F64 and the kinds of F8 become float32, F16 float16, I64 and U64 int64 (held in 32 bits), I32, I16, U16
 * and I8 int32, U32 uint32, U8 uint8, BOOL bool.
 *
 * @param wanted decides by name which tensors to read; default: all
 * @throws FileFormatError if the bytes are not a safetensors file, or break one of the format's rules
 */
export async function readSafetensors(
  reader: Reader,
  wanted: (name: string) => boolean = () => true,
): Promise<Safetensors> {
  const header = await readHeader(reader);
  const names = [...header.entries.keys()].filter(wanted);
  const read = new Map<string, HostTensor>();
  // Read from the beginning of the file to its end, the order in which a server sends it.
  for (const { name } of names.map((name) => header.entries.get(name)!).sort((a, b) => a.begin - b.begin)) {
    read.set(name, await readTensor(reader, header, name));
  }
  return { tensors: new Map(names.map((name) => [name, read.get(name)!])), metadata: header.metadata };
}

/** Reads one tensor, which must be in the file; or only its rows from `rows[0]` to `rows[1]` (exclusive). */
export async function readTensor(
  reader: Reader,
  { entries, start }: Header,
  name: string,
  rows: readonly [number, number] | null = null,
): Promise<HostTensor> {
  const entry = entries.get(name)!;
  const size = elementBytes(entry.type);
  const row = numel(entry.shape.slice(1));
  const shape = rows ? [rows[1] - rows[0], ...entry.shape.slice(1)] : entry.shape;
  const begin = rows ? rows[0] * row : 0;
  const data = hostArray(heldAs(entry.type), numel(shape));
  const most = PIECE / size;
  for (let at = 0; at < data.length; at += most) {
    const count = Math.min(most, data.length - at);
    const from = start + entry.begin + (begin + at) * size;
    const bytes = await reader.read(from, from + count * size);
    if (entry.type === 'bool') refuseOtherBools(reader, entry, bytes, begin + at);
    readElements(entry.type, bytes, data.subarray(at, at + count), (index, value, dtype) => {
      throw new FileFormatError(
        `${reader.name}: tensor ${shown(name)}: element ${begin + at + index} is ${value}, outside the 32-bit range that ${dtype} is held in`,
      );
    });
  }
  return { dtype: heldAs(entry.type), shape, data };
}

function refuseOtherBools({ name: file }: Reader, { name }: Entry, bytes: Uint8Array, first: number): void {
  const other = bytes.findIndex((byte) => byte > 1);
  if (other < 0) return;
  throw new FileFormatError(
    `${file}: tensor ${shown(name)}: element ${first + other} is ${bytes[other]}, expected 0 or 1`,
  );
}

/** The file type that each dtype is written as, and the number of bytes per element. */
const writtenAs: Record<DType, readonly [type: string, bytes: number]> = {
  float32: ['F32', 4],
  float16: ['F16', 2],
  int64: ['I64', 8],
  int32: ['I32', 4],
  uint32: ['U32', 4],
  uint8: ['U8', 1],
  bool: ['BOOL', 1],
};

/**
 * The pieces of a file that PyTorch's `safetensors.torch.load_file` reads. The header keeps the order given; the data
 * is ordered by element size, so that every tensor starts at a multiple of its element size.
 *
 * @throws ArgumentError if a tensor is named `__metadata__`, the only name that no tensor can have
 */
export function* writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Generator<Uint8Array> {
  const items = [...tensors].map(([name, tensor]) => {
    refuseName(name);
    const [typeName, bytes] = writtenAs[tensor.dtype];
    invariant(tensor.data.length === numel(tensor.shape), `${name} has ${tensor.data.length} elements for its shape`);
    return { name, tensor, typeName, bytes, begin: 0 };
  });
  const inData = [...items].sort((a, b) => b.bytes - a.bytes);
  let end = 0;
  for (const item of inData) {
    item.begin = end;
    end += item.tensor.data.length * item.bytes;
  }
  const header = new Map<string, unknown>([[METADATA, metadata]]);
  for (const { name, tensor, typeName, bytes, begin } of items) {
    const range = [begin, begin + tensor.data.length * bytes];
    header.set(name, { dtype: typeName, shape: tensor.shape, data_offsets: range });
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(PREFIX + length).fill(0x20, PREFIX);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, PREFIX);
  yield head;
  for (const { tensor } of inData) yield elementsAsBytes(tensor.dtype, tensor.data);
}
