// Families: files of tensor operations. One line of a family defines a function and the method of the same name, or
// their in-place form. A family collects its methods while it defines them; importing the module as a namespace object
// instead would add every name to the bundle once more.

import { mostArguments } from '../../engine/core/arity';
import type { Value } from '../../engine/graph/value';
import { cast } from '../../engine/ops/shape/cast';
import { TensorBase } from './base';
import {
  type AnyCall,
  type ByName,
  type CalledByName,
  type Callee,
  checkedCall,
  type NamesOf,
} from './calling/callable';
import { replaced } from './calling/operand';
import { made } from './made';
import type { Tensor } from './tensor';

declare const AS_METHOD: unique symbol;

/** Marks a function that is also a method; `Method` is the type of the method. */
export interface AsMethod<Method> {
  readonly [AS_METHOD]: Method;
}

/**
 * The parameters after the tensor. `infer` on the function type keeps the name of a parameter tuple in declarations,
 * but fails if the tuple is read-only; then the second form applies.
 */
type RestOf<F> = F extends (input: Tensor, ...rest: infer A) => unknown
  ? A
  : F extends Callee
    ? Behind<Parameters<F>>
    : never;
type Behind<Args> = Args extends readonly [unknown, ...infer A] ? A : never;
type LaterNames<Names> = Names extends readonly [string, ...infer Rest extends readonly string[]] ? Rest : [];

/**
 * The arguments of a method: those of the function after the tensor, by position, or from any one of them on by name.
 */
type MethodArgs<S extends string, F> =
  LaterNames<NamesOf<S>> extends [] ? RestOf<F> : RestOf<F> | ByName<LaterNames<NamesOf<S>>, RestOf<F>>;

/** A function whose first parameter is a tensor, and the method of the same name. */
export type FamilyFunction<S extends string, F extends Callee> = CalledByName<S, F> &
  AsMethod<(...args: MethodArgs<S, F>) => ReturnType<F>>;

/** The in-place form, which writes the result back into the tensor and returns it with its class. */
export type InPlace<S extends string, F extends Callee> = (<T extends Tensor>(
  input: T,
  ...args: MethodArgs<S, F>
) => T) &
  AsMethod<<T extends Tensor>(this: T, ...args: MethodArgs<S, F>) => T>;

/** The methods of a family, by the names of its functions. */
export type FamilyMethods<Family> = {
  [K in keyof Family as Family[K] extends AsMethod<unknown> ? K : never]: Family[K] extends AsMethod<infer Method>
    ? Method
    : never;
};

interface Definition {
  readonly name: string;
  /** The parameters after the tensor, as the signature lists them. */
  readonly rest: string;
  readonly call: AnyCall;
  most(): number;
}

/** For each function of a family, its definition. */
const definitions = new WeakMap<object, Definition>();

/** The methods of a family, as `install` takes them. */
export interface Family {
  forEach(each: (definition: Definition, name: string) => void): void;
}

/**
 * The functions with which a file defines its operations. Each operation also becomes the method named in its
 * signature.
 */
interface Definer {
  /** The methods, as `install` takes them. */
  readonly methods: Family;
  /**
   * Defines a function with PyTorch's calling rules whose first parameter is a tensor. For the signature's syntax see
   * `callable`.
   */
  op<const S extends string, F extends Callee>(signature: S, call: F): FamilyFunction<S, F>;
  /** Defines a function of one tensor by an operation on values. */
  unary<const N extends string>(
    name: N,
    of: (x: Value) => Value,
  ): FamilyFunction<`${N}(input)`, (input: Tensor) => Tensor>;
  /** Defines a function with overloads; its type and the method's type are given as type arguments. */
  forms<Call extends Callee, Method>(signature: string, call: Callee): Call & AsMethod<Method>;
  /** Defines a function that changes its first tensor and returns that tensor. */
  changing<const S extends string, F extends Callee>(signature: S, call: F): InPlace<S, F>;
  /**
   * Defines the in-place form, named with `_`, which writes the result back into the first tensor. If a gradient may
   * need the old contents, they are copied first; `readsOld: false` says that the gradient of this function never reads
   * them. With `casts`, a result of another dtype is cast back.
   */
  inPlace<S extends string, F extends Callee>(
    of: FamilyFunction<S, F>,
    options?: { readonly readsOld?: boolean; readonly casts?: boolean },
  ): InPlace<S, F>;
  /** Gives the method of a function a second name. */
  alias<F extends object>(name: string, of: F): F;
}

/**
 * Starts a file of operations. TypeScript must know the operations' types before the class Tensor, whose methods they
 * become. So annotate the results, let no default value read a tensor, and put an async body into its own function.
 *
 *     const { methods, op, inPlace } = family();
 *     export default methods;
 *     export const atan2 = op('atan2(input, other)', (input: Tensor, other: Tensor): Tensor =>
 * made(ops.atan2(input.value, other.value)));
 *     export const atan2_ = inPlace(atan2);
 *     torch.atan2(y, x); y.atan2(x); y.atan2({ other: x });
 */
export function family(): Definer {
  const methods = new Map<string, Definition>();

  /** The function for a definition; registers it as the method of the definition's name. */
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

/** Gives a function whose first parameter is not the tensor the method of another definition. */
export function withMethod<F extends Callee, Method>(call: F, method: AsMethod<Method>): F & AsMethod<Method> {
  definitions.set(call, definitions.get(method)!);
  return call as F & AsMethod<Method>;
}

/** Adds the methods of a family to the prototype of Tensor. */
export function install(prototype: object, methods: Family): void {
  methods.forEach(({ rest, call, most }, name) => {
    const called = checkedCall(`${name}(${rest})`, call, () => most() - 1, { selfFirst: true });
    const method = function (this: unknown, ...args: unknown[]): unknown {
      return called(args, this);
    };
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
  });
}
