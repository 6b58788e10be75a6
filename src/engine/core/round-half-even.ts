// Rounding as in Python, PyTorch and ONNX.

/** The nearest whole number; a half is rounded to the even one. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
