// Functional transforms: gradients, vector-Jacobian products, Jacobians and Hessians of functions of tensors.

import {
  callback,
  either,
  integer,
  listOf as listOfKind,
  nonEmpty,
  orNull,
  whole,
} from '../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../engine/core/errors';
import {
  type Arguments as ByPlaceOrName,
  expectKind,
  isPlainObject,
  kindOf,
  parseArgs,
} from '../../engine/core/options';
import { flush } from '../../engine/graph/flush';
import { detach, identity } from '../../engine/ops/shape/cast';
import { checked } from '../tensor/calling/callable';
import { tensor, tensors } from '../tensor/calling/tensor-kinds';
import { mapTensors, tensorsIn } from '../tensor/calling/tensor-trees';
import { eye } from '../tensor/creation/creation';
import { Tensor } from '../tensor/tensor';
import { grad as gradOf } from './grad';
import { again, jacobianOf, pushing, recorded } from './jacobian';

/** A function of tensors, or of lists and objects of them, with one tensor as its result. */
export type TensorFunction<Args extends readonly unknown[] = readonly Tensor[]> = (...args: Args) => Tensor;

/** A function of tensors that returns a tensor, and besides it a value (aux) that is not differentiated. */
type WithAux<Args extends readonly unknown[], Aux> = (...args: Args) => readonly [output: Tensor, aux: Aux];

interface Arguments {
  /** The arguments for the function. Those to differentiate with respect to are replaced by new tensors. */
  readonly given: unknown[];
  /** The new tensors with respect to which the function is differentiated, in order. */
  readonly wanted: Tensor[];
  /** Whether an argument already belongs to a graph; then the gradients must, too. */
  readonly nested: boolean;
}

function argumentsOf(name: string, func: unknown, args: readonly unknown[], argnums: readonly number[]): Arguments {
  expectKind(name, 'func', func, callback);
  const given = [...args];
  let nested = false;
  for (const n of argnums) {
    if (tensorsIn(args[n]).length === 0) {
      throw new ArgumentError(
        `${name}: expected a tensor as argument ${n}, or a list or object of them, but got ${args[n] === undefined ? 'none' : kindOf(args[n])}`,
      );
    }
    given[n] = mapTensors(args[n], (x) => {
      nested ||= x.requiresGrad;
      return x.requiresGrad ? Tensor.of(identity(x.value)) : Tensor.of(detach(x.value)).requiresGrad_();
    });
  }
  return { given, wanted: argnums.flatMap((n) => tensorsIn(given[n])), nested };
}

/** A function to differentiate, with any result. */
type AnyFunction = (...args: never) => unknown;

/** Calls a function, and returns its result and, with `hasAux`, the aux value that it returns besides. */
function resultOf(
  name: string,
  func: AnyFunction,
  given: readonly unknown[],
  hasAux: boolean,
): [y: unknown, aux: unknown] {
  const result = func(...(given as never));
  if (!hasAux) return [result, undefined];
  if (!Array.isArray(result) || result.length !== 2) {
    throw new ArgumentError(
      `${name}: expected the result of func to be [output, aux] with hasAux, but got ${kindOf(result)}`,
    );
  }
  return result as [unknown, unknown];
}

/** `resultOf`, for functions whose result must be a tensor. */
function tensorOf(
  name: string,
  func: AnyFunction,
  given: readonly unknown[],
  hasAux = false,
): [y: Tensor, aux: unknown] {
  const [y, aux] = resultOf(name, func, given, hasAux);
  expectKind(name, hasAux ? 'the output of func' : 'the result of func', y, tensor);
  return [y as Tensor, aux];
}

/** `resultOf`, for functions whose result must be a tensor, or a list or object that holds one. */
function tensorsOf(
  name: string,
  func: AnyFunction,
  given: readonly unknown[],
  hasAux: boolean,
): [result: unknown, aux: unknown] {
  const [result, aux] = resultOf(name, func, given, hasAux);
  if (tensorsIn(result).length > 0) return [result, aux];
  throw new ArgumentError(
    `${name}: expected the result of func to be a tensor, or a list or object of them, but got ${kindOf(result)}`,
  );
}

const listOf = (argnums: number | readonly number[]): readonly number[] =>
  typeof argnums === 'number' ? [argnums] : argnums;

/**
 * Puts a result for each differentiated tensor into the structure of the arguments; for several `argnums`, a list of
 * structures.
 */
function formed(argnums: number | readonly number[], args: readonly unknown[], found: readonly Tensor[]): unknown {
  const left = [...found];
  const each = listOf(argnums).map((n) => mapTensors(args[n], () => left.shift()!));
  return typeof argnums === 'number' ? each[0] : each;
}

/** The results, detached unless an argument belonged to a graph. */
const released = <T>(results: T, nested: boolean): T =>
  nested ? results : mapTensors(results, (x) => (x.requiresGrad ? x.detach() : x));

/** The option that says with respect to which arguments to differentiate. */
export interface Argnums<N extends number | readonly number[] = number | readonly number[]> {
  /** The index of the argument to differentiate with respect to, or a list of indices. Default: 0. */
  argnums?: N;
}

/** The option that says whether a function returns an aux value besides its output. */
interface Beside<Has extends boolean> {
  /**
   * Whether the function returns [output, aux]. aux is not differentiated, and returned along with the result. Default:
   * false.
   */
  hasAux?: Has;
}

/** Options for functions that return [output, aux]. */
type AuxArgnums<N extends number | readonly number[]> = Argnums<N> & Required<Beside<true>>;

/** The options after the function: in one object, or by position. */
type Following<N extends number | readonly number[], More = unknown> = [
  options?: (Argnums<N> & Beside<false> & More) | N,
  hasAux?: false,
];
type FollowingAux<N extends number | readonly number[], More = unknown> =
  | [options: AuxArgnums<N> & More]
  | [argnums: N, hasAux: true | { hasAux: true }];

const places = either(integer, listOfKind(integer));

/** The option that limits how much of a Jacobian is computed at once. */
export interface ChunkOptions {
  /**
   * How many rows of the Jacobian run together before their memory is reused for the next ones; null (default): all.
   */
  chunkSize?: number | null;
}

/** `argnums` and `hasAux`, by position or by name. */
function optionsOf(name: string, options: readonly unknown[]): Required<Argnums & Beside<boolean>> {
  return parseArgs<Argnums & Beside<boolean>>(name, [], { argnums: 0, hasAux: false }, options, { argnums: places });
}

/** `argnums`, `hasAux` and `chunkSize`, by position or by name. */
function chunkedOptionsOf(
  name: string,
  options: readonly unknown[],
): Required<Argnums & Beside<boolean>> & ChunkOptions {
  const defaults = { argnums: 0, hasAux: false, chunkSize: null };
  const kinds = { argnums: places, chunkSize: orNull(whole(1)) };
  return parseArgs<Argnums & Beside<boolean> & ChunkOptions>(name, [], defaults, options, kinds);
}

/** The structure of the argument with respect to which a function is differentiated; for several `argnums`, a list. */
type Differentiated<Args extends readonly unknown[], N> = N extends readonly number[]
  ? Args[number][]
  : Args[(number extends N ? 0 : N) & keyof Args];

/** The structure of `T` with each tensor replaced by `Of`. */
type Each<T, Of> = T extends Tensor ? Of : { [K in keyof T]: Each<T[K], Of> };

/**
 * Returns a function that computes [gradient, value] of `func`, whose result must be a single element. With `hasAux`,
 * `func` returns [value, aux], and the result is [gradient, [value, aux]].
 */
export const gradAndValue = checked('func.gradAndValue(func: function, ...)', makeGradAndValue);

function makeGradAndValue<Args extends readonly unknown[], Aux, const N extends number | readonly number[] = 0>(
  func: WithAux<Args, Aux>,
  ...options: FollowingAux<N>
): (...args: Args) => [gradient: Differentiated<Args, N>, result: [value: Tensor, aux: Aux]];
function makeGradAndValue<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  ...options: Following<N>
): (...args: Args) => [gradient: Differentiated<Args, N>, value: Tensor];
function makeGradAndValue(func: AnyFunction, ...options: unknown[]): (...args: unknown[]) => [unknown, unknown] {
  const { argnums, hasAux } = optionsOf('func.grad', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.grad', func, args, listOf(argnums));
      const [y, aux] = tensorOf('func.grad', func, given, hasAux);
      if (y.numel() !== 1) {
        throw new ShapeError(
          `func.grad: expected a function of one element, but its result has shape [${y.shape.join(', ')}]`,
        );
      }
      const gradients = gradientsOf(y, wanted, { nested });
      return [formed(argnums, args, gradients), released(hasAux ? [y, aux] : y, nested)];
    });
}

/**
 * Returns a function that computes the gradient of `func`, whose result must be a single element. With `hasAux`, `func`
 * returns [value, aux], and the result is [gradient, aux].
 *
 *     torch.func.grad((x) => x.sin().sum())(x);   // cos x
 */
export const grad = checked('func.grad(func: function, ...)', makeGrad);

function makeGrad<Args extends readonly unknown[], Aux, const N extends number | readonly number[] = 0>(
  func: WithAux<Args, Aux>,
  ...options: FollowingAux<N>
): (...args: Args) => [gradient: Differentiated<Args, N>, aux: Aux];
function makeGrad<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  ...options: Following<N>
): (...args: Args) => Differentiated<Args, N>;
function makeGrad(func: AnyFunction, ...options: unknown[]): (...args: unknown[]) => unknown {
  const { hasAux } = optionsOf('func.grad', options);
  const both = makeGradAndValue(func as never, ...(options as [])) as (...args: unknown[]) => [unknown, unknown];
  return (...args) => {
    const [gradient, result] = both(...args);
    return hasAux ? [gradient, (result as [Tensor, unknown])[1]] : gradient;
  };
}

/** The option of `vjp` after its primals. */
type Aux = Required<Beside<true>>;

/**
 * Returns [func(...primals), v ↦ vᵀ J], where J is the Jacobian of `func` at the primals; the product is a list with a
 * tensor for each primal. With `{ hasAux: true }` after the primals, `func` returns [output, aux], and the result is
 * [output, v ↦ vᵀ J, aux].
 */
export function vjp<Args extends readonly Tensor[], A>(
  func: WithAux<Args, A>,
  ...primals: [...Args, Aux]
): [output: Tensor, product: (cotangent: Tensor) => Tensor[], aux: A];
export function vjp<Args extends readonly Tensor[]>(
  func: TensorFunction<Args>,
  /** The point at which the function is differentiated: its arguments. */
  ...primals: Args
): [output: Tensor, product: (cotangent: Tensor) => Tensor[]];
export function vjp(func: AnyFunction, ...args: readonly unknown[]): unknown {
  expectKind('func.vjp', 'func', func, callback);
  const options = isPlainObject(args.at(-1)) ? [args.at(-1)] : [];
  const { hasAux } = parseArgs<Beside<boolean>>('func.vjp', [], { hasAux: false }, options);
  const primals = args.slice(0, args.length - options.length);
  expectKind('func.vjp', 'primals', primals, nonEmpty(tensor));
  return recorded(() => {
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.vjp', func, primals, places);
    const [y, aux] = tensorOf('func.vjp', func, given, hasAux);
    const product = (cotangent: Tensor) =>
      recorded(() => filled(gradOf(y, wanted, { gradOutputs: cotangent, ...again(nested) }), wanted));
    return [released(y, nested), product, ...(hasAux ? [released(aux, nested)] : [])];
  });
}

/** The gradients of y with respect to tensors; zeros for tensors on which y does not depend. */
const gradientsOf = (
  y: Tensor,
  wanted: readonly Tensor[],
  { gradOutputs = null, nested }: { readonly gradOutputs?: Tensor | null; readonly nested: boolean },
): Tensor[] =>
  filled(y.requiresGrad ? gradOf(y, wanted, { gradOutputs, ...again(nested) }) : wanted.map(() => null), wanted);

const filled = (gradients: readonly (Tensor | null)[], xs: readonly Tensor[]): Tensor[] =>
  gradients.map((g, i) => g ?? xs[i]!.detach().mul(0));

interface Push<F, Args extends readonly Tensor[]> {
  func: F;
  /** The point at which the function is differentiated: its arguments. */
  primals: Args;
  /** The direction, of the shapes of the arguments. */
  tangents: readonly Tensor[];
}

type PushOrder = ['func', 'primals', 'tangents'];

/**
 * Returns [func(...primals), J · tangents], where J is the Jacobian at the primals: the directional derivative. It is
 * computed by differentiating vᵀ J with respect to v. With `hasAux`, `func` returns [output, aux], and the result is
 * [output, J · tangents, aux].
 */
export function jvp<Args extends readonly Tensor[], A>(
  ...args: ByPlaceOrName<Push<WithAux<Args, A>, Args> & Aux, [...PushOrder, 'hasAux']>
): [output: Tensor, tangent: Tensor, aux: A];
export function jvp<Args extends readonly Tensor[]>(
  ...args: ByPlaceOrName<Push<TensorFunction<Args>, Args> & { hasAux?: false }, [...PushOrder, 'hasAux']>
): [output: Tensor, tangent: Tensor];
export function jvp(...args: readonly unknown[]): unknown {
  return recorded(() => {
    const { func, primals, tangents, hasAux } = parseArgs<Push<AnyFunction, readonly Tensor[]> & { hasAux?: boolean }>(
      'func.jvp',
      ['func', 'primals', 'tangents'],
      { hasAux: false },
      args,
      { func: callback, primals: tensors, tangents: tensors },
    );
    if (primals.length !== tangents.length) {
      throw new ArgumentError(
        `func.jvp: expected as many tangents as primals, ${primals.length}, but got ${tangents.length}`,
      );
    }
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.jvp', func, primals, places);
    const [y, aux] = tensorOf('func.jvp', func, given, hasAux);
    const [tangent] = pushing([y], wanted, nested)(tangents);
    return [released(y, nested), tangent, ...(hasAux ? [released(aux, nested)] : [])];
  });
}

/**
 * Returns [func(...primals), tangents ↦ J · tangents], where J is the Jacobian at the primals: `jvp` for many directions,
 * with one call of `func` for all of them. Products J · tangents have the structure of the result of `func`.
 *
 *     const [y, push] = torch.func.linearize(f, x);
 *     push(v);   // the derivative of f at x in the direction v
 */
export function linearize<Args extends readonly Tensor[], R>(
  func: (...args: Args) => R,
  /** The point at which the function is linearised: its arguments. */
  ...primals: Args
): [output: R, product: (...tangents: { [K in keyof Args]: Tensor }) => R];
export function linearize(func: AnyFunction, ...primals: readonly Tensor[]): unknown {
  expectKind('func.linearize', 'func', func, callback);
  expectKind('func.linearize', 'primals', primals, nonEmpty(tensor));
  return recorded(() => {
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.linearize', func, primals, places);
    const [result] = tensorsOf('func.linearize', func, given, false);
    const push = pushing(tensorsIn(result), wanted, nested);
    const product = (...tangents: readonly Tensor[]): unknown => {
      expectKind('func.linearize', 'tangents', tangents, listOfKind(tensor, primals.length));
      const found = recorded(() => push(tangents));
      return mapTensors(result, () => found.shift()!);
    };
    return [released(result, nested), product];
  });
}

/**
 * Returns a function that computes the Jacobian of `func`, shape [...output, ...argument], with one backward for each
 * element of the output. If the argument is a list or object of tensors, so is the Jacobian. If the result of `func` is
 * a list or object, the Jacobian has that structure, with a Jacobian for each of its tensors. With `hasAux`, `func`
 * returns [output, aux], and the result is [Jacobian, aux].
 */
export const jacrev = checked('func.jacrev(func: function, ...)', makeJacrev);

function makeJacrev<Args extends readonly unknown[], Aux, const N extends number | readonly number[] = 0>(
  func: WithAux<Args, Aux>,
  ...options: FollowingAux<N, ChunkOptions>
): (...args: Args) => [jacobian: Differentiated<Args, N>, aux: Aux];
function makeJacrev<Args extends readonly unknown[]>(
  func: TensorFunction<Args>,
  options: Beside<false> & Required<ChunkOptions> & { argnums?: never },
): (...args: Args) => Differentiated<Args, 0>;
function makeJacrev<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  ...options: Following<N, ChunkOptions>
): (...args: Args) => Differentiated<Args, N>;
function makeJacrev(func: AnyFunction, ...options: unknown[]): (...args: unknown[]) => unknown {
  const { argnums, hasAux, chunkSize } = chunkedOptionsOf('func.jacrev', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.jacobian', func, args, listOf(argnums));
      const [result, aux] = tensorsOf('func.jacobian', func, given, hasAux);
      const all = mapTensors(result, (y) => {
        const rows = eye(y.numel())
          .unbind(0)
          .map((unit, i) => {
            const row = gradientsOf(y, wanted, { gradOutputs: unit.reshape(y.shape), nested });
            if (chunkSize && (i + 1) % chunkSize === 0) flush();
            return row;
          });
        const jacobians = wanted.map((x, i) =>
          jacobianOf(
            rows.map((row) => row[i]!),
            0,
            y,
            x,
          ),
        );
        return formed(argnums, args, jacobians);
      });
      return hasAux ? [all, released(aux, nested)] : all;
    });
}

/**
 * Like `jacrev`, with the same result, but with one directional derivative (see `jvp`) for each element of the
 * arguments: faster for functions with fewer arguments than results. `func` is called once.
 *
 *     torch.func.jacfwd((x) => x.outer(x))(torch.tensor([1, 2.5]));   // [2, 2, 2], by two derivatives
 */
export const jacfwd = checked('func.jacfwd(func: function, ...)', makeJacfwd);

function makeJacfwd<Args extends readonly unknown[], Aux, const N extends number | readonly number[] = 0>(
  func: WithAux<Args, Aux>,
  ...options: FollowingAux<N>
): (...args: Args) => [jacobian: Differentiated<Args, N>, aux: Aux];
function makeJacfwd<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  ...options: Following<N>
): (...args: Args) => Differentiated<Args, N>;
function makeJacfwd(func: AnyFunction, ...options: unknown[]): (...args: unknown[]) => unknown {
  const { argnums, hasAux } = optionsOf('func.jacfwd', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.jacfwd', func, args, listOf(argnums));
      const [result, aux] = tensorsOf('func.jacfwd', func, given, hasAux);
      const push = pushing(tensorsIn(result), wanted, nested);
      const none = wanted.map((x) => x.detach().mul(0));
      // For each argument and each of its elements, the derivatives of all results.
      const columns = wanted.map((x, i) =>
        eye(x.numel())
          .unbind(0)
          .map((unit) => push(none.with(i, unit.reshape(x.shape)))),
      );
      let k = 0;
      const all = mapTensors(result, (y) => {
        const jacobians = wanted.map((x, i) =>
          jacobianOf(
            columns[i]!.map((derivatives) => derivatives[k]!),
            -1,
            y,
            x,
          ),
        );
        k++;
        return formed(argnums, args, jacobians);
      });
      return hasAux ? [all, released(aux, nested)] : all;
    });
}

interface FunctionAndInputs<F, X> {
  func: F;
  inputs: X;
}

/** The Jacobian of `func` at x, shape [...output, ...x]; for several inputs, a list with one for each. */
export function jacobian(
  ...args: ByPlaceOrName<FunctionAndInputs<(x: Tensor) => Tensor, Tensor>, ['func', 'inputs']>
): Tensor;
export function jacobian(
  ...args: ByPlaceOrName<FunctionAndInputs<TensorFunction<readonly Tensor[]>, readonly Tensor[]>, ['func', 'inputs']>
): Tensor[];
export function jacobian(...args: readonly unknown[]): Tensor | Tensor[] {
  const { func: f, inputs } = parseArgs<FunctionAndInputs<TensorFunction<Tensor[]>, Tensor | readonly Tensor[]>>(
    'func.jacobian',
    ['func', 'inputs'],
    {},
    args,
    { func: callback, inputs: either(tensor, nonEmpty(tensor)) },
  );
  if (inputs instanceof Tensor) return jacrev(f)(inputs);
  return jacrev(f, { argnums: inputs.map((_, i) => i) })(...inputs);
}

/**
 * Returns a function that computes the Hessian of `func` with respect to the argument `argnums`, shape [...output,
 * ...x, ...x]; for a list of `argnums`, a list of lists. With a tensor x instead of options, it returns the Hessian at
 * x. If the argument is a list or object of tensors, so is the Hessian, and so is each of its entries.
 *
 *     torch.func.hessian((x: Tensor) => x.pow(3).sum())(x);   // diagonal 6 x
 */
export function hessian(func: (x: Tensor) => Tensor, x: Tensor): Tensor;
export function hessian<Args extends readonly unknown[]>(
  ...args:
    | [func: TensorFunction<Args>, options: { argnums: readonly number[] } | readonly number[]]
    | [named: { func: TensorFunction<Args>; argnums: readonly number[] }]
): (...args: Args) => Tensor[][];
export function hessian<Args extends readonly unknown[], const N extends number = 0>(
  ...args: [func: TensorFunction<Args>, options?: Argnums<N> | N] | [named: Argnums<N> & { func: TensorFunction<Args> }]
): (...args: Args) => Each<Differentiated<Args, N>, Differentiated<Args, N>>;
export function hessian(...args: readonly unknown[]): unknown {
  type Parameters = { func: TensorFunction<Tensor[]>; argnums?: number | readonly number[] | Tensor };
  const kinds = { func: callback, argnums: either(places, tensor) };
  const { func: f, argnums } = parseArgs<Parameters>('func.hessian', ['func'], { argnums: 0 }, args, kinds);
  if (argnums instanceof Tensor) return hessian(f)(argnums);
  const by = (n: number) => jacrev(jacrev(f, n) as TensorFunction<Tensor[]>, argnums);
  if (typeof argnums === 'number') return by(argnums);
  return (...args: Tensor[]) => argnums.map((n) => by(n)(...args));
}

export { functionalCall, type NamedTensors, stackModuleState } from '../tensor/module-state';
export { vmap } from './vmap';
