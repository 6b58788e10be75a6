// `torch.save` in PyTorch's zip format, which Python's torch.load(weights_only=True) reads.
import { contiguousStrides, type DType, numel } from '../../../engine/core/meta';
import { withMode } from '../../../engine/graph/mode';
import type { Storage } from '../../../engine/storage/storage';
import { Parameter } from '../../nn/module/parameter';
import { valuesAtHand } from '../../tensor/reading/shown';
import type { Tensor } from '../../tensor/tensor';
import { elementsAsBytes } from '../elements';
import { type Pickler, pickle, type Translated } from '../pickle/pickle';
import { writeZip } from '../zip/zip';

/** How a dtype is written: PyTorch's storage class, and the bytes of an element. */
interface Written {
  /** Null if PyTorch has no class for the dtype. */
  readonly storage: string | null;
  readonly bytes: number;
}

const written: Record<DType, Written> = {
  float32: { storage: 'FloatStorage', bytes: 4 },
  float16: { storage: 'HalfStorage', bytes: 2 },
  int64: { storage: 'LongStorage', bytes: 8 },
  int32: { storage: 'IntStorage', bytes: 4 },
  uint32: { storage: null, bytes: 4 },
  uint8: { storage: 'ByteStorage', bytes: 1 },
  bool: { storage: 'BoolStorage', bytes: 1 },
};

/** The part of a storage that is written, in elements, or a single tensor that uses the storage. */
interface Part {
  readonly key: string;
  readonly tensors: Tensor[];
  begin: number;
  end: number;
  /**
   * Whether a tensor is written row by row, because it covers only a small part of its storage and no other tensor
   * shares the storage.
   */
  packed: boolean;
}

const FOLDER = 'archive';

/** The pieces of the file. */
export async function pytorchPieces(root: unknown, name: string | null): Promise<Iterable<Uint8Array>> {
  const parts = new Map<Storage, Part>();
  // The extent of a part is known only once all its tensors are known. So pickle twice: the first pickle only finds the
  // tensors, and the second one is written.
  const translated: Translated = new Map();
  pickle(root, (_, tensor) => addTo(parts, tensor), translated);
  for (const part of parts.values()) measure(part);
  const contents = pickle(
    root,
    (pickler, tensor) => writeTensor(pickler, tensor, parts.get(tensor.storage)!),
    translated,
  );
  // All reads start before the first is awaited, so that one flush serves them all.
  const data = await Promise.all([...parts.values()].map(bytesOf));
  const folder = folderOf(name);
  const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);
  return writeZip([
    { name: `${folder}/data.pkl`, data: contents },
    { name: `${folder}/byteorder`, data: text('little') },
    ...data.map((bytes, i) => ({ name: `${folder}/data/${i}`, data: bytes })),
    { name: `${folder}/version`, data: text('3\n') },
  ]);
}

/** PyTorch names the folder after the file, without its ending. */
function folderOf(name: string | null): string {
  const stem = (name ?? '').replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
  return /^[\w-]+$/.test(stem) ? stem : FOLDER;
}

function addTo(parts: Map<Storage, Part>, tensor: Tensor): void {
  const part = parts.get(tensor.storage);
  if (part) part.tensors.push(tensor);
  else
    parts.set(tensor.storage, { key: String(parts.size), tensors: [tensor], begin: Infinity, end: 0, packed: false });
}

function measure(part: Part): void {
  for (const { shape, strides, offset } of part.tensors) {
    if (numel(shape) === 0) continue;
    part.begin = Math.min(part.begin, offset);
    part.end = Math.max(part.end, shape.reduce((last, size, d) => last + (size - 1) * strides[d]!, offset) + 1);
  }
  part.begin = Math.min(part.begin, part.end);
  const [first] = part.tensors;
  part.packed = part.tensors.every((tensor) => tensor === first) && part.end - part.begin > numel(first!.shape);
}

const lengthOf = ({ packed, tensors, begin, end }: Part): number => (packed ? numel(tensors[0]!.shape) : end - begin);

function writeTensor(pickler: Pickler, tensor: Tensor, part: Part): void {
  const { dtype, shape } = tensor;
  const { storage, bytes } = written[dtype];
  const length = lengthOf(part);
  const build = (): void =>
    pickler.call('torch._utils', storage === null ? '_rebuild_tensor_v3' : '_rebuild_tensor_v2', () => {
      pickler.persistent(() => {
        pickler.text('storage');
        if (storage === null) pickler.global('torch.storage', 'UntypedStorage');
        else pickler.global('torch', storage);
        pickler.text(part.key);
        pickler.text('cpu');
        pickler.integer(storage === null ? length * bytes : length);
      });
      pickler.integer(part.packed || numel(shape) === 0 ? 0 : tensor.offset - part.begin);
      pickler.numbers(shape);
      pickler.numbers(part.packed ? contiguousStrides(shape) : tensor.strides);
      pickler.boolean(tensor.requiresGrad && !(tensor instanceof Parameter));
      pickler.emptyOrderedDict();
      if (storage === null) pickler.global('torch', dtype);
    });
  if (!(tensor instanceof Parameter)) build();
  else {
    pickler.call('torch._utils', '_rebuild_parameter', () => {
      build();
      pickler.boolean(tensor.requiresGrad);
      pickler.emptyOrderedDict();
    });
  }
}

async function bytesOf(part: Part): Promise<Uint8Array> {
  const [tensor] = part.tensors as [Tensor];
  const source = part.packed
    ? tensor
    : withMode({ grad: false }, () => tensor.detach().asStrided([lengthOf(part)], [1], part.begin));
  return elementsAsBytes(tensor.dtype, valuesAtHand(source) ?? (await source.data()));
}
