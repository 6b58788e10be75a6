// Functional transforms: gradients, vector-Jacobian products, Jacobians and Hessians of functions of tensors.
import { ArgumentError, ShapeError } from '../errors';
import { withMode } from '../graph/mode';
import { detach, identity } from '../ops/cast';
import { eye } from './creation';
import { stack } from './functions';
import { grad as gradOf } from './grad';
import { parseArgs } from './options';
import { Tensor } from './tensor';

/** A function of tensors with one tensor as its result. */
export type TensorFunction<Args extends readonly Tensor[] = readonly Tensor[]> = (...args: Args) => Tensor;

interface Arguments {
  /** The arguments as the function gets them: those of `wanted` as tensors of their own, of which gradients are taken. */
  readonly given: Tensor[];
  readonly wanted: Tensor[];
  /** An argument belongs to a graph already, so the gradients must, too. */
  readonly nested: boolean;
}

function argumentsOf(name: string, args: readonly Tensor[], argnums: readonly number[]): Arguments {
  const given = [...args];
  let nested = false;
  for (const n of argnums) {
    const x = args[n];
    if (!(x instanceof Tensor)) {
      throw new ArgumentError(
        `${name}: expected a tensor as argument ${n}, but got ${x === undefined ? 'none' : typeof x}`,
      );
    }
    nested ||= x.requiresGrad;
    given[n] = x.requiresGrad ? Tensor.of(identity(x.value)) : Tensor.of(detach(x.value)).requiresGrad_();
  }
  return { given, wanted: argnums.map((n) => given[n]!), nested };
}

const listOf = (argnums: number | readonly number[]): readonly number[] =>
  typeof argnums === 'number' ? [argnums] : argnums;

const single = <T>(argnums: number | readonly number[], all: readonly T[]): T | T[] =>
  typeof argnums === 'number' ? all[0]! : [...all];

const recorded = <T>(fn: () => T): T => withMode({ grad: true, keepSaved: true }, fn);

/** A result that is on no graph unless an argument was. */
const released = (x: Tensor, nested: boolean): Tensor => (nested ? x : x.detach());

export interface Argnums<N extends number | readonly number[] = number | readonly number[]> {
  /** The argument, or arguments, to differentiate by; default 0. */
  argnums?: N;
}

/** `argnums`, by position or by name. */
function argnumsOf<N extends number | readonly number[]>(name: string, options: Argnums<N> | N): N {
  return parseArgs<Argnums>(name, [], { argnums: 0 }, [options]).argnums as N;
}

type Differentiated<N> = N extends readonly number[] ? Tensor[] : Tensor;

/** A function for [gradient, value] of `fn`, whose result must be a single element. */
export function gradAndValue<Args extends readonly Tensor[], N extends number | readonly number[] = number>(
  fn: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => [gradient: Differentiated<N>, value: Tensor] {
  const argnums = argnumsOf('func.grad', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.grad', args, listOf(argnums));
      const y = fn(...(given as unknown as Args));
      if (y.numel() !== 1) {
        throw new ShapeError(
          `func.grad: expected a function of one element, but its result has shape [${y.shape.join(', ')}]`,
        );
      }
      const gradients = gradOf(y, wanted, { createGraph: nested, retainGraph: true });
      return [single(argnums, gradients) as Differentiated<N>, released(y, nested)];
    });
}

/**
 * A function for the gradient of `fn`, whose result must be a single element.
 *
 *     torch.func.grad((x) => x.sin().sum())(x);   // cos x
 */
export function grad<Args extends readonly Tensor[], N extends number | readonly number[] = number>(
  fn: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => Differentiated<N> {
  const both = gradAndValue(fn, options);
  return (...args) => both(...args)[0];
}

/** [fn(...primals), v ↦ vᵀ J], J being the Jacobian of `fn` at the primals: one product for each of them. */
export function vjp<Args extends readonly Tensor[]>(
  fn: TensorFunction<Args>,
  ...primals: Args
): [output: Tensor, product: (cotangent: Tensor) => Tensor[]] {
  return recorded(() => {
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.vjp', primals, places);
    const y = fn(...(given as unknown as Args));
    const product = (cotangent: Tensor) =>
      recorded(() => filled(gradOf(y, wanted, { gradOutputs: cotangent, ...again(nested) }), wanted));
    return [released(y, nested), product];
  });
}

const again = (nested: boolean) => ({ createGraph: nested, retainGraph: true, allowUnused: true });

const filled = (gradients: readonly (Tensor | null)[], xs: readonly Tensor[]): Tensor[] =>
  gradients.map((g, i) => g ?? xs[i]!.detach().mul(0));

/** [fn(...primals), J · tangents]: the directional derivative, by differentiating the transposed product. */
export function jvp<Args extends readonly Tensor[]>(
  fn: TensorFunction<Args>,
  primals: Args,
  tangents: readonly Tensor[],
): [output: Tensor, tangent: Tensor] {
  return recorded(() => {
    if (primals.length !== tangents.length) {
      throw new ArgumentError(
        `func.jvp: expected as many tangents as primals, ${primals.length}, but got ${tangents.length}`,
      );
    }
    const places = primals.map((_, i) => i);
    const { given, wanted, nested } = argumentsOf('func.jvp', primals, places);
    const y = fn(...(given as unknown as Args));
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

/** A function for the Jacobian of `fn`, shape [...output, ...argument], by one backward an element of the output. */
export function jacrev<Args extends readonly Tensor[], N extends number | readonly number[] = number>(
  fn: TensorFunction<Args>,
  options: Argnums<N> | N = {},
): (...args: Args) => Differentiated<N> {
  const argnums = argnumsOf('func.jacrev', options);
  return (...args) =>
    recorded(() => {
      const { given, wanted, nested } = argumentsOf('func.jacobian', args, listOf(argnums));
      const y = fn(...(given as unknown as Args));
      const count = y.numel();
      const units = eye(count).unbind(0);
      const rows = units.map((unit) =>
        filled(gradOf(y, wanted, { gradOutputs: unit.reshape(y.shape), ...again(nested) }), wanted),
      );
      const jacobians = wanted.map((x, i) => stack(rows.map((row) => row[i]!)).reshape([...y.shape, ...x.shape]));
      return single(argnums, jacobians) as Differentiated<N>;
    });
}

/** The Jacobian of `fn` at x, shape [...output, ...x]; of several inputs a list with one for each. */
export function jacobian(fn: (x: Tensor) => Tensor, inputs: Tensor): Tensor;
export function jacobian(fn: TensorFunction<readonly Tensor[]>, inputs: readonly Tensor[]): Tensor[];
export function jacobian(fn: TensorFunction<never>, inputs: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  const f = fn as unknown as TensorFunction<Tensor[]>;
  if (inputs instanceof Tensor) return jacrev(f)(inputs);
  return jacrev(f, { argnums: inputs.map((_, i) => i) })(...inputs);
}

/**
 * The Hessian of `fn`, whose result must be a single element: at x, shape [...x, ...x], or without x as a function for it.
 *
 *     torch.func.hessian((x) => x.pow(3).sum())(x);   // diagonal 6 x
 */
export function hessian(fn: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
export function hessian(fn: (x: Tensor) => Tensor, x: Tensor): Tensor;
export function hessian(fn: (x: Tensor) => Tensor, x?: Tensor): Tensor | ((x: Tensor) => Tensor) {
  const at = jacrev(grad<[Tensor]>(fn));
  return x === undefined ? at : at(x);
}

export { vmap } from './vmap';
