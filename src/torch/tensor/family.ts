// Owns the parts that one line of a family becomes: a function, a method and, where it says so, their form in place. A family collects its methods by itself,
// since an object of all that its module exports would hold every name once more.

import { mostArguments } from '../../engine/core/arity';
import type { Value } from '../../engine/graph/value';
import { cast } from '../../engine/ops/shape/cast';
import { TensorBase } from './base';
import { type AnyCall, type ByName, type Callable, type Callee, checkedCall, type NamesOf } from './calling/callable';
import { replaced } from './calling/operand';
import { made } from './made';
import type { Tensor } from './tensor';

declare const AS_METHOD: unique symbol;

/** A function that is a method, too, with that one's type. */
export interface AsMethod<Method> {
  readonly [AS_METHOD]: Method;
}

/** The parameters behind the tensor, under the name of their type where it has one; a list that is read-only has none that can be inferred. */
type Rest<F> = F extends (input: Tensor, ...rest: infer A) => unknown
  ? A
  : F extends Callee
    ? Behind<Parameters<F>>
    : never;
type Behind<Args> = Args extends readonly [unknown, ...infer A] ? A : never;
type Later<Names> = Names extends readonly [string, ...infer Rest extends readonly string[]] ? Rest : [];

/** The arguments of a method: those of the function behind the tensor, by place or from any of them on by name. */
type MethodArgs<S extends string, F> =
  Later<NamesOf<S>> extends [] ? Rest<F> : Rest<F> | ByName<Later<NamesOf<S>>, Rest<F>>;

/** A function whose first parameter is a tensor, and the method of the same name. */
export type Op<S extends string, F extends Callee> = Callable<S, F> &
  AsMethod<(...args: MethodArgs<S, F>) => ReturnType<F>>;

/** The same written back into the tensor, which keeps its class. */
export type InPlace<S extends string, F extends Callee> = (<T extends Tensor>(
  input: T,
  ...args: MethodArgs<S, F>
) => T) &
  AsMethod<<T extends Tensor>(this: T, ...args: MethodArgs<S, F>) => T>;

/** The methods of a family, by the names of its functions. */
export type Methods<Family> = {
  [K in keyof Family as Family[K] extends AsMethod<unknown> ? K : never]: Family[K] extends AsMethod<infer Method>
    ? Method
    : never;
};

interface Definition {
  readonly name: string;
  /** The parameters behind the tensor, as the signature lists them. */
  readonly rest: string;
  readonly call: AnyCall;
  most(): number;
}

/** What the functions of all families were defined by. */
const definitions = new WeakMap<object, Definition>();

/** The operations of a family by the names of their methods, as `install` takes them. */
export interface Family {
  forEach(each: (definition: Definition, name: string) => void): void;
}

/** How a file defines its operations; each becomes a method by the name in its signature. */
interface Definer {
  /** The methods, as `install` takes them. */
  readonly methods: Family;
  /** A function under PyTorch's calling rules whose first parameter is a tensor: `callable` says how its signature is written. */
  op<const S extends string, F extends Callee>(signature: S, call: F): Op<S, F>;
  /** A function of one tensor, by an operation of values. */
  unary<const N extends string>(name: N, of: (x: Value) => Value): Op<`${N}(input)`, (input: Tensor) => Tensor>;
  /** A function with several forms, whose types and those of the method are written out. */
  forms<Call extends Callee, Method>(signature: string, call: Callee): Call & AsMethod<Method>;
  /** A function that changes its first tensor and gives it back. */
  changing<const S extends string, F extends Callee>(signature: S, call: F): InPlace<S, F>;
  /**
   * The function written back into its first tensor, under its name with `_`. Where a gradient may ask for the old value, that is copied
   * before, unless the gradient of this function never reads it (`readsOld`). `casts`: a result of another dtype is cast back.
   */
  inPlace<S extends string, F extends Callee>(
    of: Op<S, F>,
    options?: { readonly readsOld?: boolean; readonly casts?: boolean },
  ): InPlace<S, F>;
  /** The same function, whose method has a second name. */
  alias<F extends object>(name: string, of: F): F;
}

/**
 * What a file of operations begins with. Their types must be known without the class of tensors, which has them: results are annotated, no default
 * value reads a tensor, and a body that waits is a function of its own.
 *
 *     const { methods, op, inPlace } = family();
 *     export default methods;
 *     export const atan2 = op('atan2(input, other)', (input: Tensor, other: Tensor): Tensor => made(ops.atan2(input.value, other.value)));
 *     export const atan2_ = inPlace(atan2);
 *     torch.atan2(y, x); y.atan2(x); y.atan2({ other: x });
 */
export function family(): Definer {
  const methods = new Map<string, Definition>();

  /** A function by a definition, whose name it has as a method. */
  function defined<T>(signature: string, definition: Definition): T {
    const called = checkedCall(signature, definition.call, definition.most);
    const operation = (...args: unknown[]) => called(args);
    definitions.set(operation, definition);
    methods.set(definition.name, definition);
    return operation as unknown as T;
  }

  function op<T>(signature: string, call: Callee, run = call as AnyCall): T {
    const at = signature.indexOf('(');
    const [name, list] = [signature.slice(0, at), signature.slice(at + 1, -1)];
    const comma = list.indexOf(', ');
    const rest = comma < 0 ? '' : list.slice(comma + 2);
    return defined(signature, { name, rest, call: run, most: () => mostArguments(call) });
  }

  return {
    methods,
    op,
    forms: op,
    unary: (name, of) => op(`${name}(input)`, (input: Tensor): Tensor => made(of(input.value))),
    changing: (signature, call) =>
      op(signature, call, (input, ...args) => {
        (call as Callee as AnyCall)(input, ...args);
        return input;
      }),
    inPlace(of, { readsOld = true, casts = false } = {}) {
      const { name, rest, call, most } = definitions.get(of)!;
      const own = `${name}_`;
      const write = (input: Tensor, ...args: unknown[]): Tensor => {
        const other = args.find((arg): arg is Tensor => arg instanceof TensorBase && arg.value.requiresGrad);
        const result = call(readsOld ? input.before(other) : input, ...args) as Tensor;
        return replaced(own, input, casts ? cast(result.value, input.dtype) : result.value);
      };
      const signature = `${own}(${['input', rest].filter(Boolean).join(', ')})`;
      return defined(signature, { name: own, rest, call: write as Callee as AnyCall, most });
    },
    alias(name, of) {
      methods.set(name, definitions.get(of)!);
      return of;
    },
  };
}

/** A function whose tensor is not its first parameter, with the method that it is. */
export function withMethod<F extends Callee, Method>(call: F, method: AsMethod<Method>): F & AsMethod<Method> {
  definitions.set(call, definitions.get(method)!);
  return call as F & AsMethod<Method>;
}

/** Puts the methods of a family onto the class of tensors. */
export function install(prototype: object, methods: Family): void {
  methods.forEach(({ rest, call, most }, name) => {
    const called = checkedCall(`${name}(${rest})`, call, () => most() - 1, { selfFirst: true });
    const method = function (this: unknown, ...args: unknown[]): unknown {
      return called(args, this);
    };
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
  });
}
