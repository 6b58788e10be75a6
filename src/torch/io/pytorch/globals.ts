// The classes and functions that PyTorch's files may name: only those that make tensors, containers and plain values.
import { FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import { device } from '../../../engine/storage/device';
import type { LoadedFile } from '../load';
import { Container, Opaque, type Py, PyBytes, PyForeign, PyGlobal, PyObject, pyKind } from '../pickle/values';
import { fileDTypes, otherStorages, storageDTypes } from './dtypes';
import { type StorageRef, TensorSpec, tensorSpec } from './specs';

/** A storage class, with the type of its elements; null for untyped bytes. */
interface StorageClass {
  readonly storage: string | null;
}

/** Python 2 files use these module names. */
const renamed: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg' };

/**
 * Makes the lookup of the classes and functions that a PyTorch file may name. `maxBytes` limits the size of tensors.
 */
export function pytorchGlobals(name: string, maxBytes: number) {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  const known = new Map<string, PyGlobal>();
  const define = (global: string, call: PyGlobal['call'], value?: unknown): void => {
    known.set(global, new PyGlobal(global, call, value));
  };
  const tensorOf = (content: TensorSpec): Opaque => new Opaque(content);
  const contentOf = (value: Py | undefined): unknown => (value instanceof Opaque ? value.content : undefined);
  const tensorIn = (global: string, value: Py | undefined): TensorSpec => {
    const content = contentOf(value);
    return content instanceof TensorSpec
      ? content
      : fail(`${global}: expected a tensor, but got ${pyKind(value ?? null)}`);
  };
  const itemsOf = (global: string, value: Py | undefined): readonly Py[] =>
    value === undefined
      ? []
      : value instanceof Container
        ? value.items
        : fail(`${global}: expected values in a list, but got ${pyKind(value)}`);

  // Containers.
  const dict = (kind: 'OrderedDict' | 'Counter') => (args: readonly Py[]) => {
    const made = new Container(kind);
    for (const item of args[0] instanceof Container && args[0].isDict ? args[0].items : itemsOf(kind, args[0])) {
      if (args[0] instanceof Container && args[0].isDict) made.push(item);
      else if (item instanceof Container && item.items.length === 2 && typeof item.items[0] === 'string') {
        // Python 2 makes an OrderedDict from a list of pairs.
        made.push(item.items[0]);
        made.push(item.items[1]!);
      } else fail(`${kind}: expected pairs of a name and a value`);
    }
    return made;
  };
  define('collections.OrderedDict', dict('OrderedDict'));
  define('collections.Counter', dict('Counter'));
  define('collections.defaultdict', () => new Container('defaultdict'));
  for (const factory of ['list', 'dict', 'int', 'float', 'str', 'bool', 'tuple']) define(`builtins.${factory}`, null);
  define('builtins.set', ([items]) => new Container('set', [...itemsOf('set', items)]));
  define('builtins.frozenset', ([items]) => new Container('frozenset', [...itemsOf('frozenset', items)]));
  define('torch.Size', ([items]) => new Container('Size', [...itemsOf('torch.Size', items)]));

  // Bytes.
  const encoded = (text: Py | undefined): Uint8Array => {
    if (text === undefined) return new Uint8Array();
    if (text instanceof PyBytes) return text.bytes;
    if (typeof text !== 'string') return fail(`expected bytes, but got ${pyKind(text)}`);
    return Uint8Array.from(text, (letter) => {
      const code = letter.codePointAt(0)!;
      return code < 256 ? code : fail('expected bytes, but got text with other letters than Latin-1 has');
    });
  };
  define('_codecs.encode', ([text, codec]) =>
    codec === undefined || codec === 'latin1' || codec === 'latin-1'
      ? new PyBytes(encoded(text))
      : fail(`_codecs.encode: expected 'latin1', but got ${shown(codec)}`),
  );
  define('builtins.bytes', ([text]) => new PyBytes(encoded(text)));
  define('builtins.bytearray', ([text]) => new PyBytes(encoded(text), true));

  // PyTorch's plain values.
  for (const dtype of fileDTypes.keys()) define(`torch.${dtype}`, null, dtype);
  define('torch.device', ([type, index]) => {
    if (typeof type !== 'string') return fail(`torch.device: expected a name, but got ${pyKind(type ?? null)}`);
    try {
      return new Opaque(typeof index === 'number' ? device(type as 'cuda', index) : device(type as 'cuda'));
    } catch (cause) {
      throw new FileFormatError(`${name}: ${(cause as Error).message}`, { cause });
    }
  });
  define('torch.serialization._get_layout', ([layout]) => layout ?? null);

  // Storages and tensors.
  for (const [cls, dtype] of Object.entries(storageDTypes)) {
    for (const module of ['torch', 'torch.cuda'])
      define(`${module}.${cls}`, null, { storage: dtype } satisfies StorageClass);
  }
  for (const module of ['torch', 'torch.storage']) define(`${module}.UntypedStorage`, null, { storage: null });
  for (const cls of ['torch.Tensor', 'torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer']) define(cls, null);

  const storageIn = (global: string, value: Py | undefined): StorageRef => {
    const content = contentOf(value);
    if (typeof content === 'object' && content !== null && 'key' in content) return content as StorageRef;
    return fail(`${global}: expected a storage, but got ${pyKind(value ?? null)}`);
  };
  const rebuild = (global: string, args: readonly Py[], dtype: string | null, metadata: Py | undefined): Opaque => {
    const storage = storageIn(global, args[0]);
    return tensorOf(
      tensorSpec(name, maxBytes, {
        storage,
        dtype,
        offset: args[1],
        size: args[2],
        stride: args[3],
        requiresGrad: args[4],
        metadata,
      }),
    );
  };
  const utils = 'torch._utils';
  for (const version of ['_rebuild_tensor', '_rebuild_tensor_v2']) {
    define(`${utils}.${version}`, (args) => rebuild(version, args, null, args[6]));
  }
  define(`${utils}._rebuild_tensor_v3`, (args) => {
    const dtype = args[6] instanceof PyGlobal ? args[6].value : undefined;
    if (typeof dtype !== 'string') return fail('_rebuild_tensor_v3: expected a dtype');
    return rebuild('_rebuild_tensor_v3', args, dtype, args[7]);
  });
  for (const version of ['_rebuild_parameter', '_rebuild_parameter_with_state']) {
    define(`${utils}.${version}`, ([data, requiresGrad]) =>
      tensorOf(tensorIn(version, data).asParameter(requiresGrad !== false)),
    );
  }
  for (const version of ['_rebuild_from_type_v2', '_rebuild_from_type']) {
    define(`torch._tensor.${version}`, ([rebuilder, cls, args]) => {
      if (!(rebuilder instanceof PyGlobal) || !rebuilder.call || !rebuilder.name.includes('._rebuild_')) {
        return fail(`${version}: expected a function that makes tensors`);
      }
      const spec = tensorIn(version, rebuilder.call(itemsOf(version, args)));
      const isParameter = cls instanceof PyGlobal && cls.name.endsWith('.Parameter');
      return tensorOf(isParameter ? spec.asParameter(spec.requiresGrad) : spec);
    });
  }
  return (module: string, global: string): PyGlobal | null =>
    known.get(`${renamed[module] ?? module}.${global}`) ?? null;
}

/** The storage to which one of PyTorch's persistent identifiers refers: ('storage', class, key, place, elements). */
export function storageRef(name: string, id: Py): StorageRef {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  const items = id instanceof Container && id.kind === 'tuple' ? id.items : [];
  const [kind, cls, key, , numel, view] = items;
  if (kind === 'module')
    fail('expected tensors, containers and plain values, but the file holds a module; save model.state_dict()');
  if (kind !== 'storage' || !(cls instanceof PyGlobal)) fail('expected a reference to a storage');
  const { storage: dtype } = ((cls as PyGlobal).value ?? {}) as Partial<StorageClass>;
  if (dtype === undefined) fail(`expected a storage class, but got ${(cls as PyGlobal).name}`);
  if (typeof key !== 'string' && typeof key !== 'number') return fail('expected the key of a storage');
  if (typeof numel !== 'number' || !(numel >= 0))
    return fail(`storage ${shown(key)}: expected its size, but got ${shown(numel)}`);
  return { key: String(key), dtype: dtype ?? null, numel, ...viewOf(view, fail) };
}

/**
 * Whether objects of other classes are kept rather than refused at once. With `only`, all objects are kept at first,
 * because only the wanted ones must be refused, and it is not yet known which these are.
 */
export const keepsForeign = ({ weightsOnly, only }: Pick<LoadedFile, 'weightsOnly' | 'only'>): boolean =>
  weightsOnly !== true || only !== null;

/** A storage of a class whose elements no tensor can hold here, such as quantized numbers; null for all others. */
export function foreignStorage(id: Py): PyObject | null {
  const cls = id instanceof Container && id.items[0] === 'storage' ? id.items[1] : null;
  return cls instanceof PyForeign ? new PyObject(cls, (id as Container).items.slice(2)) : null;
}

/** The extent of a storage that `foreignStorage` finds in a legacy file, so that it can be skipped. */
export function otherStorageRef(name: string, id: Py): StorageRef {
  const [, cls, ...rest] = (id as Container).items;
  const own = (cls as PyForeign).own;
  const dtype = /^QU?Int8Storage$/.test(own) ? 'uint8' : own === 'QInt32Storage' ? 'int32' : null;
  const known = dtype === null ? cls! : new PyGlobal(own, null, { storage: dtype } satisfies StorageClass);
  return storageRef(name, new Container('tuple', ['storage', known, ...rest]));
}

/**
 * The class of a module that a legacy file holds as a whole, followed by the source text of the class; null for
 * anything else.
 */
export function moduleIn(id: Py): Py {
  const items = id instanceof Container && id.kind === 'tuple' ? id.items : [];
  return items[0] === 'module' && items[1] instanceof PyGlobal ? items[1] : null;
}

/** A legacy storage may be a view of part of another: (key, offset, elements). */
function viewOf(view: Py | undefined, fail: (problem: string) => never): { start?: number; part?: number } {
  if (view === undefined || view === null) return {};
  const [, start, part] = view instanceof Container ? view.items : [];
  if (typeof start !== 'number' || typeof part !== 'number' || start < 0 || part < 0)
    return fail('expected a part of a storage');
  return { start, part };
}

/** Whether calling this name in Python runs a program or a command that the file chose. */
export const runsPrograms = (module: string, global: string): boolean =>
  /^(os|posix|nt|subprocess|sys|runpy|importlib|webbrowser|socket|shutil|pty|code|timeit|pdb|ctypes)(\.|$)/.test(
    module,
  ) ||
  (/^(builtins|__builtin__)$/.test(module) &&
    /^(eval|exec|execfile|compile|open|__import__|input|breakpoint|globals|setattr|delattr)$/.test(global)) ||
  (/^_?pickle$/.test(module) && /^loads?$/.test(global));

/** The remedy for a class that a file may not name. */
export function remedyFor(module: string, global: string): string {
  const storage = otherStorages[global];
  if (storage) return `it holds ${storage} in Python`;
  if (/^_rebuild_(sparse|nested)/.test(global))
    return 'save x.to_dense() in Python, or x.to_padded_tensor(0) of a nested tensor';
  if (/^_rebuild_q/.test(global)) return 'save x.dequantize() in Python';
  if (/^_rebuild_meta/.test(global)) return 'a tensor on the device "meta" has no numbers to load';
  if (/^_rebuild_/.test(global)) return 'save a plain tensor, as x.detach().cpu() gives it in Python';
  if (global === 'complex' || global.startsWith('complex'))
    return 'complex numbers are not held here; save their parts, x.real and x.imag';
  if (module.startsWith('numpy'))
    return 'save torch.from_numpy(x), or x.item() for one number, in Python, or leave weightsOnly out, which reads it';
  if (runsPrograms(module, global)) {
    return 'Python would run it as it opens the file, so open the file there only if you trust whoever made it';
  }
  if (/Tensor$|DTensor/.test(global)) return 'save a plain tensor, as x.detach().cpu() gives it in Python';
  return 'save model.state_dict() rather than the model, and plain values rather than objects, in Python; weightsOnly: false gives them as a PickledObject each, and runs nothing';
}
