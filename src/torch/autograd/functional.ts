// torch.autograd.functional: Jacobians, Hessians and their products with vectors, at given inputs: one tensor, or a list of them.

import { callback, either, flag, nonEmpty, oneOf, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError, AutogradError, DTypeError, ShapeError } from '../../engine/core/errors';
import { isFloat, sameShape, showShape } from '../../engine/core/meta';
import { type Arguments, expectKind, parseArgs } from '../../engine/core/options';
import { detach, identity } from '../../engine/ops/shape/cast';
import { tensor } from '../tensor/calling/tensor-kinds';
import { eye } from '../tensor/creation/creation';
import { Tensor } from '../tensor/tensor';
import { grad } from './grad';
import { jacobianOf, recorded } from './jacobian';

type Several = readonly Tensor[];
type OneOrMore = Tensor | Several;
type One = (x: Tensor) => Tensor;
type OfSeveral = (...xs: Tensor[]) => Tensor;
type SeveralOfOne = (x: Tensor) => Several;
type SeveralOfSeveral = (...xs: Tensor[]) => Several;
type AnyOf = (...xs: Tensor[]) => OneOrMore;

interface Differentiated<F, X> {
  /** A function of tensors, one for each input. */
  func: F;
  /** The point at which it is differentiated: a tensor, or a list of them. */
  inputs: X;
  /** Whether the result belongs to the graph of the inputs, for higher derivatives. Default: false. */
  createGraph?: boolean;
  /** Whether a result that does not depend on an input is an error, where its derivative is else zeros. Default: false. */
  strict?: boolean;
}

type Strategy = 'reverse-mode' | 'forward-mode';

interface OfEachElement<F, X> extends Differentiated<F, X> {
  /** In PyTorch, whether rows are computed together. Here they always are. Default: false. */
  vectorize?: boolean;
}

interface JacobianParameters<F, X> extends OfEachElement<F, X> {
  /** In PyTorch, whether rows or columns are computed. The result is the same, and here it is rows. */
  strategy?: Strategy;
}

interface HessianParameters<F, X> extends OfEachElement<F, X> {
  /** In PyTorch, whether rows or columns are computed. The result is the same, and here it is rows. */
  outerJacobianStrategy?: Strategy;
}

interface WithVector<F, X, V> extends Differentiated<F, X> {
  /** The vector of the product: of the results' shapes for `vjp`, else of the inputs'. Null stands for 1 if those are a single element. Default: null. */
  v?: V | null;
}

type Order = ['func', 'inputs', 'createGraph', 'strict', 'vectorize'];
type Jacobian<F, X> = Arguments<JacobianParameters<F, X>, [...Order, 'strategy']>;
type Hessian<F, X> = Arguments<HessianParameters<F, X>, [...Order, 'outerJacobianStrategy']>;
type Product<F, X, V> = Arguments<WithVector<F, X, V>, ['func', 'inputs', 'v', 'createGraph', 'strict']>;

const someOf = either(tensor, nonEmpty(tensor));
const kinds = { func: callback, inputs: someOf, createGraph: flag, strict: flag };
const strategies = oneOf('reverse-mode', 'forward-mode');

/** A call of one of these functions: the function's name, and the arguments without `v`. */
interface Call {
  readonly name: string;
  readonly func: AnyOf;
  readonly given: OneOrMore;
  readonly createGraph: boolean;
  readonly strict: boolean;
}

const called = (name: string, o: Required<Differentiated<AnyOf, OneOrMore>>): Call => ({
  name: `autograd.functional.${name}`,
  func: o.func,
  given: o.inputs,
  createGraph: o.createGraph,
  strict: o.strict,
});

const listed = (given: OneOrMore): readonly Tensor[] => (given instanceof Tensor ? [given] : given);
const like = (given: OneOrMore, parts: readonly Tensor[]): Tensor | Tensor[] =>
  given instanceof Tensor ? parts[0]! : [...parts];

/** Inputs that have gradients of their own; with `createGraph`, those of a graph stay in it. */
const leaves = ({ name, given, createGraph }: Call): Tensor[] =>
  listed(given).map((x) => {
    if (!isFloat(x.dtype)) {
      throw new DTypeError(`${name}: expected inputs of dtype float32, but got ${x.dtype}; convert them with .float()`);
    }
    return createGraph && x.requiresGrad ? Tensor.of(identity(x.value)) : Tensor.of(detach(x.value)).requiresGrad_();
  });

/** What the function gives for the inputs. */
function resultOf({ name, func, strict }: Call, xs: readonly Tensor[]): OneOrMore {
  const result = func(...xs);
  expectKind(name, 'the result of func', result, someOf);
  for (const [i, y] of strict ? listed(result).entries() : []) {
    if (!y.requiresGrad) {
      throw new AutogradError(`${name}: with strict: true, result ${i} of func must depend on an input, but does not`);
    }
  }
  return result;
}

/** The function's result where it must be a single element. */
function elementOf(call: Call, xs: readonly Tensor[]): Tensor {
  const y = resultOf(call, xs);
  if (!(y instanceof Tensor)) throw new ArgumentError(`${call.name}: expected func to return a tensor, but got a list`);
  if (y.numel() === 1) return y;
  throw new ShapeError(
    `${call.name}: expected a function of one element, but its result has shape ${showShape(y.shape)}`,
  );
}

/** Σ_i weights_i · ∂ys_i / ∂x for each x; null for those on which nothing depends. */
function gradients(
  ys: readonly (Tensor | null)[],
  xs: readonly Tensor[],
  weights: readonly (Tensor | null)[] | null,
  createGraph: boolean,
): (Tensor | null)[] {
  const used = ys.flatMap((y, i) => (y?.requiresGrad ? [{ y, weight: weights?.[i] ?? null }] : []));
  if (used.length === 0) return xs.map(() => null);
  return grad(
    used.map(({ y }) => y),
    xs,
    {
      gradOutputs: weights && used.map(({ weight }) => weight),
      createGraph,
      retainGraph: true,
      allowUnused: true,
    },
  );
}

/** Zeros for derivatives that are not there, which `strict` refuses. */
const filled = ({ name, strict }: Call, found: readonly (Tensor | null)[], xs: readonly Tensor[]): Tensor[] =>
  found.map((dx, i) => {
    if (strict && !dx) throw new AutogradError(`${name}: with strict: true, func must depend on input ${i}`);
    return dx ?? xs[i]!.newZeros(xs[i]!.shape);
  });

const released = ({ createGraph }: Call, y: OneOrMore): OneOrMore =>
  createGraph
    ? y
    : like(
        y,
        listed(y).map((each) => each.detach()),
      );

/** For each result and each input, the derivatives, shape [...y, ...x]. */
function rowsOf(call: Call, func: (xs: readonly Tensor[]) => readonly Tensor[]): Tensor[][] {
  return recorded(() => {
    const xs = leaves(call);
    return func(xs).map((y) => {
      const rows = eye(y.numel())
        .unbind(0)
        .map((unit) => filled(call, gradients([y], xs, [unit.reshape(y.shape)], call.createGraph), xs));
      return xs.map((x, i) =>
        jacobianOf(
          rows.map((row) => row[i]!),
          0,
          y,
          x,
        ),
      );
    });
  });
}

/** The tensors of the vector `v`, whose shapes must be those of `sides`. */
function vectorOf({ name }: Call, v: OneOrMore | null, sides: readonly Tensor[]): readonly Tensor[] {
  if (v === null) {
    if (sides.length === 1 && sides[0]!.numel() === 1) return [sides[0]!.newOnes(sides[0]!.shape)];
    throw new ArgumentError(`${name}: expected v, since what it is multiplied with is not a single element`);
  }
  const vs = listed(v);
  if (vs.length !== sides.length) {
    throw new ArgumentError(`${name}: expected ${sides.length} tensors as v, but got ${vs.length}`);
  }
  for (const [i, part] of vs.entries()) {
    if (!sameShape(part.shape, sides[i]!.shape)) {
      throw new ShapeError(
        `${name}: expected v of shape ${showShape(sides[i]!.shape)}, but got ${showShape(part.shape)}`,
      );
    }
  }
  return vs;
}

/**
 * The Jacobian of `func` at the inputs, shape [...output, ...input]: for several inputs, a list with one for each, and
 * for a function of several results, a list with one such for each.
 *
 *     torch.autograd.functional.jacobian((x: Tensor) => x.square(), x);   // a diagonal of 2 x
 */
export function jacobian(...args: Jacobian<One, Tensor>): Tensor;
export function jacobian(...args: Jacobian<OfSeveral, Several>): Tensor[];
export function jacobian(...args: Jacobian<SeveralOfOne, Tensor>): Tensor[];
export function jacobian(...args: Jacobian<SeveralOfSeveral, Several>): Tensor[][];
export function jacobian(...args: readonly unknown[]): Tensor | Tensor[] | Tensor[][] {
  const o = parseArgs<JacobianParameters<AnyOf, OneOrMore>>(
    'autograd.functional.jacobian',
    ['func', 'inputs'],
    { createGraph: false, strict: false, vectorize: false, strategy: 'reverse-mode' },
    args,
    { ...kinds, vectorize: flag, strategy: strategies },
  );
  const call = called('jacobian', o);
  let isList = false;
  const found = rowsOf(call, (xs) => {
    const result = resultOf(call, xs);
    isList = !(result instanceof Tensor);
    return listed(result);
  });
  if (!isList) return like(o.inputs, found[0]!);
  return o.inputs instanceof Tensor ? found.map(([only]) => only!) : found;
}

/**
 * The Hessian at the inputs of a function whose result is a single element, shape [...input, ...input]: for several
 * inputs, a list of lists.
 */
export function hessian(...args: Hessian<One, Tensor>): Tensor;
export function hessian(...args: Hessian<OfSeveral, Several>): Tensor[][];
export function hessian(...args: readonly unknown[]): Tensor | Tensor[][] {
  const o = parseArgs<HessianParameters<AnyOf, OneOrMore>>(
    'autograd.functional.hessian',
    ['func', 'inputs'],
    { createGraph: false, strict: false, vectorize: false, outerJacobianStrategy: 'reverse-mode' },
    args,
    { ...kinds, vectorize: flag, outerJacobianStrategy: strategies },
  );
  const call = called('hessian', o);
  const found = rowsOf(call, (xs) => filled(call, gradients([elementOf(call, xs)], xs, null, true), xs));
  return o.inputs instanceof Tensor ? found[0]![0]! : found;
}

/** What products take: the call, and its `v`. */
function withVector(name: string, args: readonly unknown[]): [call: Call, v: OneOrMore | null] {
  const o = parseArgs<WithVector<AnyOf, OneOrMore, OneOrMore>>(
    `autograd.functional.${name}`,
    ['func', 'inputs'],
    { v: null, createGraph: false, strict: false },
    args,
    { ...kinds, v: orNull(someOf) },
  );
  return [called(name, o), o.v];
}

/** [func(...inputs), vᵀ J], where J is the Jacobian at the inputs; `v` has the shape of the results. */
export function vjp(...args: Product<One, Tensor, Tensor>): [output: Tensor, product: Tensor];
export function vjp(...args: Product<OfSeveral, Several, Tensor>): [output: Tensor, product: Tensor[]];
export function vjp(...args: Product<SeveralOfOne, Tensor, Several>): [outputs: Tensor[], product: Tensor];
export function vjp(...args: Product<SeveralOfSeveral, Several, Several>): [outputs: Tensor[], product: Tensor[]];
export function vjp(...args: readonly unknown[]): unknown {
  const [call, v] = withVector('vjp', args);
  return recorded(() => {
    const xs = leaves(call);
    const result = resultOf(call, xs);
    const ys = listed(result);
    const product = filled(call, gradients(ys, xs, vectorOf(call, v, ys), call.createGraph), xs);
    return [released(call, result), like(call.given, product)];
  });
}

/**
 * [func(...inputs), J v], where J is the Jacobian at the inputs; `v` has the shape of the inputs. It is the gradient of
 * uᵀ J, which is linear in u, by u.
 */
export function jvp(...args: Product<One, Tensor, Tensor>): [output: Tensor, product: Tensor];
export function jvp(...args: Product<SeveralOfOne, Tensor, Tensor>): [outputs: Tensor[], product: Tensor[]];
export function jvp(...args: Product<OfSeveral, Several, Several>): [output: Tensor, product: Tensor];
export function jvp(...args: Product<SeveralOfSeveral, Several, Several>): [outputs: Tensor[], product: Tensor[]];
export function jvp(...args: readonly unknown[]): unknown {
  const [call, v] = withVector('jvp', args);
  return recorded(() => {
    const xs = leaves(call);
    const directions = vectorOf(call, v, xs);
    const result = resultOf(call, xs);
    const ys = listed(result);
    const us = ys.map((y) => y.newZeros(y.shape).requiresGrad_(y.requiresGrad));
    const first = gradients(ys, xs, us, true);
    if (call.strict) filled(call, first, xs);
    const moving = us.filter((u) => u.requiresGrad);
    const pushed = gradients(first, moving, directions, call.createGraph);
    const product = us.map((u) => pushed[moving.indexOf(u)] ?? u.detach());
    return [released(call, result), like(result, product)];
  });
}

/** The result, a single element, and its Hessian times v: by v in either place, since a Hessian is symmetric. */
function secondTimes(name: string, args: readonly unknown[]): unknown {
  const [call, v] = withVector(name, args);
  return recorded(() => {
    const xs = leaves(call);
    const directions = vectorOf(call, v, xs);
    const y = elementOf(call, xs);
    const first = gradients([y], xs, null, true);
    if (call.strict) filled(call, first, xs);
    const product = filled(call, gradients(first, xs, directions, call.createGraph), xs);
    return [released(call, y), like(call.given, product)];
  });
}

/** [func(...inputs), vᵀ H], where H is the Hessian at the inputs of a function whose result is a single element. */
export function vhp(...args: Product<One, Tensor, Tensor>): [output: Tensor, product: Tensor];
export function vhp(...args: Product<OfSeveral, Several, Several>): [output: Tensor, product: Tensor[]];
export function vhp(...args: readonly unknown[]): unknown {
  return secondTimes('vhp', args);
}

/** [func(...inputs), H v], where H is the Hessian at the inputs of a function whose result is a single element. */
export function hvp(...args: Product<One, Tensor, Tensor>): [output: Tensor, product: Tensor];
export function hvp(...args: Product<OfSeveral, Several, Several>): [output: Tensor, product: Tensor[]];
export function hvp(...args: readonly unknown[]): unknown {
  return secondTimes('hvp', args);
}
