// The header of safetensors files: JSON that says where each tensor's elements are. Nothing in the file is
// trusted: every number is checked before it is used.
// Source: https://github.com/huggingface/safetensors#format.

import { ArgumentError, FileFormatError } from '../../../engine/core/errors';
import { numel } from '../../../engine/core/meta';
import { shown } from '../../../engine/core/options';
import { type ElementType, elementBytes, elementTypes } from '../elements';
import { kindOfFile } from '../file-kinds';
import type { Reader } from '../reader';

/** The format's own limit for the header, which protects against files that request absurd amounts of memory. */
const MAX_HEADER = 100_000_000;
/** The length of the field that holds the header's length. */
export const PREFIX = 8;
/** Enough bytes to recognise other kinds of files. */
const HEAD = 512;
export const METADATA = '__metadata__';

/** The element types by the format's names. */
const fileTypes: ReadonlyMap<string, ElementType> = new Map(elementTypes.map((type) => [type.toUpperCase(), type]));

/** The location of a tensor in a file. */
export interface Entry {
  readonly name: string;
  readonly type: ElementType;
  /** The format's name of the type. */
  readonly typeName: string;
  readonly shape: readonly number[];
  /** The byte range of the elements, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the header's order. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The strings of `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the data begins in the file. */
  readonly start: number;
}

/** @throws ArgumentError if the name is `__metadata__`, the only one that no tensor can have */
export function refuseName(name: string): void {
  if (name !== METADATA) return;
  throw new ArgumentError(
    `safetensors: '${METADATA}' cannot be the name of a tensor, since the format keeps it for itself`,
  );
}

/**
 * Reads the header of a file.
 * @throws FileFormatError if it is not a safetensors file, or breaks one of the format's rules
 */
export async function readHeader(reader: Reader): Promise<Header> {
  const fail: Fail = (message, cause) => {
    throw new FileFormatError(`${reader.name}: ${message}`, { cause });
  };
  const { json, length } = await readJson(reader, fail);
  const start = PREFIX + length;
  const available = reader.size - start;
  const metadata = new Map<string, string>();
  const entries = new Map<string, Entry>();
  for (const [key, value] of Object.entries(json)) {
    if (key === METADATA) readMetadata(value, metadata, fail);
    else entries.set(key, readEntry(key, value, available, fail));
  }
  checkRanges([...entries.values()], available, fail);
  return { entries, metadata, start };
}

type Fail = (message: string, cause?: unknown) => never;

async function readJson(reader: Reader, fail: Fail): Promise<{ json: object; length: number }> {
  const head = await reader.read(0, Math.min(HEAD, reader.size));
  const kind = kindOfFile(head);
  if (kind) {
    const remedy = kind.holdsTensors
      ? 'load it in Python, and convert it with safetensors.torch.save_file'
      : 'check the address, and that the whole file was saved';
    fail(`expected a safetensors file, but this is ${kind.name}; ${remedy}`);
  }
  if (head.length < PREFIX) fail(`expected at least ${PREFIX} bytes, but got ${head.length}: the file is truncated`);
  const declared = new DataView(head.buffer, head.byteOffset, PREFIX).getBigUint64(0, true);
  if (declared > BigInt(MAX_HEADER))
    fail(`not a safetensors file: its first bytes ask for a header of ${declared} bytes`);
  const length = Number(declared);
  if (length > reader.size - PREFIX) {
    fail(
      `expected a header of ${length} bytes, but only ${reader.size - PREFIX} follow: the file is truncated, or not a safetensors file`,
    );
  }
  const bytes = await reader.read(PREFIX, PREFIX + length);
  let json: unknown;
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    fail('expected a header of JSON, but it does not parse: the file is damaged, or not a safetensors file', cause);
  }
  if (!isObject(json)) return fail('expected the header to be a JSON object');
  refuseTwice(text, json, fail);
  return { json, length };
}

/** The format forbids repeated names; JSON.parse would silently take the last. */
function refuseTwice(text: string, json: object, fail: Fail): void {
  const names = namesIn(text);
  if (names.length === Object.keys(json).length) return;
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  fail(`expected every name once in the header, but ${shown(twice)} is there twice`);
}

/** The names in the outermost object of valid JSON, in order. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let last = '';
  // A string, or one of the punctuation marks that determine depth and names.
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
  const type = typeof typeName === 'string' ? fileTypes.get(typeName) : undefined;
  if (typeof typeName !== 'string' || !type) {
    const known = [...fileTypes.keys()].join(', ');
    return fail(`expected a dtype among ${known}, but got ${shown(typeName)}`);
  }
  if (!isSizes(shape)) return fail(`expected a shape of whole numbers, but got ${shown(shape)}`);
  if (!isSizes(range) || range.length !== 2 || range[0]! > range[1]!) {
    return fail(`expected data_offsets [begin, end], but got ${shown(range)}`);
  }
  const [begin, end] = range as [number, number];
  const wanted = numel(shape) * elementBytes(type);
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

/** In this format, the tensors cover every byte of the data exactly once. */
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

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
