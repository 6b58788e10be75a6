// Parametrized modules: their tensors are computed from parameters whenever they are read.

import { instance, nonEmpty } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { parseArgs } from '../../../engine/core/options';
import { type Args, takes, typed } from '../../../engine/core/takes';
import { noGrad } from '../../../engine/storage/mode';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { Tensor } from '../../tensor/tensor';
import { ModuleDict, ModuleList } from '../module/container';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';
import { expectShaped, parameterNamed } from './named-tensors';

/** A module whose forward gives the tensor, from one parameter or several. */
export interface Parametrization extends Module {
  /** The parameters that the forward turns into `value`; without this method, the parameter is `value` itself. */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

export const aModule = instance(Module);

const parametrizationListTable = takes('ParametrizationList', {
  modules: typed<readonly Parametrization[]>(nonEmpty(aModule)),
  original: instance(Parameter),
});

const assignTable = takes('assign', {
  value: tensor,
});

/**
 * The parametrizations of one tensor, in the order in which they are applied, and the parameters that the first one
 * takes.
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  constructor(...args: Args<typeof parametrizationListTable, ['modules', 'original']>) {
    const { modules, original } = parametrizationListTable.read(args);
    super(modules);
    const found = this.invert(original);
    if (found instanceof Tensor)
      this.registerParameter('original', found === original ? original : asParameter(found, original));
    else {
      found.forEach((part, i) => {
        this.registerParameter(`original${i}`, asParameter(part, original));
      });
    }
  }

  /** The parameters: `original`, or `original0`, `original1` and so on. */
  originals(...args: []): Parameter[] {
    parseArgs('originals', [], {}, args);
    return this.namedParameters({ recurse: false }).map(([, parameter]) => parameter);
  }

  /** Changes the parameters so that the tensor becomes `value`, as far as the parametrizations allow it. */
  assign(...args: Args<typeof assignTable, ['value']>): void {
    const { value } = assignTable.read(args);
    const found = this.invert(value);
    const parts = found instanceof Tensor ? [found] : found;
    noGrad(() => {
      this.originals().forEach((parameter, i) => {
        parameter.copy_(parts[i]!);
      });
    });
  }

  private invert(value: Tensor): Tensor | readonly Tensor[] {
    return noGrad(() => {
      let found: Tensor | readonly Tensor[] = value;
      for (const one of [...this].reverse()) {
        if (one.rightInverse) found = one.rightInverse(found as Tensor);
      }
      return found;
    });
  }

  override forward(): Tensor {
    const [first, ...others] = this;
    let value = first!(...(this.originals() as never[])) as Tensor;
    for (const one of others) value = one(...([value] as never[])) as Tensor;
    return value;
  }
}

/** A parameter of this value with the `requiresGrad` of `like`. */
export const asParameter = (value: Tensor, like: Parameter): Parameter =>
  new Parameter(value.detach().clone(), { requiresGrad: like.requiresGrad });

/** The parametrizations of a module by the names of its tensors; null if it has none. */
export const listsOf = (module: Module): ModuleDict<ParametrizationList> | null => {
  const lists: unknown = Object.hasOwn(module, 'parametrizations') ? Reflect.get(module, 'parametrizations') : null;
  return lists instanceof ModuleDict ? (lists as ModuleDict<ParametrizationList>) : null;
};

/** The tensors computed so far while `keeping` runs; null outside. */
let cache: Map<ParametrizationList, Tensor> | null = null;

/** Runs `fn`; within it each parametrized tensor is computed once, at its first use. */
export function keeping<R>(fn: () => R): R {
  const before = cache;
  cache ??= new Map();
  try {
    return fn();
  } finally {
    cache = before;
  }
}

/** The parametrized tensor of that name, from the cache while `keeping` runs. */
export function computed(module: Module, name: string): Tensor {
  const list = listsOf(module)!.get(name);
  const known = cache?.get(list);
  if (known) return known;
  const value = list();
  cache?.set(list, value);
  return value;
}

/** Gives the module a class of its own, named as PyTorch prints it. */
function rename(module: Module): void {
  const base = module.constructor as new () => object;
  const name = `Parametrized${base.name}`;
  const named = { [name]: class extends base {} };
  Object.setPrototypeOf(module, named[name]!.prototype);
}

/** `registerParametrization` on behalf of `op`, which errors name. */
export function parametrize<M extends Module>(
  op: string,
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  unsafe: boolean,
): M {
  parametrization.train(module.training);
  if (listsOf(module)?.has(tensorName)) {
    const list = listsOf(module)!.get(tensorName);
    if (!unsafe) {
      const before = noGrad(() => list());
      checkFits(op, tensorName, () => parametrization(...([before] as never[])) as Tensor, before);
    }
    list.append(parametrization);
    return module;
  }
  const parameter = parameterNamed(op, module, tensorName);
  expectShaped(op, parameter);
  const list = new ParametrizationList([parametrization], parameter);
  if (!unsafe) checkFits(op, tensorName, () => list(), parameter);
  Reflect.deleteProperty(module, tensorName);
  if (!listsOf(module)) {
    rename(module);
    module.registerModule('parametrizations', new ModuleDict<ParametrizationList>());
  }
  listsOf(module)!.set(tensorName, list);
  Object.defineProperty(module, tensorName, {
    get(this: Module) {
      return computed(this, tensorName);
    },
    set(this: Module, value: Tensor) {
      listsOf(this)!.get(tensorName).assign(value);
    },
    configurable: true,
    enumerable: false,
  });
  return module;
}

function checkFits(op: string, name: string, make: () => Tensor, before: Tensor): void {
  const made = noGrad(() => make());
  if (made.shape.join() === before.shape.join() && made.dtype === before.dtype) return;
  throw new ArgumentError(
    `${op}: expected a parametrization that keeps shape ${showShape(before.shape)} and dtype ${before.dtype} of '${name}', but it gives ${showShape(made.shape)} and ${made.dtype}; pass { unsafe: true } to allow it`,
  );
}
