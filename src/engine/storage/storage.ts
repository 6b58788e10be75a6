// Storage: what tensors that alias each other share. It holds the current value; a write makes a new one current.

import { DeviceLostError } from '../core/errors';
import { byteLength, contiguousStrides, type DType, numel, type Shape, sameShape } from '../core/meta';
import { letGo } from '../graph/edges';
import { flushIfLarge, releaseAfterFlush } from '../graph/flush';
import { beforeChange, isJournaling } from '../graph/journal';
import { mode, withMode } from '../graph/mode';
import { fromHost, named, withoutContents } from '../graph/record';
import { currentScope, type Root, type Scope, takeFromTop, topScope, trackRoot } from '../graph/roots';
import { leaveToGradients } from '../graph/saved';
import type { HostData, Value, WriteCounter } from '../graph/value';
import { detach, identity, reshape, rewritten } from '../ops/shape/cast';
import { sliceOfFlat } from '../ops/shape/join';
import { stridedScatter, stridedView } from '../ops/shape/shape';
import { gradNameOf } from './backward';
import type { Line } from './line';
import { hold } from './program-tensors';

/** How a tensor lies in its storage, in elements. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** How a write counts for gradients. */
export interface WriteOptions {
  /** The line of the tensor that is written through; default: that of the storage itself. */
  readonly line?: Line | null;
  /** Gradients are recorded; else they pass as if nothing had been written. Default true. */
  readonly tracked?: boolean;
  /** Whether the written value was not made of the present one, whose gradient is then 0; default false. */
  readonly fresh?: boolean;
}

/** Counts writes of other contents, also those to the whole of the buffer that a storage is a slice of. */
class Writes implements WriteCounter {
  /** Writes to the storage itself. It counts neither moves, nor writes through slices of it. */
  own = 0;
  parent: Writes | null = null;

  get changes(): number {
    return this.own + (this.parent?.own ?? 0);
  }

  /** Goes on counting from here as part of another storage, or of none. */
  moveTo(parent: Writes | null): void {
    this.own = this.changes - (parent?.own ?? 0);
    this.parent = parent;
  }
}

let nextId = 0;

/** What tensors keep for their gradients, where storages do not. */
const graphs = new WeakMap<object, object>();
const nobody = { deref: () => undefined };

/** Knows what a storage goes back to when its contents are lost; see protect.ts. */
export interface Guard {
  /** `own` for parameters and buffers. */
  readonly kind: string;
  /** `value` has taken the place of the contents `before`. */
  note(value: Value, before: Value | null): void;
  /** The noted value of the latest contents was not computed. */
  undone(): void;
  /** What the contents were when they were last kept, as a new value; null where they never were. */
  saved(): Value | null;
}

export class Storage implements Root {
  readonly id = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  disposed = false;
  settled: Value | null = null;
  computed: Value | null = null;
  /** The scope that this storage lives in; it moves outward when the scope's function returns it. */
  scope: Scope = currentScope();
  /** User code has taken hold of this gradient, so its numbers must outlive the next step. */
  exposed = false;

  /** The flush that should have filled this storage failed, so it holds nothing and its slices stand alone again. */
  voided = false;
  guard: Guard | null = null;
  /** It is known that the program holds it, or it needs no copy of its own: see held.ts. */
  private standing = false;
  /** It needs no copy of its own. */
  uncopied = false;
  /** Why the contents of slices that stand alone again are gone, if the device was lost. */
  private loss: Error | null = null;
  private current: Value;
  private writes = 0;
  private readonly counter = new Writes();
  /** The tensor that keeps the graph, where others share the memory without it. */
  private owner: Pick<WeakRef<object>, 'deref'> | null = null;
  private home: { readonly parent: Storage; readonly offset: number } | null = null;
  private homeView: { readonly version: number; readonly value: Value } | null = null;

  constructor(value: Value) {
    // Two storages never hold one value: an in-place write to one may take its memory.
    this.current = own(value);
    this.current.held = true;
    this.current.inMemory(this.counter);
    this.shape = value.shape;
    this.dtype = value.dtype;
    if (this.current.contents) {
      this.settled = this.current;
      this.computed = this.current;
    }
    // What a rehearsal makes is nothing after it.
    if (isJournaling()) {
      beforeChange(this, () => () => {
        this.voided = true;
      });
    }
    trackRoot(this, this.scope);
    mode.pendingBytes += byteLength(value);
    flushIfLarge();
  }

  /** The whole contents now, in the shape of creation. */
  get value(): Value {
    const home = this.slice;
    if (!home) return this.current;
    const { parent, offset } = home;
    if (this.homeView?.version !== parent.version || this.homeView.value.failure) {
      this.keep();
      const value = sliceOfFlat(parent.value, offset, this.shape);
      value.inMemory(this.counter);
      this.homeView = { version: parent.version, value };
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

  /** Grows with every write, through whichever alias. */
  get version(): number {
    // Asked for first: a slice that stands alone again counts what its parent had counted.
    const home = this.slice;
    return this.writes + (home?.parent.version ?? 0);
  }

  /** Grows with every write of other contents, also by a write to the whole buffer that this is a slice of. */
  get changes(): number {
    return this.counter.changes;
  }

  /** Makes `value`, of the storage's shape, the contents: an in-place write. */
  set(value: Value): void {
    this.keep();
    this.counter.own++;
    const home = this.slice;
    if (home) {
      const { parent, offset } = home;
      const layout = { shape: this.shape, strides: contiguousStrides(this.shape), offset };
      this.guard?.note(value, this.value);
      parent.put(stridedScatter(parent.value, value, layout.shape, layout.strides, layout.offset));
    } else this.put(value);
  }

  private put(value: Value): void {
    this.keep();
    this.current.overwritten = true;
    const before = this.current;
    this.current = own(value);
    this.current.held = true;
    this.current.inMemory(this.counter);
    this.guard?.note(this.current, before);
    this.writes++;
    trackRoot(this, this.scope);
  }

  /** In-place write of `value`, of the layout's shape, at a layout. */
  write(value: Value, layout: Layout, { line = null, tracked = true, fresh = false }: WriteOptions = {}): void {
    const before = this.value;
    const seen = line ? line.value : before;
    const into = (base: Value): Value =>
      isWhole(layout, this.shape)
        ? shaped(value, this.shape)
        : stridedScatter(base, value, layout.shape, layout.strides, layout.offset);
    if (!tracked || !(seen.requiresGrad || value.requiresGrad)) {
      const after = withMode({ grad: false }, () => into(before));
      this.set(before.requiresGrad ? withMode({ grad: true }, () => rewritten(before, after, true)) : after);
      return;
    }
    const written = into(seen);
    const cuts = seen.requiresGrad && isWhole(layout, this.shape) && (fresh || !value.requiresGrad);
    const after = cuts ? rewritten(seen, written, false) : written;
    if (!line) this.set(after);
    else {
      this.set(before.requiresGrad ? rewritten(before, after, true) : detach(after));
      line.follow(after);
    }
    // An operation in place has its result here, where its gradient may read it.
    if (!fresh && value !== seen) value.inMemory(this.counter);
  }

  /** The contents at a layout, as a contiguous value. */
  read(layout: Layout, value = this.value): Value {
    if (isWhole(layout, this.shape)) return shaped(value, layout.shape);
    return stridedView(value, layout.shape, layout.strides, layout.offset);
  }

  /** Turns this storage into a slice of `parent`, which holds its contents at `offset` elements. Aliases stay aliases. */
  rehome(parent: Storage, offset: number): void {
    this.keep();
    if (!this.slice) {
      this.current.overwritten = true;
      // A flush that fails leaves the storage alone with these contents.
      const { current } = this;
      releaseAfterFlush(current, () => this.slice !== null || this.current !== current);
    }
    // The version must grow, also where the new parent's is lower than the old one's.
    this.writes += (this.slice?.parent.version ?? 0) + 1;
    this.counter.moveTo(parent.counter);
    this.home = { parent, offset };
    this.homeView = null;
  }

  /** Replaces the contents without touching the parent or aliases of the parent: the storage stands alone from now on. */
  replace(value: Value): void {
    if (!this.slice || !this.home) {
      this.set(value);
      return;
    }
    this.keep();
    this.standAlone(own(value));
    this.guard?.note(this.current, null);
    this.settled = null;
    this.computed = null;
    trackRoot(this, this.scope);
  }

  private standAlone(value: Value): void {
    this.writes += (this.home?.parent.version ?? 0) + 1;
    this.counter.moveTo(null);
    this.home = null;
    this.homeView = null;
    this.current = value;
    this.current.held = true;
    this.current.inMemory(this.counter);
  }

  /** Belongs before contents that hang on nothing: a slice of a buffer that is yet to be computed stands alone then. */
  isolate(): void {
    const parent = this.slice?.parent;
    if (!parent || (parent.current.allocation && isThere(parent.current))) return;
    this.keep();
    this.standAlone(own(this.value));
    this.settled = null;
    this.computed = null;
  }

  /** The contents are lost, and `value` takes their place: a later version, but no write. */
  restore(value: Value): void {
    this.standAlone(own(value));
    this.settled = this.current;
    this.computed = this.current;
    this.voided = false;
    trackRoot(this, this.scope);
  }

  /** The contents are lost with the device; slices of this storage stand alone again. */
  forsake(error: Error): void {
    this.voided = true;
    this.loss = error;
  }

  /** The contents where they stand on the host, or the number that each of them is; null where only the device has them. */
  get known(): HostData | number | null {
    if (this.slice || this.current.failure) return null;
    const { host, node } = this.current;
    return host ?? (node?.op.constant ? node.scalars[0]! : null);
  }

  /** Whether the contents are on the host as well, or only there. */
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

  /** The storage and offset this is a slice of, if it is one. */
  get slice(): { readonly parent: Storage; readonly offset: number } | null {
    if (this.home?.parent.voided) {
      this.writes += this.home.parent.version + 1;
      this.counter.moveTo(null);
      const loss = this.home.parent.loss;
      this.home = null;
      this.current.overwritten = false;
      this.current.leaving = null;
      if (!isThere(this.current)) {
        this.current = this.guard?.saved() ?? (loss ? withoutContents(this.current, loss) : this.current);
        this.current.held = true;
        this.settled = this.current;
        this.computed = this.current;
      }
      this.current.inMemory(this.counter);
    }
    return this.home;
  }

  rollBack(): void {
    // A value written since the failed run was recorded stays, unless it was made of that run's values.
    if (!isJournaling() && !hangsOnFailure(this.current)) return;
    if (!this.computed || !isThere(this.computed)) {
      const saved = isJournaling() ? null : this.guard?.saved();
      if (saved) this.restore(saved);
      else this.voided = true;
    } else {
      this.guard?.undone();
      this.computed.overwritten = false;
      this.computed.leaving = null;
      this.current = this.computed;
      this.current.inMemory(this.counter);
      this.settled = this.computed;
      this.writes++;
      trackRoot(this, this.scope);
    }
  }

  /** A tensor shares the memory from now on and not the graph, which is `owner`'s alone, or, where that is not `keeps`, nobody's. */
  leaveGraphTo(owner: object, keeps = true): void {
    if (isJournaling() || this.slice) return;
    if (!keeps) graphs.delete(owner);
    this.owner = keeps ? (this.owner ?? new WeakRef(owner)) : nobody;
    this.letGo();
  }

  letGo(): void {
    if (!this.owner) return;
    const keeper = letGo(this.current);
    const owner = this.owner.deref();
    if (keeper && owner) graphs.set(owner, keeper);
  }

  stands(): void {
    if (this.standing || this.uncopied) return;
    this.standing = true;
    hold(this);
  }

  /** Counts as live at the top level from now on. */
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
    if (!this.slice) releaseAfterFlush(this.current);
  }

  /** Has the tensors of storages be inner from now on, as if their scope had closed without them: gradients alone may read them. */
  static leave(storages: readonly Storage[]): void {
    if (isJournaling()) return;
    const alone = storages.filter(({ slice, disposed }) => !slice && !disposed);
    for (const storage of alone) while (takeFromTop(storage));
    leaveToGradients(alone.map(({ current }) => current));
  }

  /** Comes back as it is now after a rehearsal, as a later version. */
  private keep(): void {
    if (!isJournaling()) return;
    beforeChange(this, () => {
      const { disposed, settled, computed, voided, current, home, counter } = this;
      const { own, parent } = counter;
      const values = [current, settled, computed].filter((value) => value !== null);
      const flags = values.map(({ overwritten, leaving }) => ({ overwritten, leaving }));
      return () => {
        const writes = this.version + 1;
        Object.assign(this, { disposed, settled, computed, voided, current, home, homeView: null, writes });
        Object.assign(counter, { own, parent });
        if (!home) current.inMemory(counter);
        values.forEach((value, i) => {
          Object.assign(value, flags[i]);
        });
        trackRoot(this, this.scope);
      };
    });
  }
}

/** Whether the contents are on a device that is there, or on the host, or can be made again. */
function isThere({ state: { kind, memory }, node }: Value): boolean {
  if (kind === 'gone' || kind === 'failed') return false;
  if (kind === 'onHost' || kind === 'scheduled') return true;
  return memory ? !memory.memory.isRetired : node !== null && !node.cut;
}

/** Whether a value, or one of its ingredients, could not be computed. */
function hangsOnFailure(value: Value): boolean {
  const stack = [value];
  const seen = new Set<Value>();
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (next.failure) return true;
    if (next.available || seen.has(next)) continue;
    seen.add(next);
    stack.push(...(next.node?.reads ?? []));
  }
  return false;
}

/** A value that no other storage holds, nor a leaf: an alias, or the same host data once more. */
function own(value: Value): Value {
  if (!value.held && !value.sink) return value;
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
