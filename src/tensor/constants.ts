// The numbers that PyTorch has names for, and the index of a new dimension.

export const e = Math.E;
export const pi = Math.PI;
export const inf = Number.POSITIVE_INFINITY;
export const nan = Number.NaN;
/** In `x.at(…)`: a new dimension of size 1. */
export const newaxis = null;
