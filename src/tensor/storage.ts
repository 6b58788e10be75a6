// Storage: what tensors that alias each other share. It holds the current value; a write makes a new one current.

import { gradNameOf } from '../autograd/backward';
import { byteLength, contiguousStrides, type DType, numel, type Shape, sameShape } from '../compiler/meta';
import { flushIfLarge, releaseAfterFlush } from '../graph/flush';
import { beforeChange, isJournaling } from '../graph/journal';
import { mode, withMode } from '../graph/mode';
import { fromHost, named } from '../graph/record';
import { currentScope, makeRecipesOf, type Root, type Scope, topScope, trackRoot } from '../graph/roots';
import type { Value, WriteCounter } from '../graph/value';
import { detach, identity, reshape, rewritten } from '../ops/cast';
import { window } from '../ops/join';
import { stridedScatter, stridedView } from '../ops/shape';
import type { Line } from './line';

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
  /** What is written was not made of what is there, so that the gradient of that is 0; default false. */
  readonly fresh?: boolean;
}

/** Counts writes of other contents, also those to the whole of the buffer that a storage is a window of. */
class Writes implements WriteCounter {
  /** Writes to the storage itself. It counts neither moves, nor writes through windows of it. */
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

  /** The flush that should have filled this storage failed, so it holds nothing and its windows stand alone again. */
  voided = false;
  private current: Value;
  private writes = 0;
  private readonly counter = new Writes();
  private home: { readonly parent: Storage; readonly offset: number } | null = null;
  private homeView: { readonly version: number; readonly value: Value } | null = null;

  constructor(value: Value) {
    // Two storages never hold one value: an in-place write to one may take its memory.
    this.current = own(value);
    this.current.held = true;
    this.current.inMemory(this.counter);
    this.shape = value.shape;
    this.dtype = value.dtype;
    if (this.current.host) {
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
    const home = this.window;
    if (!home) return this.current;
    const { parent, offset } = home;
    if (this.homeView?.version !== parent.version) {
      const value = window(parent.value, offset, this.shape);
      value.inMemory(this.counter);
      this.homeView = { version: parent.version, value };
    }
    return this.homeView.value;
  }

  /** The whole contents now, as a value that nothing else holds. */
  freshValue(): Value {
    const home = this.window;
    const value = home ? window(home.parent.value, home.offset, this.shape) : identity(this.current);
    value.inMemory(this.counter);
    return value;
  }

  /** Grows with every write, through whichever alias. */
  get version(): number {
    // Asked for first: a window that stands alone again counts what its parent had counted.
    const home = this.window;
    return this.writes + (home?.parent.version ?? 0);
  }

  /** Grows with every write of other contents, also by a write to the whole buffer that this is a window of. */
  get changes(): number {
    return this.counter.changes;
  }

  /** Makes `value`, of the storage's shape, the contents: an in-place write. */
  set(value: Value): void {
    this.keep();
    this.counter.own++;
    const home = this.window;
    if (home) {
      const { parent, offset } = home;
      const layout = { shape: this.shape, strides: contiguousStrides(this.shape), offset };
      parent.put(stridedScatter(parent.value, value, layout.shape, layout.strides, layout.offset));
    } else this.put(value);
  }

  private put(value: Value): void {
    this.keep();
    makeRecipesOf(this.current);
    this.current.overwritten = true;
    this.current = own(value);
    if (this.current !== value && value.requiresGrad && value.node) named(this.current, gradNameOf(value));
    this.current.held = true;
    this.current.inMemory(this.counter);
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

  /** Turns this storage into a window of `parent`, which holds its contents at `offset` elements. Aliases stay aliases. */
  rehome(parent: Storage, offset: number): void {
    this.keep();
    if (!this.window) {
      this.current.overwritten = true;
      releaseAfterFlush(this.current);
    }
    // The version must grow, also where the new parent's is lower than the old one's.
    this.writes += (this.window?.parent.version ?? 0) + 1;
    this.counter.moveTo(parent.counter);
    this.home = { parent, offset };
    this.homeView = null;
  }

  /** Replaces the contents without touching the parent or aliases of the parent: the storage stands alone from now on. */
  replace(value: Value): void {
    if (!this.window || !this.home) {
      this.set(value);
      return;
    }
    this.keep();
    this.writes += this.home.parent.version + 1;
    this.counter.moveTo(null);
    this.home = null;
    this.homeView = null;
    this.current = own(value);
    this.current.held = true;
    this.current.inMemory(this.counter);
    this.settled = null;
    this.computed = null;
    trackRoot(this, this.scope);
  }

  /** The storage and offset this is a window of, if it is one. */
  get window(): { readonly parent: Storage; readonly offset: number } | null {
    if (this.home?.parent.voided) {
      this.writes += this.home.parent.version + 1;
      this.counter.moveTo(null);
      this.home = null;
      this.current.overwritten = false;
      this.current.leaving = null;
    }
    return this.home;
  }

  rollBack(): void {
    if (!this.computed) this.voided = true;
    else if (!this.computed.gone) {
      this.computed.overwritten = false;
      this.computed.leaving = null;
      this.current = this.computed;
      this.settled = this.computed;
      this.writes++;
      trackRoot(this, this.scope);
    }
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
    if (!this.window) releaseAfterFlush(this.current);
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
        values.forEach((value, i) => {
          Object.assign(value, flags[i]);
        });
        trackRoot(this, this.scope);
      };
    });
  }
}

/** A value that no other storage holds, nor a leaf: an alias, or the same host data once more. */
function own(value: Value): Value {
  if (!value.held && !value.sink) return value;
  return value.host && !value.allocation ? fromHost(value.host, value.shape, value.dtype) : identity(value);
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
