// What functions of complex numbers are of real ones.

import * as ops from '../../../engine/ops/pointwise/numbers';
import { full } from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { turned } from '../views';

const { methods, op, changing } = family();
export default methods;

/** `input`, as its numbers are real. */
export const real = callable('real(input)', (input: Tensor): Tensor => input.real);

/** Matrices transposed and conjugated, which for real numbers is `input.mT`. */
export const adjoint = op('adjoint(input)', (input: Tensor): Tensor => turned('adjoint', input));

/** `input`: real numbers are their own conjugates. */
export const conj = op('conj(input)', (input: Tensor): Tensor => input);

/** The numbers themselves: real numbers are their own conjugates. */
export const conjPhysical = op('conjPhysical(input)', (input: Tensor): Tensor => input);

/** `conjPhysical`, in place. */
export const conjPhysical_ = changing('conjPhysical_(input)', (_input: Tensor): void => {});

/** The numbers themselves: none waits to be conjugated. */
export const resolveConj = op('resolveConj(input)', (input: Tensor): Tensor => input);

/** The numbers themselves: none waits to be negated. */
export const resolveNeg = op('resolveNeg(input)', (input: Tensor): Tensor => input);

/** π for negative numbers, else 0. */
export const angle = op('angle(input)', (input: Tensor): Tensor => made(ops.angle(input.value)));

/** True everywhere. */
export const isreal = op('isreal(input)', (input: Tensor): Tensor => made(full(input.shape, 1, 'bool')));

const no: (input: Tensor) => boolean = (_) => false;

/** False: there are no complex numbers. */
export const isComplex = op('isComplex(input)', no);

/** False: there are no complex numbers. */
export const isConj = op('isConj(input)', no);

/** False: no tensor waits to be negated. */
export const isNeg = op('isNeg(input)', no);
