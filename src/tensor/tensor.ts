// Tensor: the class that users hold. Its methods come in layers, one family a file.
import type { Value } from '../graph/value';
import { detach } from '../ops/cast';
import { TensorBase } from './base';
import { callableMethods, type NamedMethods } from './callable';
import { byName, byPlace } from './method-signatures';
import type { Layout, Storage } from './storage';
import { ViewInPlaceMethods } from './view-in-place-methods';

type Methods = NamedMethods<typeof byPlace, ViewInPlaceMethods> & ViewInPlaceMethods;

/** The methods with the types that they have by name. */
const MethodsByName = ViewInPlaceMethods as unknown as abstract new (
  ...args: ConstructorParameters<typeof ViewInPlaceMethods>
) => Methods;

/** What methods are made of, which never stands alone in an error. */
const internal: ReadonlySet<string> = new Set(['constructor', 'combine', 'replace', 'fit', 'before', 'plus']);

/** An n-dimensional array on the GPU. Operations are recorded and run later; only reading values back waits. */
export class Tensor extends MethodsByName {
  static {
    callableMethods(Tensor.prototype, TensorBase.prototype, { ...byPlace, ...byName }, internal);
  }

  /** A tensor around a value of the graph. */
  static of(value: Value): Tensor {
    return new Tensor(value);
  }

  protected make(value: Value): Tensor {
    return new Tensor(value);
  }

  protected makeView(value: Value, strides: readonly number[], offset: number, detached = this.detached): Tensor {
    const base = detached ? null : this.viewBase;
    return new Tensor(value, { storage: this.storage, strides, offset, base, detached });
  }

  /** @internal A way back to this view that does not keep its memory alive. */
  weakly(): () => Tensor | null {
    const base = this.leaf ? this : this.base;
    return wayBack(new WeakRef(this.storage), base && new WeakRef(base), this, this.detached);
  }
}

function wayBack(
  held: WeakRef<Storage>,
  heldBase: WeakRef<TensorBase> | null,
  { shape, strides, offset }: Layout,
  detached: boolean,
): () => Tensor | null {
  return () => {
    const storage = held.deref();
    if (!storage || storage.disposed) return null;
    const value = storage.read({ shape, strides, offset });
    const own = detached && value.requiresGrad ? detach(value) : value;
    return new Tensor(own, { storage, strides, offset, base: heldBase?.deref() ?? null, detached });
  };
}
