// The core of every tensor: a view of a storage, its current graph value and its gradient.
/// <reference lib="esnext.disposable" preserve="true" />

import { callback, either, flag, instance, listOf, orNull } from '../../engine/core/argument-kinds';
import {
  ArgumentError,
  AutogradError,
  DTypeError,
  IndexError,
  ShapeError,
  TensorReleasedError,
} from '../../engine/core/errors';
import {
  contiguousStrides,
  type DType,
  isFloat,
  numel,
  type Shape,
  sameShape,
  showShape,
} from '../../engine/core/meta';
import { type Arguments, parseArgs } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { Ask, finished, type Steps } from '../../engine/graph/ask';
import { hookedOf, hooksOf } from '../../engine/graph/grad-hooks';
import { beforeChange } from '../../engine/graph/journal';
import { mode, withMode } from '../../engine/graph/mode';
import { note } from '../../engine/graph/owners';
import { named } from '../../engine/graph/record';
import { type GradSink, gradNameOf, Value } from '../../engine/graph/value';
import { cast, detach, identity } from '../../engine/ops/shape/cast';
import { resolveDim } from '../../engine/ops/shape/dims';
import { isDistinct, stridedScatter } from '../../engine/ops/shape/shape';
import { type Device, webgpu } from '../../engine/storage/device';
import { Line } from '../../engine/storage/line';
import { isWhole, type Layout, Storage } from '../../engine/storage/storage';
import { explainWhole } from '../../engine/storage/whole-numbers';
import { backwardFrom } from './backward';
import { addGradHook, Leaf, warnOfNoLeaf } from './leaf';
import type { Tensor } from './tensor';
import { type BackwardArguments, type Origin, origins, type TensorHooking, type View } from './view';

const nowhere: GradSink = { gradHooks: null, accumulate: () => undefined };

export abstract class TensorBase extends Printable implements Layout {
  /** The sizes of the dimensions. */
  readonly shape: Shape;
  /** The type of the elements. */
  readonly dtype: DType;
  /** Where the tensor is: always `webgpu`. */
  readonly device: Device;
  /** The memory of the elements. */
  readonly storage: Storage;
  /** For each dimension, the distance in memory from one element to the next, in elements. */
  readonly strides: readonly number[];
  /** The position of the first element in the storage, in elements. */
  readonly offset: number;
  /** The leaf record, while this tensor is a leaf that requires grad. */
  leaf: Leaf | null = null;
  private cached: Value | null;
  /** The version of the storage that `cached` is of. */
  private cachedVersion: number;

  /** Set on detached tensors and their views; null for the tensor that the storage was made for, and its views. */
  protected line: Line | null;
  protected readonly base: TensorBase | null;
  /** @internal How this view came about, if in-place changes would then leave its gradient undefined. */
  origin: Origin;
  /** The storage's count of changes when the view was made. */
  private readonly madeAt: number;
  private readonly madeAtTold: number;
  /** For a view that takes no part in its base's gradient: its contents, as a value at which gradients end. */
  private ended: { readonly of: Value; readonly value: Value } | null = null;
  /** @internal There are views of this tensor, whose gradients go through its own. */
  viewed = false;
  /** @internal Set on elements that index tensors have picked: writes to them go back to the tensor they came from. */
  writeBack: ((value: Value) => void) | null = null;

  /**
   * A tensor around a value, with a storage of its own; or, if `view` is given, a view of a storage, whose contents are
   * `value`.
   */
  constructor(value: Value, view?: View) {
    super();
    if (!(value instanceof Value)) throw noConstructor();
    this.shape = value.shape;
    this.storage = view?.storage ?? new Storage(value);
    this.dtype = this.storage.dtype;
    this.device = webgpu;
    this.strides = view?.strides ?? contiguousStrides(value.shape);
    this.offset = view?.offset ?? 0;
    this.line = view?.line ?? null;
    this.base = view?.base ?? null;
    this.origin = view?.origin ?? null;
    this.madeAt = this.storage.changes;
    this.madeAtTold = this.storage.toldChanges;
    this.cached = view ? value : this.storage.value;
    note(this.cached, 'taken');
    this.cachedVersion = this.storage.version;
  }

  /** Makes a tensor around a value, of the library's final class. */
  protected abstract make(value: Value): Tensor;
  /** @internal Makes a view of this tensor's storage. */
  abstract makeView(value: Value, strides: readonly number[], offset: number): Tensor;
  /** Makes a tensor that shares this one's memory, but not its gradient. */
  protected abstract makeDetached(value: Value, line: Line): Tensor;

  /**
   * The contents now, contiguous, as a value of the graph.
   * @throws AutogradError if in-place changes have left the gradient of this view undefined
   */
  get value(): Value {
    const contents = this.contents();
    if (this.base === null || this.leaf !== null || !mode.grad) return contents;
    if (this.origin !== null && this.storage.toldChanges !== this.madeAtTold && this.requiresGrad) {
      throw new AutogradError(
        `value: a view ${origins[this.origin]}, and what it is a view of has been changed in place since, so that its gradient is not defined; ` +
          'take the view after the change, or clone() it',
      );
    }
    if (contents.requiresGrad || !this.base.requiresGrad) return contents;
    // The view was made where its base had no gradient, so the view's gradients end here.
    if (this.ended?.of !== contents || this.ended.value.isLost) {
      this.keep();
      const value = withMode({ grad: false }, () => identity(contents));
      this.ended = { of: contents, value: value.endAt(nowhere) };
    }
    return this.ended.value;
  }

  /** `value`, even if its gradient is undefined. */
  protected contents(): Value {
    if (this.storage.disposed)
      throw new TensorReleasedError(`a tensor of shape ${showShape(this.shape)} was used after dispose()`);
    const { version } = this.storage;
    const stale = this.cachedVersion !== version || this.cached?.failure || this.cached?.isLost;
    // A value that had failed or was lost may be there again.
    if (this.cached === null || stale || this.missesLeaf(this.cached)) {
      this.keep();
      this.cached = this.leaf ? this.leafValue(this.leaf) : this.current();
      note(this.cached, 'taken');
      this.cachedVersion = version;
      this.followRetained(this.cached);
    }
    return this.cached;
  }

  /** Has a rehearsal restore this state at its end. Values that it caches meanwhile go with the rehearsal's records. */
  private keep(): void {
    beforeChange(this, () => {
      const { shape, strides, offset, line, leaf, retained, keeping, cached, cachedVersion, ended } = this;
      const hooks = keeping && hooksOf(keeping.value);
      return () => {
        Object.assign(this, { shape, strides, offset, line, leaf, retained, keeping, cached, cachedVersion, ended });
        if (keeping) hookedOf(keeping.value).gradHooks = hooks;
      };
    });
  }

  /** Whether this view was last read before its base became a leaf, and its contents have changed since it was made. */
  private missesLeaf(seen: Value): boolean {
    if (!this.base?.leaf || seen.requiresGrad) return false;
    return this.origin === null && this.storage.changes !== this.madeAt;
  }

  private current(): Value {
    const { grad } = mode;
    // The graph that a tensor has must not depend on the mode in which somebody first reads it.
    mode.grad = true;
    try {
      return this.storage.read(this, this.whole());
    } finally {
      mode.grad = grad;
    }
  }

  /** The contents, as a value that nothing else holds. */
  private ownRead(): Value {
    const value = this.storage.read(this);
    return value.sink || value.requiresGrad || value === this.storage.value ? identity(value) : value;
  }

  /** A value for this leaf alone, at which backward stops. */
  private leafValue(leaf: Leaf): Value {
    const { storage } = this;
    const { grad } = mode;
    mode.grad = false;
    try {
      const whole = isWhole(this, storage.shape) && sameShape(this.shape, storage.shape);
      const value = whole ? storage.freshValue() : this.ownRead();
      return value.endAt(leaf);
    } finally {
      mode.grad = grad;
    }
  }

  private ownLeaf(): Leaf {
    return new Leaf(this, (value) => this.make(value));
  }

  /**
   * @internal The contents of the whole storage. For a view of a leaf, they are made from the leaf's value, so that
   * gradients reach the leaf.
   */
  whole(): Value {
    const { storage } = this;
    const base = this.leaf ? this : this.base;
    if (!base?.leaf) return this.line ? this.line.value : storage.value;
    if (isWhole(base, storage.shape)) return base.value;
    // If a leaf is expanded, or has windows that overlap, several elements share a place in memory. No write can tell
    // them apart.
    if (!isDistinct(base)) return storage.value;
    const { value } = storage;
    const around = value.requiresGrad ? detach(value) : value;
    return stridedScatter(around, base.value, base.shape, base.strides, base.offset);
  }

  /** The size of dimension 0; 0-d tensors have none. */
  get length(): number {
    if (this.shape.length === 0) throw new ShapeError('length: a 0-d tensor has no length');
    return this.shape[0]!;
  }

  /** How many dimensions there are. */
  get ndim(): number {
    return this.shape.length;
  }

  /** How many dimensions there are. */
  dim(): number {
    return this.shape.length;
  }

  /** How many elements there are. */
  numel(): number {
    return numel(this.shape);
  }

  /** The shape, or the size of one dimension (negative ones count from the end). */
  size(): Shape;
  size(dim: number | { dim: number }): number;
  size(...args: readonly unknown[]): Shape | number {
    return args.length === 0 ? this.shape : (this.alongDim('size', this.shape, args) as Shape | number);
  }

  /** A list with one number for each dimension; or, if a dimension is given, only its number. */
  private alongDim(op: string, list: readonly number[], args: readonly unknown[]): readonly number[] | number {
    const { dim } = parseArgs<{ dim?: number | null }>(op, [], { dim: null }, args);
    return dim === null ? list : list[this.ownDim(op, dim)]!;
  }

  /** For each dimension, or for one, the distance in memory from one element to the next, in elements. */
  stride(): readonly number[];
  stride(dim: number | { dim: number }): number;
  stride(...args: readonly unknown[]): readonly number[] | number {
    return this.alongDim('stride', this.strides, args);
  }

  /** Whether the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    const expected = contiguousStrides(this.shape);
    return this.numel() === 0 || this.shape.every((size, d) => size === 1 || this.strides[d] === expected[d]);
  }

  /** Whether the dtype is a floating-point type. */
  isFloatingPoint(): boolean {
    return isFloat(this.dtype);
  }

  // ── Gradients ──

  /** Whether `backward` reaches this tensor. Can be set on leaves. */
  get requiresGrad(): boolean {
    return this.leaf !== null || this.contents().requiresGrad || (this.base?.requiresGrad ?? false);
  }

  set requiresGrad(on: boolean) {
    this.requiresGrad_(on);
  }

  /** True for tensors that no recorded operation made. Of these, `backward` keeps the gradient. */
  get isLeaf(): boolean {
    return this.leaf !== null || !this.contents().requiresGrad;
  }

  /** The name of this tensor's gradient function, such as `MulBackward0`; null for leaves. */
  get gradFn(): string | null {
    return this.isLeaf ? null : gradNameOf(this.value);
  }

  /** Makes this leaf require a gradient (or not), in place. */
  requiresGrad_(...args: Arguments<{ requiresGrad?: boolean }, ['requiresGrad']>): this {
    const parse = parseArgs<{ requiresGrad?: boolean }>;
    const { requiresGrad: on } = parse('requiresGrad_', [], { requiresGrad: true }, args);
    if (on ? this.leaf !== null || this.contents().requiresGrad : !this.requiresGrad) return this;
    if (on && !isFloat(this.dtype)) {
      const error = new DTypeError(
        `requiresGrad_: only floating-point tensors can require gradients, but this one is ${this.dtype}`,
      );
      explainWhole(error, [this]);
      throw error;
    }
    if (!this.isLeaf) {
      throw new AutogradError(
        'requiresGrad_: only leaf tensors can be changed; use detach() to get one that does not require grad',
      );
    }
    this.keep();
    this.leaf = on ? this.ownLeaf() : null;
    this.cached = null;
    return this;
  }

  /**
   * The gradient that `backward` has summed up so far, or null. A tensor that operations made has none, unless
   * `retainGrad()` was called.
   */
  get grad(): Tensor | null {
    const sink = this.leaf ?? this.retained;
    const grad = sink?.grad ?? null;
    if (grad) grad.storage.exposed = true;
    else if (!sink && !this.storage.disposed && !this.isLeaf) warnOfNoLeaf(gradNameOf(this.contents()));
    return grad;
  }

  set grad(gradient: Tensor | null) {
    if (!this.leaf) {
      if (gradient === null) return;
      throw new AutogradError(
        'grad: only a leaf that requires grad has a gradient; call detach().requiresGrad_() first',
      );
    }
    if (gradient && !sameShape(gradient.shape, this.shape)) {
      throw new ShapeError(`grad: expected shape ${showShape(this.shape)}, but got ${showShape(gradient.shape)}`);
    }
    if (gradient && gradient.dtype !== this.dtype) {
      throw new DTypeError(
        `grad: expected dtype ${this.dtype}, but got ${gradient.dtype}; convert it with .to('${this.dtype}')`,
      );
    }
    if (!gradient) {
      this.leaf.forget();
      return;
    }
    gradient.storage.exposed = true;
    this.leaf.set(gradient);
  }

  /** @internal Where this leaf's gradient goes. */
  leafOf(op: string): Leaf {
    if (this.leaf) return this.leaf;
    throw new AutogradError(
      `${op}: expected inputs to be leaves that require grad; use autograd.grad for other tensors`,
    );
  }

  /**
   * Adds to this tensor's contents, as a gradient grows over several backwards.
   * @param gradient The gradient that is added.
   */
  accumulate(gradient: Value): void {
    const sum = this.plus(gradient);
    if (isWhole(this, this.storage.shape)) this.storage.replace(sum);
    else this.storage.write(sum, this);
  }

  protected abstract plus(other: Value): Value;

  /**
   * Computes the gradients of this tensor with respect to all leaves that it was made from, or only to those of
   * `inputs`, and adds them to their `grad`.
   *
   *     loss.backward({ retainGraph: true });
   */
  backward(...args: Arguments<BackwardArguments, ['gradient', 'retainGraph', 'createGraph', 'inputs']>): void {
    finished(this.backwardSteps(args));
  }

  /** @internal `backward`, which stops before each call of a hook and of a custom gradient. */
  backwardSteps(args: Arguments<BackwardArguments, ['gradient', 'retainGraph', 'createGraph', 'inputs']>): Steps<void> {
    const defaults = { gradient: null, retainGraph: null, createGraph: false, inputs: null };
    const one = instance(TensorBase, 'a tensor');
    const kinds = { gradient: orNull(one), retainGraph: orNull(flag), inputs: orNull(either(one, listOf(one))) };
    const o = parseArgs<BackwardArguments>('backward', [], defaults, args, kinds);
    return backwardFrom(this, o);
  }

  /**
   * Calls `hook` with the gradient of this tensor whenever backward computes it. A tensor that the hook returns
   * replaces the gradient.
   */
  registerHook(...args: Arguments<TensorHooking<unknown>, ['hook']>): { remove(): void } {
    const { hook } = parseArgs<TensorHooking<unknown>>('registerHook', ['hook'], {}, args, { hook: callback });
    if (!this.requiresGrad) throw new AutogradError('registerHook: this tensor does not require grad');
    const chosen = (replaced: unknown) => {
      if (replaced === undefined || replaced === null) return undefined;
      if (replaced instanceof TensorBase) return replaced.value;
      throw new ArgumentError(
        `registerHook: expected the hook to return a tensor or nothing, but got a ${typeof replaced}; write its body in braces`,
      );
    };
    const call = (gradient: Value) => new Ask(hook, [this.make(gradient)], chosen);
    return { remove: addGradHook(this.leaf ?? hookedOf(this.value), call) };
  }

  /** Keeps the gradient of this non-leaf in `grad`, too. */
  retainGrad(): void {
    if (this.isLeaf || this.retained) return;
    this.keep();
    this.retained = this.ownLeaf();
    this.followRetained(this.value);
  }

  /**
   * If a non-leaf keeps its gradient: has the gradient of the present contents go to `grad`. Contents from before an
   * in-place change give it no more.
   */
  private followRetained(value: Value): void {
    const { retained, keeping } = this;
    if (!retained || !value.requiresGrad || keeping?.value === value) return;
    keeping?.remove();
    const remove = addGradHook(hookedOf(value), (gradient) => retained.accumulate(gradient));
    this.keeping = { value, remove };
  }

  /** Whether this is a non-leaf that keeps its gradient, after `retainGrad()`. */
  get retainsGrad(): boolean {
    return this.retained !== null;
  }

  /** Calls `hook` with this leaf whenever backward has added to its `grad`. */
  registerPostAccumulateGradHook(...args: Arguments<TensorHooking<void>, ['hook']>): { remove(): void } {
    const name = 'registerPostAccumulateGradHook';
    const { hook } = parseArgs<TensorHooking<void>>(name, ['hook'], {}, args, { hook: callback });
    const { leaf } = this;
    if (!leaf) {
      throw new AutogradError(
        `registerPostAccumulateGradHook: expected a leaf that requires grad, but this tensor ${this.requiresGrad ? 'is not a leaf; use registerHook' : 'does not require grad'}`,
      );
    }
    const call = () => new Ask(hook, [this], () => undefined);
    leaf.hooks.push(call);
    return {
      remove: () => {
        leaf.hooks = leaf.hooks.filter((other) => other !== call);
      },
    };
  }

  /** Where the gradient of a non-leaf goes after `retainGrad()`. */
  private retained: Leaf | null = null;
  /** The value whose gradient `retained` gets, and how it gets no more. */
  private keeping: { readonly value: Value; readonly remove: () => void } | null = null;

  /** The same numbers, in the same memory, without a gradient. */
  detach(): Tensor {
    return this.apart(true);
  }

  /**
   * @internal PyTorch's `x.data`: as `detach()`, but gradients are not told of changes through it, and read what is
   * there then.
   */
  untold(): Tensor {
    return this.apart(false);
  }

  private apart(told: boolean): Tensor {
    const { storage } = this;
    if (this.contents().requiresGrad && !this.line) storage.leaveGraphTo(this.base ?? this);
    const line = new Line(storage, told);
    return this.makeDetached(storage.read(this, line.value), line);
  }

  /** Takes this tensor out of the graph, in place: it becomes a leaf that does not require grad. */
  detach_(): this {
    if (this.base) {
      throw new AutogradError('detach_: a view cannot be detached in place; use detach()');
    }
    if (this.leaf) this.requiresGrad_(false);
    else if (this.requiresGrad) {
      const { storage } = this;
      // Gradients that have saved its old value see this as a change.
      withMode({ grad: true }, () => storage.set(storage.value));
      if (!this.viewed) storage.leaveGraphTo(this, false);
      this.keep();
      Object.assign(this, { line: new Line(storage), cached: null, retained: null, keeping: null });
    }
    return this;
  }

  // ── Memory ──

  /** Keeps the tensor alive beyond the scope (module call, `torch.scope`) in which it was made. */
  retain(): this {
    this.storage.retain();
    return this;
  }

  /** Frees the memory now, without waiting for the garbage collector. Tensors that share the memory lose it, too. */
  dispose(): void {
    this.storage.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // ── For the operations on tensors ──

  /** Resolves one of this tensor's dimensions. A 0-d tensor has none, not even the one that `wrapDim` allows it. */
  private ownDim(op: string, dim: number): number {
    if (this.shape.length === 0) throw new IndexError(`${op}: expected no dimension for shape [], but got ${dim}`);
    return this.wrapDim(op, dim);
  }

  /** @internal A dimension counted from the front. */
  wrapDim(op: string, dim: number, rank = this.shape.length): number {
    return resolveDim(op, dim, rank);
  }

  /**
   * @internal Overwrites the contents with `value`, which has this tensor's shape and is cast to its dtype. `fresh`:
   * `value` was not made from the present contents.
   */
  assign(value: Value, fresh = false): this {
    this.expectChangeable(value.requiresGrad);
    const contents = cast(value, this.dtype);
    if (!this.leaf) this.writeBack?.(contents);
    this.storage.write(contents, this, { line: this.line, tracked: mode.grad, fresh });
    this.forgetOld();
    this.base?.forgetOld();
    if (this.retained) this.contents();
    return this;
  }

  /** Drops cached contents that have been overwritten, and with them the graph that made them. */
  private forgetOld(): void {
    if (this.cachedVersion === this.storage.version) return;
    this.keep();
    this.cached = null;
  }

  /**
   * @throws AutogradError for an in-place change that could not be differentiated; `counts`: the written value has a
   * gradient
   */
  private expectChangeable(counts = false): void {
    if (!mode.grad || !(counts || this.requiresGrad)) return;
    if (this.origin !== null) {
      throw new AutogradError(
        `write: a view ${origins[this.origin]} and is being changed in place, so that its gradient would not be defined; ` +
          'take the view and change it both inside noGrad or both outside, one piece by itself, as at() and narrow() give it',
      );
    }
    if (this.leaf ?? this.base?.leaf) {
      throw new AutogradError(
        'write: a leaf tensor that requires grad (or a view of one) is being used in an in-place operation; wrap the change in torch.noGrad(() => …)',
      );
    }
  }

  /**
   * @internal Becomes a view of itself, in place: the same memory in another shape. For the graph, this is a write of
   * its own contents.
   */
  become(viewOf: (x: Tensor) => Tensor, gradName: string): this {
    this.expectChangeable();
    const self = this as unknown as Tensor;
    viewOf(self);
    this.keep();
    const { storage } = this;
    const all = { shape: storage.shape, strides: contiguousStrides(storage.shape), offset: 0 };
    storage.write(this.line ? this.line.value : storage.value, all, { line: this.line, tracked: mode.grad });
    const { value: before } = this;
    const { shape, strides, offset, value } = viewOf(self);
    if (value !== before) named(value, gradName);
    const cached = this.leaf ? null : value;
    return Object.assign(this, { shape, strides, offset, cached, cachedVersion: storage.version });
  }

  /** @internal A new tensor around a value that was picked from this one. */
  picked(value: Value): Tensor {
    return this.make(value);
  }

  /** @internal `assign` for functions that index. */
  overwrite(value: Value): this {
    return this.assign(value);
  }
}

const noConstructor = (): ArgumentError =>
  new ArgumentError(
    'Tensor: expected torch.tensor(data); write torch.tensor([1, 2], { dtype: torch.float32 }), or torch.zeros(2, 3) for a size',
  );
