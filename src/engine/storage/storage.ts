// Storage: the memory that tensors share which alias each other. It holds the current value; a write makes another
// value current.

import { DeviceLostError } from '../core/errors';
import { byteLength, contiguousStrides, type DType, numel, type Shape, sameShape } from '../core/meta';
import { weakenEdges } from '../graph/edges';
import { flushIfLarge } from '../graph/flush';
import { beforeChange, isJournaling } from '../graph/journal';
import { mode, withMode } from '../graph/mode';
import { giveBackLater, keepHolds, leaveToGradients, note } from '../graph/owners';
import { fromHost, named, withoutContents } from '../graph/record';
import { currentScope, type GraphRoot, type Scope, takeFromTop, topScope, trackRoot } from '../graph/roots';
import { gradNameOf, type HostData, type Value, type WriteCounter } from '../graph/value';
import { detach, identity, reshape, rewritten } from '../ops/shape/cast';
import { sliceOfFlat } from '../ops/shape/join';
import { stridedScatter, stridedView } from '../ops/shape/shape';
import type { Line } from './line';
import { noteProgramTensor } from './program-tensors';

/** How a tensor lies in its storage, in elements. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** How gradients treat a write. */
export interface WriteOptions {
  /** The line of the tensor that the write goes through (see line.ts); default: the graph of the storage itself. */
  readonly line?: Line | null;
  /** Gradients are recorded. If false, gradients pass as if nothing had been written. Default true. */
  readonly tracked?: boolean;
  /** The written value was not made from the present contents, so these get a gradient of 0. Default false. */
  readonly fresh?: boolean;
}

/** How a write counts. */
interface Counting {
  /** Gradients are told of it. Default true. */
  readonly told?: boolean;
}

/** Counts writes of other contents, including those to the whole buffer that a storage is a slice of. */
class Writes implements WriteCounter {
  /** Writes to the storage itself. Moves do not count, and neither do writes through slices of it. */
  own = 0;
  /** Those of them that gradients are told of. */
  ownTold = 0;
  /** How often writes to it have been taken back, since their run failed. */
  ownUndos = 0;
  parent: Writes | null = null;
  contents: Value | null = null;

  get changes(): number {
    return this.own + (this.parent?.own ?? 0);
  }

  get toldChanges(): number {
    return this.ownTold + (this.parent?.ownTold ?? 0);
  }

  get undos(): number {
    return this.ownUndos + (this.parent?.ownUndos ?? 0);
  }

  /** Becomes part of another storage, or of none, and keeps its counts. */
  moveTo(parent: Writes | null): void {
    this.own = this.changes - (parent?.own ?? 0);
    this.ownTold = this.toldChanges - (parent?.ownTold ?? 0);
    this.ownUndos = this.undos - (parent?.ownUndos ?? 0);
    this.parent = parent;
  }
}

let nextId = 0;

/** For tensors that keep a graph which their storage has let go: the keeper from `weakenEdges` in edges.ts. */
const graphs = new WeakMap<object, object>();
const nobody = { deref: () => undefined };

/** Knows the contents to which a storage returns when its own are lost: see protect.ts. */
export interface Guard {
  /** `own` for parameters and buffers. */
  readonly kind: string;
  /** Called when `value` has replaced the contents `before`. */
  note(value: Value, before: Value | null): void;
  /** The contents that were kept last, as a new value; null if none were kept. */
  saved(): Value | null;
}

export class Storage implements GraphRoot {
  readonly id = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  disposed = false;
  flushed: Value | null = null;
  computed: Value | null = null;
  /** The scope that this storage lives in; it moves outward when the scope's function returns it. */
  scope: Scope = currentScope();
  /** User code has taken hold of this gradient, so its numbers must outlive the next step. */
  exposed = false;

  /** The flush that should have filled this storage failed, so it holds nothing and its slices stand alone again. */
  voided = false;
  guard: Guard | null = null;
  /** The program is known to hold it (see program-tensors.ts), or it needs no copy. */
  private standing = false;
  /** Snapshots need not copy it as a tensor of the program: it is protected by other means, or may be lost. */
  uncopied = false;
  /** If the device was lost: the error of slices that stand alone again and have no contents. */
  private lostBy: Error | null = null;
  private current: Value;
  private writes = 0;
  private readonly counter = new Writes();
  /** The tensor that keeps the graph, if others share the memory without the graph. */
  private owner: Pick<WeakRef<object>, 'deref'> | null = null;
  private home: { readonly parent: Storage; readonly offset: number } | null = null;
  private homeView: { readonly version: number; readonly value: Value } | null = null;

  constructor(value: Value) {
    // Two storages never hold the same value, because an in-place write to one may take over its memory.
    this.current = this.hold(own(value));
    this.shape = value.shape;
    this.dtype = value.dtype;
    if (this.current.contents) this.flushed = this.computed = this.current;
    // A storage that was made in a rehearsal holds nothing after it.
    if (isJournaling()) {
      beforeChange(this, () => () => {
        this.voided = true;
      });
    }
    trackRoot(this, this.scope);
    mode.pendingBytes += byteLength(value);
    flushIfLarge();
  }

  /** The whole contents now, in the shape that the storage was made with. */
  get value(): Value {
    const home = this.slice;
    if (!home) return this.current;
    const { parent } = home;
    if (this.homeView?.version !== parent.version || this.homeView.value.failure) {
      this.keep();
      this.homeView = { version: parent.version, value: this.freshValue() };
    }
    return this.homeView.value;
  }

  /** The whole contents now, as a value that nothing else holds. */
  freshValue(): Value {
    const home = this.slice;
    const value = home ? sliceOfFlat(home.parent.value, home.offset, this.shape) : identity(this.current);
    value.inMemory(this.counter);
    return value;
  }

  /** Grows with every write, through whatever alias. */
  get version(): number {
    // Must come first: when a slice comes to stand alone, `slice` adds the parent's version to `writes`.
    const home = this.slice;
    return this.writes + (home?.parent.version ?? 0);
  }

  /** Grows with every write of other contents, including writes to the whole buffer that this is a slice of. */
  get changes(): number {
    return this.counter.changes;
  }

  /** Those of `changes` that gradients are told of. */
  get toldChanges(): number {
    return this.counter.toldChanges;
  }

  /** How often writes to it, or to the storage that it is a slice of, have been taken back. */
  get undos(): number {
    return this.counter.undos;
  }

  /** In-place write: makes `value`, of the storage's shape, the contents. */
  set(value: Value, { told = true }: Counting = {}): void {
    this.keep();
    this.counter.own++;
    if (told) this.counter.ownTold++;
    const home = this.slice;
    if (home) {
      const { parent, offset } = home;
      const layout = { shape: this.shape, strides: contiguousStrides(this.shape), offset };
      this.guard?.note(value, this.value);
      parent.put(stridedScatter(parent.value, value, layout.shape, layout.strides, layout.offset));
    } else this.put(value);
    this.counter.contents = told ? null : this.value;
  }

  private put(value: Value): void {
    this.keep();
    const before = this.current;
    note(before, 'dropped');
    this.current = this.hold(own(value));
    this.guard?.note(this.current, before);
    this.writes++;
    trackRoot(this, this.scope);
  }

  /** In-place write: puts `value`, of the layout's shape, at a layout. */
  write(value: Value, layout: Layout, { line = null, tracked = true, fresh = false }: WriteOptions = {}): void {
    const before = this.value;
    const seen = line?.value ?? before;
    const counting = { told: line?.told ?? true };
    const into = (base: Value): Value =>
      isWhole(layout, this.shape)
        ? shaped(value, this.shape)
        : stridedScatter(base, value, layout.shape, layout.strides, layout.offset);
    if (!tracked || !(seen.requiresGrad || value.requiresGrad)) {
      const after = withMode({ grad: false }, () => into(before));
      this.set(before.requiresGrad ? withMode({ grad: true }, () => rewritten(before, after, true)) : after, counting);
      line?.letGo();
      return;
    }
    const written = into(seen);
    const cuts = seen.requiresGrad && isWhole(layout, this.shape) && (fresh || !value.requiresGrad);
    const after = cuts ? rewritten(seen, written, false) : written;
    if (!line) this.set(after);
    else {
      this.set(before.requiresGrad ? rewritten(before, after, true) : detach(after), counting);
      line.follow(after);
    }
    // The result of an in-place operation is here now. Its gradient may read it, so later writes must count for it.
    if (!fresh && value !== seen) value.inMemory(this.counter);
  }

  /** The contents at a layout, as a contiguous value. */
  read(layout: Layout, value = this.value): Value {
    if (isWhole(layout, this.shape)) return shaped(value, layout.shape);
    return stridedView(value, layout.shape, layout.strides, layout.offset);
  }

  /** Makes this storage a slice of `parent`, which holds its contents at `offset` elements. Aliases stay aliases. */
  rehome(parent: Storage, offset: number): void {
    this.keep();
    // If a flush fails, the storage stands alone and takes these contents again.
    if (!this.slice) giveBackLater(this.current);
    // The version must grow, even if that of the new parent is lower than that of the old one.
    this.writes += (this.slice?.parent.version ?? 0) + 1;
    this.counter.moveTo(parent.counter);
    this.home = { parent, offset };
    this.homeView = null;
  }

  /** Replaces the contents without touching the parent or its aliases: the storage stands alone from now on. */
  replace(value: Value): void {
    if (!this.slice || !this.home) {
      this.set(value);
      return;
    }
    this.keep();
    this.standAlone(own(value));
    this.guard?.note(this.current, null);
    trackRoot(this, this.scope);
  }

  /** Takes contents of its own, which no flush has found yet. */
  private standAlone(value: Value): void {
    this.writes += (this.home?.parent.version ?? 0) + 1;
    this.counter.moveTo(null);
    this.home = null;
    this.homeView = this.flushed = this.computed = null;
    this.current = this.hold(value);
  }

  /** Notes that a value is the contents of this storage. */
  private hold(value: Value): Value {
    note(value, 'taken');
    value.inMemory(this.counter);
    return value;
  }

  /**
   * Must be called before contents are set that depend on no other value. If the storage is a slice of a buffer that
   * is not computed yet, it stands alone from now on.
   */
  isolate(): void {
    const parent = this.slice?.parent;
    if (!parent || (parent.current.allocation && isThere(parent.current))) return;
    this.keep();
    this.standAlone(own(this.value));
  }

  /** Sets `value` in the place of lost contents: a later version, but no write. */
  restore(value: Value): void {
    this.standAlone(own(value));
    this.flushed = this.computed = this.current;
    this.voided = false;
    trackRoot(this, this.scope);
  }

  /** Called when the contents are lost with the device. Slices of this storage stand alone again. */
  forsake(error: Error): void {
    this.voided = true;
    this.lostBy = error;
  }

  /**
   * The contents, as far as the host knows them: its data, or the number that every element is; null if only the device
   * has them.
   */
  get known(): HostData | number | null {
    if (this.slice || this.current.failure) return null;
    const { host, node } = this.current;
    return host ?? (node?.op.constant ? node.scalars[0]! : null);
  }

  /** Whether the contents are on the host, alone or as well. */
  get isOnHost(): boolean {
    return !this.slice && this.current.contents !== null && !this.current.failure;
  }

  get isState(): boolean {
    return this.guard?.kind === 'own';
  }

  /** Whether the contents are known to have been lost with the device. */
  get isLost(): boolean {
    const { failure, isLost } = (this.slice?.parent ?? this).current;
    return isLost || failure instanceof DeviceLostError;
  }

  /** The storage that this is a slice of, and its offset there in elements; null if it stands alone. */
  get slice(): { readonly parent: Storage; readonly offset: number } | null {
    if (this.home?.parent.voided) {
      this.writes += this.home.parent.version + 1;
      this.counter.moveTo(null);
      const lostBy = this.home.parent.lostBy;
      this.home = null;
      if (!isThere(this.current)) {
        this.current = this.guard?.saved() ?? (lostBy ? withoutContents(this.current, lostBy) : this.current);
        this.flushed = this.computed = this.current;
      }
      this.hold(this.current);
    }
    return this.home;
  }

  rollBack(): void {
    // A value written since the failed run was recorded stays, unless it was made of that run's values.
    if (!hangsOnFailure(this.current)) return;
    if (!this.computed || !isThere(this.computed)) {
      const saved = isJournaling() ? null : this.guard?.saved();
      if (saved) this.restore(saved);
      else this.voided = true;
    } else {
      this.counter.ownUndos++;
      this.current = this.hold(this.computed);
      this.flushed = this.computed;
      this.writes++;
      trackRoot(this, this.scope);
    }
  }

  /**
   * Called when another tensor shares the memory, but not the graph. From now on only `owner` keeps the graph, or
   * nobody unless `keeps`.
   */
  leaveGraphTo(owner: object, keeps = true): void {
    if (isJournaling() || this.slice) return;
    if (!keeps) graphs.delete(owner);
    this.owner = keeps ? (this.owner ?? new WeakRef(owner)) : nobody;
    this.letGo();
  }

  letGo(): void {
    if (!this.owner) return;
    const keeper = weakenEdges(this.current);
    const owner = this.owner.deref();
    if (keeper && owner) graphs.set(owner, keeper);
  }

  stands(): void {
    if (this.standing || this.uncopied) return;
    this.standing = true;
    noteProgramTensor(this);
  }

  /** Lives at the top level from now on, whatever scope closes. */
  retain(): void {
    this.moveOutward(topScope);
  }

  /** Lives as long as `other` from now on, unless it lives longer already. */
  outlive(other: Storage): void {
    if (other.scope.depth < this.scope.depth) this.moveOutward(other.scope);
  }

  /** Lives in an outer scope from now on. */
  moveOutward(scope: Scope): void {
    this.scope = scope;
    trackRoot(this, scope);
  }

  dispose(): void {
    if (this.disposed) return;
    this.keep();
    this.disposed = true;
    if (this.slice) return;
    const { current } = this;
    // A gradient may still read what operations have made; it is given back behind that.
    if (current.requiresGrad && current.sink === null) leaveToGradients([current]);
    else giveBackLater(current);
  }

  /**
   * Makes the tensors of storages inner, as if their scope had closed without them. Only gradients may read them from
   * now on.
   */
  static leave(storages: readonly Storage[]): void {
    if (isJournaling()) return;
    const alone = storages.filter(({ slice, disposed }) => !slice && !disposed);
    for (const storage of alone) while (takeFromTop(storage));
    leaveToGradients(alone.map(({ current }) => current));
  }

  /** Has a rehearsal restore the present state at its end, as a later version. */
  private keep(): void {
    if (!isJournaling()) return;
    beforeChange(this, () => {
      const { disposed, flushed, computed, voided, current, home, counter } = this;
      const { own, ownTold, parent, contents } = counter;
      const values = [current, flushed, computed].filter((value) => value !== null);
      const restoreHolds = keepHolds(values);
      return () => {
        const writes = this.version + 1;
        Object.assign(this, { disposed, flushed, computed, voided, current, home, homeView: null, writes });
        Object.assign(counter, { own, ownTold, parent, contents });
        if (!home) current.inMemory(counter);
        restoreHolds();
        trackRoot(this, this.scope);
      };
    });
  }
}

/** Whether the contents are on the host or on a device that is not lost, or can be made again. */
function isThere({ state: { kind, memory }, node }: Value): boolean {
  if (kind === 'gone' || kind === 'failed') return false;
  if (kind === 'onHost' || kind === 'scheduled') return true;
  return memory ? !memory.memory.isRetired : node !== null && !node.bare;
}

/** Whether a value, or one of its ingredients, could not be computed. */
function hangsOnFailure(value: Value): boolean {
  // The set grows while it is walked.
  const seen = new Set([value]);
  for (const { failure, available, node } of seen) {
    if (failure) return true;
    if (!available) for (const read of node?.reads ?? []) seen.add(read);
  }
  return false;
}

/** A value that no other storage and no leaf holds: the same value, an alias of it, or its host data once more. */
function own(value: Value): Value {
  if (value.owners.hold === 'new' && !value.sink) return value;
  const { contents, allocation, shape, dtype, node } = value;
  if (contents && !allocation) return fromHost(contents, shape, dtype);
  const alias = identity(value);
  return value.requiresGrad && node ? named(alias, gradNameOf(value)) : alias;
}

const shaped = (value: Value, shape: Shape): Value => (sameShape(value.shape, shape) ? value : reshape(value, shape));

export function isWhole({ shape, strides, offset }: Layout, storageShape: Shape): boolean {
  if (offset !== 0 || numel(shape) !== numel(storageShape)) return false;
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (size !== 1 && strides[d] !== step) return false;
    step *= size;
  }
  return true;
}
