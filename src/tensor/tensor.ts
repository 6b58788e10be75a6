// Tensor: the class that users hold. Its methods come in layers, one family a file.

import { closeMethods } from '../core/arity';
import { mode } from '../graph/mode';
import type { Value } from '../graph/value';
import { detach } from '../ops/cast';
import { TensorBase, type View } from '../storage/base';
import { Line } from '../storage/line';
import { makeBy } from '../storage/made';
import type { Layout, Storage } from '../storage/storage';
import { callableMethods, type NamedMethods } from './callable';
import { DeviceMethods } from './device-methods';
import arithmetic from './families/arithmetic';
import comparison from './families/comparison';
import elementary from './families/elementary';
import special from './families/special';
import { install, type Methods as MethodsOf } from './family';
import { byName, byPlace } from './method-signatures';
import { ReadableTensor } from './readable';

/** The methods of families, whose texts stand at their functions, and those of the classes, by place and by name. */
type Methods = MethodsOf<typeof import('./families/arithmetic')> &
  MethodsOf<typeof import('./families/comparison')> &
  MethodsOf<typeof import('./families/elementary')> &
  MethodsOf<typeof import('./families/special')> &
  NamedMethods<typeof byPlace, DeviceMethods> &
  DeviceMethods;

/** The methods with the types that they have by name. */
const MethodsByName = DeviceMethods as unknown as abstract new (
  ...args: ConstructorParameters<typeof DeviceMethods>
) => Methods;

/** What methods are made of, which never stands alone in an error. */
const internal: ReadonlySet<string> = new Set([
  'constructor',
  'combine',
  'replace',
  'fit',
  'before',
  'plus',
  'oneOf',
  'distinct',
  'around',
]);

/** Methods of the base that go by place alone. */
const lone = [
  ...['dim', 'numel', 'isContiguous', 'isFloatingPoint', 'retainGrad', 'detach', 'detach_', 'retain', 'dispose'],
];

/** An n-dimensional array on the GPU. Operations are recorded and run later; only reading values back waits. */
export class Tensor extends MethodsByName {
  static {
    callableMethods(Tensor.prototype, ReadableTensor.prototype, { ...byPlace, ...byName }, internal);
    for (const family of [arithmetic, comparison, elementary, special]) install(Tensor.prototype, family);
    makeBy(Tensor.of);
    closeMethods(ReadableTensor.prototype, ['item', 'tolist', 'print', 'text']);
    closeMethods(TensorBase.prototype, lone);
  }

  /** A tensor around a value of the graph. */
  static of(value: Value): Tensor {
    return new Tensor(value);
  }

  protected make(value: Value): Tensor {
    return new Tensor(value);
  }

  protected makeView(value: Value, strides: readonly number[], offset: number): Tensor {
    const { storage, line } = this;
    const origin = this.origin ?? (mode.grad ? null : 'noGrad');
    const own = mode.grad || !value.requiresGrad ? value : detach(value);
    return new Tensor(own, { storage, strides, offset, base: this.base ?? this, line, origin });
  }

  protected makeDetached(value: Value): Tensor {
    const { storage, strides, offset } = this;
    return new Tensor(value, { storage, strides, offset, line: new Line(storage) });
  }

  /** @internal A way back to this view that does not keep its memory alive. */
  weakly(): () => Tensor | null {
    const { base, line, origin, shape, strides, offset } = this;
    return wayBack(new WeakRef(this.storage), new WeakRef(base ?? this), line && new WeakRef(line), {
      origin,
      shape,
      strides,
      offset,
    });
  }
}

type Place = Layout & Pick<View, 'origin'>;

function wayBack(
  heldStorage: WeakRef<Storage>,
  heldBase: WeakRef<TensorBase>,
  heldLine: WeakRef<Line> | null,
  { origin, shape, strides, offset }: Place,
): () => Tensor | null {
  return () => {
    const storage = heldStorage.deref();
    if (!storage || storage.disposed) return null;
    const line = heldLine && (heldLine.deref() ?? new Line(storage));
    const layout = { shape, strides, offset };
    const value = storage.read(layout, line?.value);
    return new Tensor(value, { storage, strides, offset, base: heldBase.deref() ?? null, line, origin });
  };
}
