// CSV: what columns become, by whose names, and where in the file something is wrong.
import { gzipSync } from 'node:zlib';
import * as torch from 'lamplight';
import { data } from 'lamplight';
import { describe, expect, test } from 'vitest';
import type { HostNumbers } from '../../src/engine/graph/value';

const encoder = new TextEncoder();
const read = (text: string, options?: data.CsvOptions) =>
  data.readCsv(new File([encoder.encode(text)], 'a.csv'), options);
/** What a tensor was made of, without a device. */
const hostOf = (tensor: unknown): number[] => [...((tensor as torch.Tensor).value.host as HostNumbers)];

const iris = `sepal length,sepal width,count,fresh,species
5.1,3.5,10,True,setosa
4.9,,-3,False,"virginica, wild"
nan,3e-1,0,TRUE,setosa
`;

test('columns become numbers, booleans and text by what stands in them', async () => {
  const table = await read(iris);
  expect(String(table)).toBe(
    'CsvTable(3 rows, { sepal length: float32, sepal width: float32, count: int64, fresh: bool, species: string })',
  );
  expect([table.length, table.columns.length]).toEqual([3, 5]);
  expect(hostOf(table.column('sepal length'))).toEqual([Math.fround(5.1), Math.fround(4.9), Number.NaN]);
  expect(hostOf(table.column('sepal width'))).toEqual([3.5, Number.NaN, Math.fround(0.3)]);
  expect(hostOf(table.column('count'))).toEqual([10, -3, 0]);
  expect(hostOf(table.column('fresh'))).toEqual([1, 0, 1]);
  expect(table.column('species')).toEqual(['setosa', 'virginica, wild', 'setosa']);
  expect([table.categories('species'), hostOf(table.codes('species'))]).toEqual([
    ['setosa', 'virginica, wild'],
    [0, 1, 0],
  ]);
  const x = table.tensor(['count', 'sepal length']);
  expect([x.shape, x.dtype, hostOf(x).slice(0, 2)]).toEqual([[3, 2], 'float32', [10, Math.fround(5.1)]]);
});

test('a data set has rows of numbers, and words as indices', async () => {
  const set = (await read(iris)).dataset({ target: 'species' });
  expect(set).toBeInstanceOf(data.TensorDataset);
  expect(set.tensors.map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[3, 4], 'float32'],
    [[3], 'int64'],
  ]);
  const some = (await read(iris)).dataset({ inputs: ['count'], target: 'sepal length' });
  expect(some.tensors.map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[3, 1], 'float32'],
    [[3], 'float32'],
  ]);
  expect((await read(iris)).dataset().tensors).toHaveLength(1);
  const words = await read('a\nx\n');
  expect(() => words.dataset()).toThrowError(torch.ShapeError);
  expect(() => words.tensor()).toThrowError(
    /expected columns of numbers, but "a" is text; name the columns, or take codes\("a"\)/,
  );
  expect(() => words.column('b')).toThrowError(/expected a column among \["a"\], but got "b"/);
});

describe('options', () => {
  test('without a header, as np.loadtxt reads', async () => {
    const table = await read('1 2\n3 4\n', { header: false, delimiter: ' ' });
    expect([table.columns, hostOf(table.tensor())]).toEqual([
      ['0', '1'],
      [1, 2, 3, 4],
    ]);
    expect((await read('1,2', { header: ['a', 'b'] })).columns).toEqual(['a', 'b']);
    await expect(read('1,2,3', { header: ['a', 'b'] })).rejects.toThrowError(
      /line 1: expected 2 fields, one for each name/,
    );
  });

  test.each([';', '\t', '|', ','])('a delimiter %j is found', async (delimiter) => {
    const table = await read(`a${delimiter}b\n1${delimiter}x\n2${delimiter}y\n`);
    expect(table.columns).toEqual(['a', 'b']);
    expect(hostOf(table.column('a'))).toEqual([1, 2]);
  });

  test('some columns, rows, comments, decimals and words for what is missing', async () => {
    const text = 'made by us\n# note\na;b;a\n1,5;x;?\n# more\n2,5;y;7\n3,5;z;8\n';
    const table = await read(text, {
      skipRows: 1,
      comment: '#',
      decimal: ',',
      missing: ['?'],
      maxRows: 2,
      columns: ['a', 2],
      delimiter: ';',
    });
    expect(String(table)).toBe('CsvTable(2 rows, { a: float32, a.1: float32 })');
    expect([hostOf(table.column('a')), hostOf(table.column('a.1'))]).toEqual([
      [1.5, 2.5],
      [Number.NaN, 7],
    ]);
    await expect(read(text, { columns: ['c'] })).rejects.toThrowError(torch.ArgumentError);
    expect((await read('a\n1\n', { maxRows: 0 })).length).toBe(0);
  });

  test('types that are asked for', async () => {
    const table = await read('a,b,c\n1,0,007\n', { dtypes: { a: 'float32', b: 'bool', c: 'string' } });
    expect(table.dtypes).toEqual({ a: 'float32', b: 'bool', c: 'string' });
    expect(table.column('c')).toEqual(['007']);
    expect((await read('a,b\n1,2\n', { dtypes: 'uint8' })).dtypes).toEqual({ a: 'uint8', b: 'uint8' });
    await expect(read('a\n1\n', { dtypes: { b: 'bool' } })).rejects.toThrowError(torch.ArgumentError);
    await expect(read('a\n1\n', { dtypes: 'float64' as never })).rejects.toThrowError(torch.ArgumentError);
  });

  test('gzip, a byte order mark, line ends of Windows, other letters', async () => {
    const bytes = gzipSync(encoder.encode('\ufeffa,b\r\n1,"x\r\ny"\r\n'));
    const table = await data.readCsv(Uint8Array.from(bytes));
    expect([table.columns, table.column('b')]).toEqual([['a', 'b'], ['x\r\ny']]);
    const latin = Uint8Array.of(0x61, 0x0a, 0xe4);
    expect((await data.readCsv(latin, { encoding: 'latin1' })).column('a')).toEqual(['ä']);
    await expect(data.readCsv(latin)).rejects.toThrowError(/expected utf-8 text.*has another encoding; name it/);
    await expect(data.readCsv(Uint8Array.from(bytes), { maxBytes: 5 })).rejects.toThrowError(/at most 5 bytes of text/);
  });

  test.each([
    { skipRows: -1 },
    { maxRows: 0.5 },
    { delimiter: '"' },
    { decimal: '' as never },
    { encoding: 'x' },
    { sep: ',' } as never,
  ])('%j is refused', async (options) => {
    await expect(read('a\n1\n', options)).rejects.toThrowError(torch.ArgumentError);
  });
});

describe('what is wrong, and where', () => {
  const cases: [string, string, data.CsvOptions, RegExp][] = [
    [
      'a row too short',
      'a,b\n1,2\n\n"x\ny",2\n3\n',
      {},
      /^a\.csv: line 6: expected 2 fields, one for each column, but got 1$/,
    ],
    ['a row too long', 'a\n1\n2,3\n', { delimiter: ',' }, /line 3: expected 1 fields/],
    ['quotes without end', 'a,b\n1,2\n3,"x\n4,5\n', {}, /line 3: a quoted field has no end/],
    ['more behind quotes', 'a,b\n"x"y,2\n', {}, /line 2: a quoted field goes on after its second quote/],
    [
      'a word for a number',
      'a,b\n1,2\n1,"x"\n',
      { dtypes: { b: 'float32' } },
      /line 3, column "b": expected a number, but got "x"/,
    ],
    ['a fraction for int64', 'a\n1.5\n', { dtypes: 'int64' }, /line 2, column "a": expected a whole number/],
    [
      'a number too large',
      'a\n1\n4294967296\n',
      { dtypes: 'int64', skipRows: 0 },
      /line 3.* for int64, but got "4294967296"/,
    ],
    [
      'nothing for int64',
      'a,b\n1,\n',
      { dtypes: 'int64' },
      /line 2, column "b": expected a value of int64, which has no NaN/,
    ],
    ['a 2 for bool', 'x\na\n2\n', { dtypes: 'bool', skipRows: 1 }, /line 3, column "a": expected true or false/],
  ];
  test.each(cases)('%s', async (_, text, options, message) => {
    await expect(read(text, options)).rejects.toThrowError(torch.FileFormatError);
    await expect(read(text, options)).rejects.toThrowError(message);
  });
});

test('letters of Windows, marks of UTF-16 and ends of several kinds, as pandas reads them', async () => {
  // € “ Ÿ of Windows, whichever platform decodes them.
  const windows = Uint8Array.of(0x61, 10, 0x80, 0x93, 0x9f, 0xe9, 10);
  expect((await data.readCsv(windows, { encoding: 'windows-1252' })).column('a')).toEqual(['€“Ÿé']);
  const words = [0xfeff, ...[...'a,b\r\né,1'].map((letter) => letter.charCodeAt(0))];
  for (const big of [false, true]) {
    const pairs = words.flatMap((word) => (big ? [word >> 8, word & 255] : [word & 255, word >> 8]));
    const table = await data.readCsv(Uint8Array.from(pairs), { encoding: 'utf-16' });
    expect([table.columns, table.column('a'), hostOf(table.column('b'))]).toEqual([['a', 'b'], ['é'], [1]]);
  }
  const mixed = await read('a,b\r\n1,"x\r\n""y"""\n2,z "\r3,w\r\n\n');
  expect([hostOf(mixed.column('a')), mixed.column('b')]).toEqual([
    [1, 2, 3],
    ['x\r\n"y"', 'z "', 'w'],
  ]);
  await expect(read('a,b\r\n1,2\n3\n')).rejects.toThrow(/line 3: expected 2 fields/);
});

test('whole numbers beyond 32 bits, empty tables and missing words', async () => {
  const table = await read('id,none,word,flag\n9999999999,,,true\n1,,x,\n');
  expect(table.dtypes).toEqual({ id: 'string', none: 'float32', word: 'string', flag: 'string' });
  expect([table.column('word'), hostOf(table.codes('word'))]).toEqual([
    [null, 'x'],
    [-1, 0],
  ]);
  expect(String(await read('a,,b\n'))).toBe('CsvTable(0 rows, { a: string, Unnamed: 1: string, b: string })');
  expect(String(await read(''))).toBe('CsvTable(0 rows, {  })');
  expect((await read('__proto__,constructor\n1,2\n')).columns).toEqual(['__proto__', 'constructor']);
});
