// Owns rounding as Python, PyTorch and ONNX do it.

/** The nearest whole number; halves to the even one. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
