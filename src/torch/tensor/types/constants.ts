// PyTorch's named constants: e, pi, inf, nan and newaxis.

/** Euler's number, 2.718… */
export const e = Math.E;
/** π, 3.14159… */
export const pi = Math.PI;
/** ∞. */
export const inf = Number.POSITIVE_INFINITY;
/** Not a number. */
export const nan = Number.NaN;
/** In `x.at(…)`: a new dimension of size 1. */
export const newaxis = null;
