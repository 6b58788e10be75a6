// Reads tensors for Python: immediately if the host knows the numbers, otherwise through a promise. Programs read
// element by element, so whole tensors are copied to the host, which serves their elements until they change.
import { type DType, Tensor, type TensorData } from '../../torch';
import { Storage, type Value } from '../../torch/inside';

type Elements = { from(numbers: ArrayLike<number>): TensorData };

const arrays: Readonly<Record<DType, Elements>> = {
  float32: Float32Array,
  float16: Float32Array,
  int32: Int32Array,
  int64: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Elements of a tensor that is copied as a whole when one of them is read, and when a second one is. */
const [SMALL, LARGE] = [2 ** 16, 2 ** 20];

/** Copies on the host. A change of a tensor gives its storage another value. */
const copies = new WeakMap<Value, ArrayLike<number>>();
/** Large values that Python has read one element of. */
const begun = new WeakSet<Value>();

/** Comparisons that the host makes as the device would. */
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** All numbers of a value, or the one that each of them is; null if the host does not have them. */
function numbersOf(value: Value): ArrayLike<number> | number | null {
  const copy = copies.get(value);
  if (copy) return copy;
  if (value.failure) return null;
  const { host, node } = value;
  if (host && value.dtype !== 'float16') return host;
  return node?.op.constant && value.dtype !== 'float16' ? node.scalars[0]! : null;
}

const placeOf = (at: number, shape: readonly number[], strides: readonly number[], offset: number): number => {
  let [place, rest] = [offset, at];
  for (let d = shape.length - 1; d >= 0; d--) {
    place += (rest % shape[d]!) * strides[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return place;
};

/** An element of a value; or the value that must be read to know it. */
function elementOf(value: Value, at: number): number | Value {
  const numbers = numbersOf(value);
  if (numbers !== null) return typeof numbers === 'number' ? numbers : numbers[at]!;
  const { node } = value;
  if (value.failure || !node || value.available) return value;
  const [x, y] = node.inputs;
  if (x && node.op.views) {
    const view = node.op.shows?.(node);
    if (view) return elementOf(x, placeOf(at, view.shape, view.strides, view.offset));
    return node.op.sameBits ? elementOf(x, at) : value;
  }
  if (x && node.op.name === 'cast' && value.dtype === 'float32' && x.dtype !== 'float16') {
    const found = elementOf(x, at);
    return typeof found === 'number' ? Math.fround(found) : found;
  }
  const compare = comparisons[node.op.name];
  if (!compare || x?.numel !== 1 || (y && y.numel !== 1) || x.dtype === 'float16') return value;
  const a = elementOf(x, 0);
  if (typeof a !== 'number') return a;
  const scalar = node.scalars[0]!;
  const b = y ? elementOf(y, 0) : x.dtype === 'float32' ? Math.fround(scalar) : scalar;
  return typeof b !== 'number' ? b : Number(compare(a, b));
}

/** Whether the whole value is copied to the host when Python reads one element of it. */
function isCopied(value: Value): boolean {
  if (value.numel <= SMALL || (value.numel <= LARGE && begun.has(value))) return true;
  begun.add(value);
  return false;
}

/** Copies what the storage of a tensor holds. */
async function copyOf(tensor: Tensor, value: Value): Promise<void> {
  copies.set(value, await tensor.detach().asStrided([value.numel], [1], 0).data());
}

/** Copies a value that a comparison was made of. */
async function copy(value: Value): Promise<void> {
  const tensor = Tensor.of(value);
  const data = tensor.data();
  Storage.leave([tensor.storage]);
  copies.set(value, await data);
}

/** The only element of a tensor. */
async function awaited(tensor: Tensor, value: Value, at: number): Promise<number | boolean> {
  for (;;) {
    const found = elementOf(value, at);
    if (typeof found === 'number') return found;
    if (!isCopied(found)) return tensor.item();
    // A change meanwhile gives the storage another value.
    await (found === tensor.storage.value ? copyOf(tensor, found) : copy(found));
  }
}

/** A number as an element of a dtype. */
function shown(number: number | boolean, dtype: DType): number | boolean {
  const plain = Number(number);
  if (dtype === 'bool') return plain !== 0;
  if (dtype === 'float32') return Math.fround(plain);
  return dtype === 'int32' || dtype === 'int64' ? plain | 0 : arrays[dtype].from([plain])[0]!;
}

/** The only element, as from `tensor.item()`. */
export function itemOf(tensor: Tensor): number | boolean | Promise<number | boolean> {
  const { dtype, offset, storage } = tensor;
  if (storage.disposed || tensor.numel() !== 1) return tensor.item();
  const { value } = storage;
  const found = elementOf(value, offset);
  if (typeof found === 'number') return shown(found, dtype);
  return awaited(tensor, value, offset).then((number) => shown(number, dtype));
}

/** The elements in row-major order, as from `tensor.data()`. */
export function elementsOf(tensor: Tensor): TensorData | Promise<TensorData> {
  if (tensor.storage.disposed) return tensor.data();
  const { dtype, shape, strides, offset } = tensor;
  const { value } = tensor.storage;
  const count = tensor.numel();
  const gathered = (numbers: ArrayLike<number> | number): TensorData => {
    const isPart = typeof numbers !== 'number' && !(tensor.isContiguous() && offset === 0 && numbers.length === count);
    if (!isPart && typeof numbers !== 'number') return arrays[dtype].from(numbers);
    const at = (i: number) => (typeof numbers === 'number' ? numbers : numbers[placeOf(i, shape, strides, offset)]!);
    return arrays[dtype].from(Array.from({ length: count }, (_, i) => at(i)));
  };
  const known = numbersOf(value);
  if (known !== null) return gathered(known);
  if (count === 0 || !isCopied(value)) return tensor.data();
  return copyOf(tensor, value).then(() => gathered(copies.get(value)!));
}
