// The safetensors format, both ways, as bytes: a JSON header that says where each tensor's little-endian elements are.
// Source: https://github.com/huggingface/safetensors#format. Reading trusts nothing: every number is checked before it is used.

import { fromHalf, toHalf } from '../compiler/half';
import { type DType, numel } from '../compiler/meta';
import { ArgumentError, FileFormatError, invariant } from '../errors';
import type { HostNumbers } from '../graph/value';
import { shown } from '../tensor/options';
import { kindOfFile } from './file-kinds';

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

/** What a file holds: tensors by name, in the header's order, and the strings of `__metadata__`. */
export interface Safetensors {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Map<string, string>;
}

/** The format's own bound on the header, against files that ask for absurd amounts of memory. */
const MAX_HEADER = 100_000_000;
/** Length of the field that holds the header's length. */
const PREFIX = 8;
const METADATA = '__metadata__';

interface FileType {
  readonly bytes: number;
  readonly dtype: DType;
  /** Element i of the file's range. */
  readonly read: (view: DataView, offset: number) => number;
}

const fileTypes: Record<string, FileType> = {
  F64: { bytes: 8, dtype: 'float32', read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, dtype: 'float16', read: (view, at) => fromHalf(view.getUint16(at, true)) },
  BF16: { bytes: 2, dtype: 'float32', read: (view, at) => bfloat16(view.getUint16(at, true)) },
  I64: { bytes: 8, dtype: 'int64', read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  U32: { bytes: 4, dtype: 'uint32', read: (view, at) => view.getUint32(at, true) },
  U8: { bytes: 1, dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, dtype: 'bool', read: (view, at) => view.getUint8(at) },
};

/** The type a dtype is written as. */
const writtenAs: Record<DType, string> = {
  float32: 'F32',
  float16: 'F16',
  int64: 'I64',
  int32: 'I32',
  uint32: 'U32',
  uint8: 'U8',
  bool: 'BOOL',
};

interface Entry {
  readonly name: string;
  readonly type: FileType;
  readonly typeName: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file.
 *
 * F32, BF16 and F64 become float32, F16 float16, I64 int64 (held in 32 bits), I32, I16 and I8 int32, U32 uint32, U8 uint8, BOOL bool.
 *
 * @param name how messages call the file
 * @throws FileFormatError when the bytes are no safetensors file, or break any of the format's rules
 */
export function parseSafetensors(bytes: Uint8Array, name = 'safetensors'): Safetensors {
  const fail: Fail = (message, cause) => {
    throw new FileFormatError(`${name}: ${message}`, { cause });
  };
  const header = readHeader(bytes, fail);
  const base = PREFIX + header.length;
  const available = bytes.length - base;
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header.json)) {
    if (key === METADATA) readMetadata(value, metadata, fail);
    else entries.push(readEntry(key, value, available, fail));
  }
  checkRanges(entries, available, fail);
  const view = new DataView(bytes.buffer, bytes.byteOffset + base, available);
  return { tensors: new Map(entries.map((entry) => [entry.name, readTensor(entry, view, fail)])), metadata };
}

/** @throws ArgumentError for the one name that no tensor can have */
export function refuseName(name: string): void {
  if (name !== METADATA) return;
  throw new ArgumentError(
    `safetensors: '${METADATA}' cannot be the name of a tensor, since the format keeps it for itself`,
  );
}

/**
 * Writes tensors as a safetensors file that PyTorch's `safetensors.torch.load_file` reads. The header keeps the order given; the
 * data is ordered by element size, so that every tensor starts at a multiple of its element size.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array {
  const items = [...tensors].map(([name, tensor]) => {
    refuseName(name);
    const typeName = writtenAs[tensor.dtype];
    const type = fileTypes[typeName]!;
    invariant(tensor.data.length === numel(tensor.shape), `${name} has ${tensor.data.length} elements for its shape`);
    return { name, tensor, typeName, type, begin: 0 };
  });
  let end = 0;
  for (const item of [...items].sort((a, b) => b.type.bytes - a.type.bytes)) {
    item.begin = end;
    end += item.tensor.data.length * item.type.bytes;
  }
  const header = new Map<string, unknown>([[METADATA, metadata]]);
  for (const { name, tensor, typeName, type, begin } of items) {
    const range = [begin, begin + tensor.data.length * type.bytes];
    header.set(name, { dtype: typeName, shape: tensor.shape, data_offsets: range });
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + headerLength + end);
  bytes.fill(0x20, PREFIX, PREFIX + headerLength);
  bytes.set(text, PREFIX);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  for (const { tensor, begin } of items) writeTensor(tensor, view, PREFIX + headerLength + begin);
  return bytes;
}

type Fail = (message: string, cause?: unknown) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { json: object; length: number } {
  const kind = kindOfFile(bytes);
  if (kind) {
    const remedy = kind.holdsTensors
      ? 'load it in Python, and convert it with safetensors.torch.save_file'
      : 'check the address, and that the whole file was saved';
    fail(`expected a safetensors file, but this is ${kind.name}; ${remedy}`);
  }
  if (bytes.length < PREFIX) fail(`expected at least ${PREFIX} bytes, but got ${bytes.length}: the file is truncated`);
  const declared = new DataView(bytes.buffer, bytes.byteOffset, PREFIX).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER))
    fail(`not a safetensors file: its first bytes ask for a header of ${declared} bytes`);
  const length = Number(declared);
  if (length > bytes.length - PREFIX) {
    fail(
      `expected a header of ${length} bytes, but only ${bytes.length - PREFIX} follow: the file is truncated or no safetensors file`,
    );
  }
  let json: unknown;
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(PREFIX, PREFIX + length));
    json = JSON.parse(text);
  } catch (cause) {
    fail('expected a header of JSON, but it does not parse: the file is damaged or no safetensors file', cause);
  }
  if (!isObject(json)) return fail('expected the header to be a JSON object');
  refuseTwice(text, json, fail);
  return { json, length };
}

/** The format forbids a name twice; JSON would take the last. */
function refuseTwice(text: string, json: object, fail: Fail): void {
  const names = namesIn(text);
  if (names.length === Object.keys(json).length) return;
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  fail(`expected every name once in the header, but ${shown(twice)} stands there twice`);
}

/** The names in the outermost object of sound JSON, in order. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let last = '';
  // A string, or one of the signs that tell depth and names.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':') {
      if (depth === 1) names.push(JSON.parse(last) as string);
    } else last = token;
  }
  return names;
}

function readMetadata(value: unknown, metadata: Map<string, string>, fail: Fail): void {
  if (!isObject(value)) fail(`expected ${METADATA} to be an object of strings`);
  for (const [key, text] of Object.entries(value as object)) {
    if (typeof text !== 'string') fail(`expected ${METADATA} to hold strings, but ${shown(key)} does not`);
    metadata.set(key, text);
  }
}

function readEntry(name: string, value: unknown, available: number, failFile: Fail): Entry {
  const label = shown(name);
  const fail: Fail = (message) => failFile(`tensor ${label}: ${message}`);
  if (!isObject(value)) return fail('expected an object with dtype, shape and data_offsets');
  const { dtype: typeName, shape, data_offsets: range } = value as Record<string, unknown>;
  const type = typeof typeName === 'string' && Object.hasOwn(fileTypes, typeName) ? fileTypes[typeName] : undefined;
  if (typeof typeName !== 'string' || !type) {
    const known = Object.keys(fileTypes).join(', ');
    return fail(`expected a dtype out of ${known}, but got ${shown(typeName)}`);
  }
  if (!isSizes(shape)) return fail(`expected a shape of whole numbers, but got ${shown(shape)}`);
  if (!isSizes(range) || range.length !== 2 || range[0]! > range[1]!) {
    return fail(`expected data_offsets [begin, end], but got ${shown(range)}`);
  }
  const [begin, end] = range as [number, number];
  const wanted = numel(shape) * type.bytes;
  if (!Number.isSafeInteger(wanted) || wanted !== end - begin) {
    return fail(
      `${typeName} of shape ${shown(shape)} takes ${wanted} bytes, but data_offsets [${begin}, ${end}] hold ${end - begin}`,
    );
  }
  if (end > available) {
    return fail(`data_offsets end at byte ${end}, but the file has ${available} bytes of data: it is truncated`);
  }
  return { name, type, typeName, shape, begin, end };
}

/** The format leaves no byte out and gives none twice. */
function checkRanges(entries: readonly Entry[], available: number, fail: Fail): void {
  let end = 0;
  let previous: Entry | null = null;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (previous && entry.begin < end) {
      fail(`tensors ${shown(previous.name)} and ${shown(entry.name)} overlap at byte ${entry.begin} of the data`);
    }
    if (entry.begin > end) fail(`bytes ${end} to ${entry.begin} of the data belong to no tensor`);
    end = entry.end;
    previous = entry;
  }
  if (end !== available) fail(`the tensors take ${end} bytes of data, but the file has ${available}`);
}

function readTensor({ name, type, typeName, shape, begin }: Entry, view: DataView, fail: Fail): HostTensor {
  const data = hostArray(type.dtype, numel(shape));
  if (isPlain(typeName)) {
    new Uint8Array(data.buffer).set(new Uint8Array(view.buffer, view.byteOffset + begin, data.byteLength));
    return { dtype: type.dtype, shape, data };
  }
  for (let i = 0; i < data.length; i++) {
    const value = type.read(view, begin + i * type.bytes);
    data[i] = value;
    if (typeName === 'I64' && data[i] !== value) {
      fail(`tensor ${shown(name)}: element ${i} is ${value}, outside the 32-bit range that int64 is held in`);
    }
    if (typeName === 'BOOL' && value > 1) fail(`tensor ${shown(name)}: element ${i} is ${value}, expected 0 or 1`);
  }
  return { dtype: type.dtype, shape, data };
}

/** Types that a file holds as memory does: every host of WebGPU is little-endian. */
const isPlain = (typeName: string): boolean => typeName === 'F32' || typeName === 'I32' || typeName === 'U32';

function writeTensor({ dtype, data }: WritableTensor, view: DataView, begin: number): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (dtype === 'float32') view.setFloat32(begin + 4 * i, value, true);
    else if (dtype === 'float16') view.setUint16(begin + 2 * i, toHalf(value), true);
    else if (dtype === 'int64') view.setBigInt64(begin + 8 * i, BigInt(value), true);
    else if (dtype === 'int32') view.setInt32(begin + 4 * i, value, true);
    else if (dtype === 'uint32') view.setUint32(begin + 4 * i, value, true);
    else view.setUint8(begin + i, value);
  }
}

/** An array of the kind in which a dtype is held. */
function hostArray(dtype: DType, length: number): HostNumbers {
  if (dtype === 'float32' || dtype === 'float16') return new Float32Array(length);
  return dtype === 'int32' || dtype === 'int64' ? new Int32Array(length) : new Uint32Array(length);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
