// Functional transforms: gradients, vector-Jacobian products, Jacobians and Hessians of functions of tensors.

import { callback, either, integer, listOf as listOfKind, nonEmpty } from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { type Arguments as ByPlaceOrName, expectKind, kindOf, parseArgs } from '../core/options';
import { withMode } from '../graph/mode';
import { detach, identity } from '../ops/cast';
import { checked } from '../tensor/callable';
import { eye } from '../tensor/creation';
import { stack } from '../tensor/functions';
import { Tensor } from '../tensor/tensor';
import { tensor, tensors } from '../tensor/tensor-kinds';
import { mapTensors, tensorsIn } from '../tensor/tensor-trees';
import { grad as gradOf } from './grad';

/** A function of tensors, or of lists and objects of them, with one tensor as its result. */
export type TensorFunction<Args extends readonly unknown[] = readonly Tensor[]> = (...args: Args) => Tensor;

interface Arguments {
  /** The arguments as the function gets them: those of `wanted` as tensors of their own, of which gradients are taken. */
  readonly given: unknown[];
  /** The tensors of the arguments that gradients are taken of, in order. */
  readonly wanted: Tensor[];
  /** An argument belongs to a graph already, so the gradients must, too. */
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

/** What a function gives, which has to be a tensor to be differentiated. */
function resultOf<Args extends readonly unknown[]>(
  name: string,
  func: TensorFunction<Args>,
  given: readonly unknown[],
): Tensor {
  const y = func(...(given as unknown as Args));
  expectKind(name, 'the result of func', y, tensor);
  return y;
}

const listOf = (argnums: number | readonly number[]): readonly number[] =>
  typeof argnums === 'number' ? [argnums] : argnums;

/** What was found for each tensor, in the form of the arguments: for one of them by itself, for several as a list. */
function formed(argnums: number | readonly number[], args: readonly unknown[], found: readonly Tensor[]): unknown {
  const left = [...found];
  const each = listOf(argnums).map((n) => mapTensors(args[n], () => left.shift()!));
  return typeof argnums === 'number' ? each[0] : each;
}

const recorded = <T>(fn: () => T): T => withMode({ grad: true, keepSaved: true }, fn);

/** A result that is on no graph unless an argument was. */
const released = (x: Tensor, nested: boolean): Tensor => (nested ? x : x.detach());

/** The arguments that gradients are taken by: a number, or a list of numbers. */
export interface Argnums<N extends number | readonly number[] = number | readonly number[]> {
  /** The argument, or arguments, to differentiate by; default 0. */
  argnums?: N;
}

const places = either(integer, listOfKind(integer));

/** `argnums`, by position or by name. */
function argnumsOf<N extends number | readonly number[]>(name: string, options: Argnums<N> | N): N {
  return parseArgs<Argnums>(name, [], { argnums: 0 }, [options], { argnums: places }).argnums as N;
}

/** Of the form of the argument, or of the arguments, that is differentiated by. */
type Differentiated<Args extends readonly unknown[], N> = N extends readonly number[]
  ? Args[number][]
  : Args[(number extends N ? 0 : N) & keyof Args];

/** The form of `T` with something else in the place of each tensor. */
type Each<T, Of> = T extends Tensor ? Of : { [K in keyof T]: Each<T[K], Of> };

/** A function for [gradient, value] of `func`, whose result must be a single element. */
export const gradAndValue = checked('func.gradAndValue(func: function, ...)', makeGradAndValue);

function makeGradAndValue<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => [gradient: Differentiated<Args, N>, value: Tensor] {
  const argnums = argnumsOf('func.grad', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.grad', func, args, listOf(argnums));
      const y = resultOf('func.grad', func, given);
      if (y.numel() !== 1) {
        throw new ShapeError(
          `func.grad: expected a function of one element, but its result has shape [${y.shape.join(', ')}]`,
        );
      }
      const gradients = gradientsOf(y, wanted, { nested });
      return [formed(argnums, args, gradients) as Differentiated<Args, N>, released(y, nested)];
    });
}

/**
 * A function for the gradient of `func`, whose result must be a single element.
 *
 *     torch.func.grad((x) => x.sin().sum())(x);   // cos x
 */
export const grad = checked('func.grad(func: function, ...)', makeGrad);

function makeGrad<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => Differentiated<Args, N> {
  const both = gradAndValue(func, options);
  return (...args) => both(...args)[0];
}

/** [func(...primals), v ↦ vᵀ J], J being the Jacobian of `func` at the primals: one product for each of them. */
export function vjp<Args extends readonly Tensor[]>(
  func: TensorFunction<Args>,
  ...primals: Args
): [output: Tensor, product: (cotangent: Tensor) => Tensor[]] {
  expectKind('func.vjp', 'func', func, callback);
  expectKind('func.vjp', 'primals', primals, nonEmpty(tensor));
  return recorded(() => {
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.vjp', func, primals, places);
    const y = resultOf('func.vjp', func, given);
    const product = (cotangent: Tensor) =>
      recorded(() => filled(gradOf(y, wanted, { gradOutputs: cotangent, ...again(nested) }), wanted));
    return [released(y, nested), product];
  });
}

const again = (nested: boolean) => ({ createGraph: nested, retainGraph: true, allowUnused: true });

/** Gradients of y, zeros by what it does not depend on. */
const gradientsOf = (
  y: Tensor,
  wanted: readonly Tensor[],
  { gradOutputs = null, nested }: { readonly gradOutputs?: Tensor | null; readonly nested: boolean },
): Tensor[] =>
  filled(y.requiresGrad ? gradOf(y, wanted, { gradOutputs, ...again(nested) }) : wanted.map(() => null), wanted);

const filled = (gradients: readonly (Tensor | null)[], xs: readonly Tensor[]): Tensor[] =>
  gradients.map((g, i) => g ?? xs[i]!.detach().mul(0));

interface Push<Args extends readonly Tensor[]> {
  func: TensorFunction<Args>;
  primals: Args;
  tangents: readonly Tensor[];
}

/** The pair [func(...primals), J · tangents]: the directional derivative, by differentiating the transposed product. */
export function jvp<Args extends readonly Tensor[]>(
  ...args: ByPlaceOrName<Push<Args>, ['func', 'primals', 'tangents']>
): [output: Tensor, tangent: Tensor] {
  return recorded(() => {
    const { func, primals, tangents } = parseArgs<Push<Args>>('func.jvp', ['func', 'primals', 'tangents'], {}, args, {
      func: callback,
      primals: tensors,
      tangents: tensors,
    });
    if (primals.length !== tangents.length) {
      throw new ArgumentError(
        `func.jvp: expected as many tangents as primals, ${primals.length}, but got ${tangents.length}`,
      );
    }
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.jvp', func, primals, places);
    const y = resultOf('func.jvp', func, given);
    const u = Tensor.of(detach(y.value)).mul(0).requiresGrad_();
    const products = gradOf(y, wanted, { gradOutputs: u, createGraph: true, allowUnused: true });
    const parts = products.flatMap((product, i) => (product?.requiresGrad ? [{ product, tangent: tangents[i]! }] : []));
    if (parts.length === 0) return [released(y, nested), y.detach().mul(0)];
    const [tangent] = gradOf(
      parts.map(({ product }) => product),
      u,
      { gradOutputs: parts.map((part) => part.tangent), createGraph: nested, retainGraph: true },
    );
    return [released(y, nested), tangent!];
  });
}

/**
 * A function for the Jacobian of `func`, shape [...output, ...argument], by one backward an element of the output. Where the argument is a list or an
 * object of tensors, so is the Jacobian; where the result is one, the Jacobian holds that of each of its tensors.
 */
export const jacrev = checked('func.jacrev(func: function, ...)', makeJacrev);

function makeJacrev<Args extends readonly unknown[], const N extends number | readonly number[] = 0>(
  func: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => Differentiated<Args, N> {
  const argnums = argnumsOf('func.jacrev', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.jacobian', func, args, listOf(argnums));
      const result: unknown = func(...(given as unknown as Args));
      if (tensorsIn(result).length === 0) {
        throw new ArgumentError(
          `func.jacobian: expected the result of func to be a tensor, or a list or object of them, but got ${kindOf(result)}`,
        );
      }
      return mapTensors(result, (y) => {
        const units = eye(y.numel()).unbind(0);
        const rows = units.map((unit) => gradientsOf(y, wanted, { gradOutputs: unit.reshape(y.shape), nested }));
        const jacobians = wanted.map((x, i) => stack(rows.map((row) => row[i]!)).reshape([...y.shape, ...x.shape]));
        return formed(argnums, args, jacobians);
      }) as Differentiated<Args, N>;
    });
}

interface Place<F, X> {
  func: F;
  inputs: X;
}

/** The Jacobian of `func` at x, shape [...output, ...x]; of several inputs a list with one for each. */
export function jacobian(...args: ByPlaceOrName<Place<(x: Tensor) => Tensor, Tensor>, ['func', 'inputs']>): Tensor;
export function jacobian(
  ...args: ByPlaceOrName<Place<TensorFunction<readonly Tensor[]>, readonly Tensor[]>, ['func', 'inputs']>
): Tensor[];
export function jacobian(...args: readonly unknown[]): Tensor | Tensor[] {
  const { func: f, inputs } = parseArgs<Place<TensorFunction<Tensor[]>, Tensor | readonly Tensor[]>>(
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
 * A function for the Hessian of `func`, shape [...output, ...x, ...x], by the argument `argnums`; of a list of them a list of lists. With a tensor
 * in the place of the options, the Hessian there. Of a list or object of tensors it holds, for each of them, what has that form.
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
