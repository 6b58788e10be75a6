// Owns nn.utils.parametrize: tensors of a module that are functions of its parameters.
import { noGrad } from '../autograd/mode';
import { showShape } from '../compiler/meta';
import { ArgumentError } from '../errors';
import { callback, instance, orNull, text } from '../tensor/argument-kinds';
import { type Arguments, expectKind, parseArgs } from '../tensor/options';
import { Tensor } from '../tensor/tensor';
import { ModuleDict, ModuleList } from './container';
import { className, Module } from './module';
import { isUninitialized, Parameter } from './parameter';

/** A module whose forward gives the tensor, from one parameter or several. */
export interface Parametrization extends Module {
  /** Parameters that the forward turns into `value`; without it the parameter is `value` itself. */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

/** What a tensor is computed by, and of. */
const aModule = instance(Module);

/** The parametrizations of one tensor, in the order in which they are applied, and the parameters that the first one gets. */
export class ParametrizationList extends ModuleList<Parametrization> {
  constructor(parametrizations: readonly Parametrization[], value: Parameter) {
    super(parametrizations);
    expectKind('ParametrizationList', 'value', value, instance(Tensor, 'a tensor'));
    const found = this.invert(value);
    if (found instanceof Tensor)
      this.registerParameter('original', found === value ? value : asParameter(found, value));
    else {
      found.forEach((part, i) => {
        this.registerParameter(`original${i}`, asParameter(part, value));
      });
    }
  }

  /** The parameters: `original`, or `original0`, `original1` and so on. */
  originals(): Parameter[] {
    return this.namedParameters({ recurse: false }).map(([, parameter]) => parameter);
  }

  /** Changes the parameters so that the tensor becomes `value`, as far as the parametrizations allow it. */
  assign(value: Tensor): void {
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

const asParameter = (value: Tensor, like: Parameter): Parameter =>
  new Parameter(value.detach().clone(), { requiresGrad: like.requiresGrad });

const listsOf = (module: Module): ModuleDict<ParametrizationList> | null => {
  const lists: unknown = Object.hasOwn(module, 'parametrizations') ? Reflect.get(module, 'parametrizations') : null;
  return lists instanceof ModuleDict ? (lists as ModuleDict<ParametrizationList>) : null;
};

/** Values while `cached` runs. */
let cache: Map<ParametrizationList, Tensor> | null = null;

function computed(module: Module, name: string): Tensor {
  const list = listsOf(module)!.get(name);
  const known = cache?.get(list);
  if (known) return known;
  const value = list();
  cache?.set(list, value);
  return value;
}

/** Runs `fn`; within it each parametrized tensor is computed once, at its first use. */
export function cached<R>(fn: () => R): R {
  expectKind('cached', 'fn', fn, callback);
  const before = cache;
  cache ??= new Map();
  try {
    return fn();
  } finally {
    cache = before;
  }
}

/** Has the module print as PyTorch prints it, by a class of its own. */
function rename(module: Module): void {
  const base = module.constructor as new () => object;
  const name = `Parametrized${base.name}`;
  const named = { [name]: class extends base {} };
  Object.setPrototypeOf(module, named[name]!.prototype);
}

/**
 * Has the tensor `tensorName` of a module computed by `parametrization` from what was the parameter, which goes on as
 * `parametrizations.<name>.original`. Several on one tensor follow each other.
 *
 *     class Symmetric extends nn.Module {
 *       forward(x: Tensor) { return x.triu().add(x.triu(1).t()); }
 *     }
 *     nn.utils.parametrize.registerParametrization(linear, 'weight', new Symmetric());
 *
 * @throws ArgumentError unless the result has shape and dtype of the parameter, or `unsafe` is set
 */
export function registerParametrization<M extends Module>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  ...args: Arguments<{ unsafe?: boolean }, ['unsafe']>
): M {
  const op = 'registerParametrization';
  const { unsafe } = parseArgs<{ unsafe?: boolean }>(op, [], { unsafe: false }, args);
  expectKind(op, 'module', module, aModule);
  expectKind(op, 'parametrization', parametrization, aModule);
  if (isParametrized(module, tensorName)) {
    const list = listsOf(module)!.get(tensorName);
    const before = noGrad(() => list());
    list.append(parametrization);
    if (!unsafe) checkFits(op, tensorName, list, before);
    return module;
  }
  const parameter: unknown = Reflect.get(module, tensorName);
  if (!(parameter instanceof Parameter)) {
    throw new ArgumentError(`${op}: expected a parameter named '${tensorName}', but ${className(module)} has none`);
  }
  if (isUninitialized(parameter)) {
    throw new ArgumentError(`${op}: expected a parameter with a shape; call the lazy module once before`);
  }
  parametrization.train(module.training);
  const list = new ParametrizationList([parametrization], parameter);
  if (!unsafe) checkFits(op, tensorName, list, parameter);
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

function checkFits(op: string, name: string, list: ParametrizationList, before: Tensor): void {
  const made = noGrad(() => list());
  if (made.shape.join() === before.shape.join() && made.dtype === before.dtype) return;
  throw new ArgumentError(
    `${op}: expected a parametrization that keeps shape ${showShape(before.shape)} and dtype ${before.dtype} of '${name}', but it gives ${showShape(made.shape)} and ${made.dtype}; pass { unsafe: true } to allow it`,
  );
}

/** Whether a tensor of the module is parametrized: the named one, or any. */
export function isParametrized(module: Module, tensorName: string | null = null): boolean {
  expectKind('isParametrized', 'module', module, aModule);
  expectKind('isParametrized', 'tensorName', tensorName, orNull(text));
  const lists = listsOf(module);
  return lists !== null && (tensorName === null ? lists.length > 0 : lists.has(tensorName));
}

/** Makes the tensor a parameter again: with its value now, or with `leaveParametrized: false` with that of `original`. */
export function removeParametrizations<M extends Module>(
  module: M,
  tensorName: string,
  ...args: Arguments<{ leaveParametrized?: boolean }, ['leaveParametrized']>
): M {
  const op = 'removeParametrizations';
  const defaults = { leaveParametrized: true };
  const { leaveParametrized } = parseArgs<{ leaveParametrized?: boolean }>(op, [], defaults, args);
  expectKind(op, 'module', module, aModule);
  if (!isParametrized(module, tensorName)) {
    throw new ArgumentError(
      `${op}: expected '${tensorName}' of ${className(module)} to be parametrized, but it is not`,
    );
  }
  const lists = listsOf(module)!;
  const originals = lists.get(tensorName).originals();
  if (!leaveParametrized && originals.length > 1) {
    throw new ArgumentError(
      `${op}: expected leaveParametrized true, since '${tensorName}' comes from several parameters`,
    );
  }
  const [first] = originals as [Parameter];
  const whole = leaveParametrized
    ? asParameter(
        noGrad(() => computed(module, tensorName)),
        first,
      )
    : first;
  lists.pop(tensorName);
  Reflect.deleteProperty(module, tensorName);
  if (lists.length === 0) {
    Reflect.deleteProperty(module, 'parametrizations');
    Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module) as object) as object);
  }
  module.registerParameter(tensorName, whole);
  return module;
}
