// `torch.load` for safetensors files, single or joined by an index.
import { FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import { beside, isBeside } from '../beside';
import type { ByteSource } from '../bytes';
import { hostTensors } from '../host-tensors';
import type { LoadedFile } from '../load';
import { openReader, type Reader } from '../reader';
import { readStructure, STRUCTURE } from '../structure';
import { isObject } from './header';
import { type HostTensor, readSafetensors } from './safetensors';

/**
 * The value saved by `torch.save`, if the file holds one; otherwise the tensors by name, from the file or from all
 * files that an index such as `model.safetensors.index.json` names.
 */
export async function load({ reader, head, only, source }: LoadedFile): Promise<unknown> {
  const wanted = (name: string): boolean => !only || only.some((start) => name.startsWith(start));
  const read = isIndex(head) ? readShards : readSafetensors;
  const { tensors, metadata } = await read(reader, wanted, source);
  const loaded = await hostTensors([...tensors.values()]);
  const structure = metadata?.get(STRUCTURE);
  if (structure !== undefined) {
    const named = new Map([...tensors.keys()].map((name, i) => [name, loaded[i]!]));
    return readStructure(structure, named, reader.name, only);
  }
  // Object.fromEntries makes every name an own property, even `__proto__`.
  return Object.fromEntries([...tensors.keys()].map((name, i) => [name, loaded[i]!]));
}

/**
 * A safetensors file begins with a length, whose upper bytes are 0; an index begins with a brace and the name of its
 * first field.
 */
const isIndex = (head: Uint8Array): boolean => /^\s*\{\s*"/.test(String.fromCharCode(...head.subarray(0, 64)));

/** Reads, one after another, those of an index's files that hold wanted tensors. */
async function readShards(
  reader: Reader,
  wanted: (name: string) => boolean,
  source: ByteSource,
): Promise<{ tensors: Map<string, HostTensor>; metadata?: Map<string, string> }> {
  const places = await readIndex(reader);
  const names = [...places.keys()].filter(wanted);
  const found = new Map<string, HostTensor>();
  for (const file of new Set(names.map((name) => places.get(name)!))) {
    const own = new Set(names.filter((name) => places.get(name) === file));
    const refused = `${reader.name}: expected the address or path of an index, as the files that it names are looked for beside it; load those one by one`;
    const shard = await openReader(beside(source, file, refused), { ranges: true });
    try {
      const { tensors } = await readSafetensors(shard, (name) => own.has(name));
      for (const [name, tensor] of tensors) found.set(name, tensor);
    } finally {
      await shard.close();
    }
    for (const name of own) {
      if (!found.has(name)) {
        throw new FileFormatError(
          `${reader.name}: expected tensor ${shown(name)} in ${file}, but it is not there; use the files of one model`,
        );
      }
    }
  }
  // In the order of the index, whichever file they came from.
  return { tensors: new Map(names.map((name) => [name, found.get(name)!])) };
}

/** The file of each tensor. */
async function readIndex(reader: Reader): Promise<Map<string, string>> {
  const fail = (message: string, cause?: unknown): never => {
    throw new FileFormatError(`${reader.name}: ${message}`, { cause });
  };
  const bytes = await reader.read(0, reader.size);
  let index: unknown;
  try {
    index = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    fail('expected an index of safetensors files, but this is JSON that does not parse: it is damaged', cause);
  }
  const places = isObject(index) && Object.hasOwn(index, 'weight_map') ? Reflect.get(index, 'weight_map') : null;
  if (!isObject(places)) {
    return fail('expected a safetensors file, but this is JSON; an index of safetensors files has a weight_map');
  }
  for (const [name, file] of Object.entries<unknown>(places as Record<string, unknown>)) {
    if (!isBeside(file)) {
      fail(`expected the file of ${shown(name)} to lie beside the index, but got ${shown(file)}`);
    }
  }
  return new Map(Object.entries(places as Record<string, string>));
}
