// Owns reading the fixtures that test/fixtures/make.py wrote from PyTorch, in Node and in the browser alike.

import { fromHalf } from '../../src/engine/core/half';

/** A number as the fixtures write it: JSON has no NaN and no infinities. */
export type FixtureNumber = number | 'nan' | 'inf' | '-inf';

export interface FixtureTensor {
  readonly shape: readonly number[];
  /** PyTorch's name of the type; int64 is held as 32-bit integers, bool as 0 and 1. */
  readonly dtype: 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** A case has a name, and whichever attributes its family gives it. */
export interface FixtureCase {
  readonly name: string;
}

export interface Fixture<Case extends FixtureCase> {
  /** The version of PyTorch that made the values. */
  readonly torch: string;
  readonly cases: readonly Case[];
  /** True where the family holds an array of this key, which is `<case>/<array>`. */
  has(key: string): boolean;
  tensor(key: string): FixtureTensor;
}

interface Header {
  [key: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
}

const jsonFiles = import.meta.glob<{ torch: string; cases: FixtureCase[] }>('../fixtures/*.json', {
  import: 'default',
});
const arrayFiles = import.meta.glob<string>('../fixtures/*.safetensors', { query: '?url&inline', import: 'default' });

/** Reads one family, for example `await loadFixture('conv2d')`. A family of text alone has no arrays. */
export async function loadFixture<Case extends FixtureCase = FixtureCase>(family: string): Promise<Fixture<Case>> {
  const readJson = jsonFiles[`../fixtures/${family}.json`];
  if (!readJson) throw new Error(`loadFixture: expected a family in test/fixtures, but got ${family}`);
  const { torch, cases } = await readJson();
  const readArrays = arrayFiles[`../fixtures/${family}.safetensors`];
  const bytes = readArrays ? await (await fetch(await readArrays())).arrayBuffer() : undefined;
  const header = bytes ? readHeader(bytes) : {};
  return {
    torch,
    cases: cases as Case[],
    has: (key) => key in header,
    tensor(key) {
      if (!bytes || !(key in header))
        throw new Error(`fixture ${family}: expected an array named ${key}, but there is none`);
      return readTensor(key, bytes, header);
    },
  };
}

/** The number that a JSON value stands for. */
export function fixtureNumber(value: FixtureNumber): number {
  return typeof value === 'number' ? value : { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[value];
}

function headerLength(bytes: ArrayBuffer): number {
  return Number(new DataView(bytes).getBigUint64(0, true));
}

function readHeader(bytes: ArrayBuffer): Header {
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength(bytes))));
}

function readTensor(key: string, bytes: ArrayBuffer, header: Header): FixtureTensor {
  const { dtype, shape, data_offsets } = header[key];
  const start = 8 + headerLength(bytes);
  const raw = bytes.slice(start + data_offsets[0], start + data_offsets[1]);
  switch (dtype) {
    case 'F32':
      return { shape, dtype: 'float32', data: new Float32Array(raw) };
    case 'F16':
      return { shape, dtype: 'float16', data: Float32Array.from(new Uint16Array(raw), fromHalf) };
    case 'F64':
      return { shape, dtype: 'float64', data: new Float64Array(raw) };
    case 'I64':
      return { shape, dtype: 'int64', data: Int32Array.from(new BigInt64Array(raw), Number) };
    case 'I32':
      return { shape, dtype: 'int32', data: new Int32Array(raw) };
    case 'U8':
      return { shape, dtype: 'uint8', data: new Uint8Array(raw) };
    case 'BOOL':
      return { shape, dtype: 'bool', data: new Uint8Array(raw) };
    default:
      throw new Error(`fixture array ${key}: unexpected type ${dtype}`);
  }
}
