// Attributes of discrete Fourier transforms, which their kernels share, and the forms of what they read and write.

/** The form of what a transform reads or writes along its dimension. */
export interface Ends {
  /** Numbers instead of pairs of a real and an imaginary part, which have a last dimension of 2. */
  readonly real: boolean;
  /** Elements that stand for their conjugates, too, count twice: those of half a spectrum but the first and the middle. */
  readonly doubled: boolean;
  /** The first so many of the n elements; those that are not read are 0. */
  readonly length: number;
}

/** n complex numbers, or the first of them. */
export const complexEnds = (length: number): Ends => ({ real: false, doubled: false, length });
/** n real numbers, or the first of them. */
export const realEnds = (length: number): Ends => ({ real: true, doubled: false, length });
/** Half a spectrum, or the first of it, that stands for the whole spectrum of real numbers. */
export const halfEnds = (length: number): Ends => ({ real: false, doubled: true, length });

/** to_k = scale · Σ_j from_j e^{∓2πi jk / n}; if `to` is real, the real part of that sum. */
export interface FftAttrs {
  readonly dim: number;
  readonly n: number;
  /** The sign of the exponent is positive. */
  readonly inverse: boolean;
  readonly scale: number;
  readonly from: Ends;
  readonly to: Ends;
}
