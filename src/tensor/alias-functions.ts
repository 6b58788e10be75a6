// Functions over tensors for what is known of them, for the matrices of their last dimensions, and for complex numbers that are real.
import type { Tensor } from './tensor';

/** Whether numbers of this dtype have a sign. */
export const isSigned = (input: Tensor): boolean => input.isSigned();
/** Whether two tensors have one shape. */
export const isSameSize = (input: Tensor, other: Tensor): boolean => input.isSameSize(other);
/** Whether the only element is not zero; reads it back. */
export const isNonzero = (input: Tensor): Promise<boolean> => input.isNonzero();
/** Matrices transposed and conjugated, which for real numbers is `input.mT`. */
export const adjoint = (input: Tensor): Tensor => input.adjoint();
/** A tensor like `input` that holds one number, or what a 0-d tensor holds. */
export const fill = (input: Tensor, ...args: Parameters<Tensor['fill_']>): Tensor => input.clone().fill_(...args);
/** Takes a tensor out of the graph, in place. */
export const detach_ = (input: Tensor): Tensor => input.detach_();

/** `input`, as its numbers are real. */
export const real = (input: Tensor): Tensor => input.real;
/** `input`: real numbers are their own conjugates. */
export const conj = (input: Tensor): Tensor => input.conj();
export const conjPhysical = (input: Tensor): Tensor => input.conjPhysical();
export const resolveConj = (input: Tensor): Tensor => input.resolveConj();
export const resolveNeg = (input: Tensor): Tensor => input.resolveNeg();
/** π for negative numbers, else 0. */
export const angle = (input: Tensor): Tensor => input.angle();
/** True everywhere. */
export const isreal = (input: Tensor): Tensor => input.isreal();
export const isComplex = (input: Tensor): boolean => input.isComplex();
export const isConj = (input: Tensor): boolean => input.isConj();
export const isNeg = (input: Tensor): boolean => input.isNeg();
