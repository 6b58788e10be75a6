// Reads pickles of a dictionary of NumPy's byte arrays, lists and texts, and of nothing else, as Python 2 wrote them and as
// Python 3 writes them. CIFAR's batches are such files.
import { FileFormatError } from '../../../engine/core/errors';
import { unpickle } from './unpickle';
import { Container, Opaque, type Py, PyBytes, PyGlobal } from './values';

/** An entry of the dictionary. */
export type PickledEntry =
  /** Bytes, row-major. */
  | { readonly shape: readonly number[]; readonly bytes: Uint8Array }
  /** Numbers and texts. */
  | { readonly list: readonly (number | string)[] };

/** Arrays may have at most this many bytes more than twice the file. */
const MOST_TWICE = 2 ** 20;

/** The type of an array's elements, such as `u1` or `<i8`. */
class NumpyDtype {
  constructor(public code: string) {}
}

/** A NumPy array. Pickles create it empty and then set its state. */
class NumpyArray {
  shape: readonly number[] = [];
  dtype: NumpyDtype | null = null;
  bytes: Uint8Array = new Uint8Array();
}

/**
 * Reads the entries of a pickled dictionary that are byte arrays or lists. Nothing that the file names is run. `remedy`
 * ends the error of a file that names other classes.
 * @throws FileFormatError if the file is damaged, or holds anything else
 */
export function unpickleArrays(file: Uint8Array, name: string, remedy: string): Map<string, PickledEntry> {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: expected a pickle of arrays and lists, but ${problem}`);
  };
  let filled = 0;
  const make: Fill = (array, state) => {
    filled += fill(array, state, fail);
    // Arrays can share one text through the pickle's memo, but each gets its own bytes, so a small file could fill the
    // memory.
    if (filled > MOST_TWICE + 2 * file.length) fail('its arrays have more bytes than it has');
  };
  const globals = numpyGlobals(fail, make);
  const { value } = unpickle(file, {
    name,
    strings: 'bytes',
    find: (module, own) => globals.get(`${module.replace('numpy._core.', 'numpy.core.')}.${own}`) ?? null,
    remedy: () => remedy,
    state: (content, state) => {
      const items = itemsOf(state, fail);
      if (content instanceof NumpyArray) make(content, items);
      // The state has the byte order apart from the type's name.
      if (content instanceof NumpyDtype && textOf(items[1]) === '>') content.code = `>${content.code}`;
    },
  });
  if (!(value instanceof Container && value.isDict)) return fail('it holds no dictionary');
  const entries = new Map<string, PickledEntry>();
  for (let i = 0; i < value.items.length; i += 2) {
    const key = textOf(value.items[i]);
    const entry = entryOf(value.items[i + 1]!, fail);
    if (key !== null && entry) entries.set(key, entry);
  }
  return entries;
}

type Fail = (problem: string) => never;
type Fill = (array: NumpyArray, state: readonly Py[]) => void;

function entryOf(value: Py, fail: Fail): PickledEntry | null {
  if (value instanceof Opaque && value.content instanceof NumpyArray) {
    const { shape, dtype, bytes } = value.content;
    return isByte(dtype) ? { shape, bytes } : { list: integersOf(dtype, bytes, fail) };
  }
  if (!(value instanceof Container && (value.kind === 'list' || value.kind === 'tuple'))) return null;
  const items = value.items.map((item) => (typeof item === 'number' ? item : textOf(item)));
  return items.every((item) => item !== null) ? { list: items } : null;
}

/** A text from a Python string or from bytes, one character per byte. */
function textOf(value: Py | undefined): string | null {
  if (typeof value === 'string') return value;
  return value instanceof PyBytes ? new TextDecoder('latin1').decode(value.bytes) : null;
}

/** The bytes of a Latin-1 text, or bytes themselves. */
function bytesOf(value: Py | undefined, fail: Fail): Uint8Array {
  if (value instanceof PyBytes) return value.bytes;
  if (typeof value !== 'string') return fail('an array has no bytes');
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

const itemsOf = (value: Py | undefined, fail: Fail): readonly Py[] =>
  value instanceof Container && value.kind === 'tuple' ? value.items : fail('an array has no state');

const dtypeOf = (value: Py | undefined, fail: Fail): NumpyDtype =>
  value instanceof Opaque && value.content instanceof NumpyDtype ? value.content : fail('an array has no type');

const isByte = (dtype: NumpyDtype | null): boolean => dtype !== null && /^[|<>=]?u1$/.test(dtype.code);

/** The classes and functions of NumPy that pickled arrays refer to. */
function numpyGlobals(fail: Fail, make: Fill): Map<string, PyGlobal> {
  const array = (args: readonly Py[]): Opaque => {
    const made = new NumpyArray();
    if (args.length === 4) make(made, [1, args[2]!, args[1]!, textOf(args[3]) === 'F', args[0]!]);
    return new Opaque(made);
  };
  const calls: Record<string, ((args: readonly Py[]) => Py) | null> = {
    'numpy.ndarray': null,
    'numpy.dtype': ([code]) => new Opaque(new NumpyDtype(textOf(code) ?? fail('a type has no name'))),
    'numpy.core.multiarray._reconstruct': () => array([]),
    'numpy.core.numeric._frombuffer': array,
    'numpy.core.multiarray.scalar': ([dtype, bytes]) =>
      integersOf(dtypeOf(dtype, fail), bytesOf(bytes, fail), fail)[0] ?? fail('a number is missing'),
    '_codecs.encode': ([text]) => new PyBytes(bytesOf(text, fail)),
  };
  return new Map(Object.entries(calls).map(([name, call]) => [name, new PyGlobal(name, call)]));
}

/**
 * Sets the state of an array: version, shape, type, whether it is in Fortran order, and bytes. Returns the number of
 * bytes.
 */
function fill(array: NumpyArray, [, shape, dtype, isFortran, data]: readonly Py[], fail: Fail): number {
  const type = dtypeOf(dtype, fail);
  const size = Number(/\d+$/.exec(type.code)?.[0] ?? fail(`an array has elements of type ${type.code}`));
  const sizes = itemsOf(shape, fail).map((n) => (typeof n === 'number' && n >= 0 ? n : fail('a shape is none')));
  const bytes = bytesOf(data, fail);
  const count = sizes.reduce((product, n) => product * n, 1);
  if (count * size !== bytes.length) fail(`an array of shape [${sizes.join(', ')}] has ${bytes.length} bytes`);
  array.shape = sizes;
  array.dtype = type;
  const [rows = 0, columns = 0] = sizes;
  const turned = isFortran === true && sizes.length === 2 && size === 1;
  if (isFortran === true && sizes.length > 1 && !turned) fail('an array of columns has other elements than bytes');
  array.bytes = turned ? transposed(bytes, rows, columns) : bytes;
  return bytes.length;
}

function transposed(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * columns + j] = bytes[j * rows + i]!;
  return out;
}

/** Whole numbers of 1 to 8 bytes, little-endian. */
function integersOf(dtype: NumpyDtype | null, bytes: Uint8Array, fail: Fail): number[] {
  const [, sign, width] = /^[|<=]?([iu])([1248])$/.exec(dtype?.code ?? '') ?? fail(`an array holds ${dtype?.code}`);
  const size = Number(width);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    let value = 0n;
    for (let b = size - 1; b >= 0; b--) value = value * 256n + BigInt(bytes[i * size + b]!);
    return Number(sign === 'i' ? BigInt.asIntN(8 * size, value) : value);
  });
}
