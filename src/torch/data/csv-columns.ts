// Parsing text into columns, in two passes: the first determines the kind of values in each column, and the second
// fills arrays of that kind.
import Papa from 'papaparse';
import { ArgumentError, FileFormatError } from '../../engine/core/errors';
import type { DType } from '../../engine/core/meta';
import { shown } from '../../engine/core/options';
import type { HostNumbers } from '../../engine/graph/value';
import type { ColumnType, CsvOptions } from './csv';

/** A column of numbers, in the array type that a tensor of its dtype uses, or a column of words. */
export type Column =
  | { readonly name: string; readonly type: Exclude<ColumnType, 'string'>; readonly numbers: HostNumbers }
  | { readonly name: string; readonly type: 'string'; readonly words: (string | null)[] };

/** A row's fields, and the position in the text where the row ends. */
interface Row {
  readonly fields: readonly string[];
  readonly end: number;
}

/** The text to read, and how many lines of the file precede it. */
interface Origin {
  readonly file: string;
  readonly text: string;
  readonly lines: number;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const BOOLEAN = /^(?:true|false)$/i;

/**
 * What is known about a column so far. `whole`, `number` and `boolean` become false at the first field of another kind.
 */
interface Seen {
  whole: boolean;
  number: boolean;
  boolean: boolean;
  /** Whether some value is missing. */
  missing: boolean;
  /** Whether some value is present. */
  any: boolean;
}

const ranges: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int64: [-(2 ** 31), 2 ** 31 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
};

/** @throws FileFormatError if a row or field is malformed: see `readCsv` */
export function readColumns(
  whole: string,
  file: string,
  options: Required<CsvOptions>,
): { columns: Column[]; length: number } {
  const { text, lines } = withoutRows(sameEnds(whole, options.delimiter), options.skipRows);
  const origin: Origin = { file, text, lines };
  const missing = new Set(['', ...options.missing]);
  const toNumber = numberReader(options.decimal);
  let names: string[] | null = null;
  let kept: number[] = [];
  let seen: Seen[] = [];
  let length = 0;
  const delimiter = eachRow(origin, options, options.delimiter, ({ fields, end }) => {
    if (names === null) {
      names = namesOf(options.header, fields, () => fail(origin, end, fields));
      kept = keptOf(options.columns, names);
      seen = kept.map(() => ({ whole: true, number: true, boolean: true, missing: false, any: false }));
      if (options.header === true) return true;
    }
    if (fields.length !== names.length) {
      fail(origin, end, fields)(`expected ${names.length} fields, one for each column, but got ${fields.length}`);
    }
    for (const [i, place] of kept.entries()) look(seen[i]!, fields[place]!.trim(), missing, toNumber);
    length++;
    return length < (options.maxRows ?? Number.POSITIVE_INFINITY);
  });
  const header: readonly string[] = names ?? (Array.isArray(options.header) ? options.header : []);
  const asked = askedTypes(options.dtypes, header);
  const rows = options.maxRows === 0 ? 0 : length;
  const columns = kept.map((place, i): Column => {
    const name = header[place]!;
    const type = asked(name) ?? typeOf(seen[i]!);
    return type === 'string'
      ? { name, type, words: new Array<string | null>(rows) }
      : { name, type, numbers: arrayFor(type, rows) };
  });
  let row = 0;
  let isFirst = options.header === true;
  if (rows === 0) return { columns, length: 0 };
  eachRow(origin, options, delimiter, ({ fields, end }) => {
    if (isFirst) {
      isFirst = false;
      return true;
    }
    columns.forEach((column, i) => {
      const field = fields[kept[i]!]!;
      if (column.type === 'string') column.words[row] = missing.has(field.trim()) ? null : field;
      else {
        const refuse = (expected: string) =>
          fail(origin, end, fields, column.name)(`expected ${expected}, but got ${shown(field)}`);
        column.numbers[row] = numberOf(field.trim(), column.type, missing, toNumber, refuse);
      }
    });
    return ++row < rows;
  });
  return { columns, length: rows };
}

/**
 * Papa Parse splits lines by the first line ending that it finds. If a text mixes several, all those outside quotes are
 * replaced by \n.
 */
function sameEnds(text: string, delimiter: string | null): string {
  const kinds = new Set(text.match(/\r\n|\n|\r/g));
  if (kinds.size < 2) return text;
  const separators = (delimiter ?? ',;\t|').replace(/[\\\]^-]/g, '\\$&');
  const quoted = new RegExp(`((?<=^|[\\r\\n${separators}])"[^"]*(?:""[^"]*)*")|\\r\\n?`, 'g');
  return text.replace(quoted, (_, kept?: string) => kept ?? '\n');
}

/** The text after the first `count` lines, and the number of lines skipped. */
function withoutRows(text: string, count: number): { text: string; lines: number } {
  const end = /\r\n|\n|\r/g;
  let start = 0;
  for (let lines = 0; lines < count; lines++) {
    if (!end.exec(text)) return { text: '', lines };
    start = end.lastIndex;
  }
  return { text: text.slice(start), lines: count };
}

/** Passes the rows to `give`, one by one, until it returns false; returns the delimiter. */
function eachRow(
  { file, text, lines }: Origin,
  { comment }: Required<CsvOptions>,
  delimiter: string | null,
  give: (row: Row) => boolean,
): string {
  let used = delimiter ?? ',';
  let last = 0;
  Papa.parse<string[]>(text, {
    delimiter: delimiter ?? '',
    delimitersToGuess: [',', ';', '\t', '|'],
    comments: comment ?? false,
    skipEmptyLines: true,
    step: ({ data, errors, meta }, parser) => {
      used = meta.delimiter;
      const wrong = errors.find(({ type }) => type === 'Quotes');
      if (wrong) {
        const line = lines + lineAt(text, last);
        const reason =
          wrong.code === 'MissingQuotes'
            ? 'a quoted field has no end'
            : 'a quoted field goes on after its second quote';
        throw new FileFormatError(`${file}: line ${line}: ${reason}; a quote within quotes is written twice`);
      }
      last = meta.cursor;
      if (!give({ fields: data, end: meta.cursor })) parser.abort();
    },
  });
  return used;
}

/** The line number, from 1, of a position in the text; blank lines at the position are skipped. */
function lineAt(text: string, at: number): number {
  let start = at;
  while (text[start] === '\n' || text[start] === '\r') start++;
  return 1 + newlines(text.slice(0, start));
}

const newlines = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** Makes a function that throws an error that names the line (and column) of the row that ends at `end`. */
function fail(
  { file, text, lines }: Origin,
  end: number,
  fields: readonly string[],
  column?: string,
): (message: string) => never {
  return (message) => {
    const before = text.slice(0, end).replace(/(\r\n|\n|\r)$/, '');
    const line = lines + 1 + newlines(before) - fields.reduce((sum, field) => sum + newlines(field), 0);
    const place = column === undefined ? '' : `, column ${shown(column)}`;
    throw new FileFormatError(`${file}: line ${line}${place}: ${message}`);
  };
}

function namesOf(
  header: boolean | readonly string[],
  fields: readonly string[],
  wrong: () => (message: string) => never,
): string[] {
  if (header === false) return fields.map((_, i) => String(i));
  if (header === true) return unlike(fields.map((field, i) => field.trim() || `Unnamed: ${i}`));
  if (header.length !== fields.length) {
    wrong()(`expected ${header.length} fields, one for each name in header, but got ${fields.length}`);
  }
  return unlike(header);
}

/** Numbers repeated names as pandas does: a, a.1, a.2. */
function unlike(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return names.map((name) => {
    let own = name;
    let count = counts.get(name) ?? 0;
    while (taken.has(own)) own = `${name}.${++count}`;
    counts.set(name, count);
    taken.add(own);
    return own;
  });
}

function keptOf(columns: readonly (string | number)[] | null, names: readonly string[]): number[] {
  if (columns === null) return names.map((_, i) => i);
  const places = columns.map((column) => {
    const place = typeof column === 'number' ? column : names.indexOf(column);
    if (Number.isInteger(place) && place >= 0 && place < names.length) return place;
    throw new ArgumentError(`readCsv: expected columns among ${shown(names)}, but got ${shown(column)}`);
  });
  return [...new Set(places)].sort((a, b) => a - b);
}

const types: readonly ColumnType[] = ['float32', 'int64', 'int32', 'uint32', 'uint8', 'bool', 'string'];

function askedTypes(
  dtypes: Required<CsvOptions>['dtypes'],
  names: readonly string[],
): (name: string) => ColumnType | null {
  const all = typeof dtypes === 'string' ? dtypes : null;
  const byName = new Map<string, ColumnType>(typeof dtypes === 'string' ? [] : Object.entries(dtypes ?? {}));
  const asked: readonly (readonly [string, ColumnType])[] = all === null ? [...byName] : [['', all]];
  for (const [name, type] of asked) {
    if (!types.includes(type)) {
      throw new ArgumentError(`readCsv: expected dtypes among ${types.join(', ')}, but got ${shown(type)}`);
    }
    if (all === null && !names.includes(name)) {
      throw new ArgumentError(`readCsv: expected dtypes of columns among ${shown(names)}, but got ${shown(name)}`);
    }
  }
  return (name) => all ?? byName.get(name) ?? null;
}

/** Makes a function that parses a field as a number; it returns null if the field is not one. */
function numberReader(decimal: string): (field: string) => number | null {
  return (field) => {
    const text = decimal === '.' ? field : field.replace(decimal, '.');
    if (NUMBER.test(text)) return Number(text);
    if (INFINITE.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return null;
  };
}

function look(
  seen: Seen,
  field: string,
  missing: ReadonlySet<string>,
  toNumber: (field: string) => number | null,
): void {
  if (missing.has(field)) {
    seen.missing = true;
    return;
  }
  seen.any = true;
  if (seen.boolean && !BOOLEAN.test(field)) seen.boolean = false;
  if (!seen.number) return;
  const number = toNumber(field);
  const isWhole = WHOLE.test(field);
  const [low, high] = ranges.int64!;
  if (number === null || (isWhole && !(number >= low && number <= high))) seen.number = false;
  if (!isWhole) seen.whole = false;
}

function typeOf({ whole, number, boolean, missing, any }: Seen): ColumnType {
  if (!any) return missing ? 'float32' : 'string';
  if (boolean) return missing ? 'string' : 'bool';
  if (!number) return 'string';
  return whole && !missing ? 'int64' : 'float32';
}

function arrayFor(type: Exclude<ColumnType, 'string'>, length: number): HostNumbers {
  if (type === 'float32') return new Float32Array(length);
  return type === 'int32' || type === 'int64' ? new Int32Array(length) : new Uint32Array(length);
}

function numberOf(
  field: string,
  type: Exclude<ColumnType, 'string'>,
  missing: ReadonlySet<string>,
  toNumber: (field: string) => number | null,
  refuse: (expected: string) => never,
): number {
  if (missing.has(field))
    return type === 'float32' ? Number.NaN : refuse(`a value of ${type}, which has no NaN for a missing one`);
  if (type === 'bool' && BOOLEAN.test(field)) return field.toLowerCase() === 'true' ? 1 : 0;
  const number = toNumber(field);
  if (number === null) return refuse(type === 'bool' ? 'true or false' : 'a number');
  if (type === 'float32') return number;
  if (type === 'bool') return number === 0 || number === 1 ? number : refuse('true or false');
  const [low, high] = ranges[type]!;
  return Number.isInteger(number) && number >= low && number <= high
    ? number
    : refuse(`a whole number from ${low} to ${high} for ${type}`);
}
