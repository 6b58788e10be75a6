// Functions over tensors for what is known of them, for the matrices of their last dimensions, and for complex numbers that are real.
import { callable, method } from './callable';
import type { Tensor } from './tensor';

/** Whether numbers of this dtype have a sign. */
export const isSigned = method('isSigned(input)');
/** Whether two tensors have one shape. */
export const isSameSize = method('isSameSize(input, other)');
/** Whether the only element is not zero; reads it back. */
export const isNonzero = method('isNonzero(input)');
/** Matrices transposed and conjugated, which for real numbers is `input.mT`. */
export const adjoint = method('adjoint(input)');
/** A tensor like `input` that holds one number, or what a 0-d tensor holds. */
export const fill = callable(
  'fill(input, value: operand)',
  (input: Tensor, value: number | boolean | Tensor): Tensor => input.clone().fill_(value),
);
/** Takes a tensor out of the graph, in place. */
export const detach_ = method('detach_(input)');

/** `input`, as its numbers are real. */
export const real = callable('real(input)', (input: Tensor): Tensor => input.real);
/** `input`: real numbers are their own conjugates. */
export const conj = method('conj(input)');
/** The numbers themselves: real numbers are their own conjugates. */
export const conjPhysical = method('conjPhysical(input)');
/** The numbers themselves: none waits to be conjugated. */
export const resolveConj = method('resolveConj(input)');
/** The numbers themselves: none waits to be negated. */
export const resolveNeg = method('resolveNeg(input)');
/** π for negative numbers, else 0. */
export const angle = method('angle(input)');
/** True everywhere. */
export const isreal = method('isreal(input)');
/** False: there are no complex numbers. */
export const isComplex = method('isComplex(input)');
/** False: there are no complex numbers. */
export const isConj = method('isConj(input)');
/** False: no tensor waits to be negated. */
export const isNeg = method('isNeg(input)');
