// torch.save and torch.load: state dicts as safetensors, to and from files, addresses and bytes.

import { engine } from '../compiler/engine';
import { supportsHalf } from '../compiler/plan';
import { ArgumentError } from '../errors';
import { fileSystem, writeFileAtomically } from '../gpu/node';
import { fromHost } from '../graph/record';
import { isPlainObject, kindOf, shown } from '../tensor/options';
import { Tensor } from '../tensor/tensor';
import { type ByteSource, describeSource, readBytes } from './bytes';
import { parseSafetensors, refuseName, type WritableTensor, writeSafetensors } from './safetensors';
import { safetensorsBound } from './safetensors-bound';

const SAVE = 'torch.save';

/**
 * Saves tensors by name, such as `model.stateDict()`, as a safetensors file, which PyTorch reads with `safetensors.torch.load_file`.
 *
 * In Node `target` is a path, written all or nothing; in a page it is the name of the file that the browser downloads.
 *
 * @throws ArgumentError when a value is no tensor, or where there is neither a page nor a file system: use `saveBytes` there
 */
export async function save(stateDict: Readonly<Record<string, Tensor>>, target: string): Promise<void> {
  if (typeof target !== 'string' || target === '') {
    throw new ArgumentError(`${SAVE}: expected the name of a file, but got ${shown(target)}`);
  }
  const fs = fileSystem();
  if (!fs && typeof document === 'undefined') {
    throw new ArgumentError(
      `${SAVE}: expected a page or a file system, but this is a worker; send the result of torch.saveBytes to the page`,
    );
  }
  const bytes = await saveBytes(stateDict);
  if (fs) await writeFileAtomically(fs, target, bytes);
  else download(bytes, target);
}

/** The bytes that `save` would write. */
export async function saveBytes(stateDict: Readonly<Record<string, Tensor>>): Promise<Uint8Array> {
  if (typeof (stateDict as { stateDict?: unknown } | null)?.stateDict === 'function') {
    throw new ArgumentError(
      `${SAVE}: expected a state dict, but got an instance of ${stateDict.constructor.name}; pass model.stateDict()`,
    );
  }
  if (!isPlainObject(stateDict))
    throw new ArgumentError(`${SAVE}: expected a state dict, but got ${kindOf(stateDict)}`);
  const tensors = Object.entries(stateDict);
  for (const [name, tensor] of Object.entries<unknown>(stateDict)) {
    refuseName(name);
    if (tensor instanceof Tensor) continue;
    const kind = tensor === null ? 'null' : typeof tensor;
    throw new ArgumentError(`${SAVE}: expected a tensor for ${shown(name)}, but got ${kind}; save a state dict`);
  }
  // All reads are under way before the first is awaited, so that one flush serves them.
  const contents = await Promise.all(
    tensors.map(async ([name, tensor]): Promise<[string, WritableTensor]> => {
      const { dtype, shape } = tensor;
      return [name, { dtype, shape, data: await tensor.data() }];
    }),
  );
  return writeSafetensors(contents);
}

/**
 * Loads the tensors of a safetensors file from an address or path, a `File`, a `Blob`, or bytes.
 *
 * BF16 and F64 become float32, and so does F16 where the device does not compute with float16; int64 is held in 32 bits.
 *
 * @throws FetchError when the source cannot be read, FileFormatError when it is no sound safetensors file
 */
export async function load(source: ByteSource): Promise<Record<string, Tensor>> {
  const { tensors } = parseSafetensors(await readBytes(source, safetensorsBound), describeSource(source));
  const holdsHalf = [...tensors.values()].some(({ dtype }) => dtype === 'float16');
  const widened = holdsHalf && !(await computesHalf());
  // An object built from entries takes every name as its own, `__proto__` included.
  return Object.fromEntries(
    [...tensors].map(([name, { data, shape, dtype }]) => {
      const held = widened && dtype === 'float16' ? 'float32' : dtype;
      return [name, Tensor.of(fromHost(data, shape, held))];
    }),
  );
}

/** Whether there is a device, and one that computes with float16. */
async function computesHalf(): Promise<boolean> {
  await engine.start().catch(() => undefined);
  return engine.profile !== null && supportsHalf(engine.profile);
}

/** Has the browser save bytes as a file. */
function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun once the click's task is over; a minute is ample for slow devices.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
