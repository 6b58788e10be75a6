// Converts the objects of Python's standard library and of NumPy that are plain data to JavaScript values.
import { fromHalf } from '../../../engine/core/half';
import { Container, type Py, PyBytes, PyFloat, PyForeign, PyObject } from './values';

/**
 * The JavaScript value of a Python object: a number, text or bytes; undefined if the object becomes a `PickledObject`.
 */
export function plainValue(object: PyObject): PyFloat | PyBytes | string | number | bigint | boolean | undefined {
  const { callee, args } = object;
  return callee instanceof PyForeign ? values[shortName(object)]?.(args, object) : undefined;
}

/** The name of an object's class or function, independent of the version that wrote it. */
export const shortName = (object: PyObject): string =>
  object.callName.replace('numpy._core.', 'numpy.core.').replace('pathlib._local.', 'pathlib.');

type Value = ReturnType<typeof plainValue>;

const texts = (args: readonly Py[]): string[] | undefined =>
  args.every((arg) => typeof arg === 'string') ? (args as string[]) : undefined;

/** Joins the parts of a path, the first of which may be the root. */
function pathOf(args: readonly Py[], separator: string): string | undefined {
  const parts = texts(args);
  if (!parts) return undefined;
  const [first = '.', ...rest] = parts;
  return first.endsWith(separator) ? first + rest.join(separator) : [first, ...rest].join(separator);
}

const posix = (args: readonly Py[]): Value => pathOf(args, '/');
const windows = (args: readonly Py[]): Value => pathOf(args, '\\');

const values: Readonly<Record<string, (args: readonly Py[], object: PyObject) => Value>> = {
  'pathlib.PosixPath': posix,
  'pathlib.PurePosixPath': posix,
  'pathlib.Path': posix,
  'pathlib.WindowsPath': windows,
  'pathlib.PureWindowsPath': windows,
  'decimal.Decimal': ([text]) => (typeof text === 'string' ? text : undefined),
  'uuid.UUID': (_, { state }) => {
    const number = state instanceof Container && state.isDict ? state.get('int') : undefined;
    if (typeof number !== 'number' && typeof number !== 'bigint') return undefined;
    const digits = BigInt(number).toString(16).padStart(32, '0');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
  'datetime.datetime': ([packed, zone]) => dateTime(packed, zone),
  'datetime.date': ([packed]) => {
    const bytes = octets(packed, 4);
    return bytes && date(bytes);
  },
  'datetime.time': ([packed, zone]) => {
    const bytes = octets(packed, 6);
    const ending = zoneText(zone);
    return bytes && ending !== undefined ? time(bytes) + ending : undefined;
  },
  'datetime.timedelta': (args) => {
    const seconds = secondsOf(args);
    return seconds === undefined ? undefined : new PyFloat(seconds);
  },
  'numpy.core.multiarray.scalar': ([dtype, bytes]) => scalar(dtype, bytes),
  'numpy.str_': ([text]) => (typeof text === 'string' ? text : undefined),
};

// ── Dates: the bytes that datetime itself pickles, year first ──

function octets(packed: Py | undefined, length: number): Uint8Array | undefined {
  // Python 2 stored bytes as Latin-1 text.
  const bytes =
    packed instanceof PyBytes
      ? packed.bytes
      : typeof packed === 'string'
        ? Uint8Array.from(packed, (letter) => letter.charCodeAt(0))
        : null;
  return bytes?.length === length ? bytes : undefined;
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

// The highest bit of the month, or of a time's hour, distinguishes the two equal times when clocks are turned back; it
// is dropped.
const date = (bytes: Uint8Array): string =>
  [digits(bytes[0]! * 256 + bytes[1]!, 4), digits(bytes[2]! & 127, 2), digits(bytes[3]!, 2)].join('-');

function time(bytes: Uint8Array): string {
  const micro = bytes[3]! * 65536 + bytes[4]! * 256 + bytes[5]!;
  const clock = [bytes[0]! & 127, bytes[1]!, bytes[2]!].map((value) => digits(value, 2)).join(':');
  return micro === 0 ? clock : `${clock}.${digits(micro, 6)}`;
}

function dateTime(packed: Py | undefined, zone: Py | undefined): string | undefined {
  const bytes = octets(packed, 10);
  const ending = zoneText(zone);
  return bytes && ending !== undefined ? `${date(bytes)}T${time(bytes.subarray(4))}${ending}` : undefined;
}

/** Seconds of (days, seconds, microseconds). */
function secondsOf([days = 0, seconds = 0, micros = 0]: readonly Py[]): number | undefined {
  const all = [days, seconds, micros].map((value) => (value instanceof PyFloat ? value.value : value));
  if (!all.every((value) => typeof value === 'number')) return undefined;
  const [d, s, m] = all as [number, number, number];
  return d * 86400 + s + m / 1e6;
}

/**
 * `+02:00` for `datetime.timezone(timedelta(hours=2))`; empty if there is no zone, undefined if only the zone's name is
 * known.
 */
function zoneText(zone: Py | undefined): string | undefined {
  if (zone === undefined || zone === null) return '';
  if (!(zone instanceof PyObject) || zone.callName !== 'datetime.timezone') return undefined;
  const [delta] = zone.args;
  const seconds =
    delta instanceof PyObject && delta.callName === 'datetime.timedelta' ? secondsOf(delta.args) : undefined;
  if (seconds === undefined) return undefined;
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  return `${seconds < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}`;
}

// ── NumPy ──

/** The type of an array's elements, such as `<f4`; null if it is not a simple one. */
export function numpyType(dtype: Py | undefined): string | null {
  if (!(dtype instanceof PyObject) || dtype.callName !== 'numpy.dtype') return null;
  const [code] = dtype.args;
  // The state is (version, byte order, subdtype, names, fields, size, alignment, flags).
  const [, order, sub, names] = dtype.state instanceof Container ? dtype.state.items : [];
  if (typeof code !== 'string' || (sub ?? null) !== null || (names ?? null) !== null) return null;
  return `${order === '>' ? '>' : '<'}${code.replace(/^[<>=|]/, '')}`;
}

const readers: Readonly<Record<string, (view: DataView, little: boolean) => number | bigint | boolean>> = {
  b1: (view) => view.getUint8(0) !== 0,
  i1: (view) => view.getInt8(0),
  u1: (view) => view.getUint8(0),
  i2: (view, little) => view.getInt16(0, little),
  u2: (view, little) => view.getUint16(0, little),
  i4: (view, little) => view.getInt32(0, little),
  u4: (view, little) => view.getUint32(0, little),
  i8: (view, little) => view.getBigInt64(0, little),
  u8: (view, little) => view.getBigUint64(0, little),
  f2: (view, little) => fromHalf(view.getUint16(0, little)),
  f4: (view, little) => view.getFloat32(0, little),
  f8: (view, little) => view.getFloat64(0, little),
};

/** A single NumPy number or string. */
function scalar(dtype: Py | undefined, packed: Py | undefined): Value {
  const type = numpyType(dtype);
  if (type === null || packed === undefined) return undefined;
  const code = type.slice(1);
  const size = Number(code.slice(1)) * (code[0] === 'U' ? 4 : 1);
  const bytes = octets(packed, size);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = type[0] === '<';
  if (code[0] === 'U') {
    const letters = Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 * i, little));
    if (letters.some((letter) => letter > 0x10ffff)) return undefined;
    return letters.map((letter) => String.fromCodePoint(letter)).join('');
  }
  if (code[0] === 'S') return new PyBytes(bytes);
  const value = readers[code]?.(view, little);
  if (code[0] === 'f') return new PyFloat(value as number);
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * An array in the form of an `.npy` file, which the reader of that format turns into a tensor; null if the object is
 * not an array of numbers.
 */
export function npyOf(object: PyObject): Uint8Array | null {
  const name = shortName(object);
  let state: readonly (Py | undefined)[];
  if (name === 'numpy.core.multiarray._reconstruct' && object.state instanceof Container) state = object.state.items;
  else if (name === 'numpy.core.numeric._frombuffer') {
    const [bytes, dtype, shape, order] = object.args;
    state = [1, shape, dtype, order === 'F', bytes];
  } else return null;
  const [, shape, dtype, isFortran, data] = state;
  const type = numpyType(dtype);
  const sizes = shape instanceof Container ? shape.items : null;
  const bytes = data instanceof PyBytes ? data.bytes : null;
  if (type === null || !/^.[fiub]\d$/.test(type) || !bytes) return null;
  if (!sizes?.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) return null;
  const width = Number(type.slice(2));
  if (sizes.reduce<number>((product, size) => product * (size as number), width) !== bytes.length) return null;
  const header = `{'descr': '${type}', 'fortran_order': ${isFortran === true ? 'True' : 'False'}, 'shape': (${sizes.map((size) => `${String(size)},`).join('')})}`;
  const file = new Uint8Array(12 + header.length + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0]);
  new DataView(file.buffer).setUint32(8, header.length, true);
  file.set(
    Uint8Array.from(header, (letter) => letter.charCodeAt(0)),
    12,
  );
  file.set(bytes, 12 + header.length);
  return file;
}
