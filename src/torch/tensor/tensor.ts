// Tensor, the class that users work with. Most of its methods come from families, one file each.

import { closeMethods } from '../../engine/core/arity';
import { growWith } from '../../engine/graph/late-growth';
import { mode } from '../../engine/graph/mode';
import type { Value } from '../../engine/graph/value';
import { library } from '../../engine/ops/growth-library';
import { add } from '../../engine/ops/pointwise/arithmetic';
import { clone, detach } from '../../engine/ops/shape/cast';
import { Line } from '../../engine/storage/line';
import type { Layout, Storage } from '../../engine/storage/storage';
import { TensorBase } from './base';
import { callableGetters } from './calling/callable';
import arithmetic from './families/arithmetic';
import comparison from './families/comparison';
import complex from './families/complex';
import copies from './families/copies';
import diagonals from './families/diagonals';
import differences from './families/differences';
import distances from './families/distances';
import distribution from './families/distribution';
import draws from './families/draws';
import elementary from './families/elementary';
import facts from './families/facts';
import histogram from './families/histogram';
import indexing from './families/indexing';
import linearAlgebra from './families/linear-algebra';
import order from './families/order';
import rearrange from './families/rearrange';
import reduce from './families/reduce';
import shape from './families/shape';
import special from './families/special';
import splits from './families/splits';
import statistics from './families/statistics';
import { install, type FamilyMethods as MethodsOf } from './family';
import { makeBy } from './made';
import atMethods from './methods/at';
import conversionMethods from './methods/conversion';
import fillingMethods from './methods/filling';
import newMethods from './methods/new';
import randomMethods from './methods/random';
import shapeMethods from './methods/shape';
import sizesMethods from './methods/sizes';
import { TensorProperties } from './properties';
import { ReadableTensor } from './reading/readable';
import type { View } from './view';

/** The methods of all families. Their docstrings are at the functions of the families. */
type Methods = MethodsOf<typeof import('./families/arithmetic')> &
  MethodsOf<typeof import('./families/comparison')> &
  MethodsOf<typeof import('./families/complex')> &
  MethodsOf<typeof import('./families/copies')> &
  MethodsOf<typeof import('./families/diagonals')> &
  MethodsOf<typeof import('./families/differences')> &
  MethodsOf<typeof import('./families/distances')> &
  MethodsOf<typeof import('./families/distribution')> &
  MethodsOf<typeof import('./families/draws')> &
  MethodsOf<typeof import('./families/elementary')> &
  MethodsOf<typeof import('./families/facts')> &
  MethodsOf<typeof import('./families/histogram')> &
  MethodsOf<typeof import('./families/indexing')> &
  MethodsOf<typeof import('./families/linear-algebra')> &
  MethodsOf<typeof import('./families/order')> &
  MethodsOf<typeof import('./families/rearrange')> &
  MethodsOf<typeof import('./families/reduce')> &
  MethodsOf<typeof import('./families/shape')> &
  MethodsOf<typeof import('./families/special')> &
  MethodsOf<typeof import('./families/splits')> &
  MethodsOf<typeof import('./families/statistics')> &
  MethodsOf<typeof import('./methods/at')> &
  MethodsOf<typeof import('./methods/conversion')> &
  MethodsOf<typeof import('./methods/filling')> &
  MethodsOf<typeof import('./methods/new')> &
  MethodsOf<typeof import('./methods/random')> &
  MethodsOf<typeof import('./methods/shape')> &
  MethodsOf<typeof import('./methods/sizes')>;

/** The base class, typed as if it had the methods that are installed below. */
const WithMethods = TensorProperties as unknown as abstract new (
  ...args: ConstructorParameters<typeof TensorProperties>
) => TensorProperties & Methods;

const families = [
  arithmetic,
  comparison,
  complex,
  copies,
  diagonals,
  differences,
  distances,
  distribution,
  draws,
  elementary,
  facts,
  histogram,
  indexing,
  linearAlgebra,
  order,
  rearrange,
  reduce,
  shape,
  special,
  splits,
  statistics,
  atMethods,
  conversionMethods,
  fillingMethods,
  newMethods,
  randomMethods,
  shapeMethods,
  sizesMethods,
];

/** Methods of the base class that take no arguments by name; `closeMethods` has them refuse surplus arguments. */
const lone = [
  ...['dim', 'numel', 'isContiguous', 'isFloatingPoint', 'retainGrad', 'detach', 'detach_', 'retain', 'dispose'],
];

/**
 * An n-dimensional array on the GPU. Operations are recorded and run later; only reading values back is asynchronous.
 */
export class Tensor extends WithMethods {
  static {
    callableGetters(Tensor.prototype, TensorProperties.prototype);
    for (const family of families) install(Tensor.prototype, family);
    makeBy(Tensor.of);
    growWith(library);
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

  /** @internal */
  makeView(value: Value, strides: readonly number[], offset: number): Tensor {
    const { storage, line } = this;
    const origin = this.origin ?? (mode.grad ? null : 'noGrad');
    const own = mode.grad || !value.requiresGrad ? value : detach(value);
    (this.base ?? this).viewed = true;
    return new Tensor(own, { storage, strides, offset, base: this.base ?? this, line, origin });
  }

  protected plus(other: Value): Value {
    return add(this.value, other);
  }

  protected makeDetached(value: Value, line: Line): Tensor {
    const { storage, strides, offset } = this;
    return new Tensor(value, { storage, strides, offset, line });
  }

  /**
   * @internal The tensor that an in-place operation should read before it overwrites this one: a copy if a gradient may
   * need the old contents, as PyTorch keeps them, too; otherwise the tensor itself.
   */
  before(other?: unknown): Tensor {
    const needed = this.value.requiresGrad || (other instanceof TensorBase && other.value.requiresGrad);
    return needed && mode.grad ? this.makeView(clone(this.value), this.strides, this.offset) : this;
  }

  /**
   * @internal A function that returns this view again, or null once its storage is gone. It does not keep the memory
   * alive.
   */
  weakly(): () => Tensor | null {
    const { base, line, origin, shape, strides, offset } = this;
    const place = { origin, shape, strides, offset, told: line?.told ?? true };
    return wayBack(new WeakRef(this.storage), new WeakRef(base ?? this), line && new WeakRef(line), place);
  }
}

type Place = Layout & Pick<View, 'origin'> & Pick<Line, 'told'>;

function wayBack(
  heldStorage: WeakRef<Storage>,
  heldBase: WeakRef<TensorBase>,
  heldLine: WeakRef<Line> | null,
  { origin, shape, strides, offset, told }: Place,
): () => Tensor | null {
  return () => {
    const storage = heldStorage.deref();
    if (!storage || storage.disposed) return null;
    const line = heldLine && (heldLine.deref() ?? new Line(storage, told));
    const layout = { shape, strides, offset };
    const value = storage.read(layout, line?.value);
    return new Tensor(value, { storage, strides, offset, base: heldBase.deref() ?? null, line, origin });
  };
}
