// Reads comma-separated values into columns of numbers and words, which can become tensors or a data set.

import { either, flag, type Kind, type Kinds, listOf, orNull, text, whole } from '../../engine/core/argument-kinds';
import { ArgumentError, FileFormatError, ShapeError } from '../../engine/core/errors';
import type { DType } from '../../engine/core/meta';
import { isPlainObject, parseArgs, shown } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { fromHost } from '../../engine/graph/record';
import { type ByteSource, describeSource, readBytes } from '../io/bytes';
import { Tensor } from '../tensor/tensor';
import type { Column } from './csv-columns';
import { TensorDataset } from './tensor-dataset';

/** The type that a column is read as; `'string'` keeps the text unchanged. */
export type ColumnType = Exclude<DType, 'float16'> | 'string';

/** Options of `readCsv`. */
export interface CsvOptions {
  /**
   * true: the first line names the columns; false: there are no names, and columns are called 0, 1, …; or a list of
   * names. Default: true.
   */
  header?: boolean | readonly string[];
  /** The separator of fields. Default: guessed from the first lines, among comma, semicolon, tab and vertical bar. */
  delimiter?: string | null;
  /** The columns to keep, by name or index; they stay in the file's order. Default: all. */
  columns?: readonly (string | number)[] | null;
  /** The types of columns, by name, or one type for all. Default: inferred from their fields. */
  dtypes?: ColumnType | Readonly<Record<string, ColumnType>> | null;
  /**
   * The words that mean a missing value. An empty field always does. Default: those of pandas, such as NA, NaN, null
   * and None.
   */
  missing?: readonly string[];
  /** The decimal separator. Default: a point. */
  decimal?: '.' | ',';
  /** Lines that begin with this are skipped. Default: none. */
  comment?: string | null;
  /** How many lines to skip at the beginning. Default: 0. */
  skipRows?: number;
  /** The maximum number of rows to read. Default: all. */
  maxRows?: number | null;
  /** The character encoding of the file, by a name that `TextDecoder` knows. Default: UTF-8. */
  encoding?: string;
  /** The maximum number of bytes in the file, after decompression. Default: 1 GiB. */
  maxBytes?: number;
}

interface CsvArguments extends CsvOptions {
  source: ByteSource;
}

/** pandas' own list, without the empty field, which is always missing. */
const MISSING = [
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
];

const DEFAULTS = {
  header: true,
  delimiter: null,
  columns: null,
  dtypes: null,
  missing: MISSING,
  decimal: '.',
  comment: null,
  skipRows: 0,
  maxRows: null,
  encoding: 'utf-8',
  maxBytes: 2 ** 30,
} as const;

/** Only the kind of value is checked here; the names and types are checked once the columns are known. */
const types: Kind = {
  words: 'a type of columns, or an object of them by the names of columns',
  fits: (value) => typeof value === 'string' || isPlainObject(value),
};

const KINDS: Kinds<CsvArguments> = {
  header: either(flag, listOf(text)),
  columns: orNull(listOf(either(text, whole(0)))),
  dtypes: orNull(types),
  missing: listOf(text),
  comment: orNull({
    words: 'a string of at least one character',
    fits: (value) => typeof value === 'string' && value !== '',
  }),
  encoding: text,
};

/**
 * Reads a file of comma-separated values (or with another delimiter), gzip-compressed or not, from an address or path,
 * a `File`, or bytes:
 *
 *     const iris = await data.readCsv('iris.csv');
 *     const x = iris.tensor(['sepal_length', 'sepal_width']);        // float32 [150, 2]
 *     const loader = new data.DataLoader(iris.dataset({ target: 'species' }), { batchSize: 16, shuffle: true });
 *
 * A column becomes int64 if all its fields are whole numbers, float32 (NaN where a value is missing) if they are other
 * numbers, and bool if they are true or false; anything else stays text. Whole numbers that do not fit 32 bits stay
 * text, too, unless `dtypes` says otherwise.
 *
 * @throws FileFormatError, with line and column, if a row's number of fields differs from the first row's, a quoted
 * field has no end, or a field is not of the type that was asked for
 * @throws FetchError if the source cannot be read
 */
export async function readCsv(source: ByteSource, options?: CsvOptions): Promise<CsvTable>;
export async function readCsv(named: CsvArguments): Promise<CsvTable>;
export async function readCsv(...args: unknown[]): Promise<CsvTable> {
  const { source, ...o } = parseArgs<CsvArguments>('readCsv', ['source'], DEFAULTS, args, KINDS);
  const name = describeSource(source);
  expectCounts(o);
  const bytes = await readBytes(source, () => o.maxBytes);
  if (bytes.length > o.maxBytes) {
    throw new FileFormatError(
      `${name}: expected at most ${o.maxBytes} bytes of text, but there are more; allow them with maxBytes`,
    );
  }
  const { readColumns } = await import('./csv-columns');
  return new CsvTable(name, readColumns(textOf(bytes, o.encoding, name), name, o));
}

function expectCounts({ skipRows, maxRows, delimiter, decimal }: Required<CsvOptions>): void {
  const isCount = (count: number | null): boolean => count === null || (Number.isSafeInteger(count) && count >= 0);
  if (!isCount(skipRows) || !isCount(maxRows)) {
    throw new ArgumentError(
      `readCsv: expected skipRows and maxRows to be whole numbers, but got ${skipRows} and ${maxRows}`,
    );
  }
  if (delimiter !== null && (typeof delimiter !== 'string' || !/^[^"\r\n]+$/.test(delimiter))) {
    throw new ArgumentError(`readCsv: expected a delimiter such as ',' or '\\t', but got ${shown(delimiter)}`);
  }
  if (decimal !== '.' && decimal !== ',') {
    throw new ArgumentError(`readCsv: expected decimal '.' or ',', but got ${shown(decimal)}`);
  }
}

/**
 * The characters of windows-1252 for the bytes 0x80 to 0x9f; five of them have no character. Node decodes these bytes
 * as ISO 8859-1, so they are mapped here.
 */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function textOf(bytes: Uint8Array, encoding: string, name: string): string {
  let decoder: TextDecoder;
  try {
    // The byte order mark at the start of UTF-16 text gives its byte order.
    const isBig = bytes[0] === 0xfe && bytes[1] === 0xff && /^utf-?16$/i.test(encoding.trim());
    decoder = new TextDecoder(isBig ? 'utf-16be' : encoding, { fatal: true });
  } catch (cause) {
    throw new ArgumentError(
      `readCsv: expected an encoding such as 'utf-8' or 'windows-1252', but got ${shown(encoding)}`,
      { cause },
    );
  }
  try {
    const text = decoder.decode(bytes);
    if (decoder.encoding !== 'windows-1252') return text;
    return text.replace(/[\x80-\x9f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80]!);
  } catch (cause) {
    throw new FileFormatError(
      `${name}: expected ${encoding} text, but it has another encoding; name it, as in { encoding: 'windows-1252' }`,
      { cause },
    );
  }
}

/** Which columns of a table make up a data set. */
export interface TableParts {
  /** The columns of the input. Default: all columns of numbers except the target. */
  inputs?: readonly string[] | null;
  /** The target column; if it is text, the targets are indices into its `categories`. Default: none. */
  target?: string | null;
}

/** The result of `readCsv`: named columns of equal length. */
export class CsvTable extends Printable {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The number of rows. */
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #name: string;

  /** @internal */
  constructor(
    name: string,
    {
      columns,
      length,
    }: {
      /** The columns, with their names. */
      columns: readonly Column[];
      /** How many. */
      length: number;
    },
  ) {
    super();
    this.#name = name;
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.columns = columns.map((column) => column.name);
    this.length = length;
  }

  /** The type of each column: a dtype, or `'string'`. */
  get dtypes(): Record<string, ColumnType> {
    return Object.fromEntries([...this.#columns].map(([name, { type }]) => [name, type]));
  }

  /** A column: a tensor of numbers, or a list of text, with null where a value is missing. */
  column(name: string): Tensor | (string | null)[] {
    const column = this.#column('column', name);
    if (column.type === 'string') return [...column.words];
    return Tensor.of(fromHost(column.numbers.slice(), [this.length], column.type));
  }

  /** The distinct words of a column of text, sorted. */
  categories(name: string): string[] {
    const column = this.#column('categories', name);
    if (column.type !== 'string') {
      throw new ArgumentError(`categories: expected a column of text, but ${shown(name)} is ${column.type}`);
    }
    return [...new Set(column.words.filter((word) => word !== null))].sort();
  }

  /** A column of text as indices into `categories`, int64; −1 where a value is missing. */
  codes(name: string): Tensor {
    const places = new Map(this.categories(name).map((word, i) => [word, i]));
    const { words } = this.#column('codes', name) as Extract<Column, { type: 'string' }>;
    const codes = Int32Array.from(words, (word) => (word === null ? -1 : places.get(word)!));
    return Tensor.of(fromHost(codes, [this.length], 'int64'));
  }

  /**
   * Columns of numbers, side by side: float32, [rows, columns].
   * @param names default: all columns, which must then be numbers
   */
  tensor(names: readonly string[] = this.columns): Tensor {
    const columns = names.map((name) => this.#column('tensor', name));
    const values = new Float32Array(this.length * columns.length);
    columns.forEach((column, c) => {
      if (column.type === 'string') {
        throw new ArgumentError(
          `tensor: expected columns of numbers, but ${shown(column.name)} is text; name the columns, or take codes(${shown(column.name)})`,
        );
      }
      const { numbers } = column;
      for (let row = 0; row < this.length; row++) values[row * columns.length + c] = numbers[row]!;
    });
    return Tensor.of(fromHost(values, [this.length, columns.length], 'float32'));
  }

  /**
   * A data set of the rows: items are `[input]`, or `[input, target]` if a target is named.
   * @throws ShapeError if there is no column of numbers for the input
   * @param parts The parts, in their order.
   */
  dataset(parts: TableParts = {}): TensorDataset {
    const { inputs, target } = parseArgs<TableParts>('dataset', [], { inputs: null, target: null }, [parts]);
    const names =
      inputs ?? this.columns.filter((name) => name !== target && this.#columns.get(name)!.type !== 'string');
    if (names.length === 0)
      throw new ShapeError(`dataset: expected columns of numbers in ${this.#name}, but there are none`);
    const x = this.tensor(names);
    if (target === null) return new TensorDataset(x);
    const column = this.#column('dataset', target);
    const y = column.type === 'string' ? this.codes(target) : (this.column(target) as Tensor);
    return new TensorDataset(x, y);
  }

  override toString(): string {
    const columns = [...this.#columns.values()].map(({ name, type }) => `${name}: ${type}`);
    return `CsvTable(${this.length} rows, { ${columns.join(', ')} })`;
  }

  #column(op: string, name: string): Column {
    const column = this.#columns.get(name);
    if (column) return column;
    throw new ArgumentError(`${op}: expected a column among ${shown(this.columns)}, but got ${shown(name)}`);
  }
}
