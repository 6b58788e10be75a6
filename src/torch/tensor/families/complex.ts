// PyTorch's functions of complex numbers. All tensors here are real, so most return their input.

import * as ops from '../../../engine/ops/pointwise/numbers';
import { full } from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { turned } from '../views';

const { methods, op, changing } = family();
export default methods;

/** The real part: `input` itself. */
export const real = callable('real(input)', (input: Tensor): Tensor => input.real);

/** Conjugate transposes of matrices; for real numbers the same as `input.mT`. */
export const adjoint = op('adjoint(input)', (input: Tensor): Tensor => turned('adjoint', input));

/** `input` itself: real numbers are their own conjugates. */
export const conj = op('conj(input)', (input: Tensor): Tensor => input);

/** `input` itself: real numbers are their own conjugates. */
export const conjPhysical = op('conjPhysical(input)', (input: Tensor): Tensor => input);

/** `conjPhysical`, in place. */
export const conjPhysical_ = changing('conjPhysical_(input)', (_input: Tensor): void => {});

/** `input` itself: there is no lazy conjugation. */
export const resolveConj = op('resolveConj(input)', (input: Tensor): Tensor => input);

/** `input` itself: there is no lazy negation. */
export const resolveNeg = op('resolveNeg(input)', (input: Tensor): Tensor => input);

/** The angle in the complex plane: π for negative numbers, else 0. */
export const angle = op('angle(input)', (input: Tensor): Tensor => made(ops.angle(input.value)));

/** True everywhere. */
export const isreal = op('isreal(input)', (input: Tensor): Tensor => made(full(input.shape, 1, 'bool')));

const no: (input: Tensor) => boolean = (_) => false;

/** False: there are no complex numbers. */
export const isComplex = op('isComplex(input)', no);

/** False: there are no complex numbers. */
export const isConj = op('isConj(input)', no);

/** False: there is no lazy negation. */
export const isNeg = op('isNeg(input)', no);
