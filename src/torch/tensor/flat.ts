// Flat buffers: the storages of many tensors become slices of one storage, so that one dispatch can update all of them.
import { engine } from '../../engine/compiler/engine';
import { byteLength, bytesPerElement, type DType, type Meta, numel, type Shape } from '../../engine/core/meta';
import { beforeChange } from '../../engine/graph/journal';
import { fromHost } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { clone, full } from '../../engine/ops/shape/cast';
import { pack } from '../../engine/ops/shape/join';
import { loseWithDevice, protect, protectSlices } from '../../engine/storage/protect';
import { snapshotSoon } from '../../engine/storage/snapshot';
import { isWhole, Storage } from '../../engine/storage/storage';
import { Tensor } from './tensor';

/**
 * Slices start at multiples of 256 bytes, the greatest storage offset alignment that WebGPU allows a device to require.
 */
const ALIGNMENT_BYTES = 256;
/** The number of elements in a block of `FilledLayout.filled`: 256 bytes of float32. */
const ALIGNMENT = 64;

/** Where each of several tensors of one dtype lies in a flat buffer, in elements. */
export interface FlatLayout {
  readonly dtype: DType;
  readonly offsets: readonly number[];
  readonly size: number;
}

/**
 * A layout that also says, for each block of 64 elements, how many belong to a tensor. The rest of a block is padding.
 */
export interface FilledLayout extends FlatLayout {
  readonly filled: Uint32Array;
}

export function flatLayout(tensors: readonly Pick<Tensor, 'shape' | 'dtype'>[]): FilledLayout {
  const offsets: number[] = [];
  const filled: number[] = [];
  const { dtype } = tensors[0]!;
  const counts = ALIGNMENT_BYTES / bytesPerElement(dtype) / ALIGNMENT;
  for (const { shape } of tensors) {
    offsets.push(filled.length * ALIGNMENT);
    for (let left = numel(shape); left > 0; left -= ALIGNMENT) filled.push(Math.min(left, ALIGNMENT));
    while (filled.length % counts !== 0) filled.push(0);
  }
  return { dtype, offsets, size: filled.length * ALIGNMENT, filled: Uint32Array.from(filled) };
}

/** Every device binds this many bytes at once (WebGPU's default maxStorageBufferBindingSize). */
const BINDING_BYTES = 2 ** 27;

/** The tensors in their order, in lists whose flat buffers a binding can hold; one that is larger alone has its own. */
export function blocksOf<T extends Meta>(tensors: readonly T[]): T[][] {
  const most = Math.min(engine.profile?.maxStorageBufferBindingSize ?? BINDING_BYTES, BINDING_BYTES);
  const blocks: T[][] = [];
  let room = -1;
  for (const tensor of tensors) {
    const bytes = Math.ceil(byteLength(tensor) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    room -= bytes;
    if (room < 0) {
      room = most - bytes;
      blocks.push([]);
    }
    blocks.at(-1)!.push(tensor);
  }
  return blocks;
}

/** True if the tensor covers its whole storage, so that the storage can become a slice of a flat buffer. */
export const isMovable = (tensor: Tensor): boolean => isWhole(tensor, tensor.storage.shape);

const isAt = ({ storage }: Tensor, parent: Storage, offset: number): boolean =>
  storage.slice?.parent === parent && storage.slice.offset === offset;

/**
 * Packs the storages of the given tensors into one flat storage, of which they are slices from now on: the one in which
 * they lie already, if they do.
 */
export function flatten(tensors: readonly Tensor[], layout: FlatLayout): Storage {
  const { offsets, size } = layout;
  const parent = tensors[0]?.storage.slice?.parent;
  if (parent?.shape[0] === size && tensors.every((tensor, i) => isAt(tensor, parent, offsets[i]!))) return parent;
  const contents = tensors.map((tensor) => tensor.storage.value);
  const flat = new Storage(pack(contents, byteOffsets(layout), size));
  flat.retain();
  protectSlices(flat);
  snapshotSoon();
  tensors.forEach(({ storage }, i) => {
    protect(storage);
    storage.rehome(flat, offsets[i]!);
  });
  return flat;
}

/** Whether a gradient can become a slice of the buffer: no user code holds the tensor, and it has no graph. */
const isLendable = (gradient: Tensor): boolean =>
  !gradient.storage.exposed && isMovable(gradient) && !gradient.requiresGrad;

/** For each parameter, the buffer into which an optimizer step gathers its gradient. */
const homes = new WeakMap<Tensor, WeakRef<FlatGradients>>();

/** A flat buffer of gradients, and for each block of 64 elements, how many belong to a gradient. */
export interface Gathered {
  readonly storage: Storage;
  readonly filled: Value;
}

/**
 * Gathers the gradients of the parameters into the flat buffers that their optimizers keep, and returns the buffers.
 * Null if those buffers would not hold exactly these gradients, such as before the first step.
 */
export function gatherGradients(params: readonly Tensor[]): Gathered[] | null {
  const wanted = new Set(params.filter((param) => param.leaf?.grad));
  const home = (param: Tensor) => homes.get(param)?.deref();
  const all = [...new Set([...wanted].map(home))];
  // If optimizers share parameters, a parameter of one buffer may have moved to another.
  const fits = (buffer: FlatGradients | undefined): buffer is FlatGradients =>
    buffer?.params.every((param) => wanted.has(param) && home(param) === buffer) === true && buffer.canGather;
  return all.every(fits) ? all.map((buffer) => buffer.gather()) : null;
}

/** A buffer for the gradients of several parameters. At each step, the new gradients become slices of the buffer. */
export class FlatGradients {
  readonly #flat: Storage;
  readonly #filled: Storage;
  /** The storages of gradients that are slices of the buffer ("lent") and that user code may still hold. */
  #lent: Storage[] = [];

  constructor(
    readonly layout: FilledLayout,
    readonly params: readonly Tensor[],
  ) {
    beforeChange(this, () => {
      const before = params.map((param) => homes.get(param));
      return () =>
        params.forEach((param, i) => {
          if (before[i]) homes.set(param, before[i]);
          else homes.delete(param);
        });
    });
    for (const param of params) homes.set(param, new WeakRef(this));
    this.#flat = new Storage(full([layout.size], 0, layout.dtype));
    this.#flat.retain();
    loseWithDevice(this.#flat);
    const { filled } = layout;
    this.#filled = new Storage(fromHost(filled, [filled.length], 'uint32'));
    this.#filled.retain();
  }

  /**
   * Whether the contents are void, because the flush that should have filled the buffer failed or the device was lost.
   */
  get voided(): boolean {
    return this.#flat.voided;
  }

  /** Whether every parameter has a gradient that is a slice of the buffer or can become one. */
  get canGather(): boolean {
    const { dtype, offsets } = this.layout;
    const gradients = this.params.map((param) => param.leaf?.grad);
    const fits = (gradient: Tensor | null | undefined, i: number) =>
      gradient?.dtype === dtype && (isLendable(gradient) || isAt(gradient, this.#flat, offsets[i]!));
    return !this.voided && gradients.every(fits);
  }

  /** Gathers the gradients of the parameters, and returns the buffer. */
  gather(): Gathered {
    this.collect(this.params.map((param) => param.leaf!.grad!));
    return { storage: this.#flat, filled: this.#filled.value };
  }

  /** Copies the gradients into the buffer unless they are there already, and returns its contents. */
  collect(gradients: readonly Tensor[]): Value {
    beforeChange(this, () => {
      const lent = [...this.#lent];
      return () => {
        this.#lent = lent;
      };
    });
    const { offsets } = this.layout;
    const coming = gradients.flatMap((gradient, i) =>
      isAt(gradient, this.#flat, offsets[i]!) && isMovable(gradient) ? [] : [{ gradient, offset: offsets[i]! }],
    );
    if (coming.length > 0) {
      const contents = coming.map(({ gradient }) => gradient.value);
      this.#keepLent(new Set(gradients.map(({ storage }) => storage)));
      this.#flat.set(
        pack(
          contents,
          byteOffsets({ dtype: this.layout.dtype, offsets: coming.map(({ offset }) => offset) }),
          this.layout.size,
          this.#flat.value,
        ),
      );
      for (const { gradient, offset } of coming) this.#lend(gradient, offset);
    }
    return this.#flat.value;
  }

  /** Before their place is overwritten, old gradients that user code still holds are moved to their own memory. */
  #keepLent(staying: ReadonlySet<Storage>): void {
    for (const storage of this.#lent) {
      const overwritten = storage.slice?.parent === this.#flat && !staying.has(storage);
      if (overwritten && storage.exposed) storage.replace(clone(storage.value));
    }
    this.#lent = this.#lent.filter((storage) => staying.has(storage));
  }

  /** Makes a gradient a slice of the buffer, unless user code holds the tensor or it has a graph. */
  #lend(gradient: Tensor, offset: number): void {
    const { storage } = gradient;
    if (!isLendable(gradient)) return;
    storage.rehome(this.#flat, offset);
    this.#lent.push(storage);
  }
}

/** A tensor filled with a number, for the state of an optimizer. */
export function filledState(shape: Shape, value: number, dtype: DType): Tensor {
  return Tensor.of(full(shape, value, dtype)).retain();
}

const byteOffsets = ({ dtype, offsets }: Pick<FlatLayout, 'dtype' | 'offsets'>): number[] =>
  offsets.map((offset) => offset * bytesPerElement(dtype));
