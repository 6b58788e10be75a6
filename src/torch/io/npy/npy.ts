// NumPy's .npy files: an array's bytes after a header that is a Python literal.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1.0 to 3.0.

import { ArgumentError, FileFormatError } from '../../../engine/core/errors';
import { type DType, numel } from '../../../engine/core/meta';
import { shown } from '../../../engine/core/options';
import type { HostNumbers } from '../../../engine/graph/value';
import { type ElementType, elementBytes, heldAs, hostArray, readElements, swapBytes } from '../elements';
import { type PythonLiteral, PythonTuple, parsePythonLiteral } from '../pickle/python-literal';
import type { Reader } from '../reader';
import type { HostTensor } from '../safetensors/safetensors';

/** The header of a file. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly bigEndian: boolean;
  /** Whether the first index varies fastest. */
  readonly fortran: boolean;
  /** The offset of the elements. */
  readonly start: number;
}

type Fail = (message: string) => never;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The length of the magic bytes and the version. */
const PREFIX = 8;
/** NumPy itself reads at most 10,000 bytes of header, unless told otherwise. */
const MAX_HEADER = 2 ** 20;
/** NumPy's bound on dimensions. */
const MAX_RANK = 64;
/** Number of bytes to read and convert at a time; a multiple of every element's size. */
const PIECE = 2 ** 22;

/** Whether a file begins like an .npy file. */
export const isNpy = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

/** NumPy's type codes: a letter and a size. */
const types: Readonly<Record<string, ElementType>> = {
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
  i1: 'i8',
  i2: 'i16',
  i4: 'i32',
  i8: 'i64',
  u1: 'u8',
  u2: 'u16',
  u4: 'u32',
  u8: 'u64',
  b1: 'bool',
};

/** The types that no tensor can hold, by letter. */
const refused: Readonly<Record<string, string>> = {
  f: 'floats of a size that only some machines have',
  g: 'floats of a size that only some machines have',
  c: 'complex numbers; save .real and .imag',
  F: 'complex numbers; save .real and .imag',
  D: 'complex numbers; save .real and .imag',
  O: 'Python objects; save an array of numbers',
  V: 'raw bytes; save an array of numbers',
  S: 'byte strings; save numbers, such as indices into a list of them',
  a: 'byte strings; save numbers, such as indices into a list of them',
  U: 'strings; save numbers, such as indices into a list of them',
  T: 'strings; save numbers, such as indices into a list of them',
  M: "dates; save array.astype('int64')",
  m: "durations; save array.astype('int64')",
};

/**
 * Reads the header of a file.
 * @throws FileFormatError if it is not an .npy file, is damaged, or describes an array that no tensor can hold
 */
export async function readNpyHeader(reader: Reader): Promise<NpyHeader> {
  const fail: Fail = (message) => {
    throw new FileFormatError(`${reader.name}: ${message}`);
  };
  const prefix = await reader.read(0, Math.min(PREFIX + 4, reader.size));
  if (!isNpy(prefix)) fail('expected a NumPy array, but it does not begin as one');
  const truncated = 'the header is cut short: the file is truncated';
  if (prefix.length < PREFIX + 2) fail(truncated);
  const version = prefix[6]!;
  if (version < 1 || version > 3 || prefix[7] !== 0) {
    fail(`expected version 1.0, 2.0 or 3.0 of a NumPy array's format, but got ${version}.${prefix[7]}`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  if (prefix.length < PREFIX + lengthBytes) fail(truncated);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const length = version === 1 ? view.getUint16(PREFIX, true) : view.getUint32(PREFIX, true);
  if (length > MAX_HEADER) fail(`expected a header of at most ${MAX_HEADER} bytes, but it asks for ${length}`);
  const start = PREFIX + lengthBytes + length;
  if (start > reader.size) fail(truncated);
  const text = headerText(await reader.read(start - length, start), version, fail);
  const header = { ...fieldsOf(text, fail), start };
  const wanted = numel(header.shape) * elementBytes(header.type);
  if (!Number.isSafeInteger(wanted) || wanted > reader.size - start) {
    fail(
      `an array of shape ${shown(header.shape)} takes ${wanted} bytes, but ${reader.size - start} follow the header: the file is truncated or damaged`,
    );
  }
  return header;
}

function headerText(bytes: Uint8Array, version: number, fail: Fail): string {
  if (version < 3) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('expected a header of UTF-8, but it is damaged');
  }
}

function fieldsOf(text: string, fail: Fail): Pick<NpyHeader, 'shape' | 'type' | 'bigEndian' | 'fortran'> {
  let header: PythonLiteral = null;
  try {
    header = parsePythonLiteral(text);
  } catch (error) {
    fail(`expected a header that is a Python literal, but got ${shown(text.trim())} (${(error as Error).message})`);
  }
  const keys = ['descr', 'fortran_order', 'shape'];
  if (!(header instanceof Map) || header.size !== keys.length || !keys.every((key) => header.has(key))) {
    return fail(`expected a header with ${keys.join(', ')} and nothing else, but got ${shown(text.trim())}`);
  }
  const shape = header.get('shape');
  const sizes = shape instanceof PythonTuple ? shape.items : [];
  const isShape = shape instanceof PythonTuple && sizes.every((size) => typeof size === 'bigint' && size >= 0n);
  const dimensions = sizes.map(Number);
  if (!isShape || !dimensions.every(Number.isSafeInteger)) {
    fail(`expected a shape that is a tuple of sizes, but got the header ${shown(text.trim())}`);
  }
  if (dimensions.length > MAX_RANK) fail(`expected at most ${MAX_RANK} dimensions, but got ${dimensions.length}`);
  const fortran = header.get('fortran_order');
  if (typeof fortran !== 'boolean') fail(`expected fortran_order to be True or False in ${shown(text.trim())}`);
  return { ...typeOf(header.get('descr')!, fail), shape: dimensions, fortran: fortran === true };
}

function typeOf(descr: PythonLiteral, fail: Fail): Pick<NpyHeader, 'type' | 'bigEndian'> {
  if (Array.isArray(descr))
    fail('a structured array, whose elements have fields, is not read; save its fields one by one');
  if (typeof descr !== 'string') return fail('expected the element type to be a string, or a list of fields');
  const [, order = '', name = ''] = /^([<>=|]?)(.*)$/s.exec(descr) ?? [];
  const code = name === '?' ? 'b1' : name;
  if (Object.hasOwn(types, code)) return { type: types[code]!, bigEndian: order === '>' };
  const letter = name.charAt(0);
  const what = Object.hasOwn(refused, letter) ? ` (${refused[letter]})` : '';
  return fail(`expected elements of ${Object.keys(types).join(', ')}, but got ${shown(descr)}${what}`);
}

/**
 * The elements of a file in row-major order, whatever their order in the file.
 *
 * @param rows the first row and the one after the last; default: all
 * @throws FileFormatError if the file is damaged or holds a number that no dtype can hold, ArgumentError if the array
 * does not have these rows
 */
export async function readNpy(reader: Reader, rows: readonly [number, number] | null = null): Promise<HostTensor> {
  const header = await readNpyHeader(reader);
  const { type } = header;
  const [from, to] = rows ? rowsWithin(rows, header.shape) : [0, header.shape[0] ?? 1];
  const shape = rows ? [to - from, ...header.shape.slice(1)] : header.shape;
  const data = hostArray(heldAs(type), numel(shape));
  const isPlain = !header.fortran || header.shape.length < 2;
  if (isPlain) {
    const row = numel(header.shape.slice(1));
    await eachPiece(reader, header, from * row, to * row, (words, at) => {
      data.set(words, at - from * row);
    });
  } else await readColumns(reader, header, from, to, data);
  return { dtype: heldAs(type), shape, data };
}

/**
 * Passes the elements from `begin` to `end` to `give`, in the order of the file, piece by piece; `at` is the index of a
 * piece's first element.
 */
async function eachPiece(
  reader: Reader,
  { type, bigEndian, start }: NpyHeader,
  begin: number,
  end: number,
  give: (numbers: HostNumbers, at: number) => void,
): Promise<void> {
  const size = elementBytes(type);
  const most = PIECE / size;
  for (let at = begin; at < end; at += most) {
    const count = Math.min(most, end - at);
    const raw = await reader.read(start + at * size, start + (at + count) * size);
    const bytes = bigEndian ? swapBytes(type, raw) : raw;
    const numbers = hostArray(heldAs(type), count);
    readElements(type, bytes, numbers, (index, value, dtype) => {
      throw new FileFormatError(
        `${reader.name}: element ${at + index} is ${value}, outside the 32-bit range that ${dtype} is held in`,
      );
    });
    give(numbers, at);
  }
}

/** Reads an array whose first index varies fastest, and puts every element at its row-major position. */
async function readColumns(
  reader: Reader,
  header: NpyHeader,
  from: number,
  to: number,
  data: HostNumbers,
): Promise<void> {
  const { shape } = header;
  const count = numel(shape);
  const rank = shape.length;
  const strides = new Array<number>(rank).fill(1);
  for (let d = rank - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  const index = new Array<number>(rank).fill(0);
  let place = 0;
  await eachPiece(reader, header, 0, count, (numbers) => {
    for (const number of numbers) {
      if (index[0]! >= from && index[0]! < to) data[place - from * strides[0]!] = number;
      for (let d = 0; d < rank; d++) {
        place += strides[d]!;
        if (++index[d]! < shape[d]!) break;
        place -= strides[d]! * shape[d]!;
        index[d] = 0;
      }
    }
  });
}

function rowsWithin(rows: readonly [number, number], shape: readonly number[]): readonly [number, number] {
  const [from, to] = rows;
  const length = shape[0];
  if (length === undefined) throw new ArgumentError('torch.load: rows of a 0-d array cannot be read; leave rows out');
  const isSound = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= length;
  if (isSound) return rows;
  throw new ArgumentError(
    `torch.load: expected rows [start, end] within the ${length} rows there are, but got ${shown(rows)}`,
  );
}

const descriptions: Readonly<Record<DType, string>> = {
  float32: '<f4',
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  uint32: '<u4',
  uint8: '|u1',
  bool: '|b1',
};

/** NumPy leaves room in the header for the first dimension to grow to this many digits. */
const GROWTH_DIGITS = 21;
const ALIGNMENT = 64;

/** The pieces of a file, the same bytes as `numpy.save` writes. */
export function* writeNpy(
  { dtype, shape }: Pick<HostTensor, 'dtype' | 'shape'>,
  elements: Uint8Array,
): Generator<Uint8Array> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const room = shape.length > 0 ? ' '.repeat(Math.max(0, GROWTH_DIGITS - String(shape[0]).length)) : '';
  const text = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }${room}`;
  const used = PREFIX + 2 + text.length + 1;
  const padding = ALIGNMENT - (used % ALIGNMENT);
  const header = new Uint8Array(used + padding);
  header.set([...MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(PREFIX, header.length - PREFIX - 2, true);
  header.set(new TextEncoder().encode(`${text}${' '.repeat(padding)}\n`), PREFIX + 2);
  yield header;
  yield elements;
}
