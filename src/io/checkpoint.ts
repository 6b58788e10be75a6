// torch.save: state dicts as safetensors, to files and bytes.
import { ArgumentError } from '../errors';
import { isPlainObject, kindOf, shown } from '../tensor/options';
import { Tensor } from '../tensor/tensor';
import { refuseName, type WritableTensor, writeSafetensors } from './safetensors';
import { checkTarget, type Target, writeTo } from './target';

const SAVE = 'torch.save';

/**
 * Saves tensors by name, such as `model.stateDict()`, as a safetensors file, which PyTorch reads with `safetensors.torch.load_file`.
 *
 * `target` is a name (in Node a path, written all or nothing; in a page that of the file that the browser downloads), a file handle,
 * or a writable stream.
 *
 * @throws ArgumentError when a value is no tensor, or where there is neither a page nor a file system: use `saveBytes` there
 */
export async function save(stateDict: Readonly<Record<string, Tensor>>, target: Target): Promise<void> {
  checkTarget(SAVE, target);
  await writeTo(SAVE, target, [await saveBytes(stateDict)]);
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
